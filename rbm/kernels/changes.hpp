// rbm/kernels/changes.hpp: changes of parameters, in place: the statistics of states times a rate.
// SPDX-License-Identifier: MIT

#ifndef RBM_KERNELS_CHANGES_HPP
#define RBM_KERNELS_CHANGES_HPP

#include <stddef.h>
#include <stdint.h>

#include "../arithmetic.hpp"
#include "../config.hpp"
#include "../storage.hpp"
#include "sums.hpp"

namespace rbm {
namespace kernels {

/// c_i += rate (data_i - model_i)                                                                          all [Length]
template <size_t Length, class Scalar>
void nudge(Scalar* RBM_RESTRICT c, typename Arithmetic<Scalar>::Rate rate, const Scalar* RBM_RESTRICT data,
           const Scalar* RBM_RESTRICT model) {
  for (size_t i = 0; i < Length; ++i) c[i] = Arithmetic<Scalar>::nudge(c[i], rate, data[i] - model[i]);
}

/// W_ij += rate sum_s (v_si h_sj - v'_si h'_sj) over the samples s < count, the estimate of the likelihood's gradient.
/// W [VisibleSize][HiddenSize]; each of the other arrays holds `count` states.
template <size_t VisibleSize, size_t HiddenSize, class Scalar>
void nudge_outer(Scalar* RBM_RESTRICT weights, typename Arithmetic<Scalar>::Rate rate, size_t count,
                 const Vector<Scalar, VisibleSize>* v_data, const Vector<Scalar, HiddenSize>* h_data,
                 const Vector<Scalar, VisibleSize>* v_model, const Vector<Scalar, HiddenSize>* h_model) {
  for (size_t i = 0; i < VisibleSize; ++i) {
    Scalar* RBM_RESTRICT row = weights + i * HiddenSize;
    for (size_t s = 0; s < count; ++s) {
      const Scalar v = v_data[s][i];
      const Scalar v_end = v_model[s][i];
      if (detail::equal(v, Scalar(0)) && detail::equal(v_end, Scalar(0))) continue;
      const Scalar* RBM_RESTRICT h = h_data[s].values;
      const Scalar* RBM_RESTRICT h_end = h_model[s].values;
      for (size_t j = 0; j < HiddenSize; ++j)
        row[j] = Arithmetic<Scalar>::nudge(row[j], rate, v * h[j] - v_end * h_end[j]);
    }
  }
}

/// g_j += sum_s (v_si h_sj - v'_si h'_sj) for one row i and the `Count` columns j from `first` on: a piece of the sum
/// that nudge_outer adds at once.                                                                             g [Count]
template <size_t Count, size_t VisibleSize, size_t HiddenSize, class Scalar, class Sum>
void add_outer(size_t i, size_t first, size_t count, const Vector<Scalar, VisibleSize>* v_data,
               const Vector<Scalar, HiddenSize>* h_data, const Vector<Scalar, VisibleSize>* v_model,
               const Vector<Scalar, HiddenSize>* h_model, Sum* RBM_RESTRICT g) {
  for (size_t s = 0; s < count; ++s) {
    const Scalar v = v_data[s][i];
    const Scalar v_end = v_model[s][i];
    if (detail::equal(v, Scalar(0)) && detail::equal(v_end, Scalar(0))) continue;
    const Scalar* RBM_RESTRICT h = h_data[s].values + first;
    const Scalar* RBM_RESTRICT h_end = h_model[s].values + first;
    add_row<Count>(v, h, g);
    add_row<Count>(Scalar(0) - v_end, h_end, g);
  }
}

/// x_j += sum_s (data_sj - model_sj) for the `Count` units from `first` on.                                   x [Count]
template <size_t Count, size_t Length, class Scalar, class Sum>
void add_differences(size_t first, size_t count, const Vector<Scalar, Length>* data,
                     const Vector<Scalar, Length>* model, Sum* RBM_RESTRICT x) {
  for (size_t s = 0; s < count; ++s) {
    for (size_t j = 0; j < Count; ++j) {
      x[j] += static_cast<Sum>(data[s][first + j]) - static_cast<Sum>(model[s][first + j]);
    }
  }
}

/// c_j += rate g_j, rounded stochastically, for `Count` parameters and their differences in the statistics.
template <size_t Count, class Integer, int FractionBits, class Sum, class Rng>
void nudge(Fixed<Integer, FractionBits>* RBM_RESTRICT c, typename Arithmetic<Fixed<Integer, FractionBits>>::Rate rate,
           const Sum* RBM_RESTRICT g, Rng& rng) {
  typedef Arithmetic<Fixed<Integer, FractionBits>> Ops;
  typename Ops::Draw draws[Count];
  integer::draw<Count>(draws, rng);
  for (size_t j = 0; j < Count; ++j) {
    if (RBM_VECTOR_BYTES == 4 && g[j].raw == 0) continue;  // no draw moves it
    c[j] = Ops::moved(c[j], Ops::steps(rate, g[j].raw, draws[j]));
  }
}

#if RBM_VECTOR_BYTES == 4 || RBM_PAIRS

/// W_ij += rate g_ij, rounded stochastically, for `Columns` neighbouring columns: see nudge_outer. A row whose unit is
/// off in all states takes no draws.
template <size_t Columns, size_t VisibleSize, size_t HiddenSize, class Integer, int FractionBits, class Rng>
void nudge_columns(Fixed<Integer, FractionBits>* RBM_RESTRICT weights,
                   typename Arithmetic<Fixed<Integer, FractionBits>>::Rate rate, size_t first, size_t count,
                   const Vector<Fixed<Integer, FractionBits>, VisibleSize>* v_data,
                   const Vector<Fixed<Integer, FractionBits>, HiddenSize>* h_data,
                   const Vector<Fixed<Integer, FractionBits>, VisibleSize>* v_model,
                   const Vector<Fixed<Integer, FractionBits>, HiddenSize>* h_model, Rng& rng) {
  typedef Fixed<Integer, FractionBits> Scalar;
  typedef typename Arithmetic<Scalar>::Sum Sum;
  for (size_t i = 0; i < VisibleSize; ++i) {
    bool on = false;
    for (size_t s = 0; s < count; ++s) on = on || v_data[s][i] != Scalar(0) || v_model[s][i] != Scalar(0);
    if (!on) continue;
    Sum g[Columns] = {};
    add_outer<Columns>(i, first, count, v_data, h_data, v_model, h_model, g);
    nudge<Columns>(weights + i * HiddenSize + first, rate, g, rng);
  }
}

#endif

/// Whether there are loops for units that are off or on at this rate: in pairs its sum with a draw has 15 bits.
template <class Rate>
constexpr bool has_loops_for_units_on(Rate) {
  return true;
}
constexpr bool has_loops_for_units_on(int16_t rate) { return !RBM_PAIRS || rate <= 0x7FFF - 0xFF; }

/// c += rate in the direction of a difference of 1 or -1, or stays, for an 8-bit parameter, rounded stochastically:
/// Arithmetic::steps and moved in few instructions.
template <int FractionBits>
RBM_INLINE void nudge_one(Fixed<int8_t, FractionBits>& c, uint16_t rate, int8_t difference, uint8_t draw) {
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

#if !RBM_PAIRS

#if RBM_VECTOR_BYTES > 4

/// The same for `Count` of them, without a branch.
template <size_t Count, int FractionBits, class Rng>
void nudge_each(Fixed<int8_t, FractionBits>* RBM_RESTRICT c, uint16_t rate, const int8_t* RBM_RESTRICT difference,
                Rng& rng) {
  uint8_t draws[Count];
  integer::draw<Count>(draws, rng);
  for (size_t j = 0; j < Count; ++j) {
    const uint16_t up = static_cast<uint16_t>(rate + draws[j]);
    const uint16_t down = static_cast<uint16_t>(rate + static_cast<uint8_t>(~draws[j]));
    const int16_t steps = static_cast<int16_t>(difference[j] > 0 ? up >> 8 : difference[j] < 0 ? -(down >> 8) : 0);
    const int16_t moved = static_cast<int16_t>(c[j].raw + steps);
    c[j].raw = static_cast<int8_t>(moved > 127 ? 127 : moved < -128 ? -128 : moved);
  }
}

#else

/// The same for `Count` of them. Four draws from a word, as integer::draw takes them.
template <size_t Count, int FractionBits, class Rng>
RBM_APART void nudge_each(Fixed<int8_t, FractionBits>* RBM_RESTRICT c, uint16_t rate,
                          const int8_t* RBM_RESTRICT difference, Rng& rng) {
  constexpr size_t rest = Count % 4;
  for (size_t j = 0; j < Count - rest; j += 4, c += 4, difference += 4) {
    const uint32_t word = detail::next_word(rng);
    const uint16_t low = static_cast<uint16_t>(word), high = static_cast<uint16_t>(word >> 16);
    nudge_one(c[0], rate, difference[0], static_cast<uint8_t>(low));
    nudge_one(c[1], rate, difference[1], static_cast<uint8_t>(low >> 8));
    nudge_one(c[2], rate, difference[2], static_cast<uint8_t>(high));
    nudge_one(c[3], rate, difference[3], static_cast<uint8_t>(high >> 8));
  }
  uint32_t word = rest == 0 ? 0u : detail::next_word(rng);
  for (size_t j = 0; j < rest; ++j, word >>= 8) nudge_one(c[j], rate, difference[j], static_cast<uint8_t>(word));
}

#endif

/// c_j += rate (data_j - model_j) for parameters of units that are all off or on.                          all [Count]
template <size_t Count, int FractionBits, class Rng>
RBM_APART void nudge_by_units_on(Fixed<int8_t, FractionBits>* RBM_RESTRICT c, int16_t rate,
                                 const Fixed<int8_t, FractionBits>* data, const Fixed<int8_t, FractionBits>* model,
                                 Rng& rng) {
  int8_t difference[Count];
  for (size_t j = 0; j < Count; ++j) difference[j] = static_cast<int8_t>(data[j].raw - model[j].raw);
  nudge_each<Count>(c, static_cast<uint16_t>(rate), difference, rng);
}

/// nudge_columns for one sample of an 8-bit model whose units are all off or on.
template <size_t Columns, size_t VisibleSize, size_t HiddenSize, int FractionBits, class Rng>
RBM_APART void nudge_columns_by_units_on(Fixed<int8_t, FractionBits>* RBM_RESTRICT weights, int16_t rate, size_t first,
                                         const Vector<Fixed<int8_t, FractionBits>, VisibleSize>& v,
                                         const Vector<Fixed<int8_t, FractionBits>, HiddenSize>& h,
                                         const Vector<Fixed<int8_t, FractionBits>, VisibleSize>& v_end,
                                         const Vector<Fixed<int8_t, FractionBits>, HiddenSize>& h_end, Rng& rng) {
  int8_t before[Columns], after[Columns], both[Columns];  // of a unit that is on at the data, at the end, at both
  for (size_t j = 0; j < Columns; ++j) {
    before[j] = h[first + j].raw;
    after[j] = static_cast<int8_t>(-h_end[first + j].raw);
    both[j] = static_cast<int8_t>(before[j] + after[j]);
  }
  weights += first;
  for (size_t i = 0; i < VisibleSize; ++i, weights += HiddenSize) {
    const bool is_on = v[i].raw != 0, ends_on = v_end[i].raw != 0;
    if (!is_on && !ends_on) continue;
    nudge_each<Columns>(weights, static_cast<uint16_t>(rate), !is_on ? after : ends_on ? both : before, rng);
  }
}

#endif

}  // namespace kernels
}  // namespace rbm

#include "float_changes.hpp"
#include "integer_changes.hpp"
#include "pair_changes.hpp"

#endif  // RBM_KERNELS_CHANGES_HPP
