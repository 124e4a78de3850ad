# Arm MPS2+ with the image AN505: Cortex-M33 with FPU
CHIP    = Cortex-M33
MACHINE = mps2-an505
CPU     = -mcpu=cortex-m33 -mthumb -mfpu=fpv5-sp-d16 -mfloat-abi=hard
NUMBER  = float
include examples/boards/cortex-m/cortex-m.mk
