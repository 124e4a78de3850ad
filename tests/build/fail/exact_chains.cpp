// error: rbm: an exact trainer has no chains
// SPDX-License-Identifier: MIT
#include "../../../rbm/rbm.hpp"
typedef rbm::Rbm<rbm::Bernoulli<4>, rbm::Bernoulli<3>, float> Model;
static rbm::Trainer<Model, 2, rbm::exact | rbm::persistent> trainer;
int main() { return static_cast<int>(trainer.batch_size); }
