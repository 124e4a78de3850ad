// Exact: the model's averages by enumeration, in double beside them; the updates made of them; mixtures, and where they
// start.
// SPDX-License-Identifier: MIT

#include "../rbm/training/exact.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "../rbm/evaluation/likelihood.hpp"
#include "support/likelihood.hpp"
#include "support/models.hpp"
#include "support/pairs.hpp"

namespace {

using namespace rbm;

typedef Fixed<int16_t, 11> Fixed16;
typedef Fixed<int8_t, 4> Fixed8;
const Extras some_extras = exact | centred | penalised;

template <class M>
Averages<M> averages_of(const M& model) {
  static Likelihood<M> likelihood;
  static Averages<M> averages;
  double log_partition = 0;
  REQUIRE(likelihood.log_partition(model, log_partition) == Status::ok);
  REQUIRE(likelihood.model_averages(model, log_partition, averages) == Status::ok);
  return averages;
}

// The largest error of any average.
template <class Visible, class Hidden, class Number>
double error_of_averages(float deviation, uint32_t seed) {
  typedef Rbm<Visible, Hidden, Number> M;
  const M model = random_pair<M>(deviation, deviation, seed);
  const Averages<M> expected = averages_of(model);
  static detail::ExactAverages<M, true> averages;
  REQUIRE(averages.sum_states(model));
  const auto got = averages.averages_from(), turned = got.turned();
  double worst = 0;
  for (size_t i = 0; i < M::visible_size; ++i) {
    worst = std::max(worst, std::fabs(double(got.visible[i]) - expected.visible[i]));
    for (size_t j = 0; j < M::hidden_size; ++j) {
      worst = std::max(worst, std::fabs(double(got.hidden[j]) - expected.hidden[j]));
      const double product = double(got.products[i * got.row + j * got.column]);
      worst = std::max(worst, std::fabs(product - expected.weights(i, j)));
      CHECK(double(turned.products[j * turned.row + i * turned.column]) == product);
    }
  }
  return worst;
}

// Inputs of integers have no rounding here, so the errors are those of their functions: energies in steps of 2^-12, in
// 8 bits of 0.002 a unit, and means in steps of a state.
template <class Visible, class Hidden>
void check_averages(uint32_t seed) {
  for (uint32_t s = 8 * seed; s < 8 * seed + 8; ++s) {
    CAPTURE(s);
    CHECK(error_of_averages<Visible, Hidden, float>(0.7f, s) < 5e-5);
  }
}
template <class Visible, class Hidden>
void check_averages_of_integers(uint32_t seed) {
  check_averages<Visible, Hidden>(seed);
  for (uint32_t s = 8 * seed; s < 8 * seed + 8; ++s) {
    CAPTURE(s);
    CHECK(error_of_averages<Visible, Hidden, Fixed16>(0.7f, s) < 1e-3);
    CHECK(error_of_averages<Visible, Hidden, Fixed8>(0.7f, s) < 0.04);
  }
}

// One step is rate ((v - mu)(h - lambda) of the data less of the model - l2 W), where the biases follow W.
template <class Visible, class Hidden>
void check_step(uint32_t seed) {
  CAPTURE(seed);
  typedef Rbm<Visible, Hidden> M;
  Xorshift32 rng(seed);
  const M before = random_pair<M>(0.7f, 0.7f, seed);
  M model = before;
  std::vector<typename M::VisibleState> samples(5);
  for (auto& sample : samples) M::VisibleLayer::noise(sample.values, rng);
  static Trainer<M, 5, some_extras> trainer;
  trainer = Trainer<M, 5, some_extras>();
  trainer.options.learning_rate = 0.125f;
  trainer.options.l2 = 0.25f;
  trainer.options.sparsity_cost = 0.5f;
  REQUIRE(trainer.step(model, samples.data(), 5, rng) == Status::ok);
  static Likelihood<M> likelihood;
  static Averages<M> data;
  REQUIRE(likelihood.data_averages(before, samples.data(), 5, data) == Status::ok);
  const Averages<M> of_model = averages_of(before);
  Values a(M::visible_size, 0), b(M::hidden_size, 0);
  for (size_t i = 0; i < M::visible_size; ++i) a[i] += 0.125 * (data.visible[i] - of_model.visible[i]);
  for (size_t j = 0; j < M::hidden_size; ++j) {
    b[j] += 0.125 * (data.hidden[j] - of_model.hidden[j] + 0.5 * (0.1 - data.hidden[j]));
  }
  for (size_t i = 0; i < M::visible_size; ++i) {
    for (size_t j = 0; j < M::hidden_size; ++j) {
      const double mu = data.visible[i], lambda = data.hidden[j], weight = double(before.weights(i, j));
      const double along_v = data.visible[i] - of_model.visible[i], along_h = data.hidden[j] - of_model.hidden[j];
      const double gradient = data.weights(i, j) - of_model.weights(i, j) - mu * along_h - lambda * along_v;
      const double change = 0.125 * (gradient - 0.25 * weight);
      CHECK(std::fabs(double(model.weights(i, j)) - weight - change) < 1e-5);
      a[i] -= change * lambda;
      b[j] -= change * mu;
    }
  }
  for (size_t i = 0; i < M::visible_size; ++i) {
    CHECK(std::fabs(double(model.visible.bias_of(i)) - double(before.visible.bias_of(i)) - a[i]) < 1e-5);
  }
  for (size_t j = 0; j < M::hidden_size; ++j) {
    CHECK(std::fabs(double(model.hidden.bias_of(j)) - double(before.hidden.bias_of(j)) - b[j]) < 1e-5);
  }
}

// Three clouds of deviation 1, so far from each other that no point is nearer to another's centre.
std::vector<Vector<float, 2>> three_clouds(size_t count, Xorshift32& rng) {
  const float centres[3][2] = {{-20, 5}, {10, 15}, {5, -20}};
  std::vector<Vector<float, 2>> points(count);
  for (size_t s = 0; s < count; ++s) {
    for (size_t i = 0; i < 2; ++i) points[s][i] = centres[s % 3][i] + normal(rng);
  }
  return points;
}

template <class M>
size_t component_of(const M& model, const typename M::VisibleState& v) {
  typename M::HiddenState h;
  model.mean_hidden(v, h);
  size_t best = 0;
  for (size_t j = 1; j < M::hidden_size; ++j) best = h[j] > h[best] ? j : best;
  return best;
}

// Held-out digits by a mixture: the mean log-likelihood after 100 epochs.
template <class Number, size_t Components>
double mixture_of_digits(uint32_t seed) {
  typedef Rbm<Bernoulli<64>, Softmax<1, Components>, Number> M;
  std::vector<typename M::VisibleState> pictures(1797);
  for (size_t s = 0; s < pictures.size(); ++s) unpack_flash_bits(digits_bits[s], pictures[s]);
  static M model;
  static Trainer<M, 10, exact | centred | scheduled> trainer;
  trainer = Trainer<M, 10, exact | centred | scheduled>();
  trainer.options.learning_rate = 1.0f;
  trainer.options.schedule = Schedule::linear;
  trainer.options.schedule_steps = 100 * 150;
  Xorshift32 rng(seed);
  REQUIRE(initialize(model, pictures.data(), 1500, rng) == Status::ok);
  for (int epoch = 0; epoch < 100; ++epoch) REQUIRE(trainer.epoch(model, pictures.data(), 1500, rng) == Status::ok);
  return mean_log_likelihood(model, {pictures.begin() + 1500, pictures.end()});
}

}  // namespace

