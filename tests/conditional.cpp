// What a model says of one visible site given the others, against sums over its states.
// SPDX-License-Identifier: MIT

#include "../rbm/evaluation/conditional.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "../rbm/evaluation/likelihood.hpp"
#include "../rbm/model/model.hpp"
#include "support/joint.hpp"
#include "support/models.hpp"
#include "support/statistics.hpp"

namespace {

const float not_a_number = std::numeric_limits<float>::quiet_NaN();

// ln p(v_site = k | all other v) of each state k, from free energies by enumeration or quadrature.
template <class Model>
Values log_conditional(const Model& model, typename Model::VisibleState v, const Site& site) {
  Values logs;
  for (const Values& state : site.states) {
    for (size_t u = 0; u < state.size(); ++u) set(v[site.first + u], state[u]);
    logs.push_back(-free_energy_of_visible(model, v));
  }
  const double total = log_sum_exp(logs);
  for (double& each : logs) each -= total;
  return logs;
}

template <class Model>
double exact_pseudo_log_likelihood(const Model& model, const typename Model::VisibleState& v) {
  double sum = 0;
  for (const Site& site : Truth<typename Model::Visible>::sites()) {
    const Values logs = log_conditional(model, v, site);
    for (size_t k = 0; k < site.states.size(); ++k) {
      bool here = true;
      for (size_t u = 0; u < site.units(); ++u) here = here && double(v[site.first + u]) == site.states[k][u];
      if (here) sum += logs[k];
    }
  }
  return sum;
}

void check_error(const std::string& visible, const std::string& hidden, double error, double tolerance) {
  CAPTURE(visible);
  CAPTURE(hidden);
  CHECK(error < tolerance);
}

// The largest error of classify at a site of K states, relative to p and in units of the inputs' rounding; of integers
// that of p.
template <size_t K, class Model>
double classify_error(const Model& model, const typename Model::VisibleState& v, size_t site, const Site& place) {
  rbm::Vector<typename Model::Energy, K> probabilities;
  probabilities.fill(typename Model::Energy(-1));
  CHECK(rbm::classify(model, v, site, probabilities) == rbm::Status::ok);
  const Values logs = log_conditional(model, v, place);
  double error = 0;
  for (size_t k = 0; k < K; ++k) {
    const double p = std::exp(logs[k]), apart = std::fabs(double(probabilities[k]) - p);
    error = std::max(error, rbm::Arithmetic<typename Model::Scalar>::is_fixed ? apart : apart / p);
  }
  return error;
}

// What a site may hold that is none of its states; -2 stands for what it is.
const float fills[] = {-2.0f, 0.0f, 0.3f, 1.0f, 1e9f, -1e20f, not_a_number, std::numeric_limits<float>::infinity()};

// All sites, whatever they hold: a state, a mean, zeros that are no state of a group.
template <class Visible, class Hidden>
void check_classify(uint32_t seed) {
  typedef rbm::Rbm<Visible, Hidden> Model;
  const Model model = random_pair<Model>(0.8f, 0.8f, seed);
  const std::vector<Site> sites = Truth<Visible>::sites();
  double error = 0;
  for (auto v : noise_samples<Model>(3, seed)) {
    for (size_t s = 0; s < sites.size(); ++s) {
      const auto held = v;
      for (float fill : fills) {
        for (size_t u = 0; u < sites[s].units() && double(fill) != -2; ++u) v[sites[s].first + u] = fill;
        error = std::max(error, sites[s].states.size() == 2 ? classify_error<2>(model, v, s, sites[s])
                                                            : classify_error<3>(model, v, s, sites[s]));
      }
      v = held;
    }
  }
  check_error(Truth<Visible>::name(), Truth<Hidden>::name(), error, 2e-5);

  const auto samples = noise_samples<Model>(6, seed + 1);
  double exact = 0;
  for (const auto& v : samples) exact += exact_pseudo_log_likelihood(model, v) / 6;
  float result = 99;
  CHECK(rbm::pseudo_log_likelihood(model, samples.data(), samples.size(), result) == rbm::Status::ok);
  check_error(Truth<Visible>::name(), Truth<Hidden>::name(), std::fabs(double(result) - exact), 2e-5);
}

template <class Visible>
void check_with_hidden_layers(uint32_t seed) {
  check_classify<Visible, rbm::Bernoulli<3>>(seed);
  check_classify<Visible, rbm::Spin<3>>(seed + 1);
  check_classify<Visible, rbm::Softmax<2, 3>>(seed + 2);
  check_classify<Visible, rbm::Gaussian<2>>(seed + 3);
  check_classify<Visible, rbm::Relu<2>>(seed + 4);
  check_classify<Visible, rbm::Joined<rbm::Spin<2>, rbm::Gaussian<1>>>(seed + 5);
  check_classify<Visible, rbm::Bernoulli<70>>(seed + 6);  // more than are taken at a time
}

// Integers: probabilities within `tolerance`, the same bits whatever the site holds, and pseudo-likelihoods.
template <class Scalar, class Visible, class Hidden>
void check_integers(float weights, uint32_t seed, double tolerance) {
  typedef rbm::Rbm<Visible, Hidden, Scalar> Model;
  const Model model = random_pair<Model>(weights, weights, seed);
  const std::vector<Site> sites = Truth<Visible>::sites();
  rbm::Xorshift32 rng(seed);
  double error = 0;
  for (int sample = 0; sample < 6; ++sample) {
    typename Model::VisibleState v;
    Model::VisibleLayer::noise(v.values, rng);
    for (size_t s = 0; s < sites.size(); ++s) {
      const auto held = v;
      for (float fill : {-2.0f, 0.0f, -1e9f, 1e9f}) {
        for (size_t u = 0; u < sites[s].units() && double(fill) != -2; ++u) set(v[sites[s].first + u], double(fill));
        error = std::max(error, sites[s].states.size() == 2 ? classify_error<2>(model, v, s, sites[s])
                                                            : classify_error<3>(model, v, s, sites[s]));
      }
      v = held;
    }
  }
  CAPTURE(weights);
  check_error(Truth<Visible>::name(), Truth<Hidden>::name(), error, tolerance);
}

template <class Scalar, class Hidden>
void check_integer_sites(float weights, uint32_t seed, double tolerance) {
  check_integers<Scalar, rbm::Bernoulli<5>, Hidden>(weights, seed, tolerance);
  check_integers<Scalar, rbm::Spin<5>, Hidden>(weights, seed + 1, tolerance);
  check_integers<Scalar, rbm::Softmax<3, 3>, Hidden>(weights, seed + 2, tolerance);
  check_integers<Scalar, rbm::Joined<rbm::Bernoulli<4>, rbm::Softmax<1, 3>>, Hidden>(weights, seed + 3, tolerance);
}

template <class Scalar>
void check_integer_layers(float weights, uint32_t seed, double tolerance, double tolerance_of_many) {
  check_integer_sites<Scalar, rbm::Bernoulli<6>>(weights, seed, tolerance);
  check_integer_sites<Scalar, rbm::Spin<6>>(weights, seed + 10, tolerance);
  check_integer_sites<Scalar, rbm::Softmax<3, 3>>(weights, seed + 20, tolerance);
  check_integer_sites<Scalar, rbm::Bernoulli<70>>(weights, seed + 30, tolerance_of_many);
}

typedef rbm::Rbm<rbm::Joined<rbm::Bernoulli<3>, rbm::Softmax<1, 3>>, rbm::Bernoulli<4>> Labelled;

}  // namespace

