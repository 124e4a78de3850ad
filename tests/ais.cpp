// Annealed importance sampling against exact partition functions.
// SPDX-License-Identifier: MIT

#include "../rbm/evaluation/ais.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "../rbm/model/model.hpp"
#include "support/joint.hpp"
#include "support/models.hpp"
#include "support/statistics.hpp"

namespace {

typedef rbm::Rbm<rbm::Bernoulli<8>, rbm::Bernoulli<6>> Small;

const rbm::PartitionEstimate untouched = {-1.5, -2.5, -3.5, -4.5};

template <class Model>
rbm::PartitionEstimate forward(rbm::Ais<Model>& ais, const Model& model, uint32_t temperatures, uint32_t runs,
                               rbm::Xorshift32& rng) {
  rbm::PartitionEstimate estimate = untouched;
  CHECK(ais.forward(model, temperatures, runs, estimate, rng) == rbm::Status::ok);
  return estimate;
}

template <class Model>
rbm::PartitionEstimate reverse(rbm::Ais<Model>& ais, const Model& model, uint32_t temperatures,
                               const std::vector<typename Model::VisibleState>& draws, rbm::Xorshift32& rng) {
  rbm::PartitionEstimate estimate = untouched;
  const uint32_t runs = static_cast<uint32_t>(draws.size());
  CHECK(ais.reverse(model, temperatures, draws.data(), runs, estimate, rng) == rbm::Status::ok);
  return estimate;
}

// ln of the double integral of exp(-E) for one real unit in each layer, by Simpson's rule.
template <class Model>
double log_integral(const Model& model) {
  const int points = 301;
  const auto from = [](double least) { return std::max(least, -15.0); };
  const double v_from = from(Truth<typename Model::Visible>::sites()[0].least);
  const double h_from = from(Truth<typename Model::Hidden>::sites()[0].least);
  const double v_step = (15 - v_from) / (points - 1), h_step = (15 - h_from) / (points - 1);
  const auto weight = [](int k) { return (k == 0 || k == points - 1 ? 1.0 : k % 2 == 1 ? 4.0 : 2.0) / 3; };
  double sum = 0;
  for (int i = 0; i < points; ++i) {
    const Values v(1, v_from + i * v_step);
    for (int j = 0; j < points; ++j) {
      const Values h(1, h_from + j * h_step);
      sum += weight(i) * weight(j) * std::exp(-energy_of_pair(model, v, h));
    }
  }
  return std::log(sum * v_step * h_step);
}

// What is true of a pairing; draws come from the sums over states, or of two real layers from a chain that mixes fast.
template <class Model>
double true_log_partition(const Model& model) {
  if (is_discrete<typename Model::Visible>() || is_discrete<typename Model::Hidden>()) {
    return exact_moments(model).log_partition;
  }
  if (Model::Visible::is_gaussian && Model::Hidden::is_gaussian) return log_partition_of_gaussians(model);
  return log_integral(model);
}

template <class Model>
std::vector<typename Model::VisibleState> true_draws(const Model& model, size_t count, rbm::Xorshift32& rng) {
  if (is_discrete<typename Model::Visible>() || is_discrete<typename Model::Hidden>()) {
    return exact_samples(model, count, rng);
  }
  std::vector<typename Model::VisibleState> draws(count);
  rbm::GibbsChain<Model> chain;
  chain.start_from_noise(rng);
  for (auto& v : draws) {
    (void)chain.run(model, 20, rng);
    v = chain.visible;
  }
  return draws;
}

// Within five standard errors, which may be `within` at most. The errors are known within 10 %, so a false alarm has a
// probability of about 1e-5, and of 1e-3 in all the pairings together.
void check_estimate(const std::string& visible, const std::string& hidden, const rbm::PartitionEstimate& estimate,
                    double log_partition, double within) {
  CAPTURE(visible);
  CAPTURE(hidden);
  const double five_errors = (estimate.high - estimate.low) / 6 * 5;
  CHECK(five_errors < within);
  CHECK(std::fabs(estimate.log_partition - log_partition) < five_errors + 1e-5);
  CHECK(estimate.low <= estimate.log_partition);
  CHECK(estimate.log_partition <= estimate.high);
}

template <class Visible, class Hidden>
void check_pairing(uint32_t seed) {
  typedef rbm::Rbm<Visible, Hidden> Model;
  const bool both_real = Visible::is_real && Hidden::is_real;
  const Model model = random_pair<Model>(both_real ? 0.3f : 0.8f, 0.5f, seed);
  const double log_partition = true_log_partition(model);
  rbm::Xorshift32 rng(seed * 0x9E3779B9u);
  const auto draws = true_draws(model, 100, rng);
  rbm::Ais<Model> ais;
  for (bool from_data : {false, true}) {
    if (from_data) {
      CHECK(ais.set_base(model, draws.data(), draws.size()) == rbm::Status::ok);
    } else {
      ais.set_base(model);
    }
    for (const rbm::PartitionEstimate& estimate :
         {forward(ais, model, 60, 100, rng), reverse(ais, model, 60, draws, rng)}) {
      check_estimate(Truth<Visible>::name(), Truth<Hidden>::name(), estimate, log_partition, 0.6);
    }
  }
}

// What a run does with a pair it does by the layer, at one temperature after another, and tests of pairs and of
// temperatures are where these are: so each visible layer has two of the discrete hidden ones, and each of these three.
template <class Visible>
void check_with_bernoulli_and_softmax(uint32_t seed) {
  check_pairing<Visible, rbm::Bernoulli<3>>(seed);
  check_pairing<Visible, rbm::Softmax<1, 4>>(seed + 2);
}
template <class Visible>
void check_with_spin_and_joined(uint32_t seed) {
  check_pairing<Visible, rbm::Spin<3>>(seed + 1);
  check_pairing<Visible, rbm::Joined<rbm::Bernoulli<2>, rbm::Softmax<1, 3>>>(seed + 3);
}

// The log weights of two runs from what is said of them: they lie as far above as below their mean.
void add_log_weights(double sign, const rbm::PartitionEstimate& two, Values& log_weights) {
  const double apart = std::acosh(std::exp(sign * (two.log_partition - two.mean_log_weight)));
  log_weights.push_back(sign * two.mean_log_weight + apart);
  log_weights.push_back(sign * two.mean_log_weight - apart);
}

// The estimate from all runs at once by its definition, given the log weights (of 1 / w in reverse).
void check_definition(double sign, const Values& log_weights, const rbm::PartitionEstimate& estimate) {
  const double n = static_cast<double>(log_weights.size());
  Average weight, log_weight;
  for (double each : log_weights) {
    weight.add(std::exp(each - log_weights[0]));
    log_weight.add(each);
  }
  const double error = 3 * weight.standard_error();
  CAPTURE(n);
  const auto agrees = [&](double got, double mean) {
    return near(got, sign * (log_weights[0] + std::log(mean)), 1e-7);
  };
  CHECK(agrees(estimate.log_partition, weight.mean));
  CHECK(near(estimate.mean_log_weight, sign * log_weight.mean, 1e-10));
  CHECK(agrees(sign > 0 ? estimate.high : estimate.low, weight.mean + error));
  if (weight.mean > error) {
    CHECK(agrees(sign > 0 ? estimate.low : estimate.high, weight.mean - error));
  } else {
    CHECK((sign > 0 ? estimate.low : estimate.high) == -sign * HUGE_VAL);
  }
}

}  // namespace