TEST_CASE("exact averages are those of the enumeration in double, for units of all kinds") {
  check_averages_of_integers<Bernoulli<5>, Bernoulli<4>>(1);
  check_averages_of_integers<Bernoulli<3>, Spin<70>>(2);
  check_averages_of_integers<Bernoulli<40>, Softmax<1, 5>>(3);
  check_averages_of_integers<Softmax<2, 3>, Joined<Spin<2>, Softmax<1, 3>>>(4);
  check_averages<Gaussian<3>, Softmax<1, 4>>(5);
  check_averages<Spin<3>, Gaussian<33>>(6);
  check_averages<Relu<3>, Bernoulli<3>>(7);
  check_averages<Joined<Bernoulli<2>, Gaussian<2>>, Spin<3>>(8);
  check_averages<Softmax<1, 40>, Bernoulli<7>>(9);
  CHECK(error_of_averages<Bernoulli<9>, Bernoulli<16>, float>(0.5f, 1) < 1e-4);  // 512 states, not 2^16
  CHECK(error_of_averages<Bernoulli<20>, Bernoulli<16>, float>(0.5f, 1) < 1e-4);
  CHECK(error_of_averages<Bernoulli<20>, Bernoulli<14>, Fixed16>(0.5f, 1) < 2e-3);
}

