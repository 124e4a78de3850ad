// rbm/arithmetic/pairs.hpp: vectors of words, of which each holds two neighbouring narrow integers.
//
// Helium has few instructions that widen and narrow, and GCC uses none of them. Shifts take the even and the odd of the
// narrow integers apart into lanes of the next wider integer, where all is computed, and put them together again.
// SPDX-License-Identifier: MIT

#ifndef RBM_ARITHMETIC_PAIRS_HPP
#define RBM_ARITHMETIC_PAIRS_HPP

#include <stddef.h>
#include <stdint.h>

#include "../config.hpp"
#include "../fixed.hpp"

#if RBM_HAS_PAIRS

namespace rbm {
namespace detail {

template <class Integer>
struct Pairs {
  typedef typename IntegerTraits<Integer>::Wider Wide;
  typedef typename IntegerTraits<Wide>::Unsigned Word;
  typedef Wide Lanes __attribute__((vector_size(RBM_VECTOR_BYTES)));
  typedef Word Words __attribute__((vector_size(RBM_VECTOR_BYTES)));

  enum : size_t { lanes = RBM_VECTOR_BYTES / sizeof(Wide), numbers = 2 * lanes };  // of a vector

  /// `numbers` of them.
  template <class Narrow>
  static RBM_INLINE Words load(const Narrow* from) {
    static_assert(2 * sizeof(Narrow) == sizeof(Word), "rbm: a bug of ours");
    Words words;
    RBM_COPY_BYTES(&words, from, sizeof words);
    return words;
  }
  static RBM_INLINE void store(Words words, Integer* to) { RBM_COPY_BYTES(to, &words, sizeof words); }

  static RBM_INLINE Lanes even(Words words) { return reinterpret_cast<Lanes>(words << shift()) >> shift(); }
  static RBM_INLINE Lanes odd(Words words) { return reinterpret_cast<Lanes>(words) >> shift(); }
  static RBM_INLINE Words together(Lanes even, Lanes odd) {
    return (reinterpret_cast<Words>(odd) << shift()) | (reinterpret_cast<Words>(even) & mask());
  }

  /// What is drawn has no sign.
  static RBM_INLINE Lanes even_draws(Words words) { return reinterpret_cast<Lanes>(words & mask()); }
  static RBM_INLINE Lanes odd_draws(Words words) { return reinterpret_cast<Lanes>(words >> shift()); }

  /// The same of wide integers in memory, as loops that GCC makes vld2 and vst2 of.
  static RBM_INLINE void load_wide(const Wide* from, Lanes& even, Lanes& odd) {
    Wide evens[lanes], odds[lanes];
    for (size_t k = 0; k < lanes; ++k) {
      evens[k] = from[2 * k];
      odds[k] = from[2 * k + 1];
    }
    RBM_COPY_BYTES(&even, evens, sizeof even);
    RBM_COPY_BYTES(&odd, odds, sizeof odd);
  }
  static RBM_INLINE void store_wide(Lanes even, Lanes odd, Wide* to) {
    Wide evens[lanes], odds[lanes];
    RBM_COPY_BYTES(evens, &even, sizeof even);
    RBM_COPY_BYTES(odds, &odd, sizeof odd);
    for (size_t k = 0; k < lanes; ++k) {
      to[2 * k] = evens[k];
      to[2 * k + 1] = odds[k];
    }
  }

  /// -1 where x is negative, otherwise 0.
  static RBM_INLINE Lanes negative(Lanes x) { return x >> static_cast<Wide>(8 * sizeof(Wide) - 1); }

  /// Within [least, most].
  static RBM_INLINE Lanes held(Lanes x, Wide least, Wide most) {
    const Lanes low = Lanes{} + least, high = Lanes{} + most;
    x = x < low ? low : x;
    return x > high ? high : x;
  }
  static RBM_INLINE Lanes saturated(Lanes x) {
    return held(x, IntegerTraits<Integer>::lowest(), IntegerTraits<Integer>::highest());
  }

  /// The sum of all lanes of both.
  static RBM_INLINE Wide sum(Lanes a, Lanes b) {
    Wide all[numbers];
    RBM_COPY_BYTES(all, &a, sizeof a);
    RBM_COPY_BYTES(all + lanes, &b, sizeof b);
    Wide total = 0;
    for (size_t k = 0; k < numbers; ++k) total = static_cast<Wide>(total + all[k]);
    return total;
  }

  /// The bits that any of the numbers has, narrow.
  static RBM_INLINE Integer any(Words words) {
    uint32_t parts[RBM_VECTOR_BYTES / sizeof(uint32_t)], bits = 0;
    RBM_COPY_BYTES(parts, &words, sizeof words);
    for (uint32_t part : parts) bits |= part;
    for (int width = 16; width >= 8 * static_cast<int>(sizeof(Integer)); width /= 2) bits |= bits >> width;
    return static_cast<Integer>(bits);
  }

 private:
  static constexpr Wide shift() { return static_cast<Wide>(8 * sizeof(Integer)); }
  static constexpr Word mask() { return static_cast<Word>((Word(1) << shift()) - 1); }
};

}  // namespace detail
}  // namespace rbm

#endif

#endif  // RBM_ARITHMETIC_PAIRS_HPP
