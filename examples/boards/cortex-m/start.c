// Start-up of a Cortex-M: vectors, RAM, FPU; then main, whose result is the exit status. Text goes to the debugger by
// semihosting, which QEMU and debug probes understand. A fault ends the program with status 101.
// SPDX-License-Identifier: MIT

#include <stdint.h>

extern uint32_t data_start[], data_end[], data_image[], bss_start[], bss_end[], stack_top[];

int main(void);
void reset(void);
void board_write(char letter);
void board_exit(int status);

static int semihosting(int operation, const void* argument) {
  register int r0 __asm__("r0") = operation;
  register const void* r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

void board_write(char letter) { semihosting(0x03, &letter); }

void board_exit(int status) {
  const uint32_t reason_and_code[] = {0x20026, (uint32_t)status};
  for (;;) semihosting(0x20, reason_and_code);
}

static void fault(void) {
  for (const char* letter = "\nfault\n"; *letter != 0; ++letter) board_write(*letter);
  board_exit(101);
}

void reset(void) {
#ifdef __ARM_FP
  *(volatile uint32_t*)0xE000ED88 |= 0xF00000;  // CPACR: coprocessors 10 and 11, FPU and Helium
  __asm__ volatile("dsb\n isb" ::: "memory");
#endif
  const uint32_t* image = data_image;
  for (uint32_t* word = data_start; word != data_end; ++word) *word = *image++;
  for (uint32_t* word = bss_start; word != bss_end; ++word) *word = 0;
  board_exit(main());
}

// NMI, HardFault and the faults of v7-M and v8-M; no interrupt is ever enabled.
__attribute__((section(".vectors"), used)) static const void* const vectors[16] = {
    stack_top, reset, fault, fault, fault, fault, fault, fault,
};