TEST_CASE("shares of exp(x) come to 1, also where they are far apart") {
  typedef Arithmetic<Fixed16> Ops;
  detail::Shares<Fixed16> equal;
  for (uint32_t k = 0; k < 0x10000u; ++k) equal.add(Ops::Energy(3));
  CHECK(double(equal.of(Ops::Energy(3))) == std::ldexp(1.0, -16));
  CHECK(double(equal.of(Ops::Energy(2))) == doctest::Approx(std::ldexp(std::exp(-1), -16)).epsilon(0.001));
  detail::Shares<Fixed16> rising;
  for (int x = -400000; x <= 400000; x += 100000) rising.add(Ops::Energy(x));
  CHECK(double(rising.of(Ops::Energy(400000))) == 1);
  CHECK(double(rising.of(Ops::Energy(300000))) == 0);
  detail::Shares<float> three;
  for (float x : {-1e30f, 5.0f, 6.0f}) three.add(x);
  CHECK(double(three.of(6.0f)) == doctest::Approx(1 / (1 + std::exp(-1))).epsilon(1e-6));
  CHECK(three.of(-1e30f) == 0);
}

TEST_CASE("an exact step is the gradient of the likelihood, with penalties and offsets") {
  check_step<Bernoulli<5>, Bernoulli<4>>(1);
  check_step<Bernoulli<3>, Spin<36>>(2);
  check_step<Bernoulli<40>, Softmax<2, 3>>(3);
  check_step<Gaussian<3>, Softmax<1, 4>>(4);
  check_step<Softmax<1, 3>, Relu<2>>(5);
  check_step<Spin<70>, Bernoulli<3>>(6);
}

TEST_CASE("an exact trainer learns variances by their gradient") {
  typedef Rbm<Joined<Bernoulli<2>, Gaussian<2>>, Softmax<1, 3>> M;
  const M before = random_pair<M>(0.7f, 0.7f, 1);
  Xorshift32 rng(2);
  std::vector<M::VisibleState> samples(6);
  for (auto& sample : samples) M::VisibleLayer::noise(sample.values, rng);
  Trainer<M, 6, exact | learned_variance> trainer;
  trainer.options.learning_rate = 0;
  trainer.options.variance_rate = 0.01f;
  M model = before;
  REQUIRE(trainer.step(model, samples.data(), 6, rng) == Status::ok);
  for (size_t i = 0; i < 2; ++i) {
    double change = 0;  // d ln p / d ln variance by central differences
    for (int side = -1; side <= 1; side += 2) {
      M moved = before;
      moved.visible.second.variance[i] *= float(std::exp(side * 1e-3));
      change += side * mean_log_likelihood(moved, samples) / 2e-3;
    }
    const double factor = double(model.visible.second.variance[i]) / double(before.visible.second.variance[i]);
    CHECK(std::log(factor) == doctest::Approx(0.01 * change).epsilon(0.002));
  }
}

TEST_CASE("an exact trainer refuses what is not finite, draws nothing, and holds no chains") {
  typedef Rbm<Gaussian<2>, Softmax<1, 3>> M;
  typedef Trainer<M, 8, exact> Exact;
  const float infinite = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  for (float bad : {infinite, -infinite, nan, 1e30f}) {
    CAPTURE(bad);
    M model = random_pair<M>(0.7f, 0.7f, 1);
    model.weights(1, 2) = bad;
    const M before = model;
    Exact trainer;
    Xorshift32 rng(1);
    const M::VisibleState sample = {{0.5f, -0.5f}};
    CHECK(trainer.step(model, sample, rng) == Status::not_finite);
    CHECK(same_bits(model, before));
    CHECK(rng.state == 1);
  }
  M model = random_pair<M>(0.7f, 0.7f, 1);
  Exact trainer;
  Xorshift32 rng(1);
  const std::vector<M::VisibleState> samples(3);
  CHECK(trainer.step(model, samples.data(), 3, rng) == Status::ok);
  CHECK(rng.state == 1);
  CHECK(sizeof trainer.visible == sizeof(M::VisibleState));
  CHECK(Exact().options.learning_rate == 0.001f);
}

