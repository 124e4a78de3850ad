// rbm/kernels/batch_sums.hpp: the sums of sums.hpp for the states of a batch, where the weights are more than a cache
// close to the processor holds: a part of them stays there while all states pass.
//
// A sum over hidden units is made of the columns of those that are on, one after the other. They are taken from a tile
// of the weights, transposed, which costs little when many states share it: with a quarter of the units on it is four
// times as fast as dot products, and without vectors it needs no tile.
// SPDX-License-Identifier: MIT

#ifndef RBM_KERNELS_BATCH_SUMS_HPP
#define RBM_KERNELS_BATCH_SUMS_HPP

#include <stddef.h>

#include "../config.hpp"
#include "../storage.hpp"
#include "float_sums.hpp"
#include "pack.hpp"
#include "sums.hpp"
#include "units_on.hpp"

namespace rbm {
namespace kernels {

#if RBM_LOOKS_AT_64

/// Room for a part of the weights: at most 16 KB, which the first cache holds.
template <size_t VisibleSize, size_t HiddenSize>
struct Tile {
  enum : size_t {
    most_rows = pack_vectors * width,
    most_columns = 4096 / most_rows,
    rows = VisibleSize < most_rows ? VisibleSize : size_t{most_rows},
    columns = HiddenSize < most_columns ? HiddenSize : size_t{most_columns}
  };

  float values[rows * columns];
};

/// x_sj += sum_i v_si W_ij for `count` states.
template <size_t VisibleSize, size_t HiddenSize>
void add_rows_of_batch(const float* weights, const Vector<float, VisibleSize>* v, size_t count,
                       Vector<float, HiddenSize>* x) {
  constexpr size_t rows = rows_in_cache<HiddenSize>(), whole = VisibleSize - VisibleSize % rows;
  for (size_t i = 0; i < whole; i += rows) {
    for (size_t s = 0; s < count; ++s) {
      add_rows_on<HiddenSize, HiddenSize>(Size<rows>(), weights + i * HiddenSize, v[s].values + i, x[s].values);
    }
  }
  for (size_t s = 0; s < count; ++s) {
    add_rows_on<HiddenSize, HiddenSize>(Size<VisibleSize - whole>(), weights + whole * HiddenSize, v[s].values + whole,
                                        x[s].values);
  }
}

#if defined(__clang__) || __GNUC__ >= 12

/// Four rows by four columns. Rows of `to` are `Rows` apart.
template <size_t Rows, size_t HiddenSize>
RBM_INLINE void transpose_four(const float* weights, float* to) {
  FourFloats row[4], column[4];
  for (size_t k = 0; k < 4; ++k) RBM_COPY_BYTES(&row[k], weights + k * HiddenSize, sizeof row[k]);
  const FourFloats a = __builtin_shufflevector(row[0], row[1], 0, 4, 1, 5);
  const FourFloats b = __builtin_shufflevector(row[2], row[3], 0, 4, 1, 5);
  const FourFloats c = __builtin_shufflevector(row[0], row[1], 2, 6, 3, 7);
  const FourFloats d = __builtin_shufflevector(row[2], row[3], 2, 6, 3, 7);
  column[0] = __builtin_shufflevector(a, b, 0, 1, 4, 5);
  column[1] = __builtin_shufflevector(a, b, 2, 3, 6, 7);
  column[2] = __builtin_shufflevector(c, d, 0, 1, 4, 5);
  column[3] = __builtin_shufflevector(c, d, 2, 3, 6, 7);
  for (size_t k = 0; k < 4; ++k) RBM_COPY_BYTES(to + k * Rows, &column[k], sizeof column[k]);
}

#else

template <size_t Rows, size_t HiddenSize>
RBM_INLINE void transpose_four(const float* weights, float* to) {
  for (size_t k = 0; k < 4; ++k) {
    for (size_t i = 0; i < 4; ++i) to[k * Rows + i] = weights[i * HiddenSize + k];
  }
}

#endif

/// Sums of `Samples` states, of the same columns.
template <size_t Samples, size_t Vectors, size_t VisibleSize, size_t HiddenSize>
struct DenseSums {
  Pack<Vectors> sum;
  DenseSums<Samples - 1, Vectors, VisibleSize, HiddenSize> rest;

