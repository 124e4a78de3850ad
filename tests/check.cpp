// What check() says of models, and that learning stays within what it accepts: for every pair of units and every extra,
// from parameters, samples and options at the ends of their ranges.
// SPDX-License-Identifier: MIT

#include "../rbm/model/parameters.hpp"

#include <doctest/doctest.h>

#include <cstring>
#include <limits>
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

const float nan_value = std::numeric_limits<float>::quiet_NaN();
const float infinite = std::numeric_limits<float>::infinity();

template <class Type>
bool same_bits(const Type& a, const Type& b) {
  return std::memcmp(&a, &b, sizeof a) == 0;
}

// Makes one parameter of a model another number.
struct SetOne {
  size_t left;
  float value;
  Parameter kind;

  template <class Number>
  void operator()(Parameter of, Number& number) {
    if (left-- != 0) return;
    number = static_cast<Number>(value);
    kind = of;
  }
};

template <class Model>
Status check_with(Model model, size_t which, float value, Parameter& kind) {
  SetOne set_one = {which, value, Parameter::bias};
  rbm::each_parameter(set_one, model);
  kind = set_one.kind;
  return rbm::check(model);
}

// Draws parameters: nothing, ordinary ones, some with which real states reach the end of their range, and the bounds.
struct DrawParameter {
  bool weights_are_small;  // so that real units of both layers may be normalizable
  rbm::Xorshift32& rng;

  void operator()(Parameter kind, float& number) {
    const float sizes[] = {0.0f, 0.0f, 0.1f, 0.1f, 0.1f, 0.1f, 9.9e5f, 1e22f};
    const float widths[] = {1.0f, 1.0f, 0.5f, 1.0f, 1.0f, 0.5f, 1e-6f, 1e6f};
    const uint32_t word = rng() >> 8, most = weights_are_small && kind != Parameter::bias ? 6 : 8;
    const float size = kind == Parameter::variance ? widths[word / 2 % most] : sizes[word / 2 % most];
    number = kind == Parameter::variance || word % 2 == 0 ? size : -size;
  }
};

// Options as they are set by a hostile hand, of the extras that a trainer has.
template <class Options>
void set_rates(Options& options, rbm::Xorshift32& rng) {
  const float rates[] = {100.0f, 1.0f, 1e-3f};
  options.learning_rate = rates[rng() % 3u];
  options.gibbs_steps = static_cast<uint16_t>(1 + rng() % 2u);
}
template <class Options>
void set_rules(Options& options, rbm::Xorshift32& rng) {
  options.offset_rate = rng() % 2u == 0 ? 1.0f : 0.01f;
  options.momentum = rng() % 2u == 0 ? 0.99999994f : 0.5f;
  options.l2 = rng() % 2u == 0 ? 0.999f / options.learning_rate : 0.0f;
  options.l1 = rng() % 4u == 0 ? 1e6f : 0.0f;
  options.sparsity_cost = rng() % 2u == 0 ? 1e6f : 0.0f;
  options.sparsity_target = rng() % 2u == 0 ? 1e6f : -1e6f;
  options.largest_update = rng() % 4u == 0 ? 1e-6f : rng() % 2u == 0 ? 1e6f : 0.0f;
}
template <class Model, size_t Batch, Extras Chosen>
void set_options(rbm::Trainer<Model, Batch, Chosen>& trainer, rbm::Xorshift32& rng) {
  set_rates(trainer.options, rng);
}
template <class Model, size_t Batch>
void set_options(rbm::Trainer<Model, Batch, rbm::learned_variance>& trainer, rbm::Xorshift32& rng) {
  set_rates(trainer.options, rng);
  trainer.options.variance_rate = rng() % 2u == 0 ? 1e6f : 1.0f;
}
constexpr Extras all_rules = rbm::persistent | rbm::centred | rbm::with_momentum | rbm::penalised;
template <class Model, size_t Batch>
void set_options(rbm::Trainer<Model, Batch, all_rules>& trainer, rbm::Xorshift32& rng) {
  set_rates(trainer.options, rng);
  set_rules(trainer.options, rng);
}

