// Exact likelihoods against sums over all joint states, integrals, and finite differences.
// SPDX-License-Identifier: MIT

#include "../rbm/evaluation/likelihood.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "../rbm/model/model.hpp"
#include "support/joint.hpp"
#include "support/ulp.hpp"

namespace {

const double untouched = -123.25;
const float nan_float = std::numeric_limits<float>::quiet_NaN();
const float infinite_float = std::numeric_limits<float>::infinity();

// The memory that a Likelihood has before its first call holds anything: here, NaN.
template <class Model>
rbm::Likelihood<Model> used_memory() {
  rbm::Likelihood<Model> likelihood;
  std::memset(static_cast<void*>(&likelihood), 0xFF, sizeof likelihood);
  return likelihood;
}

template <class Model>
rbm::Averages<Model> filled_averages(double value) {
  rbm::Averages<Model> averages;
  for (double& x : averages.weights.values) x = value;
  averages.visible.fill(value);
  averages.hidden.fill(value);
  return averages;
}

template <class Model>
bool are_all(const rbm::Averages<Model>& averages, double value) {
  bool all = true;
  for (double x : averages.weights.values) all = all && x == value;
  for (double x : averages.visible) all = all && x == value;
  for (double x : averages.hidden) all = all && x == value;
  return all;
}

template <class Model>
double largest_error(const rbm::Averages<Model>& got, const Moments& expected) {
  double largest = 0;
  for (size_t k = 0; k < expected.weights.size(); ++k) {
    largest = std::max(largest, std::fabs(got.weights.values[k] - expected.weights[k]));
  }
  for (size_t i = 0; i < Model::visible_size; ++i) {
    largest = std::max(largest, std::fabs(got.visible[i] - expected.visible[i]));
  }
  for (size_t j = 0; j < Model::hidden_size; ++j) {
    largest = std::max(largest, std::fabs(got.hidden[j] - expected.hidden[j]));
  }
  return largest;
}

template <class Model>
double log_partition(const Model& model) {
  rbm::Likelihood<Model> likelihood = used_memory<Model>();
  double result = untouched;
  CHECK(likelihood.log_partition(model, result) == rbm::Status::ok);
  return result;
}

template <class Model>
double mean_log_likelihood(const Model& model, const std::vector<typename Model::VisibleState>& samples) {
  rbm::Likelihood<Model> likelihood = used_memory<Model>();
  const double log_z = log_partition(model);
  double result = untouched;
  CHECK(likelihood.mean_log_likelihood(model, samples.data(), samples.size(), log_z, result) == rbm::Status::ok);
  return result;
}

// What the library makes of a pairing, and how far that is from the definition.
struct Errors {
  std::string visible, hidden;
  bool ok;
  double log_partition, model_averages, log_likelihood, data_averages;
};

void check_errors(const Errors& errors) {
  CAPTURE(errors.visible);
  CAPTURE(errors.hidden);
  CHECK(errors.ok);
  CHECK(errors.log_partition < 1e-11);
  CHECK(errors.model_averages < 1e-9);
  CHECK(errors.log_likelihood < 1e-11);
  CHECK(errors.data_averages < 1e-9);
}

double relative(double got, double expected) { return std::fabs(got - expected) / std::max(1.0, std::fabs(expected)); }

template <class Visible, class Hidden>
void check_pairing(float deviation, uint32_t seed) {
  typedef rbm::Rbm<Visible, Hidden> Model;
  const Model model = random_pair<Model>(deviation, deviation, seed);
  const auto samples = noise_samples<Model>(5, seed);
  rbm::Likelihood<Model> likelihood = used_memory<Model>();
  double log_z = untouched, log_likelihood = untouched;
  rbm::Averages<Model> of_model = filled_averages<Model>(untouched), of_data = of_model;
  const bool ok = likelihood.check(model) == rbm::Status::ok &&
                  likelihood.log_partition(model, log_z) == rbm::Status::ok &&
                  likelihood.model_averages(model, log_z, of_model) == rbm::Status::ok &&
                  likelihood.mean_log_likelihood(model, samples.data(), 5, log_z, log_likelihood) == rbm::Status::ok &&
                  likelihood.data_averages(model, samples.data(), 5, of_data) == rbm::Status::ok;

  const Moments exact = exact_moments(model);
  double mean = 0;
  Moments data = {0, Values(Visible::size * size_t{Hidden::size}, 0), Values(Visible::size, 0),
                  Values(Hidden::size, 0)};
  for (const auto& v : samples) {
    mean += (-free_energy_of_visible(model, v) - exact.log_partition) / 5;
    const Values h = means_of(distributions<Hidden>(model.hidden, sums_to_hidden(model, v)));
    for (size_t i = 0; i < Visible::size; ++i) {
      data.visible[i] += double(v[i]) / 5;
      for (size_t j = 0; j < Hidden::size; ++j) data.weights[i * Hidden::size + j] += double(v[i]) * h[j] / 5;
    }
    for (size_t j = 0; j < Hidden::size; ++j) data.hidden[j] += h[j] / 5;
  }
  check_errors({Truth<Visible>::name(), Truth<Hidden>::name(), ok, relative(log_z, exact.log_partition),
                largest_error(of_model, exact), relative(log_likelihood, mean), largest_error(of_data, data)});
}

template <class Visible, class Hidden>
void check_both_ways(uint32_t seed) {
  for (float deviation : {0.1f, 1.0f, 5.0f}) {
    check_pairing<Visible, Hidden>(deviation, seed);
    check_pairing<Hidden, Visible>(deviation, seed + 1);
  }
}

// With 4 to 8 states against 25 to 72, the smaller layer is visible once and hidden once.
template <class Small>
void check_with_larger_layers(uint32_t seed) {
  check_both_ways<Small, rbm::Bernoulli<6>>(seed);
  check_both_ways<Small, rbm::Spin<5>>(seed + 2);
  check_both_ways<Small, rbm::Softmax<2, 5>>(seed + 4);
  check_both_ways<Small, rbm::Joined<rbm::Bernoulli<3>, rbm::Softmax<2, 3>>>(seed + 6);
}

template <class Real>
void check_with_discrete_layers(uint32_t seed) {
  for (float deviation : {0.1f, 1.0f}) {
    check_pairing<Real, rbm::Bernoulli<3>>(deviation, seed);
    check_pairing<rbm::Bernoulli<3>, Real>(deviation, seed + 1);
    check_pairing<Real, rbm::Spin<3>>(deviation, seed + 2);
    check_pairing<rbm::Spin<3>, Real>(deviation, seed + 3);
    check_pairing<Real, rbm::Softmax<2, 3>>(deviation, seed + 4);
    check_pairing<rbm::Softmax<2, 3>, Real>(deviation, seed + 5);
    check_pairing<Real, rbm::Joined<rbm::Bernoulli<2>, rbm::Softmax<1, 3>>>(deviation, seed + 6);
    check_pairing<rbm::Joined<rbm::Bernoulli<2>, rbm::Softmax<1, 3>>, Real>(deviation, seed + 7);
  }
}

// The largest singular value of sqrt(S_v) W sqrt(S_h) of Gaussian layers, by power iteration.
template <class Model>
double largest_singular_value(const Model& model) {
  Values h(Model::hidden_size, 1.0);
  double length = 0;
  for (int round = 0; round < 500; ++round) {
    Values v(Model::visible_size, 0), next(Model::hidden_size, 0);
    for (size_t i = 0; i < v.size(); ++i) {
      for (size_t j = 0; j < h.size(); ++j) {
        v[i] += double(model.visible.variance[i]) * double(model.weights(i, j)) *
                std::sqrt(double(model.hidden.variance[j])) * h[j];
      }
    }
    length = 0;
    for (size_t j = 0; j < h.size(); ++j) {
      for (size_t i = 0; i < v.size(); ++i) {
        next[j] += std::sqrt(double(model.hidden.variance[j])) * double(model.weights(i, j)) * v[i];
      }
      length += next[j] * next[j];
    }
    length = std::sqrt(length);
    for (size_t j = 0; j < h.size(); ++j) h[j] = next[j] / length;
  }
  return std::sqrt(length);
}

// A pair of Gaussian layers whose largest singular value is this.
template <class Model>
Model gaussians(double singular_value, uint32_t seed) {
  Model model = random_pair<Model>(1, 1, seed);
  const double factor = singular_value / largest_singular_value(model);
  for (float& weight : model.weights.values) weight = static_cast<float>(double(weight) * factor);
  return model;
}

// All functions give this status and leave their results as they were.
template <class Model>
void check_refused(const Model& model, rbm::Status partition, rbm::Status average, rbm::Status data) {
  CAPTURE(Truth<typename Model::Visible>::name());
  CAPTURE(Truth<typename Model::Hidden>::name());
  rbm::Likelihood<Model> likelihood = used_memory<Model>();
  const auto samples = noise_samples<Model>(3, 1);
  double result = untouched;
  rbm::Averages<Model> averages = filled_averages<Model>(untouched);
  if (partition != rbm::Status::ok) CHECK(likelihood.log_partition(model, result) == partition);
  if (average != rbm::Status::ok) CHECK(likelihood.model_averages(model, 0, averages) == average);
  if (data != rbm::Status::ok) {
    CHECK(likelihood.mean_log_likelihood(model, samples.data(), 3, 0, result) == data);
    CHECK(likelihood.data_averages(model, samples.data(), 3, averages) == data);
  }
  CHECK(result == untouched);
  CHECK(are_all(averages, untouched));
}

template <class Model>
void check_refused(const Model& model, rbm::Status status) {
  check_refused(model, status, status, status);
}

// The parameters of a model with layers of biases, one after the other.
template <class Model>
std::vector<float*> parameters(Model& model) {
  std::vector<float*> all;
  for (float& weight : model.weights.values) all.push_back(&weight);
  for (float& bias : model.visible.bias) all.push_back(&bias);
  for (float& bias : model.hidden.bias) all.push_back(&bias);
  return all;
}

template <class A, class B, class H>
std::vector<float*> parameters(rbm::Rbm<rbm::Joined<A, B>, H>& model) {
  std::vector<float*> all;
  for (float& weight : model.weights.values) all.push_back(&weight);
  for (float& bias : model.visible.first.bias) all.push_back(&bias);
  for (float& bias : model.visible.second.bias) all.push_back(&bias);
  for (float& bias : model.hidden.bias) all.push_back(&bias);
  return all;
}

// The gradient of the mean log-likelihood in the same order.
template <class Model>
Values gradient(const Model& model, const std::vector<typename Model::VisibleState>& samples) {
  rbm::Likelihood<Model> likelihood = used_memory<Model>();
  rbm::Averages<Model> data, average;
  CHECK(likelihood.data_averages(model, samples.data(), samples.size(), data) == rbm::Status::ok);
  CHECK(likelihood.model_averages(model, log_partition(model), average) == rbm::Status::ok);
  Values all;
  for (size_t k = 0; k < Model::visible_size * size_t{Model::hidden_size}; ++k) {
    all.push_back(data.weights.values[k] - average.weights.values[k]);
  }
  for (size_t i = 0; i < Model::visible_size; ++i) all.push_back(data.visible[i] - average.visible[i]);
  for (size_t j = 0; j < Model::hidden_size; ++j) all.push_back(data.hidden[j] - average.hidden[j]);
  return all;
}

// Parameters and steps are multiples of 2^-12, so that their sums are exact in float. Central differences with steps d
// and 2 d differ by 3 times the error of the first; extrapolated, an error of d^4 and one of rounding are left.
template <class Visible, class Hidden>
void check_gradient(uint32_t seed) {
  typedef rbm::Rbm<Visible, Hidden> Model;
  CAPTURE(Truth<Visible>::name());
  CAPTURE(Truth<Hidden>::name());
  Model model = random_pair<Model>(0.7f, 0.7f, seed);
  const std::vector<float*> all = parameters(model);
  for (float* parameter : all) *parameter = std::round(*parameter * 4096) / 4096;
  const auto samples = noise_samples<Model>(4, seed);
  const Values expected = gradient(model, samples);
  CHECK(expected.size() == all.size());
  const auto difference = [&](float* parameter, float step) {
    const float old = *parameter;
    *parameter = old + step;
    const double above = mean_log_likelihood(model, samples);
    *parameter = old - step;
    const double below = mean_log_likelihood(model, samples);
    *parameter = old;
    return (above - below) / (2 * double(step));
  };
  for (size_t k = 0; k < all.size(); ++k) {
    CAPTURE(k);
    const double fine = difference(all[k], 1.0f / 1024);
    const double coarse = difference(all[k], 2.0f / 1024);
    CHECK(std::fabs(fine + (fine - coarse) / 3 - expected[k]) < 1e-9);
  }
}

// Climbs the exact gradient; the likelihood must not fall on the way. What is left of the gradient in the end.
template <class Model>
double apply(Model& model, const std::vector<typename Model::VisibleState>& data, int steps, double rate) {
  double old = mean_log_likelihood(model, data), largest = 0, fallen = 0;
  for (int step = 0; step <= steps; ++step) {
    const Values slope = gradient(model, data);
    const std::vector<float*> all = parameters(model);
    largest = 0;
    for (size_t k = 0; k < all.size(); ++k) {
      *all[k] += static_cast<float>(rate * slope[k]);
      largest = std::max(largest, std::fabs(slope[k]));
    }
    if (step % 10 == 0) {
      const double now = mean_log_likelihood(model, data);
      fallen = std::max(fallen, old - now);
      old = now;
    }
  }
  CHECK(fallen < 1e-7);  // parameters are rounded to floats
  return largest;
}

// Data in which state number s occurs counts[s] times, and -sum p ln p of it: the best possible log-likelihood.
template <class Model>
std::vector<typename Model::VisibleState> data_of(const std::vector<int>& counts, double& best) {
  const std::vector<Values> states = all_states<typename Model::Visible>();
  std::vector<typename Model::VisibleState> data;
  double total = 0;
  for (int count : counts) total += count;
  best = 0;
  for (size_t s = 0; s < counts.size(); ++s) {
    data.insert(data.end(), static_cast<size_t>(counts[s]), to_state<typename Model::VisibleState>(states[s]));
    if (counts[s] > 0) best += counts[s] / total * std::log(counts[s] / total);
  }
  return data;
}

// What a change of one layer is told to the other.
struct Told {
  Values sums;
  int calls;
};

// Against the sum over the states of the smaller layer, with weights of which a block takes as many units as it has,
// some, and none.
template <class Visible, class Hidden>
void check_blocks(uint32_t seed) {
  typedef rbm::Rbm<Visible, Hidden> Model;
  for (const float deviation : {0.3f, 3.0f, 100.0f}) {
    CAPTURE(deviation);
    const Model model = random_pair<Model>(deviation, deviation, seed++);
    Values logs;
    if (size_t{Visible::size} < size_t{Hidden::size}) {
      for (const Values& v : all_states<Visible>()) logs.push_back(-free_energy_of_visible(model, v));
    } else {
      for (const Values& h : all_states<Hidden>()) logs.push_back(-free_energy_of_hidden(model, h));
    }
    CHECK(relative(log_partition(model), log_sum_exp(logs)) < 1e-12);
  }
}

template <class Units>
void check_walk(double expected) {
  CAPTURE(Truth<Units>::name());
  typedef rbm::detail::EnumeratedLayer<Units> Layer;
  Layer layer;
  std::memset(static_cast<void*>(&layer), 0, sizeof layer);
  CHECK(Layer::states() == expected);
  const std::vector<Site> sites = Truth<Units>::sites();
  const std::vector<Values> all = all_states<Units>();
  for (int round = 0; round < 2; ++round) {  // a walk leaves nothing behind for the next one
    Told told = {Values(Units::size, 0), 0};
    const auto tell = [&told](size_t i, double change) {
      told.sums[i] += change;
      ++told.calls;
    };
    std::set<Values> seen;
    Values old;
    double steps = 0;
    CHECK(layer.each_state(0, tell, [&] {
      const Values state(layer.state.begin(), layer.state.end());
      CHECK(std::find(all.begin(), all.end(), state) != all.end());
      CHECK(told.sums == state);
      seen.insert(state);
      size_t changed = 0;
      for (const Site& site : sites) {
        bool same = true;
        for (size_t u = 0; u < site.units() && !old.empty(); ++u) {
          same = same && old[site.first + u] == state[site.first + u];
        }
        changed += !same;
      }
      CHECK(changed == (old.empty() ? 0 : 1));
      if (!old.empty()) CHECK(told.calls <= 2);  // units that stay as they are tell nothing
      told.calls = 0;
      old = state;
      steps += 1;
      return true;
    }));
    CHECK(steps == expected);
    CHECK(static_cast<double>(seen.size()) == expected);
  }
}

// The mean of a rectified unit: by its definition, and where too many digits cancel by the series in 1 / t.
Long exact_rectified_mean(Long x) {
  const Long t = -x, u = 1 / (t * t);
  if (t > 30) return (1 - u * (2 - u * (10 - u * (74 - u * (706 - u * 8162))))) / t;
  return x + std::sqrt(2 / 3.14159265358979323846L) * std::exp(-x * x / 2) / std::erfc(t * std::sqrt(0.5L));
}

Long exact_rectified_cumulant(Long x) {
  if (x < -30) return -std::log(exact_rectified_mean(x) - x);
  return x * x / 2 + std::log(std::sqrt(3.14159265358979323846L / 2) * std::erfc(-x * std::sqrt(0.5L)));
}

}  // namespace