  RBM_INLINE void get(const Vector<float, HiddenSize>* x, size_t j) {
    sum.get(x->values + j);
    rest.get(x + 1, j);
  }
  RBM_INLINE void put(Vector<float, HiddenSize>* x, size_t j) const {
    sum.put(x->values + j);
    rest.put(x + 1, j);
  }
  RBM_INLINE void add(const Vector<float, VisibleSize>* v, size_t i, const Pack<Vectors>& row) {
    Floats unit;
    spread(unit, (*v)[i]);
    sum.add_product(unit, row);
    rest.add(v + 1, i, row);
  }
};

template <size_t Vectors, size_t VisibleSize, size_t HiddenSize>
struct DenseSums<0, Vectors, VisibleSize, HiddenSize> {
  RBM_INLINE void get(const Vector<float, HiddenSize>*, size_t) {}
  RBM_INLINE void put(Vector<float, HiddenSize>*, size_t) const {}
  RBM_INLINE void add(const Vector<float, VisibleSize>*, size_t, const Pack<Vectors>&) {}
};

/// Of `rows` rows from i on, the columns from j on.
template <size_t Samples, size_t Vectors, size_t VisibleSize, size_t HiddenSize>
RBM_INLINE void add_dense(size_t i, size_t rows, size_t j, const float* weights, const Vector<float, VisibleSize>* v,
                          Vector<float, HiddenSize>* x) {
  DenseSums<Samples, Vectors, VisibleSize, HiddenSize> sums;
  sums.get(x, j);
  for (const size_t end = i + rows; i < end; ++i) {
    Pack<Vectors> row;
    row.get(weights + i * HiddenSize + j);
    sums.add(v, i, row);
  }
  sums.put(x, j);
}

template <size_t Vectors, size_t VisibleSize, size_t HiddenSize>
void add_dense_to_all(Size<Vectors>, size_t i, size_t rows, size_t j, const float* weights,
                      const Vector<float, VisibleSize>* v, size_t count, Vector<float, HiddenSize>* x) {
  const size_t whole = count - count % 4;
  for (size_t s = 0; s < whole; s += 4) add_dense<4, Vectors>(i, rows, j, weights, v + s, x + s);
  for (size_t s = whole; s < count; ++s) add_dense<1, Vectors>(i, rows, j, weights, v + s, x + s);
}

template <size_t VisibleSize, size_t HiddenSize>
void add_dense_to_all(Size<0>, size_t, size_t, size_t, const float*, const Vector<float, VisibleSize>*, size_t,
                      Vector<float, HiddenSize>*) {}

/// add_rows_of_batch where few units are off, or a row is so short that its sums are a small part of the time: of four
/// states at a time, all rows.
template <size_t VisibleSize, size_t HiddenSize>
void add_dense_rows_of_batch(const float* weights, const Vector<float, VisibleSize>* v, size_t count,
                             Vector<float, HiddenSize>* x) {
  constexpr size_t at_a_time = 2 * width, whole = HiddenSize - HiddenSize % at_a_time,
                   vectors = (HiddenSize - whole) / width, few = HiddenSize % width;
  for (size_t i = 0; i < VisibleSize; i += rows_in_cache<HiddenSize>()) {
    const size_t rows = VisibleSize - i < rows_in_cache<HiddenSize>() ? VisibleSize - i : rows_in_cache<HiddenSize>();
    for (size_t j = 0; j < whole; j += at_a_time) add_dense_to_all(Size<2>(), i, rows, j, weights, v, count, x);
    add_dense_to_all(Size<vectors>(), i, rows, whole, weights, v, count, x);
    for (size_t s = 0; s < count && few != 0; ++s) {
      for (size_t k = i; k < i + rows; ++k) {
        for (size_t j = HiddenSize - few; j < HiddenSize; ++j) x[s][j] += v[s][k] * weights[k * HiddenSize + j];
      }
    }
  }
}

/// The columns of `Rows` rows, a multiple of four, one after the other.
template <size_t Rows, size_t Columns, size_t HiddenSize>
RBM_INLINE void transpose(const float* weights, float* to) {
  constexpr size_t whole = Columns - Columns % 4;
  for (size_t i = 0; i < Rows; i += 4) {
    const float *a = weights + i * HiddenSize, *b = a + HiddenSize, *c = b + HiddenSize, *d = c + HiddenSize;
    for (size_t j = 0; j < whole; j += 4) transpose_four<Rows, HiddenSize>(a + j, to + j * Rows + i);
    for (size_t j = whole; j < Columns; ++j) {
      const FourFloats four = {a[j], b[j], c[j], d[j]};
      RBM_COPY_BYTES(to + j * Rows + i, &four, sizeof four);
    }
  }
}

/// For a tile of `Rows` rows and `Columns` columns.
template <size_t Rows, size_t Columns, size_t VisibleSize, size_t HiddenSize>
void add_tile(size_t i, size_t j, const float* weights, const Vector<float, HiddenSize>* h, size_t count,
              Vector<float, VisibleSize>* x, float* tile) {
  transpose<Rows, Columns, HiddenSize>(weights + i * HiddenSize + j, tile);
  for (size_t s = 0; s < count; ++s) {
    UnitsOn<Columns> on;
    on.look(h[s].values + j);
    add_rows_to_pack<Rows / width, Rows>(on, tile, h[s].values + j, x[s].values + i);
  }
}

template <size_t Rows, size_t VisibleSize, size_t HiddenSize>
void add_tiles(Size<Rows>, size_t i, const float* weights, const Vector<float, HiddenSize>* h, size_t count,
               Vector<float, VisibleSize>* x, float* tile) {
  constexpr size_t columns = Tile<VisibleSize, HiddenSize>::most_columns, whole = HiddenSize - HiddenSize % columns;
  for (size_t j = 0; j < whole; j += columns) add_tile<Rows, columns>(i, j, weights, h, count, x, tile);
  if (whole < HiddenSize)
    add_tile<Rows, (whole < HiddenSize ? HiddenSize - whole : 1)>(i, whole, weights, h, count, x, tile);
}

template <size_t VisibleSize, size_t HiddenSize>
void add_tiles(Size<0>, size_t, const float*, const Vector<float, HiddenSize>*, size_t, Vector<float, VisibleSize>*,
               float*) {}

#else

template <size_t VisibleSize, size_t HiddenSize>
struct Tile {};

template <size_t VisibleSize, size_t HiddenSize>
void add_rows_of_batch(const float* weights, const Vector<float, VisibleSize>* v, size_t count,
                       Vector<float, HiddenSize>* x) {
  for (size_t s = 0; s < count; ++s) add_rows<HiddenSize, VisibleSize, HiddenSize>(weights, v[s].values, x[s].values);
}

template <size_t VisibleSize, size_t HiddenSize>
void add_dense_rows_of_batch(const float* weights, const Vector<float, VisibleSize>* v, size_t count,
                             Vector<float, HiddenSize>* x) {
  add_rows_of_batch(weights, v, count, x);
}

#endif

/// x_si += sum_j W_ij h_sj for the rows from `first` on, column after column.
template <size_t VisibleSize, size_t HiddenSize>
void add_columns_in_order(size_t first, const float* weights, const Vector<float, HiddenSize>* h, size_t count,
                          Vector<float, VisibleSize>* x) {
  for (size_t s = 0; s < count; ++s) {
    for (size_t i = first; i < VisibleSize; ++i) {
      float sum = x[s][i];
      for (size_t j = 0; j < HiddenSize; ++j) {
        if (h[s][j] != 0.0f) sum += h[s][j] * weights[i * HiddenSize + j];
      }
      x[s][i] = sum;
    }
  }
}

/// x_si += sum_j W_ij h_sj for `count` states, by dot products.
template <size_t VisibleSize, size_t HiddenSize>
void add_row_products_of_batch(const float* weights, const Vector<float, HiddenSize>* h, size_t count,
                               Vector<float, VisibleSize>* x) {
  constexpr size_t rows = block, whole = VisibleSize - VisibleSize % rows, rest = VisibleSize - whole;
  for (size_t i = 0; i < whole; i += rows) {
    for (size_t s = 0; s < count; ++s)
      add_row_products<rows, HiddenSize>(weights + i * HiddenSize, h[s].values, x[s].values + i);
  }
  for (size_t s = 0; s < count && rest != 0; ++s) {
    add_row_products<(rest != 0 ? rest : 1), HiddenSize>(weights + whole * HiddenSize, h[s].values,
                                                         x[s].values + whole);
  }
}

/// The same, column by column.
template <size_t VisibleSize, size_t HiddenSize>
void add_columns_of_batch(const float* weights, const Vector<float, HiddenSize>* h, size_t count,
                          Vector<float, VisibleSize>* x, Tile<VisibleSize, HiddenSize>& tile) {
#if RBM_LOOKS_AT_64
  constexpr size_t rows = Tile<VisibleSize, HiddenSize>::most_rows, whole = VisibleSize - VisibleSize % rows,
                   last = (VisibleSize - whole) / width * width;
  for (size_t i = 0; i < whole; i += rows) add_tiles(Size<rows>(), i, weights, h, count, x, tile.values);
  add_tiles(Size<last>(), whole, weights, h, count, x, tile.values);
  if (whole + last < VisibleSize) add_columns_in_order(whole + last, weights, h, count, x);
#else
  (void)tile;
  add_columns_in_order(0, weights, h, count, x);
#endif
}

}  // namespace kernels
}  // namespace rbm

#endif  // RBM_KERNELS_BATCH_SUMS_HPP
