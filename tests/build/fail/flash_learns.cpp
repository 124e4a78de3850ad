// error: rbm: a model in flash cannot learn
// SPDX-License-Identifier: MIT

#include "../../../rbm/rbm.hpp"

typedef rbm::Rbm<rbm::Bernoulli<2>, rbm::Bernoulli<2>, rbm::InFlash<float>> Model;

rbm::Status learn(Model& model, rbm::OnlineTrainer<Model>& trainer, const Model::VisibleState& v, rbm::Xorshift32& rng);
rbm::Status learn(Model& model, rbm::OnlineTrainer<Model>& trainer, const Model::VisibleState& v,
                  rbm::Xorshift32& rng) {
  return trainer.step(model, v, rng);
}
