// error: rbm: a softmax group needs at least two units
// SPDX-License-Identifier: MIT
#include "../../../rbm/rbm.hpp"
typedef rbm::Rbm<rbm::Softmax<4, 1>, rbm::Bernoulli<3>> Model;
static Model model;
int main() { return sizeof model == 0; }
