// Bars and stripes: 4x4 pictures whose rows, or whose columns, are all of one colour. Sixteen units are few enough to
// compute the likelihood exactly, so ways of learning can be compared by what they are meant to raise.
//
// Read main() for how each of them is told to a trainer, and surprise() for the likelihood. The chains of CD-1 end one
// step from the pattern they start at, so nothing weighs patterns far apart against each other; those of CD-10 get
// further. The chains of PCD-1 live on and get anywhere, if the model changes slowly: its rate has to fall.
// SPDX-License-Identifier: MIT

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include "../../rbm/evaluation/likelihood.hpp"
#include "../support/show.hpp"

namespace {

constexpr size_t side = 4, pixels = side * side, bars = 16, patterns = 2 * bars;
constexpr uint32_t steps = 20000, between = 1000;  // two looks at the likelihood

using Model = rbm::Rbm<rbm::Bernoulli<pixels>, rbm::Bernoulli<16>>;
using Picture = Model::VisibleState;

struct Result {
  Model model;
  std::vector<double> surprises;
};

Picture data[patterns];  // the empty and the full picture are there twice
rbm::Likelihood<Model> likelihood;
Result cd1, cd10, pcd, hasty;

void draw_data() {
  for (size_t number = 0; number < bars; ++number) {
    for (size_t i = 0; i < pixels; ++i) {
      data[number][i] = static_cast<float>(number >> i / side & 1);
      data[bars + number][i] = static_cast<float>(number >> i % side & 1);
    }
  }
}

/// The negative log-likelihood of all patterns together, in nats.
double surprise(const Model& model) {
  double log_partition = 0, mean = 0;
  must(likelihood.log_partition(model, log_partition));
  must(likelihood.mean_log_likelihood(model, data, patterns, log_partition, mean));
  return -mean * patterns;
}

/// Each step is one update from all patterns.
template <class Trainer>
void learn(Trainer& trainer, Result& result) {
  rbm::Xorshift32 rng{20240229};
  must(rbm::initialize(result.model, data, patterns, rng));
  result.surprises.push_back(surprise(result.model));
  for (uint32_t step = 1; step <= steps; ++step) {
    must(trainer.step(result.model, data, patterns, rng));
    if (step % between == 0) result.surprises.push_back(surprise(result.model));
  }
}

/// Prints how probable the model makes the patterns.
void weigh(const char* name, const Model& model) {
  double log_partition = 0, all = 0, least = 1, most = 0;
  must(likelihood.log_partition(model, log_partition));
  for (size_t p = 0; p < patterns; ++p) {
    if (p == bars || p == patterns - 1) continue;  // the empty and the full picture again
    const double probability = std::exp(-static_cast<double>(model.free_energy(data[p])) - log_partition);
    all += probability;
    least = std::min(least, probability);
    most = std::max(most, probability);
  }
  std::printf("%-18s %13.3f %12.3f %15.3f\n", name, 100 * all, 100 * least, 100 * most);
}

/// Shows where chains from noise end.
void dream(const Model& model) {
  rbm::Xorshift32 rng{20240229};
  static rbm::GibbsChains<Model, 10> chains;
  chains.start_from_noise(rng);
  must(chains.run(model, 1000, rng));
  std::vector<Picture> pictures;
  for (const rbm::GibbsChain<Model>& chain : chains.chains) pictures.push_back(chain.visible);
  show(pictures, side, side, ".#");
}

}  // namespace

int main() {
  draw_data();
  static rbm::Trainer<Model, patterns> plain;  // CD-1 at the rate 0.1, if it is told nothing else
  learn(plain, cd1);
  plain.options.gibbs_steps = 10;
  learn(plain, cd10);

  static rbm::Trainer<Model, patterns, rbm::persistent> falling, constant;  // from 0.1 on as 1 / (1 + steps / 1000)
  learn(falling, pcd);
  constant.options.schedule = rbm::Schedule::constant;
  constant.options.learning_rate = 1.0f;
  learn(constant, hasty);

  std::printf("negative log-likelihood of the 32 patterns, nats; none is below 108.13, and knowing nothing is %.2f\n\n",
              patterns * pixels * std::log(2.0));
  std::printf("   steps      CD-1     CD-10     PCD-1, falling rate     PCD-1, large constant rate\n");
  for (size_t look = 0; look <= steps / between; ++look) {
    std::printf("%8zu  %8.2f  %8.2f            %8.2f                       %8.2f\n", look * between,
                cd1.surprises[look], cd10.surprises[look], pcd.surprises[look], hasty.surprises[look]);
  }
  std::printf("\nCD-1 turns round: its chains stay near where they start, so that some patterns crowd out others.\n");
  std::printf("probabilities in %%  all patterns   the rarest   the likeliest\n");
  weigh("CD-1", cd1.model);
  weigh("CD-10", cd10.model);
  weigh("PCD-1, falling", pcd.model);
  std::printf("in the data              100.000        3.125           6.250\n\nwhat the model of PCD-1 dreams\n");
  dream(pcd.model);
  return 0;
}
