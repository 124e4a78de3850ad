// error: none: the largest layers and batches that integers take, one less than in the other cases.
// SPDX-License-Identifier: MIT

#include "../../../rbm/rbm.hpp"
typedef rbm::Rbm<rbm::Bernoulli<254>, rbm::Bernoulli<254>, rbm::Fixed<int8_t, 6>> Narrow;
typedef rbm::Rbm<rbm::Bernoulli<65534>, rbm::Gaussian<2>, rbm::Fixed<int16_t, 12>> Energy;
typedef rbm::Rbm<rbm::Gaussian<8190>, rbm::Bernoulli<2>, rbm::Fixed<int16_t, 12>> Real;
typedef rbm::Trainer<rbm::Rbm<rbm::Spin<2>, rbm::Bernoulli<2>, rbm::Fixed<int8_t, 5>>, 511> Trainer;
typedef rbm::Trainer<rbm::Rbm<rbm::Gaussian<2>, rbm::Gaussian<2>, rbm::Fixed<int16_t, 12>>, 64> RealTrainer;
typedef rbm::Dbm<rbm::Layers<rbm::Gaussian<4095>, rbm::Spin<2>, rbm::Bernoulli<4095>>, rbm::Fixed<int16_t, 12>> Wide;
typedef rbm::Dbm<rbm::Layers<rbm::Bernoulli<127>, rbm::Spin<2>, rbm::Bernoulli<127>>, rbm::Fixed<int8_t, 5>> Deep;
static rbm::Pretrainer<Deep, 511> pretrainer;
int main() {
  return sizeof(Narrow) + sizeof(Energy) + sizeof(Real) + sizeof(Trainer) + sizeof(RealTrainer) + sizeof(Wide) == 0;
}
