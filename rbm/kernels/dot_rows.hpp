// rbm/kernels/dot_rows.hpp: dot products, x_i += sum_j W_ij s_j: what one layer gives the units of the other, by rows.
//
// Integers of states -1, 0 and 1 are added and subtracted, in vectors multiplied. Floats are summed in 16 lanes, halves
// onto halves in the end: an order that belongs to the design, so that the result is the same for every width of
// vectors.
// SPDX-License-Identifier: MIT

#ifndef RBM_KERNELS_DOT_ROWS_HPP
#define RBM_KERNELS_DOT_ROWS_HPP

#include <stddef.h>
#include <stdint.h>

#include "../config.hpp"
#include "../numbers/flash.hpp"
#include "../numbers/number.hpp"
#include "accumulate.hpp"
#include "active.hpp"
#include "processors.hpp"
#include "simd.hpp"

namespace rbm {
namespace kernels {

enum : size_t { dot_lanes = 16 };

/// sum_j a_j b_j                                                                                          a, b [Length]
template <size_t Length, class Weight, class Scalar>
typename Arithmetic<Scalar>::Sum dot(const Weight* RBM_RESTRICT a, const Scalar* RBM_RESTRICT b) {
  typedef Arithmetic<Scalar> Ops;
  typename Ops::Sum partial[dot_lanes] = {};
  constexpr size_t full = Length - Length % dot_lanes;
  for (size_t j = 0; j < full; j += dot_lanes) {
    for (size_t l = 0; l < dot_lanes; ++l) {
      partial[l] = Ops::multiply_add(partial[l], detail::number(a[j + l]), b[j + l]);
    }
  }
  for (size_t j = full; j < Length; ++j) {
    partial[j - full] = Ops::multiply_add(partial[j - full], detail::number(a[j]), b[j]);
  }
  for (size_t width = dot_lanes / 2; width > 0; width /= 2) {
    for (size_t l = 0; l < width; ++l) partial[l] += partial[l + width];
  }
  return partial[0];
}

/// x_i += sum_j W_ij s_j for `rows` neighbouring rows, of which `weights` points to the first.    s [Length], x [rows]
template <size_t Length, class Weight, class Scalar, class Sum>
void dot_rows(const Weight* RBM_RESTRICT weights, const Scalar* RBM_RESTRICT s, size_t rows, Sum* RBM_RESTRICT x) {
  for (size_t i = 0; i < rows; ++i) x[i] += dot<Length>(weights + i * Length, s);
}

#if RBM_VECTOR_BYTES >= 4

typedef Lanes<float, dot_lanes * sizeof(float) / RBM_VECTOR_BYTES> DotLanes;

/// The first `Count` floats, and zeros.
template <size_t Count>
RBM_INLINE DotLanes load_part(const float* from) {
  if (Count == dot_lanes) return load<DotLanes>(from);
  float part[dot_lanes] = {};
  RBM_COPY_BYTES(part, from, Count * sizeof(float));
  return load<DotLanes>(part);
}

typedef Lanes<float, (RBM_VECTOR_BYTES > 4 ? 1 : 4), (RBM_VECTOR_BYTES > 4 ? 16 : 4)> FourFloats;

/// Halves onto halves, until four are left.
RBM_INLINE FourFloats fold(const FourFloats& x) { return x; }
template <size_t Bytes>
RBM_INLINE FourFloats fold(const Lanes<float, 1, Bytes>& x) {
  Lanes<float, 1, Bytes / 2> half[2];
  RBM_COPY_BYTES(half, &x, sizeof x);
  return fold(half[0] + half[1]);
}
template <size_t Count, size_t Bytes>
RBM_INLINE FourFloats fold(const Lanes<float, Count, Bytes>& x) {
  typedef Lanes<float, Count / 2, Bytes> Half;
  return fold(each_register<Half>([&](size_t k) RBM_ALWAYS_INLINE { return x.part[k] + x.part[k + Count / 2]; }));
}

enum : size_t {
  rows_of_dots = has_unit_bits          ? 32
                 : RBM_VECTOR_BYTES > 4 ? 4
                                        : 1  // of which the last sums are made together
};

/// The last four partial sums of each of `Rows` neighbouring rows.
template <size_t Rows, size_t Length>
RBM_INLINE void dot_some_rows(const float* weights, const float* s, float* four) {
  constexpr size_t tail = Length % dot_lanes, full = Length - tail;
  constexpr size_t first = full > 0 ? size_t{dot_lanes} : tail;
  DotLanes partial[Rows];
  {
    const DotLanes units = load_part<first>(s);
    RBM_UNROLLED
    for (size_t i = 0; i < Rows; ++i) partial[i] = load_part<first>(weights + i * Length) * units;
  }
  RBM_UNROLLED_ON_HOSTS
  for (size_t j = dot_lanes; j < full; j += dot_lanes) {
    const DotLanes units = load<DotLanes>(s + j);
    RBM_UNROLLED
    for (size_t i = 0; i < Rows; ++i) partial[i] = partial[i] + load<DotLanes>(weights + i * Length + j) * units;
  }
  if (full > 0 && tail > 0) {
    const DotLanes units = load_part<tail>(s + full);
    RBM_UNROLLED
    for (size_t i = 0; i < Rows; ++i) partial[i] = partial[i] + load_part<tail>(weights + i * Length + full) * units;
  }
  RBM_UNROLLED
  for (size_t i = 0; i < Rows; ++i) store(fold(partial[i]), four + 4 * i);
}

template <size_t Length>
RBM_INLINE void dot_many_rows(const float* weights, const float* s, size_t rows, float* x, float* four) {
  constexpr size_t some = has_unit_bits ? size_t{sums_at_a_time} / size_t{DotLanes::registers} : 1;
  const size_t full = rows - rows % some;
  for (size_t i = 0; i < full; i += some) dot_some_rows<some, Length>(weights + i * Length, s, four + 4 * i);
  for (size_t i = full; i < rows; ++i) dot_some_rows<1, Length>(weights + i * Length, s, four + 4 * i);
  for (size_t i = 0; i < rows; ++i) x[i] += (four[4 * i] + four[4 * i + 2]) + (four[4 * i + 1] + four[4 * i + 3]);
}

template <size_t Length>
void dot_rows(const float* RBM_RESTRICT weights, const float* RBM_RESTRICT s, size_t rows, float* RBM_RESTRICT x) {
  const size_t full = rows - rows % rows_of_dots;
  float four[4 * rows_of_dots];
  for (size_t i = 0; i < full; i += rows_of_dots)
    dot_many_rows<Length>(weights + i * Length, s, rows_of_dots, x + i, four);
  if (full < rows) dot_many_rows<Length>(weights + full * Length, s, rows - full, x + full, four);
}

#endif

#if RBM_VECTOR_BYTES > 4

/// `Columns` neighbouring columns where all states are -1, 0 or 1: their products with parameters need no rounding.
template <size_t Columns, size_t Length, class Weight, class Integer, int FractionBits, class Sum>
RBM_INLINE void dot_ternary(const Weight* weights, const Fixed<Integer, FractionBits>* s, size_t rows, Sum* x) {
  Integer units[Columns];
  for (size_t j = 0; j < Columns; ++j) units[j] = static_cast<Integer>(s[j].raw >> FractionBits);
  for (size_t i = 0; i < rows; ++i) {
    x[i].raw =
        static_cast<typename Sum::Integer>(x[i].raw + dot_integers(numbers_of(weights + i * Length), units, Columns));
  }
}

/// dot_rows of states that are all -1, 0 or 1.
template <size_t Length, class Weight, class Integer, int FractionBits, class Sum>
void dot_ternary_rows(const Weight* RBM_RESTRICT weights, const Fixed<Integer, FractionBits>* RBM_RESTRICT s,
                      size_t rows, Sum* RBM_RESTRICT x) {
  constexpr size_t some = 256, tail = Length % some;  // columns, so that the stack does not grow with the layer
  for (size_t j = 0; j < Length - tail; j += some) dot_ternary<some, Length>(weights + j, s + j, rows, x);
  if (tail > 0) {
    dot_ternary<(tail > 0 ? tail : 1), Length>(weights + (Length - tail), s + (Length - tail), rows, x);
  }
}

#else

/// Which of at most 8 states are on, from the lowest bit on.
template <class Scalar>
uint8_t units_on(const Scalar* s, size_t count) {
  uint8_t on = 0;
  for (size_t k = count; k > 0; --k) on = static_cast<uint8_t>(2 * on + detail::equal(s[k - 1], Scalar(1)));
  return on;
}

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

/// dot_rows of states that are all -1, 0 or 1.
template <size_t Length, class Weight, class Integer, int FractionBits, class Sum>
void dot_ternary_rows(const Weight* RBM_RESTRICT weights, const Fixed<Integer, FractionBits>* RBM_RESTRICT s,
                      size_t rows, Sum* RBM_RESTRICT x) {
  typedef Arithmetic<Fixed<Integer, FractionBits>> Ops;
  for (size_t i = 0; i < rows; ++i) {
    const Weight* RBM_RESTRICT row = weights + i * Length;
    Sum sum = x[i];
    for (size_t j = 0; j < Length; ++j) {
      sum = s[j].raw > 0 ? Ops::add(sum, row[j]) : s[j].raw < 0 ? Ops::subtract(sum, row[j]) : sum;
    }
    x[i] = sum;
  }
}

/// dot_rows of states that are all 0 or 1: of eight columns those that are on, for all rows.
template <size_t Length, class Weight, class Scalar, class Sum>
void dot_binary_rows(const Weight* RBM_RESTRICT weights, const Scalar* RBM_RESTRICT s, size_t rows,
                     Sum* RBM_RESTRICT x) {
  constexpr size_t tail = Length % 8, full = Length - tail;
  for (size_t j = 0; j < full; j += 8) {
    const uint8_t on = units_on(s + j, 8);
    if (on == 0) continue;
    for (size_t i = 0; i < rows; ++i) x[i] = add_where_on<8>(x[i], on, weights + i * Length + j);
  }
  const uint8_t on = units_on(s + full, tail);
  for (size_t i = 0; i < rows && tail > 0; ++i) x[i] = add_where_on<tail>(x[i], on, weights + i * Length + full);
}

#endif

template <size_t Length, class Weight, class Integer, int FractionBits, class Sum>
void dot_rows(const Weight* RBM_RESTRICT weights, const Fixed<Integer, FractionBits>* RBM_RESTRICT s, size_t rows,
              Sum* RBM_RESTRICT x) {
#if RBM_VECTOR_BYTES <= 4
  if (are_binary(s, Length)) {
    dot_binary_rows<Length>(weights, s, rows, x);
    return;
  }
#endif
  if (are_ternary(s, Length)) {
    dot_ternary_rows<Length>(weights, s, rows, x);
    return;
  }
  typedef Arithmetic<Fixed<Integer, FractionBits>> Ops;
  for (size_t i = 0; i < rows; ++i) {
    for (size_t j = 0; j < Length; ++j) x[i] = Ops::multiply_add(x[i], weights[i * Length + j], s[j]);
  }
}

}  // namespace kernels
}  // namespace rbm

#endif  // RBM_KERNELS_DOT_ROWS_HPP
