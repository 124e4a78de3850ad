# Arm MPS2 with the image AN386: Cortex-M4 with FPU
CHIP    = Cortex-M4F
MACHINE = mps2-an386
CPU     = -mcpu=cortex-m4 -mthumb -mfpu=fpv4-sp-d16 -mfloat-abi=hard
SIZED   = $(NUMBERS)
NUMBER  = float
include examples/boards/cortex-m/cortex-m.mk
