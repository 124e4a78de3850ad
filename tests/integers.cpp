// Models of integers as a whole: what they learn, that they learn the same bits everywhere, conversion, and the ends of
// the range.
// SPDX-License-Identifier: MIT

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "../rbm/evaluation/likelihood.hpp"
#include "../rbm/rbm.hpp"
#include "support/crc.hpp"
#include "support/models.hpp"
#include "support/pairs.hpp"
#include "support/statistics.hpp"

namespace {

using rbm::Bernoulli;
using rbm::Status;

typedef rbm::Fixed<int8_t, 5> Number8;
typedef rbm::Fixed<int16_t, 11> Number16;

template <class Model>
std::vector<typename Model::VisibleState> digits_of(size_t first, size_t last) {
  std::vector<typename Model::VisibleState> all(last - first);
  for (size_t s = first; s < last; ++s) rbm::unpack_flash_bits(digits_bits[s], all[s - first]);
  return all;
}

template <class Model>
double mean_log_likelihood(const Model& model) {
  static rbm::Likelihood<Model> likelihood;
  const auto held_out = digits_of<Model>(digits_training_count, digits_count);
  double log_partition = 0, mean = 0;
  CHECK(likelihood.log_partition(model, log_partition) == Status::ok);
  CHECK(likelihood.mean_log_likelihood(model, held_out.data(), held_out.size(), log_partition, mean) == Status::ok);
  return mean;
}

// A trainer with room for more samples than a batch takes the same steps.
template <class Scalar, size_t Batch, size_t Room = Batch>
rbm::Rbm<Bernoulli<64>, Bernoulli<16>, Scalar> learn_digits(uint32_t seed, float rate, int epochs) {
  typedef rbm::Rbm<Bernoulli<64>, Bernoulli<16>, Scalar> Model;
  auto training = digits_of<Model>(0, digits_training_count);
  rbm::Xorshift32 rng(seed);
  Model model;
  CHECK(rbm::initialize(model, training.data(), training.size(), rng) == Status::ok);
  static rbm::Trainer<Model, Room> trainer;
  trainer.options.learning_rate = rate;
  for (int epoch = 0; epoch < epochs; ++epoch) {
    rbm::shuffle(training.data(), training.size(), rng);
    bool learnt = true;
    for (size_t first = 0; first < training.size(); first += Batch) {
      const size_t count = std::min(training.size() - first, Batch);
      learnt = learnt && trainer.step(model, training.data() + first, count, rng) == Status::ok;
    }
    CHECK(learnt);
  }
  return model;
}

template <class Scalar, size_t Room>
double learn_online(uint32_t seeds) {
  Average average;
  for (uint32_t seed = 1; seed <= seeds; ++seed) {
    average.add(mean_log_likelihood(learn_digits<Scalar, 1, Room>(seed * 0x9E3779B9u, 0.02f, 50)));
  }
  return average.mean;
}

// One epoch, one sample at a time and in batches, then some of what models are used for; all in integers.
template <class Scalar>
uint32_t crc_of_learning() {
  typedef rbm::Rbm<Bernoulli<64>, Bernoulli<16>, Scalar> Model;
  const auto training = digits_of<Model>(0, 300);
  rbm::Xorshift32 rng(42);
  static Model model;
  static rbm::OnlineTrainer<Model> online;
  static rbm::Trainer<Model, 10, rbm::persistent> batches;
  static rbm::GibbsChain<Model> chain;
  CHECK(rbm::initialize(model, training.data(), training.size(), rng) == Status::ok);
  CHECK(online.epoch(model, training.data(), training.size(), rng) == Status::ok);
  CHECK(batches.epoch(model, training.data(), training.size(), rng) == Status::ok);
  chain.start_from_noise(rng);
  (void)chain.run(model, 20, rng);
  CHECK(online.step(model, chain.visible, rng) == Status::ok);
  Crc32 crc;
  const uint32_t parameters = crc_of(model);
  const auto energy = model.free_energy(chain.visible) + model.energy(chain.visible, chain.hidden);
  crc.add(&energy, 1);
  return parameters ^ crc.value();
}

// All units that integers have, and every rule of learning.
template <class Scalar, class Visible, class Hidden, rbm::Extras Chosen>
uint32_t crc_of_pair(uint32_t seed) {
  typedef rbm::Rbm<Visible, Hidden, Scalar> Model;
  static Model model;
  static rbm::Trainer<Model, 3, Chosen> trainer;
  static rbm::Vector<typename Model::VisibleState, 3> samples;
  rbm::Xorshift32 rng(seed);
  rbm::initialize(model, rng);
  trainer.options.learning_rate = 0.1f;
  for (int step = 0; step < 200; ++step) {
    for (auto& sample : samples) Model::VisibleLayer::noise(sample.values, rng);
    CHECK(trainer.step(model, samples.values, 3, rng) == Status::ok);
  }
  return crc_of(model);
}

// The change of each parameter, on average over many steps from the same model, is the rate times
// v p(h | v) - <v' p(h | v')>, by enumeration. False alarm: 1e-6 for each of 11 parameters.
template <class Scalar>
void check_expected_update(double allowed) {
  typedef rbm::Rbm<Bernoulli<3>, Bernoulli<2>, Scalar> Model;
  const Model model = random_pair<Model>(0.8f, 0.5f, 21);
  rbm::Xorshift32 rng(22);
  const auto v = to_state<typename Model::VisibleState>({1, 0, 1});
  const auto hidden_mean = [&](const Values& state) {
    Values p = sums_to_hidden(model, state);
    for (size_t j = 0; j < 2; ++j) p[j] = 1 / (1 + std::exp(-p[j] - double(model.hidden.bias[j])));
    return p;
  };
  const Values p_data = hidden_mean({1, 0, 1});
  double expected[3][2] = {}, visible[3] = {}, hidden[2] = {};
  for (const Values& h : all_states<Bernoulli<2>>()) {
    double p_h = 1;
    for (size_t j = 0; j < 2; ++j) p_h *= h[j] > 0 ? p_data[j] : 1 - p_data[j];
    const Values x = sums_to_visible(model, h);
    for (const Values& end : all_states<Bernoulli<3>>()) {
      double p = p_h;
      for (size_t i = 0; i < 3; ++i) {
        const double on = 1 / (1 + std::exp(-x[i] - double(model.visible.bias[i])));
        p *= end[i] > 0 ? on : 1 - on;
      }
      const Values p_end = hidden_mean(end);
      for (size_t i = 0; i < 3; ++i) {
        visible[i] += p * (double(v[i]) - end[i]);
        for (size_t j = 0; j < 2; ++j) expected[i][j] += p * (double(v[i]) * p_data[j] - end[i] * p_end[j]);
      }
      for (size_t j = 0; j < 2; ++j) hidden[j] += p * (p_data[j] - p_end[j]);
    }
  }
  Average weights[3][2], of_visible[3], of_hidden[2];
  rbm::OnlineTrainer<Model> trainer;
  trainer.options.learning_rate = 0.02f;
  for (int step = 0; step < 40000; ++step) {
    Model changed = model;
    CHECK(trainer.step(changed, v, rng) == Status::ok);
    for (size_t i = 0; i < 3; ++i) {
      of_visible[i].add(double(changed.visible.bias[i]) - double(model.visible.bias[i]));
      for (size_t j = 0; j < 2; ++j) weights[i][j].add(double(changed.weights(i, j)) - double(model.weights(i, j)));
    }
    for (size_t j = 0; j < 2; ++j) of_hidden[j].add(double(changed.hidden.bias[j]) - double(model.hidden.bias[j]));
  }
  const auto agrees = [&](const Average& got, double gradient) {
    return std::fabs(got.mean - 0.02 * gradient) <= 4.9 * got.standard_error() + 0.02 * allowed;
  };
  for (size_t i = 0; i < 3; ++i) {
    CHECK(agrees(of_visible[i], visible[i]));
    for (size_t j = 0; j < 2; ++j) CHECK(agrees(weights[i][j], expected[i][j]));
  }
  for (size_t j = 0; j < 2; ++j) CHECK(agrees(of_hidden[j], hidden[j]));
}

template <class Scalar, class Visible, class Hidden, rbm::Extras Chosen>
void fuzz(uint32_t seed, int steps) {
  typedef rbm::Rbm<Visible, Hidden, Scalar> Model;
  static Model model;
  static rbm::Trainer<Model, 2, Chosen> trainer;
  static rbm::Vector<typename Model::VisibleState, 2> samples;
  rbm::Xorshift32 rng(seed * 0x9E3779B9u);
  bool all_right = true;
  for (int step = 0; step < steps; ++step) {
    if (step % 50 == 0) {  // any number, or one of the ends
      const auto any = [&rng](Scalar& x) {
        const uint32_t word = rng();
        x = word % 4 == 0   ? Scalar::highest()
            : word % 4 == 1 ? Scalar::lowest()
                            : Scalar::from_raw(static_cast<typename Scalar::Integer>(word >> 8));
      };
      for (Scalar& weight : model.weights.values) any(weight);
      model.visible.clear();
      model.hidden.clear();
      for (size_t i = 0; i < Model::visible_size; ++i) any(model.visible.bias_of(i));
      for (size_t j = 0; j < Model::hidden_size; ++j) any(model.hidden.bias_of(j));
      trainer.options.learning_rate = rng() % 3u == 0 ? 127.0f : std::ldexp(1.0f, -static_cast<int>(rng() % 30u));
      trainer.options.gibbs_steps = static_cast<uint16_t>(1 + rng() % 3u);
    }
    for (auto& sample : samples) Model::VisibleLayer::noise(sample.values, rng);
    all_right = all_right && trainer.step(model, samples.values, 1 + rng() % 2u, rng) == Status::ok;
    all_right = all_right && Model::VisibleLayer::check(trainer.visible[0].values) == Status::ok;
    if (step % 10 == 0) static_cast<void>(model.free_energy(samples[0]) + model.energy(samples[1], trainer.hidden[0]));
  }
  CHECK(all_right);
}

}  // namespace

