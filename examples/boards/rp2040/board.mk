# The core of Raspberry Pi's RP2040, a Cortex-M0+ with a fast multiplier, in the memory of a micro:bit
MACHINE = microbit
CPU     = -mcpu=cortex-m0plus -mthumb -mfloat-abi=soft
SKIP    = $(ALL)
FITS    =
NUMBER  = int16
include examples/boards/cortex-m/cortex-m.mk
