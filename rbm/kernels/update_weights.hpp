// rbm/kernels/update_weights.hpp: changes of weights, in place: the rate times differences of statistics.
//
// A row whose unit is off at the data and in the model stays as it is, and takes no draws. Where units are off or on,
// its change is one of three, made once for all rows. Floats change sample by sample; integers by the sum over a batch,
// rounded once, stochastically.
// SPDX-License-Identifier: MIT

#ifndef RBM_KERNELS_UPDATE_WEIGHTS_HPP
#define RBM_KERNELS_UPDATE_WEIGHTS_HPP

#include <stddef.h>
#include <stdint.h>

#include "../config.hpp"
#include "../numbers/number.hpp"
#include "accumulate.hpp"
#include "active.hpp"
#include "processors.hpp"
#include "simd.hpp"
#include "statistics.hpp"
#include "update_biases.hpp"

namespace rbm {
namespace kernels {

/// W_ij += rate sum_s (v_si h_sj - v'_si h'_sj) for one row and some columns of it.
template <size_t VisibleSize, size_t HiddenSize>
RBM_INLINE void update_row(float* RBM_RESTRICT weights, float rate,
                           const Statistics<float, VisibleSize, HiddenSize>& statistics, size_t i, size_t first,
                           size_t count) {
  float* const row = weights + i * HiddenSize + first;
  for (size_t s = 0; s < statistics.count; ++s) {
    const float v = statistics.visible_data[s][i], v_model = statistics.visible_model[s][i];
    if (is_off(v) && is_off(v_model)) continue;
    const float* const h = statistics.hidden_data[s].values + first;
    const float* const h_model = statistics.hidden_model[s].values + first;
    for (size_t j = 0; j < count; ++j) row[j] += rate * difference(v * h[j], v_model * h_model[j]);
  }
}

/// As of integers, with a generator, of which floats need nothing.
template <size_t VisibleSize, size_t HiddenSize, class Rng>
RBM_INLINE void update_row(float* weights, float rate, const Statistics<float, VisibleSize, HiddenSize>& statistics,
                           size_t i, size_t first, size_t count, Rng&) {
  update_row(weights, rate, statistics, i, first, count);
}

#if RBM_VECTOR_BYTES >= 4

/// Some columns of the rows whose units are on, after one sample.
template <size_t Stride, size_t Rows>
struct UpdateColumns {
  const Active<Rows>&on, &on_model;
  const float *v, *v_model;
  float* weights;
  float rate;
  const float *h, *h_model;

  template <class Vec>
  RBM_INLINE void run(size_t j) const {
    float change[3][Vec::size];  // of a unit that is on at the data, in the model, in both
    for (size_t l = 0; l < Vec::size; ++l) change[0][l] = rate * h[j + l];
    for (size_t l = 0; l < Vec::size; ++l) change[1][l] = rate * -h_model[j + l];
    for (size_t l = 0; l < Vec::size; ++l) change[2][l] = rate * (h[j + l] - h_model[j + l]);
    float* const first = weights + j;
    on.each_of_two(
        on_model, v, v_model,
        [&](size_t i, size_t k) RBM_ALWAYS_INLINE {
          float* const row = first + i * Stride;
          store(load<Vec>(row) + load<Vec>(change[k - 1]), row);
        },
        [&](size_t i, size_t) RBM_ALWAYS_INLINE {
          float* const row = first + i * Stride;
          const float *by = h + j, *by_model = h_model + j;
          for (size_t l = 0; l < Vec::size; ++l) row[l] += rate * (v[i] * by[l] - v_model[i] * by_model[l]);
        });
  }
};

/// `Rows` rows from i on, for all samples.
template <size_t Rows, size_t VisibleSize, size_t HiddenSize>
RBM_INLINE void update_rows(float* weights, float rate, const Statistics<float, VisibleSize, HiddenSize>& statistics,
                            size_t i) {
  for (size_t s = 0; s < statistics.count; ++s) {
    const float *v = statistics.visible_data[s].values, *v_model = statistics.visible_model[s].values;
    Active<Rows> on, on_model;
    on.find(statistics.of_data(s), v, i);
    on_model.find(statistics.of_model(s), v_model, i);
    const UpdateColumns<HiddenSize, Rows> body = {on,
                                                  on_model,
                                                  v + i,
                                                  v_model + i,
                                                  weights + i * HiddenSize,
                                                  rate,
                                                  statistics.hidden_data[s].values,
                                                  statistics.hidden_model[s].values};
    each_column<float, HiddenSize>(HiddenSize, body);
  }
}

/// W_ij += rate sum_s (v_si h_sj - v'_si h'_sj), sample by sample.
template <size_t VisibleSize, size_t HiddenSize>
RBM_NOINLINE void update_weights(float* RBM_RESTRICT weights, float rate,
                                 const Statistics<float, VisibleSize, HiddenSize>& statistics) {
  constexpr size_t rows = rows_in_cache<VisibleSize, HiddenSize>(), tail = VisibleSize % rows;
  for (size_t i = 0; i < VisibleSize - tail; i += rows) update_rows<rows>(weights, rate, statistics, i);
  if (tail > 0) update_rows<(tail > 0 ? tail : 1)>(weights, rate, statistics, VisibleSize - tail);
}

#else

template <size_t VisibleSize, size_t HiddenSize>
void update_weights(float* RBM_RESTRICT weights, float rate,
                    const Statistics<float, VisibleSize, HiddenSize>& statistics) {
  for (size_t i = 0; i < VisibleSize; ++i) update_row(weights, rate, statistics, i, 0, HiddenSize);
}

#endif

/// W_ij += rate g_ij for one row and some columns of it, rounded stochastically.
template <class Integer, int FractionBits, size_t VisibleSize, size_t HiddenSize, class Rng>
RBM_INLINE void update_row(Fixed<Integer, FractionBits>* weights,
                           typename Arithmetic<Fixed<Integer, FractionBits>>::Rate rate,
                           const Statistics<Fixed<Integer, FractionBits>, VisibleSize, HiddenSize>& statistics,
                           size_t i, size_t first, size_t count, Rng& rng) {
  typename Arithmetic<Fixed<Integer, FractionBits>>::Sum g[most_of_block<HiddenSize>()] = {};
  add_gradient(statistics, i, first, count, g);
  update_biases<most_of_block<HiddenSize>()>(weights + i * HiddenSize + first, rate, g, count, rng);
}

#if RBM_VECTOR_BYTES > 4

/// The products of a row whose unit is on at the data, in the model, or in both (k = 1, 2, 3).
template <class Integer, int FractionBits, size_t Most, bool AreKept = has_unit_bits>
struct RowProducts {
  typedef Fixed<Integer, FractionBits> Scalar;
  int32_t of[3][Most];
  size_t k;