template <class Units>
void draw_sample(float* s, rbm::Xorshift32& rng) {
  Units::template Layer<float>::noise(s, rng);
  for (const Site& site : Truth<Units>::sites()) {
    const float most = rng() % 2u == 0 ? 1e6f : 1.0f;
    if (site.is_real()) s[site.first] = site.least < 0 && rng() % 2u == 0 ? -most : most;
  }
}

// Steps from anywhere within the bounds: ok leaves a model that check() accepts, of which all states of the trainer are
// such; not_finite leaves the model as it was.
template <class Model, size_t Batch, Extras Chosen>
void check_steps(uint32_t seed) {
  static rbm::Trainer<Model, Batch, Chosen> trainer;
  static rbm::Vector<typename Model::VisibleState, Batch> samples;
  constexpr bool is_real_pair = Model::Visible::is_real && Model::Hidden::is_real;
  rbm::Xorshift32 rng(seed * 0x9E3779B9u);
  int accepted = 0, wrong = 0;
  for (int trial = 0; trial < 30; ++trial) {
    Model model;
    DrawParameter draw = {is_real_pair, rng};
    rbm::each_parameter(draw, model);
    if (rbm::check(model) != Status::ok) continue;
    trainer = rbm::Trainer<Model, Batch, Chosen>();
    set_options(trainer, rng);
    for (int step = 0; step < (Batch > 8 ? 2 : 10); ++step) {
      for (auto& sample : samples) draw_sample<typename Model::Visible>(sample.values, rng);
      const Model before = model;
      const Status status = trainer.step(model, samples.values, Batch, rng);
      accepted += status == Status::ok;
      const bool right = status == Status::ok
                             ? rbm::check(model) == Status::ok &&
                                   Model::VisibleLayer::check(trainer.visible[0].values) == Status::ok &&
                                   Model::HiddenLayer::check(trainer.hidden[0].values) == Status::ok
                             : status == Status::not_finite && same_bits(model, before);
      wrong += right ? 0 : 1;
    }
  }
  CAPTURE(static_cast<unsigned>(Chosen));
  CAPTURE(Batch);
  CHECK(wrong == 0);
  CHECK(accepted > 0);
}

template <class Model>
struct CheckBounds {
  static void run() {
    CAPTURE(name_of<Model>());
    check_steps<Model, 1, rbm::plain>(1);
    check_steps<Model, 64, rbm::plain>(2);
    check_steps<Model, 2, all_rules>(3);
    check_steps<Model, 1, Model::Visible::has_variance ? rbm::learned_variance : rbm::scheduled>(4);
  }
};

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

}  // namespace

TEST_CASE("every parameter is checked: NaN, infinite, beyond the bounds of its kind") {
  typedef rbm::Rbm<Joined<Bernoulli<2>, Gaussian<2>>, Joined<rbm::Softmax<1, 2>, rbm::Spin<1>>> Model;
  const Model model = random_pair<Model>(1, 1, 5);
  REQUIRE(rbm::check(model) == Status::ok);
  const size_t parameters = 4 + 2 + 3 + 12;
  size_t kinds[3] = {};
  for (size_t which = 0; which < parameters; ++which) {
    CAPTURE(which);
    Parameter kind = Parameter::bias;
    CHECK(check_with(model, which, nan_value, kind) == Status::not_finite);
    CHECK(check_with(model, which, -infinite, kind) == Status::not_finite);
    ++kinds[static_cast<size_t>(kind)];
    const bool is_variance = kind == Parameter::variance;
    for (float x : {0.0f, -1.0f, -1e22f, 9e-7f, 2e6f, 1e22f}) {
      CHECK(check_with(model, which, x, kind) == (is_variance ? Status::out_of_range : Status::ok));
    }
    for (float x : {1e-6f, 1.0f, 1e6f}) CHECK(check_with(model, which, x, kind) == Status::ok);
    for (float x : {1.1e22f, -1.1e22f}) CHECK(check_with(model, which, x, kind) == Status::out_of_range);
  }
  Parameter none;
  CHECK(check_with(model, parameters, nan_value, none) == Status::ok);  // there are no others
  CHECK(kinds[static_cast<size_t>(Parameter::bias)] == 7);
  CHECK(kinds[static_cast<size_t>(Parameter::variance)] == 2);
  CHECK(kinds[static_cast<size_t>(Parameter::weight)] == 12);

  Model broken = model;  // the first complaint does not hide the worse one
  broken.visible.second.variance[0] = 0;
  broken.weights(3, 2) = nan_value;
  CHECK(rbm::check(broken) == Status::not_finite);
}