TEST_CASE("ln Z, likelihoods and averages: every pairing of discrete units") {
  check_with_larger_layers<rbm::Bernoulli<3>>(1);
  check_with_larger_layers<rbm::Spin<3>>(11);
  check_with_larger_layers<rbm::Softmax<1, 4>>(21);
  check_with_larger_layers<rbm::Joined<rbm::Bernoulli<1>, rbm::Softmax<1, 3>>>(31);
  check_both_ways<rbm::Bernoulli<1>, rbm::Spin<1>>(41);
}

TEST_CASE("ln Z, likelihoods and averages: one layer real") {
  check_with_discrete_layers<rbm::Gaussian<2>>(51);
  check_with_discrete_layers<rbm::Relu<2>>(61);
  check_pairing<rbm::Joined<rbm::Gaussian<1>, rbm::Spin<2>>, rbm::Bernoulli<3>>(1, 71);
  check_pairing<rbm::Bernoulli<3>, rbm::Joined<rbm::Spin<1>, rbm::Relu<1>>>(1, 72);
}

TEST_CASE("one layer too large to be enumerated, the other small") {
  // Beyond a block of 32 units, too.
  const auto model = random_pair<rbm::Rbm<rbm::Bernoulli<40>, rbm::Spin<3>>>(1, 1, 81);
  Values logs;
  for (const Values& h : all_states<rbm::Spin<3>>()) logs.push_back(-free_energy_of_hidden(model, h));
  CHECK(near(log_partition(model), log_sum_exp(logs), 1e-11));
  const auto turned = random_pair<rbm::Rbm<rbm::Softmax<1, 3>, rbm::Bernoulli<40>>>(1, 1, 82);
  logs.clear();
  for (const Values& v : all_states<rbm::Softmax<1, 3>>()) logs.push_back(-free_energy_of_visible(turned, v));
  CHECK(near(log_partition(turned), log_sum_exp(logs), 1e-11));
}

