# What the AVR boards share; a board adds CPU, the name that compiler and simulator have for it.
PREFIX     = avr-
EMULATOR   = $(OUT)/simulate
PROBE      = echo '\#include <simavr/sim_avr.h>' | gcc -E -
MISUSES    = heap libm guard constructor
PACKAGES   = gcc-avr avr-libc libsimavr-dev
FLAGS      = -mmcu=$(CPU) -DF_CPU=16000000UL
SMALL      = -Os
NUMBER     = int16
START      = examples/boards/avr/start.c
LINK       = $(PREFIX)gcc $(FLAGS) -Wl,--gc-sections
RUN        = $(EMULATOR)