TEST_CASE("integers: only variances can be wrong, in RAM or in flash") {
  typedef rbm::Fixed<int16_t, 11> Number;
  rbm::Rbm<Gaussian<2>, Bernoulli<2>, Number> model = {};
  CHECK(rbm::check(model) == Status::out_of_range);
  model.visible.variance.fill(Number(1));
  for (Number& weight : model.weights.values) weight = Number::lowest();
  CHECK(rbm::check(model) == Status::ok);
  model.visible.variance[1] = Number(1.0f / 256);
  CHECK(rbm::check(model) == Status::ok);
  model.visible.variance[1] = Number(1.0f / 300);
  CHECK(rbm::check(model) == Status::out_of_range);
  model.visible.variance[1] = Number(-1);
  CHECK(rbm::check(model) == Status::out_of_range);
  static const rbm::Rbm<Gaussian<1>, Bernoulli<1>, rbm::InFlash<Number>> flash RBM_IN_FLASH = {
      {{1}}, {{{2}}, {{0}}}, {{{3}}}};
  CHECK(rbm::check(flash) == Status::out_of_range);
  static const rbm::Rbm<Bernoulli<1>, Bernoulli<1>, rbm::Fixed<int8_t, 5>> narrow = {};
  CHECK(rbm::check(narrow) == Status::ok);
}

TEST_CASE("models that are surely not normalizable are refused") {
  rbm::Rbm<Gaussian<2>, Gaussian<3>> real;
  real.visible.clear();
  real.hidden.clear();
  for (float& weight : real.weights.values) weight = 0.0f;
  real.weights(0, 1) = 0.99f;
  CHECK(rbm::check(real) == Status::ok);
  real.weights(0, 1) = -1.0f;
  CHECK(rbm::check(real) == Status::not_normalizable);
  real.weights(0, 1) = -0.5f;
  real.visible.variance[0] = 4;
  CHECK(rbm::check(real) == Status::not_normalizable);
  real.visible.variance[0] = 1;
  real.weights(1, 1) = 0.87f;  // with the first, along one hidden unit
  CHECK(rbm::check(real) == Status::not_normalizable);
  real.weights(1, 1) = 0.0f;
  real.weights(0, 2) = 0.87f;  // along one visible unit
  CHECK(rbm::check(real) == Status::not_normalizable);
  real.weights(0, 2) = 1e22f;  // its square is no float
  CHECK(rbm::check(real) == Status::not_normalizable);

  rbm::Rbm<Relu<1>, Joined<Relu<1>, Bernoulli<1>>> rectified = {{{-5, 100}}, {{{0}}}, {{{{0}}}, {{{0}}}}};
  CHECK(rbm::check(rectified) == Status::ok);  // positive units that keep each other small, and one with bounds
  rectified.weights(0, 0) = 1.0f;
  CHECK(rbm::check(rectified) == Status::not_normalizable);
  rectified.weights(0, 0) = 0.5f;
  CHECK(rbm::check(rectified) == Status::ok);
  // Many small weights along one unit of either layer.
  CHECK(rbm::check(rbm::Rbm<Relu<3>, Relu<1>>{{{0.6f, 0.6f, 0.6f}}, {{{0, 0, 0}}}, {{{0}}}}) ==
        Status::not_normalizable);
  CHECK(rbm::check(rbm::Rbm<Relu<1>, Relu<3>>{{{0.6f, 0.6f, 0.6f}}, {{{0}}}, {{{0, 0, 0}}}}) ==
        Status::not_normalizable);
}

