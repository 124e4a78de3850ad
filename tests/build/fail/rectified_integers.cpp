// error: rectified units need float
// SPDX-License-Identifier: MIT

#include "../../../rbm/rbm.hpp"
static rbm::Rbm<rbm::Bernoulli<2>, rbm::Relu<2>, rbm::Fixed<int16_t, 12>> model;
