// The truth about each type of unit, in double and from the table of rbm/layers/layer.hpp alone: which states its sites
// have, and what a state contributes to the energy. All else is summed over these states, or integrated over the real
// ones. A new type of unit needs one Truth here and one row in the list of pairs.hpp.
// SPDX-License-Identifier: MIT

#ifndef RBM_TESTS_UNITS_HPP
#define RBM_TESTS_UNITS_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "../../rbm/layers/binary.hpp"
#include "../../rbm/layers/joined.hpp"
#include "../../rbm/layers/real.hpp"
#include "../../rbm/layers/softmax.hpp"
#include "../../rbm/numbers/random.hpp"
#include "enumerate.hpp"

typedef std::vector<double> Values;

/// A number of any type that models have.
template <class Number>
void set(Number& number, double x) {
  number = static_cast<Number>(static_cast<float>(x));
}

/// What is drawn at once: one unit, or a group of which one unit is on.
struct Site {
  size_t first;                // its first unit
  std::vector<Values> states;  // each the values of its units; none where the unit is real
  double least;                // of the values of a real unit

  bool is_real() const { return states.empty(); }
  size_t units() const { return is_real() ? 1 : states[0].size(); }
};

inline std::vector<Site> sites_alike(size_t count, const Site& like) {
  std::vector<Site> sites(count, like);
  for (size_t i = 0; i < count; ++i) sites[i].first = i * like.units();
  return sites;
}

/// name; sites; energy: A(s) of unit i; randomise: its parameters.
template <class Units>
struct Truth;

/// Units whose only parameters are biases c, with A(s) = s^2 / 2 - c s or -c s.
struct TruthOfBiases {
  template <class Layer>
  static double linear(const Layer& layer, size_t i, double s) {
    return -double(layer.bias[i]) * s;
  }

  template <class Layer>
  static void randomise(Layer& layer, float deviation, rbm::Xorshift32& rng) {
    for (auto& bias : layer.bias) set(bias, double(deviation * rbm::normal(rng)));
  }
};

template <size_t N>
struct Truth<rbm::Bernoulli<N>> : TruthOfBiases {
  static std::string name() { return "Bernoulli"; }
  static std::vector<Site> sites() { return sites_alike(N, {0, {{0}, {1}}, 0}); }

  template <class Layer>
  static double energy(const Layer& layer, size_t i, double s) {
    return linear(layer, i, s);
  }
};

template <size_t N>
struct Truth<rbm::Spin<N>> : TruthOfBiases {
  static std::string name() { return "Spin"; }
  static std::vector<Site> sites() { return sites_alike(N, {0, {{-1}, {1}}, 0}); }

  template <class Layer>
  static double energy(const Layer& layer, size_t i, double s) {
    return linear(layer, i, s);
  }
};

template <size_t Groups, size_t K>
struct Truth<rbm::Softmax<Groups, K>> : TruthOfBiases {
  static std::string name() { return "Softmax"; }
  static std::vector<Site> sites() {
    Site site = {0, std::vector<Values>(K, Values(K, 0)), 0};
    for (size_t k = 0; k < K; ++k) site.states[k][k] = 1;
    return sites_alike(Groups, site);
  }

  template <class Layer>
  static double energy(const Layer& layer, size_t i, double s) {
    return linear(layer, i, s);
  }
};

template <size_t N>
struct Truth<rbm::Gaussian<N>> : TruthOfBiases {
  static std::string name() { return "Gaussian"; }
  static std::vector<Site> sites() { return sites_alike(N, {0, {}, -std::numeric_limits<double>::infinity()}); }

  template <class Layer>
  static double energy(const Layer& layer, size_t i, double s) {
    return s * s / (2 * double(layer.variance[i])) + linear(layer, i, s);
  }

  template <class Layer>
  static void randomise(Layer& layer, float deviation, rbm::Xorshift32& rng) {
    TruthOfBiases::randomise(layer, deviation, rng);
    for (auto& variance : layer.variance) set(variance, double(0.4f + 1.2f * rbm::uniform(rng)));
  }
};

