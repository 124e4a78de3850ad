# ATtiny85: 8 KB of flash, 512 bytes of RAM, no multiplier, no serial line
CPU         = attiny85
SKIP        = $(ALL)
FITS        =
CONFORMANCE = tiny
include examples/boards/avr/avr.mk
GPIOR0      = 0x31
GPIOR1      = 0x32
