// rbm/kernels/units_on.hpp: which units of a layer are on, so that the others are skipped.
//
// Where there are vectors a branch for every unit would cost more than the rows that it skips: of 64 units a word is
// made without a branch, and its bits are walked through.
// SPDX-License-Identifier: MIT

#ifndef RBM_KERNELS_UNITS_ON_HPP
#define RBM_KERNELS_UNITS_ON_HPP

#include <stddef.h>
#include <stdint.h>

#include "../config.hpp"
#include "../arithmetic/pairs.hpp"
#include "../fixed.hpp"

namespace rbm {
namespace kernels {

/// Whether all states are 0 or 1.
template <size_t Length, class Scalar>
bool are_off_or_on(const Scalar* s) {
  for (size_t j = 0; j < Length; ++j) {
    if (!detail::equal(s[j], Scalar(0)) && !detail::equal(s[j], Scalar(1))) return false;
  }
  return true;
}

/// The same without a branch.
template <size_t Length, class Scalar>
RBM_INLINE bool are_all_off_or_on(const Scalar* s) {
  uint32_t others = 0;
  for (size_t j = 0; j < Length; ++j)
    others |= detail::equal(s[j], Scalar(0)) || detail::equal(s[j], Scalar(1)) ? 0u : 1u;
  return others == 0;
}

/// Whether all states are -1, 0 or 1.
template <size_t Length, class Integer, int FractionBits>
bool are_whole(const Fixed<Integer, FractionBits>* s) {
  typedef Fixed<Integer, FractionBits> Scalar;
  uint32_t others = 0;
  for (size_t j = 0; j < Length; ++j) {
    others |= static_cast<uint32_t>(s[j] != Scalar(0)) & static_cast<uint32_t>(s[j] != Scalar(1)) &
              static_cast<uint32_t>(s[j] != Scalar(-1));
  }
  return others == 0;
}

#if RBM_HAS_PAIRS

/// Both, in pairs.
template <size_t Length, class Integer, int FractionBits>
RBM_APART bool are_off_or_on_in_pairs(const Fixed<Integer, FractionBits>* s) {
  typedef detail::Pairs<Integer> Pairs;
  constexpr size_t whole = Length - Length % Pairs::numbers;
  typename Pairs::Words bits = {};
  for (size_t j = 0; j < whole; j += Pairs::numbers) bits |= Pairs::load(&s[j].raw);
  int rest = Pairs::any(bits);
  for (size_t j = whole; j < Length; ++j) rest |= s[j].raw;
  return (rest & ~Fixed<Integer, FractionBits>::one()) == 0;
}

template <size_t Length, class Integer, int FractionBits>
bool are_whole_in_pairs(const Fixed<Integer, FractionBits>* s) {
  typedef detail::Pairs<Integer> Pairs;
  typedef typename Pairs::Lanes Lanes;
  typedef typename Pairs::Wide Wide;
  constexpr size_t whole = Length - Length % Pairs::numbers;
  const Wide below = Fixed<Integer, FractionBits>::one() - 1;
  Lanes others = {};
  for (size_t j = 0; j < whole; j += Pairs::numbers) {
    const typename Pairs::Words words = Pairs::load(&s[j].raw);
    const Lanes even = Pairs::even(words), odd = Pairs::odd(words), a = even >> FractionBits, b = odd >> FractionBits;
    others |= ((even | odd) & below) | ((a * a | b * b) & Wide(-2));  // squares of whole states are 0 or 1
  }
  bool is_whole = Pairs::any(reinterpret_cast<typename Pairs::Words>(others)) == 0;
  for (size_t j = whole; j < Length; ++j) {
    is_whole =
        is_whole && (s[j].raw & below) == 0 && ((s[j].raw >> FractionBits) * (s[j].raw >> FractionBits) & -2) == 0;
  }
  return is_whole;
}

#endif

/// Which of at most 8 states are on, from the lowest bit on.
template <class Scalar>
uint8_t units_on(const Scalar* s, size_t count) {
  uint8_t on = 0;
  for (size_t k = count; k > 0; --k) on = static_cast<uint8_t>(2 * on + detail::equal(s[k - 1], Scalar(1)));
  return on;
}

#if defined(__GNUC__) && RBM_VECTOR_BYTES > 4

/// Which of `Count` <= 64 states are not 0, from the lowest bit on.
template <size_t Count, class Scalar>
RBM_INLINE uint64_t units_not_off(const Scalar* s) {
  uint8_t flags[64];
  for (size_t i = 0; i < Count; ++i) flags[i] = !detail::equal(s[i], Scalar(0));
  for (size_t i = Count; i < (Count + 7) / 8 * 8; ++i) flags[i] = 0;
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  const uint64_t gather = 0x8040201008040201u;
#else
  const uint64_t gather = 0x0102040810204080u;
#endif
  uint64_t on = 0;
  for (size_t k = 0; 8 * k < Count; ++k) {
    uint64_t eight;
    RBM_COPY_BYTES(&eight, flags + 8 * k, sizeof eight);
    on |= ((eight * gather) >> 56) << (8 * k);  // the product's highest byte holds the eight lowest bits
  }
  return on;
}

enum : size_t { rows_looked_at = 256 };

/// How many rows of floats stay in the nearer caches while all states of a batch pass: some 128 KB, at most 256.
template <size_t HiddenSize>
constexpr size_t rows_in_cache() {
  return HiddenSize > 256 ? 64 : HiddenSize > 128 ? 128 : size_t{rows_looked_at};
}

/// Which units of a layer are not off, 256 of them at most.
template <size_t Length>
struct UnitsOn {
  static_assert(Length <= 256, "rbm: a bug of ours");

  uint64_t words[(Length + 63) / 64];
  bool are_ones;  // whether those that are not off are 1

  template <class Scalar>
  RBM_INLINE void look(const Scalar* s) {
    constexpr size_t rest = Length % 64;
    are_ones = are_all_off_or_on<Length>(s);
    for (size_t k = 0; k < Length / 64; ++k) words[k] = units_not_off<64>(s + 64 * k);
    if (rest != 0) words[(Length - 1) / 64] = units_not_off<rest>(s + Length - rest);
  }

  /// Calls visit(i) for each of them, in order.
  template <class Visit>
  RBM_INLINE void each(Visit& visit) const {
    for (size_t k = 0; k < (Length + 63) / 64; ++k) {
      for (uint64_t left = words[k]; left != 0; left &= left - 1) {
        visit(64 * k + static_cast<size_t>(__builtin_ctzll(left)));
      }
    }
  }
};

#endif

}  // namespace kernels
}  // namespace rbm

#endif  // RBM_KERNELS_UNITS_ON_HPP
