// error: rbm: a layer this large, counted twice, can overflow the sums of inputs
// SPDX-License-Identifier: MIT

#include "../../../rbm/rbm.hpp"
typedef rbm::Dbm<rbm::Layers<rbm::Bernoulli<128>, rbm::Spin<2>, rbm::Bernoulli<2>>, rbm::Fixed<int8_t, 5>> Net;
static rbm::Pretrainer<Net, 1> pretrainer;
