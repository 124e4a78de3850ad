// error: rbm: a model in flash cannot be written
// SPDX-License-Identifier: MIT

#include "../../../rbm/rbm.hpp"
typedef rbm::Dbn<rbm::Layers<rbm::Bernoulli<2>, rbm::Spin<2>, rbm::Bernoulli<2>>, rbm::InFlash<float>> Net;
void start(Net& net);
void start(Net& net) { net.start_transposed<1>(); }
