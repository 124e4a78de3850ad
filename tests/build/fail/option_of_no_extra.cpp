// error: momentum
// SPDX-License-Identifier: MIT
#include "../../../rbm/rbm.hpp"
typedef rbm::Rbm<rbm::Bernoulli<4>, rbm::Bernoulli<3>> Model;
static rbm::OnlineTrainer<Model, rbm::centred> trainer;
int main() { trainer.options.momentum = 0.9f; }
