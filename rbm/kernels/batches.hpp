// rbm/kernels/batches.hpp: sums for the states of a large batch of floats.
//
// A part of the weights stays in a cache close to the processor while all states pass. A sum over hidden units is made
// of the columns of those that are on, from a tile of the weights, transposed, which costs little when many states
// share it: with a quarter of the units on it is four times as fast as dot products. Without vectors plain loops add in
// the same order.
// SPDX-License-Identifier: MIT

#ifndef RBM_KERNELS_BATCHES_HPP
#define RBM_KERNELS_BATCHES_HPP

#include <stddef.h>
#include <stdint.h>

#include "../config.hpp"
#include "../storage.hpp"
#include "accumulate.hpp"
#include "active.hpp"
#include "dot_rows.hpp"
#include "simd.hpp"

namespace rbm {
namespace kernels {

/// x_si += sum_j W_ij h_sj for `count` states, by dot products.
template <size_t VisibleSize, size_t HiddenSize>
void dot_rows_of_batch(const float* weights, const Vector<float, HiddenSize>* h, size_t count,
                       Vector<float, VisibleSize>* x) {
  for (size_t i = 0; i < VisibleSize; i += block_size) {
    const size_t rows = VisibleSize - i < block_size ? VisibleSize - i : size_t{block_size};
    for (size_t s = 0; s < count; ++s) {
      dot_rows<HiddenSize>(weights + i * HiddenSize, h[s].values, rows, x[s].values + i);
    }
  }
}

/// x_si += sum_j W_ij h_sj for the rows from `first` on, column after column.
template <size_t VisibleSize, size_t HiddenSize>
void accumulate_columns_in_order(size_t first, const float* weights, const Vector<float, HiddenSize>* h, size_t count,
                                 Vector<float, VisibleSize>* x) {
  for (size_t s = 0; s < count; ++s) {
    for (size_t i = first; i < VisibleSize; ++i) {
      float sum = x[s][i];
      for (size_t j = 0; j < HiddenSize; ++j) {
        if (!is_off(h[s][j])) sum += h[s][j] * weights[i * HiddenSize + j];
      }
      x[s][i] = sum;
    }
  }
}

#if RBM_VECTOR_BYTES > 4

/// Room for a part of the weights: at most 16 KB, which the first cache holds.
template <size_t VisibleSize, size_t HiddenSize>
struct Tile {
  enum : size_t {
    most_rows = Lanes<float, sums_at_a_time>::size,
    most_columns = 4096 / most_rows,
    rows = VisibleSize < most_rows ? VisibleSize : size_t{most_rows},
    columns = HiddenSize < most_columns ? HiddenSize : size_t{most_columns}
  };

  float values[rows * columns];
};

template <size_t Rows, size_t VisibleSize, size_t HiddenSize>
RBM_INLINE void accumulate_rows_of_batch(size_t i, const float* weights, const Vector<float, VisibleSize>* v,
                                         size_t count, Vector<float, HiddenSize>* x, const Active<VisibleSize>* known) {
  for (size_t s = 0; s < count; ++s) {
    Active<Rows> on;
    on.find(known == nullptr ? nullptr : known + s, v[s].values, i);
    accumulate_active<HiddenSize>(on, weights + i * HiddenSize, v[s].values + i, HiddenSize, x[s].values);
  }
}

/// x_sj += sum_i v_si W_ij for `count` states; `on` says which units are on, or is null.
template <size_t VisibleSize, size_t HiddenSize>
void accumulate_batch(const float* weights, const Vector<float, VisibleSize>* v, size_t count,
                      Vector<float, HiddenSize>* x, const Active<VisibleSize>* on = nullptr) {
  constexpr size_t rows = rows_in_cache<VisibleSize, HiddenSize>(), tail = VisibleSize % rows;
  for (size_t i = 0; i < VisibleSize - tail; i += rows) accumulate_rows_of_batch<rows>(i, weights, v, count, x, on);
  if (tail > 0) accumulate_rows_of_batch<(tail > 0 ? tail : 1)>(VisibleSize - tail, weights, v, count, x, on);
}

/// All of `rows` rows from i on, for `Samples` states at a time.
template <size_t Samples, size_t VisibleSize, size_t HiddenSize>
struct DenseColumns {
  size_t i, rows;
  const float* weights;
  const Vector<float, VisibleSize>* v;
  Vector<float, HiddenSize>* x;

