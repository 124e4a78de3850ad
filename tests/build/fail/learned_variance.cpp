// error: rbm: only Gaussian visible units have a variance to learn
// SPDX-License-Identifier: MIT
#include "../../../rbm/rbm.hpp"
typedef rbm::Rbm<rbm::Bernoulli<4>, rbm::Gaussian<3>> Model;
static rbm::OnlineTrainer<Model, rbm::learned_variance> trainer;
int main() { return sizeof trainer == 0; }