  RBM_INLINE void make(int32_t factor, const Scalar* h, const Scalar* h_model, size_t count) {
    for (size_t j = 0; j < count; ++j) of[0][j] = factor * h[j].raw;
    for (size_t j = 0; j < count; ++j) of[1][j] = -factor * h_model[j].raw;
    for (size_t j = 0; j < count; ++j) of[2][j] = factor * (h[j].raw - h_model[j].raw);
  }
  RBM_INLINE void select_row(size_t chosen) { k = chosen - 1; }
  template <class Vec>
  RBM_INLINE Vec at(size_t j) const {
    return load<Vec>(of[k] + j);
  }
};

/// They are made anew for each row where memory is short.
template <class Integer, int FractionBits, size_t Most>
struct RowProducts<Integer, FractionBits, Most, false> {
  typedef Fixed<Integer, FractionBits> Scalar;
  int32_t factor, at_data, of_model;
  const Scalar *h, *h_model;

  RBM_INLINE void make(int32_t by, const Scalar* data, const Scalar* model, size_t) {
    factor = by;
    h = data;
    h_model = model;
  }
  RBM_INLINE void select_row(size_t chosen) {
    at_data = (chosen & 1u) != 0 ? factor : 0;
    of_model = (chosen & 2u) != 0 ? -factor : 0;
  }
  template <class Vec>
  RBM_INLINE Vec at(size_t j) const {
    return load_as<Vec>(numbers_of(h) + j) * at_data + load_as<Vec>(numbers_of(h_model) + j) * of_model;
  }
};

/// Of one sample: rows whose units are all off or on, from `start` on.
template <size_t Rows, class Integer, int FractionBits, size_t VisibleSize, size_t HiddenSize, class Rng>
RBM_INLINE void update_rows_of_one(Fixed<Integer, FractionBits>* weights,
                                   typename Arithmetic<Fixed<Integer, FractionBits>>::Rate rate,
                                   const Statistics<Fixed<Integer, FractionBits>, VisibleSize, HiddenSize>& statistics,
                                   size_t start, size_t first, size_t count, Rng& rng) {
  typedef Fixed<Integer, FractionBits> Scalar;
  constexpr size_t most = most_of_block<HiddenSize>();
  const Scalar *v = statistics.visible_data->values + start, *v_model = statistics.visible_model->values + start;
  Active<Rows> on, on_model;
  on.find(statistics.of_data(0), statistics.visible_data->values, start);
  on_model.find(statistics.of_model(0), statistics.visible_model->values, start);
  const Rounding<Integer, FractionBits> rounding(rate);
  RowProducts<Integer, FractionBits, most> products;
  products.make(rounding.factor, statistics.hidden_data->values + first, statistics.hidden_model->values + first,
                count);
  on.each_of_two(
      on_model, v, v_model,
      [&](size_t i, size_t k) RBM_ALWAYS_INLINE {
        products.select_row(k);
        add_rounded<most>(weights + (start + i) * HiddenSize + first, rounding, products, count, rng);
      },
      [&](size_t i, size_t) RBM_ALWAYS_INLINE { update_row(weights, rate, statistics, start + i, first, count, rng); });
}

/// x_j += the hidden states of those of at most 64 samples in which visible unit i is on; `seen` collects its bits.
template <class Integer, int FractionBits, size_t VisibleSize, size_t HiddenSize, class SumInteger>
RBM_INLINE void add_samples(const Vector<Fixed<Integer, FractionBits>, VisibleSize>* v,
                            const Vector<Fixed<Integer, FractionBits>, HiddenSize>* h, size_t samples, size_t i,
                            size_t first, size_t count, SumInteger* x, Integer& seen) {
  Active<64, true> on;
  on.binary = true;
  on.words[0] = 0;
  for (size_t s = 0; s < samples; ++s) {
    seen = static_cast<Integer>(seen | v[s][i].raw);
    on.words[0] |= static_cast<uint64_t>(!is_off(v[s][i])) << s;
  }
  accumulate_active<HiddenSize>(on, numbers_of(h->values + first), v->values, count, x);
}

/// Of a batch: the states of a row's unit in all samples, as bits, say which hidden states are added up.
template <class Integer, int FractionBits, size_t VisibleSize, size_t HiddenSize, class Rng>
RBM_INLINE void update_rows_of_batch(
    Fixed<Integer, FractionBits>* RBM_RESTRICT weights, typename Arithmetic<Fixed<Integer, FractionBits>>::Rate rate,
    const Statistics<Fixed<Integer, FractionBits>, VisibleSize, HiddenSize>& statistics, size_t first, size_t count,
    Rng& rng) {
  typedef Fixed<Integer, FractionBits> Scalar;
  typedef typename Arithmetic<Scalar>::Sum Sum;
  constexpr size_t most = most_of_block<HiddenSize>();
  for (size_t i = 0; i < VisibleSize; ++i) {
    typename Sum::Integer data[most] = {}, model[most] = {};
    Integer seen = 0;
    for (size_t s = 0; s < statistics.count; s += 64) {
      const size_t some = statistics.count - s < 64 ? statistics.count - s : 64;
      add_samples(statistics.visible_data + s, statistics.hidden_data + s, some, i, first, count, data, seen);
      add_samples(statistics.visible_model + s, statistics.hidden_model + s, some, i, first, count, model, seen);
    }
    if (seen == 0) continue;
    if ((seen & ~Scalar::one()) != 0) {
      update_row(weights, rate, statistics, i, first, count, rng);
      continue;
    }
    Sum g[most];
    for (size_t j = 0; j < count; ++j) g[j].raw = static_cast<typename Sum::Integer>(data[j] - model[j]);
    update_biases<most>(weights + i * HiddenSize + first, rate, g, count, rng);
  }
}

#endif

/// Not inlined: frames do not add up. Where `Known` is not 0 it is the number of columns.
template <size_t Known, class Integer, int FractionBits, size_t VisibleSize, size_t HiddenSize, class Rng>
RBM_NOINLINE void update_columns(Fixed<Integer, FractionBits>* RBM_RESTRICT weights,
                                 typename Arithmetic<Fixed<Integer, FractionBits>>::Rate rate,
                                 const Statistics<Fixed<Integer, FractionBits>, VisibleSize, HiddenSize>& statistics,
                                 size_t first, size_t count, Rng& rng) {
  if (Known != 0) count = Known;
#if RBM_VECTOR_BYTES > 4
  constexpr size_t rows = has_unit_bits ? size_t{rows_at_a_time} : VisibleSize, tail = VisibleSize % rows;
  if (statistics.count == 1 && (has_unit_bits || sizeof(Integer) > 1)) {  // narrow ones mostly have loops of their own
    for (size_t i = 0; i < VisibleSize - tail; i += rows) {
      update_rows_of_one<rows>(weights, rate, statistics, i, first, count, rng);
    }
    if (tail > 0)
      update_rows_of_one<(tail > 0 ? tail : 1)>(weights, rate, statistics, VisibleSize - tail, first, count, rng);
    return;
  }
  if (has_unit_bits) {
    update_rows_of_batch(weights, rate, statistics, first, count, rng);
    return;
  }
#endif
  for (size_t i = 0; i < VisibleSize; ++i) {
    if (is_row_on(statistics, i)) update_row(weights, rate, statistics, i, first, count, rng);
  }
}

/// W_ij += rate sum_s (v_si h_sj - v'_si h'_sj) for the `count` <= block_size columns from `first` on.
template <class Integer, int FractionBits, size_t VisibleSize, size_t HiddenSize, class Rng>
RBM_INLINE void update_weights(Fixed<Integer, FractionBits>* weights,
                               typename Arithmetic<Fixed<Integer, FractionBits>>::Rate rate,
                               const Statistics<Fixed<Integer, FractionBits>, VisibleSize, HiddenSize>& statistics,
                               size_t first, size_t count, Rng& rng) {
  if (count == most_of_block<HiddenSize>()) {
    update_columns<most_of_block<HiddenSize>()>(weights, rate, statistics, first, count, rng);
  } else {
    update_columns<0>(weights, rate, statistics, first, count, rng);
  }
}

}  // namespace kernels
}  // namespace rbm

#endif  // RBM_KERNELS_UPDATE_WEIGHTS_HPP