TEST_CASE("conditionals of every kind of site, with every kind of hidden units") {
  check_with_hidden_layers<rbm::Bernoulli<4>>(1);
  check_with_hidden_layers<rbm::Spin<4>>(11);
  check_with_hidden_layers<rbm::Softmax<2, 3>>(21);
  check_with_hidden_layers<rbm::Joined<rbm::Bernoulli<2>, rbm::Softmax<2, 3>>>(31);
  check_with_hidden_layers<rbm::Joined<rbm::Softmax<1, 3>, rbm::Spin<2>>>(41);
}

// A log-probability is a difference of sums over the hidden units, of 6 or of 70. The error of a unit's cumulant is
// 0.0001 in 16 bits and 0.0021 in 8; that of p is a quarter of the difference's. Weights reach from ordinary ones to
// beyond the ends of their range, where they saturate.
TEST_CASE("integers: conditionals against enumeration, also at the end of the range") {
  for (float weights : {0.5f, 30.0f, 3000.0f}) {
    check_integer_layers<rbm::Fixed<int16_t, 11>>(weights, 100, 0.0006, 0.0012);
    check_integer_layers<rbm::Fixed<int16_t, 5>>(weights, 200, 0.0006, 0.0012);
    check_integer_layers<rbm::Fixed<int8_t, 5>>(weights, 300, 0.006, 0.03);
  }
}

