// Every function of the library, instantiated: what the build checks compile, link and look for symbols in.
// SPDX-License-Identifier: MIT

#ifndef RBM_TESTS_EVERYTHING_HPP
#define RBM_TESTS_EVERYTHING_HPP

#include "../../rbm/rbm.hpp"

// What any model can do, learning by a trainer with these extras.
template <class Model, size_t Batch, rbm::Extras Chosen>
float use_model(Model& model, uint32_t seed, const typename Model::VisibleState* samples, size_t count) {
  static rbm::Trainer<Model, Batch, Chosen> trainer;
  static rbm::GibbsChains<Model, 3> chains;
  static rbm::Posterior<Model> posterior;
  static rbm::ParallelTempering<Model, 3> tempering;
  static rbm::Matrix<float, Model::visible_size, Model::visible_size> couplings;
  rbm::GibbsChain<Model>& chain = chains[0];
  rbm::Xorshift32 rng(seed);

  rbm::initialize(model, rng);
  rbm::Status status = rbm::initialize(model, samples, count, rng);
  status = trainer.step(model, samples[0], rng);
  status = trainer.step(model, samples, count, rng);
  status = trainer.epoch(model, samples, count, rng);

  status = chains.start(samples, count);
  status = chains.run(model, 3, rng);
  chains.start_from_noise(rng);
  status = chains.run(rbm::tempered(model, 0.5f), 3, rng);
  posterior.evidence.forget();
  posterior.chain.start(samples[0]);
  status = chains.run(model, posterior.evidence, 3, rng);
  status = posterior.run(model, 3, 3, rng);
  rbm::reconstruct(model, samples[0], chain.hidden, chain.visible);
  chain.start_from_noise(rng);
  status = rbm::anneal(model, chain, 0.5f, 1.0f, 3, rng);
  status = tempering.set_geometric(0.1f);
  tempering.chains.start_from_noise(rng);
  status = tempering.run(model, 3, rng);
  status = rbm::effective_couplings(model, samples, 1, couplings);
  status = rbm::check(model);

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
         static_cast<float>(rbm::to_string(status)[0]) + static_cast<float>(trainer.learning_rate()) + couplings(1, 0) +
         rbm::softplus(rbm::uniform(rng));
}

// The same with a trainer of few extras and one of many, and what takes a visible layer of Bernoulli units.
template <class Model, size_t Batch>
float use_everything(Model& model, uint32_t seed, const typename Model::VisibleState* samples, size_t count) {
  static rbm::Posterior<Model> posterior;
  rbm::Xorshift32 rng(seed);
  constexpr rbm::Extras few = Batch == 1 ? rbm::persistent : rbm::plain;
  float sum = use_model<Model, Batch, few>(model, seed, samples, count);
  sum += use_model<Model, Batch, rbm::persistent | rbm::centred | rbm::with_momentum | rbm::penalised>(model, seed,
                                                                                                       samples, count);
  static rbm::Transposed<Model> both;
  static rbm::GibbsChains<Model, 3> chains;
  static rbm::OnlineTrainer<Model> on_a_host;
  rbm::XorshiftLanes lanes(seed);
  both.copy(model);
  rbm::Status status = chains.run(both, 3, lanes);
  status = on_a_host.step(model, samples[0], lanes);
  posterior.evidence.forget();
  posterior.evidence.clamp(0, true);
  status = chains.run(both, posterior.evidence, 3, rng);
  status = posterior.evidence.observe(0, true, 0.1f);
  status = rbm::denoise(model, samples[0], 0.1f, 3, 3, posterior, rng);
  rbm::Vector<typename Model::Energy, 2> probabilities;
  status = rbm::classify(model, samples[0], 0, probabilities);
  float log_likelihood = 0.0f, estimate = 0.0f;
  status = rbm::pseudo_log_likelihood(model, samples, 1, log_likelihood);
  status = rbm::stochastic_pseudo_log_likelihood(model, samples, 1, estimate, rng);
  return sum + log_likelihood + estimate + static_cast<float>(rbm::to_string(status)[0]);
}

template <class Visible, class Hidden, rbm::Extras Chosen>
float use_pair(uint32_t seed) {
  typedef rbm::Rbm<Visible, Hidden> Model;
  static Model model;
  static rbm::Vector<typename Model::VisibleState, 2> samples;
  rbm::Xorshift32 rng(seed);
  for (auto& sample : samples) Model::VisibleLayer::noise(sample.values, rng);
  return use_model<Model, 2, Chosen>(model, seed, samples.values, 2);
}

// A constant in flash, and back.
inline float use_flash(uint32_t seed) {
  typedef rbm::Fixed<int16_t, 11> Number;
  typedef rbm::Joined<rbm::Bernoulli<2>, rbm::Gaussian<1>> Visible;
  typedef rbm::Rbm<Visible, rbm::Bernoulli<1>, rbm::InFlash<Number>> Model;
  static const Model model RBM_IN_FLASH = {{{1, 2, 3}}, {{{{4, 5}}}, {{{6}}, {{2048}}}}, {{{7}}}};
  static rbm::GibbsChain<Model> chain;
  static rbm::Posterior<Model> posterior;
  rbm::Xorshift32 rng(seed);
  chain.start_from_noise(rng);
  rbm::Status status = chain.run(model, 3, rng);
  status = chain.run(rbm::tempered(model, 0.5f), 3, rng);
  status = rbm::denoise(model, chain.visible, 0.1f, 3, 3, posterior, rng);
  rbm::reconstruct(model, chain.visible, chain.hidden, posterior.mean);
  rbm::Rbm<Visible, rbm::Bernoulli<1>, Number> copy = {};
  size_t saturated = 0;
  status = rbm::convert(model, copy, saturated);
  return static_cast<float>(model.free_energy(chain.visible) + copy.energy(chain.visible, chain.hidden)) +
         static_cast<float>(rbm::to_string(status)[0]);
}

// Every type of unit on either side.
inline float use_all_units(uint32_t seed) {
  typedef rbm::Joined<rbm::Joined<rbm::Spin<3>, rbm::Softmax<2, 3>>, rbm::Joined<rbm::Gaussian<2>, rbm::Relu<2>>> All;
  return use_pair<All, rbm::Gaussian<3>, rbm::learned_variance>(seed) +
         use_pair<rbm::Softmax<4, 10>, All, rbm::persistent | rbm::centred>(seed) +
         use_pair<rbm::Spin<5>, rbm::Relu<3>, rbm::plain>(seed) + use_flash(seed);
}

#endif  // RBM_TESTS_EVERYTHING_HPP
