# Arm MPS3 with the image AN547: Cortex-M55 with FPU and Helium
MISUSES = heap libm guard constructor
CHIP    = Cortex-M55
MACHINE = mps3-an547
CPU     = -mcpu=cortex-m55 -mthumb -mfloat-abi=hard
NUMBER  = float
include examples/boards/cortex-m/cortex-m.mk
