// Models of any two types of units: random ones, their exact energies, and whether draws fit a distribution.
// SPDX-License-Identifier: MIT

#ifndef RBM_TESTS_PAIRS_HPP
#define RBM_TESTS_PAIRS_HPP

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "../../rbm/sampling/gibbs.hpp"
#include "../../rbm/model/model.hpp"
#include "statistics.hpp"
#include "units.hpp"

/// A model whose weights and biases are drawn from normal distributions, and variances from [0.4, 1.6].
template <class Model>
Model random_pair(float weights, float biases, uint32_t seed) {
  rbm::Xorshift32 rng(seed * 0x9E3779B9u);
  Model model;
  for (auto& weight : model.weights.values) set(weight, double(weights * rbm::normal(rng)));
  Truth<typename Model::Visible>::randomise(model.visible, biases, rng);
  Truth<typename Model::Hidden>::randomise(model.hidden, biases, rng);
  return model;
}

template <class State>
State to_state(const Values& values) {
  State state;
  for (size_t i = 0; i < State::size; ++i) set(state[i], values[i]);
  return state;
}

/// sum_i v_i W_ij of each j, and sum_j W_ij h_j of each i.
template <class Model, class State>
Values sums_to_hidden(const Model& model, const State& v) {
  Values sums(Model::hidden_size, 0);
  for (size_t i = 0; i < Model::visible_size; ++i) {
    for (size_t j = 0; j < Model::hidden_size; ++j) sums[j] += double(v[i]) * double(model.weights(i, j));
  }
  return sums;
}

template <class Model, class State>
Values sums_to_visible(const Model& model, const State& h) {
  Values sums(Model::visible_size, 0);
  for (size_t i = 0; i < Model::visible_size; ++i) {
    for (size_t j = 0; j < Model::hidden_size; ++j) sums[i] += double(model.weights(i, j)) * double(h[j]);
  }
  return sums;
}

template <class Units, class Layer, class State>
double energy_of_layer(const Layer& layer, const State& state) {
  double sum = 0;
  for (size_t i = 0; i < Units::size; ++i) sum += Truth<Units>::energy(layer, i, double(state[i]));
  return sum;
}

/// E(v, h) from the definition.
template <class Model, class Visible, class Hidden>
double energy_of_pair(const Model& model, const Visible& v, const Hidden& h) {
  double energy = energy_of_layer<typename Model::Visible>(model.visible, v) +
                  energy_of_layer<typename Model::Hidden>(model.hidden, h);
  const Values sums = sums_to_hidden(model, v);
  for (size_t j = 0; j < Model::hidden_size; ++j) energy -= sums[j] * double(h[j]);
  return energy;
}

/// -ln of the sum, or integral, of exp(-t E(v, h)) over h: the hidden sites are independent given v.
template <class Model, class State>
double free_energy_of_visible(const Model& model, const State& v, double t = 1) {
  double sum = t * energy_of_layer<typename Model::Visible>(model.visible, v);
  for (const Distribution& site : distributions<typename Model::Hidden>(model.hidden, sums_to_hidden(model, v), 4, t)) {
    sum -= site.log_total;
  }
  return sum;
}

/// The same with the layers' parts exchanged.
template <class Model, class State>
double free_energy_of_hidden(const Model& model, const State& h, double t = 1) {
  double sum = t * energy_of_layer<typename Model::Hidden>(model.hidden, h);
  for (const Distribution& site :
       distributions<typename Model::Visible>(model.visible, sums_to_visible(model, h), 4, t)) {
    sum -= site.log_total;
  }
  return sum;
}

/// exp(x), divided by the sum.
inline Values normalised(Values logs) {
  const double total = log_sum_exp(logs);
  for (double& each : logs) each = std::exp(each - total);
  return logs;
}

/// p(v)^t-marginals of a discrete layer: of exp(-t E), summed over the other layer.
template <class Model>
Values visible_probabilities(const Model& model, double t = 1) {
  Values logs;
  for (const Values& v : all_states<typename Model::Visible>()) logs.push_back(-free_energy_of_visible(model, v, t));
  return normalised(logs);
}

