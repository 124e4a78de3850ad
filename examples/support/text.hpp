// Text for firmware: letters, words and numbers to anything that has write(uint8_t), without printf, heap or double.
// SPDX-License-Identifier: MIT

#ifndef RBM_EXAMPLES_TEXT_HPP
#define RBM_EXAMPLES_TEXT_HPP

#include <stdint.h>

// Words stay in flash, on AVR too.
#ifdef __AVR__
#include <avr/pgmspace.h>
#ifdef __clang__  // which ignores PROGMEM
#define TEXT(words)                                                                \
  [] {                                                                             \
    static const char letters[] __attribute__((section(".progmem.data"))) = words; \
    return letters;                                                                \
  }()
#else
#define TEXT(words) PSTR(words)
#endif
#else
#define TEXT(words) words
#endif

/// Words in TEXT().
template <class Out>
void print(Out& out, const char* words) {
#ifdef __AVR__
  while (const char letter = static_cast<char>(pgm_read_byte(words++))) out.write(static_cast<uint8_t>(letter));
#else
  while (const char letter = *words++) out.write(static_cast<uint8_t>(letter));
#endif
}

/// value / 10^decimals, in at least `width` places; at most 9 decimals.
template <class Out>
void print(Out& out, int32_t value, uint8_t width = 0, uint8_t decimals = 0) {
  char digits[14];
  uint8_t count = 0;
  uint32_t rest = value < 0 ? 0u - static_cast<uint32_t>(value) : static_cast<uint32_t>(value);
  for (; rest != 0 || count <= decimals; rest /= 10) {
    if (count == decimals && decimals != 0) digits[count++] = '.';
    digits[count++] = static_cast<char>('0' + rest % 10);
  }
  if (value < 0) digits[count++] = '-';
  for (uint8_t place = count; place < width; ++place) out.write(' ');
  while (count != 0) out.write(static_cast<uint8_t>(digits[--count]));
}

/// Eight hexadecimal digits.
template <class Out>
void print_hex(Out& out, uint32_t word) {
  for (uint8_t left = 8; left > 0; --left, word <<= 4) {
    const uint8_t digit = static_cast<uint8_t>(word >> 28);
    out.write(static_cast<uint8_t>(digit < 10 ? '0' + digit : 'a' + digit - 10));
  }
}

#endif  // RBM_EXAMPLES_TEXT_HPP
