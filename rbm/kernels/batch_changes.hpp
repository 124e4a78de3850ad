// rbm/kernels/batch_changes.hpp: the change of weights by a large batch: the states of a row's unit in all samples say
// which hidden states to add up, and the sum is added to the row once.
// SPDX-License-Identifier: MIT

#ifndef RBM_KERNELS_BATCH_CHANGES_HPP
#define RBM_KERNELS_BATCH_CHANGES_HPP

#include <stddef.h>
#include <stdint.h>

#include "../config.hpp"
#include "../storage.hpp"
#include "float_changes.hpp"
#include "float_sums.hpp"
#include "pack.hpp"
#include "units_on.hpp"

namespace rbm {
namespace kernels {

enum : size_t { samples_at_a_time = 64 };

#if RBM_LOOKS_AT_64

/// Bit i of word k becomes bit k of word i (Warren, Hacker's Delight, 7-3).
inline void transpose_bits(uint64_t* words) {
  uint64_t mask = 0xFFFFFFFFu;
  for (unsigned j = 32; j != 0; j >>= 1, mask ^= mask << j) {
    for (unsigned k = 0; k < 64; k = ((k | j) + 1) & ~j) {
      const uint64_t t = ((words[k] >> j) ^ words[k | j]) & mask;
      words[k] ^= t << j;
      words[k | j] ^= t;
    }
  }
}

/// In which samples each of `Rows` <= 64 units is on.
template <size_t Rows, size_t VisibleSize>
void samples_on(const Vector<float, VisibleSize>* v, size_t first, size_t count, uint64_t* samples) {
  for (size_t s = 0; s < count; ++s) samples[s] = units_not_off<Rows>(v[s].values + first);
  for (size_t s = count; s < 64; ++s) samples[s] = 0;
  transpose_bits(samples);
}

/// weights += rate (the sum of the hidden states of some samples - the sum of those of others).
template <size_t Vectors, size_t HiddenSize>
RBM_INLINE void move_row_by_sums(uint64_t on, uint64_t ends_on, float rate, const float* h, const float* h_end,
                                 float* weights) {
  Pack<Vectors> sum;
  sum.clear();
  for (; on != 0; on &= on - 1) sum.add(h + static_cast<size_t>(__builtin_ctzll(on)) * HiddenSize);
  for (; ends_on != 0; ends_on &= ends_on - 1) {
    sum.subtract(h_end + static_cast<size_t>(__builtin_ctzll(ends_on)) * HiddenSize);
  }
  Floats factor;
  spread(factor, rate);
  sum.scale(factor);
  sum.add_to(weights);
}

template <size_t Rows, size_t VisibleSize, size_t HiddenSize>
void move_rows_of_batch(Size<Rows>, size_t first, float* weights, float rate, size_t count,
                        const Vector<float, VisibleSize>* v_data, const Vector<float, HiddenSize>* h_data,
                        const Vector<float, VisibleSize>* v_model, const Vector<float, HiddenSize>* h_model) {
  constexpr size_t at_a_time = pack_vectors * width, whole = HiddenSize / at_a_time * at_a_time,
                   vectors = (HiddenSize - whole) / width, few = HiddenSize % width;
  uint64_t on[64], ends_on[64];
  samples_on<Rows>(v_data, first, count, on);
  samples_on<Rows>(v_model, first, count, ends_on);
  weights += first * HiddenSize;
  const float *h = h_data->values, *h_end = h_model->values;
  for (size_t j = 0; j < whole; j += at_a_time) {
    for (size_t i = 0; i < Rows; ++i) {
      move_row_by_sums<pack_vectors, HiddenSize>(on[i], ends_on[i], rate, h + j, h_end + j,
                                                 weights + i * HiddenSize + j);
    }
  }
  for (size_t i = 0; i < Rows && vectors != 0; ++i) {
    move_row_by_sums<vectors, HiddenSize>(on[i], ends_on[i], rate, h + whole, h_end + whole,
                                          weights + i * HiddenSize + whole);
  }
  for (size_t i = 0; i < Rows && few != 0; ++i) {
    for (size_t j = HiddenSize - few; j < HiddenSize; ++j) {
      float sum = 0.0f;
      for (uint64_t left = on[i]; left != 0; left &= left - 1) {
        sum += h[static_cast<size_t>(__builtin_ctzll(left)) * HiddenSize + j];
      }
      for (uint64_t left = ends_on[i]; left != 0; left &= left - 1) {
        sum -= h_end[static_cast<size_t>(__builtin_ctzll(left)) * HiddenSize + j];
      }
      weights[i * HiddenSize + j] += rate * sum;
    }
  }
}

template <size_t VisibleSize, size_t HiddenSize>
void move_rows_of_batch(Size<0>, size_t, float*, float, size_t, const Vector<float, VisibleSize>*,
                        const Vector<float, HiddenSize>*, const Vector<float, VisibleSize>*,
                        const Vector<float, HiddenSize>*) {}

/// Of at most samples_at_a_time.
template <size_t VisibleSize, size_t HiddenSize>
void nudge_outer_sums(float* weights, float rate, size_t count, const Vector<float, VisibleSize>* v_data,
                      const Vector<float, HiddenSize>* h_data, const Vector<float, VisibleSize>* v_model,
                      const Vector<float, HiddenSize>* h_model) {
  constexpr size_t whole = VisibleSize - VisibleSize % 64;
  for (size_t i = 0; i < whole; i += 64) {
    move_rows_of_batch(Size<64>(), i, weights, rate, count, v_data, h_data, v_model, h_model);
  }
  move_rows_of_batch(Size<VisibleSize - whole>(), whole, weights, rate, count, v_data, h_data, v_model, h_model);
}

#else

template <size_t VisibleSize, size_t HiddenSize>
void nudge_outer_sums(float* weights, float rate, size_t count, const Vector<float, VisibleSize>* v_data,
                      const Vector<float, HiddenSize>* h_data, const Vector<float, VisibleSize>* v_model,
                      const Vector<float, HiddenSize>* h_model) {
  for (size_t i = 0; i < VisibleSize; ++i) {
    for (size_t j = 0; j < HiddenSize; ++j) {
      float sum = 0.0f;
      for (size_t s = 0; s < count; ++s) {
        if (v_data[s][i] != 0.0f) sum += h_data[s][j];
      }
      for (size_t s = 0; s < count; ++s) {
        if (v_model[s][i] != 0.0f) sum -= h_model[s][j];
      }
      weights[i * HiddenSize + j] += rate * sum;
    }
  }
}

#endif

/// nudge_outer for many samples.
template <size_t VisibleSize, size_t HiddenSize>
void nudge_outer_of_batch(float* weights, float rate, size_t count, const Vector<float, VisibleSize>* v_data,
                          const Vector<float, HiddenSize>* h_data, const Vector<float, VisibleSize>* v_model,
                          const Vector<float, HiddenSize>* h_model) {
  for (size_t s = 0; s < count; s += samples_at_a_time) {
    const size_t left = count - s, some = left < samples_at_a_time ? left : size_t{samples_at_a_time};
    bool binary = true;
    for (size_t k = s; k < s + some && binary; ++k) {
      binary = are_all_off_or_on<VisibleSize>(v_data[k].values) && are_all_off_or_on<VisibleSize>(v_model[k].values);
    }
    if (binary) {
      nudge_outer_sums(weights, rate, some, v_data + s, h_data + s, v_model + s, h_model + s);
    } else {
      nudge_outer(weights, rate, some, v_data + s, h_data + s, v_model + s, h_model + s);
    }
  }
}

}  // namespace kernels
}  // namespace rbm

#endif  // RBM_KERNELS_BATCH_CHANGES_HPP
