// What judging a model costs: exact ln Z by enumeration, and a step of AIS over a Gibbs step.
// SPDX-License-Identifier: MIT

#include "../../rbm/evaluation/likelihood.hpp"

#include <cstdio>
#include <vector>

#include "../../rbm/evaluation/ais.hpp"
#include "../../rbm/rbm.hpp"
#include "generator.hpp"
#include "must.hpp"
#include "run.hpp"
#include "timing.hpp"

namespace benchmark {

namespace {

constexpr uint32_t steps = 100, runs = 10;

// Visible biases as of dark pictures; half of the hidden units are on all along the path.
template <class Model>
void start(Model& model, Generator& rng) {
  rbm::initialize(model, rng);
  model.visible.bias.fill(-1.9f);
}

void measure_enumeration() {
  typedef rbm::Rbm<rbm::Bernoulli<64>, rbm::Bernoulli<24>> Model;
  static Model model;
  static rbm::Likelihood<Model> likelihood;
  Generator rng(1);
  start(model, rng);
  double log_partition = 0;
  const double each = median(times([&](size_t count) {
                        for (size_t n = 0; n < count; ++n) must(likelihood.log_partition(model, log_partition));
                      })) /
                      static_cast<double>(1 << 24);
  std::printf("\nexact ln Z, 64 x 24 units: %.1f ns a state; that is %.0f s for 2^32\n", 1e9 * each,
              each * 4294967296.0);
}

template <class Model, class Sampler>
double ais_over_gibbs(const Model& model, const Sampler& sampler, Generator& rng) {
  static rbm::Ais<Model> ais;
  static rbm::GibbsChains<Model, runs> chains;
  ais.set_base(model);
  chains.start_from_noise(rng);
  rbm::PartitionEstimate estimate;
  const auto of_ais = [&](size_t count) {
    for (size_t n = 0; n < count; ++n) must(ais.forward(sampler, steps, runs, estimate, rng));
  };
  const auto of_gibbs = [&](size_t count) {
    for (size_t n = 0; n < count; ++n) must(chains.run(sampler, steps, rng));
  };
  return 1 / time_pair(of_ais, of_gibbs).ratio;
}

void measure_ais() {
  typedef rbm::Rbm<rbm::Bernoulli<784>, rbm::Bernoulli<500>> Model;
  alignas(64) static Model model;
  alignas(64) static rbm::Transposed<Model> both;
  Generator rng(2);
  start(model, rng);
  both.copy(model);
  const double of_model = ais_over_gibbs(model, model, rng), of_both = ais_over_gibbs(model, both, rng);
  std::printf("a step of AIS, 784 x 500 units: %.2f times a Gibbs step by W, %.2f by W and W^T\n", of_model, of_both);
}

}  // namespace

void measure_evaluation() {
  measure_enumeration();
  measure_ais();
}

}  // namespace benchmark