TEST_CASE("ln Z by blocks of states") {
  check_blocks<rbm::Bernoulli<11>, rbm::Bernoulli<37>>(1);
  check_blocks<rbm::Spin<10>, rbm::Bernoulli<12>>(11);
  check_blocks<rbm::Bernoulli<40>, rbm::Spin<13>>(21);
  check_blocks<rbm::Spin<9>, rbm::Spin<8>>(31);
  check_blocks<rbm::Joined<rbm::Bernoulli<5>, rbm::Spin<7>>, rbm::Joined<rbm::Spin<3>, rbm::Bernoulli<17>>>(41);
}

TEST_CASE("a block has as many units as keep its sums within the range of double, up to 12") {
  typedef rbm::Bernoulli<13> Units;
  typedef rbm::Bernoulli<37> Other;
  static rbm::detail::EnumeratedLayer<Units> layer;
  static rbm::detail::BlockOfStates<Units, Other, true> block;
  const auto units_with = [&](double weight) {
    block.start(layer, [&](size_t, size_t) { return weight; });
    return block.count;
  };
  CHECK(units_with(0.3) == 12);  // 37 (ln 2 + 12 * 0.3) < 700
  CHECK(units_with(2.9) == 6);   // 37 (ln 2 + 6 * 2.9) = 669; a seventh has no room
  CHECK(units_with(100) == 0);
}

