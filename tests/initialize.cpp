// SPDX-License-Identifier: MIT

#include "../rbm/initialize.hpp"

#include <doctest/doctest.h>

#include <limits>

#include "../rbm/model.hpp"
#include "support/models.hpp"
#include "support/statistics.hpp"

namespace {

typedef rbm::Rbm<rbm::Bernoulli<4>, rbm::Bernoulli<5000>> Wide;
typedef rbm::Rbm<rbm::Bernoulli<4>, rbm::Bernoulli<3>> Model;

}  // namespace

TEST_CASE("weights start normal with deviation 0.01, biases at 0") {  // false alarm: 5e-5
  static Wide model = random_model<Wide>(1.0f, 1);
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
