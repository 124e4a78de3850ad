// Means and variances of data, which initialize and centred trainers take: right to a step for any number of samples.
// SPDX-License-Identifier: MIT

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "../rbm/rbm.hpp"

namespace {

using rbm::Bernoulli;
using rbm::Gaussian;
using rbm::Softmax;
using rbm::Spin;
using rbm::Status;

template <class Number>
double step_of() {
  return std::ldexp(1.0, -Number::fraction_bits);
}

// Real data about a mean, and the variance and bias that a unit starts with.
template <class Number>
void check_real(size_t count, double mean, double deviation) {
  typedef rbm::Rbm<Gaussian<1>, Bernoulli<1>, Number> Model;
  rbm::Xorshift32 rng(static_cast<uint32_t>(count));
  std::vector<typename Model::VisibleState> samples(count);
  double sum = 0, squares = 0;
  for (auto& sample : samples) {
    sample[0] = Number(static_cast<float>(mean + deviation * double(rbm::normal(rng))));
    sum += double(sample[0]);
  }
  const double n = static_cast<double>(count), average = sum / n, step = step_of<Number>();
  for (const auto& sample : samples) squares += std::pow(double(sample[0]) - average, 2);
  Model model = {};
  REQUIRE(rbm::initialize(model, samples.data(), count, rng) == Status::ok);
  const double least = std::max(step, 1.0 / 256);
  const double variance = std::min(std::max(squares / n, least), std::min(1e4, double(Number::highest())));
  CAPTURE(count);
  CAPTURE(mean);
  CAPTURE(deviation);
  CHECK(std::fabs(double(model.visible.variance[0]) - variance) <= step);
  const double bias = std::min(std::max(average / double(model.visible.variance[0]), double(Number::lowest())),
                               double(Number::highest()));
  CHECK(std::fabs(double(model.visible.bias[0]) - bias) <= 0.51 * step);
}

template <class Number>
void check_real() {
  const double range = double(Number::highest());
  for (size_t count : {size_t{1}, size_t{2}, size_t{3}, size_t{77}, size_t{10000}, size_t{300000}}) {
    check_real<Number>(count, 0.4 * range, 0.1 * range);
    check_real<Number>(count, -0.001 * range, 0.4 * range);
    check_real<Number>(count, -0.9 * range, 2 * range);  // most at the ends of the range
    check_real<Number>(count, 0.7, 0.0);
  }
}

// ln p, of a unit that is on in some of the samples; and of one that is in all or in none.
// The logarithms of integers are right to 0.0002 each.
template <class Number>
void check_discrete(size_t count) {
  typedef rbm::Rbm<rbm::Joined<Bernoulli<3>, rbm::Joined<Spin<3>, Softmax<1, 3>>>, Bernoulli<1>, Number> Model;
  rbm::Xorshift32 rng(3);
  std::vector<typename Model::VisibleState> samples(count);
  double on = 0;
  for (size_t s = 0; s < count; ++s) {
    const bool is_on = s % 1000 == 0;
    on += is_on;
    const Number state(is_on ? 1 : 0), spin(is_on ? 1 : -1), rest(is_on ? 0 : 1);
    samples[s] = {{Number(0), state, Number(1), Number(-1), spin, Number(1), Number(0), state, rest}};
  }
  Model model = {};
  REQUIRE(rbm::initialize(model, samples.data(), count, rng) == Status::ok);
  const double n = static_cast<double>(count), half = 0.5 / n, p = on / n;
  const double tolerance = 0.0005 + step_of<Number>();
  const auto check = [&](Number bias, double exact) {
    const double least = double(Number::lowest()), most = double(Number::highest());
    CHECK(std::fabs(double(bias) - std::min(std::max(exact, least), most)) <= tolerance);
  };
  const double margin = std::log(half / (1 - half)), odds = std::log(p / (1 - p));
  CAPTURE(count);
  check(model.visible.first.bias[0], margin);
  check(model.visible.first.bias[1], odds);
  check(model.visible.first.bias[2], -margin);
  check(model.visible.second.first.bias[0], margin / 2);
  check(model.visible.second.first.bias[1], odds / 2);
  check(model.visible.second.first.bias[2], -margin / 2);
  check(model.visible.second.second.bias[0], std::log(half));
  check(model.visible.second.second.bias[1], std::log(p));
  check(model.visible.second.second.bias[2], std::log(1 - p));
}

}  // namespace

TEST_CASE_TEMPLATE("initialize: variances and biases of integers are right to a step", Number, rbm::Fixed<int16_t, 1>,
                   rbm::Fixed<int16_t, 5>, rbm::Fixed<int16_t, 8>, rbm::Fixed<int16_t, 11>, rbm::Fixed<int16_t, 14>) {
  check_real<Number>();
}

TEST_CASE_TEMPLATE("initialize: log-odds of integers are right for few samples and for many", Number,
                   rbm::Fixed<int8_t, 2>, rbm::Fixed<int8_t, 5>, rbm::Fixed<int16_t, 8>, rbm::Fixed<int16_t, 11>,
                   rbm::Fixed<int16_t, 14>) {
  for (size_t count : {size_t{2000}, size_t{5000}, size_t{600000}}) check_discrete<Number>(count);
}

