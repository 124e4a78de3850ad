// What an example asks of a board: a way to write a letter, to a serial line or a debugger. Each board's start-up code
// defines it, and takes what main returns for the exit status.
// SPDX-License-Identifier: MIT

#ifndef RBM_EXAMPLES_BOARD_HPP
#define RBM_EXAMPLES_BOARD_HPP

#include <stdint.h>

extern "C" void board_write(char letter);

/// The board as something that text is printed to; Arduino's Serial has the same function.
struct Board {
  void write(uint8_t letter) { board_write(static_cast<char>(letter)); }
};

#endif  // RBM_EXAMPLES_BOARD_HPP
