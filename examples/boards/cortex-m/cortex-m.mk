# What the Cortex-M boards share; a board adds MACHINE, CPU and memory.ld.
PREFIX     = arm-none-eabi-
EMULATOR   = qemu-system-arm
PACKAGES   = gcc-arm-none-eabi picolibc-arm-none-eabi qemu-system-arm
FLAGS      = $(CPU) --specs=picolibc.specs
SCRIPTS    = examples/boards/cortex-m/link.ld
START      = examples/boards/cortex-m/start.c
LINK       = $(PREFIX)gcc $(FLAGS) -nostartfiles -L examples/boards/$(BOARD) -T examples/boards/cortex-m/link.ld -Wl,--gc-sections
RUN        = $(EMULATOR) -M $(MACHINE) -nographic -monitor none -serial none \
             -chardev stdio,id=text -semihosting-config enable=on,target=native,chardev=text $(PLUGIN) -kernel
