// rbm/kernels/float_sums.hpp: the sums of sums.hpp for floats, in packs.
// SPDX-License-Identifier: MIT

#ifndef RBM_KERNELS_FLOAT_SUMS_HPP
#define RBM_KERNELS_FLOAT_SUMS_HPP

#include <stddef.h>
#include <stdint.h>

#include "../config.hpp"
#include "../math.hpp"
#include "../storage.hpp"
#include "pack.hpp"
#include "units_on.hpp"

#if RBM_VECTOR_BYTES > 4 || RBM_HAS_FPU

namespace rbm {
namespace kernels {

#if RBM_LOOKS_AT_64

/// Adds the row of a unit to sums of neighbouring columns.
template <size_t Vectors, size_t HiddenSize>
struct AddRow {
  const float* weights;
  const float* v;
  Pack<Vectors> sum;

  RBM_INLINE void operator()(size_t i) {
    Floats unit;
    spread(unit, v[i]);
    sum.add_product(unit, weights + i * HiddenSize);
  }
};

template <size_t Count, size_t HiddenSize>
struct AddFew {
  const float* weights;
  const float* v;
  float* x;

  RBM_INLINE void operator()(size_t i) {
    for (size_t j = 0; j < Count; ++j) x[j] += v[i] * weights[i * HiddenSize + j];
  }
};

/// The same of units that are 1: an addition takes less time than a multiplication with it.
template <size_t Vectors, size_t HiddenSize>
struct AddRowOfOne {
  const float* weights;
  Pack<Vectors> sum;

  RBM_INLINE void operator()(size_t i) { sum.add(weights + i * HiddenSize); }
};

template <size_t Vectors, size_t HiddenSize, size_t Rows>
void add_rows_to_pack(const UnitsOn<Rows>& on, const float* weights, const float* v, float* RBM_RESTRICT x) {
  if (on.are_ones) {
    AddRowOfOne<Vectors, HiddenSize> add;
    add.weights = weights;
    add.sum.get(x);
    on.each(add);
    add.sum.put(x);
  } else {
    AddRow<Vectors, HiddenSize> add;
    add.weights = weights;
    add.v = v;
    add.sum.get(x);
    on.each(add);
    add.sum.put(x);
  }
}

template <size_t Columns, size_t HiddenSize, size_t Rows>
void add_rows_on(Size<Rows>, const float* weights, const float* v, float* RBM_RESTRICT x) {
  constexpr size_t at_a_time = pack_vectors * width, whole = Columns / at_a_time * at_a_time,
                   vectors = (Columns - whole) / width, rest = Columns % width;
  UnitsOn<Rows> on;
  on.look(v);
  for (size_t j = 0; j < whole; j += at_a_time) add_rows_to_pack<pack_vectors, HiddenSize>(on, weights + j, v, x + j);
  if (vectors != 0) add_rows_to_pack<vectors, HiddenSize>(on, weights + whole, v, x + whole);
  if (rest != 0) {
    AddFew<rest, HiddenSize> add = {weights + Columns - rest, v, x + Columns - rest};
    on.each(add);
  }
}

template <size_t Columns, size_t HiddenSize>
void add_rows_on(Size<0>, const float*, const float*, float*) {}

template <size_t Columns, size_t VisibleSize, size_t HiddenSize>
void add_rows(const float* RBM_RESTRICT weights, const float* RBM_RESTRICT v, float* RBM_RESTRICT x) {
  constexpr size_t whole = VisibleSize - VisibleSize % rows_looked_at;
  for (size_t i = 0; i < whole; i += rows_looked_at) {
    add_rows_on<Columns, HiddenSize>(Size<rows_looked_at>(), weights + i * HiddenSize, v + i, x);
  }
  add_rows_on<Columns, HiddenSize>(Size<VisibleSize - whole>(), weights + whole * HiddenSize, v + whole, x);
}

/// The partial sums of dot products of `Rows` rows.
template <size_t Rows, size_t HiddenSize>
struct Dots {
  typedef Pack<lanes / width> Lanes;

  Lanes partial;
  Dots<Rows - 1, HiddenSize> rest;

  RBM_INLINE void clear() {
    partial.clear();
    rest.clear();
  }
  RBM_INLINE void add(const float* weights, const Lanes& h) {
    partial.add_products(weights, h);
    rest.add(weights + HiddenSize, h);
  }
  template <size_t Length>
  RBM_INLINE void add_part(const float* weights, const Lanes& h) {
    Lanes w;
    w.template get_part<Length>(weights);
    partial.add_products(w, h);
    rest.template add_part<Length>(weights + HiddenSize, h);
  }
  RBM_INLINE void put(float* four) const {
    fold(partial, four);
    rest.put(four + 4);
  }
};

template <size_t HiddenSize>
struct Dots<0, HiddenSize> {
  typedef Pack<lanes / width> Lanes;