TEST_CASE("integers: the same seed gives the same bits, on every compiler and machine") {
  CHECK(crc_of_learning<Number8>() == 2910791090u);
  CHECK(crc_of_learning<Number16>() == 2358436612u);
  typedef rbm::Joined<Bernoulli<5>, rbm::Softmax<2, 3>> Labelled;
  CHECK(crc_of_pair<Number8, Labelled, rbm::Spin<7>, rbm::plain>(1) == 3689190300u);
  CHECK(crc_of_pair<Number16, rbm::Gaussian<5>, Labelled, rbm::plain>(2) == 2057791215u);
  CHECK(crc_of_pair<Number8, rbm::Spin<5>, Bernoulli<4>, rbm::centred | rbm::with_momentum | rbm::penalised>(3) ==
        594714058u);
  CHECK(crc_of_pair<Number16, rbm::Spin<5>, rbm::Gaussian<4>, rbm::persistent | rbm::centred>(4) == 3517218388u);
}

TEST_CASE("integers: the mean of 40 000 CD-1 updates is their expectation by enumeration") {
  // Where it may be off: p(v | h) and p(h | v) by what the sigmoid is, twice for a product; means by half a step.
  check_expected_update<Number8>(4 * 0.0041);
  check_expected_update<Number16>(4 * 0.0001 + 1 / 4096.0);
}

