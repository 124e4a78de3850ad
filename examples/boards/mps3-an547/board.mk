# Arm MPS3 with the image AN547: Cortex-M55 with FPU and Helium
CHIP    = Cortex-M55
MACHINE = mps3-an547
CPU     = -mcpu=cortex-m55 -mthumb -mfloat-abi=hard
NUMBER  = float
MISUSES = heap libm guard constructor
include examples/boards/cortex-m/cortex-m.mk
