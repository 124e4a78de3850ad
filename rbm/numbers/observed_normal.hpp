// rbm/numbers/observed_normal.hpp: the mean and draws of a normal unit of 16 bits that was seen with Gaussian noise.
//
// Without the observation it has the mean m = variance x. Of the noise's precision, the inverse of its variance, make
// q = variance precision: then
//   mean = value + (m - value) / (1 + q),   variance / (1 + q).
// Neither 1 / (1 + q) nor the precision is ever rounded to steps of the unit, which may be far too coarse for them.
// SPDX-License-Identifier: MIT

#ifndef RBM_NUMBERS_OBSERVED_NORMAL_HPP
#define RBM_NUMBERS_OBSERVED_NORMAL_HPP

#include <stdint.h>

#include "fixed.hpp"
#include "integer_math.hpp"
#include "math.hpp"

namespace rbm {
namespace detail {

/// The unit, and the precision with which it was seen.
/// Scaling: 1 + q = total 2^(shift - 24), with 2^24 <= total < 2^25. The mean is made in Q(F + 7), where m saturates at
/// 2^38; the variance in Q(2F + G) of at most 38 bits, and so the deviation in Q(F + G / 2).
template <int FractionBits>
struct ObservedNormal {
  typedef Fixed<int16_t, FractionBits> Scalar;
  typedef Fixed<int32_t, FractionBits> Sum;

  Scalar variance;  // without the observation
  uint32_t total;
  int shift;

  /// The digits of the float are taken as integers, so that no target rounds in its own way.
  ObservedNormal(Scalar variance_before, float precision) : variance(variance_before), shift(0) {
    const uint32_t bits = to_bits(precision);
    const int exponent = static_cast<int>((bits >> 23) & 0xFFu);
    const bool counts = exponent != 0 && variance.raw > 0;  // a precision below 2^-126 does not
    const uint64_t product =
        counts ? uint64_t{(bits & 0x7FFFFFu) | 0x800000u} * static_cast<uint16_t>(variance.raw) : 0;
    int up = counts ? exponent - 126 - FractionBits : 0;  // q is the product, of 39 bits, 2^up steps of 2^-24
    while (up > 24) {
      --up;
      ++shift;
    }
    uint64_t sum = shift <= 24 ? (uint64_t{1} << 24) >> shift : 0;
    sum += up >= 0 ? product << up : up > -40 ? product >> -up : 0;
    for (; sum >= uint64_t{1} << 25; sum >>= 1) ++shift;
    total = static_cast<uint32_t>(sum);
  }

  Scalar mean(Sum x, Scalar value) const { return rounded(fine_mean(x, value)); }

  template <class Rng>
  Scalar sample(Sum x, Scalar value, Rng& rng) const {
    constexpr int guard = (23 - FractionBits) / 2 * 2;  // G
    const uint64_t square = static_cast<uint64_t>(shrunk(variance.raw * (int64_t{1} << (FractionBits + guard))));
    const int64_t deviation = static_cast<int64_t>(integer::sqrt(square));
    return rounded(fine_mean(x, value) + ((deviation * integer::normal(rng)) >> (12 + guard / 2 - 7)));
  }

 private:
  int64_t fine_mean(Sum x, Scalar value) const {
    constexpr int down = FractionBits > 7 ? FractionBits - 7 : 0, up = FractionBits < 7 ? 7 - FractionBits : 0;
    constexpr int64_t most = int64_t{1} << 38;
    const int64_t before = ((int64_t{variance.raw} * x.raw) >> down) * (int64_t{1} << up);
    const int64_t seen = int64_t{value.raw} * 128;
    return seen + shrunk((before > most ? most : before < -most ? -most : before) - seen);
  }

  static Scalar rounded(int64_t fine) { return Scalar::saturated(shift_down(fine, 7)); }

  // x / (1 + q) to the nearest integer, for x of 39 bits.
  int64_t shrunk(int64_t x) const {
    const int64_t scaled = shift <= 24 ? x * (int64_t{1} << (24 - shift)) : x >> (shift < 64 ? shift - 24 : 40);
    return divide<int64_t>(scaled, total);
  }
};

}  // namespace detail
}  // namespace rbm

#endif  // RBM_NUMBERS_OBSERVED_NORMAL_HPP
