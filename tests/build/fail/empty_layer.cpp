// error: rbm: a layer needs at least one unit
// SPDX-License-Identifier: MIT
#include "../../../rbm/rbm.hpp"
typedef rbm::Rbm<rbm::Bernoulli<4>, rbm::Bernoulli<0>, float> Model;
static Model model;
int main() { return sizeof model == 0; }
