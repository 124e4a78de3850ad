// rbm/kernels/products.hpp: sums of products of the states of two layers over many samples, a tile at a time.
// SPDX-License-Identifier: MIT

#ifndef RBM_KERNELS_PRODUCTS_HPP
#define RBM_KERNELS_PRODUCTS_HPP

#include <stddef.h>
#include <stdint.h>

#include "../config.hpp"
#include "../storage.hpp"
#include "active.hpp"
#include "simd.hpp"
#include "update_batches.hpp"

namespace rbm {
namespace kernels {

#ifdef RBM_HAS_WIDE_LOOPS

/// Adds the hidden states of the samples in which a row's unit is on. States are `HiddenSize` apart.
template <size_t HiddenSize, size_t Columns>
struct AddActiveProducts {
  const uint64_t* samples;  // of each row
  size_t rows;
  const float* h;
  float* to;

  template <class Vec>
  RBM_INLINE void run(size_t j) const {
    for (size_t i = 0; i < rows; ++i) {
      Vec sum = load<Vec>(to + i * Columns + j);
      for (uint64_t left = samples[i]; left != 0; left &= left - 1) {
        sum = sum + load<Vec>(h + static_cast<size_t>(__builtin_ctzll(left)) * HiddenSize + j);
      }
      store(sum, to + i * Columns + j);
    }
  }
};

/// Adds products of any states.
template <size_t VisibleSize, size_t HiddenSize, size_t Columns>
struct AddProducts {
  const float* v;  // from the first row's unit on
  size_t samples, rows;
  const float* h;
  float* to;

  template <class Vec>
  RBM_INLINE void run(size_t j) const {
    for (size_t i = 0; i < rows; ++i) {
      Vec sum = load<Vec>(to + i * Columns + j);
      for (size_t s = 0; s < samples; ++s) {
        sum = sum + load<Vec>(h + s * HiddenSize + j) * v[s * VisibleSize + i];
      }
      store(sum, to + i * Columns + j);
    }
  }
};

/// g_kj = sum_s v_si h_sj for at most 64 rows i = row + k and `Columns` columns from `first` on, sample by sample.
/// `on`, unless it is null, says which units are on, of units that are all off or on.                       g [rows *
/// Columns]
template <size_t Columns, size_t VisibleSize, size_t HiddenSize>
void make_products(const Vector<float, VisibleSize>* v, const Active<VisibleSize>* on,
                   const Vector<float, HiddenSize>* h, size_t count, size_t row, size_t rows, size_t first, float* g) {
  for (size_t k = 0; k < rows * Columns; ++k) g[k] = 0.0f;
  for (size_t s = 0; s < count; s += 64) {
    const size_t some = count - s < 64 ? count - s : size_t{64};
    const float* const from = h[s].values + first;
    if (on != nullptr) {
      uint64_t samples[64] = {};
      for (size_t n = 0; n < some; ++n) samples[n] = on[s + n].words[row / 64];
      transpose_bits(samples);
      each_column<float, Columns>(Columns, AddActiveProducts<HiddenSize, Columns>{samples, rows, from, g});
    } else {
      each_column<float, Columns>(
          Columns, AddProducts<VisibleSize, HiddenSize, Columns>{v[s].values + row, some, rows, from, g});
    }
  }
}

#endif

}  // namespace kernels
}  // namespace rbm

#endif  // RBM_KERNELS_PRODUCTS_HPP