TEST_CASE("integers: conversion rounds, counts what saturates, and refuses what is no number") {
  typedef rbm::Rbm<rbm::Gaussian<2>, Bernoulli<2>> Float;
  typedef rbm::Rbm<rbm::Gaussian<2>, Bernoulli<2>, rbm::Fixed<int16_t, 12>> Energy;
  const Float from = {{{0.5f, -9.0f, 7.9999f, 8.1f}}, {{{1.0f, 100.0f}}, {{0.25f, 2.0f}}}, {{{-8.0001f, -0.1f}}}};
  Energy to;
  size_t saturated = 77;
  REQUIRE(rbm::convert(from, to, saturated) == Status::ok);
  CHECK(saturated == 4);
  CHECK(to.weights(0, 0).raw == 2048);
  CHECK(to.weights(0, 1).raw == -32768);
  CHECK(to.weights(1, 0).raw == 32767);
  CHECK(to.weights(1, 1).raw == 32767);
  CHECK(to.visible.bias[1].raw == 32767);
  CHECK(to.visible.variance[0].raw == 1024);
  CHECK(to.hidden.bias[1].raw == -410);
  Float back;
  REQUIRE(rbm::convert(to, back, saturated) == Status::ok);
  CHECK(saturated == 0);
  CHECK(back.weights(0, 0) == 0.5f);
  Float broken = from;
  broken.hidden.bias[1] = std::numeric_limits<float>::quiet_NaN();
  const Energy before = to;
  saturated = 77;
  CHECK(rbm::convert(broken, to, saturated) == Status::not_finite);
  broken = from;
  broken.visible.variance[0] = 1e-5f;
  CHECK(rbm::convert(broken, to, saturated) == Status::out_of_range);
  CHECK(saturated == 77);
  CHECK(same_bits(to, before));
}

