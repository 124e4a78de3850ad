// rbm/kernels/draws.hpp: means and draws of many units of two states: most of a small model's time.
//
// No draw branches on what is drawn: the words of a block come first, then all comparisons.
// SPDX-License-Identifier: MIT

#ifndef RBM_KERNELS_DRAWS_HPP
#define RBM_KERNELS_DRAWS_HPP

#include <stddef.h>
#include <stdint.h>

#include "../config.hpp"
#include "../numbers/integer_math.hpp"
#include "../numbers/math.hpp"
#include "../numbers/number.hpp"
#include "../numbers/random.hpp"
#include "active.hpp"
#include "probabilities.hpp"
#include "processors.hpp"
#include "simd.hpp"

namespace rbm {
namespace kernels {

#if RBM_VECTOR_BYTES > 4

struct SigmoidColumns {
  const float* x;
  float slope;
  float* s;

  template <class Vec>
  RBM_INLINE void run(size_t j) const {
    store(sigmoid(load<Vec>(x + j) * slope), s + j);
  }
};

struct DrawColumns {
  const uint32_t* words;
  const float* p;
  float off;
  float* s;

  // Positive floats are ordered as their bits.
  template <class Vec>
  RBM_INLINE void run(size_t j) const {
    typedef LanesOf<Vec, int32_t> Bits;
    typedef LanesOf<Vec, uint32_t> Words;
    const Vec drawn = bits_as<Vec>((load<Words>(words + j) >> 9) | 0x3F800000u) - 0.99999994f;  // as detail::uniform_of
    const Bits one = broadcast<Bits>(0x3F800000), other = bits_as<Bits>(broadcast<Vec>(off));
    store(bits_as<Vec>(where_less(bits_as<Bits>(drawn), bits_as<Bits>(load<Vec>(p + j)), one, other)), s + j);
  }
};

template <int Off, class Integer, int FractionBits>
struct FixedMeanColumns {
  typedef Fixed<Integer, FractionBits> Scalar;
  const typename Arithmetic<Scalar>::SumInteger* x;
  Integer* s;

  // Rounded to a state, of spins to 2 p - 1.
  template <class Vec>
  RBM_INLINE void run(size_t j) const {
    typedef Arithmetic<Scalar> Ops;
    constexpr int bits = Ops::probability_bits, shift = bits - FractionBits;
    if (Vec::size == 1) {
      const typename Ops::Sum input = Ops::Sum::from_raw(x[j]);
      s[j] = (Off == 0 ? Ops::sigmoid(input) : Ops::tanh(input)).raw;
      return;
    }
    const Vec p = probabilities<1 - Off>(load<Vec>(x + j), Scalar());
    const Vec mean = Off == 0 ? p : p + p - static_cast<typename Vec::Number>(int32_t{1} << (Off == 0 ? 0 : bits));
    store_saturated((mean >> shift) + ((mean >> (shift - 1)) & 1), s + j);
  }
};

template <int Off, class Integer, int FractionBits>
struct FixedDrawColumns {
  typedef Fixed<Integer, FractionBits> Scalar;
  const typename Arithmetic<Scalar>::SumInteger* x;
  const typename Arithmetic<Scalar>::Draw* draws;
  Integer* s;

