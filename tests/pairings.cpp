// Every type of unit with every other: energies, conditionals and chains against sums and integrals over all states.
// Draws are compared by chi-square with a false alarm in a million each (see Counts).
// SPDX-License-Identifier: MIT

#include "../rbm/gibbs.hpp"
#include "../rbm/model.hpp"

#include <doctest/doctest.h>

#include <limits>

#include "support/pairs.hpp"

namespace {

using rbm::Bernoulli;
using rbm::Both;
using rbm::Gaussian;
using rbm::Relu;
using rbm::Softmax;
using rbm::Spin;

typedef rbm::Fixed<int16_t, 12> Number16;
typedef rbm::Fixed<int8_t, 5> Number8;

// A state of each site at random; real values up to about 5.
template <class Units, class State>
State random_state(rbm::Xorshift32& rng) {
  State state;
  for (const Site& site : Truth<Units>::sites()) {
    if (site.is_real()) {
      const float value = 1.5f * rbm::normal(rng);
      set(state[site.first], double(site.least < 0 ? value : std::fabs(value)));
    } else {
      const Values& values = site.states[rbm::below(static_cast<uint32_t>(site.states.size()), rng)];
      for (size_t u = 0; u < values.size(); ++u) set(state[site.first + u], values[u]);
    }
  }
  return state;
}

// What a correct result may be off by.
struct Tolerance {
  double energy, free_energy, mean;
};

template <class Model>
double largest_weight(const Model& model) {
  double largest = 3;  // about that of a bias
  for (const auto& weight : model.weights.values) largest = std::max(largest, std::fabs(double(weight)));
  return largest;
}

// Rounding: a float sum of n terms of size s is off by at most n s 2^-24. Inputs are sums of up to `size` in all, and
// what is made of an input grows no faster than its square.
template <class Model>
Tolerance tolerance(const Model& model, double largest_state, float) {
  const double size = 1 + largest_weight(model) * (1 + largest_state);
  const double allowed =
      static_cast<double>(Model::visible_size * size_t{Model::hidden_size} + 20) * size * size * std::ldexp(1.0, -24);
  return {allowed, allowed, allowed};
}

// Integers: sums over states of -1, 0 and 1 are exact, and so are energies. A product with a real state is off by half
// a step, and so is a mean; energies have steps of their own. The functions of integer_math.hpp add the errors stated
// there: of a sigmoid twice, for a spin's mean, and of a cumulant, or in a softmax group two of 2^-12.
template <class Model, class Integer, int F>
Tolerance tolerance(const Model& model, double largest_state, rbm::Fixed<Integer, F>) {
  const double units = Model::visible_size + Model::hidden_size;
  const double step = std::ldexp(1.0, -F), wide_step = std::ldexp(1.0, -12);
  const double sigmoid = sizeof(Integer) == 1 ? 0.0041 : 0.00034, cumulant = 0.00034 + 2 * wide_step;
  if (!Model::Visible::is_real && !Model::Hidden::is_real && largest_state <= 1) {
    return {0, units * cumulant, 2 * sigmoid + step / 2};
  }
  const double size = 1 + largest_weight(model) * (1 + largest_state);
  const double input = units * step / 2, width = 1.6;
  return {(units * units + units) * (step / 2 + wide_step) * (1 + largest_state),
          units * (cumulant + 2 * width * size * (input + wide_step)) + units * step * (1 + largest_state),
          2 * sigmoid + width * input + step};
}

template <class State>
double largest_of(const State& state) {
  double largest = 0;
  for (const auto& value : state) largest = std::max(largest, std::fabs(double(value)));
  return largest;
}

// The largest difference between a mean and that of the sites' distributions.
template <class State>
double mean_error(const State& mean, const std::vector<Distribution>& sites) {
  double error = 0;
  size_t i = 0;
  for (const Distribution& site : sites) {
    for (size_t u = 0; u < site.states[0].size(); ++u, ++i) {
      error = std::max(error, std::fabs(double(mean[i]) - site.mean(u)));
    }
  }
  return i == State::size ? error : std::numeric_limits<double>::infinity();
}

// Against the sum over all joint states of discrete layers, in which nothing is known to be independent.
template <class Model>
struct CheckJointStates {
  static void run() {
    if (Model::Visible::is_real || Model::Hidden::is_real) return;
    for (uint32_t seed : {1u, 2u}) check(random_of<Model>(seed));
    check(random_pair<Model>(6.0f, 6.0f, 3));
  }

