// rbm/kernels/update_batches.hpp: changes of weights by a large batch of floats.
//
// In which of 64 samples the unit of a row is on says which hidden states to add up, and the sum is added to the row
// once. Without vectors plain loops add in the same order.
// SPDX-License-Identifier: MIT

#ifndef RBM_KERNELS_UPDATE_BATCHES_HPP
#define RBM_KERNELS_UPDATE_BATCHES_HPP

#include <stddef.h>
#include <stdint.h>

#include "../config.hpp"
#include "../storage.hpp"
#include "active.hpp"
#include "simd.hpp"
#include "statistics.hpp"
#include "update_weights.hpp"

namespace rbm {
namespace kernels {

#if RBM_VECTOR_BYTES > 4

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

/// In which of at most 64 samples each of `rows` <= 64 units is on.
template <size_t VisibleSize>
RBM_INLINE void samples_on(const Vector<float, VisibleSize>* v, const Active<VisibleSize>* on, size_t first,
                           size_t rows, size_t count, uint64_t* samples) {
  for (size_t s = 0; s < count; ++s) {
    samples[s] = bits_of_units(on == nullptr ? nullptr : on + s, v[s].values, first, rows);
  }
  for (size_t s = count; s < 64; ++s) samples[s] = 0;
  transpose_bits(samples);
}

/// W_ij += rate (the sum of the hidden states of some samples - the sum of those of others).
template <size_t HiddenSize>
struct SumColumns {
  size_t rows;
  const uint64_t *on, *on_model;  // of each row's unit, in which samples it is on
  float* weights;
  float rate;
  const float *h, *h_model;

  template <class Vec>
  RBM_INLINE void run(size_t j) const {
    for (size_t i = 0; i < rows; ++i) {
      Vec sum = broadcast<Vec>(0.0f);
      for (uint64_t left = on[i]; left != 0; left &= left - 1) {
        sum = sum + load<Vec>(h + static_cast<size_t>(__builtin_ctzll(left)) * HiddenSize + j);
      }
      for (uint64_t left = on_model[i]; left != 0; left &= left - 1) {
        sum = sum - load<Vec>(h_model + static_cast<size_t>(__builtin_ctzll(left)) * HiddenSize + j);
      }
      float* const row = weights + i * HiddenSize + j;
      store(load<Vec>(row) + sum * rate, row);
    }
  }
};

/// update_weights for at most 64 samples, whose visible units are all off or on.
template <size_t VisibleSize, size_t HiddenSize>
void update_weights_once(float* weights, float rate, const Statistics<float, VisibleSize, HiddenSize>& batch) {
  for (size_t i = 0; i < VisibleSize; i += 64) {
    const size_t rows = VisibleSize - i < 64 ? VisibleSize - i : 64;
    uint64_t on[64], on_model[64];
    samples_on(batch.visible_data, batch.of_data(0), i, rows, batch.count, on);
    samples_on(batch.visible_model, batch.of_model(0), i, rows, batch.count, on_model);
    const SumColumns<HiddenSize> body = {
        rows, on, on_model, weights + i * HiddenSize, rate, batch.hidden_data->values, batch.hidden_model->values};
    each_column<float, HiddenSize>(HiddenSize, body);
  }
}

#else

template <size_t VisibleSize, size_t HiddenSize>
void update_weights_once(float* weights, float rate, const Statistics<float, VisibleSize, HiddenSize>& batch) {
  for (size_t i = 0; i < VisibleSize; ++i) {
    for (size_t j = 0; j < HiddenSize; ++j) {
      float sum = 0.0f;
      for (size_t s = 0; s < batch.count; ++s) {
        if (!is_off(batch.visible_data[s][i])) sum += batch.hidden_data[s][j];
      }
      for (size_t s = 0; s < batch.count; ++s) {
        if (!is_off(batch.visible_model[s][i])) sum -= batch.hidden_model[s][j];
      }
      weights[i * HiddenSize + j] += rate * sum;
    }
  }
}

#endif

/// update_weights by sums over many samples, 64 at a time where all their visible units are off or on.
template <size_t VisibleSize, size_t HiddenSize>
void update_weights_by_sums(float* weights, float rate, const Statistics<float, VisibleSize, HiddenSize>& batch) {
  for (size_t s = 0; s < batch.count; s += 64) {
    const Statistics<float, VisibleSize, HiddenSize> part = batch.part(s, batch.count - s < 64 ? batch.count - s : 64);
    bool binary = true;
    for (size_t k = 0; k < part.count && binary; ++k) binary = part.is_binary(k);
    if (binary) {
      update_weights_once(weights, rate, part);
    } else {
      update_weights(weights, rate, part);
    }
  }
}

}  // namespace kernels
}  // namespace rbm

#endif  // RBM_KERNELS_UPDATE_BATCHES_HPP
