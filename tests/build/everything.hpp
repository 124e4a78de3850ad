// Every function of the library, instantiated: what the build checks compile, link and look for symbols in.
// SPDX-License-Identifier: MIT

#ifndef RBM_TESTS_EVERYTHING_HPP
#define RBM_TESTS_EVERYTHING_HPP

#include "../../rbm/rbm.hpp"

template <class Model, size_t Batch>
float use_everything(Model& model, uint32_t seed, const typename Model::VisibleState* samples, size_t count) {
  static rbm::Trainer<Model, Batch> trainer;
  static rbm::GibbsChain<Model> chain;
  static rbm::Posterior<Model> posterior;
  rbm::Xorshift32 rng(seed);

  rbm::initialize(model, rng);
  rbm::Status status = rbm::initialize(model, samples, count, rng);
  status = trainer.step(model, samples[0], rng);
  status = trainer.step(model, samples, count, rng);
  trainer.options.mean_field_visible = true;
  status = trainer.epoch(model, samples, count, rng);

  chain.start(samples[0]);
  chain.run(model, 3, rng);
  chain.start_from_noise(rng);
  posterior.evidence.forget();
  posterior.evidence.clamp(0, true);
  status = posterior.evidence.observe(0, true, 0.1f);
  chain.run(model, posterior.evidence, 3, rng);
  status = rbm::denoise(model, samples[0], 0.1f, 3, 3, posterior, rng);
  rbm::reconstruct(model, samples[0], chain.hidden, chain.visible);

  const Model& constant = model;
  constant.sample_hidden(samples[0], chain.hidden, rng);
  constant.mean_hidden(samples[0], chain.hidden);
  constant.sample_visible(chain.hidden, chain.visible, rng);
  constant.mean_visible(chain.hidden, chain.visible);
  rbm::shuffle(posterior.mean.values, size_t{Model::visible_size}, rng);
  static rbm::Vector<typename Model::VisibleState, 3> states;
  rbm::shuffle(states.values, 3, rng);
  const uint8_t bits[(Model::visible_size + 7) / 8] = {};
  rbm::unpack_bits(bits, chain.visible);
  rbm::unpack_flash_bits(bits, chain.visible);
  return static_cast<float>(constant.free_energy(samples[0]) + constant.energy(chain.visible, chain.hidden)) +
         static_cast<float>(rbm::to_string(status)[0]) + rbm::softplus(rbm::uniform(rng));
}

#endif  // RBM_TESTS_EVERYTHING_HPP
