// rbm/kernels/update_weights.hpp: changes of parameters, in place: the rate times differences of statistics.
//
// A row of weights whose unit is off at the data and in the model stays as it is, and takes no draws. Where units are
// off or on, a row's change is one of three, which are made once for all rows. Floats change sample by sample; integers
// by the sum over a batch, which is rounded once, stochastically.
// SPDX-License-Identifier: MIT

#ifndef RBM_KERNELS_UPDATE_WEIGHTS_HPP
#define RBM_KERNELS_UPDATE_WEIGHTS_HPP

#include <stddef.h>
#include <stdint.h>

#include "../arithmetic.hpp"
#include "../config.hpp"
#include "../storage.hpp"
#include "accumulate.hpp"
#include "active.hpp"
#include "simd.hpp"

namespace rbm {
namespace kernels {

/// A batch's statistics: `count` states at the data, and of the model, at the end of the chains.
template <class ScalarType, size_t VisibleSize, size_t HiddenSize>
struct Statistics {
  typedef ScalarType Scalar;
  enum : size_t { visible_size = VisibleSize, hidden_size = HiddenSize };

  const Vector<Scalar, VisibleSize>* visible_data;
  const Vector<Scalar, HiddenSize>* hidden_data;
  const Vector<Scalar, VisibleSize>* visible_model;
  const Vector<Scalar, HiddenSize>* hidden_model;
  size_t count;
};

/// c_i += rate (data_i - model_i)                                                                           all [count]
template <class Scalar>
void update_biases(Scalar* RBM_RESTRICT c, typename Arithmetic<Scalar>::Rate rate, const Scalar* RBM_RESTRICT data,
                   const Scalar* RBM_RESTRICT model, size_t count) {
  for (size_t i = 0; i < count; ++i) c[i] += rate * (data[i] - model[i]);
}

/// x_j += sum_s (data_sj - model_sj) for the `count` units from `first` on, of `samples` states.              x [count]
template <size_t Length, class Scalar, class Sum>
void add_differences(const Vector<Scalar, Length>* data, const Vector<Scalar, Length>* model, size_t samples,
                     size_t first, size_t count, Sum* RBM_RESTRICT x) {
  for (size_t s = 0; s < samples; ++s) {
    for (size_t j = 0; j < count; ++j) {
      x[j] += static_cast<Sum>(data[s][first + j]) - static_cast<Sum>(model[s][first + j]);
    }
  }
}

/// g_j += sum_s (v_si h_sj - v'_si h'_sj) for row i and the `count` columns from `first` on: the gradient of a piece of
/// a row.                                                                                                     g [count]
template <class Scalar, size_t VisibleSize, size_t HiddenSize, class Sum>
RBM_INLINE void add_gradient(const Statistics<Scalar, VisibleSize, HiddenSize>& statistics, size_t i, size_t first,
                             size_t count, Sum* RBM_RESTRICT g) {
  for (size_t s = 0; s < statistics.count; ++s) {
    const Scalar v = statistics.visible_data[s][i], v_model = statistics.visible_model[s][i];
    if (detail::equal(v, Scalar(0)) && detail::equal(v_model, Scalar(0))) continue;
    add_row(v, statistics.hidden_data[s].values + first, count, g);
    add_row(Scalar(0) - v_model, statistics.hidden_model[s].values + first, count, g);
  }
}

/// The most units of a layer that are taken at a time.
template <size_t Length>
constexpr size_t most_of_block() {
  return Length < block_size ? Length : size_t{block_size};
}

#if RBM_VECTOR_BYTES >= 4

/// How many rows of floats stay in the nearer caches while all states of a batch pass: some 128 KB, at most 256.
template <size_t Rows, size_t Columns>
constexpr size_t rows_in_cache() {
  return !has_unit_bits ? Rows : Columns > 256 ? 64 : Columns > 128 ? 128 : size_t{rows_at_a_time};
}

template <size_t Stride, size_t Rows>
struct UpdateColumns {
  const Active<Rows>&on, &on_model;
  const float *v, *v_model;
  float* weights;
  float rate;
  const float *h, *h_model;

