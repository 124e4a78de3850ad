# QEMU's machine "virt": RISC-V with 32 bits and an FPU
CHIP   = RISC-V
CPU    = -march=rv32imafc -mabi=ilp32f
NUMBER = int16
include examples/boards/risc-v/risc-v.mk
