# What a CH32V006 computes with, 16 registers and a multiplier, on QEMU's machine "virt"
CPU    = -march=rv32emc -mabi=ilp32e
SKIP   = $(ALL)
FITS   =
NUMBER = int16
include examples/boards/risc-v/risc-v.mk
