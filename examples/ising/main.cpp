// Learns a magnet: the Ising model, a 4x4 lattice of spins in which each wants to point the way its neighbours do.
//
// Read learn() for how spins (-1 and +1) are learned from ever new samples, with a rate that falls to nothing. All of
// so small a lattice is known exactly, so what the model says can be held against the truth. The hidden units take the
// place of couplings between visible ones, and these can be read off again: unless nearly all spins agree, the model
// finds out which of them are neighbours, and how strongly they are coupled: 1 / T.
// SPDX-License-Identifier: MIT

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include "../support/show.hpp"

namespace {

constexpr size_t side = 4, spins = side * side, states = size_t{1} << spins;

using Model = rbm::Rbm<rbm::Spin<spins>, rbm::Spin<16>>;
using Lattice = Model::VisibleState;

Model model;
rbm::Trainer<Model, 50, rbm::scheduled> trainer;
rbm::GibbsChains<Model, 100> chains;
rbm::Xorshift32 rng{20240229};

Lattice lattice_of(size_t state) {
  Lattice lattice;
  for (size_t i = 0; i < spins; ++i) lattice[i] = (state >> i & 1) != 0 ? 1.0f : -1.0f;
  return lattice;
}

size_t right(size_t i) { return i - i % side + (i + 1) % side; }  // the lattice closes upon itself
size_t down(size_t i) { return (i + side) % spins; }
bool neighbours(size_t i, size_t k) { return i == right(k) || k == right(i) || i == down(k) || k == down(i); }

double energy_of(const Lattice& lattice) {
  float energy = 0;
  for (size_t i = 0; i < spins; ++i) energy -= lattice[i] * (lattice[right(i)] + lattice[down(i)]);
  return static_cast<double>(energy);
}

/// Sums over weighted lattices, and the averages that they give.
struct Observables {
  double weights, energies, squares, magnetisations;

  void add(const Lattice& lattice, double weight) {
    float sum = 0;
    for (float spin : lattice) sum += spin;
    weights += weight;
    energies += weight * energy_of(lattice);
    squares += weight * energy_of(lattice) * energy_of(lattice);
    magnetisations += weight * std::fabs(static_cast<double>(sum));
  }
  double energy() const { return energies / weights / spins; }
  double magnetisation() const { return magnetisations / weights / spins; }
  double heat(double t) const { return (squares / weights / spins - energy() * energy() * spins) / (t * t); }
};

void print_row(const char* name, double lattice, double model_exactly, double model_sampled) {
  std::printf("  %-15s %9.4f %9.4f %+6.2f %% %9.4f %+6.2f %%\n", name, lattice, model_exactly,
              100 * (model_exactly / lattice - 1), model_sampled, 100 * (model_sampled / lattice - 1));
}

void learn(double t) {
  Observables truth = {}, exact = {}, sampled = {};
  std::vector<double> sums;  // of the weights so far: a number that falls between two of them draws a state
  for (size_t state = 0; state < states; ++state) {
    truth.add(lattice_of(state), std::exp(-energy_of(lattice_of(state)) / t));
    sums.push_back(truth.weights);
  }

  rbm::initialize(model, rng);
  trainer.updates = 0;  // the schedule begins anew
  trainer.options.learning_rate = 0.05f;
  trainer.options.schedule = rbm::Schedule::linear;
  trainer.options.schedule_steps = 20000;
  Lattice samples[50];
  for (uint32_t step = 0; step < trainer.options.schedule_steps; ++step) {
    for (Lattice& sample : samples) {
      const double drawn = static_cast<double>(rbm::uniform(rng)) * sums.back();
      sample = lattice_of(static_cast<size_t>(std::upper_bound(sums.begin(), sums.end(), drawn) - sums.begin()));
    }
    must(trainer.step(model, samples, 50, rng));
  }

  for (size_t state = 0; state < states; ++state) {  // p(v) = exp(-F(v)) / Z
    exact.add(lattice_of(state), std::exp(-static_cast<double>(model.free_energy(lattice_of(state)))));
  }
  chains.start_from_noise(rng);
  for (int round = 0; round < 1200; ++round) {
    must(chains.run(model, 5, rng));
    for (const rbm::GibbsChain<Model>& chain : chains.chains) sampled.add(chain.visible, round < 200 ? 0 : 1);
  }
  std::printf("\nT = %.2f             lattice      the model       the model, sampled\n", t);
  print_row("energy", truth.energy(), exact.energy(), sampled.energy());
  print_row("|magnetisation|", truth.magnetisation(), exact.magnetisation(), sampled.magnetisation());
  print_row("specific heat", truth.heat(t), exact.heat(t), sampled.heat(t));
  static rbm::Matrix<float, spins, spins> couplings;
  must(rbm::effective_couplings(model, samples, 50, couplings));
  double near = 0, far = 0;
  for (size_t i = 0; i < spins; ++i) {
    for (size_t k = 0; k < spins; ++k) (neighbours(i, k) ? near : far) += static_cast<double>(couplings(i, k));
  }
  std::printf("  couplings of neighbours: mean %.3f, 1 / T = %.3f; of other pairs: mean %.3f\n", near / (4 * spins),
              1 / t, far / ((spins - 5) * spins));
  std::vector<Lattice> dreams;
  for (size_t c = 0; c < 10; ++c) dreams.push_back(chains[c].visible);
  show(dreams, side, side, ".#", -1.0f);
}

}  // namespace

int main() {
  std::printf("4x4 Ising lattice; 16 visible and 16 hidden spins, CD-1, 20000 steps of 50 exact samples\n");
  for (double t : {1.5, 2.27, 3.0}) learn(t);
  std::printf("\nAt T = 1.5 nearly all spins agree; what tells neighbours from others is rare, and learned last.\n");
}