TEST_CASE("ln Z by blocks of states: a layer so large that the product is beyond the range of double") {
  typedef rbm::Rbm<rbm::Bernoulli<6>, rbm::Bernoulli<1100>> Model;
  const Model model = random_pair<Model>(0.01f, 0.01f, 1);
  Values logs;
  for (const Values& v : all_states<rbm::Bernoulli<6>>()) logs.push_back(-free_energy_of_visible(model, v));
  CHECK(relative(log_partition(model), log_sum_exp(logs)) < 1e-12);
}

TEST_CASE("who counts the states of a model is told how far, and can stop") {
  typedef rbm::Rbm<rbm::Bernoulli<18>, rbm::Bernoulli<18>> Model;
  const Model model = random_pair<Model>(0.5f, 1, 5);
  rbm::Likelihood<Model> likelihood = used_memory<Model>();
  std::vector<double> shares;
  double told = untouched, stopped = untouched;
  CHECK(likelihood.log_partition(model, told, [&](double share) {
    shares.push_back(share);
    return true;
  }) == rbm::Status::ok);
  CHECK(told == log_partition(model));
  CHECK(shares == std::vector<double>{0.25, 0.5, 0.75, 1});
  size_t calls = 0;
  CHECK(likelihood.log_partition(model, stopped, [&](double) { return ++calls < 2; }) == rbm::Status::stopped);
  CHECK(calls == 2);
  CHECK(stopped == untouched);
}

