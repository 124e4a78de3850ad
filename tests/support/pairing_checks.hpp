// What must hold of a model of any two types of units and any number type: energies, conditionals, draws and chains,
// against sums and integrals over all states. For for_each_pair.
// SPDX-License-Identifier: MIT

#ifndef RBM_TESTS_PAIRING_CHECKS_HPP
#define RBM_TESTS_PAIRING_CHECKS_HPP

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "../../rbm/sampling/gibbs.hpp"
#include "../../rbm/model/model.hpp"
#include "pairs.hpp"

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

// Compiled once: what doctest makes of an assertion in a template it makes for each pair.
inline void expect_at_most(double allowed, double error, const std::string& of, const std::string& pair) {
  CAPTURE(pair);
  CAPTURE(of);
  CHECK(error <= allowed);
}
inline void expect_fit(const Counts& counts, const Values& probabilities, const std::string& of,
                       const std::string& pair) {
  CAPTURE(pair);
  CAPTURE(of);
  CHECK(counts.fit(probabilities));
}

// Against the sum over all joint states of discrete layers, in which nothing is known to be independent.
template <class Model>
struct CheckJointStates {
  static void run() { run(std::integral_constant < bool, Model::Visible::is_real || Model::Hidden::is_real > ()); }
  static void run(std::true_type) {}
  static void run(std::false_type) {
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
    const std::string name = name_of<Model>();
    expect_at_most(allowed.energy, energy, "energy", name);
    expect_at_most(allowed.free_energy, free_energy, "free energy", name);
    expect_at_most(allowed.mean, hidden_mean, "hidden mean", name);
    expect_at_most(allowed.mean, visible_mean, "visible mean", name);
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
        const std::string name = name_of<Model>();
        const double energy = double(model.energy(v, h)), free_energy = double(model.free_energy(v));
        expect_at_most(allowed.energy, std::fabs(energy - energy_of_pair(model, v, h)), "energy", name);
        expect_at_most(allowed.free_energy, std::fabs(free_energy - free_energy_of_visible(model, v)), "free energy",
                       name);
        typename Model::HiddenState hidden_mean;
        typename Model::VisibleState visible_mean;
        model.mean_hidden(v, hidden_mean);
        model.mean_visible(h, visible_mean);
        expect_at_most(allowed.mean, mean_error(hidden_mean, hidden_sites(model, v)), "hidden mean", name);
        expect_at_most(allowed.mean, mean_error(visible_mean, visible_sites(model, h)), "visible mean", name);
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
      expect_fit(hidden_counts, hidden_expected, "hidden samples", name_of<Model>());
      expect_fit(visible_counts, visible_expected, "visible samples", name_of<Model>());
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

#endif  // RBM_TESTS_PAIRING_CHECKS_HPP
