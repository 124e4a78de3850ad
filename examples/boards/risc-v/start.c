// Start-up of a RISC-V with 32 bits: traps, stack, RAM, FPU; then main, whose result is the exit status. Text goes to
// the debugger by semihosting, as on the Cortex-M. A trap ends the program with status 101.
// SPDX-License-Identifier: MIT

#include <stdint.h>

extern uint32_t data_start[], data_end[], data_image[], bss_start[], bss_end[];

int main(void);
void start(void);
void board_write(char letter);
void board_exit(int status);

// The three instructions that mean a call of the debugger, not compressed and in one piece of memory.
__attribute__((noinline, aligned(16))) static int semihosting(int operation, const void* argument) {
  register int a0 __asm__("a0") = operation;
  register const void* a1 __asm__("a1") = argument;
  __asm__ volatile(
      ".balign 16\n .option push\n .option norvc\n"
      "slli x0, x0, 0x1f\n ebreak\n srai x0, x0, 7\n"
      ".option pop"
      : "+r"(a0)
      : "r"(a1)
      : "memory");
  return a0;
}

void board_write(char letter) { semihosting(0x03, &letter); }

void board_exit(int status) {
  const uint32_t reason_and_code[] = {0x20026, (uint32_t)status};
  for (;;) semihosting(0x20, reason_and_code);
}

__attribute__((aligned(4), used)) static void trap(void) {
  for (const char* letter = "\ntrap\n"; *letter != 0; ++letter) board_write(*letter);
  board_exit(101);
}

__attribute__((used)) static void prepare(void) {
  const uint32_t* image = data_image;
  for (uint32_t* word = data_start; word != data_end; ++word) *word = *image++;
  for (uint32_t* word = bss_start; word != bss_end; ++word) *word = 0;
  board_exit(main());
}

__attribute__((naked, section(".start"))) void start(void) {
  __asm__ volatile(
      ".option push\n .option norelax\n .option arch, +zicsr\n"
      "la sp, stack_top\n"
      "la t0, %0\n csrw mtvec, t0\n"
      "li t0, 0x2000\n csrs mstatus, t0\n"  // the FPU, where there is one
      "j %1\n"
      ".option pop" ::"i"(trap),
      "i"(prepare));
}
