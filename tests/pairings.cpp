// Every type of unit with every other: energies, conditionals and chains against sums and integrals over all states.
// Draws are compared by chi-square with a false alarm in a million each (see Counts).
// SPDX-License-Identifier: MIT

#include "../rbm/sampling/gibbs.hpp"
#include "../rbm/model/model.hpp"

#include <doctest/doctest.h>

#include <limits>

#include "support/pairing_checks.hpp"

namespace {

using rbm::Bernoulli;
using rbm::Gaussian;
using rbm::Joined;
using rbm::Relu;
using rbm::Softmax;
using rbm::Spin;

template <class Visible, class Hidden>
void check_no_drift_on_a_line() {
  typedef rbm::Rbm<Visible, Hidden> Model;
  const Model model = random_pair<Model>(0.3f, 0.5f, 9);
  const Distribution exact(Truth<Visible>::sites()[0], 16,
                           [&](const Values& v) { return -free_energy_of_visible(model, v); });
  const Chooser choose(exact.p);
  rbm::Xorshift32 rng(10);
  for (uint32_t steps : {1u, 4u}) {
    Counts counts(exact.bins.size());
    for (int draw = 0; draw < 20000; ++draw) {
      rbm::GibbsChain<Model> chain;
      chain.start(to_state<typename Model::VisibleState>(exact.states[choose(rng)]));
      (void)chain.run(model, steps, rng);
      counts.add(exact.bin_of(chain.visible.values));
    }
    CAPTURE(name_of<Model>());
    CAPTURE(steps);
    CHECK(counts.fit(exact.bins));
  }
}

// A layer of more units than are taken at a time, on either side of a small one.
template <class Units>
void check_blocks() {
  CAPTURE(Truth<Units>::name());
  const double draws = 2000;
  typedef rbm::Rbm<Bernoulli<2>, Units> Above;
  const Above above = random_pair<Above>(1.0f, 1.0f, 11);
  rbm::Xorshift32 rng(12);
  for (const Values& v : all_states<Bernoulli<2>>()) {
    const auto state = to_state<typename Above::VisibleState>(v);
    const std::vector<Distribution> sites = distributions<Units>(above.hidden, sums_to_hidden(above, v));
    CHECK(double(above.free_energy(state)) == doctest::Approx(free_energy_of_visible(above, v)).epsilon(1e-5));
    typename Above::HiddenState mean, h;
    mean.fill(std::numeric_limits<float>::quiet_NaN());
    above.mean_hidden(state, mean);
    CHECK(mean_error(mean, sites) < 1e-5);
    const Values last_energy(1, energy_of_pair(above, v, mean));
    CHECK(double(above.energy(state, mean)) == doctest::Approx(last_energy[0]).epsilon(1e-5));
    std::vector<Counts> counts;
    for (const Distribution& site : sites) counts.push_back(Counts(site.bins.size()));
    for (int draw = 0; draw < static_cast<int>(draws); ++draw) {
      h.fill(std::numeric_limits<float>::quiet_NaN());
      above.sample_hidden(state, h, rng);
      for (size_t s = 0, i = 0; s < sites.size(); i += sites[s++].states[0].size()) {
        counts[s].add(sites[s].bin_of(h.values + i));
      }
    }
    bool all_fit = true;
    for (size_t s = 0; s < sites.size(); ++s) all_fit = all_fit && counts[s].fit(sites[s].bins);
    CHECK(all_fit);
  }

  typedef rbm::Rbm<Units, Spin<2>> Below;
  const Below below = random_pair<Below>(1.0f, 1.0f, 13);
  for (const Values& h : all_states<Spin<2>>()) {
    const auto state = to_state<typename Below::HiddenState>(h);
    const std::vector<Distribution> sites = distributions<Units>(below.visible, sums_to_visible(below, h));
    typename Below::VisibleState mean, v;
    mean.fill(std::numeric_limits<float>::quiet_NaN());
    below.mean_visible(state, mean);
    CHECK(mean_error(mean, sites) < 1e-5);
    CHECK(double(below.free_energy(mean)) == doctest::Approx(free_energy_of_visible(below, mean)).epsilon(1e-5));
    v.fill(std::numeric_limits<float>::quiet_NaN());
    below.sample_visible(state, v, rng);
    for (size_t s = 0, i = 0; s < sites.size(); i += sites[s++].states[0].size()) {
      CHECK(sites[s].bin_of(v.values + i) < sites[s].bins.size());
    }
  }
}

}  // namespace

TEST_CASE("all discrete pairings: energies and conditionals agree with the sum over all joint states") {
  for_each_pair<CheckJointStates>(AllUnits());
}

TEST_CASE("all pairings: energies, free energies and means agree with sums and integrals over each unit") {
  for_each_pair<CheckSites>(AllUnits());
}

