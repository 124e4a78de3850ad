// SPDX-License-Identifier: MIT

#include "../rbm/model/initialize.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "../rbm/model/model.hpp"
#include "support/models.hpp"
#include "support/pairs.hpp"
#include "support/statistics.hpp"
#include "support/ulp.hpp"

namespace {

typedef rbm::Rbm<rbm::Bernoulli<4>, rbm::Bernoulli<5000>> Energy;
typedef rbm::Rbm<rbm::Bernoulli<4>, rbm::Bernoulli<3>> Model;

}  // namespace

TEST_CASE("weights start normal with deviation 0.01, biases at 0") {  // false alarm: 5e-5
  static Energy model = random_model<Energy>(1.0f, 1);
  rbm::Xorshift32 rng(2);
  rbm::initialize(model, rng);
  Average weight, square;
  for (float value : model.weights.values) {
    weight.add(double(value));
    square.add(double(value) * double(value));
  }
  CHECK(std::fabs(weight.mean) < 4.2 * weight.standard_error());
  CHECK(std::fabs(square.mean - 1e-4) < 4.2 * square.standard_error());
  for (float bias : model.visible.bias) CHECK(bias == 0);
  float largest = 0;
  for (float bias : model.hidden.bias) largest = std::max(largest, std::fabs(bias));
  CHECK(largest == 0);
}

TEST_CASE("visible biases start at the log-odds of the data's means") {
  // Unit 0 is never on, unit 1 in one sample of ten, unit 2 in seven, unit 3 always.
  Model::VisibleState samples[10];
  for (size_t s = 0; s < 10; ++s) samples[s] = {{0.0f, s == 4 ? 1.0f : 0.0f, s < 7 ? 1.0f : 0.0f, 1.0f}};
  Model model;
  rbm::Xorshift32 rng(3);
  CHECK(rbm::initialize(model, samples, 10, rng) == rbm::Status::ok);
  CHECK(double(model.visible.bias[0]) == doctest::Approx(std::log(0.05 / 0.95)).epsilon(1e-5));
  CHECK(double(model.visible.bias[1]) == doctest::Approx(std::log(0.1 / 0.9)).epsilon(1e-5));
  CHECK(double(model.visible.bias[2]) == doctest::Approx(std::log(0.7 / 0.3)).epsilon(1e-5));
  CHECK(double(model.visible.bias[3]) == doctest::Approx(std::log(0.95 / 0.05)).epsilon(1e-5));
  for (float bias : model.hidden.bias) CHECK(bias == 0);
}

TEST_CASE("bad samples are refused and change nothing") {
  Model::VisibleState samples[3] = {};
  Model model = random_model<Model>(1.0f, 4);
  const Model before = model;
  rbm::Xorshift32 rng(5);
  CHECK(rbm::initialize(model, samples, 0, rng) == rbm::Status::out_of_range);
  samples[2][3] = 2.0f;
  CHECK(rbm::initialize(model, samples, 3, rng) == rbm::Status::out_of_range);
  samples[1][0] = std::numeric_limits<float>::quiet_NaN();
  CHECK(rbm::initialize(model, samples, 3, rng) == rbm::Status::not_finite);
  CHECK(same_bits(model, before));
  CHECK(rng.state == 5);
}

namespace {

// A model without its weights must have the means of the samples, unit by unit.
template <class Units>
void check_start(const std::vector<rbm::Vector<float, Units::size>>& samples) {
  typedef rbm::Rbm<Units, rbm::Gaussian<2>> Pair;
  CAPTURE(Truth<Units>::name());
  Pair model = random_pair<Pair>(1.0f, 1.0f, 6);
  rbm::Xorshift32 rng(7), same(7);
  CHECK(rbm::initialize(model, samples.data(), samples.size(), rng) == rbm::Status::ok);
  Pair plain;
  rbm::initialize(plain, same);
  for (size_t i = 0; i < Units::size; ++i) {  // smaller where they drive real hidden units with more than deviation 1
    const double deviation = std::sqrt(std::max(1.0, double(model.visible.variance_of(i))));
    for (size_t j = 0; j < 2; ++j) {
      CHECK(double(model.weights(i, j)) * deviation == doctest::Approx(double(plain.weights(i, j))).epsilon(1e-6));
    }
  }
  CHECK(rng.state == same.state);
  for (size_t j = 0; j < 2; ++j) {
    CHECK(model.hidden.bias[j] == 0);
    CHECK(model.hidden.variance[j] == 1);
  }
  model.weights = {};
  typename Pair::VisibleState mean;
  model.mean_visible({{0, 0}}, mean);
  for (size_t i = 0; i < Units::size; ++i) {
    double expected = 0;
    for (const auto& sample : samples) expected += double(sample[i]) / static_cast<double>(samples.size());
    CHECK(double(mean[i]) == doctest::Approx(expected).epsilon(1e-5));
  }
}

}  // namespace