TEST_CASE("forward and reverse estimates bracket ln Z, closer with more temperatures" *
          doctest::test_suite("sampling")) {
  // The tolerances are at least 4.5 standard errors: false alarm below 1e-4, all checks together.
  const Small model = random_pair<Small>(1, 1, 1);
  const double log_partition = exact_moments(model).log_partition;
  rbm::Xorshift32 rng(0x5EED0001u);
  const auto draws = exact_samples(model, 200, rng);
  rbm::Ais<Small> ais;
  CHECK(ais.set_base(model, draws.data(), draws.size()) == rbm::Status::ok);
  double within = 5;
  for (uint32_t temperatures : {100u, 1000u, 10000u}) {
    within /= 10;
    CAPTURE(temperatures);
    const size_t runs = temperatures == 10000 ? 60 : 100;
    const rbm::PartitionEstimate below = forward(ais, model, temperatures, static_cast<uint32_t>(runs), rng);
    const rbm::PartitionEstimate above = reverse(ais, model, temperatures, {draws.begin(), draws.begin() + 100}, rng);
    for (const rbm::PartitionEstimate& estimate : {below, above}) {
      CHECK(std::fabs(estimate.log_partition - log_partition) < within);
      CHECK(estimate.low < log_partition);
      CHECK(log_partition < estimate.high);
    }
  }
}