template <size_t N>
struct Truth<rbm::Relu<N>> : TruthOfBiases {
  static std::string name() { return "Relu"; }
  static std::vector<Site> sites() { return sites_alike(N, {0, {}, 0}); }

  template <class Layer>
  static double energy(const Layer& layer, size_t i, double s) {
    return s * s / 2 + linear(layer, i, s);
  }
};

template <class First, class Second>
struct Truth<rbm::Joined<First, Second>> {
  static std::string name() { return "Joined<" + Truth<First>::name() + ", " + Truth<Second>::name() + ">"; }
  static std::vector<Site> sites() {
    std::vector<Site> sites = Truth<First>::sites();
    for (Site site : Truth<Second>::sites()) {
      site.first += First::size;
      sites.push_back(site);
    }
    return sites;
  }

  template <class Layer>
  static double energy(const Layer& layer, size_t i, double s) {
    return i < First::size ? Truth<First>::energy(layer.first, i, s)
                           : Truth<Second>::energy(layer.second, i - First::size, s);
  }

  template <class Layer>
  static void randomise(Layer& layer, float deviation, rbm::Xorshift32& rng) {
    Truth<First>::randomise(layer.first, deviation, rng);
    Truth<Second>::randomise(layer.second, deviation, rng);
  }
};

template <class Units>
bool is_discrete() {
  for (const Site& site : Truth<Units>::sites()) {
    if (site.is_real()) return false;
  }
  return true;
}

/// All states of a discrete layer: the first site changes fastest.
template <class Units>
std::vector<Values> all_states() {
  std::vector<Values> all(1);
  for (const Site& site : Truth<Units>::sites()) {
    std::vector<Values> longer;
    for (const Values& state : site.states) {
      for (Values values : all) {
        values.insert(values.end(), state.begin(), state.end());
        longer.push_back(values);
      }
    }
    all = longer;
  }
  return all;
}

template <class Scalar>
bool same_values(const Values& values, const Scalar* s) {
  for (size_t u = 0; u < values.size(); ++u) {
    if (values[u] != double(s[u])) return false;
  }
  return true;
}

/// How a site is distributed: its states and their probabilities; for a real unit, points of quadrature. `bins` are
/// what draws are counted in: the states, or intervals of about equal probability.
struct Distribution {
  static const size_t panels = 80;

  std::vector<Values> states;
  Values p;
  double log_total;  // ln of the sum, or of the integral, of the density
  Values bins;       // their probabilities
  Values edges;      // between the intervals, of a real unit
  double least;

  template <class LogDensity>
  Distribution(const Site& site, size_t intervals, LogDensity log_density) : least(site.least) {
    if (site.is_real()) {
      integrate(intervals, log_density);
    } else {
      states = site.states;
      for (const Values& state : states) p.push_back(log_density(state));
      normalise();
      bins = p;
    }
  }

  double mean(size_t u) const {
    double sum = 0;
    for (size_t k = 0; k < p.size(); ++k) sum += p[k] * states[k][u];
    return sum;
  }

  double variance(size_t u) const {
    double sum = 0;
    for (size_t k = 0; k < p.size(); ++k) sum += p[k] * (states[k][u] - mean(u)) * (states[k][u] - mean(u));
    return sum;
  }

  /// The bin of a state that was drawn, or the number of bins where it is none of them.
  template <class Scalar>
  size_t bin_of(const Scalar* s) const {
    if (!edges.empty()) {
      if (!(double(s[0]) >= least && double(s[0]) < 1e30)) return bins.size();
      return static_cast<size_t>(std::upper_bound(edges.begin(), edges.end(), double(s[0])) - edges.begin());
    }
    size_t k = 0;
    while (k < states.size() && !same_values(states[k], s)) ++k;
    return k;
  }

 private:
  void normalise() {
    log_total = log_sum_exp(p);
    for (double& each : p) each = std::exp(each - log_total);
  }