TEST_CASE("integers: options that are none are refused, and change nothing") {
  typedef rbm::Rbm<Bernoulli<4>, Bernoulli<3>, Number8> Model;
  rbm::OnlineTrainer<Model> trainer;
  Model model;
  rbm::Xorshift32 rng(1);
  rbm::initialize(model, rng);
  const Model before = model;
  const Model::VisibleState v = {};
  trainer.options.learning_rate = std::numeric_limits<float>::quiet_NaN();
  CHECK(trainer.step(model, v, rng) == Status::not_finite);
  trainer.options.learning_rate = std::numeric_limits<float>::infinity();
  CHECK(trainer.step(model, v, rng) == Status::not_finite);
  trainer.options.learning_rate = -0.1f;
  CHECK(trainer.step(model, v, rng) == Status::out_of_range);
  Model::VisibleState wrong = {};
  wrong[2] = Number8(2);
  trainer.options.learning_rate = 0.1f;
  CHECK(trainer.step(model, wrong, rng) == Status::out_of_range);
  CHECK(same_bits(model, before));
}

TEST_CASE("integers: a bound makes the change that long, and no longer") {
  typedef rbm::Fixed<int16_t, 14> Number;
  typedef rbm::Rbm<Bernoulli<5>, Bernoulli<4>, Number> Model;
  const Model before = random_pair<Model>(0.5f, 0.5f, 31);
  const auto v = to_state<Model::VisibleState>({1, 0, 1, 1, 0});
  const auto length_of_step = [&](float rate, float bound) {
    rbm::Xorshift32 rng(32);
    Model model = before;
    rbm::OnlineTrainer<Model, rbm::penalised> trainer;
    trainer.options.learning_rate = rate;
    trainer.options.largest_update = bound;
    CHECK(trainer.step(model, v, rng) == Status::ok);
    double squares = 0;
    for (size_t k = 0; k < 20; ++k) {
      squares += std::pow(double(model.weights.values[k]) - double(before.weights.values[k]), 2);
    }
    for (size_t i = 0; i < 5; ++i)
      squares += std::pow(double(model.visible.bias[i]) - double(before.visible.bias[i]), 2);
    for (size_t j = 0; j < 4; ++j) squares += std::pow(double(model.hidden.bias[j]) - double(before.hidden.bias[j]), 2);
    return std::sqrt(squares);
  };
  // 29 parameters are each rounded by less than a step of 2^-14.
  const double rounding = std::sqrt(29.0) / 16384, freely = length_of_step(0.1f, 0.0f);
  CHECK(freely > 0.1);
  CHECK(std::fabs(length_of_step(0.1f, 0.05f) - 0.05) <= rounding);
  CHECK(std::fabs(length_of_step(0.1f, 0.01f) - 0.01) <= rounding);
  CHECK(length_of_step(0.1f, 100.0f) == freely);
}