TEST_CASE("a mixture starts with a component in each cluster, all equally likely") {
  typedef Rbm<Gaussian<2>, Softmax<1, 3>> M;
  for (uint32_t seed = 1; seed <= 50; ++seed) {  // a cluster is missed with a probability of 2e-6
    CAPTURE(seed);
    Xorshift32 rng(seed);
    const auto points = three_clouds(90, rng);
    M model;
    REQUIRE(initialize(model, points.data(), points.size(), rng) == Status::ok);
    const Averages<M> averages = averages_of(model);
    size_t of_cluster[3] = {};
    for (size_t j = 0; j < 3; ++j) {
      CHECK(averages.hidden[j] == doctest::Approx(1 / 3.0).epsilon(1e-3));
      M::HiddenState h = {};
      h[j] = 1;
      M::VisibleState mean;
      model.mean_visible(h, mean);
      for (size_t s = 0; s < points.size(); ++s) {
        const bool is_there = std::fabs(mean[0] - points[s][0]) < 1e-4f && std::fabs(mean[1] - points[s][1]) < 1e-4f;
        of_cluster[s % 3] += is_there;
      }
    }
    CHECK((of_cluster[0] == 1 && of_cluster[1] == 1 && of_cluster[2] == 1));
    // About the components, not about the mean of all, where it is 182 and 233.
    for (size_t i = 0; i < 2; ++i) CHECK((model.visible.variance[i] > 0.3f && model.visible.variance[i] < 6.0f));
  }
}

TEST_CASE("units with bounds start half of the way to a sample, in integers, too") {
  typedef Rbm<Bernoulli<3>, Softmax<1, 2>> M;
  typedef Rbm<Bernoulli<3>, Softmax<1, 2>, Fixed16> Integer;
  std::vector<M::VisibleState> samples(40);
  std::vector<Integer::VisibleState> integers(40);
  for (size_t s = 0; s < 40; ++s) samples[s] = {{s < 10 ? 1.0f : 0.0f, s < 10 ? 0.0f : 1.0f, 0.0f}};
  for (size_t s = 0; s < 40; ++s) {
    for (size_t i = 0; i < 3; ++i) integers[s][i] = Fixed16(samples[s][i]);
  }
  for (uint32_t seed = 1; seed <= 10; ++seed) {
    Xorshift32 rng(seed);
    M model;
    Integer integer;
    REQUIRE(initialize(model, samples.data(), 40, rng) == Status::ok);
    REQUIRE(initialize(integer, integers.data(), 40, rng) == Status::ok);
    for (int kind = 0; kind < 2; ++kind) {
      const double on = kind == 0 ? double(model.weights(0, 0)) : double(integer.weights(0, 0));
      const bool is_first = on > 0;  // the samples of which unit 0 is on
      const double p = 0.25, q = is_first ? 0.625 : 0.125, bias = std::log(p / (1 - p));
      CHECK(on == doctest::Approx(std::log(q / (1 - q)) - bias).epsilon(0.002));
      for (size_t j = 0; j < 2; ++j) {  // never on: as often as half of a sample
        CHECK(std::fabs(kind == 0 ? double(model.weights(2, j)) : double(integer.weights(2, j))) < 0.002);
      }
    }
    CHECK(averages_of(model).hidden[0] == doctest::Approx(0.5).epsilon(1e-4));
    CHECK(averages_of(integer).hidden[0] == doctest::Approx(0.5).epsilon(0.002));
  }
}

TEST_CASE("clusters: an exact mixture of Gaussians assigns as the clusters are") {
  typedef Rbm<Gaussian<2>, Softmax<1, 3>> M;
  for (uint32_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    Xorshift32 rng(seed);
    const auto points = three_clouds(300, rng);
    static M model;
    Trainer<M, 30, exact> trainer;
    trainer.options.learning_rate = 0.01f;
    REQUIRE(initialize(model, points.data(), points.size(), rng) == Status::ok);
    for (int epoch = 0; epoch < 50; ++epoch) {
      REQUIRE(trainer.epoch(model, points.data(), points.size(), rng) == Status::ok);
    }
    size_t right = 0;
    for (size_t s = 3; s < points.size(); ++s)
      right += component_of(model, points[s]) == component_of(model, points[s % 3]);
    CHECK(right == points.size() - 3);
  }
}

TEST_SUITE_BEGIN("long");

TEST_CASE("digits: mixtures of 16 and 32 components") {
  CHECK(mixture_of_digits<float, 16>(1) > -19.4);
  CHECK(mixture_of_digits<float, 32>(1) > -18.8);
  CHECK(mixture_of_digits<Fixed<int16_t, 10>, 16>(1) > -19.5);
}

TEST_SUITE_END();
