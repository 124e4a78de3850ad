// rbm/kernels/update_batches.hpp: changes of weights by a large batch, whose visible units are all off or on.
//
// The bits of a unit in 64 samples say which hidden states its row takes, of the data, and which it gives up, of the
// model. They are summed one by one, or by tables. By tables floats are added to the weights as they come; integers are
// summed over the batch and rounded once.
// SPDX-License-Identifier: MIT

#ifndef RBM_KERNELS_UPDATE_BATCHES_HPP
#define RBM_KERNELS_UPDATE_BATCHES_HPP

#include <stddef.h>
#include <stdint.h>

#include "../config.hpp"
#include "../numbers/number.hpp"
#include "../storage.hpp"
#include "active.hpp"
#include "simd.hpp"
#include "statistics.hpp"
#include "tables.hpp"
#include "update_biases.hpp"

namespace rbm {
namespace kernels {

#if RBM_VECTOR_BYTES > 4 && __SIZEOF_POINTER__ == 8

/// Bit i of word k becomes bit k of word i (Warren, Hacker's Delight, 7-3).
inline void transpose_bits(uint64_t* words) {
  uint64_t mask = 0xFFFFFFFFu;
  for (unsigned j = 32; j != 0; j >>= 1, mask ^= mask << j) {
    for (unsigned k = 0; k < 64; k = ((k | j) + 1) & ~j) {
      const uint64_t t = ((words[k] >> j) ^ words[k | j]) & mask;
      words[k] ^= t << j;
      words[k | j] ^= t;
    }
  }
}

/// In which of at most 64 samples each of the 64 units from `first` on is on.
template <size_t VisibleSize>
RBM_INLINE void samples_on(const Active<VisibleSize>* on, size_t first, size_t count, uint64_t* samples) {
  for (size_t s = 0; s < count; ++s) samples[s] = on[s].words[first / 64];
  for (size_t s = count; s < 64; ++s) samples[s] = 0;
  transpose_bits(samples);
}

/// W_ij += rate (the sum of the hidden states of some samples - the sum of those of others). Rows of W are `Stride`
/// apart, states `HiddenSize`.
template <size_t HiddenSize, size_t Stride>
struct SumColumns {
  size_t rows;
  const uint64_t *on, *on_model;  // of each row's unit, in which samples it is on
  float* weights;
  float rate;
  const float *h, *h_model;

  template <class Vec>
  RBM_INLINE void run(size_t j) const {
    for (size_t i = 0; i < rows; ++i) {
      Vec sum = broadcast<Vec>(0.0f);
      for (uint64_t left = on[i]; left != 0; left &= left - 1) {
        sum = sum + load<Vec>(h + static_cast<size_t>(__builtin_ctzll(left)) * HiddenSize + j);
      }
      for (uint64_t left = on_model[i]; left != 0; left &= left - 1) {
        sum = sum - load<Vec>(h_model + static_cast<size_t>(__builtin_ctzll(left)) * HiddenSize + j);
      }
      float* const row = weights + i * Stride + j;
      store(load<Vec>(row) + sum * rate, row);
    }
  }
};

/// update_weights for at most 64 samples, whose visible units are all off or on.
template <size_t VisibleSize, size_t HiddenSize>
void update_weights_once(float* weights, float rate, const Statistics<float, VisibleSize, HiddenSize>& batch) {
  for (size_t i = 0; i < VisibleSize; i += 64) {
    const size_t rows = VisibleSize - i < 64 ? VisibleSize - i : 64;
    uint64_t on[64], on_model[64];
    samples_on(batch.on_data, i, batch.count, on);
    samples_on(batch.on_model, i, batch.count, on_model);
    const SumColumns<HiddenSize, HiddenSize> body = {
        rows, on, on_model, weights + i * HiddenSize, rate, batch.hidden_data->values, batch.hidden_model->values};
    each_column<float, HiddenSize>(HiddenSize, body);
  }
}

/// For `rows` rows, of which `to` is the first, `Stride` apart: adds to each the sums of those of at most `Samples`
/// hidden states that its bits choose, times `rate`.
template <size_t Samples, size_t HiddenSize, size_t Stride, class Number, class State>
struct AddStates {
  const uint64_t* bits;
  size_t rows;
  const State* h;
  size_t count;  // of samples
  Number rate;
  Number* to;
  Table<Number>& table;