TEST_CASE("the means of ln w lie below and above ln Z, ten times closer with ten times as many temperatures" *
          doctest::test_suite("sampling")) {
  // The gap is as large as the variances of ln w, so 2000 runs give the ratio of the gaps, about 9, with a standard
  // error of 13 %. False alarm: 1e-3.
  const Small model = random_pair<Small>(1, 1, 1);
  const double log_partition = exact_moments(model).log_partition;
  rbm::Xorshift32 rng(0x5EED0002u);
  rbm::Ais<Small> ais;
  ais.set_base(model);
  double gaps[2];
  for (size_t k = 0; k < 2; ++k) {
    const uint32_t temperatures = k == 0 ? 10 : 100;
    Average below, above;
    for (int round = 0; round < 20; ++round) {
      below.add(forward(ais, model, temperatures, 100, rng).mean_log_weight);
      above.add(reverse(ais, model, temperatures, exact_samples(model, 100, rng), rng).mean_log_weight);
    }
    CHECK(below.mean < log_partition + 4 * below.standard_error());
    CHECK(above.mean > log_partition - 4 * above.standard_error());
    gaps[k] = above.mean - below.mean;
  }
  CHECK(gaps[0] / gaps[1] > 5);
  CHECK(gaps[0] / gaps[1] < 18);
}

TEST_CASE("an estimate says what its runs say") {
  const Small weak = random_pair<Small>(0.3f, 0.5f, 2), strong = random_pair<Small>(4, 1, 2);
  rbm::Ais<Small> ais;
  for (const Small& model : {weak, strong}) {
    rbm::Xorshift32 rng(0x5EED0003u);
    const auto draws = exact_samples(model, 10, rng);
    ais.set_base(model);
    for (int round = 0; round < 20; ++round) {
      for (size_t runs : {2u, 6u, 10u}) {
        // Pairs of runs, then all of them with the same random numbers.
        rbm::Xorshift32 again = rng;
        Values down, up;
        for (size_t pair = 0; pair < runs; pair += 2) add_log_weights(1, forward(ais, model, 4, 2, rng), down);
        check_definition(1, down, forward(ais, model, 4, static_cast<uint32_t>(runs), again));
        again = rng;
        for (size_t pair = 0; pair < runs; pair += 2) {
          add_log_weights(-1, reverse(ais, model, 4, {draws[pair], draws[pair + 1]}, rng), up);
        }
        const auto last = draws.begin() + static_cast<std::ptrdiff_t>(runs);
        check_definition(-1, up, reverse(ais, model, 4, {draws.begin(), last}, again));
      }
    }
  }
}

TEST_CASE("three standard errors hold the truth as often as they should" * doctest::test_suite("sampling")) {
  // Of normal errors 0.3 % are larger, of these a few more; 10 of 200 would be one in a million at 1.5 %.
  const Small model = random_pair<Small>(1, 1, 3);
  const double log_partition = exact_moments(model).log_partition;
  rbm::Xorshift32 rng(0x5EED0004u);
  rbm::Ais<Small> ais;
  ais.set_base(model);
  int missed[2] = {0, 0};
  Average estimates[2], widths[2];
  for (int repetition = 0; repetition < 200; ++repetition) {
    const auto draws = exact_samples(model, 25, rng);
    const rbm::PartitionEstimate both[2] = {forward(ais, model, 50, 25, rng), reverse(ais, model, 50, draws, rng)};
    for (int k = 0; k < 2; ++k) {
      missed[k] += !(both[k].low <= log_partition && log_partition <= both[k].high);
      estimates[k].add(both[k].log_partition);
      widths[k].add(both[k].high - both[k].low);
    }
  }
  for (int k = 0; k < 2; ++k) {
    CAPTURE(k);
    CHECK(missed[k] <= 6);
    // The error that is stated is the one there is, within five standard errors of the latter.
    const double spread = estimates[k].standard_error() * std::sqrt(200.0);
    CHECK(std::fabs(widths[k].mean / 6 / spread - 1) < 0.25);
  }
}

