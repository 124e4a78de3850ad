// error: rbm: a model in flash cannot learn
// SPDX-License-Identifier: MIT

#include "../../../rbm/rbm.hpp"
typedef rbm::Dbm<rbm::Layers<rbm::Bernoulli<2>, rbm::Spin<2>, rbm::Bernoulli<2>>, rbm::InFlash<float>> Net;
static rbm::Pretrainer<Net, 1> pretrainer;
