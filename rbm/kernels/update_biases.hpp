// rbm/kernels/update_biases.hpp: changes of neighbouring parameters, biases or a row of weights: the rate times
// differences.
//
// Integers are rounded stochastically, each with a draw of its own, so that changes below one step are not lost.
// SPDX-License-Identifier: MIT

#ifndef RBM_KERNELS_UPDATE_BIASES_HPP
#define RBM_KERNELS_UPDATE_BIASES_HPP

#include <stddef.h>
#include <stdint.h>

#include "../config.hpp"
#include "../numbers/integer_math.hpp"
#include "../numbers/number.hpp"
#include "../numbers/random.hpp"
#include "active.hpp"
#include "processors.hpp"
#include "simd.hpp"
#include "statistics.hpp"

namespace rbm {
namespace kernels {

/// c_i += rate (data_i - model_i)                                                                           all [count]
template <class Scalar>
void update_biases(Scalar* RBM_RESTRICT c, typename Arithmetic<Scalar>::Rate rate, const Scalar* RBM_RESTRICT data,
                   const Scalar* RBM_RESTRICT model, size_t count) {
  for (size_t i = 0; i < count; ++i) c[i] += rate * difference(data[i], model[i]);
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

  explicit RBM_INLINE Rounding(uint16_t rate) : factor(rate) {}

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
  if (is_known<Most>(count)) {
    update_biases_sized<Most, Most>(c, rate, g, count, rng);
  } else {
    update_biases_sized<most_at_once<Most>(), 0>(c, rate, g, count, rng);
  }
}

/// The biases of `count` <= Most units change by their differences in `samples` states, which are `stride` apart. Not
/// inlined: one copy in flash for all layers. Where `Known` is not 0 it is the number of biases.
template <size_t Most, size_t Known, class Scalar, class Rng>
RBM_NOINLINE void update_biases_by_differences(Scalar* c, typename Arithmetic<Scalar>::Rate rate, const Scalar* data,
                                               const Scalar* model, size_t stride, size_t samples, size_t count,
                                               Rng& rng) {
  if (Known != 0) count = Known;
  constexpr size_t most = RBM_VECTOR_BYTES > 4 ? Most : 16;  // fewer take less of the stack
  for (size_t first = 0; first < count; first += most) {
    const size_t some = count - first < most ? count - first : most;
    typename Arithmetic<Scalar>::Sum g[most] = {};
    add_differences<most>(data + first, model + first, stride, samples, some, g);
    update_biases<Most>(c + first, rate, g, some, rng);
  }
}

}  // namespace kernels
}  // namespace rbm

#endif  // RBM_KERNELS_UPDATE_BIASES_HPP
