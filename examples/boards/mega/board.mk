# Arduino Mega 2560: ATmega2560, 16 MHz, 256 KB of flash, 8 KB of RAM
CPU        = atmega2560
SKIP       = $(ALL)
FITS       =
include examples/boards/avr/avr.mk
