// rbm/numbers/integer_math.hpp: sigmoid, softplus, exp, log, sqrt and a normal draw for numbers without an FPU.
//
// Integers in, integers out, each with its format: Qn counts steps of 2^-n. Only additions, products of at most 32 bits
// and shifts are made, but for one division in the normal draw and 64 bits in the square root of large numbers; the
// results are the same on every target. Coefficients are minimax fits. tests/fixed.cpp measures the errors that are
// stated here over every input.
// SPDX-License-Identifier: MIT

#ifndef RBM_NUMBERS_INTEGER_MATH_HPP
#define RBM_NUMBERS_INTEGER_MATH_HPP

#include <stddef.h>
#include <stdint.h>

#include "../config.hpp"
#include "../storage.hpp"
#include "fixed.hpp"
#include "random.hpp"

namespace rbm {
namespace integer {

/// The draws of a word, or fewer, the lowest bits first.
template <class Draw>
RBM_INLINE void cut_word(uint32_t word, Draw* draws, size_t count) {
  for (size_t i = 0; i < count; ++i) draws[i] = static_cast<Draw>(word >> (8 * sizeof(Draw) * i));
}

/// Words of the generator cut into draws of 8 or 16 bits: four or two from each word. The bits that are left of the
/// last word are dropped: every call begins with a fresh word. `draws` is aligned as a word is, so that a little-endian
/// processor stores words as they are. Where `Known` is not 0 it is the count.
template <size_t Known, class Draw, class Rng>
void cut_words(Draw* draws, size_t count, Rng& rng) {
  constexpr size_t each = sizeof(uint32_t) / sizeof(Draw);
  if (Known != 0) count = Known;
  detail::ensure_nonzero(rng);
  for (; count >= each; count -= each, draws += each) {
    const uint32_t word = detail::next_word(rng);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    RBM_COPY_BYTES(__builtin_assume_aligned(draws, sizeof word), &word, sizeof word);
#else
    cut_word(word, draws, each);
#endif
  }
  if (count > 0) cut_word(detail::next_word(rng), draws, count);
}

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
template <size_t, class Draw>
RBM_INLINE void cut_words(Draw* draws, size_t count, XorshiftLanes& rng) {
  rng.fill(draws, count * sizeof(Draw));
}
#endif

/// Calls visit(i, draw) for the same draws, which are not kept.
template <class Draw, class Rng, class Visit>
RBM_INLINE void each_draw(size_t count, Rng& rng, const Visit& visit) {
  detail::ensure_nonzero(rng);
  for (size_t i = 0; i < count;) {
    uint32_t word = detail::next_word(rng);
    for (size_t left = sizeof word / sizeof(Draw); left > 0 && i < count; --left, ++i) {
      visit(i, static_cast<Draw>(word));
      word >>= 8 * sizeof(Draw);
    }
  }
}

/// `count` <= Most draws.
template <size_t Most, class Draw, class Rng>
RBM_INLINE void draw(Draw* draws, size_t count, Rng& rng) {
  if (count == Most) {
    cut_words<Most>(draws, count, rng);
  } else {
    cut_words<0>(draws, count, rng);
  }
}

/// x 2^-shift, rounded stochastically: plus a random part of a step, rounded down. Of the draw as many bits are taken
/// as the shift, or where that is larger all of them and half of what they leave.
template <class Integer, class Draw>
RBM_INLINE Integer round_stochastically(Integer x, int shift, Draw draw) {
  constexpr int bits = 8 * sizeof(Draw);
  const Integer random = shift > bits ? (Integer{draw} << (shift - bits)) + (Integer{1} << (shift - bits - 1))
                                      : Integer{draw} >> (bits - shift);
  return (x + random) >> shift;
}

/// curvature away^2 / 2^16: the high 8 of 24 bits, from products of 8 by 8.
RBM_INLINE uint8_t parabola(uint8_t away, uint8_t curvature) {
  const uint16_t square = static_cast<uint16_t>(uint16_t{away} * away);
  const uint16_t low = static_cast<uint16_t>(uint16_t{static_cast<uint8_t>(square)} * curvature);
  const uint16_t high = static_cast<uint16_t>(uint16_t{static_cast<uint8_t>(square >> 8)} * curvature);
  return static_cast<uint8_t>(static_cast<uint16_t>(high + static_cast<uint8_t>(low >> 8)) >> 8);
}

/// sigmoid(-y) for 8-bit models.
/// Scaling: y in Q6, the result in Q8, at most 128. Two parabolas, from their least points, at 212 and 357 / 64. Error:
/// at most 0.0041, from y = 357 / 64 on the result is 0.
RBM_INLINE uint8_t sigmoid_tail8(uint16_t y) {
  if (y < 178) return static_cast<uint8_t>(parabola(static_cast<uint8_t>(212 - y), 169) + 13);
  return y < 357 ? static_cast<uint8_t>(parabola(static_cast<uint8_t>(357 - y), 28) + 1) : uint8_t{0};
}

/// The least y in Q5, rounded up, of which sigmoid_tail8 is at most this: where a draw of 8 bits begins to be above.
inline uint8_t sigmoid_threshold8(uint8_t tail) {
  static const uint8_t thresholds[128] RBM_IN_FLASH = {
      179, 155, 145, 137, 131, 125, 120, 115, 111, 106, 103, 99, 95, 92, 89, 89, 87, 84, 82, 80, 79, 77, 75, 74, 72, 71,
      70,  68,  67,  66,  65,  64,  62,  61,  60,  59,  58,  57, 56, 55, 54, 53, 53, 52, 51, 50, 49, 48, 47, 47, 46, 45,
      44,  43,  43,  42,  41,  40,  40,  39,  38,  38,  37,  36, 35, 35, 34, 33, 33, 32, 32, 31, 30, 30, 29, 28, 28, 27,
      27,  26,  25,  25,  24,  24,  23,  22,  22,  21,  21,  20, 20, 19, 18, 18, 17, 17, 16, 16, 15, 15, 14, 14, 13, 13,
      12,  12,  11,  11,  10,  10,  9,   9,   8,   8,   7,   7,  6,  6,  5,  5,  4,  4,  3,  3,  2,  2,  1,  1};
  return read_flash(thresholds + tail);
}

/// ln(1 + e^-y) for 8-bit models.
/// Scaling: y in Q6, the result in Q12: chords of its values in Q8 at multiples of 1/4. Error: at most 0.0021; from y =
/// 6.25 on the result is 0.
inline uint16_t softplus_tail8(uint16_t y) {
  static const uint8_t values[26] RBM_IN_FLASH = {177, 147, 121, 99, 80, 64, 52, 41, 32, 26, 20, 16, 12,
                                                  10,  8,   6,   5,  4,  3,  2,  2,  1,  1,  1,  1,  0};
  if (y >= 400) return 0;
  const uint8_t* const chord = values + (y >> 4);
  const uint8_t part = static_cast<uint8_t>(y & 15u);
  return static_cast<uint16_t>(read_flash(chord) * (16 - part) + read_flash(chord + 1) * part);
}

/// c0 + c1 u + c2 u^2 ..., by Horner's method, with u in Q`Bits`.
template <int Bits>
RBM_INLINE int32_t polynomial(int32_t, int32_t c0) {
  return c0;
}
template <int Bits, class... Rest>
RBM_INLINE int32_t polynomial(int32_t u, int32_t c0, Rest... rest) {
  return c0 + detail::shift_down(polynomial<Bits>(u, rest...) * u, Bits);
}

enum : int32_t { three = int32_t{3} * 4096, eight = int32_t{8} * 4096 };  // in Q12

/// sigmoid(-y) for 16-bit models.
/// Scaling: y in Q12 and not negative, the result in Q16. Coefficients below 2^17 times an argument of at most 3/4, in
/// Q14, below 2^14: 31 bits. Error: at most 0.0001 for y < 8, 0.00034 beyond, where the result is 0.
RBM_SUBROUTINE uint16_t sigmoid_tail16(int32_t y) {
  if (y >= eight) return 0;
  return static_cast<uint16_t>(y < three ? polynomial<14>(y, 32768, -65322, -5039, 126265, -130790, 43313)
                                         : polynomial<14>(eight - y, 20, 170, -604, 2837, -3405, 2159));
}

/// ln(1 + e^-y) for 16-bit models, what softplus(x) is above max(x, 0).
/// Scaling: as sigmoid_tail16. Error: at most 0.0001 for y < 8, 0.00034 beyond, where the result is 0.
RBM_SUBROUTINE int32_t softplus_tail16(int32_t y) {
  if (y >= eight) return 0;
  return y < three ? polynomial<14>(y, 45426, -131241, 133831, -12780, -74033, 40994)
                   : polynomial<14>(eight - y, 20, 228, -1042, 3964, -4609, 2626);
}

/// e^-y.
/// Scaling: y in Q12, the result in Q24. y log2(e) = k + f: y below 2^16 times 23637, in Q26, is below 2^31; 2^-f by a
/// polynomial in Q15 of an argument in Q15. Relative error: 0.0002, and steps of 2^-24; from y = 16 on the result is 0.
inline int32_t exp_of_minus(uint32_t y) {
  if (y >= 0x10000u) return 0;
  const uint32_t power = y * 23637u;
  const int32_t f = static_cast<int32_t>((power >> 11) & 0x7FFFu);
  const int32_t sum = polynomial<15>(f, 32768, -22711, 7850, -1749, 226);
  return static_cast<int32_t>((static_cast<uint32_t>(sum) << 9) >> (power >> 26));
}

/// ln n; of 0, as of 1, it is 0.
/// Scaling: the result in Q16. n = 2^k (1 + f), ln(1 + f) by a polynomial in Q16 of f in Q15: below 65530 * 32768, 31
/// bits. Error: at most 0.0002.
inline int32_t log(uint32_t n) {
  int32_t k = 31;
  for (; k > 0 && (n & 0x80000000u) == 0; --k) n <<= 1;
  const int32_t f = static_cast<int32_t>((n >> 16) & 0x7FFFu);
  return k * 45426 + polynomial<15>(f, 0, 65530, -32629, 20820, -12703, 5612, -1203);
}

/// The square root, rounded down: a bit a step, from the highest on.
template <class Unsigned>
Unsigned sqrt(Unsigned n) {
  if (sizeof n > sizeof(uint32_t) && n <= 0xFFFFFFFFu) return sqrt(static_cast<uint32_t>(n));
  Unsigned root = 0;
  for (Unsigned digit = Unsigned(1) << (8 * sizeof(Unsigned) - 2); digit != 0; digit >>= 2) {
    const bool fits = n >= root + digit;
    if (fits) n = static_cast<Unsigned>(n - (root + digit));
    root = static_cast<Unsigned>((root >> 1) + (fits ? digit : 0));
  }
  return root;
}

/// A draw from the standard normal distribution, by the ratio of uniforms as in random.hpp: x = sqrt(8 / e) (V - 1/2) /
/// U is taken where x^2 <= -4 ln U. One word of the generator a try, U from its low half and V from its high half, 1.37
/// words on average, and after detail::most_tries words it is 0.
/// Scaling: the result in Q12. U and V - 1/2 are odd numbers of steps of 2^-17, the numerator 16 bits and a sign times
/// 7027 = sqrt(8 / e) 4096: 29 bits. Beyond +-8, where a draw is too large to square in 31 bits, none is taken.
template <class Rng>
int32_t normal(Rng& rng) {
  for (uint8_t tries = detail::most_tries; tries > 0; --tries) {
    const uint32_t word = draw_word(rng);
    const uint32_t u = 2 * (word & 0xFFFFu) + 1;
    const int32_t v = 2 * static_cast<int32_t>(word >> 16) - 65535;
    const int32_t x = detail::divide(v * 7027, static_cast<int32_t>(u));
    if (x > -eight && x < eight && (x * x) >> 8 <= 4 * (17 * 45426 - log(u))) return x;
  }
  return 0;
}

}  // namespace integer
}  // namespace rbm

#endif  // RBM_NUMBERS_INTEGER_MATH_HPP
