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

#ifdef RBM_HAS_WIDE_LOOPS

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

/// In which of at most 64 samples, of the data and of the model, each of the 64 units from `row` on is on.
struct SampleBits {
  uint64_t on[64], on_model[64];

  template <class Batch>
  SampleBits(const Batch& batch, size_t row) {
    find(batch.of_data(0), row, batch.count, on);
    find(batch.of_model(0), row, batch.count, on_model);
  }

 private:
  template <class Active>
  static RBM_INLINE void find(const Active* units, size_t row, size_t count, uint64_t* samples) {
    for (size_t s = 0; s < count; ++s) samples[s] = units[s].words[row / 64];
    for (size_t s = count; s < 64; ++s) samples[s] = 0;
    transpose_bits(samples);
  }
};

/// W_ij += rate (the sum of the hidden states of some samples - the sum of those of others). Rows of W are `Stride`
/// apart, states `HiddenSize`.
template <size_t HiddenSize, size_t Stride>
struct SumColumns {
  const SampleBits& samples;
  size_t rows;
  float* weights;
  float rate;
  const float *h, *h_model;

  template <class Vec>
  RBM_INLINE void run(size_t j) const {
    for (size_t i = 0; i < rows; ++i) {
      Vec sum = broadcast<Vec>(0.0f);
      for (uint64_t left = samples.on[i]; left != 0; left &= left - 1) {
        sum = sum + load<Vec>(h + static_cast<size_t>(__builtin_ctzll(left)) * HiddenSize + j);
      }
      for (uint64_t left = samples.on_model[i]; left != 0; left &= left - 1) {
        sum = sum - load<Vec>(h_model + static_cast<size_t>(__builtin_ctzll(left)) * HiddenSize + j);
      }
      float* const row = weights + i * Stride + j;
      store(load<Vec>(row) + sum * rate, row);
    }
  }
};

/// to_kj += rate sum_s (v_si h_sj - v'_si h'_sj) for the rows i = row + k and `Columns` columns from `first` on, of at
/// most 64 samples: sums are made first, then added.                                               to [rows * Columns]
template <size_t Columns, size_t VisibleSize, size_t HiddenSize>
RBM_INLINE void add_sums(const Statistics<float, VisibleSize, HiddenSize>& batch, size_t row, size_t rows, size_t first,
                         float rate, float* to) {
  const SampleBits samples(batch, row);
  each_column<float, Columns>(
      Columns, SumColumns<HiddenSize, Columns>{samples, rows, to, rate, batch.hidden_data->values + first,
                                               batch.hidden_model->values + first});
}

/// The same by tables, of at most `Samples` samples, in the order in which tables add; of integers, too. `seen`
/// collects the samples in which a row's unit is on, unless it is null.
template <size_t Samples, size_t Columns, class Scalar, size_t VisibleSize, size_t HiddenSize, class Number>
RBM_INLINE void add_states(const Statistics<Scalar, VisibleSize, HiddenSize>& batch, size_t row, size_t rows,
                           size_t first, Number rate, Number* to, uint64_t* seen, Table<Number>& table) {
  typedef TableRows<HiddenSize, true, typename NumberOf<Scalar>::type, Number> States;
  const SampleBits samples(batch, row);
  for (size_t k = 0; k < rows && seen != nullptr; ++k) seen[k] |= samples.on[k] | samples.on_model[k];
  const auto of_data = [&](size_t k) RBM_ALWAYS_INLINE { return samples.on[k]; };
  const auto of_model = [&](size_t k) RBM_ALWAYS_INLINE { return samples.on_model[k]; };
  const auto *const h = numbers_of(batch.hidden_data->values), *const h_model = numbers_of(batch.hidden_model->values);
  add_chosen<Samples, Columns>(States{h + first, batch.count, rate}, of_data, rows, to, table);
  add_chosen<Samples, Columns>(States{h_model + first, batch.count, static_cast<Number>(-rate)}, of_model, rows, to,
                               table);
}

/// Calls body.run(row, rows) for the rows of the weights, 64 at a time.
template <size_t VisibleSize, class Visit>
RBM_INLINE void each_64_rows(const Visit& visit) {
  for (size_t i = 0; i < VisibleSize; i += 64) visit(i, VisibleSize - i < 64 ? VisibleSize - i : size_t{64});
}

/// update_weights for at most 64 samples, whose visible units are all off or on.
template <size_t VisibleSize, size_t HiddenSize>
void update_weights_once(float* weights, float rate, const Statistics<float, VisibleSize, HiddenSize>& batch) {
  each_64_rows<VisibleSize>([&](size_t i, size_t rows) RBM_ALWAYS_INLINE {
    add_sums<HiddenSize>(batch, i, rows, 0, rate, weights + i * HiddenSize);
  });
}