TEST_CASE("integers: schedules are those of float") {
  typedef rbm::Rbm<Bernoulli<2>, Bernoulli<2>> Float;
  typedef rbm::Rbm<Bernoulli<2>, Bernoulli<2>, Number16> Model;
  rbm::OnlineTrainer<Float, rbm::scheduled> of_float;
  rbm::OnlineTrainer<Model, rbm::scheduled> trainer;
  for (rbm::Schedule schedule : {rbm::Schedule::constant, rbm::Schedule::linear, rbm::Schedule::power}) {
    for (float power : {0.5f, 1.0f, 3.0f}) {
      of_float.options.schedule = trainer.options.schedule = schedule;
      of_float.options.schedule_power = power;
      trainer.options.schedule_power = power;
      for (uint32_t t : {0u, 1u, 500u, 999u, 1000u, 30000u, 4294967295u}) {
        of_float.updates = trainer.updates = t;
        CHECK(std::fabs(double(trainer.learning_rate()) - double(of_float.learning_rate())) <=
              0.0005 * double(of_float.learning_rate()) + 1e-7);
      }
    }
  }
  trainer.options.schedule_power = of_float.options.schedule_power = 100;
  of_float.updates = trainer.updates = 0;
  CHECK(double(trainer.learning_rate()) == doctest::Approx(double(of_float.learning_rate())).epsilon(0.0005));
  trainer.updates = 4294967295u;
  trainer.options.schedule = rbm::Schedule::linear;
  trainer.options.learning_rate = 100.0f;
  CHECK(double(trainer.learning_rate()) == 0);  // after its end, whatever it was
}

TEST_CASE("integers: evidence that is certain, and the mean of a posterior") {
  typedef rbm::Rbm<rbm::Joined<rbm::Spin<3>, rbm::Softmax<1, 3>>, Bernoulli<4>, Number8> Model;
  Model model = random_pair<Model>(3.0f, 3.0f, 5);
  rbm::Posterior<Model> posterior;
  rbm::Xorshift32 rng(7);
  posterior.evidence.forget();
  posterior.evidence.first.clamp(0, true);
  posterior.evidence.first.clamp(1, false);
  posterior.evidence.second.clamp(0, 2);
  posterior.chain.start_from_noise(rng);
  REQUIRE(posterior.run(model, 10, 400, rng) == Status::ok);
  CHECK(posterior.mean[0] == Number8(1));
  CHECK(posterior.mean[1] == Number8(-1));
  CHECK(posterior.mean[3] == Number8(0));
  CHECK(posterior.mean[4] == Number8(0));
  CHECK(posterior.mean[5] == Number8(1));
  CHECK(posterior.run(model, 10, 70000, rng) == Status::too_large);
}

TEST_CASE("integers: grey samples are means; in 8 bits, one at a time, only where mean_field says so") {
  typedef rbm::Rbm<Bernoulli<4>, Bernoulli<3>, Number8> Model;
  rbm::OnlineTrainer<Model, rbm::mean_field> trainer;
  trainer.options.learning_rate = 0.5f;
  rbm::Xorshift32 rng(12);
  const Model::VisibleState grey = {{Number8(0.125f), Number8(0), Number8(1), Number8(0.75f)}};
  Model refused = {};
  rbm::OnlineTrainer<Model> plain;
  CHECK(plain.step(refused, grey, rng) == Status::out_of_range);
  CHECK(same_bits(refused, Model{}));
  CHECK(rng.state == 12);
  double bias[4] = {}, weight[4] = {};
  const int draws = 20000;
  for (int draw = 0; draw < draws; ++draw) {
    Model model = {};  // whose reconstructions are fair coins
    REQUIRE(trainer.step(model, grey, rng) == Status::ok);
    for (size_t i = 0; i < 4; ++i) bias[i] += double(model.visible.bias[i]) / draws;
    for (size_t i = 0; i < 4; ++i) weight[i] += double(model.weights(i, 1)) / draws;
  }
  for (size_t i = 0; i < 4; ++i) {  // deviations of at most 1/4 a draw: 0.01 are five standard errors
    CAPTURE(i);
    CHECK(std::fabs(bias[i] - 0.5 * (double(grey[i]) - 0.5)) < 0.01);
    CHECK(std::fabs(weight[i] - 0.25 * (double(grey[i]) - 0.5)) < 0.01);
  }
}

