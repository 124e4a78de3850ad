# Arduino Uno: ATmega328P, 16 MHz, 32 KB of flash, 2 KB of RAM
CHIP       = ATmega328P
PREFIX     = avr-
EMULATOR   = $(OUT)/simulate
PROBE      = echo '\#include <simavr/sim_avr.h>' | gcc -E -
MISUSES    = heap libm guard constructor
PACKAGES   = gcc-avr avr-libc libsimavr-dev
FLAGS      = -mmcu=atmega328p -DF_CPU=16000000UL
SMALL      = -Os
SKIP       = anomaly
FITS       = int8
NUMBER     = int16
START      = examples/boards/uno/start.c
LINK       = $(PREFIX)gcc $(FLAGS) -Wl,--gc-sections
RUN        = $(EMULATOR)
