// error: const
// SPDX-License-Identifier: MIT
#include "../../../rbm/rbm.hpp"
typedef rbm::Rbm<rbm::Bernoulli<4>, rbm::Bernoulli<3>, float> Model;
static const Model model = {};
static rbm::Trainer<Model, 2> trainer;
int main() {
  rbm::Xorshift32 rng(1);
  Model::VisibleState v = {};
  return trainer.step(model, v, rng) == rbm::Status::ok ? 0 : 1;
}
