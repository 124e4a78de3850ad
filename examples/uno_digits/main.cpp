// uno_digits: an ATmega328P, with 2 KB of RAM, learns handwritten digits. 64x16 units in 8 bits, CD-1 on one digit at a
// time; over the serial line it draws digits, their reconstructions and the weights as they improve, then its dreams.
// It runs on every board; uno_digits.ino is the same as an Arduino sketch.
// SPDX-License-Identifier: MIT

#include "../boards/board.hpp"
#include "uno_digits.hpp"

int main() {
  Board out;
  start();
  uint16_t error = 0;
  for (uint8_t pass = 1; pass <= passes; ++pass) {
    if (learn() != rbm::Status::ok) return 1;
    error = report(out, pass);
  }
  dream(out);
  return error < most_error ? 0 : 1;
}
