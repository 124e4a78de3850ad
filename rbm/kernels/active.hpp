// rbm/kernels/active.hpp: which units of a layer are on, so that the rows of the others are skipped.
//
// A sum over units walks through those that are not 0. Where a branch for each unit would cost more than what it skips,
// on processors with vectors, but not with Helium, a layer's units are bits of words, which are made without a branch.
// Elsewhere the states themselves are asked one by one, and nothing is kept.
// SPDX-License-Identifier: MIT

#ifndef RBM_KERNELS_ACTIVE_HPP
#define RBM_KERNELS_ACTIVE_HPP

#include <stddef.h>
#include <stdint.h>

#include "../config.hpp"
#include "../numbers/fixed.hpp"
#include "../numbers/math.hpp"
#include "processors.hpp"
#include "simd.hpp"

namespace rbm {
namespace kernels {

#ifdef RBM_HAS_WIDE_LOOPS
enum : bool { has_unit_bits = true };
#else
enum : bool { has_unit_bits = false };
#endif

enum : size_t {
  rows_at_a_time = 256  // units of a state that is given as values, whose bits are on the stack
};

/// How many rows of floats stay in the nearer caches while all states of a batch pass: some 128 KB, at most 256.
template <size_t Rows, size_t Columns>
constexpr size_t rows_in_cache() {
  return !has_unit_bits ? Rows : Columns > 256 ? 64 : Columns > 128 ? 128 : size_t{rows_at_a_time};
}

/// Floats are compared by their bits, which takes fewer instructions, and none of them a subroutine.
RBM_INLINE bool is_off(float unit) { return to_bits(unit) << 1 == 0; }
RBM_INLINE bool is_one(float unit) { return to_bits(unit) == 0x3F800000u; }
template <class Integer, int FractionBits>
RBM_INLINE bool is_off(Fixed<Integer, FractionBits> unit) {
  return unit.raw == 0;
}
template <class Integer, int FractionBits>
RBM_INLINE bool is_one(Fixed<Integer, FractionBits> unit) {
  return unit.raw == Fixed<Integer, FractionBits>::one();
}

/// Whether all states are 0 or 1.
RBM_INLINE bool are_binary(const float* s, size_t count) {
  uint32_t others = 0;
  for (size_t i = 0; i < count; ++i) others |= detail::equal(s[i], 0.0f) || detail::equal(s[i], 1.0f) ? 0u : 1u;
  return others == 0;
}
template <class Integer, int FractionBits>
RBM_INLINE bool are_binary(const Fixed<Integer, FractionBits>* s, size_t count) {
#if RBM_VECTOR_BYTES > 4
  return (any_bits(numbers_of(s), count) & ~static_cast<uint32_t>(Fixed<Integer, FractionBits>::one())) == 0;
#else
  for (size_t i = 0; i < count; ++i) {
    if (!is_off(s[i]) && !is_one(s[i])) return false;
  }
  return true;
#endif
}

/// Whether all states are -1, 0 or 1.
template <class Integer, int FractionBits>
bool are_ternary(const Fixed<Integer, FractionBits>* s, size_t count) {
  const Integer one = static_cast<Integer>(Fixed<Integer, FractionBits>::one());
  size_t full = 0;
#if RBM_VECTOR_BYTES > 4
  typedef Lanes<Integer, 1> Vec;
  full = count - count % Vec::size;
  if (full > 0) {
    Vec others = broadcast<Vec>(0);
    for (size_t i = 0; i < full; i += Vec::size) {
      const Vec state = load<Vec>(numbers_of(s) + i), units = state >> FractionBits;
      others = others | (state & static_cast<Integer>(one - 1)) | (units ^ clamped(units, -1, 1));
    }
    Integer left[Vec::size];
    store(others, left);
    if (any_bits(left, Vec::size) != 0) return false;
  }
#endif
  uint32_t others = 0;
  for (size_t i = full; i < count; ++i)
    others |= static_cast<uint32_t>(s[i].raw != 0 && s[i].raw != one && s[i].raw != -one);
  return others == 0;
}

#ifdef RBM_HAS_WIDE_LOOPS

/// All bits that any lane has.
template <class Type, size_t Bytes>
RBM_INLINE uint32_t any_bits(const Lanes<Type, 1, Bytes>& x) {
  Type lanes[Lanes<Type, 1, Bytes>::size];
  store(x, lanes);
  Type any = 0;
  for (Type lane : lanes) any = static_cast<Type>(any | lane);
  return static_cast<uint32_t>(any);
}

/// A bitmask of at most 64 units, from the lowest bit on: 1 where the unit is not 0. `binary` becomes false where a
/// unit is neither 0 nor 1.
RBM_INLINE uint64_t bits_of_units(const float* s, size_t count, bool& binary) {
  typedef Lanes<int32_t, 1> Vec;
  int32_t lane_bits[Vec::size];
  for (size_t l = 0; l < Vec::size; ++l) lane_bits[l] = int32_t{1} << l;
  const Vec first_bits = load<Vec>(lane_bits);
  const size_t full = count - count % Vec::size;
  Vec others = broadcast<Vec>(0);
  uint64_t on = 0;
  for (size_t half = 0; half < full; half += 32) {
    Vec bits = broadcast<Vec>(0);
    for (size_t i = half; i < half + 32 && i < full; i += Vec::size) {
      const Vec x = bits_as<Vec>(load<Lanes<float, 1>>(s + i)) & INT32_MAX, is_on = is_not_zero(x);  // -0 is 0
      bits = bits | (is_on & (first_bits << static_cast<int>(i - half)));
      others = others | (is_on & (bits_as<Vec>(load<Lanes<float, 1>>(s + i)) ^ 0x3F800000));
    }
    on |= static_cast<uint64_t>(any_bits(bits)) << half;
  }
  binary = binary && any_bits(others) == 0;
  for (size_t i = full; i < count; ++i) {
    on |= static_cast<uint64_t>(!is_off(s[i])) << i;
    binary = binary && (is_off(s[i]) || is_one(s[i]));
  }
  return on;
}

RBM_INLINE void store_flags(const Lanes<int8_t, 1, 16>& x, int8_t* to) { store(x, to); }
RBM_INLINE void store_flags(const Lanes<int16_t, 1, 16>& x, int8_t* to) { store_saturated(x, to); }

template <class Integer, int FractionBits>
RBM_INLINE uint64_t bits_of_units(const Fixed<Integer, FractionBits>* s, size_t count, bool& binary) {
  typedef Lanes<Integer, 1, 16> Vec;
  const size_t full = count - count % Vec::size;
  int8_t flags[64];
  for (size_t i = 0; i < full; i += Vec::size) store_flags(is_not_zero(load<Vec>(numbers_of(s) + i)), flags + i);
  for (size_t i = full; i < count; ++i) flags[i] = !is_off(s[i]);
  for (size_t i = count; i % 8 != 0; ++i) flags[i] = 0;
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  const uint64_t gather = 0x8040201008040201u;
#else
  const uint64_t gather = 0x0102040810204080u;
#endif
  uint64_t on = 0;
  for (size_t i = 0; i < count; i += 8) {
    uint64_t eight;
    RBM_COPY_BYTES(&eight, flags + i, sizeof eight);
    eight &= 0x0101010101010101u;         // not before: Clang 14 never ends where it narrows masked vectors for wasm
    on |= ((eight * gather) >> 56) << i;  // the product's highest byte holds the eight lowest bits
  }
  binary = binary && are_binary(s, count);
  return on;
}

#endif

/// Which of `Length` units are not 0, and whether these are all exactly 1.
template <size_t Length, bool HasBits = has_unit_bits>
struct Active {
  uint64_t words[(Length + 63) / 64];
  bool binary;

