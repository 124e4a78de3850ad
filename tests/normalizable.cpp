// Learning keeps models whose layers are both real normalizable, whatever is learned and however fast.
// SPDX-License-Identifier: MIT

#include "../rbm/training/normalizable.hpp"

#include <doctest/doctest.h>

#include <memory>

#include "../rbm/evaluation/likelihood.hpp"
#include "../rbm/rbm.hpp"
#include "support/pairs.hpp"

namespace {

using rbm::Bernoulli;
using rbm::Extras;
using rbm::Gaussian;
using rbm::Joined;
using rbm::Parameter;
using rbm::Relu;
using rbm::Status;

struct SetVariances {
  float variance;

  template <class Number>
  void operator()(Parameter kind, Number& number) {
    if (kind == Parameter::variance) number = Number(variance);
  }
};

// Real units of both layers that learn: the joint density has an integral after every step.
template <class Model, size_t Batch, Extras Chosen>
void check_normalizable(float rate, float scale, float variance) {
  static rbm::Trainer<Model, Batch, Chosen> trainer;
  static rbm::Likelihood<Model> likelihood;
  static rbm::Vector<typename Model::VisibleState, Batch> samples;
  typedef typename Model::Scalar Scalar;
  trainer = rbm::Trainer<Model, Batch, Chosen>();
  trainer.options.learning_rate = rate;
  Model model;
  rbm::Xorshift32 rng(7);
  rbm::initialize(model, rng);
  SetVariances set = {variance};
  Model::VisibleLayer::each_parameter(set, model.visible);
  int wrong = 0;
  for (int step = 0; step < 200; ++step) {
    for (auto& sample : samples) {
      const float common = scale * rbm::normal(rng);  // what all units have in common is what hidden ones learn
      for (const Site& site : Truth<typename Model::Visible>::sites()) {
        const float x = common + scale * rbm::normal(rng);
        sample[site.first] = Scalar(!site.is_real() ? float(x > 0) : site.least < 0 || x > 0 ? x : -x);
      }
    }
    const Status status = trainer.step(model, samples.values, Batch, rng);
    wrong += status == Status::ok || status == Status::not_finite ? 0 : 1;
    wrong += likelihood.check(model) == Status::ok && rbm::check(model) == Status::ok ? 0 : 1;
  }
  CAPTURE(name_of<Model>());
  CAPTURE(rate);
  CAPTURE(scale);
  CHECK(wrong == 0);
}

template <class Model, size_t Batch, Extras Chosen>
void check_normalizable(float variance = 1) {
  for (float rate : {0.001f, 0.01f, 0.1f, 1.0f, 30.0f}) {
    for (float scale : {1.0f, 10.0f, 1000.0f}) check_normalizable<Model, Batch, Chosen>(rate, scale, variance);
  }
}

// What is scaled down: the weights between real units by one factor, none else; centred, biases move with them.
template <class Number>
void check_scaled(double step) {
  typedef rbm::Rbm<Joined<Bernoulli<2>, Gaussian<3>>, Joined<Gaussian<2>, rbm::Spin<2>>, Number> Model;
  Model model = {};
  rbm::Xorshift32 rng(3);
  for (Number& weight : model.weights.values) weight = Number(3 * rbm::uniform(rng));
  model.visible.second.variance.fill(Number(1));
  model.hidden.first.variance.fill(Number(1));
  rbm::detail::Offsets<Model> offsets = {};
  offsets.visible_offset = {{Number(1), Number(0.5f), Number(2), Number(-1), Number(0)}};
  offsets.hidden_offset = {{Number(1), Number(-2), Number(0.5f), Number(1)}};
  const Model before = model;
  const auto strongest =
      std::unique_ptr<rbm::detail::StrongestDirection<Model>>(new rbm::detail::StrongestDirection<Model>());
  strongest->keep_normalizable(model, &offsets);
  CHECK(rbm::check(before) == Status::not_normalizable);
  CHECK(std::unique_ptr<rbm::Likelihood<Model>>(new rbm::Likelihood<Model>)->check(model) == Status::ok);
  const double factor = double(model.weights(2, 0)) / double(before.weights(2, 0));
  CHECK(factor < 0.5);
  double visible_bias[5] = {}, hidden_bias[4] = {};
  for (size_t i = 0; i < 5; ++i) {
    for (size_t j = 0; j < 4; ++j) {
      CAPTURE(i);
      CAPTURE(j);
      const bool are_real = i >= 2 && j < 2;
      const double now = double(model.weights(i, j)), then = double(before.weights(i, j));
      CHECK(std::fabs(now - (are_real ? factor * then : then)) <= (are_real ? 3 * step : 0));
      visible_bias[i] += (then - now) * double(offsets.hidden_offset[j]);
      hidden_bias[j] += (then - now) * double(offsets.visible_offset[i]);
    }
  }
  for (size_t i = 0; i < 5; ++i) {
    const Number bias = i < 2 ? model.visible.first.bias[i] : model.visible.second.bias[i - 2];
    CHECK(std::fabs(double(bias) - visible_bias[i]) <= 5 * step);
  }
  for (size_t j = 0; j < 4; ++j) {
    const Number bias = j < 2 ? model.hidden.first.bias[j] : model.hidden.second.bias[j - 2];
    CHECK(std::fabs(double(bias) - hidden_bias[j]) <= 5 * step);
  }
}

}  // namespace

