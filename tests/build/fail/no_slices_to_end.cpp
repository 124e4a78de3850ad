// error: rbm: a trainer that works in slices has the extra `sliced`
// SPDX-License-Identifier: MIT
#include "../../../rbm/rbm.hpp"
typedef rbm::Rbm<rbm::Bernoulli<4>, rbm::Bernoulli<3>, float> Model;
static rbm::OnlineTrainer<Model> trainer;
int main() { return trainer.is_learning() ? 0 : 1; }
