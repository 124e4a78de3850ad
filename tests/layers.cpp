// SPDX-License-Identifier: MIT

#include "../rbm/layers.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <type_traits>

#include "support/models.hpp"
#include "support/statistics.hpp"
#include "support/ulp.hpp"

namespace {

typedef rbm::Bernoulli<20> Units;
typedef Units::Layer<float> Layer;
typedef Units::Evidence<float> Evidence;
const float nan_value = std::numeric_limits<float>::quiet_NaN();
const float infinite = std::numeric_limits<float>::infinity();

}  // namespace

TEST_CASE("a layer is plain data: its parameters") {
  static_assert(std::is_trivial<Layer>::value, "plain data");
  CHECK(sizeof(Layer) == 20 * sizeof(float));
}

TEST_CASE("Bernoulli: mean and cumulant of any input") {
  const Layer layer = {};
  rbm::Vector<float, 20> x, mean;
  for (size_t i = 0; i < 20; ++i) x[i] = 1.7f * static_cast<float>(i) - 17.0f;
  x[0] = -1000.0f;
  x[1] = 1000.0f;
  layer.mean<20>(0, x.values, mean.values);
  double cumulant = 0;
  for (size_t i = 0; i < 20; ++i) {
    CHECK(ulps(mean[i], exact::sigmoid(double(x[i]))) < 3);
    cumulant += exact::softplus(double(x[i]));
  }
  CHECK(double(layer.cumulant<20>(0, x.values)) == doctest::Approx(cumulant).epsilon(1e-6));
}

TEST_CASE("Bernoulli: noise is fair coins, one word each") {  // false alarm: 1e-6
  rbm::Xorshift32 rng(3), same(3);
  std::vector<double> counts(32, 0);
  for (int round = 0; round < 32000; ++round) {
    float s[5];
    rbm::Bernoulli<5>::Layer<float>::noise(s, rng);
    size_t index = 0;
    for (float unit : s) index = 2 * index + (unit == 1.0f);
    counts[index] += 1;
  }
  for (int word = 0; word < 5 * 32000; ++word) same();
  CHECK(rng.state == same.state);
  CHECK(chi_square(counts, std::vector<double>(32, 1000)) < chi_square_limit(31, 4.75));
}

TEST_CASE("Bernoulli: a draw takes one word for each unit and follows the mean") {
  const Layer layer = {};
  rbm::Vector<float, 20> x, drawn;
  for (size_t i = 0; i < 20; ++i) x[i] = 0.5f * static_cast<float>(i) - 5.0f;
  rbm::Xorshift32 rng(1);
  rbm::Xorshift32 same(1);
  double deviation = 0;  // a chi-square with 20 degrees of freedom; false alarm: 1e-6
  rbm::Vector<double, 20> ones = {};
  for (int round = 0; round < 20000; ++round) {
    layer.sample<20>(0, x.values, drawn.values, rng);
    for (size_t i = 0; i < 20; ++i) ones[i] += double(drawn[i]);
  }
  for (size_t i = 0; i < 20; ++i) {
    const double p = exact::sigmoid(double(x[i]));
    deviation += (ones[i] - 20000 * p) * (ones[i] - 20000 * p) / (20000 * p * (1 - p));
  }
  CHECK(deviation < 66);
  for (int word = 0; word < 20 * 20000; ++word) same();
  CHECK(same.state == rng.state);
}

TEST_CASE("Bernoulli: what a state may be") {
  rbm::Vector<float, 20> state = {};
  state[3] = 1.0f;
  state[4] = 0.3f;
  state[5] = -0.0f;
  CHECK(Layer::check(state.values) == rbm::Status::ok);
  for (size_t i : {0u, 7u, 19u}) {
    for (float bad : {1.0000001f, -1e-45f, 3e38f}) {
      rbm::Vector<float, 20> wrong = state;
      wrong[i] = bad;
      CHECK(Layer::check(wrong.values) == rbm::Status::out_of_range);
    }
    for (float bad : {nan_value, infinite, -infinite}) {
      rbm::Vector<float, 20> wrong = state;
      wrong[i] = bad;
      CHECK(Layer::check(wrong.values) == rbm::Status::not_finite);
    }
  }
}

