# This machine
EMULATOR   = true
PACKAGES   = g++
NUMBER     = float
MISUSES    = heap libm guard constructor
START      = examples/boards/qemu-user/start.c
LINK       = gcc
RUN        =
FITS       =
