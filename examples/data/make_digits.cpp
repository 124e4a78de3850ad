// Makes digits.hpp from the CSV of the handwritten digits: zcat digits.csv.gz | make_digits > digits.hpp
// A picture becomes eight bytes, one a row, the leftmost pixel in the highest bit; a pixel is on from 8 of 16 upwards.
// The labels, what the digits are, follow the pictures.
// SPDX-License-Identifier: MIT

#include <cstdio>
#include <string>
#include <vector>

namespace {

struct Digit {
  unsigned rows[8];
  unsigned label;
};

bool read(Digit& digit) {
  for (int pixel = 0; pixel < 64; ++pixel) {
    unsigned value;
    if (std::scanf("%u,", &value) != 1 || value > 16) return false;
    unsigned& row = digit.rows[pixel / 8];
    row = (pixel % 8 == 0 ? 0 : row << 1) | (value >= 8);
  }
  return std::scanf("%u", &digit.label) == 1 && digit.label <= 9;
}

}  // namespace

int main() {
  std::vector<Digit> digits;
  for (Digit digit; read(digit);) digits.push_back(digit);
  if (digits.size() != 1797 || !std::feof(stdin)) {
    std::fprintf(stderr, "make_digits: row %zu of the CSV is not 64 values of 0..16 and a label\n", digits.size() + 1);
    return 1;
  }

  std::printf(
      "// 1797 handwritten digits, 8x8 pixels of one bit: eight bytes a picture, one a row, the leftmost pixel in the\n"
      "// highest bit. Made by make_digits.cpp from the test part of \"Optical Recognition of Handwritten Digits\",\n"
      "// E. Alpaydin and C. Kaynak, UCI Machine Learning Repository (1998), doi 10.24432/C50P49, licence CC BY 4.0.\n"
      "// SPDX-License-Identifier: CC-BY-4.0\n"
      "\n"
      "#ifndef RBM_EXAMPLES_DIGITS_HPP\n"
      "#define RBM_EXAMPLES_DIGITS_HPP\n"
      "\n"
      "#include <stdint.h>\n"
      "\n"
      "// On AVR constants stay in flash only if they say so, and are then read with pgm_read_byte.\n"
      "#ifdef __AVR__\n"
      "#include <avr/pgmspace.h>\n"
      "#define DIGITS_IN_FLASH PROGMEM\n"
      "#else\n"
      "#define DIGITS_IN_FLASH\n"
      "#endif\n"
      "\n"
      "enum { digits_count = %zu, digits_training_count = 1500 };  // the others are held out\n"
      "\n"
      "static const uint8_t digits_bits[%zu][8] DIGITS_IN_FLASH = {\n",
      digits.size(), digits.size());
  for (std::size_t i = 0; i < digits.size(); ++i) {
    std::printf(i % 2 == 0 ? "    {" : " {");
    for (int row = 0; row < 8; ++row) std::printf("0x%02x%s", digits[i].rows[row], row < 7 ? ", " : "},");
    if (i % 2 == 1) std::printf("\n");
  }
  std::printf("\n};\n\n// What each picture shows: a digit from 0 to 9.\n");
  std::printf("static const uint8_t digits_labels[%zu] DIGITS_IN_FLASH = {", digits.size());
  const std::size_t in_a_line = 39;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    std::printf(i % in_a_line == 0 ? "\n    %u," : " %u,", digits[i].label);
  }
  std::printf("\n};\n\n#endif  // RBM_EXAMPLES_DIGITS_HPP\n");
  return 0;
}
