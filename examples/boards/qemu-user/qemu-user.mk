# What processors under Linux share, run by QEMU without their system; a board adds CPU.
PREFIX     = $(CPU)-linux-gnu-
EMULATOR   = qemu-$(CPU)
PACKAGES   = g++-$(CPU)-linux-gnu qemu-user
NUMBER     = float
MISUSES    = heap libm guard constructor
START      = examples/boards/qemu-user/start.c
LINK       = $(PREFIX)gcc -static
RUN        = $(EMULATOR) $(PLUGIN)
FITS       =
