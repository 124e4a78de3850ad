// error: rbm: a model in flash cannot be written
// SPDX-License-Identifier: MIT

#include "../../../rbm/rbm.hpp"

typedef rbm::Rbm<rbm::Bernoulli<2>, rbm::Bernoulli<2>, rbm::InFlash<float>> Model;

void start(Model& model, rbm::Xorshift32& rng);
void start(Model& model, rbm::Xorshift32& rng) { rbm::initialize(model, rng); }