TEST_CASE("integers: what a large softmax group holds does not overflow the inputs") {
  typedef rbm::Fixed<int8_t, 5> Scalar;
  typedef rbm::Rbm<rbm::Softmax<1, 100>, rbm::Bernoulli<4>, Scalar> Model;
  const Model model = random_pair<Model>(1.0f, 1.0f, 10);
  Model::VisibleState off = {}, full;
  rbm::Vector<Model::Energy, 100> probabilities, expected;
  CHECK(rbm::classify(model, off, 0, expected) == rbm::Status::ok);
  for (Scalar fill : {Scalar::lowest(), Scalar::highest(), Scalar(1)}) {
    full.fill(fill);
    CHECK(rbm::classify(model, full, 0, probabilities) == rbm::Status::ok);
    CHECK(same_bits(probabilities, expected));
  }
}

TEST_CASE("integers: free energies beyond the range are refused") {
  typedef rbm::Fixed<int16_t, 5> Scalar;
  typedef rbm::Rbm<rbm::Bernoulli<18>, rbm::Bernoulli<32>, Scalar> Model;
  Model model = {};
  Model::VisibleState v;
  v.fill(Scalar(1));
  model.weights.values[0] = Scalar(-1);  // of unit 0 and hidden unit 0
  for (size_t i = 1; i < 18; ++i) {
    for (size_t j = 0; j < 32; ++j) model.weights(i, j) = Scalar(960.0f);
  }
  rbm::Vector<Model::Energy, 2> probabilities = {{Model::Energy(7), Model::Energy(7)}};
  float result = 7;
  CHECK(17 * 32 * 960 < 1 << 19);
  CHECK(rbm::classify(model, v, 0, probabilities) == rbm::Status::ok);
  CHECK(double(probabilities[1]) == doctest::Approx(1 / (1 + std::exp(1.0))).epsilon(1e-3));
  const auto before = probabilities;
  for (Scalar& weight : model.weights.values) weight = weight == Scalar(0) ? weight : Scalar(1000.0f);
  CHECK(rbm::classify(model, v, 0, probabilities) == rbm::Status::not_finite);
  CHECK(same_bits(probabilities, before));
  CHECK(rbm::pseudo_log_likelihood(model, &v, 1, result) == rbm::Status::not_finite);
  CHECK(result == 7);
}

TEST_CASE("large free energies do not take the normalisation away") {
  Labelled model = {};
  Labelled::VisibleState v = {};
  rbm::Vector<float, 3> probabilities;
  for (int of_hidden = 0; of_hidden < 2; ++of_hidden) {
    if (of_hidden != 0) model = {};
    for (size_t k = 0; k < 3; ++k) {
      if (of_hidden == 0) model.visible.second.bias[k] = 2e7f;
      for (size_t j = 0; j < 4 && of_hidden != 0; ++j) model.weights(3 + k, j) = 5e6f;
    }
    CHECK(rbm::classify(model, v, 3, probabilities) == rbm::Status::ok);
    for (float p : probabilities) CHECK(std::fabs(double(p) - 1 / 3.0) < 1e-6);
  }
}

TEST_CASE("a conditional is that of the joint distribution") {
  // p(label | rest) = p(v) / (sum over labels of p(v)), with exact likelihoods.
  const Labelled model = random_pair<Labelled>(1, 1, 3);
  rbm::Likelihood<Labelled> likelihood;
  for (Labelled::VisibleState v : noise_samples<Labelled>(8, 3)) {
    rbm::Vector<float, 3> probabilities;
    CHECK(rbm::classify(model, v, 3, probabilities) == rbm::Status::ok);
    Values logs;
    for (size_t label = 0; label < 3; ++label) {
      for (size_t k = 0; k < 3; ++k) v[3 + k] = k == label ? 1.0f : 0.0f;
      double log_p = 0;
      CHECK(likelihood.mean_log_likelihood(model, &v, 1, 0, log_p) == rbm::Status::ok);
      logs.push_back(log_p);
    }
    const Values expected = normalised(logs);
    for (size_t k = 0; k < 3; ++k) CHECK(std::fabs(double(probabilities[k]) - expected[k]) < 1e-6);
  }
}

