// rbm/kernels/sums.hpp: weighted sums: what units are given by the other layer, and products of states.
// SPDX-License-Identifier: MIT

#ifndef RBM_KERNELS_SUMS_HPP
#define RBM_KERNELS_SUMS_HPP

#include <stddef.h>
#include <stdint.h>

#include "../arithmetic.hpp"
#include "../config.hpp"
#include "../flash.hpp"
#include "../storage.hpp"
#include "pack.hpp"
#include "units_on.hpp"

namespace rbm {
namespace kernels {

enum : size_t {
  block = 32  // units whose inputs are held at a time, in registers or on the stack
};

/// Parameters as sums, in another place.                                                               from, to [Count]
template <size_t Count, class Weight, class Sum>
void convert(const Weight* RBM_RESTRICT from, Sum* RBM_RESTRICT to) {
  for (size_t i = 0; i < Count; ++i) to[i] = static_cast<Sum>(detail::number(from[i]));
}

// Of one type, a copy. Of a plain loop GCC makes a call of memcpy, which on a board may go byte by byte.
template <size_t Count, class Number>
void convert(const Number* RBM_RESTRICT from, Number* RBM_RESTRICT to) {
#if RBM_LOOKS_AT_64
  RBM_COPY_BYTES(to, from, Count * sizeof(Number));
#else
  constexpr size_t whole = Count - Count % 4;
  for (size_t i = 0; i < whole; i += 4) {
    to[i] = from[i];
    to[i + 1] = from[i + 1];
    to[i + 2] = from[i + 2];
    to[i + 3] = from[i + 3];
  }
  for (size_t i = whole; i < Count; ++i) to[i] = from[i];
#endif
}

/// The sum of partial sums, halves onto halves.
template <class Sum>
Sum sum_lanes(Sum* partial) {
  for (size_t width = lanes / 2; width > 0; width /= 2) {
    for (size_t l = 0; l < width; ++l) partial[l] += partial[l + width];
  }
  return partial[0];
}

/// sum_j a_j b_j                                                                                          a, b [Length]
template <size_t Length, class Weight, class Scalar>
typename Arithmetic<Scalar>::Sum dot(const Weight* RBM_RESTRICT a, const Scalar* RBM_RESTRICT b) {
  typedef Arithmetic<Scalar> Ops;
  typename Ops::Sum partial[lanes] = {};
  const size_t whole = Length - Length % lanes;
  for (size_t j = 0; j < whole; j += lanes) {
    for (size_t l = 0; l < lanes; ++l) partial[l] = Ops::multiply_add(partial[l], detail::number(a[j + l]), b[j + l]);
  }
  for (size_t j = whole; j < Length; ++j)
    partial[j - whole] = Ops::multiply_add(partial[j - whole], detail::number(a[j]), b[j]);
  return sum_lanes(partial);
}

/// x_i += sum_j W_ij h_j for `Rows` neighbouring rows, of which `weights` points to the first.
/// h [HiddenSize], x [Rows]
template <size_t Rows, size_t HiddenSize, class Weight, class Scalar, class Sum>
void add_row_products(const Weight* RBM_RESTRICT weights, const Scalar* RBM_RESTRICT h, Sum* RBM_RESTRICT x) {
  for (size_t i = 0; i < Rows; ++i) x[i] += dot<HiddenSize>(weights + i * HiddenSize, h);
}

#if RBM_VECTOR_BYTES > 4

/// add_row_products of `Columns` neighbouring columns, where all states are -1, 0 or 1: their products with the
/// parameters need no rounding.
template <size_t Rows, size_t HiddenSize, size_t Columns, class Weight, class Integer, int FractionBits, class Sum>
void add_whole_products(Size<Columns>, const Weight* RBM_RESTRICT weights,
                        const Fixed<Integer, FractionBits>* RBM_RESTRICT h, Sum* RBM_RESTRICT x) {
  Integer units[Columns];
  for (size_t j = 0; j < Columns; ++j) units[j] = static_cast<Integer>(h[j].raw >> FractionBits);
  for (size_t i = 0; i < Rows; ++i) {
    const Weight* RBM_RESTRICT row = weights + i * HiddenSize;
    int32_t sum = 0;
    for (size_t j = 0; j < Columns; ++j) sum += static_cast<int32_t>(detail::number(row[j]).raw) * units[j];
    x[i].raw = static_cast<typename Sum::Integer>(x[i].raw + sum);
  }
}

template <size_t Rows, size_t HiddenSize, class Weight, class Integer, int FractionBits, class Sum>
void add_whole_products(Size<0>, const Weight*, const Fixed<Integer, FractionBits>*, Sum*) {}

#if RBM_HAS_PAIRS

/// The same in pairs, of `Vectors` vectors of columns.
template <size_t Rows, size_t HiddenSize, size_t Vectors, class Weight, class Integer, int FractionBits, class Sum>
RBM_INLINE void add_vectors_of_products(Size<Vectors>, const Weight* RBM_RESTRICT weights,
                                        const Fixed<Integer, FractionBits>* RBM_RESTRICT h, Sum* RBM_RESTRICT x) {
  typedef detail::Pairs<Integer> Pairs;
  typename Pairs::Lanes even[Vectors], odd[Vectors];
  for (size_t k = 0; k < Vectors; ++k) {
    const typename Pairs::Words units = Pairs::load(&h[k * Pairs::numbers].raw);
    even[k] = Pairs::even(units) >> FractionBits;
    odd[k] = Pairs::odd(units) >> FractionBits;
  }
  for (size_t i = 0; i < Rows; ++i, weights += HiddenSize) {
    typename Pairs::Lanes evens = {}, odds = {};
    for (size_t k = 0; k < Vectors; ++k) {
      const typename Pairs::Words row = Pairs::load(&weights[k * Pairs::numbers].raw);
      evens += Pairs::even(row) * even[k];
      odds += Pairs::odd(row) * odd[k];
    }
    x[i].raw = static_cast<typename Sum::Integer>(x[i].raw + Pairs::sum(evens, odds));
  }
}

template <size_t Rows, size_t HiddenSize, class Weight, class Integer, int FractionBits, class Sum>
RBM_INLINE void add_vectors_of_products(Size<0>, const Weight*, const Fixed<Integer, FractionBits>*, Sum*) {}

/// add_row_products in pairs, where all states are -1, 0 or 1.
template <size_t Rows, size_t HiddenSize, class Weight, class Integer, int FractionBits, class Sum>
void add_pair_products(const Weight* RBM_RESTRICT weights, const Fixed<Integer, FractionBits>* RBM_RESTRICT h,
                       Sum* RBM_RESTRICT x) {
  constexpr size_t numbers = detail::Pairs<Integer>::numbers, at_a_time = 8;  // vectors, whose states are held
  constexpr size_t vectors = HiddenSize / numbers, most = vectors - vectors % at_a_time, whole = vectors * numbers;
  for (size_t k = 0; k < most; k += at_a_time) {
    add_vectors_of_products<Rows, HiddenSize>(Size<at_a_time>(), weights + k * numbers, h + k * numbers, x);
  }
  add_vectors_of_products<Rows, HiddenSize>(Size<vectors - most>(), weights + most * numbers, h + most * numbers, x);
  add_whole_products<Rows, HiddenSize>(Size<HiddenSize - whole>(), weights + whole, h + whole, x);
}

#endif

#else

/// sum + the parameters whose bits are set, of at most 8.                                                  row [Count]
template <size_t Count, class Weight, class Sum>
RBM_INLINE Sum add_where_on(Sum sum, uint8_t on, const Weight* row) {
  typedef Arithmetic<typename detail::Stored<Weight>::Number> Ops;
  if (Count > 0 && (on & 1u) != 0) sum = Ops::add(sum, row[0]);
  if (Count > 1 && (on & 2u) != 0) sum = Ops::add(sum, row[1]);
  if (Count > 2 && (on & 4u) != 0) sum = Ops::add(sum, row[2]);
  if (Count > 3 && (on & 8u) != 0) sum = Ops::add(sum, row[3]);
  if (Count > 4 && (on & 16u) != 0) sum = Ops::add(sum, row[4]);
  if (Count > 5 && (on & 32u) != 0) sum = Ops::add(sum, row[5]);
  if (Count > 6 && (on & 64u) != 0) sum = Ops::add(sum, row[6]);
  if (Count > 7 && (on & 128u) != 0) sum = Ops::add(sum, row[7]);
  return sum;
}

/// add_row_products where all units are off or on.
template <size_t Rows, size_t HiddenSize, class Weight, class Scalar, class Sum>
void add_units_on(const Weight* RBM_RESTRICT weights, const Scalar* RBM_RESTRICT h, Sum* RBM_RESTRICT x) {
  constexpr size_t rest = HiddenSize % 8, whole = HiddenSize - rest;
  for (size_t j = 0; j < whole; j += 8) {
    const uint8_t on = units_on(h + j, 8);
    if (on == 0) continue;
    for (size_t i = 0; i < Rows; ++i) x[i] = add_where_on<8>(x[i], on, weights + i * HiddenSize + j);
  }
  const uint8_t on = units_on(h + whole, rest);
  for (size_t i = 0; i < Rows && rest > 0; ++i) x[i] = add_where_on<rest>(x[i], on, weights + i * HiddenSize + whole);
}

#endif

template <size_t Rows, size_t HiddenSize, class Weight, class Integer, int FractionBits, class Sum>
void add_row_products(const Weight* RBM_RESTRICT weights, const Fixed<Integer, FractionBits>* RBM_RESTRICT h,
                      Sum* RBM_RESTRICT x) {
  typedef Arithmetic<Fixed<Integer, FractionBits>> Ops;
#if RBM_VECTOR_BYTES > 4
#if RBM_PAIRS
  if (are_whole_in_pairs<HiddenSize>(h)) {
    add_pair_products<Rows, HiddenSize>(weights, h, x);
    return;
  }
#else
  if (are_whole<HiddenSize>(h)) {
    constexpr size_t columns = 256, whole_columns = HiddenSize - HiddenSize % columns;
    for (size_t j = 0; j < whole_columns; j += columns) {
      add_whole_products<Rows, HiddenSize>(Size<columns>(), weights + j, h + j, x);
    }
    add_whole_products<Rows, HiddenSize>(Size<HiddenSize - whole_columns>(), weights + whole_columns, h + whole_columns,
                                         x);
    return;
  }
#endif
  const bool whole = false;
#else
  if (are_off_or_on<HiddenSize>(h)) {
    add_units_on<Rows, HiddenSize>(weights, h, x);
    return;
  }
  const bool whole = are_whole<HiddenSize>(h);
#endif
  for (size_t i = 0; i < Rows; ++i) {
    const Weight* RBM_RESTRICT row = weights + i * HiddenSize;
    Sum sum = x[i];
    if (whole) {
      for (size_t j = 0; j < HiddenSize; ++j)
        sum = h[j].raw > 0 ? Ops::add(sum, row[j]) : h[j].raw < 0 ? Ops::subtract(sum, row[j]) : sum;
    } else {
      for (size_t j = 0; j < HiddenSize; ++j) sum = Ops::multiply_add(sum, row[j], h[j]);
    }
    x[i] = sum;
  }
}

/// x += unit row, for `Columns` neighbouring columns.                                               row, x [Columns]
template <size_t Columns, class Scalar, class Weight, class Sum>
void add_row(Scalar unit, const Weight* RBM_RESTRICT row, Sum* RBM_RESTRICT x) {
  for (size_t j = 0; j < Columns; ++j) x[j] = Arithmetic<Scalar>::multiply_add(x[j], unit, row[j]);
}

template <size_t Columns, class Integer, int FractionBits, class Weight, class Sum>
void add_row(Fixed<Integer, FractionBits> unit, const Weight* RBM_RESTRICT row, Sum* RBM_RESTRICT x) {
  typedef Fixed<Integer, FractionBits> Scalar;
  if (unit == Scalar(1)) {
    for (size_t j = 0; j < Columns; ++j) x[j] = Arithmetic<Scalar>::add(x[j], row[j]);
  } else if (unit == Scalar(-1)) {
    for (size_t j = 0; j < Columns; ++j) x[j] = Arithmetic<Scalar>::subtract(x[j], row[j]);
  } else if (unit != Scalar(0)) {
    for (size_t j = 0; j < Columns; ++j) x[j] = Arithmetic<Scalar>::multiply_add(x[j], unit, row[j]);
  }
}

/// x_j += sum_i v_i W_ij for `Columns` neighbouring columns of a matrix whose rows are H apart.
/// `weights` points to the first of these columns in row 0.                                v [VisibleSize], x [Columns]
template <size_t Columns, size_t VisibleSize, size_t HiddenSize, class Weight, class Scalar, class Sum>
void add_rows(const Weight* RBM_RESTRICT weights, const Scalar* RBM_RESTRICT v, Sum* RBM_RESTRICT x) {
  for (size_t i = 0; i < VisibleSize; ++i) {
    const Scalar unit = v[i];
    if (unit == Scalar(0)) continue;
    add_row<Columns>(unit, weights + i * HiddenSize, x);
  }
}

/// The same for eight columns, whose sums stay in registers; only of units that are on. Returns all bits of all states.
template <size_t VisibleSize, size_t HiddenSize, class Weight, int FractionBits, class Sum>
RBM_APART uint8_t add_eight_columns(const Weight* RBM_RESTRICT row, const Fixed<int8_t, FractionBits>* RBM_RESTRICT v,
                                    Sum* RBM_RESTRICT x) {
  typedef Fixed<int8_t, FractionBits> Scalar;
  typedef Arithmetic<Scalar> Ops;
  Sum a = x[0], b = x[1], c = x[2], d = x[3], e = x[4], f = x[5], g = x[6], h = x[7];
  uint8_t bits = 0;
  const Scalar* const end = v + VisibleSize;
  for (; v != end; ++v, row += HiddenSize) {
    const Scalar unit = *v;
    bits = static_cast<uint8_t>(bits | static_cast<uint8_t>(unit.raw));
    if (unit != Scalar(1)) continue;
    a = Ops::add(a, row[0]);
    b = Ops::add(b, row[1]);
    c = Ops::add(c, row[2]);
    d = Ops::add(d, row[3]);
    e = Ops::add(e, row[4]);
    f = Ops::add(f, row[5]);
    g = Ops::add(g, row[6]);
    h = Ops::add(h, row[7]);
  }
  x[0] = a, x[1] = b, x[2] = c, x[3] = d, x[4] = e, x[5] = f, x[6] = g, x[7] = h;
  return bits;
}

#if RBM_SUMS_IN_REGISTERS

template <size_t Columns, size_t VisibleSize, size_t HiddenSize, class Weight, int FractionBits, class Sum>
void add_rows(const Weight* RBM_RESTRICT weights, const Fixed<int8_t, FractionBits>* RBM_RESTRICT v,
              Sum* RBM_RESTRICT x) {
  typedef Fixed<int8_t, FractionBits> Scalar;
  constexpr size_t in_registers = Columns - Columns % 8;
  uint8_t bits = 0;
  for (size_t j = 0; j < in_registers; j += 8) bits = add_eight_columns<VisibleSize, HiddenSize>(weights + j, v, x + j);
  const bool others = (bits & static_cast<uint8_t>(~Scalar(1).raw)) != 0;  // units that are neither off nor on
  for (size_t i = 0; i < VisibleSize && (others || Columns > in_registers); ++i) {
    if (v[i] == Scalar(0)) continue;
    const Weight* row = weights + i * HiddenSize;
    if (others && v[i] != Scalar(1)) add_row<in_registers>(v[i], row, x);
    add_row<Columns - in_registers>(v[i], row + in_registers, x + in_registers);
  }
}

#endif

}  // namespace kernels
}  // namespace rbm

#include "float_sums.hpp"
#include "integer_sums.hpp"

#endif  // RBM_KERNELS_SUMS_HPP