TEST_CASE("visible units of every type start at the data's means") {
  check_start<rbm::Bernoulli<2>>({{{0, 1}}, {{1, 1}}, {{1, 0}}, {{1, 0.5f}}});
  check_start<rbm::Spin<2>>({{{-1, 1}}, {{1, 1}}, {{1, -1}}, {{1, 0.5f}}});
  check_start<rbm::Softmax<2, 2>>({{{1, 0, 0, 1}}, {{0, 1, 0, 1}}, {{0, 1, 1, 0}}, {{0.5f, 0.5f, 0, 1}}});
  check_start<rbm::Gaussian<3>>({{{-3, 100, 0.1f}}, {{1, 101, 0.1f}}, {{7, 105, 0.1f}}});
  check_start<rbm::Relu<3>>({{{0, 100, 0.1f}}, {{1, 101, 0.2f}}, {{7, 105, 0.3f}}});
  check_start<rbm::Joined<rbm::Gaussian<1>, rbm::Joined<rbm::Relu<1>, rbm::Spin<1>>>>({{{-5, 2, 1}}, {{4, 3, -1}}});
}

TEST_CASE("Gaussian visible units start with the data's variances") {
  typedef rbm::Rbm<rbm::Joined<rbm::Spin<1>, rbm::Gaussian<3>>, rbm::Bernoulli<2>> Pair;
  Pair model = random_pair<Pair>(1.0f, 1.0f, 8);
  const Pair::VisibleState samples[4] = {{{1, -1, 1000, 5}}, {{-1, 1, 1002, 5}}, {{1, 3, 1001, 5}}, {{1, 5, 1001, 5}}};
  rbm::Xorshift32 rng(9);
  CHECK(rbm::initialize(model, samples, 4, rng) == rbm::Status::ok);
  CHECK(double(model.visible.second.variance[0]) == doctest::Approx(5));
  CHECK(double(model.visible.second.variance[1]) == doctest::Approx(0.5));
  CHECK(model.visible.second.variance[2] == 1e-4f);  // where nothing varies
  CHECK(double(model.visible.second.bias[0]) == doctest::Approx(2.0 / 5));
  CHECK(double(model.visible.second.bias[2]) == doctest::Approx(5e4));
}

TEST_CASE("a unit of each type that never changes gets a bias that is finite") {
  typedef rbm::Joined<rbm::Spin<2>, rbm::Joined<rbm::Softmax<1, 2>, rbm::Relu<1>>> Units;
  typedef rbm::Rbm<Units, rbm::Bernoulli<2>> Pair;
  Pair model = random_pair<Pair>(1.0f, 1.0f, 10);
  Pair::VisibleState samples[10];
  for (auto& sample : samples) sample = {{-1, 1, 0, 1, 0}};
  rbm::Xorshift32 rng(11);
  CHECK(rbm::initialize(model, samples, 10, rng) == rbm::Status::ok);
  CHECK(double(model.visible.first.bias[0]) == doctest::Approx(std::atanh(-0.9)).epsilon(1e-5));
  CHECK(double(model.visible.first.bias[1]) == doctest::Approx(std::atanh(0.9)).epsilon(1e-5));
  CHECK(double(model.visible.second.first.bias[0]) == doctest::Approx(std::log(0.05)).epsilon(1e-5));
  CHECK(double(model.visible.second.first.bias[1]) == doctest::Approx(0));
  const double bias = double(model.visible.second.second.bias[0]);
  CHECK(exact::rectified_mean(bias) == doctest::Approx(0.05).epsilon(1e-5));
}
