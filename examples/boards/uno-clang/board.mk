# The Uno's ATmega328P, compiled by Clang, but for programs whose digits are declared PROGMEM
CPU      = atmega328p
CC_OF    = clang
CXX_OF   = clang++
SKIP     = $(ALL)
FITS     =
CONFORMANCE := $(filter-out step-% dbm-%,$(CONFORMANCE))
include examples/boards/avr/avr.mk
PACKAGES = clang gcc-avr avr-libc libsimavr-dev
FLAGS    = --target=avr -mmcu=$(CPU) -DF_CPU=16000000UL -isystem /usr/lib/avr/include
SMALL    = -Oz
LINK     = $(PREFIX)gcc -mmcu=$(CPU) -Wl,--gc-sections
