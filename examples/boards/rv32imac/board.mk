# QEMU's machine "virt": RISC-V with 32 bits and no FPU
CHIP   = RISC-V
CPU    = -march=rv32imac -mabi=ilp32
NUMBER = int16
include examples/boards/risc-v/risc-v.mk