  template <class Vec>
  RBM_INLINE void run(size_t j) const {
    Vec sum[Samples];
    RBM_UNROLLED
    for (size_t s = 0; s < Samples; ++s) sum[s] = load<Vec>(x[s].values + j);
    for (size_t k = i; k < i + rows; ++k) {
      const Vec row = load<Vec>(weights + k * HiddenSize + j);
      RBM_UNROLLED
      for (size_t s = 0; s < Samples; ++s) sum[s] = sum[s] + row * v[s][k];
    }
    RBM_UNROLLED
    for (size_t s = 0; s < Samples; ++s) store(sum[s], x[s].values + j);
  }
};

/// accumulate_batch where few units are off, or a row is so short that its sums are a small part of the time.
template <size_t VisibleSize, size_t HiddenSize>
void accumulate_dense_batch(const float* weights, const Vector<float, VisibleSize>* v, size_t count,
                            Vector<float, HiddenSize>* x) {
  constexpr size_t most = rows_in_cache<VisibleSize, HiddenSize>();
  for (size_t i = 0; i < VisibleSize; i += most) {
    const size_t rows = VisibleSize - i < most ? VisibleSize - i : most, full = count - count % 4;
    for (size_t s = 0; s < full; s += 4) {
      each_column<float, HiddenSize, 2>(HiddenSize,
                                        DenseColumns<4, VisibleSize, HiddenSize>{i, rows, weights, v + s, x + s});
    }
    for (size_t s = full; s < count; ++s) {
      each_column<float, HiddenSize, 2>(HiddenSize,
                                        DenseColumns<1, VisibleSize, HiddenSize>{i, rows, weights, v + s, x + s});
    }
  }
}

/// Four rows by four columns. Rows of `to` are `Rows` apart.
template <size_t Rows, size_t HiddenSize>
RBM_INLINE void transpose_four(const float* weights, float* to) {
#if defined(__clang__) || __GNUC__ >= 12
  typedef RegisterOf<float, 16>::type Four;
  Four row[4], column[4];
  for (size_t k = 0; k < 4; ++k) load_register(row[k], weights + k * HiddenSize);
  const Four a = __builtin_shufflevector(row[0], row[1], 0, 4, 1, 5);
  const Four b = __builtin_shufflevector(row[2], row[3], 0, 4, 1, 5);
  const Four c = __builtin_shufflevector(row[0], row[1], 2, 6, 3, 7);
  const Four d = __builtin_shufflevector(row[2], row[3], 2, 6, 3, 7);
  column[0] = __builtin_shufflevector(a, b, 0, 1, 4, 5);
  column[1] = __builtin_shufflevector(a, b, 2, 3, 6, 7);
  column[2] = __builtin_shufflevector(c, d, 0, 1, 4, 5);
  column[3] = __builtin_shufflevector(c, d, 2, 3, 6, 7);
  for (size_t k = 0; k < 4; ++k) store_register(column[k], to + k * Rows);
#else
  for (size_t k = 0; k < 4; ++k) {
    for (size_t i = 0; i < 4; ++i) to[k * Rows + i] = weights[i * HiddenSize + k];
  }
#endif
}

/// The columns of `Rows` rows, a multiple of four, one after the other.
template <size_t Rows, size_t Columns, size_t HiddenSize>
RBM_INLINE void transpose(const float* weights, float* to) {
  constexpr size_t full = Columns - Columns % 4;
  for (size_t i = 0; i < Rows; i += 4) {
    const float* const from = weights + i * HiddenSize;
    for (size_t j = 0; j < full; j += 4) transpose_four<Rows, HiddenSize>(from + j, to + j * Rows + i);
    for (size_t j = full; j < Columns; ++j) {
      for (size_t k = 0; k < 4; ++k) to[j * Rows + i + k] = from[k * HiddenSize + j];
    }
  }
}

/// For a tile of `Rows` rows and `Columns` columns, from (i, j) on.
template <size_t Rows, size_t Columns, size_t VisibleSize, size_t HiddenSize>
void accumulate_tile(size_t i, size_t j, const float* weights, const Vector<float, HiddenSize>* h, size_t count,
                     Vector<float, VisibleSize>* x, float* tile) {
  transpose<Rows, Columns, HiddenSize>(weights + i * HiddenSize + j, tile);
  for (size_t s = 0; s < count; ++s) {
    Active<Columns> on;
    on.find(h[s].values + j);
    accumulate_active<Rows>(on, tile, h[s].values + j, Rows, x[s].values + i);
  }
}

template <size_t Rows, size_t VisibleSize, size_t HiddenSize>
RBM_INLINE void accumulate_tiles(size_t i, const float* weights, const Vector<float, HiddenSize>* h, size_t count,
                                 Vector<float, VisibleSize>* x, float* tile) {
  constexpr size_t columns = Tile<VisibleSize, HiddenSize>::most_columns, tail = HiddenSize % columns;
  for (size_t j = 0; j < HiddenSize - tail; j += columns) {
    accumulate_tile<Rows, columns>(i, j, weights, h, count, x, tile);
  }
  if (tail > 0) accumulate_tile<Rows, (tail > 0 ? tail : 1)>(i, HiddenSize - tail, weights, h, count, x, tile);
}

/// x_si += sum_j W_ij h_sj for `count` states, column by column.
template <size_t VisibleSize, size_t HiddenSize>
void accumulate_columns_of_batch(const float* weights, const Vector<float, HiddenSize>* h, size_t count,
                                 Vector<float, VisibleSize>* x, Tile<VisibleSize, HiddenSize>& tile) {
  constexpr size_t rows = Tile<VisibleSize, HiddenSize>::most_rows, full = VisibleSize - VisibleSize % rows,
                   tail = (VisibleSize - full) / Lanes<float, 1>::width * Lanes<float, 1>::width;
  for (size_t i = 0; i < full; i += rows) accumulate_tiles<rows>(i, weights, h, count, x, tile.values);
  if (tail > 0) accumulate_tiles<(tail > 0 ? tail : 4)>(full, weights, h, count, x, tile.values);
  if (full + tail < VisibleSize) accumulate_columns_in_order(full + tail, weights, h, count, x);
}

#else

template <size_t VisibleSize, size_t HiddenSize>
struct Tile {};

template <size_t VisibleSize, size_t HiddenSize>
void accumulate_batch(const float* weights, const Vector<float, VisibleSize>* v, size_t count,
                      Vector<float, HiddenSize>* x, const Active<VisibleSize>* = nullptr) {
  for (size_t s = 0; s < count; ++s) accumulate<VisibleSize, HiddenSize>(weights, v[s].values, HiddenSize, x[s].values);
}

template <size_t VisibleSize, size_t HiddenSize>
void accumulate_dense_batch(const float* weights, const Vector<float, VisibleSize>* v, size_t count,
                            Vector<float, HiddenSize>* x) {
  accumulate_batch(weights, v, count, x);
}

template <size_t VisibleSize, size_t HiddenSize>
void accumulate_columns_of_batch(const float* weights, const Vector<float, HiddenSize>* h, size_t count,
                                 Vector<float, VisibleSize>* x, Tile<VisibleSize, HiddenSize>&) {
  accumulate_columns_in_order(0, weights, h, count, x);
}

#endif

}  // namespace kernels
}  // namespace rbm

#endif  // RBM_KERNELS_BATCHES_HPP