  template <size_t Count>
  RBM_INLINE void run(size_t j) const {
    typedef TableLanes<Number, Stride> Vec;
    table.template make<Samples, Vec>([&](size_t g, Vec* row) RBM_ALWAYS_INLINE {
      for (size_t k = 0; k < 4; ++k) {
        const size_t s = 4 * g + k;
        row[k] = s < count ? load_some<Vec, Count>(h + s * HiddenSize + j) * rate
                           : broadcast<Vec>(static_cast<Number>(no_row));
      }
    });
    Number* row = to + j;
    for (size_t i = 0; i < rows; ++i, row += Stride) {
      store_some<Count>(table.template add<Samples>(bits[i], load_some<Vec, Count>(row)), row);
    }
  }
};

/// W_ij += rate sum_s (v_si h_sj - v'_si h'_sj) for at most `Samples` <= 64 samples, of floats.
template <size_t Samples, size_t VisibleSize, size_t HiddenSize>
RBM_NOINLINE void update_weights_by_table(float* weights, float rate,
                                          const Statistics<float, VisibleSize, HiddenSize>& batch,
                                          Table<float>& table) {
  constexpr size_t width = TableLanes<float, HiddenSize>::size;
  typedef AddStates<Samples, HiddenSize, HiddenSize, float, float> Body;
  for (size_t i = 0; i < VisibleSize; i += 64) {
    const size_t rows = VisibleSize - i < 64 ? VisibleSize - i : 64;
    uint64_t on[64], on_model[64];
    samples_on(batch.on_data, i, batch.count, on);
    samples_on(batch.on_model, i, batch.count, on_model);
    float* const to = weights + i * HiddenSize;
    each_part<HiddenSize, width>(Body{on, rows, batch.hidden_data->values, batch.count, rate, to, table});
    each_part<HiddenSize, width>(Body{on_model, rows, batch.hidden_model->values, batch.count, -rate, to, table});
  }
}

/// W_ij += rate sum_s (v_si h_sj - v'_si h'_sj), of a batch of at most `Most` samples.
template <size_t Most, size_t VisibleSize, size_t HiddenSize>
void update_weights_by_tables(float* weights, float rate, const Statistics<float, VisibleSize, HiddenSize>& batch,
                              Table<float>& table) {
  constexpr size_t tail = Most % 64;
  for (size_t s = 0; s < batch.count; s += 64) {
    const size_t left = batch.count - s;
    if (left <= tail) {
      update_weights_by_table<(tail > 0 ? tail : 1)>(weights, rate, batch.part(s, left), table);
    } else {
      update_weights_by_table<64>(weights, rate, batch.part(s, left < 64 ? left : 64), table);
    }
  }
}

/// g_kj = sum_s (v_si h_sj - v'_si h'_sj) for the rows i = row + k and `Columns` columns from `first` on, of integers.
/// `seen` says in which samples, modulo 64, a row's unit is on.
///                                                                                gradient [rows * Columns], seen [64]
template <size_t Columns, class Integer, int FractionBits, size_t VisibleSize, size_t HiddenSize, class Sum,
          class SumInteger>
void make_gradient(const Statistics<Fixed<Integer, FractionBits>, VisibleSize, HiddenSize>& batch, size_t row,
                   size_t rows, size_t first, Sum* gradient, uint64_t* seen, Table<SumInteger>& table) {
  constexpr size_t width = TableLanes<SumInteger, Columns>::size;
  typedef AddStates<64, HiddenSize, Columns, SumInteger, Integer> Body;
  for (size_t k = 0; k < 64; ++k) seen[k] = 0;
  for (size_t k = 0; k < rows * Columns; ++k) gradient[k] = Sum(0);
  for (size_t s = 0; s < batch.count; s += 64) {
    const size_t some = batch.count - s < 64 ? batch.count - s : 64;
    uint64_t on[64], on_model[64];
    samples_on(batch.of_data(s), row, some, on);
    samples_on(batch.of_model(s), row, some, on_model);
    for (size_t k = 0; k < rows; ++k) seen[k] |= on[k] | on_model[k];
    const Integer* const h = numbers_of(batch.hidden_data[s].values) + first;
    const Integer* const h_model = numbers_of(batch.hidden_model[s].values) + first;
    each_part<Columns, width>(Body{on, rows, h, some, 1, numbers_of(gradient), table});
    each_part<Columns, width>(Body{on_model, rows, h_model, some, -1, numbers_of(gradient), table});
  }
}

/// Of floats: for 64 samples after the other those of the data, then those of the model.
template <size_t Columns, size_t VisibleSize, size_t HiddenSize>
void make_gradient(const Statistics<float, VisibleSize, HiddenSize>& batch, size_t row, size_t rows, size_t first,
                   float* gradient) {
  for (size_t k = 0; k < rows * Columns; ++k) gradient[k] = 0.0f;
  for (size_t s = 0; s < batch.count; s += 64) {
    const size_t some = batch.count - s < 64 ? batch.count - s : 64;
    uint64_t on[64], on_model[64];
    samples_on(batch.of_data(s), row, some, on);
    samples_on(batch.of_model(s), row, some, on_model);
    each_column<float, Columns>(Columns, SumColumns<HiddenSize, Columns>{rows, on, on_model, gradient, 1.0f,
                                                                         batch.hidden_data[s].values + first,
                                                                         batch.hidden_model[s].values + first});
  }
}

/// Of integers, for `Columns` columns from `first` on. A row whose unit is off in all samples stays as it is and takes
/// no draws.
///                                                                                              gradient [64 * Columns]
template <size_t Columns, class Integer, int FractionBits, size_t VisibleSize, size_t HiddenSize, class Sum,
          class SumInteger, class Rng>
RBM_NOINLINE void update_columns_by_table(
    Fixed<Integer, FractionBits>* weights, typename Arithmetic<Fixed<Integer, FractionBits>>::Rate rate,
    const Statistics<Fixed<Integer, FractionBits>, VisibleSize, HiddenSize>& batch, size_t first, Sum* gradient,
    Table<SumInteger>& table, Rng& rng) {
  for (size_t i = 0; i < VisibleSize; i += 64) {
    const size_t rows = VisibleSize - i < 64 ? VisibleSize - i : 64;
    uint64_t seen[64];
    make_gradient<Columns>(batch, i, rows, first, gradient, seen, table);
    for (size_t k = 0; k < rows; ++k) {
      if (seen[k] == 0) continue;
      update_biases<Columns>(weights + (i + k) * HiddenSize + first, rate, gradient + k * Columns, Columns, rng);
    }
  }
}

/// For one block of columns, as many as a block may have or those of the last one.
template <class Integer, int FractionBits, size_t VisibleSize, size_t HiddenSize, class Sum, class SumInteger,
          class Rng>
void update_weights_by_tables(Fixed<Integer, FractionBits>* weights,
                              typename Arithmetic<Fixed<Integer, FractionBits>>::Rate rate,
                              const Statistics<Fixed<Integer, FractionBits>, VisibleSize, HiddenSize>& batch,
                              size_t first, size_t count, Sum* gradient, Table<SumInteger>& table, Rng& rng) {
  constexpr size_t most = most_of_block<HiddenSize>(), tail = HiddenSize % most;
  if (count == most) {
    update_columns_by_table<most>(weights, rate, batch, first, gradient, table, rng);
  } else {
    update_columns_by_table<(tail > 0 ? tail : most)>(weights, rate, batch, first, gradient, table, rng);
  }
}

#else

template <size_t VisibleSize, size_t HiddenSize>
void update_weights_once(float* weights, float rate, const Statistics<float, VisibleSize, HiddenSize>& batch) {
  for (size_t i = 0; i < VisibleSize; ++i) {
    for (size_t j = 0; j < HiddenSize; ++j) {
      float sum = 0.0f;
      for (size_t s = 0; s < batch.count; ++s) {
        if (!is_off(batch.visible_data[s][i])) sum += batch.hidden_data[s][j];
      }
      for (size_t s = 0; s < batch.count; ++s) {
        if (!is_off(batch.visible_model[s][i])) sum -= batch.hidden_model[s][j];
      }
      weights[i * HiddenSize + j] += rate * sum;
    }
  }
}

#endif

/// update_weights by sums over many samples, 64 at a time where all their visible units are off or on.
template <size_t VisibleSize, size_t HiddenSize>
void update_weights_by_sums(float* weights, float rate, const Statistics<float, VisibleSize, HiddenSize>& batch) {
  for (size_t s = 0; s < batch.count; s += 64) {
    const Statistics<float, VisibleSize, HiddenSize> part = batch.part(s, batch.count - s < 64 ? batch.count - s : 64);
    bool binary = true;
    for (size_t k = 0; k < part.count && binary; ++k) binary = part.is_binary(k);
    if (binary) {
      update_weights_once(weights, rate, part);
    } else {
      update_weights(weights, rate, part);
    }
  }
}

/// add_gradient of floats in the order of make_gradient, for one row.
template <size_t VisibleSize, size_t HiddenSize>
void add_gradient_in_order(const Statistics<float, VisibleSize, HiddenSize>& batch, size_t i, size_t first,
                           size_t count, float* g) {
  for (size_t s = 0; s < batch.count; s += 64) {
    const size_t end = batch.count - s < 64 ? batch.count : s + 64;
    for (size_t j = 0; j < count; ++j) {
      float sum = 0.0f;
      for (size_t k = s; k < end; ++k) {
        if (!is_off(batch.visible_data[k][i])) sum += batch.hidden_data[k][first + j];
      }
      for (size_t k = s; k < end; ++k) {
        if (!is_off(batch.visible_model[k][i])) sum -= batch.hidden_model[k][first + j];
      }
      g[j] += sum;
    }
  }
}

/// Adds to a row of the weights the hidden states of those samples from `first` to `end` in which unit i is on.
template <size_t VisibleSize, size_t HiddenSize>
void add_states_in_fours(const Vector<float, VisibleSize>* v, const Vector<float, HiddenSize>* h, size_t i,
                         size_t first, size_t end, float rate, float* row) {
  for (size_t s = first; s < end; s += 4) {
    bool on[4];
    for (size_t k = 0; k < 4; ++k) on[k] = s + k < end && !is_off(v[s + k][i]);
    add_four(on, h[s].values, HiddenSize, 1, rate, HiddenSize, row);
  }
}

/// update_weights_by_tables without a table.
template <size_t VisibleSize, size_t HiddenSize>
void update_weights_in_fours(float* weights, float rate, const Statistics<float, VisibleSize, HiddenSize>& batch) {
  for (size_t s = 0; s < batch.count; s += 64) {
    const size_t end = batch.count - s < 64 ? batch.count : s + 64;
    for (size_t i = 0; i < VisibleSize; ++i) {
      float* const row = weights + i * HiddenSize;
      add_states_in_fours(batch.visible_data, batch.hidden_data, i, s, end, rate, row);
      add_states_in_fours(batch.visible_model, batch.hidden_model, i, s, end, -rate, row);
    }
  }
}

}  // namespace kernels
}  // namespace rbm

#endif  // RBM_KERNELS_UPDATE_BATCHES_HPP