TEST_CASE("Gaussian layers: the closed form against the joint precision matrix of all units") {
  for (uint32_t seed = 1; seed <= 5; ++seed) {
    for (double singular_value : {0.1, 0.7, 0.999}) {
      CAPTURE(seed);
      CAPTURE(singular_value);
      const auto wide = gaussians<rbm::Rbm<rbm::Gaussian<5>, rbm::Gaussian<3>>>(singular_value, seed);
      CHECK(near(log_partition(wide), log_partition_of_gaussians(wide), 1e-9));
      const auto tall = gaussians<rbm::Rbm<rbm::Gaussian<2>, rbm::Gaussian<6>>>(singular_value, seed);
      CHECK(near(log_partition(tall), log_partition_of_gaussians(tall), 1e-9));
    }
  }
  // One unit each: variances 1, so ln Z = ln 2 pi - ln(1 - w^2) / 2 + (a^2 + b^2 + 2 w a b) / (2 (1 - w^2)).
  const rbm::Rbm<rbm::Gaussian<1>, rbm::Gaussian<1>> least = {{{0.5f}}, {{{2}}, {{1}}}, {{{-1}}, {{1}}}};
  CHECK(log_partition(least) == doctest::Approx(std::log(6.283185307179586) - std::log(0.75) / 2 + 2).epsilon(1e-14));
  // Side by side is the same as in a row.
  typedef rbm::Joined<rbm::Gaussian<2>, rbm::Gaussian<3>> Joined;
  rbm::Rbm<Joined, rbm::Gaussian<2>> both = random_pair<rbm::Rbm<Joined, rbm::Gaussian<2>>>(0.2f, 1, 9);
  CHECK(near(log_partition(both), log_partition_of_gaussians(both), 1e-11));
}

TEST_CASE("Gaussian layers: the likelihood of data") {
  typedef rbm::Rbm<rbm::Gaussian<3>, rbm::Gaussian<2>> Model;
  const Model model = gaussians<Model>(0.8, 4);
  const auto samples = noise_samples<Model>(7, 4);
  double expected = 0;
  for (const auto& v : samples) expected -= (free_energy_of_visible(model, v) + log_partition_of_gaussians(model)) / 7;
  CHECK(near(mean_log_likelihood(model, samples), expected, 1e-10));
}

