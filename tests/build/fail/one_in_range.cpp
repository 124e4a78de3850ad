// error: a Fixed must hold the numbers 1 and 1/2
// SPDX-License-Identifier: MIT

#include "../../../rbm/rbm.hpp"
static rbm::Rbm<rbm::Bernoulli<2>, rbm::Bernoulli<2>, rbm::Fixed<int8_t, 7>> model;
