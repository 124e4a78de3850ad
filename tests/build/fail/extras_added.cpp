// error: Extras
// SPDX-License-Identifier: MIT
#include "../../../rbm/rbm.hpp"
typedef rbm::Rbm<rbm::Bernoulli<4>, rbm::Bernoulli<3>> Model;
static rbm::Trainer<Model, 2, rbm::persistent + rbm::scheduled> trainer;
int main() { return sizeof trainer == 0; }