TEST_CASE("not normalizable: Gaussian layers just beyond the edge") {
  typedef rbm::Rbm<rbm::Gaussian<5>, rbm::Gaussian<3>> Energy;
  typedef rbm::Rbm<rbm::Gaussian<2>, rbm::Gaussian<4>> Tall;
  for (uint32_t seed = 1; seed <= 10; ++seed) {
    check_refused(gaussians<Energy>(1.00001, seed), rbm::Status::not_normalizable);
    check_refused(gaussians<Tall>(1.00001, seed), rbm::Status::not_normalizable);
    check_refused(gaussians<Energy>(30, seed), rbm::Status::not_normalizable);
    const Energy wide = gaussians<Energy>(0.99999, seed);
    const Tall tall = gaussians<Tall>(0.99999, seed);
    CHECK(used_memory<Energy>().check(wide) == rbm::Status::ok);
    CHECK(used_memory<Energy>().check(gaussians<Energy>(1.00001, seed)) == rbm::Status::not_normalizable);
    CHECK(near(log_partition(wide), log_partition_of_gaussians(wide), 1e-6));
    CHECK(near(log_partition(tall), log_partition_of_gaussians(tall), 1e-6));
    // Normalizable, but no layer has a number of states; the data are no trouble.
    check_refused(wide, rbm::Status::ok, rbm::Status::too_large, rbm::Status::ok);
  }
}

TEST_CASE("not normalizable: at the edge itself, and one float to either side") {
  typedef rbm::Rbm<rbm::Gaussian<1>, rbm::Gaussian<1>> Model;
  Model model = {{{1}}, {{{0}}, {{4}}}, {{{0}}, {{0.25f}}}};  // variances whose product is 1
  check_refused(model, rbm::Status::not_normalizable);
  model.weights(0, 0) = std::nextafter(1.0f, 2.0f);
  check_refused(model, rbm::Status::not_normalizable);
  model.weights(0, 0) = -std::nextafter(1.0f, 0.0f);
  check_refused(model, rbm::Status::ok, rbm::Status::too_large, rbm::Status::ok);
  CHECK(near(log_partition(model), log_partition_of_gaussians(model), 1e-8));
}

TEST_CASE("not normalizable: rectified units, and layers side by side") {
  typedef rbm::Rbm<rbm::Relu<2>, rbm::Relu<1>> Rectified;
  Rectified rectified = {{{0.6f, 0.79f}}, {{{0, 0}}}, {{{0}}}};
  check_refused(rectified, rbm::Status::too_large, rbm::Status::too_large, rbm::Status::ok);
  rectified.weights(1, 0) = 0.81f;  // 0.6^2 + 0.8^2 = 1
  check_refused(rectified, rbm::Status::not_normalizable);
  rectified.weights(1, 0) = -0.81f;  // which does no harm, but the condition does not see it
  check_refused(rectified, rbm::Status::not_normalizable);

  // Units with bounds hold themselves together, whatever their weights.
  typedef rbm::Joined<rbm::Bernoulli<2>, rbm::Gaussian<1>> Side;
  rbm::Rbm<Side, Side> parts = {
      {{9, 9, 9, 9, 9, 9, 9, 9, 0.7f}}, {{{{0, 0}}}, {{{0}}, {{2}}}}, {{{{0, 0}}}, {{{0}}, {{1}}}}};
  check_refused(parts, rbm::Status::too_large, rbm::Status::too_large, rbm::Status::ok);
  parts.weights(2, 2) = 0.71f;  // 2 * 0.71^2 > 1
  check_refused(parts, rbm::Status::not_normalizable);
  const auto mixed = random_pair<rbm::Rbm<Side, rbm::Bernoulli<3>>>(9, 1, 3);
  CHECK(near(log_partition(mixed), exact_moments(mixed).log_partition, 1e-10));
  typedef rbm::Rbm<rbm::Gaussian<1>, rbm::Relu<1>> Mixed;
  check_refused(Mixed{{{0.7f}}, {{{0}}, {{2}}}, {{{0}}}}, rbm::Status::too_large, rbm::Status::too_large,
                rbm::Status::ok);
  check_refused(Mixed{{{0.71f}}, {{{0}}, {{2}}}, {{{0}}}}, rbm::Status::not_normalizable);
}

TEST_CASE("too large to be enumerated") {
  CHECK(rbm::Likelihood<rbm::Rbm<rbm::Bernoulli<1>, rbm::Bernoulli<1>>>::most_states() == std::ldexp(1.0, 34));
  const rbm::Status large = rbm::Status::too_large;
  check_refused(random_pair<rbm::Rbm<rbm::Bernoulli<40>, rbm::Bernoulli<40>>>(1, 1, 1), large, large, rbm::Status::ok);
  check_refused(random_pair<rbm::Rbm<rbm::Bernoulli<35>, rbm::Spin<35>>>(1, 1, 1), large, large, rbm::Status::ok);
  check_refused(random_pair<rbm::Rbm<rbm::Softmax<11, 10>, rbm::Relu<1>>>(1, 1, 1), large, large, rbm::Status::ok);
  check_refused(random_pair<rbm::Rbm<rbm::Relu<2>, rbm::Gaussian<2>>>(0.1f, 1, 1), large, large, rbm::Status::ok);
}