TEST_CASE("an epoch looks at the model first, and leaves one that it refuses") {
  typedef rbm::Rbm<Bernoulli<3>, Bernoulli<2>> Model;
  Model model = random_pair<Model>(1, 1, 6);
  model.weights(1, 1) = nan_value;
  const Model before = model;
  rbm::Trainer<Model, 2, rbm::persistent | rbm::centred> trainer;
  const auto fresh = trainer;
  const Model::VisibleState samples[2] = {{{1, 0, 1}}, {{0, 0, 1}}};
  rbm::Xorshift32 rng(8);
  CHECK(trainer.epoch(model, samples, 2, rng) == Status::not_finite);
  model.weights(1, 1) = 1e23f;
  CHECK(trainer.epoch(model, samples, 2, rng) == Status::out_of_range);
  model.weights(1, 1) = nan_value;
  CHECK(same_bits(model, before));
  CHECK(same_bits(trainer, fresh));
  CHECK(rng.state == 8);
}

TEST_CASE("within the bounds a step of any pair of units, with any extras, leaves what check() accepts") {
  for_each_pair<CheckBounds>(AllUnits());
}

TEST_CASE("a model that starts from real data is one that check() accepts, whatever their scale") {
  typedef rbm::Rbm<Joined<Gaussian<3>, Bernoulli<1>>, Joined<Gaussian<4>, Relu<1>>> Model;
  typedef rbm::Rbm<Gaussian<2>, Gaussian<2>, rbm::Fixed<int16_t, 4>> Integers;
  Model model;
  Integers integers;
  rbm::Likelihood<Model> likelihood;
  rbm::Likelihood<Integers> of_integers;
  rbm::Xorshift32 rng(9);
  for (float scale : {0.0f, 0.01f, 1.0f, 150.0f, 1000.0f, 1e6f}) {
    CAPTURE(scale);
    const Model::VisibleState data[2] = {{{-scale, scale, scale, 1}}, {{scale, -scale, scale, 0}}};
    REQUIRE(rbm::initialize(model, data, 2, rng) == Status::ok);
    CHECK(rbm::check(model) == Status::ok);
    CHECK(likelihood.check(model) == Status::ok);
    const Integers::Scalar x(scale);
    const Integers::VisibleState steps[2] = {{{x, -x}}, {{-x, x}}};
    REQUIRE(rbm::initialize(integers, steps, 2, rng) == Status::ok);
    CHECK(rbm::check(integers) == Status::ok);
    CHECK(of_integers.check(integers) == Status::ok);
  }
}

TEST_CASE("real units that hold each other down as much as check() lets them leave a trainer as it should be") {
  typedef rbm::Rbm<Relu<2>, Relu<1>> Model;
  rbm::OnlineTrainer<Model> trainer;
  rbm::Xorshift32 rng(11);
  Model model = {{{-1e22f, -1e22f}}, {{{0, 0}}}, {{{0}}}};
  REQUIRE(rbm::check(model) == Status::ok);
  CHECK(trainer.step(model, {{1, 1}}, rng) == Status::ok);
  CHECK(rbm::check(model) == Status::ok);
  model = {{{0.9f, 0.9f}}, {{{0, 0}}}, {{{0}}}};  // not normalizable, which a step mends
  CHECK(trainer.step(model, {{1, 1}}, rng) == Status::ok);
  rbm::Likelihood<Model> likelihood;
  CHECK(likelihood.check(model) == Status::ok);
}

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

namespace {

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
