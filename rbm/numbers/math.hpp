// rbm/numbers/math.hpp: exp, log, sqrt and what the units make of them, for float and without libm.
//
// They hold no branch and no table, so a loop over them becomes SIMD at -O2 or -O3 without -ffast-math, and every
// target computes them from the same few additions and multiplications. Errors are in units in the last place (ulp) of
// the exact result, the largest over all 2^32 floats; below 2^-126 the unit is 2^-149. `make math-errors` prints
//
//   exp 0.99   log 0.91   log1p 1.44   sigmoid 2.40   softplus 2.02
//   sqrt 0.76   tanh 2.50   log_two_cosh 1.80   rectified_mean 8.78   rectified_cumulant 4.97
//
// and with CXXFLAGS=-march=native, where additions are fused with multiplications, 1.02 for exp and no more for the
// rest. (The last, which passes through 0, is measured in units in the last place of no less than 1.) NaN gives NaN; a
// result is infinite only where the exact one is infinite or beyond the largest float.
// SPDX-License-Identifier: MIT

#ifndef RBM_NUMBERS_MATH_HPP
#define RBM_NUMBERS_MATH_HPP

#include <stddef.h>
#include <stdint.h>

#include "../config.hpp"
#include "fixed.hpp"

namespace rbm {

/// The bits of a float.
RBM_INLINE uint32_t to_bits(float x) {
  uint32_t bits;
  RBM_COPY_BYTES(&bits, &x, sizeof bits);
  return bits;
}

/// The float with these bits.
RBM_INLINE float from_bits(uint32_t bits) {
  float x;
  RBM_COPY_BYTES(&x, &bits, sizeof x);
  return x;
}

/// Neither NaN nor infinite.
RBM_INLINE bool is_finite(float x) { return (to_bits(x) & 0x7F800000u) != 0x7F800000u; }

/// a - b. Without an FPU by the subroutine that adds, so that the one that subtracts need not be in flash, too. (On AVR
/// both are one.)
template <class Number>
RBM_INLINE Number difference(Number a, Number b) {
  return a - b;
}
RBM_INLINE float difference(float a, float b) {
#if RBM_VECTOR_BYTES == 1 && defined(__GNUC__) && !defined(__AVR__)
  uint32_t first = to_bits(a), second = to_bits(b) ^ 0x80000000u;
  __asm__("" : "+r"(first), "+r"(second));  // lest the compiler subtract all the same
  return from_bits(first) + from_bits(second);
#else
  return a - b;
#endif
}

/// Whether x is at least `least`, which is 0 or -most, and at most `most`; of NaN it is not, nor is -0 at least 0.
/// Positive floats are ordered as their bits, and those of NaN are above all: no subroutine where there is no FPU.
RBM_INLINE bool is_between(float x, float least, float most) {
  return (to_bits(x) & ~(to_bits(least) & 0x80000000u)) <= to_bits(most);
}

/// +infinity.
RBM_INLINE float infinity() { return from_bits(0x7F800000u); }

/// condition ? a : b, where there are vectors by masking bits. Of a plain conditional GCC moves what one outcome alone
/// needs into a branch, and then does not vectorise the loop.
RBM_INLINE float choose(bool condition, float a, float b) {
#if RBM_VECTOR_BYTES > 4 && !defined(__ARM_FEATURE_MVE)
  const uint32_t mask = 0u - static_cast<uint32_t>(condition);
  return from_bits((to_bits(a) & mask) | (to_bits(b) & ~mask));
#else
  return condition ? a : b;
#endif
}

/// x as a float, also where a register may hold more than a float does.
RBM_INLINE float rounded(float x) {
#if defined(__FLT_EVAL_METHOD__) && (__FLT_EVAL_METHOD__ < 0 || __FLT_EVAL_METHOD__ == 1 || __FLT_EVAL_METHOD__ == 2)
  volatile float stored = x;
  return stored;
#else
  return x;
#endif
}

/// -|x|.
RBM_INLINE float negative_magnitude(float x) { return from_bits(to_bits(x) | 0x80000000u); }

namespace detail {

/// c0 + c1 x + c2 x^2 ..., by Horner's method.
RBM_INLINE float polynomial(float, float c0) { return c0; }
template <class... Rest>
RBM_INLINE float polynomial(float x, float c0, Rest... rest) {
#if RBM_VECTOR_BYTES == 1
  const float product = polynomial(x, rest...) * x;
  return c0 < 0.0f ? difference(product, -c0) : product + c0;
#else
  return polynomial(x, rest...) * x + c0;
#endif
}

/// The largest of `Count` numbers.
template <size_t Count, class Number>
Number largest(const Number* x) {
  Number most = x[0];
  for (size_t k = 1; k < Count; ++k) most = x[k] > most ? x[k] : most;
  return most;
}

// e^x = 2^power (1 + rest) with |rest| < 0.42, for |x| <= 104.
struct Exponential {
  uint32_t power;
  float rest;
};

// The numbers that exponential, and its vectors in kernels/draws.hpp, are made of: x = n ln 2 + r with |r| <= ln 2 / 2,
// where adding 1.5 * 2^23 leaves n, rounded, in the low bits of the sum; ln 2 as 12 + 24 bits; and e^r - 1 = r + r^2
// P(r), minimax, with a relative error of 3.3e-9.
struct ExponentialTerms {
  static constexpr float log2_e = 1.44269504f, rounding = 12582912.0f, ln2_high = 0.693115234375f,
                         ln2_low = 3.19461833e-5f, p4 = 1.37825042e-3f, p3 = 8.36867467e-3f, p2 = 4.16689627e-2f,
                         p1 = 0.166665211f, p0 = 0.499999911f;
};

// n is taken from the bits of the sum, since a register may hold more than a float does.
inline Exponential exponential(float x) {
  typedef ExponentialTerms Terms;
  const uint32_t power = to_bits(x * Terms::log2_e + Terms::rounding) - 0x4B400000u;
  const float n = static_cast<float>(static_cast<int32_t>(power));
  const float r = difference(difference(x, n * Terms::ln2_high), n * Terms::ln2_low);
  const float p = polynomial(r, Terms::p0, Terms::p1, Terms::p2, Terms::p3, Terms::p4);
  return {power, (p * r) * r + r};
}

// e^x for x <= 0, with the bits of exp in fewer instructions.
inline float exp_of_negative(float x) {
  x = choose(x < -104.0f, -104.0f, x);
  const Exponential e = exponential(x);
  return (e.rest + 1.0f) * from_bits((e.power + 191u) << 23) * 5.42101086e-20f;  // 2^(n + 64) 2^-64
}

}  // namespace detail

/// e^x.
inline float exp(float x) {
  // Beyond these bounds the result is 0 or infinite as it is there. A NaN passes both comparisons.
  x = choose(x < -104.0f, -104.0f, x);
  x = choose(x > 104.0f, 104.0f, x);
  const detail::Exponential e = detail::exponential(x);
  // 2^n in two factors, since 2^128 and 2^-150 are no floats.
  const uint32_t half = (e.power + 256u) / 2u - 128u;
  return (e.rest + 1.0f) * from_bits((half + 127u) << 23) * from_bits((e.power - half + 127u) << 23);
}

/// ln x: -infinity at 0, NaN below.
RBM_SUBROUTINE float log(float x) {
  const bool subnormal = x < 1.17549435e-38f;
  const float y = choose(subnormal, x * 8388608.0f, x);

  // y = 2^n (1 + f) with 1 + f in [sqrt(1/2), sqrt(2))
  const uint32_t offset = to_bits(y) - 0x3F3504F3u;
  const int32_t n = static_cast<int32_t>((offset >> 23) ^ 256u) - 256;  // sign-extends the nine bits
  const float f = difference(from_bits((offset & 0x007FFFFFu) + 0x3F3504F3u), 1.0f);
  const float n_float = static_cast<float>(n - (subnormal ? 23 : 0));

  // ln(1 + f) = f - f^2 / 2 + f^3 P(f), minimax: relative error 7.9e-9
  const float p = detail::polynomial(f, 0.333333731f, -0.250008404f, 0.199989900f, -0.166212067f, 0.142389074f,
                                     -0.13212356f, 0.1256589f, -7.28602111e-2f);
  const float square = f * f;
  const float low = n_float * 3.19461833e-5f + difference(p * f * square, 0.5f * square);
  const float result = n_float * 0.693115234375f + (f + low);

  const float at_most_zero = choose(detail::equal(x, 0.0f), -infinity(), from_bits(0x7FC00000u));
  return choose(x > 0.0f, choose(x < infinity(), result, x), at_most_zero);
}

/// ln(1 + x), exact also where x is tiny: -infinity at -1, NaN below.
inline float log1p(float x) {
  const float u = rounded(1.0f + x);
  // What the rounding of 1 + x lost, d = 1 + x - u, is worth d / u. Where u is 0 or infinite there is nothing to mend.
  const float lost = choose(x < 1.0f, difference(x, difference(u, 1.0f)), difference(1.0f, difference(u, x)));
  const float correction = lost / u;
  return log(u) + choose(correction < 1.0f, correction, 0.0f);
}

/// 1 / (1 + e^-x), the probability of a Bernoulli unit with input x.
inline float sigmoid(float x) {
  const float e = detail::exp_of_negative(negative_magnitude(x));
  return choose(x < 0.0f, e, 1.0f) / (1.0f + e);
}

/// ln(1 + e^x), the cumulant of a Bernoulli unit with input x.
inline float softplus(float x) {
  return choose(x > 0.0f, x, 0.0f) + log1p(detail::exp_of_negative(negative_magnitude(x)));
}

/// sqrt(x): NaN below 0.
inline float sqrt(float x) {
  const bool subnormal = x < 1.17549435e-38f;
  const float y = choose(subnormal, x * 16777216.0f, x);
  // Newton's method for 1 / sqrt(y) from a guess that halves the exponent, then once for sqrt(y).
  float inverse = from_bits(0x5F375A86u - (to_bits(y) >> 1));
  inverse = inverse * (1.5f - 0.5f * y * inverse * inverse);
  inverse = inverse * (1.5f - 0.5f * y * inverse * inverse);
  inverse = inverse * (1.5f - 0.5f * y * inverse * inverse);
  float root = y * inverse;
  root = root + 0.5f * inverse * (y - root * root);
  root = choose(subnormal, root * 2.44140625e-4f, root);
  return choose(x >= 0.0f, choose(x < infinity(), root, x), from_bits(0x7FC00000u));
}

/// tanh x, the mean of a spin with input x.
inline float tanh(float x) {
  float y = 2.0f * negative_magnitude(x);
  y = choose(y < -40.0f, -40.0f, y);  // where tanh is 1
  const detail::Exponential e = detail::exponential(y);
  const float scale = from_bits((e.power + 127u) << 23);
  const float m = e.rest * scale + (scale - 1.0f);  // e^y - 1, exact also where y is tiny
  const float magnitude = -m / (2.0f + m);
  return choose(x < 0.0f, -magnitude, choose(detail::equal(x, 0.0f), x, magnitude));
}

/// ln(2 cosh x), the cumulant of a spin with input x.
inline float log_two_cosh(float x) {
  const float y = negative_magnitude(x);
  return log1p(detail::exp_of_negative(2.0f * y)) - y;
}

/// What the mean of a rectified unit is for a negative input -t, t >= 0: phi(t) / Phi(-t) - t, with phi and Phi the
/// density and distribution of a standard normal variable. 1/t - 2/t^3 ... for large t.
inline float rectified_tail(float t) {
  const float u = 1.0f / (1.0f + t);
  // Rational and close to minimax: relative error 3.5e-8
  const float p = detail::polynomial(u, 1.00000003f, 5.09653346f, 21.3521631f, 49.2716783f, 66.2619691f, -0.161022616f);
  const float q = detail::polynomial(u, 1.0f, 4.09655379f, 18.2537209f, 40.1808026f, 64.6650193f, 50.8038909f);
  return u * p / q;
}

/// The mean of a normal variable of mean x and variance 1, given that it is positive: x + phi(x) / Phi(x).
inline float rectified_mean(float x) {
  const float t = -negative_magnitude(x);
  const float tail = rectified_tail(t);
  const float density = 0.398942280f * exp(-0.5f * t * t);
  return choose(x < 0.0f, tail, x + density / (1.0f - density / (t + tail)));
}

/// ln of the integral of exp(x s - s^2 / 2) over s > 0: x^2 / 2 + ln(sqrt(2 pi) Phi(x)).
inline float rectified_cumulant(float x) {
  const float t = -negative_magnitude(x);
  const float mills = t + rectified_tail(t);  // phi(t) / Phi(-t)
  const float rest = log1p(choose(x < 0.0f, mills - 1.0f, -0.398942280f * exp(-0.5f * t * t) / mills));
  return choose(x < 0.0f, -rest, 0.5f * t * t + (0.918938533f + rest));
}

/// ln(p / (1 - p)), the input that gives a Bernoulli unit the mean p: infinite at 0 and 1.
inline float log_odds(float p) { return log(p) - log1p(-p); }

}  // namespace rbm

#endif  // RBM_NUMBERS_MATH_HPP
