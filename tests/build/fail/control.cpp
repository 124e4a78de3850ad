// error: none: the same few lines as in the other cases, correct, so that each of those fails for its own reason only.
// SPDX-License-Identifier: MIT
#include "../../../rbm/rbm.hpp"
typedef rbm::Rbm<rbm::Bernoulli<4>, rbm::Bernoulli<3>, float> Model;
static Model model;
static rbm::Trainer<Model, 2> trainer;
int main() {
  rbm::Xorshift32 rng(1);
  Model::VisibleState v = {};
  Model::HiddenState h = {};
  model.mean_hidden(v, h);
  (void)trainer.step(model, v, rng);
  return trainer.step(model, v, rng) == rbm::Status::ok ? 0 : 1;
}
