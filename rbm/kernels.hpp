// rbm/kernels.hpp: the hot loops, and nothing else.
//
// Plain loops with bounds known at compile time, which GCC and Clang vectorise. Weights are rows of a matrix [V][H],
// row i the weights of visible unit i. No loop over columns branches on data; a loop over rows skips units that are
// off, of which binary data has many. A dot product is summed in `lanes` partial sums, whose count and order belong to
// the design: the result is the same for every width of SIMD.
//
// Fixed models have overloads of the loops in which they differ: where all states are -1, 0 or 1 nothing is multiplied,
// and an update is rounded once, stochastically, for all samples of a batch.
// SPDX-License-Identifier: MIT

#ifndef RBM_KERNELS_HPP
#define RBM_KERNELS_HPP

#include <stddef.h>

#include "arithmetic.hpp"
#include "config.hpp"
#include "flash.hpp"
#include "storage.hpp"

namespace rbm {
namespace kernels {

enum : size_t {
  lanes = 16,  // of a dot product
  block = 32   // units whose inputs are held at a time, in registers or on the stack
};

/// Parameters as sums, in another place.                                                               from, to [Count]
template <size_t Count, class Weight, class Sum>
void convert(const Weight* RBM_RESTRICT from, Sum* RBM_RESTRICT to) {
  for (size_t i = 0; i < Count; ++i) to[i] = static_cast<Sum>(detail::number(from[i]));
}

// Of one type, a copy: from a loop GCC would make a call of memmove.
template <size_t Count, class Number>
void convert(const Number* RBM_RESTRICT from, Number* RBM_RESTRICT to) {
  RBM_COPY_BYTES(to, from, Count * sizeof(Number));
}

/// The sum of partial sums, halves onto halves.
template <class Sum>
Sum sum_lanes(Sum* partial) {
  for (size_t width = lanes / 2; width > 0; width /= 2) {
    for (size_t l = 0; l < width; ++l) partial[l] += partial[l + width];
  }
  return partial[0];
}

/// sum_j a_j b_j                                                                                            a, b [N]
template <size_t N, class Weight, class Scalar>
typename Arithmetic<Scalar>::Sum dot(const Weight* RBM_RESTRICT a, const Scalar* RBM_RESTRICT b) {
  typedef Arithmetic<Scalar> A;
  typename A::Sum partial[lanes] = {};
  const size_t whole = N - N % lanes;
  for (size_t j = 0; j < whole; j += lanes) {
    for (size_t l = 0; l < lanes; ++l) partial[l] = A::multiply_add(partial[l], detail::number(a[j + l]), b[j + l]);
  }
  for (size_t j = whole; j < N; ++j)
    partial[j - whole] = A::multiply_add(partial[j - whole], detail::number(a[j]), b[j]);
  return sum_lanes(partial);
}

/// x_i += sum_j W_ij h_j for `Rows` neighbouring rows, of which `weights` points to the first.       h [H], x [Rows]
template <size_t Rows, size_t H, class Weight, class Scalar, class Sum>
void add_row_products(const Weight* RBM_RESTRICT weights, const Scalar* RBM_RESTRICT h, Sum* RBM_RESTRICT x) {
  for (size_t i = 0; i < Rows; ++i) x[i] += dot<H>(weights + i * H, h);
}

// Whether all states are 0 or 1.
template <size_t N, class Scalar>
bool are_off_or_on(const Scalar* s) {
  for (size_t j = 0; j < N; ++j) {
    if (s[j] != Scalar(0) && s[j] != Scalar(1)) return false;
  }
  return true;
}

// Whether all states are -1, 0 or 1.
template <size_t N, class Integer, int F>
bool are_whole(const Fixed<Integer, F>* s) {
  typedef Fixed<Integer, F> Scalar;
  bool whole = true;
  for (size_t j = 0; j < N; ++j) {
    whole = whole && (s[j] == Scalar(0) || s[j] == Scalar(1) || s[j] == Scalar(-1));
  }
  return whole;
}

/// Which of at most 8 states are on, from the lowest bit on.
template <class Scalar>
uint8_t units_on(const Scalar* s, size_t count) {
  uint8_t on = 0;
  for (size_t k = count; k > 0; --k) on = static_cast<uint8_t>(2 * on + (s[k - 1] == Scalar(1)));
  return on;
}

/// sum + the parameters whose bits are set, of at most 8.                                                  row [Count]
template <size_t Count, class Weight, class Sum>
RBM_INLINE Sum add_where_on(Sum sum, uint8_t on, const Weight* row) {
  typedef Arithmetic<typename detail::Stored<Weight>::Number> A;
  if (Count > 0 && (on & 1u) != 0) sum = A::add(sum, row[0]);
  if (Count > 1 && (on & 2u) != 0) sum = A::add(sum, row[1]);
  if (Count > 2 && (on & 4u) != 0) sum = A::add(sum, row[2]);
  if (Count > 3 && (on & 8u) != 0) sum = A::add(sum, row[3]);
  if (Count > 4 && (on & 16u) != 0) sum = A::add(sum, row[4]);
  if (Count > 5 && (on & 32u) != 0) sum = A::add(sum, row[5]);
  if (Count > 6 && (on & 64u) != 0) sum = A::add(sum, row[6]);
  if (Count > 7 && (on & 128u) != 0) sum = A::add(sum, row[7]);
  return sum;
}

/// add_row_products where all units are off or on.
template <size_t Rows, size_t H, class Weight, class Scalar, class Sum>
void add_units_on(const Weight* RBM_RESTRICT weights, const Scalar* RBM_RESTRICT h, Sum* RBM_RESTRICT x) {
  constexpr size_t rest = H % 8, whole = H - rest;
  for (size_t j = 0; j < whole; j += 8) {
    const uint8_t on = units_on(h + j, 8);
    if (on == 0) continue;
    for (size_t i = 0; i < Rows; ++i) x[i] = add_where_on<8>(x[i], on, weights + i * H + j);
  }
  const uint8_t on = units_on(h + whole, rest);
  for (size_t i = 0; i < Rows && rest > 0; ++i) x[i] = add_where_on<rest>(x[i], on, weights + i * H + whole);
}

template <size_t Rows, size_t H, class Weight, class Integer, int F, class Sum>
void add_row_products(const Weight* RBM_RESTRICT weights, const Fixed<Integer, F>* RBM_RESTRICT h,
                      Sum* RBM_RESTRICT x) {
  typedef Arithmetic<Fixed<Integer, F>> A;
  if (are_off_or_on<H>(h)) {
    add_units_on<Rows, H>(weights, h, x);
    return;
  }
  const bool whole = are_whole<H>(h);
  for (size_t i = 0; i < Rows; ++i) {
    const Weight* RBM_RESTRICT row = weights + i * H;
    Sum sum = x[i];
    if (whole) {
      for (size_t j = 0; j < H; ++j)
        sum = h[j].raw > 0 ? A::add(sum, row[j]) : h[j].raw < 0 ? A::subtract(sum, row[j]) : sum;
    } else {
      for (size_t j = 0; j < H; ++j) sum = A::multiply_add(sum, row[j], h[j]);
    }
    x[i] = sum;
  }
}

/// x += unit row, for `Columns` neighbouring columns.                                               row, x [Columns]
template <size_t Columns, class Scalar, class Weight, class Sum>
void add_row(Scalar unit, const Weight* RBM_RESTRICT row, Sum* RBM_RESTRICT x) {
  for (size_t j = 0; j < Columns; ++j) x[j] = Arithmetic<Scalar>::multiply_add(x[j], unit, row[j]);
}

template <size_t Columns, class Integer, int F, class Weight, class Sum>
void add_row(Fixed<Integer, F> unit, const Weight* RBM_RESTRICT row, Sum* RBM_RESTRICT x) {
  typedef Fixed<Integer, F> Scalar;
  if (unit == Scalar(1)) {
    for (size_t j = 0; j < Columns; ++j) x[j] = Arithmetic<Scalar>::add(x[j], row[j]);
  } else if (unit == Scalar(-1)) {
    for (size_t j = 0; j < Columns; ++j) x[j] = Arithmetic<Scalar>::subtract(x[j], row[j]);
  } else if (unit != Scalar(0)) {
    for (size_t j = 0; j < Columns; ++j) x[j] = Arithmetic<Scalar>::multiply_add(x[j], unit, row[j]);
  }
}

/// x_j += sum_i v_i W_ij for `Columns` neighbouring columns of a matrix whose rows are H apart.
/// `weights` points to the first of these columns in row 0.                                       v [V], x [Columns]
template <size_t Columns, size_t V, size_t H, class Weight, class Scalar, class Sum>
void add_rows(const Weight* RBM_RESTRICT weights, const Scalar* RBM_RESTRICT v, Sum* RBM_RESTRICT x) {
  for (size_t i = 0; i < V; ++i) {
    const Scalar unit = v[i];
    if (unit == Scalar(0)) continue;
    add_row<Columns>(unit, weights + i * H, x);
  }
}

/// The same for eight columns, whose sums stay in registers; only of units that are on. Returns all bits of all states.
template <size_t V, size_t H, class Weight, int F, class Sum>
RBM_APART uint8_t add_eight_columns(const Weight* RBM_RESTRICT row, const Fixed<int8_t, F>* RBM_RESTRICT v,
                                    Sum* RBM_RESTRICT x) {
  typedef Fixed<int8_t, F> Scalar;
  typedef Arithmetic<Scalar> A;
  Sum a = x[0], b = x[1], c = x[2], d = x[3], e = x[4], f = x[5], g = x[6], h = x[7];
  uint8_t bits = 0;
  const Scalar* const end = v + V;
  for (; v != end; ++v, row += H) {
    const Scalar unit = *v;
    bits = static_cast<uint8_t>(bits | static_cast<uint8_t>(unit.raw));
    if (unit != Scalar(1)) continue;
    a = A::add(a, row[0]);
    b = A::add(b, row[1]);
    c = A::add(c, row[2]);
    d = A::add(d, row[3]);
    e = A::add(e, row[4]);
    f = A::add(f, row[5]);
    g = A::add(g, row[6]);
    h = A::add(h, row[7]);
  }
  x[0] = a, x[1] = b, x[2] = c, x[3] = d, x[4] = e, x[5] = f, x[6] = g, x[7] = h;
  return bits;
}

template <size_t Columns, size_t V, size_t H, class Weight, int F, class Sum>
void add_rows(const Weight* RBM_RESTRICT weights, const Fixed<int8_t, F>* RBM_RESTRICT v, Sum* RBM_RESTRICT x) {
  typedef Fixed<int8_t, F> Scalar;
  constexpr size_t in_registers = RBM_SUMS_IN_REGISTERS != 0 ? Columns - Columns % 8 : 0;
  uint8_t bits = 0;
  for (size_t j = 0; j < in_registers; j += 8) bits = add_eight_columns<V, H>(weights + j, v, x + j);
  const bool others = (bits & static_cast<uint8_t>(~Scalar(1).raw)) != 0;  // units that are neither off nor on
  for (size_t i = 0; i < V && (others || Columns > in_registers); ++i) {
    if (v[i] == Scalar(0)) continue;
    const Weight* row = weights + i * H;
    if (others && v[i] != Scalar(1)) add_row<in_registers>(v[i], row, x);
    add_row<Columns - in_registers>(v[i], row + in_registers, x + in_registers);
  }
}

/// c_i += rate (data_i - model_i)                                                                               all [N]
template <size_t N, class Scalar>
void nudge(Scalar* RBM_RESTRICT c, typename Arithmetic<Scalar>::Rate rate, const Scalar* RBM_RESTRICT data,
           const Scalar* RBM_RESTRICT model) {
  for (size_t i = 0; i < N; ++i) c[i] = Arithmetic<Scalar>::nudge(c[i], rate, data[i] - model[i]);
}

/// W_ij += rate sum_s (v_si h_sj - v'_si h'_sj) over the samples s < count, the estimate of the likelihood's gradient.
/// W [V][H]; each of the other arrays holds `count` states.
template <size_t V, size_t H, class Scalar>
void nudge_outer(Scalar* RBM_RESTRICT weights, typename Arithmetic<Scalar>::Rate rate, size_t count,
                 const Vector<Scalar, V>* v_data, const Vector<Scalar, H>* h_data, const Vector<Scalar, V>* v_model,
                 const Vector<Scalar, H>* h_model) {
  for (size_t i = 0; i < V; ++i) {
    Scalar* RBM_RESTRICT row = weights + i * H;
    for (size_t s = 0; s < count; ++s) {
      const Scalar v = v_data[s][i];
      const Scalar v_end = v_model[s][i];
      if (v == Scalar(0) && v_end == Scalar(0)) continue;
      const Scalar* RBM_RESTRICT h = h_data[s].values;
      const Scalar* RBM_RESTRICT h_end = h_model[s].values;
      for (size_t j = 0; j < H; ++j) row[j] = Arithmetic<Scalar>::nudge(row[j], rate, v * h[j] - v_end * h_end[j]);
    }
  }
}

/// g_j += sum_s (v_si h_sj - v'_si h'_sj) for one row i and the `Count` columns j from `first` on: a piece of the sum
/// that nudge_outer adds at once.                                                                             g [Count]
template <size_t Count, size_t V, size_t H, class Scalar, class Sum>
void add_outer(size_t i, size_t first, size_t count, const Vector<Scalar, V>* v_data, const Vector<Scalar, H>* h_data,
               const Vector<Scalar, V>* v_model, const Vector<Scalar, H>* h_model, Sum* RBM_RESTRICT g) {
  for (size_t s = 0; s < count; ++s) {
    const Scalar v = v_data[s][i];
    const Scalar v_end = v_model[s][i];
    if (v == Scalar(0) && v_end == Scalar(0)) continue;
    const Scalar* RBM_RESTRICT h = h_data[s].values + first;
    const Scalar* RBM_RESTRICT h_end = h_model[s].values + first;
    add_row<Count>(v, h, g);
    add_row<Count>(Scalar(0) - v_end, h_end, g);
  }
}

/// x_j += sum_s (data_sj - model_sj) for the `Count` units from `first` on.                                   x [Count]
template <size_t Count, size_t N, class Scalar, class Sum>
void add_differences(size_t first, size_t count, const Vector<Scalar, N>* data, const Vector<Scalar, N>* model,
                     Sum* RBM_RESTRICT x) {
  for (size_t s = 0; s < count; ++s) {
    for (size_t j = 0; j < Count; ++j) {
      x[j] += static_cast<Sum>(data[s][first + j]) - static_cast<Sum>(model[s][first + j]);
    }
  }
}

/// c_j += rate g_j, rounded stochastically, for `Count` parameters and their differences in the statistics.
template <size_t Count, class Integer, int F, class Sum, class Rng>
void nudge(Fixed<Integer, F>* RBM_RESTRICT c, typename Arithmetic<Fixed<Integer, F>>::Rate rate,
           const Sum* RBM_RESTRICT g, Rng& rng) {
  typedef Arithmetic<Fixed<Integer, F>> A;
  typename A::Draw draws[Count];
  integer::draw<Count>(draws, rng);
  for (size_t j = 0; j < Count; ++j) {
    if (g[j].raw == 0) continue;  // no draw moves it
    c[j] = A::moved(c[j], A::steps(rate, g[j].raw, draws[j]));
  }
}

/// W_ij += rate g_ij, rounded stochastically, for `Columns` neighbouring columns: see nudge_outer. A row whose unit is
/// off in all states takes no draws.
template <size_t Columns, size_t V, size_t H, class Integer, int F, class Rng>
void nudge_columns(Fixed<Integer, F>* RBM_RESTRICT weights, typename Arithmetic<Fixed<Integer, F>>::Rate rate,
                   size_t first, size_t count, const Vector<Fixed<Integer, F>, V>* v_data,
                   const Vector<Fixed<Integer, F>, H>* h_data, const Vector<Fixed<Integer, F>, V>* v_model,
                   const Vector<Fixed<Integer, F>, H>* h_model, Rng& rng) {
  typedef Fixed<Integer, F> Scalar;
  typedef typename Arithmetic<Scalar>::Sum Sum;
  for (size_t i = 0; i < V; ++i) {
    bool on = false;
    for (size_t s = 0; s < count; ++s) on = on || v_data[s][i] != Scalar(0) || v_model[s][i] != Scalar(0);
    if (!on) continue;
    Sum g[Columns] = {};
    add_outer<Columns>(i, first, count, v_data, h_data, v_model, h_model, g);
    nudge<Columns>(weights + i * H + first, rate, g, rng);
  }
}

/// c += rate in the direction of a difference of 1 or -1, or stays, for an 8-bit parameter, rounded stochastically:
/// Arithmetic::steps and moved in few instructions.
template <int F>
RBM_INLINE void nudge_one(Fixed<int8_t, F>& c, uint16_t rate, int8_t difference, uint8_t draw) {
  if (difference == 0) return;
  if (difference > 0) {
    const uint8_t steps = static_cast<uint8_t>(static_cast<uint16_t>(rate + draw) >> 8);
    const uint8_t room = static_cast<uint8_t>(127 - c.raw);
    c.raw = static_cast<int8_t>(c.raw + (steps < room ? steps : room));
  } else {
    const uint8_t steps = static_cast<uint8_t>(static_cast<uint16_t>(rate + static_cast<uint8_t>(~draw)) >> 8);
    const uint8_t room = static_cast<uint8_t>(c.raw + 128);
    c.raw = static_cast<int8_t>(c.raw - (steps < room ? steps : room));
  }
}

/// The same for `Count` of them. Four draws from a word, as integer::draw takes them.
template <size_t Count, int F, class Rng>
RBM_APART void nudge_each(Fixed<int8_t, F>* RBM_RESTRICT c, uint16_t rate, const int8_t* RBM_RESTRICT difference,
                          Rng& rng) {
  constexpr size_t rest = Count % 4;
  for (size_t j = 0; j < Count - rest; j += 4, c += 4, difference += 4) {
    const uint32_t word = static_cast<uint32_t>(rng());
    const uint16_t low = static_cast<uint16_t>(word), high = static_cast<uint16_t>(word >> 16);
    nudge_one(c[0], rate, difference[0], static_cast<uint8_t>(low));
    nudge_one(c[1], rate, difference[1], static_cast<uint8_t>(low >> 8));
    nudge_one(c[2], rate, difference[2], static_cast<uint8_t>(high));
    nudge_one(c[3], rate, difference[3], static_cast<uint8_t>(high >> 8));
  }
  uint32_t word = rest == 0 ? 0u : static_cast<uint32_t>(rng());
  for (size_t j = 0; j < rest; ++j, word >>= 8) nudge_one(c[j], rate, difference[j], static_cast<uint8_t>(word));
}

/// c_j += rate (data_j - model_j) for parameters of units that are all off or on.                          all [Count]
template <size_t Count, int F, class Rng>
RBM_APART void nudge_by_units_on(Fixed<int8_t, F>* RBM_RESTRICT c, int16_t rate, const Fixed<int8_t, F>* data,
                                 const Fixed<int8_t, F>* model, Rng& rng) {
  int8_t difference[Count];
  for (size_t j = 0; j < Count; ++j) difference[j] = static_cast<int8_t>(data[j].raw - model[j].raw);
  nudge_each<Count>(c, static_cast<uint16_t>(rate), difference, rng);
}

/// nudge_columns for one sample of an 8-bit model whose units are all off or on.
template <size_t Columns, size_t V, size_t H, int F, class Rng>
RBM_APART void nudge_columns_by_units_on(Fixed<int8_t, F>* RBM_RESTRICT weights, int16_t rate, size_t first,
                                         const Vector<Fixed<int8_t, F>, V>& v, const Vector<Fixed<int8_t, F>, H>& h,
                                         const Vector<Fixed<int8_t, F>, V>& v_end,
                                         const Vector<Fixed<int8_t, F>, H>& h_end, Rng& rng) {
  int8_t before[Columns], after[Columns], both[Columns];  // of a unit that is on at the data, at the end, at both
  for (size_t j = 0; j < Columns; ++j) {
    before[j] = h[first + j].raw;
    after[j] = static_cast<int8_t>(-h_end[first + j].raw);
    both[j] = static_cast<int8_t>(before[j] + after[j]);
  }
  weights += first;
  for (size_t i = 0; i < V; ++i, weights += H) {
    const bool is_on = v[i].raw != 0, ends_on = v_end[i].raw != 0;
    if (!is_on && !ends_on) continue;
    nudge_each<Columns>(weights, static_cast<uint16_t>(rate), !is_on ? after : ends_on ? both : before, rng);
  }
}

}  // namespace kernels
}  // namespace rbm

#endif  // RBM_KERNELS_HPP
