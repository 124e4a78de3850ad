// What happens before anything is measured: a model learns from the samples, so that units are on as they are in use.
// SPDX-License-Identifier: MIT

#ifndef RBM_TESTS_BENCHMARK_WARM_UP_HPP
#define RBM_TESTS_BENCHMARK_WARM_UP_HPP

#include <cstddef>
#include <memory>
#include <vector>

#include "../../rbm/rbm.hpp"
#include "generator.hpp"
#include "must.hpp"
#include "samples.hpp"

namespace benchmark {

/// While it is measured a model goes on learning, slowly.
constexpr float slow_rate = 0.01f;

template <size_t V, size_t H, class Number>
using ModelOf = rbm::Rbm<rbm::Bernoulli<V>, rbm::Bernoulli<H>, Number>;

/// Batch after batch in the order of the samples, then from the first again; what is left at the end is not used.
template <class State>
class Batches {
 public:
  Batches(const std::vector<State>& all, size_t size) : samples(all), batch(size) {}

  const State* next() {
    const State* const first = samples.data() + used;
    used = used + 2 * batch > samples.size() ? 0 : used + batch;
    return first;
  }

 private:
  const std::vector<State>& samples;
  size_t batch, used = 0;
};

template <size_t Batch, class Model, size_t V>
void learn(Model& model, const Samples<V>& samples, size_t updates, float learning_rate) {
  const auto trainer = std::make_unique<rbm::Trainer<Model, Batch>>();
  trainer->options.learning_rate = learning_rate;
  Batches<typename Model::VisibleState> batches(samples, Batch);
  Generator rng(2);
  for (size_t u = 0; u < updates; ++u) must(trainer->step(model, batches.next(), Batch, rng));
}

template <class Model, size_t V>
void start(Model& model, const Samples<V>& samples) {
  Generator rng(1);
  must(rbm::initialize(model, samples.data(), samples.size(), rng));
}

template <class Model, size_t V>
void warm_up(Model& model, const Samples<V>& samples) {
  start(model, samples);
  learn<10>(model, samples, 600, 0.05f);
}

}  // namespace benchmark

#endif  // RBM_TESTS_BENCHMARK_WARM_UP_HPP
