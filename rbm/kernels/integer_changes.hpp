// rbm/kernels/integer_changes.hpp: nudge_columns of changes.hpp for integers of 8 and 16 bits, where there are vectors.
//
// Of one sample, a row whose unit is on at the data, at the end of the chain, or at both, has one of three changes,
// made once for all rows. Of a batch, a row's states are the bits of words, which take it to the samples that count.
// SPDX-License-Identifier: MIT

#ifndef RBM_KERNELS_INTEGER_CHANGES_HPP
#define RBM_KERNELS_INTEGER_CHANGES_HPP

#include <stddef.h>
#include <stdint.h>

#include "../arithmetic.hpp"
#include "../config.hpp"
#include "../storage.hpp"
#include "changes.hpp"
#include "integer_sums.hpp"
#include "units_on.hpp"

#if RBM_VECTOR_BYTES > 4 && !RBM_PAIRS

namespace rbm {
namespace kernels {

/// Rates times differences, before they are rounded.
template <size_t Columns, class Integer, int FractionBits>
struct Products {
  typedef Fixed<Integer, FractionBits> Scalar;
  typedef Arithmetic<Scalar> Ops;
  typedef typename Ops::SumInteger Difference;

  typename Ops::Rate rate;
  int32_t of[3][Columns];

  RBM_INLINE void make(typename Ops::Rate chosen, const Scalar* h, const Scalar* h_end) {
    rate = chosen;
    for (size_t j = 0; j < Columns; ++j) of[0][j] = Ops::product(rate, h[j].raw);
    for (size_t j = 0; j < Columns; ++j) of[1][j] = Ops::product(rate, static_cast<Difference>(-h_end[j].raw));
    for (size_t j = 0; j < Columns; ++j)
      of[2][j] = Ops::product(rate, static_cast<Difference>(h[j].raw - h_end[j].raw));
  }

