# What the AVR boards share; a board adds CPU, the name that compiler and simulator have for it. GPIOR0 and GPIOR1 are
# the addresses where the simulator finds the exit status, and letters where there is no serial line.
PREFIX     = avr-
EMULATOR   = $(OUT)/simulate
PROBE      = echo '\#include <simavr/sim_avr.h>' | gcc -E -
MISUSES    = heap libm guard constructor
PACKAGES   = gcc-avr avr-libc libsimavr-dev
FLAGS      = -mmcu=$(CPU) -DF_CPU=16000000UL
SMALL      = -Os
NUMBER     = int16
GPIOR0     = 0x3E
GPIOR1     = 0
START      = examples/boards/avr/start.c
LINK       = $(PREFIX)gcc $(FLAGS) -Wl,--gc-sections
RUN        = $(EMULATOR)