TEST_CASE("all pairings: samples of either layer follow the conditionals, all units jointly") {
  for_each_pair<CheckSamples>(AllUnits());
}

TEST_CASE("all pairings with a discrete layer: Gibbs steps leave the distribution alone" *
          doctest::test_suite("sampling")) {
  for_each_pair<CheckNoDrift>(AllUnits());
}

TEST_CASE("real units on both sides: Gibbs steps leave the distribution alone" * doctest::test_suite("sampling")) {
  check_no_drift_on_a_line<Gaussian<1>, Gaussian<2>>();
  check_no_drift_on_a_line<Gaussian<1>, Relu<2>>();
  check_no_drift_on_a_line<Relu<1>, Gaussian<2>>();
  check_no_drift_on_a_line<Relu<1>, Relu<2>>();
  check_no_drift_on_a_line<Gaussian<1>, Joined<Gaussian<1>, Bernoulli<2>>>();
  check_no_drift_on_a_line<Relu<1>, Joined<Relu<1>, Softmax<1, 3>>>();
}

// The joint density of two Gaussian layers is normal: its precision is the inverse variances less the weights.
TEST_CASE(
    "Gaussian on both sides: chains keep the mean and the covariance of the joint density") {  // false alarm: 3e-5
  typedef rbm::Rbm<Gaussian<2>, Gaussian<2>> Model;
  Model model = {{{0.5f, -0.3f, 0.2f, 0.4f}}, {{{0.3f, -0.5f}}, {{0.8f, 1.3f}}}, {{{-0.2f, 0.6f}}, {{1.2f, 0.7f}}}};
  double rows[4][8] = {};  // the precision, and beside it what becomes its inverse
  for (size_t i = 0; i < 2; ++i) {
    rows[i][i] = 1 / double(model.visible.variance[i]);
    rows[i + 2][i + 2] = 1 / double(model.hidden.variance[i]);
    for (size_t j = 0; j < 2; ++j) rows[i][j + 2] = rows[j + 2][i] = -double(model.weights(i, j));
  }
  for (size_t i = 0; i < 4; ++i) rows[i][i + 4] = 1;
  for (size_t pivot = 0; pivot < 4; ++pivot) {
    const double scale = rows[pivot][pivot];
    for (double& value : rows[pivot]) value /= scale;
    for (size_t i = 0; i < 4; ++i) {
      const double factor = rows[i][pivot];
      for (size_t k = 0; k < 8 && i != pivot; ++k) rows[i][k] -= factor * rows[pivot][k];
    }
  }
  double mean[4] = {};
  const double bias[4] = {double(model.visible.bias[0]), double(model.visible.bias[1]), double(model.hidden.bias[0]),
                          double(model.hidden.bias[1])};
  for (size_t i = 0; i < 4; ++i) {
    for (size_t k = 0; k < 4; ++k) mean[i] += rows[i][k + 4] * bias[k];
  }

  rbm::Xorshift32 rng(14);
  for (uint32_t steps : {1u, 4u}) {
    Average values[4], products[4][4];
    for (int draw = 0; draw < 40000; ++draw) {
      const double first = double(rbm::normal(rng)), second = double(rbm::normal(rng));
      const double root = std::sqrt(rows[0][4]), slope = rows[0][5] / root;
      const Values start = {mean[0] + root * first,
                            mean[1] + slope * first + std::sqrt(rows[1][5] - slope * slope) * second};
      rbm::GibbsChain<Model> chain;
      chain.start(to_state<Model::VisibleState>(start));
      (void)chain.run(model, steps, rng);
      const double state[4] = {double(chain.visible[0]), double(chain.visible[1]), double(chain.hidden[0]),
                               double(chain.hidden[1])};
      for (size_t i = 0; i < 4; ++i) {
        values[i].add(state[i]);
        for (size_t k = i; k < 4; ++k) products[i][k].add((state[i] - mean[i]) * (state[k] - mean[k]));
      }
    }
    for (size_t i = 0; i < 4; ++i) {
      CHECK(std::fabs(values[i].mean - mean[i]) < 4.9 * values[i].standard_error());
      for (size_t k = i; k < 4; ++k) {
        CHECK(std::fabs(products[i][k].mean - rows[i][k + 4]) < 4.9 * products[i][k].standard_error());
      }
    }
  }
}

TEST_CASE("layers of more units than are taken at a time: no unit left out, no group cut") {
  check_blocks<Bernoulli<70>>();
  check_blocks<Spin<64>>();
  check_blocks<Softmax<7, 10>>();
  check_blocks<Softmax<2, 50>>();
  check_blocks<Softmax<12, 3>>();
  check_blocks<Gaussian<45>>();
  check_blocks<Relu<33>>();
  check_blocks<Joined<Bernoulli<40>, Softmax<3, 5>>>();
  check_blocks<Joined<Softmax<5, 7>, Joined<Relu<34>, Spin<33>>>>();
}