TEST_CASE("parameters that are no numbers") {
  typedef rbm::Rbm<rbm::Bernoulli<3>, rbm::Spin<2>> Model;
  for (float wrong : {nan_float, infinite_float, -infinite_float}) {
    Model model = random_pair<Model>(1, 1, 1);
    for (float* parameter : parameters(model)) {
      const float old = *parameter;
      *parameter = wrong;
      check_refused(model, rbm::Status::not_finite);
      *parameter = old;
    }
    typedef rbm::Rbm<rbm::Gaussian<2>, rbm::Gaussian<2>> Real;
    Real real = gaussians<Real>(0.5, 1);
    for (float* parameter : {&real.weights(0, 1), &real.visible.bias[0], &real.hidden.bias[1],
                             &real.visible.variance[1], &real.hidden.variance[0]}) {
      const float old = *parameter;
      *parameter = wrong;
      check_refused(real, rbm::Status::not_finite);
      *parameter = old;
    }
  }
}

TEST_CASE("samples and partition functions that cannot be used") {
  typedef rbm::Rbm<rbm::Bernoulli<2>, rbm::Spin<2>> Model;
  const Model model = random_pair<Model>(1, 1, 1);
  rbm::Likelihood<Model> likelihood = used_memory<Model>();
  rbm::Averages<Model> averages = filled_averages<Model>(untouched);
  double result = untouched;
  std::vector<Model::VisibleState> samples = {{{0, 1}}, {{1, 1}}, {{0, 0}}};
  const auto check_samples = [&](size_t count, rbm::Status status) {
    CHECK(likelihood.mean_log_likelihood(model, samples.data(), count, 0, result) == status);
    CHECK(likelihood.data_averages(model, samples.data(), count, averages) == status);
  };
  check_samples(0, rbm::Status::out_of_range);
  samples[2][1] = -1;
  check_samples(3, rbm::Status::out_of_range);
  samples[2][1] = nan_float;
  check_samples(3, rbm::Status::not_finite);
  for (double wrong : {double(nan_float), HUGE_VAL, -HUGE_VAL}) {
    CHECK(likelihood.mean_log_likelihood(model, samples.data(), 2, wrong, result) == rbm::Status::not_finite);
    CHECK(likelihood.model_averages(model, wrong, averages) == rbm::Status::not_finite);
  }
  CHECK(likelihood.model_averages(model, -1000, averages) == rbm::Status::not_finite);  // of another model
  CHECK(result == untouched);
  CHECK(are_all(averages, untouched));
}

TEST_CASE("probabilities of all visible states sum to 1") {
  typedef rbm::Rbm<rbm::Joined<rbm::Spin<4>, rbm::Softmax<1, 3>>, rbm::Relu<3>> Model;
  const Model model = random_pair<Model>(1, 1, 5);
  double sum = 0;
  for (const Values& v : all_states<Model::Visible>()) {
    sum += std::exp(mean_log_likelihood(model, {to_state<Model::VisibleState>(v)}));
  }
  CHECK(std::fabs(sum - 1) < 1e-11);
}

TEST_CASE("data and model averages are the gradient of the likelihood") {
  check_gradient<rbm::Bernoulli<4>, rbm::Bernoulli<3>>(1);
  check_gradient<rbm::Spin<3>, rbm::Spin<4>>(2);
  check_gradient<rbm::Bernoulli<3>, rbm::Gaussian<2>>(3);
  check_gradient<rbm::Gaussian<2>, rbm::Bernoulli<3>>(4);
  check_gradient<rbm::Spin<3>, rbm::Relu<2>>(5);
  check_gradient<rbm::Joined<rbm::Bernoulli<2>, rbm::Softmax<1, 3>>, rbm::Softmax<2, 3>>(6);
}

TEST_CASE("at the top of the likelihood the model's averages are those of the data") {
  double best;
  {  // with as many hidden units as this a model represents any distribution of three binary units
    typedef rbm::Rbm<rbm::Bernoulli<3>, rbm::Bernoulli<4>> Model;
    const auto data = data_of<Model>({5, 1, 2, 4, 1, 3, 3, 1}, best);
    Model model = random_pair<Model>(0.5f, 0.5f, 1);
    CHECK(apply(model, data, 20000, 0.5) < 1e-4);
    CHECK(mean_log_likelihood(model, data) == doctest::Approx(best).epsilon(1e-4));
  }
  {
    typedef rbm::Rbm<rbm::Spin<3>, rbm::Spin<4>> Model;
    const auto data = data_of<Model>({5, 1, 2, 4, 1, 3, 3, 1}, best);
    Model model = random_pair<Model>(0.5f, 0.5f, 2);
    CHECK(apply(model, data, 20000, 0.1) < 1e-4);
    CHECK(mean_log_likelihood(model, data) == doctest::Approx(best).epsilon(1e-4));
  }
  {  // one hidden unit cannot represent the parity of four: the gradient ends all the same
    typedef rbm::Rbm<rbm::Bernoulli<4>, rbm::Bernoulli<1>> Model;
    const auto data = data_of<Model>({3, 1, 1, 3, 1, 3, 3, 2, 1, 3, 3, 1, 3, 1, 1, 4}, best);
    Model model = random_pair<Model>(0.5f, 0.5f, 3);
    CHECK(apply(model, data, 20000, 0.5) < 1e-4);
    CHECK(mean_log_likelihood(model, data) < best - 0.02);
  }
  {
    typedef rbm::Rbm<rbm::Spin<4>, rbm::Spin<1>> Model;
    const auto data = data_of<Model>({3, 1, 1, 3, 1, 3, 3, 2, 1, 3, 3, 1, 3, 1, 1, 4}, best);
    Model model = random_pair<Model>(0.5f, 0.5f, 4);
    CHECK(apply(model, data, 20000, 0.1) < 1e-4);
    CHECK(mean_log_likelihood(model, data) < best - 0.02);
  }
}