TEST_CASE("strong weights neither overflow nor lose the sum of 1") {
  Labelled model = random_pair<Labelled>(300, 300, 4);
  for (const Labelled::VisibleState& v : noise_samples<Labelled>(20, 4)) {
    rbm::Vector<float, 3> probabilities;
    CHECK(rbm::classify(model, v, 3, probabilities) == rbm::Status::ok);
    double sum = 0;
    for (float p : probabilities) sum += double(p);
    CHECK(std::fabs(sum - 1) < 1e-6);
  }
}

TEST_CASE("sites that are none, or have another number of states") {
  const Labelled model = random_pair<Labelled>(1, 1, 5);
  const Labelled::VisibleState v = noise_samples<Labelled>(1, 5)[0];
  rbm::Vector<float, 2> two = {{-1, -2}};
  rbm::Vector<float, 3> three = {{-1, -2, -3}};
  const auto two_before = two;
  const auto three_before = three;
  CHECK(rbm::classify(model, v, 3, two) == rbm::Status::out_of_range);
  CHECK(rbm::classify(model, v, 4, two) == rbm::Status::out_of_range);
  CHECK(rbm::classify(model, v, 2, three) == rbm::Status::out_of_range);
  CHECK(rbm::classify(model, v, 4, three) == rbm::Status::out_of_range);
  CHECK(rbm::classify(model, v, static_cast<size_t>(-1), three) == rbm::Status::out_of_range);
  CHECK(same_bits(two, two_before));
  CHECK(same_bits(three, three_before));
  CHECK(rbm::classify(model, v, 2, two) == rbm::Status::ok);
  CHECK(rbm::classify(model, v, 3, three) == rbm::Status::ok);
}

TEST_CASE("pseudo-likelihood from one random site: right on average" *
          doctest::test_suite("sampling")) {  // 4.9 standard errors: 1e-6 each
  typedef rbm::Rbm<rbm::Spin<6>, rbm::Bernoulli<4>> Spins;
  const Spins spins = random_pair<Spins>(1, 1, 6);
  const Labelled labelled = random_pair<Labelled>(1, 1, 7);
  const auto spin_samples = noise_samples<Spins>(5, 6);
  const auto labelled_samples = noise_samples<Labelled>(5, 7);
  rbm::Xorshift32 rng(0x5EED0011u);
  Average of_spins, of_labelled;
  for (int draw = 0; draw < 20000; ++draw) {
    float result = 0;
    CHECK(rbm::stochastic_pseudo_log_likelihood(spins, spin_samples.data(), 5, result, rng) == rbm::Status::ok);
    of_spins.add(double(result));
    CHECK(rbm::stochastic_pseudo_log_likelihood(labelled, labelled_samples.data(), 5, result, rng) == rbm::Status::ok);
    of_labelled.add(double(result));
  }
  float exact = 0;
  CHECK(rbm::pseudo_log_likelihood(spins, spin_samples.data(), 5, exact) == rbm::Status::ok);
  CHECK(of_spins.standard_error() > 0);
  CHECK(std::fabs(of_spins.mean - double(exact)) < 4.9 * of_spins.standard_error());
  CHECK(rbm::pseudo_log_likelihood(labelled, labelled_samples.data(), 5, exact) == rbm::Status::ok);
  CHECK(std::fabs(of_labelled.mean - double(exact)) < 4.9 * of_labelled.standard_error());
}