TEST_CASE("integers: many real units learn, each for itself") {
  typedef rbm::Rbm<rbm::Gaussian<45>, Bernoulli<2>, rbm::Fixed<int16_t, 8>> Model;
  static Model model;
  rbm::OnlineTrainer<Model> trainer;
  trainer.options.learning_rate = 0.05f;
  rbm::Xorshift32 rng(13);
  rbm::initialize(model, rng);
  Model::VisibleState sample;
  for (size_t i = 0; i < 45; ++i) sample[i] = Model::Scalar(i % 3 == 0 ? -2 : 2);
  for (int step = 0; step < 60; ++step) REQUIRE(trainer.step(model, sample, rng) == Status::ok);
  for (size_t i = 0; i < 45; ++i) CHECK(double(model.visible.bias[i]) * (i % 3 == 0 ? -1 : 1) > 0.25);
}

TEST_CASE("integers: the mean of states is rounded to the nearest step") {
  rbm::detail::RunningMean<rbm::Fixed<int16_t, 8>, 4> mean;
  const int32_t states[4][4] = {{7, -7, 5, 0}, {7, -7, 1, 1}, {7, -8, 0, 0}, {7, -8, 0, 0}};
  for (uint32_t steps : {1u, 4u}) {
    mean.clear();
    for (uint32_t step = 0; step < steps; ++step) {
      for (size_t i = 0; i < 4; ++i) {
        mean.add(i, rbm::Fixed<int16_t, 8>::from_raw(static_cast<int16_t>(states[step][i])), step + 1);
      }
    }
    mean.end(steps);
    CHECK(mean.mean[0].raw == 7);
    CHECK(mean.mean[1].raw == (steps == 1 ? -7 : -8));  // 30 / 4
    CHECK(mean.mean[2].raw == (steps == 1 ? 5 : 2));    // 6 / 4
    CHECK(mean.mean[3].raw == 0);
  }
}

TEST_CASE("integers: a clamp is certain where the input is at the end of its range, too") {
  typedef rbm::Rbm<rbm::Softmax<1, 3>, Bernoulli<254>, Number8> Model;
  Model model;
  rbm::Xorshift32 rng(9);
  rbm::initialize(model, rng);
  for (size_t j = 0; j < 254; ++j) model.weights(1, j) = Number8::lowest();
  model.visible.bias[1] = Number8::lowest();
  Model::HiddenState h;
  h.fill(Number8(1));
  Model::VisibleEvidence evidence;
  evidence.forget();
  evidence.clamp(0, 1);
  int others = 0;
  for (int draw = 0; draw < 2000; ++draw) {
    Model::VisibleState v;
    model.sample_visible(h, evidence, v, rng);
    others += v[1] != Number8(1);
  }
  CHECK(others == 0);
}

TEST_CASE("integers: a rate that has more bits than the sums of a large batch leave it is the largest one") {
  typedef rbm::Arithmetic<rbm::Fixed<int16_t, 12>> Ops;
  rbm::Xorshift32 rng(77);
  for (uint32_t whole : {16u, 17u, 100u, 127u}) {
    const Ops::Rate rate = Ops::rate(whole << 24, 1, 4, rng);
    CHECK(rate.factor == 15);
    CHECK(rate.shift == 0);
  }
  const Ops::Rate most = Ops::rate(15u << 24, 1, 4, rng), over = Ops::rate(60u << 24, 10, 4, rng);
  CHECK(most.factor == 15);
  CHECK(most.shift == 0);
  CHECK(over.factor == 12);
  CHECK(over.shift == 1);

  typedef rbm::Rbm<Bernoulli<4>, Bernoulli<3>, rbm::Fixed<int16_t, 12>> Model;
  static rbm::Trainer<Model, 8192> trainer;
  Model model;
  rbm::initialize(model, rng);
  trainer.options.learning_rate = 127.0f;
  Model::VisibleState sample = {};
  sample[0] = sample[2] = Model::Scalar(1);
  CHECK(trainer.step(model, &sample, 1, rng) == Status::ok);
  CHECK(std::fabs(double(model.visible.bias[0]) - double(model.visible.bias[1])) > 7);
}

