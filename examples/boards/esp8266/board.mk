# ESP8266, compiled and not run: arithmetic of its compiler's library is in the chip's ROM, which QEMU does not have
PREFIX   = xtensa-lx106-elf-
EMULATOR = true
PACKAGES = gcc-xtensa-lx106 picolibc-xtensa-lx106-elf
FLAGS    = --specs=/usr/lib/xtensa-lx106-elf/picolibc.specs -mlongcalls
NUMBER   = int16
FITS     =
RUN      = compiled
