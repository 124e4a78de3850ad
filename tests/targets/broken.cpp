// A program that goes wrong, HOW: status, trap or hang. Each board must tell.
// SPDX-License-Identifier: MIT

#include "../../examples/boards/board.hpp"

enum { status, trap, hang };

int main() {
  Board out;
  out.write('!');
  if (HOW == trap) {
#ifdef __AVR__
    *reinterpret_cast<volatile uint8_t*>(0xF000) = 1;  // where no memory is
#else
    __builtin_trap();
#endif
  }
  while (HOW == hang) __asm__ volatile("");
  return 3;
}
