// error: rbm: parallel tempering needs at least two temperatures
// SPDX-License-Identifier: MIT
#include "../../../rbm/rbm.hpp"
typedef rbm::Rbm<rbm::Bernoulli<4>, rbm::Bernoulli<3>> Model;
static rbm::ParallelTempering<Model, 1> tempering;
int main() { return sizeof tempering == 0; }
