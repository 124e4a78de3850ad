// What check() says of models, and that learning stays within what it accepts: for every pair of units, and all units
// with every extra, from parameters, samples and options at the ends of their ranges.
// SPDX-License-Identifier: MIT

#include "../rbm/model/parameters.hpp"

#include <doctest/doctest.h>

#include <limits>

#include "../rbm/evaluation/likelihood.hpp"
#include "../rbm/rbm.hpp"
#include "support/models.hpp"
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
  for (int trial = 0; trial < 60; ++trial) {
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
  CAPTURE(name_of<Model>());
  CAPTURE(static_cast<unsigned>(Chosen));
  CAPTURE(Batch);
  CHECK(wrong == 0);
  CHECK(accepted > 0);
}

// One of four trainers a pair: in the table of pairs every row and every column has all four. So each type of unit, on
// either side, learns with each trainer, and is beside each other type; so do pairs of which both are real. What units
// and trainers do with each other they do by the layer; the fuzzer has more of the combinations of three.
template <class Model, size_t Which>
struct CheckBounds;
template <class Model>
struct CheckBounds<Model, 0> {
  static void run() { check_steps<Model, 1, rbm::plain>(1); }
};
template <class Model>
struct CheckBounds<Model, 1> {
  static void run() { check_steps<Model, 64, rbm::plain>(2); }
};
template <class Model>
struct CheckBounds<Model, 2> {
  static void run() { check_steps<Model, 2, all_rules>(3); }
};
template <class Model>
struct CheckBounds<Model, 3> {
  static void run() { check_steps<Model, 1, Model::Visible::has_variance ? rbm::learned_variance : rbm::scheduled>(4); }
};

template <class Visible, size_t Which>
void check_row(List<>) {}
template <class Visible, size_t Which, class Hidden, class... Others>
void check_row(List<Hidden, Others...>) {
  CheckBounds<rbm::Rbm<Visible, Hidden>, Which % 4>::run();
  check_row<Visible, Which + 1>(List<Others...>());
}
template <size_t Which>
void check_rows(List<>) {}
template <size_t Which, class Visible, class... Others>
void check_rows(List<Visible, Others...>) {
  check_row<Visible, Which>(AllUnits());
  check_rows<Which + 1>(List<Others...>());
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

TEST_CASE(
    "within the bounds a step of any pair of units, and of any units with any extras, leaves what check() accepts") {
  check_rows<0>(AllUnits());
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