template <class Model>
Values hidden_probabilities(const Model& model, double t = 1) {
  Values logs;
  for (const Values& h : all_states<typename Model::Hidden>()) logs.push_back(-free_energy_of_hidden(model, h, t));
  return normalised(logs);
}

/// The place of a state among all_states; beyond them where it is none.
template <class Units>
class Index {
 public:
  Index() : sites(Truth<Units>::sites()) {}

  template <class State>
  size_t operator()(const State& state) const {
    size_t index = 0, stride = 1;
    for (const Site& site : sites) {
      size_t k = 0;
      while (k < site.states.size() && !same_values(site.states[k], state.values + site.first)) ++k;
      if (k == site.states.size()) return static_cast<size_t>(-1);
      index += stride * k;
      stride *= site.states.size();
    }
    return index;
  }

 private:
  std::vector<Site> sites;
};

/// Draws an index with these probabilities.
class Chooser {
 public:
  explicit Chooser(const Values& probabilities) {
    double sum = 0;
    for (double p : probabilities) below.push_back(sum += p);
  }

  size_t operator()(rbm::Xorshift32& rng) const {
    const double u = double(rbm::uniform(rng)) * below.back();
    return static_cast<size_t>(std::upper_bound(below.begin(), below.end() - 1, u) - below.begin());
  }

 private:
  Values below;
};

/// What was drawn, by index.
class Counts {
 public:
  explicit Counts(size_t kinds) : counts(kinds, 0), total(0), lost(0) {}

  void add(size_t index) {
    total += 1;
    if (index < counts.size()) {
      counts[index] += 1;
    } else {
      lost += 1;
    }
  }

  double count(size_t index) const { return counts[index]; }

  /// Whether the draws fit these probabilities: by chi-square with a false alarm in a million, where kinds expected
  /// less than ten times are taken together. Not where something was drawn that is none of the kinds.
  bool fit(const Values& probabilities) const {
    Values observed(1, 0), expected(1, 0);
    for (size_t k = 0; k < counts.size(); ++k) {
      if (total * probabilities[k] < 10) {
        observed[0] += counts[k];
        expected[0] += total * probabilities[k];
      } else {
        observed.push_back(counts[k]);
        expected.push_back(total * probabilities[k]);
      }
    }
    if (expected[0] < 10) {
      // Too rare to count, unless it happens much too often (a Poisson count).
      if (observed[0] > expected[0] + 4.75 * std::sqrt(expected[0]) + 12) return false;
      observed.erase(observed.begin());
      expected.erase(expected.begin());
    }
    if (lost > 0) return false;
    if (expected.size() < 2) return true;
    return chi_square(observed, expected) < chi_square_limit(static_cast<double>(expected.size()) - 1, 4.75);
  }

 private:
  Values counts;
  double total, lost;
};

template <class... Units>
struct List {};

/// One row for each type of unit.
typedef List<rbm::Bernoulli<3>,                                   //
             rbm::Spin<3>,                                        //
             rbm::Softmax<2, 3>,                                  //
             rbm::Joined<rbm::Bernoulli<2>, rbm::Softmax<1, 3>>,  //
             rbm::Gaussian<2>,                                    //
             rbm::Relu<2>,                                        //
             rbm::Joined<rbm::Gaussian<1>, rbm::Bernoulli<2>>>
    AllUnits;

/// The units that models of 16 and of 8 bits may have.
typedef List<rbm::Bernoulli<3>,                                   //
             rbm::Spin<3>,                                        //
             rbm::Softmax<2, 3>,                                  //
             rbm::Joined<rbm::Bernoulli<2>, rbm::Softmax<1, 3>>,  //
             rbm::Gaussian<2>,                                    //
             rbm::Joined<rbm::Gaussian<1>, rbm::Bernoulli<2>>>
    UnitsOf16Bits;

typedef List<rbm::Bernoulli<3>,   //
             rbm::Spin<3>,        //
             rbm::Softmax<2, 3>,  //
             rbm::Joined<rbm::Bernoulli<2>, rbm::Softmax<1, 3>>>
    UnitsOf8Bits;

template <template <class> class Check, class Scalar, class Visible, class... Hidden>
void for_each_hidden(List<Hidden...>) {
  const int done[] = {(Check<rbm::Rbm<Visible, Hidden, Scalar>>::run(), 0)...};
  static_cast<void>(done);
}

