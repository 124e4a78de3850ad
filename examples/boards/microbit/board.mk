# BBC micro:bit: Cortex-M0, no FPU, 16 KB of RAM
CHIP    = Cortex-M0
MACHINE = microbit
CPU     = -mcpu=cortex-m0 -mthumb -mfloat-abi=soft
SIZED   = $(NUMBERS)
NUMBER  = int16
include examples/boards/cortex-m/cortex-m.mk
