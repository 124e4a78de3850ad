// rbm/kernels/pair_changes.hpp: the changes of changes.hpp for integers two to a word.
// SPDX-License-Identifier: MIT

#ifndef RBM_KERNELS_PAIR_CHANGES_HPP
#define RBM_KERNELS_PAIR_CHANGES_HPP

#include <stddef.h>
#include <stdint.h>

#include "../arithmetic.hpp"
#include "../config.hpp"
#include "../storage.hpp"
#include "changes.hpp"

#if RBM_HAS_PAIRS

namespace rbm {
namespace kernels {

/// Arithmetic::steps and moved for vectors of parameters. Scaling: as there; 16 random bits and half of what they leave
/// are the highest of 32, of which as many as the shift are taken. A shift of 0 is one of 1 after twice the product.
template <int FractionBits>
struct PairSteps {
  typedef detail::Pairs<int16_t> Pairs;
  typedef Pairs::Lanes Lanes;

  int32_t factor;
  int shift;

  explicit RBM_INLINE PairSteps(typename Arithmetic<Fixed<int16_t, FractionBits>>::Rate rate)
      : factor(rate.shift == 0 ? 2 * rate.factor : rate.factor), shift(rate.shift == 0 ? 1 : rate.shift) {}

  /// Moves a vector of parameters by the factor times the differences of the even and of the odd ones.
  RBM_INLINE void move(Fixed<int16_t, FractionBits>* c, Lanes even, Lanes odd, const uint32_t* words) const {
    const Pairs::Words draws = Pairs::load(reinterpret_cast<const uint16_t*>(words)), old = Pairs::load(&c->raw);
    const uint32_t high = 0xFFFF0000u, half = 0x8000u;
    even += reinterpret_cast<Lanes>(((draws << 16) | half) >> (32 - shift));
    odd += reinterpret_cast<Lanes>(((draws & high) | half) >> (32 - shift));
    Pairs::store(Pairs::together(Pairs::saturated(Pairs::even(old) + (even >> shift)),
                                 Pairs::saturated(Pairs::odd(old) + (odd >> shift))),
                 &c->raw);
  }
};

/// nudge_one for a vector of parameters; differences in QF.
template <int FractionBits, class Rng>
RBM_INLINE void nudge_vector(Fixed<int8_t, FractionBits>* c, int16_t rate, detail::Pairs<int8_t>::Words difference,
                             Rng& rng) {
  typedef detail::Pairs<int8_t> Pairs;
  typedef Pairs::Lanes Lanes;
  uint32_t words[Pairs::numbers / 4];
  draw_words<Pairs::numbers / 4>(words, rng);
  const Pairs::Words draws = Pairs::load(reinterpret_cast<const uint8_t*>(words)), old = Pairs::load(&c->raw);
  const Lanes even = ((Pairs::even(difference) >> FractionBits) * rate + Pairs::even_draws(draws)) >> 8;
  const Lanes odd = ((Pairs::odd(difference) >> FractionBits) * rate + Pairs::odd_draws(draws)) >> 8;
  Pairs::store(Pairs::together(Pairs::saturated(Pairs::even(old) + even), Pairs::saturated(Pairs::odd(old) + odd)),
               &c->raw);
}

/// Those that a vector leaves over: nudge_one for each.
template <size_t Count, int FractionBits, class Rng>
RBM_INLINE void nudge_few(Fixed<int8_t, FractionBits>* c, int16_t rate, const Fixed<int8_t, FractionBits>* data,
                          bool is_on, const Fixed<int8_t, FractionBits>* model, bool ends_on, Rng& rng) {
  uint8_t draws[Count];
  integer::draw<Count>(draws, rng);
  for (size_t j = 0; j < Count; ++j) {
    const int8_t difference = static_cast<int8_t>((is_on ? data[j].raw : 0) - (ends_on ? model[j].raw : 0));
    nudge_one(c[j], static_cast<uint16_t>(rate), difference, draws[j]);
  }
}

/// nudge_by_units_on in pairs, for rates that has_loops_for_units_on allows.
template <size_t Count, int FractionBits, class Rng>
RBM_APART void nudge_by_units_on_in_pairs(Fixed<int8_t, FractionBits>* RBM_RESTRICT c, int16_t rate,
                                          const Fixed<int8_t, FractionBits>* data,
                                          const Fixed<int8_t, FractionBits>* model, Rng& rng) {
  typedef detail::Pairs<int8_t> Pairs;
  typedef int8_t Bytes __attribute__((vector_size(RBM_VECTOR_BYTES)));
  constexpr size_t rest = Count % Pairs::numbers, whole = Count - rest;
  for (size_t j = 0; j < whole; j += Pairs::numbers) {
    const Bytes difference =
        reinterpret_cast<Bytes>(Pairs::load(&data[j].raw)) - reinterpret_cast<Bytes>(Pairs::load(&model[j].raw));
    nudge_vector(c + j, rate, reinterpret_cast<Pairs::Words>(difference), rng);
  }
  if (rest > 0) nudge_few<(rest > 0 ? rest : 1)>(c + whole, rate, data + whole, true, model + whole, true, rng);
}

/// nudge_columns_by_units_on in pairs, for such rates.
template <size_t Columns, size_t VisibleSize, size_t HiddenSize, int FractionBits, class Rng>
RBM_APART void nudge_columns_by_units_on_in_pairs(Fixed<int8_t, FractionBits>* RBM_RESTRICT weights, int16_t rate,
                                                  size_t first,
                                                  const Vector<Fixed<int8_t, FractionBits>, VisibleSize>& v,
                                                  const Vector<Fixed<int8_t, FractionBits>, HiddenSize>& h,
                                                  const Vector<Fixed<int8_t, FractionBits>, VisibleSize>& v_end,
                                                  const Vector<Fixed<int8_t, FractionBits>, HiddenSize>& h_end,
                                                  Rng& rng) {
  typedef detail::Pairs<int8_t> Pairs;
  typedef int8_t Bytes __attribute__((vector_size(RBM_VECTOR_BYTES)));
  constexpr size_t rest = Columns % Pairs::numbers, whole = Columns - rest;
  weights += first;
  for (size_t i = 0; i < VisibleSize; ++i, weights += HiddenSize) {
    const int8_t is_on = static_cast<int8_t>(-(v[i].raw != 0)), ends_on = static_cast<int8_t>(-(v_end[i].raw != 0));
    if ((is_on | ends_on) == 0) continue;
    for (size_t j = 0; j < whole; j += Pairs::numbers) {
      const Bytes before = reinterpret_cast<Bytes>(Pairs::load(&h[first + j].raw)),
                  after = reinterpret_cast<Bytes>(Pairs::load(&h_end[first + j].raw));
      nudge_vector(weights + j, rate, reinterpret_cast<Pairs::Words>((before & is_on) - (after & ends_on)), rng);
    }
    if (rest > 0) {
      nudge_few<(rest > 0 ? rest : 1)>(weights + whole, rate, h.values + first + whole, is_on != 0,
                                       h_end.values + first + whole, ends_on != 0, rng);
    }
  }
}

/// add_differences in pairs.
template <size_t Count, size_t Length, int FractionBits, class Sum>
RBM_INLINE void add_differences_of_pairs(size_t first, size_t count,
                                         const Vector<Fixed<int16_t, FractionBits>, Length>* data,
                                         const Vector<Fixed<int16_t, FractionBits>, Length>* model,
                                         Sum* RBM_RESTRICT x) {
  typedef detail::Pairs<int16_t> Pairs;
  constexpr size_t whole = Count - Count % Pairs::numbers;
  for (size_t s = 0; s < count; ++s) {
    const Fixed<int16_t, FractionBits>* start = data[s].values + first;
    const Fixed<int16_t, FractionBits>* end = model[s].values + first;
    for (size_t j = 0; j < whole; j += Pairs::numbers) {
      const Pairs::Words before = Pairs::load(&start[j].raw), after = Pairs::load(&end[j].raw);
      Pairs::Lanes even, odd;
      Pairs::load_wide(&x[j].raw, even, odd);
      even += Pairs::even(before) - Pairs::even(after);
      odd += Pairs::odd(before) - Pairs::odd(after);
      Pairs::store_wide(even, odd, &x[j].raw);
    }
    for (size_t j = whole; j < Count; ++j) x[j].raw += start[j].raw - end[j].raw;
  }
}

/// nudge of some vectors of parameters.
template <int FractionBits, class Sum, class Rng>
RBM_APART void nudge_pairs(size_t vectors, Fixed<int16_t, FractionBits>* RBM_RESTRICT c,
                           typename Arithmetic<Fixed<int16_t, FractionBits>>::Rate rate, const Sum* RBM_RESTRICT g,
                           Rng& rng) {
  typedef detail::Pairs<int16_t> Pairs;
  const PairSteps<FractionBits> steps(rate);
  for (; vectors > 0; --vectors, c += Pairs::numbers, g += Pairs::numbers) {
    uint32_t words[Pairs::lanes];
    draw_words<Pairs::lanes>(words, rng);
    Pairs::Lanes even, odd;
    Pairs::load_wide(&g->raw, even, odd);
    steps.move(c, even * steps.factor, odd * steps.factor, words);
  }
}

template <size_t Count, int FractionBits, class Sum, class Rng>
RBM_INLINE void nudge_in_pairs(Fixed<int16_t, FractionBits>* RBM_RESTRICT c,
                               typename Arithmetic<Fixed<int16_t, FractionBits>>::Rate rate, const Sum* RBM_RESTRICT g,
                               Rng& rng) {
  constexpr size_t rest = Count % detail::Pairs<int16_t>::numbers, whole = Count - rest;
  if (whole > 0) nudge_pairs(whole / detail::Pairs<int16_t>::numbers, c, rate, g, rng);
  if (rest > 0) nudge<(rest > 0 ? rest : 1), int16_t, FractionBits, Sum, Rng>(c + whole, rate, g + whole, rng);
}

/// nudge_columns in pairs, row by row.
template <size_t Columns, size_t VisibleSize, size_t HiddenSize, int FractionBits, class Rng>
RBM_APART void nudge_rows_in_pairs(Fixed<int16_t, FractionBits>* RBM_RESTRICT weights,
                                   typename Arithmetic<Fixed<int16_t, FractionBits>>::Rate rate, size_t first,
                                   size_t count, const Vector<Fixed<int16_t, FractionBits>, VisibleSize>* v_data,
                                   const Vector<Fixed<int16_t, FractionBits>, HiddenSize>* h_data,
                                   const Vector<Fixed<int16_t, FractionBits>, VisibleSize>* v_model,
                                   const Vector<Fixed<int16_t, FractionBits>, HiddenSize>* h_model, Rng& rng) {
  typedef Fixed<int16_t, FractionBits> Scalar;
  for (size_t i = 0; i < VisibleSize; ++i) {
    bool on = false;
    for (size_t s = 0; s < count; ++s) on = on || v_data[s][i] != Scalar(0) || v_model[s][i] != Scalar(0);
    if (!on) continue;
    typename Arithmetic<Scalar>::Sum g[Columns] = {};
    add_outer<Columns>(i, first, count, v_data, h_data, v_model, h_model, g);
    nudge_in_pairs<Columns>(weights + i * HiddenSize + first, rate, g, rng);
  }
}

/// nudge_columns in pairs, for one sample of visible units that are off or on.
template <size_t Columns, size_t VisibleSize, size_t HiddenSize, int FractionBits, class Rng>
RBM_APART void nudge_columns_in_pairs(Fixed<int16_t, FractionBits>* RBM_RESTRICT weights,
                                      typename Arithmetic<Fixed<int16_t, FractionBits>>::Rate rate, size_t first,
                                      const Vector<Fixed<int16_t, FractionBits>, VisibleSize>& v,
                                      const Vector<Fixed<int16_t, FractionBits>, HiddenSize>& h,
                                      const Vector<Fixed<int16_t, FractionBits>, VisibleSize>& v_end,
                                      const Vector<Fixed<int16_t, FractionBits>, HiddenSize>& h_end, Rng& rng) {
  typedef detail::Pairs<int16_t> Pairs;
  const PairSteps<FractionBits> steps(rate);
  weights += first;
  for (size_t i = 0; i < VisibleSize; ++i, weights += HiddenSize) {
    const int16_t unit = v[i].raw, end = v_end[i].raw;
    if ((unit | end) == 0) continue;
    const int32_t by = unit == 0 ? 0 : steps.factor, by_end = end == 0 ? 0 : -steps.factor;
    for (size_t j = 0; j < Columns; j += Pairs::numbers) {
      uint32_t words[Pairs::lanes];
      draw_words<Pairs::lanes>(words, rng);
      const Pairs::Words before = Pairs::load(&h[first + j].raw), after = Pairs::load(&h_end[first + j].raw);
      steps.move(weights + j, Pairs::even(before) * by + Pairs::even(after) * by_end,
                 Pairs::odd(before) * by + Pairs::odd(after) * by_end, words);
    }
  }
}

#if RBM_PAIRS

template <size_t Length, class Integer, int FractionBits>
bool are_off_or_on(const Fixed<Integer, FractionBits>* s) {
  return are_off_or_on_in_pairs<Length>(s);
}

template <size_t Count, int FractionBits, class Rng>
void nudge_by_units_on(Fixed<int8_t, FractionBits>* RBM_RESTRICT c, int16_t rate,
                       const Fixed<int8_t, FractionBits>* data, const Fixed<int8_t, FractionBits>* model, Rng& rng) {
  nudge_by_units_on_in_pairs<Count>(c, rate, data, model, rng);
}

template <size_t Columns, size_t VisibleSize, size_t HiddenSize, int FractionBits, class Rng>
void nudge_columns_by_units_on(Fixed<int8_t, FractionBits>* RBM_RESTRICT weights, int16_t rate, size_t first,
                               const Vector<Fixed<int8_t, FractionBits>, VisibleSize>& v,
                               const Vector<Fixed<int8_t, FractionBits>, HiddenSize>& h,
                               const Vector<Fixed<int8_t, FractionBits>, VisibleSize>& v_end,
                               const Vector<Fixed<int8_t, FractionBits>, HiddenSize>& h_end, Rng& rng) {
  nudge_columns_by_units_on_in_pairs<Columns>(weights, rate, first, v, h, v_end, h_end, rng);
}

template <size_t Count, size_t Length, int FractionBits, class Sum>
void add_differences(size_t first, size_t count, const Vector<Fixed<int16_t, FractionBits>, Length>* data,
                     const Vector<Fixed<int16_t, FractionBits>, Length>* model, Sum* RBM_RESTRICT x) {
  add_differences_of_pairs<Count>(first, count, data, model, x);
}

template <size_t Count, int FractionBits, class Sum, class Rng>
void nudge(Fixed<int16_t, FractionBits>* RBM_RESTRICT c, typename Arithmetic<Fixed<int16_t, FractionBits>>::Rate rate,
           const Sum* RBM_RESTRICT g, Rng& rng) {
  nudge_in_pairs<Count>(c, rate, g, rng);
}

template <size_t Columns, size_t VisibleSize, size_t HiddenSize, int FractionBits, class Rng>
void nudge_columns(Fixed<int16_t, FractionBits>* RBM_RESTRICT weights,
                   typename Arithmetic<Fixed<int16_t, FractionBits>>::Rate rate, size_t first, size_t count,
                   const Vector<Fixed<int16_t, FractionBits>, VisibleSize>* v_data,
                   const Vector<Fixed<int16_t, FractionBits>, HiddenSize>* h_data,
                   const Vector<Fixed<int16_t, FractionBits>, VisibleSize>* v_model,
                   const Vector<Fixed<int16_t, FractionBits>, HiddenSize>* h_model, Rng& rng) {
  if (Columns % detail::Pairs<int16_t>::numbers == 0 && count == 1 &&
      are_off_or_on_in_pairs<VisibleSize>(v_data->values) && are_off_or_on_in_pairs<VisibleSize>(v_model->values)) {
    nudge_columns_in_pairs<Columns>(weights, rate, first, *v_data, *h_data, *v_model, *h_model, rng);
  } else {
    nudge_rows_in_pairs<Columns>(weights, rate, first, count, v_data, h_data, v_model, h_model, rng);
  }
}

#endif

}  // namespace kernels
}  // namespace rbm

#endif

#endif  // RBM_KERNELS_PAIR_CHANGES_HPP