template <template <class> class Check, class Scalar = float, class... Visible>
void for_each_pair(List<Visible...> all) {
  const int done[] = {(for_each_hidden<Check, Scalar, Visible>(all), 0)...};
  static_cast<void>(done);
}

/// The list with its first one last.
template <class First, class... Others>
List<Others..., First> rotated(List<First, Others...>) {
  return List<Others..., First>();
}

/// Only the pairs of one list's type with that of the other list in the same place: with a list that is rotated each
/// type is on either side once, for what a layer does whatever the other one is.
template <template <class> class Check, class Scalar = float, class... Visible, class... Hidden>
void for_each_match(List<Visible...>, List<Hidden...>) {
  const int done[] = {(Check<rbm::Rbm<Visible, Hidden, Scalar>>::run(), 0)...};
  static_cast<void>(done);
}

template <class Model>
std::string name_of() {
  return Truth<typename Model::Visible>::name() + " visible, " + Truth<typename Model::Hidden>::name() + " hidden";
}

/// Where both layers are real, weights must be small for the joint density to have an integral.
template <class Model>
Model random_of(uint32_t seed) {
  return random_pair<Model>(Model::Visible::is_real && Model::Hidden::is_real ? 0.2f : 1.0f, 0.7f, seed);
}

// Of a discrete visible layer p(v) is known; else of a discrete hidden layer p(h), which a draw of h and then of v
// starts.
template <class Model, bool VisibleIsReal = Model::Visible::is_real, bool HiddenIsReal = Model::Hidden::is_real>
struct ExactStart {
  typedef typename Model::Visible Known;

  static Values probabilities(const Model& model, double t) { return visible_probabilities(model, t); }

  template <class Sampler>
  static void start(const Sampler&, rbm::GibbsChain<Model>& chain, const Values& v, rbm::Xorshift32&) {
    chain.start(to_state<typename Model::VisibleState>(v));
  }
  static const typename Model::VisibleState& known(const rbm::GibbsChain<Model>& chain) { return chain.visible; }
};

template <class Model>
struct ExactStart<Model, true, false> {
  typedef typename Model::Hidden Known;

  static Values probabilities(const Model& model, double t) { return hidden_probabilities(model, t); }

  template <class Sampler>
  static void start(const Sampler& sampler, rbm::GibbsChain<Model>& chain, const Values& h, rbm::Xorshift32& rng) {
    typename Model::VisibleState v;
    sampler.sample_visible(to_state<typename Model::HiddenState>(h), v, rng);
    chain.start(v);
  }
  static const typename Model::HiddenState& known(const rbm::GibbsChain<Model>& chain) { return chain.hidden; }
};

template <class Model>
struct ExactStart<Model, true, true> {
  typedef void Known;
};

/// Whether a chain that starts at an exact draw from p(v, h)^t still has this distribution some steps of the sampler
/// later. Not known where both layers are real.
template <class Model, class Sampler, class Start>
bool keeps_distribution(const Model& model, const Sampler& sampler, double t, uint32_t steps, int draws, uint32_t seed,
                        Start) {
  const Values exact = Start::probabilities(model, t);
  const std::vector<Values> states = all_states<typename Start::Known>();
  const Index<typename Start::Known> index;
  const Chooser choose(exact);
  rbm::Xorshift32 rng(seed);
  Counts counts(exact.size());
  for (int draw = 0; draw < draws; ++draw) {
    rbm::GibbsChain<Model> chain;
    Start::start(sampler, chain, states[choose(rng)], rng);
    (void)chain.run(sampler, steps, rng);
    counts.add(index(Start::known(chain)));
  }
  return counts.fit(exact);
}

template <class Model, class Sampler>
bool keeps_distribution(const Model&, const Sampler&, double, uint32_t, int, uint32_t, ExactStart<Model, true, true>) {
  return true;
}

template <class Model, class Sampler>
bool keeps_distribution(const Model& model, const Sampler& sampler, double t, uint32_t steps, int draws,
                        uint32_t seed) {
  return keeps_distribution(model, sampler, t, steps, draws, seed, ExactStart<Model>());
}

#endif  // RBM_TESTS_PAIRS_HPP
