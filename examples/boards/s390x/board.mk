# IBM Z, 64 bits, the highest byte first, under Linux
CPU = s390x
include examples/boards/qemu-user/qemu-user.mk
