// error: Gaussian units need Fixed<int16_t, bits> or float
// SPDX-License-Identifier: MIT

#include "../../../rbm/rbm.hpp"
static rbm::Rbm<rbm::Gaussian<2>, rbm::Bernoulli<2>, rbm::Fixed<int8_t, 5>> model;
