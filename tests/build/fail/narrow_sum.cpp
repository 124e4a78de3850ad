// error: can overflow the 16-bit sums of a Fixed<int8_t, bits>: take Fixed<int16_t, bits>
// SPDX-License-Identifier: MIT

#include "../../../rbm/rbm.hpp"
static rbm::Rbm<rbm::Bernoulli<2>, rbm::Bernoulli<255>, rbm::Fixed<int8_t, 5>> model;