TEST_CASE("the Gray code visits every state once and changes one site at a time") {
  check_walk<rbm::Bernoulli<5>>(32);
  check_walk<rbm::Spin<4>>(16);
  check_walk<rbm::Softmax<3, 4>>(64);
  check_walk<rbm::Softmax<2, 3>>(9);
  check_walk<rbm::Joined<rbm::Bernoulli<2>, rbm::Softmax<2, 3>>>(36);
  check_walk<rbm::Joined<rbm::Softmax<1, 5>, rbm::Joined<rbm::Spin<2>, rbm::Bernoulli<1>>>>(40);
  CHECK(rbm::detail::EnumeratedLayer<rbm::Relu<2>>::states() == HUGE_VAL);
  CHECK(rbm::detail::EnumeratedLayer<rbm::Joined<rbm::Spin<2>, rbm::Gaussian<1>>>::states() == HUGE_VAL);
}

TEST_CASE("what the layers ask of double") {
  typedef rbm::Arithmetic<double> A;
  Values inputs = {0, 1e-300, -1e-300, 1e-9, -1e-9, 1000, -1000, 40, -40, 700, -700};
  for (int k = -400; k <= 400; ++k) inputs.push_back(k * 0.05 + 0.001);
  for (double at : {-4.0, 4.0}) {  // where two formulas meet
    inputs.insert(inputs.end(), {at, std::nextafter(at, 0), std::nextafter(at, 2 * at)});
  }
  for (double x : inputs) {
    CAPTURE(x);
    const Long exact_x = Long(x);
    const auto agrees = [](double got, Long expected) {
      const Long error = std::fabs(Long(got) - expected);
      return error <= 1e-13L * std::fabs(expected) || (std::fabs(expected) < 1e-300L && error < 1e-300L);
    };
    CHECK(agrees(A::sigmoid(x), exact::sigmoid<Long>(exact_x)));
    CHECK(agrees(A::softplus(x), exact::softplus<Long>(exact_x)));
    CHECK(agrees(A::tanh(x), exact::tanh<Long>(exact_x)));
    CHECK(agrees(A::log_two_cosh(x), exact::log_two_cosh<Long>(exact_x)));
    CHECK(agrees(A::rectified_mean(x), exact_rectified_mean(exact_x)));
    // The cumulant passes through 0 near -0.3.
    CHECK(std::fabs(Long(A::rectified_cumulant(x)) - exact_rectified_cumulant(exact_x)) <=
          1e-14L + 1e-14L * std::fabs(exact_rectified_cumulant(exact_x)));
    if (std::fabs(x) <= 700) CHECK(agrees(A::exp(x), exact::exp<Long>(exact_x)));
    if (x > 0) CHECK(agrees(A::log(x), exact::log<Long>(exact_x)));
    if (x > 0) CHECK(agrees(A::sqrt(x), exact::sqrt<Long>(exact_x)));
    CHECK(A::is_finite(x));
  }
  CHECK(A::multiply_add(2, 3, 5) == 17);
  CHECK(A::two_pi() == 2 * 3.14159265358979323846);
  CHECK(A::infinity() > std::numeric_limits<double>::max());
  CHECK(!A::is_finite(A::infinity()));
  CHECK(!A::is_finite(-A::infinity()));
  CHECK(!A::is_finite(std::numeric_limits<double>::quiet_NaN()));
}

TEST_CASE("not normalizable: variances that are none") {
  typedef rbm::Rbm<rbm::Gaussian<2>, rbm::Gaussian<2>> Model;
  for (float variance : {0.0f, -1.0f}) {
    for (bool hidden : {false, true}) {
      Model model = {};
      model.visible.clear();
      model.hidden.clear();
      for (float& weight : model.weights.values) weight = 0.1f;
      (hidden ? model.hidden : model.visible).variance[1] = variance;
      rbm::Likelihood<Model> likelihood;
      double log_partition = 7;
      CHECK(likelihood.log_partition(model, log_partition) == rbm::Status::not_normalizable);
      CHECK(log_partition == 7);
    }
  }
}
