// rbm/kernels/tables.hpp: sums of chosen rows for many states, by tables: the method of the four Russians.
//
// The sums of all 16 subsets of four rows are made once, and four bits of a state choose one of them (Arlazarov, Dinic,
// Kronrod and Faradzhev 1970). A table costs 11 additions for four rows, so that it pays from some 16 states on; no
// branch depends on a state. It serves every direction: rows of the weights for the hidden units, columns for the
// visible ones, and rows of hidden states for the change of the weights, where the bits of a unit in 64 samples choose.
// A sum of floats is that of four rows as (a + b) + (c + d), group after group: plain loops do the same.
// SPDX-License-Identifier: MIT

#ifndef RBM_KERNELS_TABLES_HPP
#define RBM_KERNELS_TABLES_HPP

#include <stddef.h>
#include <stdint.h>

#include "../config.hpp"
#include "../storage.hpp"
#include "active.hpp"
#include "processors.hpp"
#include "simd.hpp"

namespace rbm {
namespace kernels {

enum : size_t { rows_of_table = 64, subsets_of_four = 16 };

/// What changes no sum: of floats -0, since -0 + 0 is 0.
constexpr float no_row = -0.0f;

#if RBM_VECTOR_BYTES > 4 && __SIZEOF_POINTER__ == 8

/// Sums of so many columns that are added up at once: 64 bytes, or 32 where these hold all columns.
template <class Number, size_t Columns, size_t Bytes = (Columns * sizeof(Number) <= 32 ? 32 : 64)>
using TableLanes = Lanes<Number, (Bytes > RBM_VECTOR_BYTES ? Bytes / RBM_VECTOR_BYTES : 1),
                         (Bytes < RBM_VECTOR_BYTES ? Bytes : RBM_VECTOR_BYTES)>;

/// For 64 rows of 64 bytes: 16 KB.
template <class Number>
struct Table {
  Number sums[rows_of_table / 4 * subsets_of_four * 64 / sizeof(Number)];

  /// Makes the sums of `Rows` rows; load_rows(g, row) gives rows 4 g to 4 g + 3, zeros beyond.
  template <size_t Rows, class Vec, class Load>
  RBM_INLINE void make(const Load& load_rows) {
    constexpr size_t width = Vec::size;
    for (size_t g = 0; g < (Rows + 3) / 4; ++g) {
      Vec row[4];
      load_rows(g, row);
      const Vec a = row[0], b = row[1], c = row[2], d = row[3], ab = a + b, cd = c + d,
                none = broadcast<Vec>(static_cast<Number>(no_row));
      Number* const to = sums + g * subsets_of_four * width;
      const Vec subset[subsets_of_four] = {none, a,     b,     ab,     c,  a + c,  b + c,  ab + c,
                                           d,    a + d, b + d, ab + d, cd, a + cd, b + cd, ab + cd};
      RBM_UNROLLED
      for (size_t m = 0; m < subsets_of_four; ++m) store(subset[m], to + m * width);
    }
  }

