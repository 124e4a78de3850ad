// rbm/math.hpp: exp, log, log1p, sigmoid and softplus of float, without libm.
//
// They hold no branch and no table, so a loop over them becomes SIMD at -O2 or -O3 without -ffast-math, and every
// target computes them from the same few additions and multiplications. Errors are in units in the last place (ulp) of
// the exact result, the largest over all 2^32 floats; below 2^-126 the unit is 2^-149. `make math-errors` prints
//
//   exp 0.99   log 0.91   log1p 1.44   sigmoid 2.40   softplus 2.02
//
// and with CXXFLAGS=-march=native, where additions are fused with multiplications, 1.02 for exp and no more for the
// rest. NaN gives NaN; a result is infinite only where the exact one is infinite or beyond the largest float.
// SPDX-License-Identifier: MIT

#ifndef RBM_MATH_HPP
#define RBM_MATH_HPP

#include <stdint.h>

#include "config.hpp"

namespace rbm {

/// The bits of a float.
inline uint32_t to_bits(float x) {
  uint32_t bits;
  RBM_COPY_BYTES(&bits, &x, sizeof bits);
  return bits;
}

/// The float with these bits.
inline float from_bits(uint32_t bits) {
  float x;
  RBM_COPY_BYTES(&x, &bits, sizeof x);
  return x;
}

/// Neither NaN nor infinite.
inline bool is_finite(float x) { return (to_bits(x) & 0x7F800000u) != 0x7F800000u; }

/// +infinity.
inline float infinity() { return from_bits(0x7F800000u); }

/// condition ? a : b, by masking bits. Of a plain conditional GCC moves what one outcome alone needs into a branch, and
/// then does not vectorise the loop.
inline float choose(bool condition, float a, float b) {
  const uint32_t mask = 0u - static_cast<uint32_t>(condition);
  return from_bits((to_bits(a) & mask) | (to_bits(b) & ~mask));
}

/// -|x|.
inline float negative_magnitude(float x) { return from_bits(to_bits(x) | 0x80000000u); }

/// e^x.
inline float exp(float x) {
  // Beyond these bounds the result is 0 or infinite as it is there. A NaN passes both comparisons.
  x = choose(x < -104.0f, -104.0f, x);
  x = choose(x > 104.0f, 104.0f, x);

  // x = n ln 2 + r with |r| <= ln 2 / 2. Adding 1.5 * 2^23 leaves n, rounded, in the low bits of the sum.
  const uint32_t n = to_bits(x * 1.44269504f + 12582912.0f) - 0x4B400000u;
  const float n_float = static_cast<float>(static_cast<int32_t>(n));
  const float r = (x - n_float * 0.693115234375f) - n_float * 3.19461833e-5f;  // 12 + 24 bits of ln 2

  // e^r = 1 + r + r^2 P(r), minimax: relative error 3.3e-9
  float p = 1.37825042e-3f;
  p = p * r + 8.36867467e-3f;
  p = p * r + 4.16689627e-2f;
  p = p * r + 0.166665211f;
  p = p * r + 0.499999911f;
  p = (p * r) * r + r + 1.0f;

  // 2^n in two factors, since 2^128 and 2^-150 are no floats.
  const uint32_t half = (n + 256u) / 2u - 128u;
  return p * from_bits((half + 127u) << 23) * from_bits((n - half + 127u) << 23);
}

/// ln x: -infinity at 0, NaN below.
inline float log(float x) {
  const bool subnormal = x < 1.17549435e-38f;
  const float y = choose(subnormal, x * 8388608.0f, x);

  // y = 2^n (1 + f) with 1 + f in [sqrt(1/2), sqrt(2))
  const uint32_t offset = to_bits(y) - 0x3F3504F3u;
  const int32_t n = static_cast<int32_t>((offset >> 23) ^ 256u) - 256;  // sign-extends the nine bits
  const float f = from_bits((offset & 0x007FFFFFu) + 0x3F3504F3u) - 1.0f;
  const float n_float = static_cast<float>(n) - choose(subnormal, 23.0f, 0.0f);

  // ln(1 + f) = f - f^2 / 2 + f^3 P(f), minimax: relative error 7.9e-9
  float p = -7.28602111e-2f;
  p = p * f + 0.1256589f;
  p = p * f - 0.13212356f;
  p = p * f + 0.142389074f;
  p = p * f - 0.166212067f;
  p = p * f + 0.199989900f;
  p = p * f - 0.250008404f;
  p = p * f + 0.333333731f;
  const float square = f * f;
  const float low = n_float * 3.19461833e-5f + (p * f * square - 0.5f * square);
  const float result = n_float * 0.693115234375f + (f + low);

  const float at_most_zero = choose(x == 0.0f, -infinity(), from_bits(0x7FC00000u));
  return choose(x > 0.0f, choose(x < infinity(), result, x), at_most_zero);
}

/// ln(1 + x), exact also where x is tiny: -infinity at -1, NaN below.
inline float log1p(float x) {
  const float u = 1.0f + x;
  // What the rounding of 1 + x lost, d = 1 + x - u, is worth d / u. Where u is 0 or infinite there is nothing to mend.
  const float lost = choose(x < 1.0f, x - (u - 1.0f), 1.0f - (u - x));
  const float correction = lost / u;
  return log(u) + choose(correction < 1.0f, correction, 0.0f);
}

/// 1 / (1 + e^-x), the probability of a Bernoulli unit with input x.
inline float sigmoid(float x) {
  const float e = exp(negative_magnitude(x));
  return choose(x < 0.0f, e, 1.0f) / (1.0f + e);
}

/// ln(1 + e^x), the cumulant of a Bernoulli unit with input x.
inline float softplus(float x) { return choose(x > 0.0f, x, 0.0f) + log1p(exp(negative_magnitude(x))); }

/// ln(p / (1 - p)), the input that gives a Bernoulli unit the mean p: infinite at 0 and 1.
inline float log_odds(float p) { return log(p) - log1p(-p); }

}  // namespace rbm

#endif  // RBM_MATH_HPP
