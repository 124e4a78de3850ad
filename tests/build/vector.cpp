// One loop a function, each of which must become SIMD.
// SPDX-License-Identifier: MIT

#include "../../rbm/numbers/math.hpp"

#define LOOP(name)                                                       \
  void name##_loop(const float* RBM_RESTRICT x, float* RBM_RESTRICT y);  \
  void name##_loop(const float* RBM_RESTRICT x, float* RBM_RESTRICT y) { \
    for (int i = 0; i < 64; ++i) y[i] = rbm::name(x[i]);                 \
  }

LOOP(exp)
LOOP(log)
LOOP(log1p)
LOOP(sigmoid)
LOOP(softplus)
LOOP(sqrt)
LOOP(tanh)
LOOP(log_two_cosh)
LOOP(rectified_mean)
LOOP(rectified_cumulant)
