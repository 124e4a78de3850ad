// rbm/kernels/accumulate.hpp: sums of chosen rows, x_j += sum_i s_i W_ij: what one layer gives the units of the other.
//
// Rows of units that are off are skipped. The order of additions is that of the rows, for every width of vectors.
// SPDX-License-Identifier: MIT

#ifndef RBM_KERNELS_ACCUMULATE_HPP
#define RBM_KERNELS_ACCUMULATE_HPP

#include <stddef.h>
#include <stdint.h>

#include "../config.hpp"
#include "../numbers/flash.hpp"
#include "../numbers/number.hpp"
#include "active.hpp"
#include "processors.hpp"
#include "simd.hpp"

namespace rbm {
namespace kernels {

/// Parameters as sums, in another place.                                                               from, to [count]
template <class Weight, class Sum>
RBM_INLINE void convert(const Weight* RBM_RESTRICT from, size_t count, Sum* RBM_RESTRICT to) {
  for (size_t i = 0; i < count; ++i) to[i] = static_cast<Sum>(detail::number(from[i]));
}

// Of one type, a copy. Of a plain loop GCC makes a call of memcpy, which on a board may go byte by byte.
template <class Number>
RBM_INLINE void convert(const Number* RBM_RESTRICT from, size_t count, Number* RBM_RESTRICT to) {
#if RBM_VECTOR_BYTES > 4
  RBM_COPY_BYTES(to, from, count * sizeof(Number));
#else
  for (; count >= 4; count -= 4, from += 4, to += 4) {
    to[0] = from[0];
    to[1] = from[1];
    to[2] = from[2];
    to[3] = from[3];
  }
  if (count >= 2) {
    to[0] = from[0];
    to[1] = from[1];
  }
  if (count % 2 != 0) to[count - 1] = from[count - 1];
#endif
}

/// x += unit row, for `count` neighbouring columns.                                                 row, x [count]
template <class Scalar, class Weight, class Sum>
RBM_INLINE void accumulate_row(Scalar unit, const Weight* RBM_RESTRICT row, size_t count, Sum* RBM_RESTRICT x) {
  for (size_t j = 0; j < count; ++j) x[j] = Arithmetic<Scalar>::multiply_add(x[j], unit, row[j]);
}

/// Of integers that are neither 0 nor 1 one copy in flash serves all callers.
template <class Integer, int FractionBits, class Weight, class Sum>
RBM_NOINLINE void add_product(Fixed<Integer, FractionBits> unit, const Weight* RBM_RESTRICT row, size_t count,
                              Sum* RBM_RESTRICT x) {
  typedef Fixed<Integer, FractionBits> Scalar;
  if (unit == Scalar(-1)) {
    for (size_t j = 0; j < count; ++j) x[j] = Arithmetic<Scalar>::subtract(x[j], row[j]);
  } else {
    for (size_t j = 0; j < count; ++j) x[j] = Arithmetic<Scalar>::multiply_add(x[j], unit, row[j]);
  }
}
template <class Integer, int FractionBits, class Weight, class Sum>
RBM_INLINE void accumulate_row(Fixed<Integer, FractionBits> unit, const Weight* RBM_RESTRICT row, size_t count,
                               Sum* RBM_RESTRICT x) {
  typedef Fixed<Integer, FractionBits> Scalar;
  if (unit == Scalar(1)) {
    for (size_t j = 0; j < count; ++j) x[j] = Arithmetic<Scalar>::add(x[j], row[j]);
  } else if (unit != Scalar(0)) {
    add_product(unit, row, count, x);
  }
}

/// accumulate_row, of which one copy in flash serves all callers.
template <class Scalar, class Weight, class Sum>
RBM_NOINLINE void add_row(Scalar unit, const Weight* row, size_t count, Sum* x) {
  accumulate_row(unit, row, count, x);
}

/// sum + unit weight, of floats and of integers as Arithmetic::multiply_add rounds it.
template <class Vec>
RBM_INLINE Vec multiply_add(const Vec& sum, float unit, const Vec& weight) {
  return sum + weight * unit;
}
template <class Vec, class Integer, int FractionBits>
RBM_INLINE Vec multiply_add(const Vec& sum, Fixed<Integer, FractionBits> unit, const Vec& weight) {
  const typename Vec::Number half = typename Vec::Number(1) << (FractionBits - 1);
  return sum + ((weight * static_cast<typename Vec::Number>(unit.raw) + half) >> FractionBits);
}

#if RBM_VECTOR_BYTES >= 4

template <size_t Stride, class Units, class Scalar, class Weight, class Sum>
struct AccumulateColumns {
  const Units& on;
  const Scalar* s;
  const Weight* weights;
  Sum* x;

