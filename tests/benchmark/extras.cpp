// What the extras cost: steps of 784 x 500 units in batches of 100, each over a plain step made just before.
// SPDX-License-Identifier: MIT

#include <cstdio>
#include <string>
#include <vector>

#include "../../rbm/rbm.hpp"
#include "generator.hpp"
#include "must.hpp"
#include "run.hpp"
#include "samples.hpp"
#include "timing.hpp"

namespace benchmark {

namespace {

typedef rbm::Rbm<rbm::Bernoulli<784>, rbm::Bernoulli<500>> Model;
constexpr size_t batch = 100, rounds = 21;

// A model that learns with these extras; static, as models are.
template <unsigned Chosen>
double time_of_step() {
  alignas(64) static Model model;
  alignas(64) static rbm::Trainer<Model, batch, static_cast<rbm::Extras>(Chosen)> trainer;
  static Generator rng(8);
  static bool is_new = true;
  const Samples<784>& samples = Data<784>::samples();
  if (is_new) must(rbm::initialize(model, samples.data(), samples.size(), rng));
  is_new = false;
  trainer.options.learning_rate = 0.01f;
  return seconds([&](size_t) { must(trainer.step(model, samples.data(), batch, rng)); }, 1);
}

struct Kind {
  const char* name;
  double (*time)();
};

}  // namespace

void measure_extras() {
  using namespace rbm;
  const Kind kinds[] = {{"persistent", time_of_step<persistent>},
                        {"centred", time_of_step<centred>},
                        {"with_momentum", time_of_step<with_momentum>},
                        {"penalised", time_of_step<penalised>},
                        {"all four", time_of_step<persistent | centred | with_momentum | penalised>}};
  std::printf("\nextras: times of a plain step, 784 x 500 units, batches of %zu, floats\n", batch);
  for (const Kind& kind : kinds) {
    std::vector<double> ratios;
    for (size_t round = 0; round < rounds; ++round) {
      const double before = time_of_step<plain>();
      ratios.push_back(kind.time() / before);
    }
    std::printf("  %-14s %5.2f\n", kind.name, median(ratios));
  }
}

}  // namespace benchmark