  template <class Many>
  RBM_INLINE void run(size_t j) const {
    float change[3][Many::size];  // of a unit that is on at the data, in the model, in both
    for (size_t l = 0; l < Many::size; ++l) change[0][l] = rate * h[j + l];
    for (size_t l = 0; l < Many::size; ++l) change[1][l] = rate * -h_model[j + l];
    for (size_t l = 0; l < Many::size; ++l) change[2][l] = rate * (h[j + l] - h_model[j + l]);
    float* const first = weights + j;
    on.each_of_two(
        on_model, v, v_model,
        [&](size_t i, size_t k) RBM_ALWAYS_INLINE {
          float* const row = first + i * Stride;
          store(load<Many>(row) + load<Many>(change[k - 1]), row);
        },
        [&](size_t i, size_t) RBM_ALWAYS_INLINE {
          float* const row = first + i * Stride;
          const float *by = h + j, *by_model = h_model + j;
          for (size_t l = 0; l < Many::size; ++l) row[l] += rate * (v[i] * by[l] - v_model[i] * by_model[l]);
        });
  }
};

template <size_t Rows, size_t Columns>
RBM_INLINE void update_rows(float* weights, float rate, const float* v, const float* v_model, const float* h,
                            const float* h_model) {
  Active<Rows> on, on_model;
  on.look(v);
  on_model.look(v_model);
  const UpdateColumns<Columns, Rows> body = {on, on_model, v, v_model, weights, rate, h, h_model};
  each_column<float, Columns>(Columns, body);
}

/// Some rows, of all samples.
template <size_t Rows, size_t VisibleSize, size_t HiddenSize>
RBM_INLINE void update_rows(float* weights, float rate, const Statistics<float, VisibleSize, HiddenSize>& statistics,
                            size_t i) {
  for (size_t s = 0; s < statistics.count; ++s) {
    update_rows<Rows, HiddenSize>(weights + i * HiddenSize, rate, statistics.visible_data[s].values + i,
                                  statistics.visible_model[s].values + i, statistics.hidden_data[s].values,
                                  statistics.hidden_model[s].values);
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
  for (size_t i = 0; i < VisibleSize; ++i) {
    for (size_t s = 0; s < statistics.count; ++s) {
      const float v = statistics.visible_data[s][i], v_model = statistics.visible_model[s][i];
      if (is_off(v) && is_off(v_model)) continue;
      const float *h = statistics.hidden_data[s].values, *h_model = statistics.hidden_model[s].values;
      for (size_t j = 0; j < HiddenSize; ++j) weights[i * HiddenSize + j] += rate * (v * h[j] - v_model * h_model[j]);
    }
  }
}

#endif

#if RBM_VECTOR_BYTES > 4

/// How a product of a rate and a difference becomes steps of a parameter: the random part that is added, then a shift.
/// Scaling: see Arithmetic::steps.
template <class Integer, int FractionBits>
struct Rounding;

template <int FractionBits>
struct Rounding<int8_t, FractionBits> {
  int32_t factor;
  enum : int { shift = FractionBits + 8 };

  explicit RBM_INLINE Rounding(int16_t rate) : factor(rate) {}

  template <class Many>
  RBM_INLINE Many random(const uint8_t* draws) const {
    return (load_as<Many>(draws) << FractionBits) + (int32_t{1} << (FractionBits - 1));
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

  template <class Many>
  RBM_INLINE Many random(const uint16_t* draws) const {
    typedef Lanes<uint32_t, Many::registers, sizeof(typename Many::Register)> Bits;
    return bits_as<Many>(((load_as<Bits>(draws) << 16) | 0x8000u) >> (32 - shift));
  }
};

/// c_j += products_j, rounded stochastically, for `count` <= Most parameters; product.at<Many>(j) gives them.
template <class Integer, int FractionBits, class Products>
struct AddRounded {
  Integer* c;
  const Rounding<Integer, FractionBits>& rounding;
  const Products& products;
  const typename Arithmetic<Fixed<Integer, FractionBits>>::Draw* draws;

  template <class Many>
  RBM_INLINE void run(size_t j) const {
    const Many steps = (products.template at<Many>(j) + rounding.template random<Many>(draws + j)) >> rounding.shift;
    store_saturated(load_as<Many>(c + j) + steps, c + j);
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

  template <class Many>
  RBM_INLINE Many at(size_t j) const {
    return load_as<Many>(g + j) * factor;
  }
};

#endif

/// Not inlined: one copy in flash for all layers. Where `Known` is not 0 it is the number of parameters.
template <size_t Most, size_t Known, class Integer, int FractionBits, class Sum, class Rng>
RBM_NOINLINE void update_some(Fixed<Integer, FractionBits>* RBM_RESTRICT c,
                              typename Arithmetic<Fixed<Integer, FractionBits>>::Rate rate, const Sum* RBM_RESTRICT g,
                              size_t count, Rng& rng) {
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
    update_some<Most, Most>(c, rate, g, count, rng);
  } else {
    update_some<Most, 0>(c, rate, g, count, rng);
  }
}

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

template <class Integer, int FractionBits, size_t VisibleSize, size_t HiddenSize>
RBM_INLINE bool is_row_on(const Statistics<Fixed<Integer, FractionBits>, VisibleSize, HiddenSize>& statistics,
                          size_t i) {
  bool on = false;
  for (size_t s = 0; s < statistics.count; ++s) {
    on = on || !is_off(statistics.visible_data[s][i]) || !is_off(statistics.visible_model[s][i]);
  }
  return on;
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
  RBM_INLINE void choose(size_t chosen) { k = chosen - 1; }
  template <class Many>
  RBM_INLINE Many at(size_t j) const {
    return load<Many>(of[k] + j);
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
  RBM_INLINE void choose(size_t chosen) {
    at_data = (chosen & 1u) != 0 ? factor : 0;
    of_model = (chosen & 2u) != 0 ? -factor : 0;
  }
  template <class Many>
  RBM_INLINE Many at(size_t j) const {
    return load_as<Many>(numbers_of(h) + j) * at_data + load_as<Many>(numbers_of(h_model) + j) * of_model;
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
  on.look(v);
  on_model.look(v_model);
  const Rounding<Integer, FractionBits> rounding(rate);
  RowProducts<Integer, FractionBits, most> products;
  products.make(rounding.factor, statistics.hidden_data->values + first, statistics.hidden_model->values + first,
                count);
  on.each_of_two(
      on_model, v, v_model,
      [&](size_t i, size_t k) RBM_ALWAYS_INLINE {
        products.choose(k);
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

/// Whether differences of 0, 1 and -1 have loops of their own at this rate: in lanes its sum with a draw has 15 bits.
template <class Rate>
constexpr bool has_binary_updates(Rate) {
  return true;
}
constexpr bool has_binary_updates(int16_t rate) { return RBM_VECTOR_BYTES <= 4 || rate <= 0x7FFF - 0xFF; }

#if RBM_VECTOR_BYTES > 4

template <int FractionBits>
struct MoveColumns {
  int8_t* c;
  int16_t rate;
  const int8_t* difference;
  const uint8_t* draws;

  template <class Many>
  RBM_INLINE void run(size_t j) const {
    const Many steps = ((load_as<Many>(difference + j) >> FractionBits) * rate + load_as<Many>(draws + j)) >> 8;
    store_saturated(load_as<Many>(c + j) + steps, c + j);
  }
};

/// c_j += rate times a difference of 1, 0 or -1, in QF, for `count` <= Most 8-bit parameters.
template <size_t Most, int FractionBits, class Rng>
RBM_INLINE void move_each(Fixed<int8_t, FractionBits>* c, int16_t rate, const int8_t* difference, size_t count,
                          Rng& rng) {
  alignas(uint32_t) uint8_t draws[Most];
  integer::draw<Most>(draws, count, rng);
  const MoveColumns<FractionBits> body = {numbers_of(c), rate, difference, draws};
  each_column<int16_t, Most, functions_at_a_time>(count, body);
}

#else

/// Arithmetic::steps and moved for a difference of 1, 0 or -1, in few instructions.
template <int FractionBits>
RBM_INLINE void move_one(Fixed<int8_t, FractionBits>& c, uint16_t rate, int8_t difference, uint8_t draw) {
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
RBM_NOINLINE void move_some(Fixed<int8_t, FractionBits>* RBM_RESTRICT c, uint16_t rate,
                            const int8_t* RBM_RESTRICT difference, uint8_t count, Rng& rng) {
  if (Known != 0) count = Known;
  for (; count >= 4; count = static_cast<uint8_t>(count - 4), c += 4, difference += 4) {
    const uint32_t word = detail::next_word(rng);
    const uint16_t low = static_cast<uint16_t>(word), high = static_cast<uint16_t>(word >> 16);
    move_one(c[0], rate, difference[0], static_cast<uint8_t>(low));
    move_one(c[1], rate, difference[1], static_cast<uint8_t>(low >> 8));
    move_one(c[2], rate, difference[2], static_cast<uint8_t>(high));
    move_one(c[3], rate, difference[3], static_cast<uint8_t>(high >> 8));
  }
  uint32_t word = count == 0 ? 0u : detail::next_word(rng);
  for (uint8_t j = 0; j < count; ++j, word >>= 8) move_one(c[j], rate, difference[j], static_cast<uint8_t>(word));
}
template <size_t Most, int FractionBits, class Rng>
RBM_INLINE void move_each(Fixed<int8_t, FractionBits>* c, int16_t rate, const int8_t* difference, size_t count,
                          Rng& rng) {
  if (count == Most) {
    move_some<Most>(c, static_cast<uint16_t>(rate), difference, static_cast<uint8_t>(count), rng);
  } else {
    move_some<0>(c, static_cast<uint16_t>(rate), difference, static_cast<uint8_t>(count), rng);
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
  move_each<Most>(c, rate, difference, count, rng);
}

/// update_weights for one sample of an 8-bit model whose units are all off or on.
template <int FractionBits, size_t VisibleSize, size_t HiddenSize, class Rng>
RBM_INLINE void update_binary_weights(
    Fixed<int8_t, FractionBits>* RBM_RESTRICT weights, int16_t rate,
    const Statistics<Fixed<int8_t, FractionBits>, VisibleSize, HiddenSize>& statistics, size_t first, size_t count,
    Rng& rng) {
  typedef Fixed<int8_t, FractionBits> Scalar;
  const Scalar *v = statistics.visible_data->values, *v_model = statistics.visible_model->values;
  const Scalar *h = statistics.hidden_data->values + first, *h_model = statistics.hidden_model->values + first;
  int8_t difference[3][most_of_block<HiddenSize>()];  // of a unit that is on at the data, in the model, in both
  for (size_t j = 0; j < count; ++j) {
    difference[0][j] = h[j].raw;
    difference[1][j] = static_cast<int8_t>(-h_model[j].raw);
    difference[2][j] = static_cast<int8_t>(difference[0][j] + difference[1][j]);
  }
  weights += first;
  for (size_t i = 0; i < VisibleSize; ++i, weights += HiddenSize) {
    const size_t k = static_cast<size_t>(!is_off(v[i])) + 2 * static_cast<size_t>(!is_off(v_model[i]));
    if (k != 0) move_each<most_of_block<HiddenSize>()>(weights, rate, difference[k - 1], count, rng);
  }
}

}  // namespace kernels
}  // namespace rbm

#endif  // RBM_KERNELS_UPDATE_WEIGHTS_HPP
