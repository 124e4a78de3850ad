// error: can overflow the 32-bit sums of a Fixed<int16_t, bits>: take float
// SPDX-License-Identifier: MIT

#include "../../../rbm/rbm.hpp"
static rbm::Rbm<rbm::Gaussian<8191>, rbm::Bernoulli<2>, rbm::Fixed<int16_t, 12>> model;
