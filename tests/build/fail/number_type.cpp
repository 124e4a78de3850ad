// error: rbm: the number type of a model must be float
// SPDX-License-Identifier: MIT
#include "../../../rbm/rbm.hpp"
typedef rbm::Rbm<rbm::Bernoulli<4>, rbm::Bernoulli<3>, double> Model;
static Model model;
int main() { return sizeof model == 0; }
