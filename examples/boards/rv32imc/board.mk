# What an ESP32-C3 computes with, on QEMU's machine "virt"
CPU    = -march=rv32imc -mabi=ilp32
SKIP   = $(ALL)
FITS   =
NUMBER = int16
include examples/boards/risc-v/risc-v.mk
