// rbm/kernels/probabilities.hpp: the sigmoid in lanes, of floats and of integers.
//
// It gives, bit for bit, what rbm::sigmoid and Arithmetic give for one number.
// SPDX-License-Identifier: MIT

#ifndef RBM_KERNELS_PROBABILITIES_HPP
#define RBM_KERNELS_PROBABILITIES_HPP

#include <stddef.h>
#include <stdint.h>

#include "../config.hpp"
#include "../numbers/fixed.hpp"
#include "../numbers/integer_math.hpp"
#include "../numbers/math.hpp"
#include "processors.hpp"
#include "simd.hpp"

#if RBM_VECTOR_BYTES > 4

namespace rbm {
namespace kernels {

/// 1 / (1 + e^-x): of the quotient and e^-|x| no bit differs from rbm::sigmoid.
template <class Vec>
RBM_INLINE Vec sigmoid(const Vec& x) {
  typedef detail::ExponentialTerms Terms;
  typedef LanesOf<Vec, int32_t> Bits;
  typedef LanesOf<Vec, uint32_t> Words;
  const Bits bits = bits_as<Bits>(x), negative = bits >> 31, one = broadcast<Bits>(0x3F800000);
  const Vec y = raise_negative(bits_as<Vec>(bits | INT32_MIN), -104.0f);  // -|x|
  const Vec sum = y * Terms::log2_e + Terms::rounding, n = sum - Terms::rounding;
  const Vec r = (y - n * Terms::ln2_high) - n * Terms::ln2_low;
  const Vec p = (((r * Terms::p4 + Terms::p3) * r + Terms::p2) * r + Terms::p1) * r + Terms::p0;
  const Vec e = ((p * r) * r + r + 1.0f) * bits_as<Vec>((bits_as<Words>(sum) + 191u) << 23) * 5.42101086e-20f;
  return bits_as<Vec>((bits_as<Bits>(e) & negative) | (one ^ (one & negative))) / (e + 1.0f);
}

/// integer::sigmoid_tail8 in lanes of 16 bits, without branches: both parabolas are one, of other numbers.
template <class Vec>
RBM_INLINE Vec sigmoid_tails8(const Vec& y) {
  const Vec bound = broadcast<Vec>(178), end = broadcast<Vec>(357);
  const Vec away = where_less(y, bound, broadcast<Vec>(212), end) - y;  // 8 bits where it matters
  const Vec curvature = where_less(y, bound, broadcast<Vec>(169), broadcast<Vec>(28));
  const Vec square = away * away;
  const Vec tail = (((square >> 8) * curvature + (((square & 0xFF) * curvature) >> 8)) >> 8) +
                   where_less(y, bound, broadcast<Vec>(13), broadcast<Vec>(1));
  return where_less(y, end, tail, broadcast<Vec>(0));
}

/// integer::sigmoid_tail16 in lanes of 32 bits, y at most 8. A vector of constants takes two instructions to make:
/// there is one loop over the coefficients, for y < 3 and the change to those beyond. What is shifted down has room for
/// half of its last bit.
template <class Vec>
RBM_INLINE Vec sigmoid_tails16(const Vec& y) {
  static const int32_t coefficients[6][2] = {{43313, 2159 - 43313}, {-130790, -3405 + 130790}, {126265, 2837 - 126265},
                                             {-5039, -604 + 5039},  {-65322, 170 + 65322},     {32768, 20 - 32768}};
  constexpr int32_t three = integer::three, eight = integer::eight;
  const Vec far = (broadcast<Vec>(three - 1) - y) >> 31;
  const Vec u = (y ^ far) + (far & (eight + 1));  // y, or 8 - y
  Vec sum = broadcast<Vec>(0);
  for (const int32_t(&c)[2] : coefficients) sum = ((sum * u + 8192) >> 14) + c[0] + (far & c[1]);
  return sum & ((y - eight) >> 31);
}

/// Probabilities sigmoid(Slope x), of integers of 8 bits in Q8. Scaling: as FixedWidth::tail.
template <int Slope, int FractionBits, class Vec>
RBM_INLINE Vec probabilities(const Vec& x, Fixed<int8_t, FractionBits>) {
  constexpr int16_t most = (8 / Slope) << FractionBits, scale = Slope << (6 - FractionBits);
  const Vec clipped = clamped(x, static_cast<int16_t>(-most), most), up = (x ^ -1) >> 15;
  const Vec tail = bits_as<Vec>(
      sigmoid_tails8(bits_as<LanesOf<Vec, uint16_t>>(larger(clipped, broadcast<Vec>(0) - clipped) * scale)));
  return (tail ^ up) + (up & 257);  // 256 - tail, where the input is not negative
}

/// Probabilities of integers of 16 bits, in Q16.
template <int Slope, int FractionBits, class Vec>
RBM_INLINE Vec probabilities(const Vec& x, Fixed<int16_t, FractionBits>) {
  constexpr int32_t most = int32_t{8 / Slope} << FractionBits;
  const Vec clipped = clamped(x, -most, most), up = (x ^ -1) >> 31;
  const Vec size = larger(clipped, broadcast<Vec>(0) - clipped) * Slope;
  const Vec tail = sigmoid_tails16(FractionBits <= 12 ? size << (FractionBits <= 12 ? 12 - FractionBits : 0)
                                                      : (size + (1 << (FractionBits > 12 ? FractionBits - 13 : 0))) >>
                                                            (FractionBits > 12 ? FractionBits - 12 : 0));
  return (tail ^ up) + (up & 65537);
}

}  // namespace kernels
}  // namespace rbm

#endif

#endif  // RBM_KERNELS_PROBABILITIES_HPP
