# Arduino Uno: ATmega328P, 16 MHz, 32 KB of flash, 2 KB of RAM
CHIP       = ATmega328P
CPU        = atmega328p
SKIP       = anomaly
FITS       = int8
SIZED      = int8
include examples/boards/avr/avr.mk
