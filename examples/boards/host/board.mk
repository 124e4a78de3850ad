# This machine
MISUSES = heap libm guard constructor
EMULATOR   = true
PACKAGES   = g++
NUMBER     = float
START      = examples/boards/qemu-user/start.c
LINK       = gcc
RUN        =
FITS       =
