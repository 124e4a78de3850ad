// rbm/kernels/update_biases.hpp: changes of neighbouring parameters, biases or a row of weights: the rate times
// differences.
//
// Integers are rounded stochastically, each with a draw of its own, so that changes below one step are not lost.
// Differences of 0, 1 and -1 of 8 bits have loops of their own.
// SPDX-License-Identifier: MIT

#ifndef RBM_KERNELS_UPDATE_BIASES_HPP
#define RBM_KERNELS_UPDATE_BIASES_HPP

#include <stddef.h>
#include <stdint.h>

#include "../config.hpp"
#include "../numbers/integer_math.hpp"
#include "../numbers/number.hpp"
#include "../numbers/random.hpp"
#include "processors.hpp"
#include "simd.hpp"

namespace rbm {
namespace kernels {

/// c_i += rate (data_i - model_i)                                                                           all [count]
template <class Scalar>
void update_biases(Scalar* RBM_RESTRICT c, typename Arithmetic<Scalar>::Rate rate, const Scalar* RBM_RESTRICT data,
                   const Scalar* RBM_RESTRICT model, size_t count) {
  for (size_t i = 0; i < count; ++i) c[i] += rate * (data[i] - model[i]);
}

#if RBM_VECTOR_BYTES > 4

/// How a product of a rate and a difference becomes steps of a parameter: the random part that is added, then a shift.
/// Scaling: see FixedWidth::steps.
template <class Integer, int FractionBits>
struct Rounding;

template <int FractionBits>
struct Rounding<int8_t, FractionBits> {
  int32_t factor;
  enum : int { shift = FractionBits + 8 };

  explicit RBM_INLINE Rounding(int16_t rate) : factor(rate) {}

  template <class Vec>
  RBM_INLINE Vec random(const uint8_t* draws) const {
    return (load_as<Vec>(draws) << FractionBits) + (int32_t{1} << (FractionBits - 1));
  }
};

/// The 16 random bits and half of what they leave are the highest of 32, of which as many as the shift are taken. A
/// shift of 0 is one of 1 after twice the product.
template <int FractionBits>
struct Rounding<int16_t, FractionBits> {
  int32_t factor;
  int shift;

  explicit RBM_INLINE Rounding(typename Arithmetic<Fixed<int16_t, FractionBits>>::Rate rate)
      : factor(rate.shift == 0 ? 2 * rate.factor : rate.factor), shift(rate.shift == 0 ? 1 : rate.shift) {}

  template <class Vec>
  RBM_INLINE Vec random(const uint16_t* draws) const {
    typedef LanesOf<Vec, uint32_t> Bits;
    return bits_as<Vec>(((load_as<Bits>(draws) << 16) | 0x8000u) >> (32 - shift));
  }
};

/// c_j += products_j, rounded stochastically, for `count` <= Most parameters; product.at<Vec>(j) gives them.
template <class Integer, int FractionBits, class Products>
struct AddRounded {
  Integer* c;
  const Rounding<Integer, FractionBits>& rounding;
  const Products& products;
  const typename Arithmetic<Fixed<Integer, FractionBits>>::Draw* draws;

  template <class Vec>
  RBM_INLINE void run(size_t j) const {
    const Vec steps = (products.template at<Vec>(j) + rounding.template random<Vec>(draws + j)) >> rounding.shift;
    store_saturated(load_as<Vec>(c + j) + steps, c + j);
  }
};

template <size_t Most, class Integer, int FractionBits, class Products, class Rng>
RBM_INLINE void add_rounded(Fixed<Integer, FractionBits>* c, const Rounding<Integer, FractionBits>& rounding,
                            const Products& products, size_t count, Rng& rng) {
  alignas(uint32_t) typename Arithmetic<Fixed<Integer, FractionBits>>::Draw draws[Most];
  integer::draw<Most>(draws, count, rng);
  const AddRounded<Integer, FractionBits, Products> body = {numbers_of(c), rounding, products, draws};
  each_column<int32_t, Most, 2 * functions_at_a_time>(count, body);
}

/// Products of a rate and differences.
template <class SumInteger>
struct Multiplied {
  const SumInteger* g;
  int32_t factor;

  template <class Vec>
  RBM_INLINE Vec at(size_t j) const {
    return load_as<Vec>(g + j) * factor;
  }
};

#endif

/// Not inlined: one copy in flash for all layers. Where `Known` is not 0 it is the number of parameters.
template <size_t Most, size_t Known, class Integer, int FractionBits, class Sum, class Rng>
RBM_NOINLINE void update_biases_sized(Fixed<Integer, FractionBits>* RBM_RESTRICT c,
                                      typename Arithmetic<Fixed<Integer, FractionBits>>::Rate rate,
                                      const Sum* RBM_RESTRICT g, size_t count, Rng& rng) {
  if (Known != 0) count = Known;
#if RBM_VECTOR_BYTES > 4
  const Rounding<Integer, FractionBits> rounding(rate);
  add_rounded<Most>(c, rounding, Multiplied<typename Sum::Integer>{numbers_of(g), rounding.factor}, count, rng);
#else
  typedef Arithmetic<Fixed<Integer, FractionBits>> Ops;
  alignas(uint32_t) typename Ops::Draw draws[Most];
  integer::draw<Most>(draws, count, rng);
  for (size_t j = 0; j < count; ++j) {
    if (g[j].raw != 0) c[j] = Ops::moved(c[j], Ops::steps(rate, g[j].raw, draws[j]));  // of 0 no draw moves it
  }
#endif
}

/// c_j += rate g_j, rounded stochastically, for `count` <= Most parameters and their differences in the statistics.
template <size_t Most, class Integer, int FractionBits, class Sum, class Rng>
RBM_INLINE void update_biases(Fixed<Integer, FractionBits>* c,
                              typename Arithmetic<Fixed<Integer, FractionBits>>::Rate rate, const Sum* g, size_t count,
                              Rng& rng) {
  if (count == Most) {
    update_biases_sized<Most, Most>(c, rate, g, count, rng);
  } else {
    update_biases_sized<Most, 0>(c, rate, g, count, rng);
  }
}

/// Whether differences of 0, 1 and -1 have loops of their own at this rate: in lanes its sum with a draw has 15 bits.
template <class Rate>
constexpr bool has_binary_updates(Rate) {
  return true;
}
constexpr bool has_binary_updates(int16_t rate) { return RBM_VECTOR_BYTES <= 4 || rate <= 0x7FFF - 0xFF; }

#if RBM_VECTOR_BYTES > 4

template <int FractionBits>
struct AddBinaryColumns {
  int8_t* c;
  int16_t rate;
  const int8_t* difference;
  const uint8_t* draws;