TEST_CASE("all units on either side, from the model's biases and from means of data" *
          doctest::test_suite("sampling")) {
  check_with_bernoulli_and_softmax<rbm::Bernoulli<4>>(11);
  check_with_spin_and_joined<rbm::Spin<4>>(21);
  check_with_spin_and_joined<rbm::Softmax<2, 3>>(31);
  check_with_bernoulli_and_softmax<rbm::Joined<rbm::Spin<2>, rbm::Softmax<1, 3>>>(41);
  check_with_bernoulli_and_softmax<rbm::Gaussian<2>>(51);
  check_with_spin_and_joined<rbm::Relu<2>>(61);
  check_pairing<rbm::Bernoulli<4>, rbm::Gaussian<2>>(71);
  check_pairing<rbm::Softmax<2, 3>, rbm::Gaussian<2>>(73);
  check_pairing<rbm::Spin<4>, rbm::Relu<2>>(76);
  check_pairing<rbm::Joined<rbm::Spin<2>, rbm::Softmax<1, 3>>, rbm::Relu<2>>(78);
  check_pairing<rbm::Gaussian<3>, rbm::Gaussian<2>>(81);
  check_pairing<rbm::Joined<rbm::Gaussian<1>, rbm::Gaussian<2>>, rbm::Gaussian<2>>(82);
  check_pairing<rbm::Gaussian<1>, rbm::Relu<1>>(83);
  check_pairing<rbm::Relu<1>, rbm::Gaussian<1>>(84);
  check_pairing<rbm::Relu<1>, rbm::Relu<1>>(85);
}

TEST_CASE("a base from data has the data's means, and lies near the model") {
  typedef rbm::Rbm<rbm::Joined<rbm::Bernoulli<2>, rbm::Gaussian<2>>, rbm::Spin<2>> Model;
  Model model = random_pair<Model>(1, 1, 4);
  model.visible.second.variance[0] = 2.5f;
  const std::vector<Model::VisibleState> samples = {{{1, 0, 3, -1}}, {{0, 0, 4, 2}}, {{1, 0, -1, 5}}, {{1, 0, 0, 2}}};
  rbm::Ais<Model> ais;
  CHECK(ais.set_base(model, samples.data(), 4) == rbm::Status::ok);
  CHECK(double(ais.base.first.bias[0]) == doctest::Approx(std::log(3.0)).epsilon(1e-5));
  CHECK(double(ais.base.first.bias[1]) == doctest::Approx(std::log(0.125 / 0.875)).epsilon(1e-5));  // half a sample
  CHECK(double(ais.base.second.bias[0]) == doctest::Approx(1.5 / 2.5).epsilon(1e-5));
  CHECK(double(ais.base.second.bias[1] * model.visible.second.variance[1]) == doctest::Approx(2).epsilon(1e-5));
  CHECK(same_bits(ais.base.second.variance, model.visible.second.variance));
  ais.set_base(model);
  CHECK(same_bits(ais.base, model.visible));
}

TEST_CASE("variances beyond those that training keeps to") {
  // The path must not change them: with other variances at its beginning no step would fit its density.
  typedef rbm::Rbm<rbm::Gaussian<1>, rbm::Bernoulli<2>> Model;
  for (float scale : {1e-3f, 1e3f}) {  // of v; the hidden units see the same
    const Model model = {{{0.7f / scale, -0.9f / scale}}, {{{0.5f / scale}}, {{scale * scale}}}, {{{0.5f, -0.5f}}}};
    rbm::Xorshift32 rng(0x5EED0005u);
    const auto draws = exact_samples(model, 200, rng);
    rbm::Ais<Model> ais;
    CHECK(ais.set_base(model, draws.data(), draws.size()) == rbm::Status::ok);
    CHECK(same_bits(ais.base.variance, model.visible.variance));
    const double log_partition = exact_moments(model).log_partition;
    check_estimate("Gaussian", "Bernoulli", forward(ais, model, 100, 200, rng), log_partition, 1);
    check_estimate("Gaussian", "Bernoulli", reverse(ais, model, 100, draws, rng), log_partition, 1);
  }
}

