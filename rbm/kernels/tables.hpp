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

#ifdef RBM_HAS_WIDE_LOOPS

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

/// Rows `Stride` apart, of which the first `rows` are there, times a rate if that is asked for.
template <size_t Stride, bool HasRate, class Weight, class Number>
struct TableRows {
  const Weight* first;
  size_t rows;
  Number rate;

  /// `Count` columns from j on of rows 4 g to 4 g + 3.
  template <size_t Count, class Vec>
  RBM_INLINE void load_four(size_t g, size_t j, Vec* row) const {
    RBM_UNROLLED
    for (size_t k = 0; k < 4; ++k) {
      const size_t r = 4 * g + k;
      row[k] = broadcast<Vec>(static_cast<Number>(no_row));
      if (r < rows) row[k] = load_some<Vec, Count>(first + r * Stride + j);
      if (HasRate && r < rows) row[k] = row[k] * rate;
    }
  }
};

/// The columns of a matrix whose rows are `Stride` apart, as rows.
template <size_t Stride, class Weight>
struct TableColumns {
  const Weight* first;
  size_t rows;

  template <size_t Count, class Vec>
  RBM_INLINE void load_four(size_t g, size_t j, Vec* row) const {
    typename Vec::Number part[4][Vec::size] = {};
    const Weight* from = first + j * Stride + 4 * g;
    const size_t left = rows - 4 * g;
    for (size_t l = 0; l < Count; ++l, from += Stride) {
      if (left >= 4) {  // in a line of its own, of a known length
        for (size_t k = 0; k < 4; ++k) part[k][l] = from[k];
      } else {
        for (size_t k = 0; k < left; ++k) part[k][l] = from[k];
      }
    }
    for (size_t k = 0; k < 4; ++k) {
      row[k] = k < left ? load<Vec>(part[k]) : broadcast<Vec>(static_cast<typename Vec::Number>(no_row));
    }
  }
};

template <size_t Rows, size_t Columns, class Number, class Bits, class From>
struct AddChosen {
  const From& from;
  const Bits& bits;
  size_t count;
  Number* x;
  Table<Number>& table;

  template <size_t Count>
  RBM_INLINE void run(size_t j) const {
    typedef TableLanes<Number, Columns> Vec;
    table.template make<Rows, Vec>([&](size_t g, Vec* row)
                                       RBM_ALWAYS_INLINE { from.template load_four<Count>(g, j, row); });
    Number* sum = x + j;
    for (size_t s = 0; s < count; ++s, sum += Columns) {
      store_some<Count>(table.template add<Rows>(bits(s), load_some<Vec, Count>(sum)), sum);
    }
  }
};

/// x_s += those of at most `Rows` <= 64 rows that the word bits(s) chooses, for `count` sums.       x [count * Columns]
template <size_t Rows, size_t Columns, class Number, class Bits, class From>
RBM_INLINE void add_chosen(const From& from, const Bits& bits, size_t count, Number* x, Table<Number>& table) {
  each_part<Columns, TableLanes<Number, Columns>::size>(
      AddChosen<Rows, Columns, Number, Bits, From>{from, bits, count, x, table});
}

/// All rows of the weights, or with `IsTransposed` all columns, 64 at a time.
template <bool IsTransposed, size_t Length, size_t Columns, class Weight, class Number>
struct AddAllChosen {
  const Weight* weights;
  const Active<Length>* on;
  size_t count;
  Number* x;
  Table<Number>& table;

  template <size_t Rows>
  RBM_INLINE void run(size_t i) const {
    const auto bits = [&](size_t s) RBM_ALWAYS_INLINE { return on[s].words[i / rows_of_table]; };
    if (IsTransposed) {
      add_chosen<Rows, Columns>(TableColumns<Length, Weight>{weights + i, Rows}, bits, count, x, table);
    } else {
      add_chosen<Rows, Columns>(TableRows<Columns, false, Weight, Number>{weights + i * Columns, Rows, 1}, bits, count,
                                x, table);
    }
  }
};

/// x_sj += sum_i v_si W_ij for `count` states whose units are all off or on.
template <size_t VisibleSize, size_t HiddenSize, class Weight, class Number>
void accumulate_by_table(const Weight* weights, const Active<VisibleSize>* on, size_t count, Number* x,
                         Table<Number>& table) {
  each_part<VisibleSize, rows_of_table>(
      AddAllChosen<false, VisibleSize, HiddenSize, Weight, Number>{weights, on, count, x, table});
}

/// x_si += sum_j W_ij h_sj for `count` states whose units are all off or on.
template <size_t VisibleSize, size_t HiddenSize, class Weight, class Number>
void accumulate_columns_by_table(const Weight* weights, const Active<HiddenSize>* on, size_t count, Number* x,
                                 Table<Number>& table) {
  each_part<HiddenSize, rows_of_table>(
      AddAllChosen<true, HiddenSize, VisibleSize, Weight, Number>{weights, on, count, x, table});
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