TEST_CASE_TEMPLATE("sums of 2^32 - 1 states have room", Number, rbm::Fixed<int8_t, 6>, rbm::Fixed<int16_t, 1>,
                   rbm::Fixed<int16_t, 14>) {
  if (sizeof(size_t) < 8) return;
  typedef rbm::Arithmetic<Number> Ops;
  const size_t count = 0xFFFFFFFFu;
  const double n = static_cast<double>(count), step = step_of<Number>();
  for (int64_t state : {int64_t{-32768}, int64_t{-1}, int64_t{1}, int64_t{32767}}) {
    if (Number::bits == 8) state >>= 8;
    const auto sum = static_cast<typename Ops::Total>(static_cast<int64_t>(count) * state);
    const double exact = static_cast<double>(state) * step, most = double(Ops::Delta::highest());
    CHECK(std::fabs(double(Ops::quotient(sum, count)) - std::min(std::max(exact, -most), most)) <
          1.1 / static_cast<double>(Ops::Delta::one()));
    CHECK(double(Ops::ratio(Ops::mean_of(sum, count), Number(1))) == exact);
  }
  const auto margin = Ops::mean_of(Ops::half(), count);
  CHECK(double(Ops::log_of_mean(Ops::mean_of(0, count), margin)) == doctest::Approx(-std::log(2 * n)).epsilon(5e-5));
  const auto none = Ops::mean_of(0, count);
  CHECK(double(Ops::template log_odds_of_mean<0>(none, margin)) == doctest::Approx(-std::log(2 * n)).epsilon(5e-5));
  const auto all = Ops::mean_of(static_cast<typename Ops::Total>(count) << int{Number::fraction_bits}, count);
  CHECK(double(Ops::template log_odds_of_mean<-1>(all, margin)) == doctest::Approx(std::log(2 * n)).epsilon(5e-5));
}

TEST_CASE("initialize refuses more samples than integers can count") {
  if (sizeof(size_t) < 8) return;
  typedef rbm::Rbm<Bernoulli<1>, Bernoulli<1>, rbm::Fixed<int8_t, 5>> Model;
  Model model = {};
  rbm::Xorshift32 rng(5);
  const Model::VisibleState sample = {};
  CHECK(rbm::initialize(model, &sample, static_cast<size_t>(uint64_t{1} << 32), rng) == Status::too_large);
  CHECK(rng.state == 5);
}

TEST_CASE_TEMPLATE("centred: the offset of an epoch is the mean of however many samples" *
                       doctest::test_suite("sampling"),
                   Number, float, rbm::Fixed<int8_t, 5>, rbm::Fixed<int16_t, 5>, rbm::Fixed<int16_t, 11>,
                   rbm::Fixed<int16_t, 14>) {
  typedef rbm::Rbm<Bernoulli<2>, Bernoulli<1>, Number> Model;
  std::vector<typename Model::VisibleState> samples(600000);
  const Number state(0.1f);
  for (auto& sample : samples) sample = {{Number(1), state}};
  Model model = {};
  rbm::Xorshift32 rng(6);
  REQUIRE(rbm::initialize(model, samples.data(), samples.size(), rng) == Status::ok);
  rbm::OnlineTrainer<Model, rbm::centred> trainer;
  REQUIRE(trainer.epoch(model, samples.data(), samples.size(), rng) == Status::ok);
  CHECK(double(trainer.visible_offset[0]) == 1);
  CHECK(double(trainer.visible_offset[1]) == doctest::Approx(double(state)).epsilon(1e-6));
}

TEST_CASE("initialize: means and variances of float do not drift over many samples") {
  typedef rbm::Rbm<rbm::Joined<Bernoulli<1>, Gaussian<2>>, Bernoulli<1>> Model;
  std::vector<Model::VisibleState> samples(1000000);
  for (size_t s = 0; s < samples.size(); ++s)
    samples[s] = {{0.1f, s % 2 == 0 ? 0.3f : 0.1f, s % 2 == 0 ? 1e6f : -1e6f}};
  Model model = {};
  rbm::Xorshift32 rng(7);
  REQUIRE(rbm::initialize(model, samples.data(), samples.size(), rng) == Status::ok);
  CHECK(double(model.visible.first.bias[0]) == doctest::Approx(std::log(0.1 / 0.9)).epsilon(1e-5));
  CHECK(double(model.visible.second.variance[0]) == doctest::Approx(0.01).epsilon(1e-5));
  CHECK(double(model.visible.second.bias[0]) == doctest::Approx(20).epsilon(1e-5));
  CHECK(model.visible.second.variance[1] == 1e4f);
  CHECK(std::fabs(model.visible.second.bias[1]) < 1e6f);
}

TEST_CASE("initialize: a unit that is the same in more samples than floats have steps has a finite bias") {
  typedef rbm::Arithmetic<float> Ops;
  for (float count : {1e3f, 16777215.0f, 16777216.0f, 4e9f}) {
    const float most = Ops::log_odds_of_mean<0>(1.0f, 0.5f / count);
    CHECK(rbm::is_finite(most));
    CHECK(double(most) == doctest::Approx(std::log(2.0 * std::min(double(count), 8388608.0))).epsilon(0.01));
    CHECK(Ops::log_odds_of_mean<-1>(1.0f, 0.5f / count) == most);
    CHECK(double(Ops::log_odds_of_mean<0>(0.0f, 0.5f / count)) == doctest::Approx(-double(most)).epsilon(0.01));
  }
}
