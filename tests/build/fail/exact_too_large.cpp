// error: rbm: an exact trainer enumerates a layer of at most 2^16 states
// SPDX-License-Identifier: MIT
#include "../../../rbm/rbm.hpp"
typedef rbm::Rbm<rbm::Bernoulli<40>, rbm::Spin<17>, float> Model;
static rbm::Trainer<Model, 2, rbm::exact> trainer;
int main() { return static_cast<int>(trainer.batch_size); }