TEST_CASE("Bernoulli: evidence is the log-likelihood ratio of what was seen") {
  Evidence evidence;
  evidence.forget();
  CHECK(evidence.log_odds[7] == 0);
  CHECK(evidence.observe(0, true, 0.15f) == rbm::Status::ok);
  CHECK(evidence.observe(1, false, 0.15f) == rbm::Status::ok);
  CHECK(evidence.observe(2, true, 0.5f) == rbm::Status::ok);
  CHECK(evidence.observe(3, true, 0.0f) == rbm::Status::ok);
  CHECK(evidence.observe(4, true, 1.0f) == rbm::Status::ok);
  evidence.clamp(5, true);
  evidence.clamp(6, false);
  CHECK(double(evidence.log_odds[0]) == doctest::Approx(std::log(0.85 / 0.15)).epsilon(1e-6));
  CHECK(double(evidence.log_odds[1]) == doctest::Approx(-std::log(0.85 / 0.15)).epsilon(1e-6));
  CHECK(std::fabs(evidence.log_odds[2]) < 1e-6f);
  CHECK(evidence.log_odds[3] == infinite);
  CHECK(evidence.log_odds[4] == -infinite);
  CHECK(evidence.log_odds[5] == infinite);
  CHECK(evidence.log_odds[6] == -infinite);

  rbm::Vector<float, 20> x, mean;
  for (float& value : x) value = -3.0f;
  evidence.mean<20>(Layer(), 0, x.values, mean.values);
  CHECK(mean[5] == 1.0f);
  CHECK(mean[6] == 0.0f);
  CHECK(double(mean[7]) == doctest::Approx(exact::sigmoid(-3.0)));
  evidence.forget(5);
  CHECK(evidence.log_odds[5] == 0);

  // A certain observation outweighs any input.
  x[6] = infinite;
  evidence.mean<20>(Layer(), 0, x.values, mean.values);
  CHECK(mean[6] == 0.0f);

  evidence.clamp(0, true);
  evidence.clamp(19, true);
  evidence.forget();
  for (float odds : evidence.log_odds) CHECK(odds == 0);

  rbm::Vector<float, 20> seen = {};
  seen[0] = seen[19] = 1;
  CHECK(evidence.observe(seen, 0.25f) == rbm::Status::ok);
  for (size_t i = 0; i < 20; ++i) {
    const double odds = std::log(3.0);
    CHECK(double(evidence.log_odds[i]) == doctest::Approx(i == 0 || i == 19 ? odds : -odds).epsilon(1e-6));
  }
}

TEST_CASE("Bernoulli: an observation that makes no sense is refused whole") {
  Evidence evidence;
  rbm::Vector<float, 20> seen = {};
  CHECK(evidence.observe(seen, 0.25f) == rbm::Status::ok);
  const Evidence before = evidence;
  CHECK(evidence.observe(seen, -0.1f) == rbm::Status::out_of_range);
  CHECK(evidence.observe(seen, 1.1f) == rbm::Status::out_of_range);
  CHECK(evidence.observe(seen, nan_value) == rbm::Status::not_finite);
  CHECK(evidence.observe(3, true, 1.1f) == rbm::Status::out_of_range);
  CHECK(evidence.observe(3, true, infinite) == rbm::Status::not_finite);
  seen[19] = 0.5f;
  CHECK(evidence.observe(seen, 0.25f) == rbm::Status::out_of_range);
  seen[19] = nan_value;
  CHECK(evidence.observe(seen, 0.25f) == rbm::Status::not_finite);
  CHECK(same_bits(evidence, before));
}
