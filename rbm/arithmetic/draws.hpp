// rbm/arithmetic/draws.hpp: states of units, drawn in integers of 8 and 16 bits.
//
// A unit is on where 8 (or 16) random bits are below its probability. Draws come from words of the generator as
// integer::draw says.
// SPDX-License-Identifier: MIT

#ifndef RBM_ARITHMETIC_DRAWS_HPP
#define RBM_ARITHMETIC_DRAWS_HPP

#include <stddef.h>
#include <stdint.h>

#include "../config.hpp"
#include "../fixed.hpp"
#include "../integer_math.hpp"
#include "../random.hpp"
#include "../storage.hpp"
#include "width.hpp"

namespace rbm {
namespace detail {

template <class Integer, int FractionBits>
struct FixedDraws : FixedWidth<Integer, FractionBits> {
  typedef FixedWidth<Integer, FractionBits> Width;
  typedef Fixed<Integer, FractionBits> Scalar;
  typedef Fixed<typename Width::SumInteger, FractionBits> Sum;

#if RBM_PAIRS
  /// s_i = 1 with probability sigmoid(Slope x_i), else `off`.
  template <size_t Count, int Slope, class Rng>
  static RBM_APART void turn_on(const Sum* RBM_RESTRICT x, Scalar* RBM_RESTRICT s, Scalar off, Rng& rng) {
    constexpr size_t rest = Count % Width::Pairs::numbers, whole = Count - rest;
    if (whole > 0) turn_pairs_on<Slope>(whole / Width::Pairs::numbers, x, s, off, rng);
    turn_each_on<Slope>(Size<rest>(), x + whole, s + whole, off, rng);
  }
#else
  /// s_i = 1 with probability sigmoid(Slope x_i), else `off`.
  template <size_t Count, int Slope, class Rng>
  static RBM_INLINE void turn_on(const Sum* RBM_RESTRICT x, Scalar* RBM_RESTRICT s, Scalar off, Rng& rng) {
    turn_each_on<Slope>(Size<Count>(), x, s, off, rng);
  }
#endif

  template <int Slope, size_t Count, class Rng>
  static RBM_APART void turn_each_on(Size<Count>, const Sum* RBM_RESTRICT x, Scalar* RBM_RESTRICT s, Scalar off,
                                     Rng& rng) {
    typename Width::Draw draws[Count];
    integer::draw<Count>(draws, rng);
    const Integer one = Scalar(1).raw, other = off.raw;
    for (size_t i = 0; i < Count; ++i) s[i].raw = Width::template is_on<Slope>(x[i].raw, draws[i]) ? one : other;
  }

  template <int Slope, class Rng>
  static RBM_INLINE void turn_each_on(Size<0>, const Sum*, Scalar*, Scalar, Rng&) {}

#if RBM_HAS_PAIRS
  /// turn_on for some vectors.
  template <int Slope, class Rng>
  static RBM_INLINE void turn_pairs_on(size_t vectors, const Sum* RBM_RESTRICT x, Scalar* RBM_RESTRICT s, Scalar off,
                                       Rng& rng) {
    typedef typename Width::Pairs Pairs;
    typedef typename Pairs::Lanes Lanes;
    const typename Pairs::Wide other = off.raw, change = static_cast<typename Pairs::Wide>(Scalar(1).raw - off.raw);
    for (; vectors > 0; --vectors, x += Pairs::numbers, s += Pairs::numbers) {
      uint32_t words[RBM_VECTOR_BYTES / sizeof(uint32_t)];
      draw_words<RBM_VECTOR_BYTES / sizeof(uint32_t)>(words, rng);
      typename Pairs::Wide chances[Pairs::numbers];  // in memory, since registers have room for one vector's
      for (size_t l = 0; l < Pairs::numbers; l += Pairs::lanes) {
        Lanes lanes;
        RBM_COPY_BYTES(&lanes, &x[l].raw, sizeof lanes);
        lanes = Width::template chances<Slope>(lanes);
        RBM_COPY_BYTES(chances + l, &lanes, sizeof lanes);
      }
      Lanes even, odd;
      Pairs::load_wide(chances, even, odd);
      const typename Pairs::Words draws = Pairs::load(reinterpret_cast<const typename Width::Draw*>(words));
      even = Pairs::even_draws(draws) - even;
      odd = Pairs::odd_draws(draws) - odd;
      Pairs::store(Pairs::together(other + (change & Pairs::negative(even)), other + (change & Pairs::negative(odd))),
                   &s->raw);
    }
  }
#endif

  /// s_i = 1 or off, with probability 1/2.
  template <size_t Count, class Rng>
  static void toss(Scalar* s, Scalar off, Rng& rng) {
    uint32_t word = 0;
    for (size_t i = 0; i < Count; ++i) {
      word = i % 32 == 0 ? draw_word(rng) : word >> 1;
      s[i] = (word & 1u) != 0 ? Scalar(1) : off;
    }
  }
};

}  // namespace detail
}  // namespace rbm

#endif  // RBM_ARITHMETIC_DRAWS_HPP
