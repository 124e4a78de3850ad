// How cost grows: a CD-1 step of square models, one sample at a time, from those that fit the first cache to those that
// fit none. Samples are random, 13 % of the units on, and so are the model's visible units; its weights are as
// initialised, so that half of its hidden units are on.
// SPDX-License-Identifier: MIT

#include <cstddef>
#include <memory>
#include <vector>

#include "../../rbm/rbm.hpp"
#include "generator.hpp"
#include "must.hpp"
#include "numbers.hpp"
#include "run.hpp"
#include "timing.hpp"

namespace benchmark {

namespace {

// As large as the largest; static, as models are.
template <class Number, size_t N>
struct Machine {
  typedef rbm::Rbm<rbm::Bernoulli<N>, rbm::Bernoulli<N>, Number> Model;
  alignas(64) Model model;
  alignas(64) rbm::OnlineTrainer<Model> trainer;
  typename Model::VisibleState samples[16];
};

template <class Number, size_t N>
Machine<Number, N> machine;

template <class Number, size_t N>
void measure(Run& run) {
  Machine<Number, N>& m = machine<Number, N>;
  Generator rng(8);
  for (auto& sample : m.samples) {
    for (auto& unit : sample) unit = Number(rbm::uniform(rng) < 0.13f ? 1 : 0);
  }
  rbm::initialize(m.model, rng);
  m.model.visible.bias.fill(Number(rbm::log_odds(0.13f)));
  m.trainer.options.learning_rate = 0.001f;
  size_t used = 0;
  const double step = median(times(
      [&](size_t count) {
        for (size_t n = 0; n < count; ++n) must(m.trainer.step(m.model, m.samples[used++ % 16], rng));
      },
      0.01, 5));
  run.points.push_back({name_of(Number()), N, static_cast<double>(N * N * sizeof(Number)), 1.0 / step});
}

template <class Number>
void measure_all(Run& run) {
  measure<Number, 16>(run);
  measure<Number, 32>(run);
  measure<Number, 64>(run);
  measure<Number, 128>(run);
  measure<Number, 256>(run);
  measure<Number, 512>(run);
  measure<Number, 1024>(run);
  measure<Number, 2048>(run);
  measure<Number, 4096>(run);
}

}  // namespace

void measure_growth(Run& run) {
  measure_all<float>(run);
  measure_all<Int16>(run);
}

}  // namespace benchmark