  template <class Vec>
  RBM_INLINE void run(size_t j) const {
    const Weight* const first = weights + j;
    Vec sum = load<Vec>(x + j);
    on.each(
        s, [&](size_t i) RBM_ALWAYS_INLINE { sum = sum + load_as<Vec>(one_address(first + i * Stride)); },
        [&](size_t i)
            RBM_ALWAYS_INLINE { sum = multiply_add(sum, s[i], load_as<Vec>(one_address(first + i * Stride))); });
    store(sum, x + j);
  }
};

/// Rows of units whose bits are known.
template <size_t Stride, class Units, class Weight, class Scalar, class Sum>
RBM_INLINE void accumulate_active(const Units& on, const Weight* weights, const Scalar* s, size_t count, Sum* x) {
  const AccumulateColumns<Stride, Units, Scalar, Weight, Sum> body = {on, s, weights, x};
  each_column<Sum, Stride>(count, body);
}

/// All rows; `known` says which units are on, where that is known.
template <size_t Rows, size_t Stride, class Weight, class Scalar, class Sum>
RBM_INLINE void accumulate_in_lanes(const Weight* weights, const Scalar* s, size_t count, Sum* x,
                                    const Active<Rows>* known = nullptr) {
  constexpr size_t at_a_time = has_unit_bits ? size_t{rows_at_a_time} : Rows, tail = Rows % at_a_time;
  for (size_t i = 0; i < Rows - tail; i += at_a_time) {
    Active<at_a_time> on;
    on.find(known, s, i);
    accumulate_active<Stride>(on, weights + i * Stride, s + i, count, x);
  }
  if (tail == 0) return;
  Active<(tail != 0 ? tail : 1)> on;
  on.find(known, s, Rows - tail);
  accumulate_active<Stride>(on, weights + (Rows - tail) * Stride, s + (Rows - tail), count, x);
}

#endif

/// Where `Known` is not 0 it is the number of columns.
template <size_t Rows, size_t Stride, size_t Known, class Weight, class Scalar, class Sum>
void accumulate_sized(const Weight* RBM_RESTRICT weights, const Scalar* RBM_RESTRICT s, size_t count,
                      Sum* RBM_RESTRICT x) {
  if (Known != 0) count = Known;
  for (size_t i = 0; i < Rows; ++i) {
    if (!is_off(s[i])) accumulate_row(s[i], weights + i * Stride, count, x);
  }
}

#if RBM_VECTOR_BYTES >= 4
template <size_t Rows, size_t Stride, size_t Known, class Weight>
void accumulate_sized(const Weight* RBM_RESTRICT weights, const float* RBM_RESTRICT s, size_t count,
                      float* RBM_RESTRICT x) {
  accumulate_in_lanes<Rows, Stride>(numbers_of(weights), s, Known != 0 ? Known : count, x);
}
#endif

#if RBM_VECTOR_BYTES > 4
template <size_t Rows, size_t Stride, size_t Known, class Weight, class Integer, int FractionBits, class Sum>
void accumulate_sized(const Weight* RBM_RESTRICT weights, const Fixed<Integer, FractionBits>* RBM_RESTRICT s,
                      size_t count, Sum* RBM_RESTRICT x) {
  accumulate_in_lanes<Rows, Stride>(numbers_of(weights), s, Known != 0 ? Known : count, numbers_of(x));
}

template <size_t Rows, size_t Stride, size_t Known, class Weight, class Scalar, class Sum>
void accumulate_sized(const Active<Rows>* on, const Weight* RBM_RESTRICT weights, const Scalar* RBM_RESTRICT s,
                      size_t count, Sum* RBM_RESTRICT x) {
  accumulate_in_lanes<Rows, Stride>(numbers_of(weights), s, Known != 0 ? Known : count, numbers_of(x), on);
}
#endif

/// Eight columns, whose sums stay in registers; only of units that are on. Returns all bits of all states.
template <size_t Rows, size_t Stride, class Weight, int FractionBits, class Sum>
RBM_NOINLINE uint8_t accumulate_eight(const Weight* RBM_RESTRICT row, const Fixed<int8_t, FractionBits>* RBM_RESTRICT s,
                                      Sum* RBM_RESTRICT x) {
  typedef Fixed<int8_t, FractionBits> Scalar;
  typedef Arithmetic<Scalar> Ops;
  Sum a = x[0], b = x[1], c = x[2], d = x[3], e = x[4], f = x[5], g = x[6], h = x[7];
  uint8_t bits = 0;
  const Scalar* const end = s + Rows;
  for (; s != end; ++s, row += Stride) {
    const Scalar unit = *s;
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

#ifdef RBM_SUMS_IN_REGISTERS

template <size_t Rows, size_t Stride, size_t Known, class Weight, int FractionBits, class Sum>
void accumulate_sized(const Weight* RBM_RESTRICT weights, const Fixed<int8_t, FractionBits>* RBM_RESTRICT s,
                      size_t count, Sum* RBM_RESTRICT x) {
  if (Known != 0) count = Known;
  typedef Fixed<int8_t, FractionBits> Scalar;
  const size_t in_registers = count - count % 8;
  uint8_t bits = 0;
  for (size_t j = 0; j < in_registers; j += 8) bits = accumulate_eight<Rows, Stride>(weights + j, s, x + j);
  const bool others = (bits & static_cast<uint8_t>(~Scalar(1).raw)) != 0;  // units that are neither off nor on
  for (size_t i = 0; i < Rows && (others || count > in_registers); ++i) {
    if (s[i] == Scalar(0)) continue;
    const Weight* row = weights + i * Stride;
    if (others && s[i] != Scalar(1)) add_row(s[i], row, in_registers, x);
    if (count > in_registers) add_row(s[i], row + in_registers, count - in_registers, x + in_registers);
  }
}

#endif

/// x_j += sum_i s_i W_ij for `count` neighbouring columns of a matrix whose rows are `Stride` apart; `weights` points
/// to the first of these columns in row 0. Counts that the compiler knows are told to a function that is not inlined.
///                                                                                             s [Rows], x [count]
template <size_t Rows, size_t Stride, class Weight, class Scalar, class Sum>
RBM_INLINE void accumulate(const Weight* weights, const Scalar* s, size_t count, Sum* x) {
  if (count == Stride) {
    accumulate_sized<Rows, Stride, Stride>(weights, s, count, x);
  } else if (count == block_size) {
    accumulate_sized<Rows, Stride, block_size>(weights, s, count, x);
  } else {
    accumulate_sized<Rows, Stride, 0>(weights, s, count, x);
  }
}

/// accumulate where `on`, unless it is null, says which units are on.
template <size_t Rows, size_t Stride, class Weight, class Scalar, class Sum>
RBM_INLINE void accumulate(const Active<Rows, false>*, const Weight* weights, const Scalar* s, size_t count, Sum* x) {
  accumulate<Rows, Stride>(weights, s, count, x);
}
#if RBM_VECTOR_BYTES > 4
template <size_t Rows, size_t Stride, class Weight, class Scalar, class Sum>
RBM_INLINE void accumulate(const Active<Rows, true>* on, const Weight* weights, const Scalar* s, size_t count, Sum* x) {
  if (count == Stride) {
    accumulate_sized<Rows, Stride, Stride>(on, weights, s, count, x);
  } else if (count == block_size) {
    accumulate_sized<Rows, Stride, block_size>(on, weights, s, count, x);
  } else {
    accumulate_sized<Rows, Stride, 0>(on, weights, s, count, x);
  }
}
#endif

}  // namespace kernels
}  // namespace rbm

#endif  // RBM_KERNELS_ACCUMULATE_HPP
