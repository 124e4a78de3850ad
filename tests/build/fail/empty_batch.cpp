// error: rbm: a batch needs room for at least one sample
// SPDX-License-Identifier: MIT
#include "../../../rbm/rbm.hpp"
typedef rbm::Rbm<rbm::Bernoulli<4>, rbm::Bernoulli<3>, float> Model;
static rbm::Trainer<Model, 0> trainer;
int main() { return sizeof trainer == 0; }
