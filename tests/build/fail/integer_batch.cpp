// error: a batch this large can overflow the sums of its statistics
// SPDX-License-Identifier: MIT

#include "../../../rbm/rbm.hpp"
typedef rbm::Rbm<rbm::Bernoulli<2>, rbm::Bernoulli<2>, rbm::Fixed<int8_t, 5>> Model;
static rbm::Trainer<Model, 512> trainer;
