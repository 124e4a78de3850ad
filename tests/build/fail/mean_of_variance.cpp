// error: rbm: a mean has no variance to learn from: leave out mean_field
// SPDX-License-Identifier: MIT
#include "../../../rbm/rbm.hpp"
typedef rbm::Rbm<rbm::Gaussian<4>, rbm::Bernoulli<3>> Model;
static rbm::OnlineTrainer<Model, rbm::learned_variance | rbm::mean_field> trainer;
int main() { return sizeof trainer == 0; }