  template <class Vec>
  RBM_INLINE void run(size_t j) const {
    if (Vec::size == 1) {
      s[j] = Arithmetic<Scalar>::template is_on<1 - Off>(x[j], draws[j]) ? Scalar(1).raw : Scalar(Off).raw;
      return;
    }
    const Vec one = broadcast<Vec>(Scalar(1).raw), off = broadcast<Vec>(Scalar(Off).raw);
    store_saturated(where_less(load_as<Vec>(draws + j), probabilities<1 - Off>(load<Vec>(x + j), Scalar()), one, off),
                    s + j);
  }
};

#endif

// Functions that end in _sized are in flash once for all layers of a size. Where `Known` is not 0 it is the number of
// units, so that loops over them end at a constant.
template <size_t Most, size_t Known, int Slope>
RBM_NOINLINE void sigmoids_sized(const float* x, size_t count, float* s) {
  if (Known != 0) count = Known;
#if RBM_VECTOR_BYTES > 4
  const SigmoidColumns body = {x, static_cast<float>(Slope), s};
  each_column<float, Most, functions_at_a_time>(count, body);
#else
  for (size_t i = 0; i < count; ++i) s[i] = sigmoid(static_cast<float>(Slope) * x[i]);
#endif
}

template <size_t Known, class Rng>
RBM_NOINLINE void draw_binary_sized(const float* p, size_t count, float* s, float off, Rng& rng) {
  if (Known != 0) count = Known;
#if RBM_VECTOR_BYTES > 4
  constexpr size_t at_a_time = has_unit_bits ? 32 : 16;
  for (size_t first = 0; first < count; first += at_a_time) {
    const size_t now = count - first < at_a_time ? count - first : at_a_time;
    uint32_t words[at_a_time];
    draw_words(words, now, rng);
    const DrawColumns body = {words, p + first, off, s + first};
    each_column<float, at_a_time, functions_at_a_time>(now, body);
  }
#else
  for (size_t i = 0; i < count; ++i) {
    s[i] = static_cast<int32_t>(to_bits(uniform(rng))) < static_cast<int32_t>(to_bits(p[i])) ? 1.0f : off;
  }
#endif
}

template <size_t Most, size_t Known, int Off, class Integer, int FractionBits, class Sum>
RBM_NOINLINE void binary_means_sized(const Sum* RBM_RESTRICT x, size_t count,
                                     Fixed<Integer, FractionBits>* RBM_RESTRICT s) {
  typedef Arithmetic<Fixed<Integer, FractionBits>> Ops;
  if (Known != 0) count = Known;
#if RBM_VECTOR_BYTES > 4
  if (!Ops::is_8_bit) {  // the means of 8-bit models are not used in learning
    const FixedMeanColumns<Off, Integer, FractionBits> body = {numbers_of(x), numbers_of(s)};
    each_column<typename Sum::Integer, Most, 1>(count, body);
    return;
  }
#endif
  for (size_t i = 0; i < count; ++i) s[i] = Off == 0 ? Ops::sigmoid(x[i]) : Ops::tanh(x[i]);
}

template <size_t Most, size_t Known, int Off, class Integer, int FractionBits, class Sum, class Rng>
RBM_NOINLINE void sample_binary_sized(const Sum* RBM_RESTRICT x, size_t count,
                                      Fixed<Integer, FractionBits>* RBM_RESTRICT s, Rng& rng) {
  typedef Fixed<Integer, FractionBits> Scalar;
  typedef Arithmetic<Scalar> Ops;
  typedef typename Ops::Draw Draw;
  if (Known != 0) count = Known;
#if RBM_VECTOR_BYTES > 4
  alignas(uint32_t) Draw draws[Most];
  integer::draw<Most>(draws, count, rng);
  const FixedDrawColumns<Off, Integer, FractionBits> body = {numbers_of(x), draws, numbers_of(s)};
  each_column<typename Sum::Integer, Most, 1>(count, body);
#else
  const Integer one = Scalar(1).raw, off = Scalar(Off).raw;
  integer::each_draw<Draw>(count, rng, [&](size_t i, Draw draw) RBM_ALWAYS_INLINE {
    s[i].raw = Ops::template is_on<1 - Off>(x[i].raw, draw) ? one : off;
  });
#endif
}

/// s_i = sigmoid(Slope x_i) for `count` <= Most numbers. The two may be the same.                         x, s [count]
template <size_t Most, int Slope>
RBM_INLINE void sigmoids(const float* x, size_t count, float* s) {
  if (is_known<Most>(count)) {
    sigmoids_sized<Most, Most, Slope>(x, count, s);
  } else {
    sigmoids_sized<most_at_once<Most>(), 0, Slope>(x, count, s);
  }
}

/// s_i = 1 with probability p_i, else `off`, for `count` <= Most units: one word of the generator a unit. p counts in
/// steps of 2^-23. The two arrays may be the same.                                                        p, s [count]
template <size_t Most, class Rng>
RBM_INLINE void draw_binary(const float* p, size_t count, float* s, float off, Rng& rng) {
  if (is_known<Most>(count)) {
    draw_binary_sized<Most>(p, count, s, off, rng);
  } else {
    draw_binary_sized<0>(p, count, s, off, rng);
  }
}

/// The means of `count` <= Most units that are Off or 1: sigmoid(x), of spins tanh(x).                    x, s [count]
template <size_t, int Off, class Real>
void binary_means(const Real* RBM_RESTRICT x, size_t count, Real* RBM_RESTRICT s) {
  for (size_t i = 0; i < count; ++i) s[i] = Off == 0 ? Arithmetic<Real>::sigmoid(x[i]) : Arithmetic<Real>::tanh(x[i]);
}
template <size_t Most, int Off>
RBM_INLINE void binary_means(const float* x, size_t count, float* s) {
  if (Off == 0) {
    sigmoids<Most, 1>(x, count, s);
  } else {
    for (size_t i = 0; i < count; ++i) s[i] = tanh(x[i]);
  }
}
template <size_t Most, int Off, class Integer, int FractionBits, class Sum>
RBM_INLINE void binary_means(const Sum* x, size_t count, Fixed<Integer, FractionBits>* s) {
  if (is_known<Most>(count)) {
    binary_means_sized<Most, Most, Off>(x, count, s);
  } else {
    binary_means_sized<most_at_once<Most>(), 0, Off>(x, count, s);
  }
}

/// s_i = 1 with probability sigmoid(x), of spins sigmoid(2 x), else Off, for `count` <= Most units.       x, s [count]
template <size_t Most, int Off, class Rng>
RBM_INLINE void sample_binary(const float* x, size_t count, float* s, Rng& rng) {
  sigmoids<Most, 1 - Off>(x, count, s);
  draw_binary<Most>(s, count, s, static_cast<float>(Off), rng);
}
template <size_t Most, int Off, class Integer, int FractionBits, class Sum, class Rng>
RBM_INLINE void sample_binary(const Sum* x, size_t count, Fixed<Integer, FractionBits>* s, Rng& rng) {
  if (is_known<Most>(count)) {
    sample_binary_sized<Most, Most, Off>(x, count, s, rng);
  } else {
    sample_binary_sized<most_at_once<Most>(), 0, Off>(x, count, s, rng);
  }
}

/// s_i = 1 or Off, with probability 1/2.                                                                      s [count]
template <int Off, class Rng>
void draw_fair(float* s, size_t count, Rng& rng) {
  for (size_t i = 0; i < count; ++i) s[i] = uniform(rng) < 0.5f ? 1.0f : static_cast<float>(Off);
}
template <int Off, class Integer, int FractionBits, class Rng>
void draw_fair(Fixed<Integer, FractionBits>* s, size_t count, Rng& rng) {
  typedef Fixed<Integer, FractionBits> Scalar;
  uint32_t word = 0;
  for (size_t i = 0; i < count; ++i) {
    word = i % 32 == 0 ? draw_word(rng) : word >> 1;
    s[i] = (word & 1u) != 0 ? Scalar(1) : Scalar(Off);
  }
}

}  // namespace kernels
}  // namespace rbm

#endif  // RBM_KERNELS_DRAWS_HPP
