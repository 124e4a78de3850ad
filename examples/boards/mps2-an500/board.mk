# Arm MPS2 with the image AN500: Cortex-M7 with FPU
CHIP    = Cortex-M7
MACHINE = mps2-an500
CPU     = -mcpu=cortex-m7 -mthumb -mfpu=fpv5-d16 -mfloat-abi=hard
NUMBER  = float
MISUSES = heap libm guard constructor
include examples/boards/cortex-m/cortex-m.mk
