// error: rbm: a trainer that works in slices has the extra `sliced`
// SPDX-License-Identifier: MIT
#include "../../../rbm/rbm.hpp"
typedef rbm::Rbm<rbm::Bernoulli<4>, rbm::Bernoulli<3>, float> Model;
static Model model;
static rbm::OnlineTrainer<Model> trainer;
int main() {
  const Model::VisibleState v = {};
  return trainer.begin(model, v) == rbm::Status::ok ? 0 : 1;
}
