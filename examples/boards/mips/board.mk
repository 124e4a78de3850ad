# MIPS, 32 bits, the highest byte first, under Linux
CPU = mips
include examples/boards/qemu-user/qemu-user.mk