  // Five points of Gauss and Legendre in each of many panels, where the density is above e^-50 of its largest value.
  // ln density is concave.
  template <class LogDensity>
  void integrate(size_t intervals, LogDensity log_density) {
    const auto at = [&](double s) { return log_density(Values(1, s)); };
    double low = std::isinf(least) ? -1e7 : least, high = 1e7;
    for (int step = 0; step < 120; ++step) {
      const double third = (high - low) / 3;
      if (at(low + third) < at(high - third)) {
        low += third;
      } else {
        high -= third;
      }
    }
    const double peak = low;
    const auto edge = [&](double far) {
      if (at(far) > at(peak) - 50) return far;
      double inside = peak;
      for (int step = 0; step < 60; ++step) {
        const double middle = (inside + far) / 2;
        (at(middle) > at(peak) - 50 ? inside : far) = middle;
      }
      return inside;
    };
    const double from = edge(std::isinf(least) ? -1e7 : least), to = edge(1e7);
    const double half = (to - from) / (2.0 * panels);
    const double inner = std::sqrt(5 - 2 * std::sqrt(10.0 / 7)) / 3, outer = std::sqrt(5 + 2 * std::sqrt(10.0 / 7)) / 3;
    const double inner_weight = (322 + 13 * std::sqrt(70.0)) / 900, outer_weight = (322 - 13 * std::sqrt(70.0)) / 900;
    const double points[5] = {-outer, -inner, 0, inner, outer};
    const double weights[5] = {outer_weight, inner_weight, 128 / 225.0, inner_weight, outer_weight};
    for (size_t panel = 0; panel < panels; ++panel) {
      for (size_t point = 0; point < 5; ++point) {
        const double s = from + half * (2 * static_cast<double>(panel) + 1 + points[point]);
        states.push_back(Values(1, s));
        p.push_back(at(s) + std::log(half * weights[point]));
      }
    }
    normalise();
    double below = 0, bin = 0;
    for (size_t panel = 0; panel < panels; ++panel) {
      for (size_t point = 0; point < 5; ++point) bin += p[5 * panel + point];
      if (panel + 1 < panels && below + bin < static_cast<double>(bins.size() + 1) / static_cast<double>(intervals)) {
        continue;
      }
      below += bin;
      bins.push_back(bin);
      if (panel + 1 < panels) edges.push_back(from + 2 * half * static_cast<double>(panel + 1));
      bin = 0;
    }
  }
};

/// The sites of a layer, independent of each other given the weighted sums of the other layer: p(s)^t, normalised.
template <class Units, class Layer>
std::vector<Distribution> distributions(const Layer& layer, const Values& weighted_sums, size_t intervals = 4,
                                        double t = 1) {
  std::vector<Distribution> all;
  for (const Site& site : Truth<Units>::sites()) {
    all.push_back(Distribution(site, intervals, [&](const Values& state) {
      double sum = 0;
      for (size_t u = 0; u < state.size(); ++u) {
        const size_t i = site.first + u;
        sum += weighted_sums[i] * state[u] - Truth<Units>::energy(layer, i, state[u]);
      }
      return t * sum;
    }));
  }
  return all;
}

/// The number of joint bins of independent sites, and the joint probabilities, the first site changing fastest.
inline Values joint_bins(const std::vector<Distribution>& sites) {
  Values joint(1, 1.0);
  for (const Distribution& site : sites) {
    Values longer;
    for (double p : site.bins) {
      for (double q : joint) longer.push_back(p * q);
    }
    joint = longer;
  }
  return joint;
}

/// Where a drawn state belongs among them; beyond all where a site is in none of its states.
template <class Units, class State>
size_t joint_bin_of(const std::vector<Distribution>& sites, const State& state) {
  size_t index = 0, stride = 1, unit = 0;
  for (const Distribution& site : sites) {
    const size_t bin = site.bin_of(state.values + unit);
    if (bin >= site.bins.size()) return static_cast<size_t>(-1);
    index += stride * bin;
    stride *= site.bins.size();
    unit += site.states[0].size();
  }
  return index;
}

#endif  // RBM_TESTS_UNITS_HPP