  static void check(const Model& model) {
    const std::vector<Values> visible = all_states<typename Model::Visible>(),
                              hidden = all_states<typename Model::Hidden>();
    const Tolerance allowed = tolerance(model, 1, typename Model::Scalar(0));
    double energy = 0, free_energy = 0, hidden_mean = 0, visible_mean = 0;  // the largest errors
    std::vector<Values> joint(visible.size(), Values(hidden.size()));       // -E
    for (size_t v = 0; v < visible.size(); ++v) {
      const auto visible_state = to_state<typename Model::VisibleState>(visible[v]);
      for (size_t h = 0; h < hidden.size(); ++h) {
        const auto hidden_state = to_state<typename Model::HiddenState>(hidden[h]);
        joint[v][h] = -energy_of_pair(model, visible[v], hidden[h]);
        energy = std::max(energy, std::fabs(double(model.energy(visible_state, hidden_state)) + joint[v][h]));
      }
      free_energy = std::max(free_energy, std::fabs(double(model.free_energy(visible_state)) + log_sum_exp(joint[v])));
      typename Model::HiddenState mean;
      model.mean_hidden(visible_state, mean);
      hidden_mean = std::max(hidden_mean, difference(mean, hidden, normalised(joint[v])));
    }
    for (size_t h = 0; h < hidden.size(); ++h) {
      Values column;
      for (const Values& row : joint) column.push_back(row[h]);
      typename Model::VisibleState mean;
      model.mean_visible(to_state<typename Model::HiddenState>(hidden[h]), mean);
      visible_mean = std::max(visible_mean, difference(mean, visible, normalised(column)));
    }
    CAPTURE(name_of<Model>());
    CHECK(energy <= allowed.energy);
    CHECK(free_energy <= allowed.free_energy);
    CHECK(hidden_mean <= allowed.mean);
    CHECK(visible_mean <= allowed.mean);
  }

  template <class State>
  static double difference(const State& mean, const std::vector<Values>& states, const Values& probabilities) {
    double largest = 0;
    for (size_t i = 0; i < State::size; ++i) {
      double expected = 0;
      for (size_t k = 0; k < states.size(); ++k) expected += probabilities[k] * states[k][i];
      largest = std::max(largest, std::fabs(double(mean[i]) - expected));
    }
    return largest;
  }
};

// Against sums and integrals over each site by itself.
template <class Model>
struct CheckSites {
  static void run() {
    for (uint32_t seed = 1; seed <= 4; ++seed) {
      const Model model = random_of<Model>(seed);
      rbm::Xorshift32 rng(seed * 12345);
      for (int round = 0; round < 3; ++round) {
        const auto v = random_state<typename Model::Visible, typename Model::VisibleState>(rng);
        const auto h = random_state<typename Model::Hidden, typename Model::HiddenState>(rng);
        const Tolerance allowed = tolerance(model, std::max(largest_of(v), largest_of(h)), typename Model::Scalar(0));
        CAPTURE(name_of<Model>());
        CHECK(std::fabs(double(model.energy(v, h)) - energy_of_pair(model, v, h)) <= allowed.energy);
        CHECK(std::fabs(double(model.free_energy(v)) - free_energy_of_visible(model, v)) <= allowed.free_energy);
        typename Model::HiddenState hidden_mean;
        typename Model::VisibleState visible_mean;
        model.mean_hidden(v, hidden_mean);
        model.mean_visible(h, visible_mean);
        CHECK(mean_error(hidden_mean, hidden_sites(model, v)) <= allowed.mean);
        CHECK(mean_error(visible_mean, visible_sites(model, h)) <= allowed.mean);
      }
    }
  }