TEST_CASE("what is refused changes nothing") {
  typedef rbm::Rbm<rbm::Gaussian<2>, rbm::Gaussian<1>> Real;
  Real real = {{{0.6f, 0.79f}}, {{{1, 2}}, {{1, 1}}}, {{{3}}, {{1}}}};
  std::vector<Real::VisibleState> draws = {{{1, 2}}, {{3, 4}}};
  rbm::Ais<Real> ais;
  ais.set_base(real);
  rbm::PartitionEstimate estimate = untouched;
  rbm::Xorshift32 rng(7);
  const auto check_both = [&](uint32_t temperatures, uint32_t runs, rbm::Status status) {
    CHECK(ais.forward(real, temperatures, runs, estimate, rng) == status);
    CHECK(ais.reverse(real, temperatures, draws.data(), runs, estimate, rng) == status);
    CHECK(same_bits(estimate, untouched));
    CHECK(rng.state == 7);
  };
  check_both(0, 2, rbm::Status::out_of_range);
  check_both(10, 1, rbm::Status::out_of_range);
  check_both(10, 0, rbm::Status::out_of_range);
  real.weights(1, 0) = 0.81f;  // 0.6^2 + 0.8^2 = 1
  check_both(10, 2, rbm::Status::not_normalizable);
  real.weights(1, 0) = std::numeric_limits<float>::quiet_NaN();
  check_both(10, 2, rbm::Status::not_finite);
  real.weights(1, 0) = 0.79f;
  draws[1][0] = std::numeric_limits<float>::infinity();
  CHECK(ais.reverse(real, 10, draws.data(), 2, estimate, rng) == rbm::Status::not_finite);
  const Real::VisibleLayer base = ais.base;
  CHECK(ais.set_base(real, draws.data(), 2) == rbm::Status::not_finite);
  CHECK(ais.set_base(real, draws.data(), 0) == rbm::Status::out_of_range);
  CHECK(same_bits(ais.base, base));

  const Small model = random_pair<Small>(1, 1, 1);
  auto states = noise_samples<Small>(3, 1);
  rbm::Ais<Small> small;
  small.set_base(model);
  const Small::VisibleLayer old = small.base;
  states[2][7] = 1.5f;
  CHECK(small.reverse(model, 10, states.data(), 3, estimate, rng) == rbm::Status::out_of_range);
  CHECK(small.set_base(model, states.data(), 3) == rbm::Status::out_of_range);
  CHECK(same_bits(small.base, old));
  CHECK(same_bits(estimate, untouched));
  CHECK(rng.state == 7);
  CHECK(small.reverse(model, 10, states.data(), 2, estimate, rng) == rbm::Status::ok);
  estimate = untouched;
  small.base.bias[0] = std::numeric_limits<float>::quiet_NaN();  // no partition function to begin with
  CHECK(small.forward(model, 10, 2, estimate, rng) == rbm::Status::not_finite);
  CHECK(same_bits(estimate, untouched));
}

TEST_CASE("a base that was set for other variances is refused") {
  typedef rbm::Rbm<rbm::Gaussian<2>, rbm::Bernoulli<2>> Model;
  Model model = {};
  model.visible.clear();
  rbm::Ais<Model> ais;
  ais.set_base(model);
  rbm::Xorshift32 rng(1);
  rbm::PartitionEstimate estimate = {};
  CHECK(ais.forward(model, 10, 10, estimate, rng) == rbm::Status::ok);
  model.visible.variance[1] = 4;
  CHECK(ais.forward(model, 10, 10, estimate, rng) == rbm::Status::out_of_range);
  ais.set_base(model);
  CHECK(ais.forward(model, 10, 10, estimate, rng) == rbm::Status::ok);
}