TEST_CASE("learning keeps real units of both layers normalizable, whatever the rate and the scale of the data") {
  check_normalizable<rbm::Rbm<Gaussian<12>, Gaussian<7>>, 1, rbm::plain>();
  check_normalizable<rbm::Rbm<Gaussian<12>, Gaussian<7>>, 10, rbm::penalised>();
  check_normalizable<rbm::Rbm<Gaussian<12>, Relu<7>>, 5, rbm::persistent | rbm::centred>();
  check_normalizable<rbm::Rbm<Relu<12>, Gaussian<7>>, 1, rbm::plain>();
  check_normalizable<rbm::Rbm<Relu<5>, Relu<40>>, 3, rbm::with_momentum>();
  check_normalizable<rbm::Rbm<Gaussian<12>, Gaussian<7>>, 2, rbm::learned_variance>();
  check_normalizable<rbm::Rbm<Joined<Bernoulli<5>, Gaussian<6>>, Joined<Relu<3>, rbm::Spin<4>>>, 2, rbm::centred>();
  check_normalizable<rbm::Rbm<Gaussian<12>, Gaussian<7>, rbm::Fixed<int16_t, 8>>, 2, rbm::plain>();
  check_normalizable<rbm::Rbm<Gaussian<4>, Gaussian<3>, rbm::Fixed<int16_t, 12>>, 1, rbm::centred>();
  check_normalizable<rbm::Rbm<Gaussian<12>, Gaussian<7>, rbm::Fixed<int16_t, 12>>, 1, rbm::plain>(1 / 256.0f);
  check_normalizable<rbm::Rbm<Gaussian<30>, Gaussian<20>, rbm::Fixed<int16_t, 6>>, 1, rbm::plain>();
}

TEST_CASE("what is scaled down lies between real units, and centred biases follow") {
  check_scaled<rbm::Fixed<int16_t, 10>>(1.01 / 1024);
  check_scaled<float>(1e-6);
}

TEST_CASE("many directions that are nearly too strong hide none that is") {
  typedef rbm::Rbm<Gaussian<20>, Gaussian<20>> Model;
  static rbm::OnlineTrainer<Model> trainer;
  static rbm::Likelihood<Model> likelihood;
  static Model model;
  rbm::Xorshift32 rng(1);
  int left = 0;
  for (int trial = 0; trial < 2000; ++trial) {
    trainer = rbm::OnlineTrainer<Model>();
    trainer.options.learning_rate = 0.02f;
    model.visible.clear();
    model.hidden.clear();
    for (size_t i = 0; i < 20; ++i) {
      for (size_t j = 0; j < 20; ++j) model.weights(i, j) = i == j ? 0.94f : 0.0f;
    }
    Model::VisibleState sample = {};
    sample[rng() % 20u] = 2.5f;
    REQUIRE(trainer.step(model, sample, rng) == Status::ok);
    left += likelihood.check(model) == Status::ok ? 0 : 1;
  }
  CHECK(left == 0);  // of such steps one in 300 000 is missed
}
