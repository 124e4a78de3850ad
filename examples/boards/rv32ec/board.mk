# What a CH32V003 computes with, 16 registers and no multiplier, on QEMU's machine "virt"
CPU    = -march=rv32ec -mabi=ilp32e
SKIP   = $(ALL)
FITS   =
NUMBER = int16
include examples/boards/risc-v/risc-v.mk
