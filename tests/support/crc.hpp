// CRC-32 (IEEE 802.3) of a model's parameters, each as two's complement or as the bits of a float, from its lowest byte
// on, so that it is the same on every machine.
// SPDX-License-Identifier: MIT

#ifndef RBM_TESTS_CRC_HPP
#define RBM_TESTS_CRC_HPP

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct Crc32 {
  uint32_t state = 0xFFFFFFFFu;

  template <class Number>
  void add(const Number* numbers, size_t count) {
    for (size_t i = 0; i < count; ++i) {
      uint32_t bits = bits_of(numbers[i]);
      for (size_t byte = 0; byte < sizeof(Number); ++byte, bits >>= 8) {
        state ^= bits & 255u;
        for (int k = 0; k < 8; ++k) state = (state >> 1) ^ (0xEDB88320u & (0u - (state & 1u)));
      }
    }
  }

  uint32_t value() const { return ~state; }

 private:
  template <class Fixed>
  static uint32_t bits_of(Fixed number) {
    return static_cast<uint32_t>(number.raw);
  }
  static uint32_t bits_of(float number) {
    uint32_t bits;
    memcpy(&bits, &number, sizeof bits);
    return bits;
  }
};

/// Of the weights, then the visible, then the hidden biases.
template <class Model>
uint32_t crc_of(const Model& model) {
  Crc32 crc;
  crc.add(model.weights.values, Model::visible_size * size_t{Model::hidden_size});
  for (size_t i = 0; i < Model::visible_size; ++i) crc.add(&model.visible.bias_of(i), 1);
  for (size_t j = 0; j < Model::hidden_size; ++j) crc.add(&model.hidden.bias_of(j), 1);
  return crc.value();
}

#endif  // RBM_TESTS_CRC_HPP
