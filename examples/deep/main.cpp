// What a second hidden layer is good for: digits learned by an Rbm, by a deep belief network that goes on from it, and
// by a deep Boltzmann machine, side by side: how likely they make digits that they have not seen, exactly; what their
// units stand for; what they dream.
//
// Read main() for how each is trained, and units() for how the weights of the second layer are seen through the first.
// SPDX-License-Identifier: MIT

#include "../../rbm/deep/likelihood.hpp"

#include <cstdio>
#include <vector>

#include "../data/digits.hpp"
#include "../support/show.hpp"

namespace {

using Pixels = rbm::Bernoulli<64>;
using Belief = rbm::Dbn<rbm::Layers<Pixels, rbm::Bernoulli<16>, Pixels>>;
using Boltzmann = rbm::Dbm<rbm::Layers<Pixels, rbm::Bernoulli<16>, rbm::Bernoulli<16>>>;
using Digit = Belief::Sample;

constexpr size_t training = digits_training_count, held_out = digits_count - training, pictures = 8;
constexpr unsigned epochs = 60;
const char* const letters = " .:-=+*#";

Belief belief;
Boltzmann boltzmann;
rbm::Pretrainer<Belief, 10, rbm::persistent | rbm::centred> greedy;
rbm::DbmTrainer<Boltzmann, 10, 10, rbm::centred | rbm::penalised> trainer;
rbm::Xorshift32 rng{1};
Digit digits[digits_count];

/// The mean of ln p over the digits from `first` on, exactly, by enumeration of hidden states.
template <class Model>
double log_likelihood(const Model& model, size_t first, size_t count) {
  static rbm::Likelihood<Model> likelihood;
  double log_partition = 0.0, result = 0.0;
  must(likelihood.log_partition(model, log_partition));
  must(likelihood.mean_log_likelihood(model, digits + first, count, log_partition, result));
  return result;
}

template <class Model>
void report(const char* name, const Model& model) {
  std::printf("%-34s %7.2f %9.2f\n", name, log_likelihood(model, 0, training),
              log_likelihood(model, training, held_out));
}

/// How far the mean-field bound, which needs no enumeration of hidden states, is below that.
double gap() {
  static rbm::Likelihood<Boltzmann> likelihood;
  double log_partition = 0.0, sum = 0.0, bound = 0.0;
  must(likelihood.log_partition(boltzmann, log_partition));
  for (size_t s = training; s < digits_count; ++s) {
    must(likelihood.lower_bound(boltzmann, digits[s], 10, log_partition, bound));
    sum += bound;
  }
  return log_likelihood(boltzmann, training, held_out) - sum / static_cast<double>(held_out);
}

/// What a unit does to the pixels, from - to + of the largest weight.
Digit picture(const rbm::Vector<float, 64>& weights) {
  float largest = 0.0f;
  for (float w : weights) largest = w > largest ? w : -w > largest ? -w : largest;
  Digit shown;
  for (size_t i = 0; i < 64; ++i) shown[i] = 0.5f + 0.499f * weights[i] / largest;
  return shown;
}

/// Units of the first layer by their weights, and of the second by theirs through those of the first.
void units() {
  std::vector<Digit> first, second;
  for (size_t unit = 0; unit < pictures; ++unit) {
    rbm::Vector<float, 64> below = {}, through = {};
    for (size_t i = 0; i < 64; ++i) {
      below[i] = boltzmann.weights<0>()(i, unit);
      for (size_t j = 0; j < 16; ++j) through[i] += boltzmann.weights<0>()(i, j) * boltzmann.weights<1>()(j, unit);
    }
    first.push_back(picture(below));
    second.push_back(picture(through));
  }
  std::printf("\nwhat units of the deep Boltzmann machine turn off and on: the first hidden layer\n");
  show(first, 8, 8, letters);
  std::printf("the second, through the first\n");
  show(second, 8, 8, letters);
}

void dreams() {
  static rbm::GibbsChain<rbm::Rbm<Pixels, rbm::Bernoulli<16>>> shallow;
  static rbm::DbnChain<Belief> down;
  static rbm::GibbsChain<Boltzmann> deep;
  std::vector<Digit> of_rbm, of_dbn, of_dbm;
  for (size_t n = 0; n < pictures; ++n) {
    shallow.start(digits[n]);
    must(shallow.run(belief.rbm<0>(), 2000, rng));
    of_rbm.push_back(shallow.visible);
    down.start(belief, digits[n]);
    must(down.run(belief, 2000, rng));
    of_dbn.push_back(down.visible);
    deep.start(digits[n]);
    must(deep.run(boltzmann, 2000, rng));
    of_dbm.emplace_back();
    for (size_t i = 0; i < 64; ++i) of_dbm[n][i] = deep.visible[i];
  }
  std::printf("\ndreams of the Rbm\n");
  show(of_rbm, 8, 8, letters);
  std::printf("of the deep belief network\n");
  show(of_dbn, 8, 8, letters);
  std::printf("of the deep Boltzmann machine\n");
  show(of_dbm, 8, 8, letters);
}

}  // namespace

int main() {
  for (size_t s = 0; s < digits_count; ++s) rbm::unpack_flash_bits(digits_bits[s], digits[s]);
  std::printf("nats per digit                     learned  held out\n");

  must(rbm::initialize(belief, digits, training, rng));
  greedy.options.schedule = trainer.options.schedule = rbm::Schedule::linear;
  greedy.options.schedule_steps = trainer.options.schedule_steps = epochs * training / 10;
  for (unsigned epoch = 0; epoch < epochs; ++epoch) must(greedy.epoch(belief, 0, digits, training, rng));
  report("Rbm 64-16", belief.rbm<0>());
  belief.start_transposed<1>();  // the same distribution, from where the top learns on
  for (unsigned epoch = 0; epoch < epochs; ++epoch) must(greedy.epoch(belief, 1, digits, training, rng));
  report("deep belief network 64-16-64", belief);

  must(rbm::initialize(boltzmann, digits, training, rng));
  trainer.options.l2 = 0.001f;
  for (unsigned epoch = 0; epoch < epochs; ++epoch) must(trainer.epoch(boltzmann, digits, training, rng));
  report("deep Boltzmann machine 64-16-16", boltzmann);
  std::printf("its mean-field bound is %.3f nats below the exact value\n", gap());

  units();
  dreams();
  return 0;
}
