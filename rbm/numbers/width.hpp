// rbm/numbers/width.hpp: what differs between integers of 8 and of 16 bits: probabilities, rates, steps.
//
// Qn counts steps of 2^-n; F are the bits after the point of the model's numbers.
// SPDX-License-Identifier: MIT

#ifndef RBM_NUMBERS_WIDTH_HPP
#define RBM_NUMBERS_WIDTH_HPP

#include <stddef.h>
#include <stdint.h>

#include "../config.hpp"
#include "integer_math.hpp"

namespace rbm {
namespace detail {

constexpr int lesser(int a, int b) { return a < b ? a : b; }

/// How many bits a number has.
constexpr int bits_of(size_t n) { return n == 0 ? 0 : 1 + bits_of(n / 2); }

/// 64 bits, or 32 where there can be no more than 2^16 samples.
template <bool IsLarge>
struct TotalOf {
  typedef int64_t type;
};
template <>
struct TotalOf<false> {
  typedef int32_t type;
};

/// What depends on the width: 8-bit models.
template <class Integer, int FractionBits>
struct FixedWidth;

template <int FractionBits>
struct FixedWidth<int8_t, FractionBits> {
  typedef int16_t SumInteger;
  typedef uint8_t Draw;
  typedef uint16_t Probability;  // a probability in Q8
  typedef int16_t Rate;          // the rate in Q(F + 8): what moves a parameter by steps, in Q8, per unit of difference

  static_assert(FractionBits <= 6, "rbm: a Fixed<int8_t, bits> has 1 to 6 bits after the point");

  enum : int { probability_bits = 8 };

  /// sigmoid(-|Slope x|). Scaling: |x| in Q6, from an input of 16 bits in QF, at most 8.
  template <int Slope>
  static RBM_INLINE uint8_t tail(int16_t x) {
    const uint16_t most = static_cast<uint16_t>((8 / Slope) << FractionBits);
    const uint16_t y = x < 0 ? static_cast<uint16_t>(0u - static_cast<uint16_t>(x)) : static_cast<uint16_t>(x);
    return y < most ? integer::sigmoid_tail8(static_cast<uint16_t>(y * (Slope << (6 - FractionBits)))) : uint8_t{0};
  }

  template <int Slope>
  static Probability probability(int16_t x) {
    return x < 0 ? tail<Slope>(x) : static_cast<Probability>(256u - tail<Slope>(x));
  }

  /// Whether a draw is below the probability, in 8 bits.
  template <int Slope>
  static RBM_INLINE bool is_on(int16_t x, Draw draw) {
    return x < 0 ? draw < tail<Slope>(x) : static_cast<Draw>(~draw) >= tail<Slope>(x);
  }

  /// The rate over the number of samples; the bits below its last are rounded stochastically, once for all parameters.
  /// Scaling: a learning rate in Q24 is, times 2^F, the rate in Q(F + 24), clamped below 2^31; of it 16 bits are
  /// rounded off.
  template <class Rng>
  static Rate rate(uint32_t learning_rate, size_t count, int, Rng& rng) {
    const uint32_t most = 0x7FFEFFFFu >> FractionBits;
    learning_rate = (learning_rate < most ? learning_rate : most) << FractionBits;
    if (count > 1) learning_rate /= static_cast<uint32_t>(count);
    return static_cast<Rate>((learning_rate + (detail::next_word(rng) & 0xFFFFu)) >> 16);
  }

  /// How many steps a parameter moves. Scaling: the rate, 15 bits, times a difference in QF, 15 bits; 8 random bits
  /// above the F that a product of states off and on does not have.
  static int32_t steps(Rate rate, int16_t difference, Draw draw) {
    const int32_t random = (static_cast<int32_t>(draw) << FractionBits) + (1 << (FractionBits - 1));
    return (static_cast<int32_t>(rate) * difference + random) >> (FractionBits + 8);
  }
};

/// 16-bit models.
template <int FractionBits>
struct FixedWidth<int16_t, FractionBits> {
  typedef int32_t SumInteger;
  typedef uint16_t Draw;
  typedef uint32_t Probability;  // a probability in Q16

  struct Rate {  // factor 2^-shift
    int32_t factor;
    uint8_t shift;
  };

  enum : int { probability_bits = 16 };

  /// Scaling: |x| in Q12, from an input of 32 bits in QF, at most 8.
  template <int Slope>
  static Probability probability(int32_t x) {
    const uint32_t most = static_cast<uint32_t>(8 / Slope) << FractionBits;
    uint32_t y = x < 0 ? 0u - static_cast<uint32_t>(x) : static_cast<uint32_t>(x);
    y = (y < most ? y : most) * Slope;
    y = FractionBits <= 12
            ? y << (FractionBits <= 12 ? 12 - FractionBits : 0)
            : (y + (1u << (FractionBits > 12 ? FractionBits - 13 : 0))) >> (FractionBits > 12 ? FractionBits - 12 : 0);
    const uint32_t tail = integer::sigmoid_tail16(static_cast<int32_t>(y));
    return x < 0 ? tail : 65536u - tail;
  }

  template <int Slope>
  static bool is_on(int32_t x, Draw draw) {
    return draw < probability<Slope>(x);
  }

  /// The rate over the number of samples, as a factor of at most `bits` bits and a shift of at most 28; the bits below
  /// its last are rounded stochastically, once for all parameters. What has more bits saturates.
  template <class Rng>
  static Rate rate(uint32_t learning_rate, size_t count, int bits, Rng& rng) {
    uint32_t factor = learning_rate;
    uint8_t shift = static_cast<uint8_t>(24);
    while (factor < 0x40000000u && factor != 0) {
      factor <<= 1;
      ++shift;
    }
    if (count > 1) factor /= static_cast<uint32_t>(count);
    while (factor < 0x40000000u && shift < 59) {  // so that at most 31 bits are taken off
      factor <<= 1;
      ++shift;
    }
    uint8_t off = static_cast<uint8_t>(31 - bits);
    while (shift - off > 28) ++off;
    const uint32_t rest = detail::next_word(rng) & ((uint32_t{1} << off) - 1);
    if (shift < off) return {(int32_t{1} << bits) - 1, 0};
    return {static_cast<int32_t>((factor + rest) >> off), static_cast<uint8_t>(shift - off)};
  }

  /// How many steps a parameter moves. Scaling: factor times difference are at most 30 bits, see rate_bits; of 16
  /// random bits as many as the shift, or where it is larger all 16 and half of what they leave.
  static int32_t steps(Rate rate, int32_t difference, Draw draw) {
    const int shift = rate.shift;
    const int32_t random = shift > 16 ? (static_cast<int32_t>(draw) << (shift - 16)) + (int32_t{1} << (shift - 17))
                                      : static_cast<int32_t>(draw) >> (16 - shift);
    return (rate.factor * difference + random) >> shift;
  }
};

}  // namespace detail

}  // namespace rbm

#endif  // RBM_NUMBERS_WIDTH_HPP