  /// Finds which units of a state s are on from `first` on, a multiple of 64; copies it from `known`, of all its units,
  /// where that is not null.
  template <size_t All, class Scalar>
  RBM_INLINE void find(const Active<All>* known, const Scalar* s, size_t first) {
    if (known == nullptr) {
      find(s + first);
    } else {
      RBM_COPY_BYTES(words, known->words + first / 64, sizeof words);
      binary = known->binary;
    }
  }

  template <class Scalar>
  RBM_INLINE void find(const Scalar* s) {
    constexpr size_t tail = Length % 64, full = Length - tail;
    bool are_binary = true;
    for (size_t i = 0; i < full; i += 64) words[i / 64] = bits_of_units(s + i, 64, are_binary);
    if (tail != 0) words[(Length - 1) / 64] = bits_of_units(s + full, tail, are_binary);
    binary = are_binary;
  }

  /// Calls if_one(i) for the units that are 1, and otherwise(i) for those that are neither 0 nor 1. Where one is not,
  /// otherwise(i) is for those that are 1, too.
  template <class Scalar, class IfOne, class Otherwise>
  RBM_INLINE void each(const Scalar*, const IfOne& if_one, const Otherwise& otherwise) const {
    if (binary) {
      each_bit(if_one);
    } else {
      each_bit(otherwise);
    }
  }

