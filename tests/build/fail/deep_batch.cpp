// error: a batch this large can overflow the sums of its statistics
// SPDX-License-Identifier: MIT

#include "../../../rbm/rbm.hpp"
typedef rbm::Dbm<rbm::Layers<rbm::Bernoulli<2>, rbm::Spin<2>, rbm::Bernoulli<2>>, rbm::Fixed<int8_t, 5>> Net;
static rbm::Pretrainer<Net, 512> pretrainer;