  template <class Vec>
  RBM_INLINE void run(size_t j) const {
    const Vec steps = ((load_as<Vec>(difference + j) >> FractionBits) * rate + load_as<Vec>(draws + j)) >> 8;
    store_saturated(load_as<Vec>(c + j) + steps, c + j);
  }
};

/// c_j += rate times a difference of 1, 0 or -1, in QF, for `count` <= Most 8-bit parameters.
template <size_t Most, int FractionBits, class Rng>
RBM_INLINE void add_binary(Fixed<int8_t, FractionBits>* c, int16_t rate, const int8_t* difference, size_t count,
                           Rng& rng) {
  alignas(uint32_t) uint8_t draws[Most];
  integer::draw<Most>(draws, count, rng);
  const AddBinaryColumns<FractionBits> body = {numbers_of(c), rate, difference, draws};
  each_column<int16_t, Most, functions_at_a_time>(count, body);
}

#else

/// Arithmetic::steps and moved for a difference of 1, 0 or -1, in few instructions.
template <int FractionBits>
RBM_INLINE void add_binary_one(Fixed<int8_t, FractionBits>& c, uint16_t rate, int8_t difference, uint8_t draw) {
  if (difference == 0) return;
  if (difference > 0) {
    const uint8_t steps = static_cast<uint8_t>(static_cast<uint16_t>(rate + draw) >> 8);
    const uint8_t room = static_cast<uint8_t>(127 - c.raw);
    c.raw = static_cast<int8_t>(c.raw + (steps < room ? steps : room));
  } else {
    const uint8_t steps = static_cast<uint8_t>(static_cast<uint16_t>(rate + static_cast<uint8_t>(~draw)) >> 8);
    const uint8_t room = static_cast<uint8_t>(c.raw + 128);
    c.raw = static_cast<int8_t>(c.raw - (steps < room ? steps : room));
  }
}

// Four draws from a word, as integer::draw takes them. Not inlined: one copy in flash for all layers.
template <size_t Known, int FractionBits, class Rng>
RBM_NOINLINE void add_binary_sized(Fixed<int8_t, FractionBits>* RBM_RESTRICT c, uint16_t rate,
                                   const int8_t* RBM_RESTRICT difference, uint8_t count, Rng& rng) {
  if (Known != 0) count = Known;
  for (; count >= 4; count = static_cast<uint8_t>(count - 4), c += 4, difference += 4) {
    const uint32_t word = detail::next_word(rng);
    const uint16_t low = static_cast<uint16_t>(word), high = static_cast<uint16_t>(word >> 16);
    add_binary_one(c[0], rate, difference[0], static_cast<uint8_t>(low));
    add_binary_one(c[1], rate, difference[1], static_cast<uint8_t>(low >> 8));
    add_binary_one(c[2], rate, difference[2], static_cast<uint8_t>(high));
    add_binary_one(c[3], rate, difference[3], static_cast<uint8_t>(high >> 8));
  }
  uint32_t word = count == 0 ? 0u : detail::next_word(rng);
  for (uint8_t j = 0; j < count; ++j, word >>= 8) add_binary_one(c[j], rate, difference[j], static_cast<uint8_t>(word));
}
template <size_t Most, int FractionBits, class Rng>
RBM_INLINE void add_binary(Fixed<int8_t, FractionBits>* c, int16_t rate, const int8_t* difference, size_t count,
                           Rng& rng) {
  if (count == Most) {
    add_binary_sized<Most>(c, static_cast<uint16_t>(rate), difference, static_cast<uint8_t>(count), rng);
  } else {
    add_binary_sized<0>(c, static_cast<uint16_t>(rate), difference, static_cast<uint8_t>(count), rng);
  }
}

#endif

/// c_j += rate (data_j - model_j) for the parameters of `count` <= Most units that are all off or on.
template <size_t Most, int FractionBits, class Rng>
RBM_INLINE void update_binary_biases(Fixed<int8_t, FractionBits>* RBM_RESTRICT c, int16_t rate,
                                     const Fixed<int8_t, FractionBits>* data, const Fixed<int8_t, FractionBits>* model,
                                     size_t count, Rng& rng) {
  int8_t difference[Most];
  for (size_t j = 0; j < count; ++j) difference[j] = static_cast<int8_t>(data[j].raw - model[j].raw);
  add_binary<Most>(c, rate, difference, count, rng);
}

}  // namespace kernels
}  // namespace rbm

#endif  // RBM_KERNELS_UPDATE_BIASES_HPP