  /// sum + the rows that the bits choose.
  template <size_t Rows, class Vec>
  RBM_INLINE Vec add(uint64_t bits, Vec sum) const {
    RBM_UNROLLED
    for (size_t g = 0; g < (Rows + 3) / 4; ++g) {
      sum = sum + load<Vec>(sums + (g * subsets_of_four + (bits >> (4 * g) & 15u)) * Vec::size);
    }
    return sum;
  }
};

/// The first `Count` numbers, then zeros.
template <class Vec, size_t Count, class Narrow>
RBM_INLINE Vec load_some(const Narrow* from) {
  if (Count == Vec::size) return load_as<Vec>(from);
  Narrow part[Vec::size] = {};
  RBM_COPY_BYTES(part, from, Count * sizeof(Narrow));
  return load_as<Vec>(part);
}
template <size_t Count, class Vec>
RBM_INLINE void store_some(const Vec& x, typename Vec::Number* to) {
  if (Count == Vec::size) return store(x, to);
  typename Vec::Number part[Vec::size];
  store(x, part);
  RBM_COPY_BYTES(to, part, Count * sizeof part[0]);
}

/// Calls body.run<Count>(j) for `Width` columns from j on, Count of them, until there are no more of `Columns`.
template <size_t Columns, size_t Width, class Body>
RBM_INLINE void each_part(const Body& body) {
  constexpr size_t tail = Columns % Width;
  for (size_t j = 0; j < Columns - tail; j += Width) body.template run<Width>(j);
  if (tail > 0) body.template run<(tail > 0 ? tail : 1)>(Columns - tail);
}

/// For `Rows` <= 64 rows from i on.
template <size_t Rows, size_t VisibleSize, size_t HiddenSize, class Weight, class Number>
struct AddRows {
  size_t i;
  const Weight* weights;
  const Active<VisibleSize>* on;
  size_t count;
  Number* x;
  Table<Number>& table;

  template <size_t Count>
  RBM_INLINE void run(size_t j) const {
    typedef TableLanes<Number, HiddenSize> Vec;
    const Weight* const first = weights + i * HiddenSize + j;
    table.template make<Rows, Vec>([&](size_t g, Vec* row) RBM_ALWAYS_INLINE {
      RBM_UNROLLED
      for (size_t k = 0; k < 4; ++k) {
        row[k] = 4 * g + k < Rows ? load_some<Vec, Count>(first + (4 * g + k) * HiddenSize)
                                  : broadcast<Vec>(static_cast<Number>(no_row));
      }
    });
    for (size_t s = 0; s < count; ++s) {
      Number* const sum = x + s * HiddenSize + j;
      store_some<Count>(table.template add<Rows>(on[s].words[i / 64], load_some<Vec, Count>(sum)), sum);
    }
  }
};

/// x_sj += sum_i v_si W_ij for `count` states whose units are all off or on.
template <size_t VisibleSize, size_t HiddenSize, class Weight, class Number>
void accumulate_by_table(const Weight* weights, const Active<VisibleSize>* on, size_t count, Number* x,
                         Table<Number>& table) {
  constexpr size_t rows = rows_of_table, tail = VisibleSize % rows, width = TableLanes<Number, HiddenSize>::size;
  for (size_t i = 0; i < VisibleSize - tail; i += rows) {
    each_part<HiddenSize, width>(
        AddRows<rows, VisibleSize, HiddenSize, Weight, Number>{i, weights, on, count, x, table});
  }
  if (tail > 0) {
    each_part<HiddenSize, width>(AddRows<(tail > 0 ? tail : 1), VisibleSize, HiddenSize, Weight, Number>{
        VisibleSize - tail, weights, on, count, x, table});
  }
}

/// Column k of `Count` rows, of which `from` is the first, in row[k]; nothing from column `columns` on.
template <size_t Count, size_t HiddenSize, class Vec, class Weight>
RBM_INLINE void load_columns(const Weight* from, size_t columns, Vec* row) {
  typename Vec::Number part[4][Vec::size] = {};
  if (columns >= 4) {
    for (size_t l = 0; l < Count; ++l) {
      for (size_t k = 0; k < 4; ++k) part[k][l] = from[l * HiddenSize + k];
    }
  } else {
    for (size_t l = 0; l < Count; ++l) {
      for (size_t k = 0; k < columns; ++k) part[k][l] = from[l * HiddenSize + k];
    }
  }
  for (size_t k = 0; k < 4; ++k) {
    row[k] = k < columns ? load<Vec>(part[k]) : broadcast<Vec>(static_cast<typename Vec::Number>(no_row));
  }
}

/// For `Rows` <= 64 hidden units from j on.
template <size_t Rows, size_t VisibleSize, size_t HiddenSize, class Weight, class Number>
struct AddColumns {
  size_t j;
  const Weight* weights;
  const Active<HiddenSize>* on;
  size_t count;
  Number* x;
  Table<Number>& table;