  static std::vector<Distribution> hidden_sites(const Model& model, const typename Model::VisibleState& v) {
    return distributions<typename Model::Hidden>(model.hidden, sums_to_hidden(model, v), 5);
  }
  static std::vector<Distribution> visible_sites(const Model& model, const typename Model::HiddenState& h) {
    return distributions<typename Model::Visible>(model.visible, sums_to_visible(model, h), 5);
  }
};

// All units of a layer jointly, real ones by the interval they fall into.
template <class Model>
struct CheckSamples {
  static void run() {
    const Model model = random_of<Model>(5);
    rbm::Xorshift32 rng(6);
    for (int round = 0; round < 3; ++round) {
      const auto v = random_state<typename Model::Visible, typename Model::VisibleState>(rng);
      const auto h = random_state<typename Model::Hidden, typename Model::HiddenState>(rng);
      const std::vector<Distribution> hidden = CheckSites<Model>::hidden_sites(model, v);
      const std::vector<Distribution> visible = CheckSites<Model>::visible_sites(model, h);
      const Values hidden_expected = joint_bins(hidden), visible_expected = joint_bins(visible);
      Counts hidden_counts(hidden_expected.size()), visible_counts(visible_expected.size());
      for (int draw = 0; draw < 5000; ++draw) {
        typename Model::HiddenState drawn_hidden;
        typename Model::VisibleState drawn_visible;
        model.sample_hidden(v, drawn_hidden, rng);
        model.sample_visible(h, drawn_visible, rng);
        hidden_counts.add(joint_bin_of<typename Model::Hidden>(hidden, drawn_hidden));
        visible_counts.add(joint_bin_of<typename Model::Visible>(visible, drawn_visible));
      }
      CAPTURE(name_of<Model>());
      CHECK(hidden_counts.fit(hidden_expected));
      CHECK(visible_counts.fit(visible_expected));
    }
  }
};

template <class Model>
struct CheckNoDrift {
  static void run() {
    const Model model = random_of<Model>(7);
    for (uint32_t steps : {1u, 4u}) {
      CAPTURE(name_of<Model>());
      CAPTURE(steps);
      CHECK(keeps_distribution(model, model, 1, steps, 12000, 8));
    }
  }
};

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
      chain.run(model, steps, rng);
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

TEST_CASE("integers, all pairings: energies, free energies, conditionals and means within what the format rounds") {
  for_each_pair<CheckJointStates, Number16>(UnitsOf16Bits());
  for_each_pair<CheckJointStates, Number8>(UnitsOf8Bits());
  for_each_pair<CheckSites, Number16>(UnitsOf16Bits());
  for_each_pair<CheckSites, Number8>(UnitsOf8Bits());
  for_each_pair<CheckJointStates, rbm::Fixed<int8_t, 4>>(UnitsOf8Bits());
  for_each_pair<CheckJointStates, rbm::Fixed<int16_t, 9>>(UnitsOf8Bits());
}

TEST_CASE("integers, all pairings: samples of either layer follow the conditionals") {
  for_each_pair<CheckSamples, Number16>(UnitsOf16Bits());
  for_each_pair<CheckSamples, Number8>(UnitsOf8Bits());
}

TEST_CASE("integers, all pairings: Gibbs steps leave the distribution of the rounded weights alone" *
          doctest::test_suite("sampling")) {
  for_each_pair<CheckNoDrift, Number16>(UnitsOf16Bits());
  for_each_pair<CheckNoDrift, Number8>(UnitsOf8Bits());
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
  check_no_drift_on_a_line<Gaussian<1>, Both<Gaussian<1>, Bernoulli<2>>>();
  check_no_drift_on_a_line<Relu<1>, Both<Relu<1>, Softmax<1, 3>>>();
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
      chain.run(model, steps, rng);
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
  check_blocks<Both<Bernoulli<40>, Softmax<3, 5>>>();
  check_blocks<Both<Softmax<5, 7>, Both<Relu<34>, Spin<33>>>>();
}