TEST_CASE("pseudo-likelihoods of means: what each site's conditional makes of its probabilities") {
  const Labelled model = random_pair<Labelled>(1, 1, 9);
  const Labelled::VisibleState means = {{0.25f, 1.0f, 0.5f, 0.0f, 0.75f, 0.25f}};
  double expected = 0;
  for (size_t site = 0; site < 3; ++site) {
    rbm::Vector<float, 2> p;
    REQUIRE(rbm::classify(model, means, site, p) == rbm::Status::ok);
    expected += (1 - double(means[site])) * std::log(double(p[0])) + double(means[site]) * std::log(double(p[1]));
  }
  rbm::Vector<float, 3> p;
  REQUIRE(rbm::classify(model, means, 3, p) == rbm::Status::ok);
  for (size_t k = 0; k < 3; ++k) expected += double(means[3 + k]) * std::log(double(p[k]));
  float result = 0;
  REQUIRE(rbm::pseudo_log_likelihood(model, &means, 1, result) == rbm::Status::ok);
  CHECK(double(result) == doctest::Approx(expected).epsilon(1e-5));

  typedef rbm::Rbm<rbm::Spin<1>, rbm::Bernoulli<1>> Spins;
  const Spins spins = {{{0.5f}}, {{{0.3f}}}, {{{0.1f}}}};
  const Spins::VisibleState mean = {{-0.5f}};  // up with probability 1/4
  rbm::Vector<float, 2> q;
  REQUIRE(rbm::classify(spins, mean, 0, q) == rbm::Status::ok);
  REQUIRE(rbm::pseudo_log_likelihood(spins, &mean, 1, result) == rbm::Status::ok);
  CHECK(double(result) == doctest::Approx(0.75 * std::log(double(q[0])) + 0.25 * std::log(double(q[1]))).epsilon(1e-5));
}

TEST_CASE("pseudo-likelihoods of samples that are none") {
  const Labelled model = random_pair<Labelled>(1, 1, 8);
  const auto good = noise_samples<Labelled>(3, 8);
  rbm::Xorshift32 rng(0x5EED0012u);
  float result = -77;
  const auto check_both = [&](const std::vector<Labelled::VisibleState>& samples, rbm::Status status) {
    CHECK(rbm::pseudo_log_likelihood(model, samples.data(), samples.size(), result) == status);
    CHECK(rbm::stochastic_pseudo_log_likelihood(model, samples.data(), samples.size(), result, rng) == status);
    if (status != rbm::Status::ok) CHECK(double(result) == -77);
  };
  check_both({}, rbm::Status::out_of_range);
  const auto with = [&](size_t unit, float value) {
    auto samples = good;
    samples[1][unit] = value;
    return samples;
  };
  check_both(with(0, 2), rbm::Status::out_of_range);
  check_both(with(0, not_a_number), rbm::Status::not_finite);
  check_both(with(4, std::numeric_limits<float>::infinity()), rbm::Status::not_finite);
  Labelled broken = model;
  for (float& weight : broken.weights.values) weight = not_a_number;
  CHECK(rbm::pseudo_log_likelihood(broken, good.data(), 3, result) == rbm::Status::not_finite);
  CHECK(rbm::stochastic_pseudo_log_likelihood(broken, &good[0], 1, result, rng) == rbm::Status::not_finite);
  // Each probability is a float, their sum is not.
  const rbm::Rbm<rbm::Bernoulli<2>, rbm::Bernoulli<1>> extreme = {{{0, 0}}, {{{-3e38f, -3e38f}}}, {{{0}}}};
  const rbm::Vector<float, 2> on = {{1, 1}};
  CHECK(rbm::pseudo_log_likelihood(extreme, &on, 1, result) == rbm::Status::not_finite);
  CHECK(rbm::stochastic_pseudo_log_likelihood(extreme, &on, 1, result, rng) == rbm::Status::not_finite);
  CHECK(double(result) == -77);
  check_both(good, rbm::Status::ok);
}

