// error: rbm: there is no such extra
// SPDX-License-Identifier: MIT
#include "../../../rbm/rbm.hpp"
typedef rbm::Rbm<rbm::Bernoulli<4>, rbm::Bernoulli<3>> Model;
static rbm::Trainer<Model, 2, static_cast<rbm::Extras>(512)> trainer;
int main() { return sizeof trainer == 0; }
