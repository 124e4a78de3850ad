# Arm MPS2 with the image AN385: Cortex-M3, no FPU
CHIP    = Cortex-M3
MACHINE = mps2-an385
CPU     = -mcpu=cortex-m3 -mthumb -mfloat-abi=soft
NUMBER  = int16
include examples/boards/cortex-m/cortex-m.mk
