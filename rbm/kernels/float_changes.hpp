// rbm/kernels/float_changes.hpp: the changes of changes.hpp for floats, in packs.
// SPDX-License-Identifier: MIT

#ifndef RBM_KERNELS_FLOAT_CHANGES_HPP
#define RBM_KERNELS_FLOAT_CHANGES_HPP

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

/// The changes of `Columns` weights of a unit that is on at the data, at the end of the chain, or at both.
template <size_t Columns>
struct Changes {
  float of[3][Columns];

  RBM_INLINE void make(float rate, const float* h, const float* h_end) {
    for (size_t j = 0; j < Columns; ++j) of[0][j] = rate * h[j];
    for (size_t j = 0; j < Columns; ++j) of[1][j] = rate * -h_end[j];
    for (size_t j = 0; j < Columns; ++j) of[2][j] = rate * (h[j] - h_end[j]);
  }
};

/// Moves one row, by the change of a unit that is on at the data (1), at the end (2) or at both (3).
template <size_t Columns>
RBM_INLINE void move_row(const Changes<Columns>& changes, size_t when, float* row) {
  const float* change = changes.of[when - 1];
  Pack<Columns / width> sum;
  sum.get(row);
  sum.add(change);
  sum.put(row);
  for (size_t j = Columns - Columns % width; j < Columns; ++j) row[j] += change[j];
}

#if RBM_LOOKS_AT_64

template <size_t Columns, size_t HiddenSize, size_t Rows>
RBM_INLINE void move_rows(const UnitsOn<Rows>& on, const UnitsOn<Rows>& ends_on, float rate,
                          float* RBM_RESTRICT weights, const float* h, const float* h_end) {
  Changes<Columns> changes;
  changes.make(rate, h, h_end);
  for (size_t k = 0; k < (Rows + 63) / 64; ++k) {
    const uint64_t first = on.words[k], second = ends_on.words[k];
    for (uint64_t left = first | second; left != 0; left &= left - 1) {
      const unsigned bit = static_cast<unsigned>(__builtin_ctzll(left));
      const size_t when = ((first >> bit) & 1u) + 2 * ((second >> bit) & 1u);
      move_row(changes, when, weights + (64 * k + bit) * HiddenSize);
    }
  }
}

template <size_t HiddenSize, size_t Rows>
void nudge_rows(Size<Rows>, float* weights, float rate, const float* v, const float* v_end, const float* h,
                const float* h_end) {
  constexpr size_t at_a_time = pack_vectors * width, whole = HiddenSize - HiddenSize % at_a_time,
                   rest = HiddenSize - whole;
  UnitsOn<Rows> on, ends_on;
  on.look(v);
  ends_on.look(v_end);
  if (!on.are_ones || !ends_on.are_ones) {
    for (size_t i = 0; i < Rows; ++i) {
      if (detail::equal(v[i], 0.0f) && detail::equal(v_end[i], 0.0f)) continue;
      for (size_t j = 0; j < HiddenSize; ++j) weights[i * HiddenSize + j] += rate * (v[i] * h[j] - v_end[i] * h_end[j]);
    }
    return;
  }
  for (size_t j = 0; j < whole; j += at_a_time) {
    move_rows<at_a_time, HiddenSize>(on, ends_on, rate, weights + j, h + j, h_end + j);
  }
  if (rest != 0) {
    move_rows<(rest != 0 ? rest : 1), HiddenSize>(on, ends_on, rate, weights + whole, h + whole, h_end + whole);
  }
}

template <size_t HiddenSize>
void nudge_rows(Size<0>, float*, float, const float*, const float*, const float*, const float*) {}

template <size_t VisibleSize, size_t HiddenSize>
void nudge_outer(float* RBM_RESTRICT weights, float rate, size_t count, const Vector<float, VisibleSize>* v_data,
                 const Vector<float, HiddenSize>* h_data, const Vector<float, VisibleSize>* v_model,
                 const Vector<float, HiddenSize>* h_model) {
  constexpr size_t rows = rows_in_cache<HiddenSize>(), whole = VisibleSize - VisibleSize % rows;
  for (size_t i = 0; i < whole; i += rows) {
    for (size_t s = 0; s < count; ++s) {
      nudge_rows<HiddenSize>(Size<rows>(), weights + i * HiddenSize, rate, v_data[s].values + i, v_model[s].values + i,
                             h_data[s].values, h_model[s].values);
    }
  }
  for (size_t s = 0; s < count; ++s) {
    nudge_rows<HiddenSize>(Size<VisibleSize - whole>(), weights + whole * HiddenSize, rate, v_data[s].values + whole,
                           v_model[s].values + whole, h_data[s].values, h_model[s].values);
  }
}

#else

template <size_t Columns, size_t VisibleSize, size_t HiddenSize>
RBM_INLINE void nudge_columns(float* RBM_RESTRICT weights, float rate, const float* v, const float* v_end,
                              const float* h, const float* h_end) {
  Changes<Columns> changes;
  changes.make(rate, h, h_end);
  for (size_t i = 0; i < VisibleSize; ++i) {
    const uint32_t bits = to_bits(v[i]), bits_end = to_bits(v_end[i]);
    if ((bits | bits_end) << 1 == 0) continue;
    float* row = weights + i * HiddenSize;
    if ((bits == bits_of_one || bits << 1 == 0) && (bits_end == bits_of_one || bits_end << 1 == 0)) {
      move_row(changes, ((bits >> 29) & 1u) + ((bits_end >> 28) & 2u), row);
    } else {
      for (size_t j = 0; j < Columns; ++j) row[j] += rate * (v[i] * h[j] - v_end[i] * h_end[j]);
    }
  }
}

template <size_t VisibleSize, size_t HiddenSize>
RBM_APART void nudge_outer(float* RBM_RESTRICT weights, float rate, size_t count,
                           const Vector<float, VisibleSize>* v_data, const Vector<float, HiddenSize>* h_data,
                           const Vector<float, VisibleSize>* v_model, const Vector<float, HiddenSize>* h_model) {
  constexpr size_t at_a_time = pack_vectors * width, whole = HiddenSize - HiddenSize % at_a_time;
  for (size_t s = 0; s < count; ++s) {
    const float *v = v_data[s].values, *v_end = v_model[s].values, *h = h_data[s].values, *h_end = h_model[s].values;
    for (size_t j = 0; j < whole; j += at_a_time) {
      nudge_columns<at_a_time, VisibleSize, HiddenSize>(weights + j, rate, v, v_end, h + j, h_end + j);
    }
    if (whole < HiddenSize) {
      nudge_columns<(whole < HiddenSize ? HiddenSize - whole : 1), VisibleSize, HiddenSize>(
          weights + whole, rate, v, v_end, h + whole, h_end + whole);
    }
  }
}

#endif

}  // namespace kernels
}  // namespace rbm

#endif

#endif  // RBM_KERNELS_FLOAT_CHANGES_HPP
