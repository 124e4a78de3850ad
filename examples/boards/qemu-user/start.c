// Where there is an operating system, the C library starts and ends the program.
// SPDX-License-Identifier: MIT

#include <unistd.h>

void board_write(char letter);
void board_write(char letter) {
  if (write(STDOUT_FILENO, &letter, 1) != 1) _exit(1);
}
