// error: variances are learned in float only
// SPDX-License-Identifier: MIT

#include "../../../rbm/rbm.hpp"
typedef rbm::Rbm<rbm::Gaussian<2>, rbm::Bernoulli<2>, rbm::Fixed<int16_t, 12>> Model;
static rbm::OnlineTrainer<Model, rbm::learned_variance> trainer;