  template <size_t Count>
  RBM_INLINE void run(size_t i) const {
    typedef TableLanes<Number, VisibleSize> Vec;
    const Weight* const first = weights + i * HiddenSize + j;
    table.template make<Rows, Vec>([&](size_t g, Vec* row) RBM_ALWAYS_INLINE {
      load_columns<Count, HiddenSize>(first + 4 * g, Rows - 4 * g, row);
    });
    for (size_t s = 0; s < count; ++s) {
      Number* const sum = x + s * VisibleSize + i;
      store_some<Count>(table.template add<Rows>(on[s].words[j / 64], load_some<Vec, Count>(sum)), sum);
    }
  }
};

/// x_si += sum_j W_ij h_sj for `count` states whose units are all off or on.
template <size_t VisibleSize, size_t HiddenSize, class Weight, class Number>
void accumulate_columns_by_table(const Weight* weights, const Active<HiddenSize>* on, size_t count, Number* x,
                                 Table<Number>& table) {
  constexpr size_t rows = rows_of_table, tail = HiddenSize % rows, width = TableLanes<Number, VisibleSize>::size;
  for (size_t j = 0; j < HiddenSize - tail; j += rows) {
    each_part<VisibleSize, width>(
        AddColumns<rows, VisibleSize, HiddenSize, Weight, Number>{j, weights, on, count, x, table});
  }
  if (tail > 0) {
    each_part<VisibleSize, width>(AddColumns<(tail > 0 ? tail : 1), VisibleSize, HiddenSize, Weight, Number>{
        HiddenSize - tail, weights, on, count, x, table});
  }
}

#endif

/// x_k += rate (the sum of those of four rows that are on), as a table has it. Row r begins at rows + r * apart; its
/// numbers are `stride` apart.                                                                        on [4], x [count]
inline void add_four(const bool* on, const float* rows, size_t apart, size_t stride, float rate, size_t count,
                     float* x) {
  if (!on[0] && !on[1] && !on[2] && !on[3]) return;
  for (size_t k = 0; k < count; ++k, rows += stride) {
    const float a = on[0] ? rows[0] * rate : no_row, b = on[1] ? rows[apart] * rate : no_row;
    const float c = on[2] ? rows[2 * apart] * rate : no_row, d = on[3] ? rows[3 * apart] * rate : no_row;
    x[k] += (a + b) + (c + d);
  }
}

/// accumulate_by_table without a table.
template <size_t HiddenSize, size_t VisibleSize>
void accumulate_in_fours(const float* weights, const Vector<float, VisibleSize>* v, size_t count, float* x) {
  for (size_t s = 0; s < count; ++s, x += HiddenSize) {
    for (size_t i = 0; i < VisibleSize; i += 4) {
      bool on[4];
      for (size_t k = 0; k < 4; ++k) on[k] = i + k < VisibleSize && !is_off(v[s][i + k]);
      add_four(on, weights + i * HiddenSize, HiddenSize, 1, 1.0f, HiddenSize, x);
    }
  }
}

/// accumulate_columns_by_table without a table.
template <size_t VisibleSize, size_t HiddenSize>
void accumulate_columns_in_fours(const float* weights, const Vector<float, HiddenSize>* h, size_t count, float* x) {
  for (size_t s = 0; s < count; ++s, x += VisibleSize) {
    for (size_t j = 0; j < HiddenSize; j += 4) {
      bool on[4];
      for (size_t k = 0; k < 4; ++k) on[k] = j + k < HiddenSize && !is_off(h[s][j + k]);
      add_four(on, weights + j, 1, HiddenSize, 1.0f, VisibleSize, x);
    }
  }
}

}  // namespace kernels
}  // namespace rbm

#endif  // RBM_KERNELS_TABLES_HPP
