// error: none: the largest layers and batches that integers take, one less than in the other cases.
// SPDX-License-Identifier: MIT

#include "../../../rbm/rbm.hpp"
static rbm::Rbm<rbm::Bernoulli<254>, rbm::Bernoulli<254>, rbm::Fixed<int8_t, 6>> narrow;
static rbm::Rbm<rbm::Bernoulli<65534>, rbm::Gaussian<2>, rbm::Fixed<int16_t, 12>> wide;
static rbm::Rbm<rbm::Gaussian<8190>, rbm::Bernoulli<2>, rbm::Fixed<int16_t, 12>> real;
static rbm::Trainer<rbm::Rbm<rbm::Spin<2>, rbm::Bernoulli<2>, rbm::Fixed<int8_t, 5>>, 511> trainer;
static rbm::Trainer<rbm::Rbm<rbm::Gaussian<2>, rbm::Gaussian<2>, rbm::Fixed<int16_t, 12>>, 64> real_trainer;
int main() { return sizeof narrow + sizeof wide + sizeof real + sizeof trainer + sizeof real_trainer == 0; }
