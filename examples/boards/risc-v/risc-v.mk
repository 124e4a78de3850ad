# What the RISC-V boards share; a board adds CPU.
PREFIX     = riscv64-unknown-elf-
EMULATOR   = qemu-system-riscv32
PACKAGES   = gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf qemu-system-misc
FLAGS      = $(CPU) -mcmodel=medany --specs=picolibc.specs
SCRIPTS    = examples/boards/risc-v/link.ld
START      = examples/boards/risc-v/start.c
LINK       = $(PREFIX)gcc $(FLAGS) -nostartfiles -T examples/boards/risc-v/link.ld -Wl,--gc-sections
RUN        = $(EMULATOR) -M virt -bios none -nographic -monitor none -serial none \
             -chardev stdio,id=text -semihosting-config enable=on,target=native,chardev=text $(PLUGIN) -kernel
