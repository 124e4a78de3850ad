// The input of a sequence of calls, read as bytes: each choice and each number of the sequence takes some of them. So
// an input is the same sequence on every machine, and a fuzzer that changes bytes changes calls.
// SPDX-License-Identifier: MIT

#ifndef RBM_TESTS_FUZZ_BYTES_HPP
#define RBM_TESTS_FUZZ_BYTES_HPP

#include <cfloat>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "../../rbm/numbers/fixed.hpp"
#include "../../rbm/numbers/math.hpp"

namespace fuzz {

/// Beyond the last byte all are 0.
class Bytes {
 public:
  Bytes(const uint8_t* data, size_t size) : next(data), end(data + size) {}

  bool empty() const { return next == end; }
  uint8_t byte() { return next == end ? uint8_t{0} : *next++; }
  uint32_t word() {
    uint32_t bits = 0;
    for (int i = 0; i < 4; ++i) bits = bits << 8 | byte();
    return bits;
  }

  /// 0 ... n - 1, for n up to 256.
  size_t below(size_t n) { return byte() % n; }

  /// True once in 2^16 times: for what takes a thousand times as long as other calls.
  bool rarely() { return byte() == 77 && byte() == 77; }

 private:
  const uint8_t* next;
  const uint8_t* end;
};

/// How wild numbers are: those of everyday models; of any size that a model may reach; whatever the type holds.
enum class Manner { calm, wide, any };

/// Three quarters calm.
inline Manner manner(Bytes& bytes) {
  const size_t chosen = bytes.below(8);
  return chosen < 6 ? Manner::calm : chosen < 7 ? Manner::wide : Manner::any;
}

inline float real(Bytes& bytes, Manner how) {
  const float small = static_cast<float>(static_cast<int8_t>(bytes.byte())) / 32.0f;
  if (how == Manner::calm) return small;
  if (how == Manner::wide) return std::ldexp(small, static_cast<int>(bytes.below(80)) - 40);
  static const float ends[] = {0.0f,
                               -0.0f,
                               FLT_MAX,
                               -FLT_MAX,
                               FLT_MIN,
                               1e-45f,
                               -1e-45f,
                               1e-39f,
                               std::numeric_limits<float>::infinity(),
                               -std::numeric_limits<float>::infinity(),
                               std::numeric_limits<float>::quiet_NaN(),
                               1.0f,
                               -1.0f,
                               1e15f,
                               -1e15f,
                               1e19f,
                               -1e19f,
                               3e38f,
                               1e30f,
                               -1e30f,
                               1e9f,
                               127.0f,
                               1e-18f,
                               1e-4f};
  const size_t chosen = bytes.below(sizeof ends / sizeof ends[0] + 8);
  if (chosen < sizeof ends / sizeof ends[0]) return ends[chosen];
  return rbm::from_bits(bytes.word());
}

/// A number of any type that models have.
inline void take(Bytes& bytes, Manner how, float& x) { x = real(bytes, how); }

template <class Integer, int FractionBits>
void take(Bytes& bytes, Manner how, rbm::Fixed<Integer, FractionBits>& x) {
  typedef rbm::Fixed<Integer, FractionBits> Number;
  const size_t end = how == Manner::any ? bytes.below(4) : 3;
  if (how == Manner::calm) {
    x = Number(real(bytes, how) / 2.0f);
  } else if (end < 2) {
    x = end == 0 ? Number::highest() : Number::lowest();
  } else {
    x = Number::from_raw(static_cast<Integer>(bytes.word() >> 8));
  }
}

}  // namespace fuzz

#endif  // RBM_TESTS_FUZZ_BYTES_HPP
