// error: rbm: slices are of one sample (Batch 1)
// SPDX-License-Identifier: MIT
#include "../../../rbm/rbm.hpp"
typedef rbm::Rbm<rbm::Bernoulli<4>, rbm::Bernoulli<3>, float> Model;
static rbm::Trainer<Model, 2, rbm::sliced> trainer;
int main() { return static_cast<int>(trainer.batch_size); }