template <size_t Samples, size_t VisibleSize, size_t HiddenSize>
RBM_NOINLINE void update_weights_by_table(float* weights, float rate,
                                          const Statistics<float, VisibleSize, HiddenSize>& batch,
                                          Table<float>& table) {
  each_64_rows<VisibleSize>([&](size_t i, size_t rows) RBM_ALWAYS_INLINE {
    add_states<Samples, HiddenSize>(batch, i, rows, 0, rate, weights + i * HiddenSize, nullptr, table);
  });
}

/// W_ij += rate sum_s (v_si h_sj - v'_si h'_sj), of a batch of at most `Most` samples.
template <size_t Most, size_t VisibleSize, size_t HiddenSize>
void update_weights_by_tables(float* weights, float rate, const Statistics<float, VisibleSize, HiddenSize>& batch,
                              Table<float>& table) {
  constexpr size_t tail = Most % 64;
  for (size_t s = 0; s < batch.count; s += 64) {
    if (batch.count - s <= tail) {
      update_weights_by_table<(tail > 0 ? tail : 1)>(weights, rate, batch.part_of_64(s), table);
    } else {
      update_weights_by_table<64>(weights, rate, batch.part_of_64(s), table);
    }
  }
}

/// The gradient g_kj = sum_s (v_si h_sj - v'_si h'_sj) for the rows i = row + k and `Columns` columns from `first` on,
/// of floats: for 64 samples after the other those of the data, then those of the model.        gradient [rows *
/// Columns]
template <size_t Columns, size_t VisibleSize, size_t HiddenSize>
void make_gradient(const Statistics<float, VisibleSize, HiddenSize>& batch, size_t row, size_t rows, size_t first,
                   float* gradient) {
  for (size_t k = 0; k < rows * Columns; ++k) gradient[k] = 0.0f;
  for (size_t s = 0; s < batch.count; s += 64) {
    add_sums<Columns>(batch.part_of_64(s), row, rows, first, 1.0f, gradient);
  }
}

/// Of integers, by tables. `seen` says in which samples, modulo 64, a row's unit is on.                      seen [64]
template <size_t Columns, class Integer, int FractionBits, size_t VisibleSize, size_t HiddenSize, class Sum,
          class SumInteger>
void make_gradient(const Statistics<Fixed<Integer, FractionBits>, VisibleSize, HiddenSize>& batch, size_t row,
                   size_t rows, size_t first, Sum* gradient, uint64_t* seen, Table<SumInteger>& table) {
  for (size_t k = 0; k < 64; ++k) seen[k] = 0;
  for (size_t k = 0; k < rows * Columns; ++k) gradient[k] = Sum(0);
  for (size_t s = 0; s < batch.count; s += 64) {
    add_states<64, Columns>(batch.part_of_64(s), row, rows, first, SumInteger(1), numbers_of(gradient), seen, table);
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
  each_64_rows<VisibleSize>([&](size_t i, size_t rows) RBM_ALWAYS_INLINE {
    uint64_t seen[64];
    make_gradient<Columns>(batch, i, rows, first, gradient, seen, table);
    for (size_t k = 0; k < rows; ++k) {
      if (seen[k] == 0) continue;
      update_biases<Columns>(weights + (i + k) * HiddenSize + first, rate, gradient + k * Columns, Columns, rng);
    }
  });
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

#endif

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

#ifndef RBM_HAS_WIDE_LOOPS
template <size_t VisibleSize, size_t HiddenSize>
void update_weights_once(float* weights, float rate, const Statistics<float, VisibleSize, HiddenSize>& batch) {
  for (size_t k = 0; k < VisibleSize * HiddenSize; ++k) {
    float gradient = 0.0f;
    add_gradient_in_order(batch, k / HiddenSize, k % HiddenSize, 1, &gradient);
    weights[k] += rate * gradient;
  }
}
#endif

/// update_weights by sums over many samples, 64 at a time where all their visible units are off or on.
template <size_t VisibleSize, size_t HiddenSize>
void update_weights_by_sums(float* weights, float rate, const Statistics<float, VisibleSize, HiddenSize>& batch) {
  for (size_t s = 0; s < batch.count; s += 64) {
    const Statistics<float, VisibleSize, HiddenSize> part = batch.part_of_64(s);
    bool binary = true;
    for (size_t k = 0; k < part.count && binary; ++k) binary = part.is_binary(k);
    if (binary) {
      update_weights_once(weights, rate, part);
    } else {
      update_weights(weights, rate, part);
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