// Sanitizers watch this in CI, and the longer one below.
TEST_CASE("integers: models at the ends of the range, with any data and rate") {
  typedef rbm::Joined<Bernoulli<5>, rbm::Softmax<2, 3>> Labelled;
  fuzz<Number8, Labelled, rbm::Spin<7>, rbm::plain>(1, 20000);
  fuzz<Number16, rbm::Gaussian<3>, Labelled, rbm::persistent>(2, 20000);
  fuzz<rbm::Fixed<int16_t, 14>, rbm::Spin<9>, rbm::Gaussian<2>, rbm::mean_field>(3, 20000);
  fuzz<Number8, rbm::Spin<5>, Bernoulli<9>, rbm::centred | rbm::with_momentum | rbm::penalised>(4, 5000);
  fuzz<Number16, rbm::Gaussian<3>, Bernoulli<9>, rbm::centred | rbm::with_momentum | rbm::penalised>(5, 5000);
}

TEST_SUITE_BEGIN("long");

TEST_CASE("integers: 10^6 steps at the ends of the range") {
  typedef rbm::Joined<Bernoulli<5>, rbm::Softmax<2, 3>> Labelled;
  fuzz<Number8, Labelled, rbm::Spin<7>, rbm::plain>(11, 400000);
  fuzz<Number16, rbm::Gaussian<3>, Labelled, rbm::persistent>(12, 300000);
  fuzz<rbm::Fixed<int16_t, 14>, rbm::Spin<9>, rbm::Gaussian<2>, rbm::mean_field>(13, 300000);
}

TEST_CASE("integers: digits, one sample at a time: 16 bits learn what float learns, 8 bits nearly") {
  // Seeds deviate by 0.25 nats, in 8 bits by 0.35; float has -18.90. A trainer of two rounds each parameter with a draw
  // of its own.
  const double bits16 = learn_online<Number16, 1>(20), bits8 = learn_online<Number8, 1>(24);
  const double independent = learn_online<Number8, 2>(24);
  MESSAGE("held-out log-likelihood: 16 bits, mean of 20 seeds ", bits16, " nats; 8 bits, mean of 24 seeds ", bits8,
          ", with independent roundings ", independent);
  CHECK(bits16 >= -19.1);
  CHECK(bits8 >= -19.6);
  CHECK(bits8 >= independent - 0.1);
}

TEST_CASE("integers: a float model that is converted loses little") {
  const auto model = learn_digits<float, 10>(1, 0.05f, 50);
  rbm::Rbm<Bernoulli<64>, Bernoulli<16>, Number8> bits8;
  rbm::Rbm<Bernoulli<64>, Bernoulli<16>, rbm::Fixed<int16_t, 12>> bits16;
  size_t saturated = 0;
  REQUIRE(rbm::convert(model, bits8, saturated) == Status::ok);
  const double of_float = mean_log_likelihood(model), of_bits8 = mean_log_likelihood(bits8);
  MESSAGE("float " << of_float << " nats, converted to 8 bits " << of_bits8 << ", " << saturated << " saturated");
  REQUIRE(rbm::convert(model, bits16, saturated) == Status::ok);
  const double of_bits16 = mean_log_likelihood(bits16);
  MESSAGE("converted to 16 bits " << of_bits16);
  CHECK(of_bits8 >= of_float - 0.5);
  CHECK(of_bits16 >= of_float - 0.02);
}

TEST_SUITE_END();
