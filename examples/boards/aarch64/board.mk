# AArch64, under Linux
CPU = aarch64
include examples/boards/qemu-user/qemu-user.mk
