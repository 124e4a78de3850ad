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
template <size_t Length, class Weight, class Integer, int FractionBits>
typename Arithmetic<Fixed<Integer, FractionBits>>::Sum dot(const Weight* RBM_RESTRICT a,
                                                           const Fixed<Integer, FractionBits>* RBM_RESTRICT b) {
  typedef Arithmetic<Fixed<Integer, FractionBits>> Ops;
  typename Ops::Sum sum(0);
  for (size_t j = 0; j < Length; ++j) sum = Ops::multiply_add(sum, detail::number(a[j]), b[j]);
  return sum;
}
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

/// Some columns, whatever their states are.
template <size_t Stride, class Weight, class Integer, int FractionBits, class Sum>
RBM_NOINLINE void dot_any_columns(const Weight* RBM_RESTRICT weights,
                                  const Fixed<Integer, FractionBits>* RBM_RESTRICT s, size_t columns, size_t rows,
                                  Sum* RBM_RESTRICT x) {
  typedef Arithmetic<Fixed<Integer, FractionBits>> Ops;
  constexpr Integer one = static_cast<Integer>(Fixed<Integer, FractionBits>::one());
  for (size_t i = 0; i < rows; ++i, weights += Stride) {
    Sum sum = x[i];
    for (size_t j = 0; j < columns; ++j) {
      sum = s[j].raw == one    ? Ops::add(sum, weights[j])
            : s[j].raw == -one ? Ops::subtract(sum, weights[j])
                               : Ops::multiply_add(sum, weights[j], s[j]);
    }
    x[i] = sum;
  }
}

/// Four rows, of the columns in a list, whose units are on.
template <size_t Stride, class Weight, class Sum>
RBM_INLINE void add_listed_columns(const Weight* RBM_RESTRICT weights, const uint8_t* RBM_RESTRICT list, uint8_t count,
                                   Sum* RBM_RESTRICT x) {
  typedef Arithmetic<typename detail::Stored<Weight>::Number> Ops;
  Sum a = x[0], b = x[1], c = x[2], d = x[3];
  for (; count != 0; --count, ++list) {
    const Weight* const column = weights + *list;
    a = Ops::add(a, column[0]);
    b = Ops::add(b, column[Stride]);
    c = Ops::add(c, column[2 * Stride]);
    d = Ops::add(d, column[3 * Stride]);
  }
  x[0] = a, x[1] = b, x[2] = c, x[3] = d;
}

/// Lists which of at most 256 units are on. Returns all bits of those that are neither off nor on.
template <class Integer, int FractionBits>
Integer list_units(const Fixed<Integer, FractionBits>* s, size_t count, uint8_t* list, uint8_t& listed) {
  Integer others = 0;
  listed = 0;
  for (size_t j = 0; j < count; ++j) {
    if (is_one(s[j])) {
      list[listed++] = static_cast<uint8_t>(j);
    } else {
      others = static_cast<Integer>(others | s[j].raw);
    }
  }
  return others;
}

#endif

template <size_t Length, class Weight, class Integer, int FractionBits, class Sum>
void dot_rows(const Weight* RBM_RESTRICT weights, const Fixed<Integer, FractionBits>* RBM_RESTRICT s, size_t rows,
              Sum* RBM_RESTRICT x) {
#if RBM_VECTOR_BYTES > 4
  if (are_ternary(s, Length)) {
    dot_ternary_rows<Length>(weights, s, rows, x);
    return;
  }
  typedef Arithmetic<Fixed<Integer, FractionBits>> Ops;
  for (size_t i = 0; i < rows; ++i) {
    for (size_t j = 0; j < Length; ++j) x[i] = Ops::multiply_add(x[i], weights[i * Length + j], s[j]);
  }
#else
  constexpr size_t some = most_of_block<Length>();
  for (size_t j = 0; j < Length; j += some) {
    const size_t columns = Length - j < some ? Length - j : some;
    uint8_t list[some], listed;
    const bool are_binary = list_units(s + j, columns, list, listed) == 0;
    const Weight* row = weights + j;
    Sum* sum = x;
    size_t left = rows;
    for (; are_binary && left >= 4; left -= 4, row += 4 * Length, sum += 4) {
      add_listed_columns<Length>(row, list, listed, sum);
    }
    if (left > 0) dot_any_columns<Length>(row, s + j, columns, left, sum);
  }
#endif
}

}  // namespace kernels
}  // namespace rbm

#endif  // RBM_KERNELS_DOT_ROWS_HPP