  RBM_INLINE void clear() {}
  RBM_INLINE void add(const float*, const Lanes&) {}
  template <size_t Length>
  RBM_INLINE void add_part(const float*, const Lanes&) {}
  RBM_INLINE void put(float*) const {}
};

template <size_t Rows, size_t HiddenSize>
RBM_INLINE void multiply_rows(const float* weights, const float* h, float* four) {
  constexpr size_t whole = HiddenSize - HiddenSize % lanes;
  Dots<Rows, HiddenSize> dots;
  dots.clear();
  Pack<lanes / width> units;
  for (size_t j = 0; j < whole; j += lanes) {
    units.get(h + j);
    dots.add(weights + j, units);
  }
  if (whole < HiddenSize) {
    units.template get_part<HiddenSize - whole>(h + whole);
    dots.template add_part<HiddenSize - whole>(weights + whole, units);
  }
  dots.put(four);
}

template <size_t Rows, size_t HiddenSize>
void add_few_row_products(const float* RBM_RESTRICT weights, const float* RBM_RESTRICT h, float* RBM_RESTRICT x) {
  constexpr size_t at_a_time = pack_vectors * width / lanes, whole = Rows - Rows % at_a_time;
  float four[4 * Rows];
  for (size_t i = 0; i < whole; i += at_a_time)
    multiply_rows<at_a_time, HiddenSize>(weights + i * HiddenSize, h, four + 4 * i);
  if (whole < Rows) multiply_rows<Rows - whole, HiddenSize>(weights + whole * HiddenSize, h, four + 4 * whole);
  for (size_t i = 0; i < Rows; ++i) {
    x[i] += (four[4 * i] + four[4 * i + 2]) + (four[4 * i + 1] + four[4 * i + 3]);
  }
}

template <size_t Rows, size_t HiddenSize>
void add_row_products(const float* RBM_RESTRICT weights, const float* RBM_RESTRICT h, float* RBM_RESTRICT x) {
  constexpr size_t some = 32, whole = Rows - Rows % some;  // so that the stack does not grow with the rows
  for (size_t i = 0; i < whole; i += some) add_few_row_products<some, HiddenSize>(weights + i * HiddenSize, h, x + i);
  if (whole < Rows)
    add_few_row_products<(whole < Rows ? Rows - whole : 1), HiddenSize>(weights + whole * HiddenSize, h, x + whole);
}

#else

/// The rows of units that are on, for `Columns` columns in registers.
template <size_t Columns, size_t VisibleSize, size_t HiddenSize>
RBM_INLINE void add_rows_to_pack(const float* weights, const float* v, float* RBM_RESTRICT x) {
  constexpr size_t few = Columns % width;
  Pack<Columns / width> sum;
  sum.get(x);
  for (size_t i = 0; i < VisibleSize; ++i) {
    const uint32_t bits = to_bits(v[i]);  // compared in fewer instructions than a float
    if (bits << 1 == 0) continue;
    const float* row = weights + i * HiddenSize;
    if (bits == bits_of_one) {
      sum.add(row);
    } else {
      Floats unit;
      spread(unit, v[i]);
      sum.add_product(unit, row);
    }
    for (size_t j = Columns - few; j < Columns; ++j) x[j] += v[i] * row[j];
  }
  sum.put(x);
}

template <size_t Columns, size_t VisibleSize, size_t HiddenSize>
void add_rows(const float* RBM_RESTRICT weights, const float* RBM_RESTRICT v, float* RBM_RESTRICT x) {
  constexpr size_t at_a_time = pack_vectors * width, whole = Columns - Columns % at_a_time;
  for (size_t j = 0; j < whole; j += at_a_time)
    add_rows_to_pack<at_a_time, VisibleSize, HiddenSize>(weights + j, v, x + j);
  if (whole < Columns) add_rows_to_pack<Columns - whole, VisibleSize, HiddenSize>(weights + whole, v, x + whole);
}

/// The products of a row with the units, of which the first `lanes`, or all, are in registers.
template <size_t HiddenSize>
RBM_INLINE void multiply_row(const float* weights, const float* h, const Pack<lanes / width>& first,
                             Pack<lanes / width>& partial) {
  constexpr size_t whole = HiddenSize - HiddenSize % lanes;
  partial.template get_part<(HiddenSize < lanes ? HiddenSize : size_t{lanes})>(weights);
  partial.multiply(first);
  for (size_t j = lanes; j < whole; j += lanes) {
    Pack<lanes / width> units;
    units.get(h + j);
    partial.add_products(weights + j, units);
  }
  if (whole > 0 && whole < HiddenSize) {
    Pack<lanes / width> w, units;
    w.template get_part<HiddenSize - whole>(weights + whole);
    units.template get_part<HiddenSize - whole>(h + whole);
    partial.add_products(w, units);
  }
}

template <size_t Rows, size_t HiddenSize>
void add_row_products(const float* RBM_RESTRICT weights, const float* RBM_RESTRICT h, float* RBM_RESTRICT x) {
  Pack<lanes / width> first, partial;
  first.template get_part<(HiddenSize < lanes ? HiddenSize : size_t{lanes})>(h);
#if RBM_VECTOR_BYTES > 4
  constexpr size_t whole = Rows - Rows % 4;  // of four rows the last sums are made together
  for (size_t i = 0; i < whole; i += 4) {
    float four[4][4];
    for (size_t k = 0; k < 4; ++k) {
      multiply_row<HiddenSize>(weights + (i + k) * HiddenSize, h, first, partial);
      store(fold(partial), four[k]);
    }
    for (size_t k = 0; k < 4; ++k) x[i + k] += (four[k][0] + four[k][2]) + (four[k][1] + four[k][3]);
  }
#else
  constexpr size_t whole = 0;
#endif
  for (size_t i = whole; i < Rows; ++i) {
    multiply_row<HiddenSize>(weights + i * HiddenSize, h, first, partial);
    x[i] += sum(partial);
  }
}

#endif

}  // namespace kernels
}  // namespace rbm

#endif

#endif  // RBM_KERNELS_FLOAT_SUMS_HPP