  /// Moves one row, by the change of a unit that is on at the data (1), at the end (2) or at both (3).
  template <class Rng>
  RBM_INLINE void move_row(size_t when, Scalar* RBM_RESTRICT row, Rng& rng) const {
    const int32_t* RBM_RESTRICT products = of[when - 1];
    typename Ops::Draw draws[Columns];
    integer::draw<Columns>(draws, rng);
    for (size_t j = 0; j < Columns; ++j)
      row[j] = Ops::moved(row[j], Ops::steps_of_product(rate, products[j], draws[j]));
  }
};

/// nudge_columns for one sample and `Rows` rows from `start` on. Where a unit is neither off nor on they go the general
/// way.
template <size_t Columns, size_t Rows, size_t VisibleSize, size_t HiddenSize, class Integer, int FractionBits,
          class Rng>
void nudge_rows_of_one(Size<Rows>, const Products<Columns, Integer, FractionBits>& products, size_t start,
                       Fixed<Integer, FractionBits>* RBM_RESTRICT weights, size_t first,
                       const Vector<Fixed<Integer, FractionBits>, VisibleSize>& v,
                       const Vector<Fixed<Integer, FractionBits>, HiddenSize>& h,
                       const Vector<Fixed<Integer, FractionBits>, VisibleSize>& v_end,
                       const Vector<Fixed<Integer, FractionBits>, HiddenSize>& h_end, Rng& rng) {
  typedef Fixed<Integer, FractionBits> Scalar;
  weights += start * HiddenSize + first;
  UnitsOn<Rows> on, ends_on;
  on.look(v.values + start);
  ends_on.look(v_end.values + start);
  if (on.are_ones && ends_on.are_ones) {
    for (size_t k = 0; k < (Rows + 63) / 64; ++k) {
      const uint64_t at_data = on.words[k], at_end = ends_on.words[k];
      for (uint64_t left = at_data | at_end; left != 0; left &= left - 1) {
        const unsigned bit = static_cast<unsigned>(__builtin_ctzll(left));
        const size_t when = ((at_data >> bit) & 1u) + 2 * ((at_end >> bit) & 1u);
        products.move_row(when, weights + (64 * k + bit) * HiddenSize, rng);
      }
    }
    return;
  }
  for (size_t i = start; i < start + Rows; ++i, weights += HiddenSize) {
    if (v[i] == Scalar(0) && v_end[i] == Scalar(0)) continue;
    typename Arithmetic<Scalar>::Sum g[Columns] = {};
    add_outer<Columns>(i, first, 1, &v, &h, &v_end, &h_end, g);
    nudge<Columns>(weights, products.rate, g, rng);
  }
}

template <size_t Columns, size_t VisibleSize, size_t HiddenSize, class Integer, int FractionBits, class Rng>
void nudge_rows_of_one(Size<0>, const Products<Columns, Integer, FractionBits>&, size_t, Fixed<Integer, FractionBits>*,
                       size_t, const Vector<Fixed<Integer, FractionBits>, VisibleSize>&,
                       const Vector<Fixed<Integer, FractionBits>, HiddenSize>&,
                       const Vector<Fixed<Integer, FractionBits>, VisibleSize>&,
                       const Vector<Fixed<Integer, FractionBits>, HiddenSize>&, Rng&) {}

template <size_t Columns, size_t VisibleSize, size_t HiddenSize, class Integer, int FractionBits, class Rng>
void nudge_columns_of_one(Fixed<Integer, FractionBits>* RBM_RESTRICT weights,
                          typename Arithmetic<Fixed<Integer, FractionBits>>::Rate rate, size_t first,
                          const Vector<Fixed<Integer, FractionBits>, VisibleSize>& v,
                          const Vector<Fixed<Integer, FractionBits>, HiddenSize>& h,
                          const Vector<Fixed<Integer, FractionBits>, VisibleSize>& v_end,
                          const Vector<Fixed<Integer, FractionBits>, HiddenSize>& h_end, Rng& rng) {
  constexpr size_t whole = VisibleSize - VisibleSize % rows_looked_at;
  Products<Columns, Integer, FractionBits> products;
  products.make(rate, h.values + first, h_end.values + first);
  for (size_t i = 0; i < whole; i += rows_looked_at) {
    nudge_rows_of_one(Size<rows_looked_at>(), products, i, weights, first, v, h, v_end, h_end, rng);
  }
  nudge_rows_of_one(Size<VisibleSize - whole>(), products, whole, weights, first, v, h, v_end, h_end, rng);
}

/// The states of one unit in at most 64 samples, as bits from the lowest on; `seen` collects the bits of all numbers.
template <size_t Length, class Integer, int FractionBits>
RBM_INLINE uint64_t samples_on(size_t unit, size_t count, const Vector<Fixed<Integer, FractionBits>, Length>* states,
                               Integer& seen) {
  uint64_t on = 0;
  for (size_t s = 0; s < count; ++s) {
    const Integer state = states[s][unit].raw;
    seen = static_cast<Integer>(seen | state);
    on |= static_cast<uint64_t>(state != 0) << s;
  }
  return on;
}

/// nudge_columns for a batch. A row whose unit is neither off nor on in some sample goes the general way.
template <size_t Columns, size_t VisibleSize, size_t HiddenSize, class Integer, int FractionBits, class Rng>
void nudge_columns_of_batch(Fixed<Integer, FractionBits>* RBM_RESTRICT weights,
                            typename Arithmetic<Fixed<Integer, FractionBits>>::Rate rate, size_t first, size_t count,
                            const Vector<Fixed<Integer, FractionBits>, VisibleSize>* v_data,
                            const Vector<Fixed<Integer, FractionBits>, HiddenSize>* h_data,
                            const Vector<Fixed<Integer, FractionBits>, VisibleSize>* v_model,
                            const Vector<Fixed<Integer, FractionBits>, HiddenSize>* h_model, Rng& rng) {
  typedef typename Arithmetic<Fixed<Integer, FractionBits>>::Sum Sum;
  typedef decltype(Sum().raw) Raw;
  for (size_t i = 0; i < VisibleSize; ++i) {
    Raw data[Columns], model[Columns];
    for (size_t j = 0; j < Columns; ++j) data[j] = model[j] = 0;
    Integer seen = 0;
    for (size_t s = 0; s < count; s += 64) {
      const size_t some = count - s < 64 ? count - s : 64;
      UnitsOn<64> on;  // samples, for a unit
      on.words[0] = samples_on(i, some, v_data + s, seen);
      add_integers<Columns, HiddenSize>(on, &h_data[s].values[first].raw, data);
      on.words[0] = samples_on(i, some, v_model + s, seen);
      add_integers<Columns, HiddenSize>(on, &h_model[s].values[first].raw, model);
    }
    if (seen == 0) continue;
    Sum g[Columns];
    if ((seen & ~Fixed<Integer, FractionBits>::one()) == 0) {
      for (size_t j = 0; j < Columns; ++j) g[j] = Sum::from_raw(static_cast<Raw>(data[j] - model[j]));
    } else {
      for (size_t j = 0; j < Columns; ++j) g[j] = Sum(0);
      add_outer<Columns>(i, first, count, v_data, h_data, v_model, h_model, g);
    }
    nudge<Columns>(weights + i * HiddenSize + first, rate, g, rng);
  }
}

/// nudge_columns of changes.hpp.
template <size_t Columns, size_t VisibleSize, size_t HiddenSize, class Integer, int FractionBits, class Rng>
void nudge_columns(Fixed<Integer, FractionBits>* RBM_RESTRICT weights,
                   typename Arithmetic<Fixed<Integer, FractionBits>>::Rate rate, size_t first, size_t count,
                   const Vector<Fixed<Integer, FractionBits>, VisibleSize>* v_data,
                   const Vector<Fixed<Integer, FractionBits>, HiddenSize>* h_data,
                   const Vector<Fixed<Integer, FractionBits>, VisibleSize>* v_model,
                   const Vector<Fixed<Integer, FractionBits>, HiddenSize>* h_model, Rng& rng) {
  if (count == 1) {
    nudge_columns_of_one<Columns>(weights, rate, first, *v_data, *h_data, *v_model, *h_model, rng);
  } else {
    nudge_columns_of_batch<Columns>(weights, rate, first, count, v_data, h_data, v_model, h_model, rng);
  }
}

}  // namespace kernels
}  // namespace rbm

#endif

#endif  // RBM_KERNELS_INTEGER_CHANGES_HPP