TEST_CASE("where the model represents the data, the pseudo-likelihood is at its top, too") {
  // Its gradient in each parameter vanishes for data that are the model's distribution: here, weighted states.
  typedef rbm::Rbm<rbm::Bernoulli<3>, rbm::Bernoulli<2>> Model;
  Model model = random_pair<Model>(1, 1, 9);
  const Values p = visible_probabilities(model);
  const std::vector<Values> states = all_states<Model::Visible>();
  const auto expectation = [&]() {
    double sum = 0;
    for (size_t s = 0; s < states.size(); ++s) {
      const auto v = to_state<Model::VisibleState>(states[s]);
      float result = 0;
      CHECK(rbm::pseudo_log_likelihood(model, &v, 1, result) == rbm::Status::ok);
      sum += p[s] * double(result);
    }
    return sum;
  };
  const double top = expectation();
  for (float* parameter : {&model.weights(0, 1), &model.weights(2, 0), &model.visible.bias[1], &model.hidden.bias[0]}) {
    const float old = *parameter;
    for (float step : {-0.3f, 0.3f}) {
      *parameter = old + step;
      const double beside = expectation();
      CHECK(beside < top - 1e-4);
      *parameter = old + step / 10;
      CHECK(expectation() > top - 0.03 * (top - beside));  // a parabola: a hundredth of the loss
    }
    *parameter = old;
  }
}

TEST_CASE("a model that holds NaN has no conditionals") {
  typedef rbm::Rbm<rbm::Bernoulli<3>, rbm::Bernoulli<2>> Model;
  Model model = {};
  model.weights(1, 1) = std::numeric_limits<float>::quiet_NaN();
  rbm::Vector<float, 2> probabilities = {{7, 7}};
  CHECK(rbm::classify(model, {{0, 1, 0}}, 0, probabilities) == rbm::Status::not_finite);
  CHECK(probabilities[0] == 7);
}

TEST_CASE("a label beside real units") {
  typedef rbm::Rbm<rbm::Joined<rbm::Gaussian<2>, rbm::Softmax<1, 3>>, rbm::Bernoulli<4>> Model;
  const Model model = random_pair<Model>(1.0f, 1.0f, 95);
  const Model::VisibleState v = {{0.7f, -1.2f, 0, 1, 0}};
  rbm::Vector<float, 3> probabilities;
  CHECK(rbm::classify(model, v, 0, probabilities) == rbm::Status::ok);
  double weights[3], sum = 0;
  for (size_t k = 0; k < 3; ++k) {
    Model::VisibleState labelled = v;
    for (size_t i = 0; i < 3; ++i) labelled[2 + i] = i == k ? 1.0f : 0.0f;
    sum += weights[k] = std::exp(-double(model.free_energy(labelled)));
  }
  for (size_t k = 0; k < 3; ++k) CHECK(double(probabilities[k]) == doctest::Approx(weights[k] / sum).epsilon(1e-5));
}

TEST_CASE("integers: free energies that leave their range on the way are refused, though they come back") {
  typedef rbm::Rbm<rbm::Bernoulli<2>, rbm::Bernoulli<128>, rbm::Fixed<int16_t, 1>> Model;
  static Model model = {};
  for (size_t j = 0; j < 128; ++j) {
    model.weights(0, j) = Model::Scalar(j < 64 ? 16000 : -16000);
    model.hidden.bias[j] = Model::Scalar(j < 64 ? 0 : 16000);
  }
  rbm::Vector<Model::Energy, 2> p;
  CHECK(rbm::classify(model, {}, 0, p) == rbm::Status::not_finite);
}

TEST_CASE("integers: a log-probability beyond the range is refused, where a probability of 0 is right") {
  typedef rbm::Rbm<rbm::Softmax<1, 3>, rbm::Bernoulli<64>, rbm::Fixed<int16_t, 1>> Model;
  static Model model = {};
  const int weights[3] = {8000, 16000, -100};  // of which the sums of 64 are 2^19 from the first, or less
  for (size_t k = 0; k < 3; ++k) {
    for (size_t j = 0; j < 64; ++j) model.weights(k, j) = Model::Scalar(weights[k]);
  }
  Model::VisibleState second = {}, third = {};
  second[1] = third[2] = Model::Scalar(1);
  rbm::Vector<Model::Energy, 3> p;
  CHECK(rbm::classify(model, third, 0, p) == rbm::Status::ok);
  CHECK(double(p[1]) == 1);
  CHECK(double(p[2]) == 0);
  float result = -77;
  CHECK(rbm::pseudo_log_likelihood(model, &third, 1, result) == rbm::Status::not_finite);
  CHECK(result == -77);
  CHECK(rbm::pseudo_log_likelihood(model, &second, 1, result) == rbm::Status::ok);
  CHECK(result == 0);
}