  /// Calls if_binary(i, k) for the units that are 1 in this state (k = 1), in another (2), or in both (3), and
  /// otherwise(i, k) where they are neither 0 nor 1.
  template <class Scalar, class IfBinary, class Otherwise>
  RBM_INLINE void each_of_two(const Active& other, const Scalar*, const Scalar*, const IfBinary& if_binary,
                              const Otherwise& otherwise) const {
    if (binary && other.binary) {
      each_bit_of_two(other, if_binary);
    } else {
      each_bit_of_two(other, otherwise);
    }
  }

 private:
  template <class Visit>
  RBM_INLINE void each_bit(const Visit& visit) const {
    for (size_t i = 0; i < Length; i += 64) {
      for (uint64_t left = words[i / 64]; left != 0; left &= left - 1) {
        visit(i + static_cast<unsigned>(__builtin_ctzll(left)));
      }
    }
  }

  template <class Visit>
  RBM_INLINE void each_bit_of_two(const Active& other, const Visit& visit) const {
    for (size_t i = 0; i < Length; i += 64) {
      const uint64_t first = words[i / 64], second = other.words[i / 64];
      for (uint64_t left = first | second; left != 0; left &= left - 1) {
        const unsigned bit = static_cast<unsigned>(__builtin_ctzll(left));
        visit(i + bit, static_cast<unsigned>(((first >> bit) & 1u) + 2 * ((second >> bit) & 1u)));
      }
    }
  }
};

template <size_t Length>
struct Active<Length, false> {
  template <size_t All, class Scalar>
  RBM_INLINE void find(const Active<All>*, const Scalar*, size_t) {}
  template <class Scalar>
  RBM_INLINE void find(const Scalar*) {}

  template <class Scalar, class IfOne, class Otherwise>
  RBM_INLINE void each(const Scalar* s, const IfOne& if_one, const Otherwise& otherwise) const {
    for (size_t i = 0; i < Length; ++i) {
      if (is_off(s[i])) continue;
      if (is_one(s[i])) {
        if_one(i);
      } else {
        otherwise(i);
      }
    }
  }

  template <class Scalar, class IfBinary, class Otherwise>
  RBM_INLINE void each_of_two(const Active&, const Scalar* s, const Scalar* other, const IfBinary& if_binary,
                              const Otherwise& otherwise) const {
    for (size_t i = 0; i < Length; ++i) {
      const bool is_on = !is_off(s[i]), is_on_there = !is_off(other[i]);
      if (!is_on && !is_on_there) continue;
      const size_t k = static_cast<size_t>(is_on) + 2 * static_cast<size_t>(is_on_there);
      if ((!is_on || is_one(s[i])) && (!is_on_there || is_one(other[i]))) {
        if_binary(i, k);
      } else {
        otherwise(i, k);
      }
    }
  }
};

/// Whether a state's units are all 0 or 1, where `on` may know it.
template <size_t Length, class Scalar>
RBM_INLINE bool are_binary(const Active<Length, true>* on, const Scalar* s) {
  return on != nullptr ? on->binary : are_binary(s, Length);
}
template <size_t Length, class Scalar>
RBM_INLINE bool are_binary(const Active<Length, false>*, const Scalar* s) {
  return are_binary(s, Length);
}

/// Which visible units are on in up to `Count` samples, and in the chains that belong to them: a trainer carries that
/// from where chains start and states are drawn to where they are used.
template <size_t Length, size_t Count, bool HasBits = has_unit_bits>
struct ActiveUnits {
  Active<Length> on_data[Count], on_model[Count];

  RBM_INLINE Active<Length>* of_data(size_t s) { return on_data + s; }
  RBM_INLINE Active<Length>* of_model(size_t s) { return on_model + s; }
};
template <size_t Length, size_t Count>
struct ActiveUnits<Length, Count, false> {
  RBM_INLINE Active<Length>* of_data(size_t) { return nullptr; }
  RBM_INLINE Active<Length>* of_model(size_t) { return nullptr; }
};

}  // namespace kernels
}  // namespace rbm

#endif  // RBM_KERNELS_ACTIVE_HPP
