// SPDX-License-Identifier: MIT

#include "../rbm/layers/layer.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <type_traits>

#include "support/models.hpp"
#include "support/pairs.hpp"
#include "support/statistics.hpp"
#include "support/ulp.hpp"

namespace {

typedef rbm::Bernoulli<20> Units;
typedef Units::Layer<float> Layer;
typedef Units::Evidence<float> Evidence;
const float nan_value = std::numeric_limits<float>::quiet_NaN();
const float infinite = std::numeric_limits<float>::infinity();

using rbm::Gaussian;
using rbm::Joined;
using rbm::Relu;
using rbm::Softmax;
using rbm::Spin;
using rbm::Status;

// A layer whose parameters are not all alike.
template <class Units>
typename Units::template Layer<float> random_layer(uint32_t seed) {
  rbm::Xorshift32 rng(seed * 0x9E3779B9u);
  typename Units::template Layer<float> layer;
  Truth<Units>::randomise(layer, 1.0f, rng);
  return layer;
}

// Draws of a whole layer against the distributions of its sites, jointly.
template <class Units, class Draw>
bool draws_fit(const std::vector<Distribution>& sites, int draws, Draw draw) {
  const Values expected = joint_bins(sites);
  Counts counts(expected.size());
  for (int round = 0; round < draws; ++round) {
    rbm::Vector<float, Units::size> s;
    s.fill(nan_value);
    draw(s);
    counts.add(joint_bin_of<Units>(sites, s));
  }
  return counts.fit(expected);
}

// A site's distribution for the input x, with a likelihood.
template <class Units, class LogLikelihood>
Distribution observed(const typename Units::template Layer<float>& layer, size_t site, const Values& x,
                      LogLikelihood log_likelihood) {
  const Site where = Truth<Units>::sites()[site];
  return Distribution(where, 20, [&](const Values& state) {
    double sum = log_likelihood(state);
    for (size_t u = 0; u < state.size(); ++u) {
      const size_t i = where.first + u;
      sum += (x[i] - double(layer.bias[i])) * state[u] - Truth<Units>::energy(layer, i, state[u]);
    }
    return sum;
  });
}

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
  layer.mean(rbm::Block{0, 20}, x.values, mean.values);
  double cumulant = 0;
  for (size_t i = 0; i < 20; ++i) {
    CHECK(ulps(mean[i], exact::sigmoid(double(x[i]))) < 3);
    cumulant += exact::softplus(double(x[i]));
  }
  CHECK(double(layer.cumulant(rbm::Block{0, 20}, x.values)) == doctest::Approx(cumulant).epsilon(1e-6));
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
  // A uniform draw below 1/2 is on, and none above.
  struct Words {
    uint32_t next;
    uint32_t operator()() { return next ^= 0xFFFFFFFFu; }
  } words = {0x80000000u};
  float s[2];
  rbm::Bernoulli<2>::Layer<float>::noise(s, words);
  CHECK(s[0] == 1);
  CHECK(s[1] == 0);
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
    layer.sample(rbm::Block{0, 20}, x.values, drawn.values, rng);
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
  evidence.mean(rbm::Block{0, 20}, Layer(), x.values, mean.values);
  CHECK(mean[5] == 1.0f);
  CHECK(mean[6] == 0.0f);
  CHECK(double(mean[7]) == doctest::Approx(exact::sigmoid(-3.0)));
  evidence.forget(5);
  CHECK(evidence.log_odds[5] == 0);

  // A certain observation outweighs any input.
  x[6] = infinite;
  evidence.mean(rbm::Block{0, 20}, Layer(), x.values, mean.values);
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
  CHECK(evidence.observe(seen, 1.001f) == rbm::Status::out_of_range);
  CHECK(evidence.observe(seen, nan_value) == rbm::Status::not_finite);
  CHECK(evidence.observe(3, true, 1.1f) == rbm::Status::out_of_range);
  CHECK(evidence.observe(3, true, infinite) == rbm::Status::not_finite);
  seen[0] = 0.5f;
  CHECK(evidence.observe(seen, 0.25f) == rbm::Status::out_of_range);
  seen[0] = 0.0f;
  seen[19] = 0.5f;
  CHECK(evidence.observe(seen, 0.25f) == rbm::Status::out_of_range);
  seen[19] = nan_value;
  CHECK(evidence.observe(seen, 0.25f) == rbm::Status::not_finite);
  CHECK(same_bits(evidence, before));
}

TEST_CASE("Spin: mean and cumulant of any input") {
  const Spin<20>::Layer<float> layer = {};
  rbm::Vector<float, 20> x, mean;
  for (size_t i = 0; i < 20; ++i) x[i] = 0.9f * static_cast<float>(i) - 9.0f;
  x[0] = -1000.0f;
  x[1] = 1000.0f;
  x[2] = 1e4f;
  x[3] = -1e4f;
  layer.mean(rbm::Block{0, 20}, x.values, mean.values);
  double cumulant = 0;
  for (size_t i = 0; i < 20; ++i) {
    CHECK(ulps(mean[i], exact::tanh(double(x[i]))) < 3);
    cumulant += exact::log_two_cosh(double(x[i]));
  }
  CHECK(double(layer.cumulant(rbm::Block{0, 20}, x.values)) == doctest::Approx(cumulant).epsilon(1e-6));
}

TEST_CASE("Spin: a draw takes one word for each unit and follows the mean") {
  const Spin<4>::Layer<float> layer = {};
  const float x[4] = {-1.0f, 0.0f, 0.4f, 1.5f};
  rbm::Xorshift32 rng(41), same(41);
  CHECK(draws_fit<Spin<4>>(distributions<Spin<4>>(layer, Values(x, x + 4)), 40000, [&](rbm::Vector<float, 4>& s) {
    layer.sample(rbm::Block{0, 4}, x, s.values, rng);
  }));
  for (int word = 0; word < 4 * 40000; ++word) same();
  CHECK(rng.state == same.state);
  float s[4];
  for (float far : {1000.0f, 1e4f, infinite}) {
    const float ends[4] = {far, -far, far, -far};
    layer.sample(rbm::Block{0, 4}, ends, s, rng);
    for (int i = 0; i < 4; ++i) CHECK(s[i] == (i % 2 == 0 ? 1.0f : -1.0f));
  }
}

TEST_CASE("Softmax: mean and cumulant of any input") {
  const Softmax<5, 3>::Layer<float> layer = {};
  const float x[15] = {0.0f,  1.0f, -2.0f, 1000.0f, 999.0f,  -1000.0f, -1000.0f, -1e4f,
                       -1e3f, 1e4f, 1e4f,  -1e4f,   -100.0f, -101.0f,  30.0f};
  float mean[15];
  layer.mean(rbm::Block{0, 15}, x, mean);
  double cumulant = 0;
  for (size_t first = 0; first < 15; first += 3) {
    Values logs(x + first, x + first + 3);
    cumulant += log_sum_exp(logs);
    const Values p = normalised(logs);
    for (size_t k = 0; k < 3; ++k) {
      // Relative down to the smallest normal float, and 0 is 0.
      CHECK(std::fabs(double(mean[first + k]) - p[k]) <= 1e-6 * p[k] + 1e-44);
    }
    const double group = log_sum_exp(logs);
    CHECK(double(layer.cumulant(rbm::Block{first, 3}, x + first)) == doctest::Approx(group).epsilon(1e-6));
  }
  CHECK(double(layer.cumulant(rbm::Block{0, 15}, x)) == doctest::Approx(cumulant).epsilon(1e-6));
}

TEST_CASE("Softmax: a draw takes one word for each group and follows the mean") {
  typedef Softmax<2, 4> Groups;
  const Groups::Layer<float> layer = {};
  const float x[8] = {0.5f, -1.0f, 2.0f, -3.0f, 0.0f, 0.0f, -1000.0f, 1.0f};
  rbm::Xorshift32 rng(43), same(43);
  CHECK(draws_fit<Groups>(distributions<Groups>(layer, Values(x, x + 8)), 60000, [&](rbm::Vector<float, 8>& s) {
    layer.sample(rbm::Block{0, 8}, x, s.values, rng);
  }));
  for (int word = 0; word < 2 * 60000; ++word) same();
  CHECK(rng.state == same.state);
}

// Probabilities in float may sum to less than the largest draw. The draw then is no unit that hardly ever is on.
TEST_CASE("Softmax: what rounding leaves after the last unit goes to the likeliest one") {
  typedef Softmax<1, 6> Group;
  const Group::Layer<float> layer = {};
  const auto highest = [] { return 0xFFFFFFFFu; };
  rbm::Xorshift32 rng(45);
  int beyond = 0;
  for (int round = 0; round < 3000; ++round) {
    float x[6], mean[6], s[6];
    for (float& input : x) input = rbm::normal(rng);
    x[5] = -1000.0f;
    layer.mean(rbm::Block{0, 6}, x, mean);
    layer.sample(rbm::Block{0, 6}, x, s, highest);
    float left = rbm::uniform(highest);
    size_t expected = 0;
    while (expected < 6 && left >= mean[expected]) left -= mean[expected++];
    if (expected == 6) {
      ++beyond;
      expected = static_cast<size_t>(std::max_element(mean, mean + 6) - mean);
    }
    for (size_t k = 0; k < 6; ++k) CHECK(s[k] == (k == expected ? 1.0f : 0.0f));
    float probabilities[7];
    probabilities[6] = 1.0f;  // of no unit of this group
    CHECK(rbm::Arithmetic<float>::sample_categorical<6>(x, probabilities, highest) == expected);
  }
  CHECK(beyond > 10);
}

TEST_CASE("Gaussian: mean and cumulant of any input and variance") {
  typedef Gaussian<1> Unit;
  for (float variance : {1e-4f, 0.3f, 1.0f, 25.0f, 1e4f}) {
    for (float x : {-1e4f, -1000.0f, -2.5f, 0.0f, 0.1f, 1.0f, 1000.0f, 1e4f}) {
      const Unit::Layer<float> layer = {{{0.0f}}, {{variance}}};
      float mean;
      layer.mean(rbm::Block{0, 1}, &x, &mean);
      CHECK(ulps(mean, double(variance) * double(x)) <= 0.51);
      const double width = double(variance);
      const double part = width * double(x) * double(x) / 2, rest = std::log(2 * std::acos(-1.0) * width) / 2;
      CHECK(std::fabs(double(layer.cumulant(rbm::Block{0, 1}, &x)) - part - rest) <
            3e-7 * (part + std::fabs(rest) + 1));
      if (std::fabs(x) < 1e3f) {
        const Distribution exact = distributions<Unit>(layer, Values(1, double(x)))[0];
        CHECK(exact.log_total == doctest::Approx(part + rest).epsilon(1e-8));
        CHECK(exact.mean(0) == doctest::Approx(double(mean)).epsilon(1e-6));
      }
    }
  }
}

TEST_CASE("Gaussian: draws follow the density") {  // false alarm: 1e-6 each
  typedef Gaussian<1> Unit;
  rbm::Xorshift32 rng(47);
  for (float variance : {0.01f, 1.0f, 9.0f}) {
    for (float x : {-3.0f, 0.0f, 1000.0f}) {
      const Unit::Layer<float> layer = {{{0.0f}}, {{variance}}};
      CAPTURE(variance);
      CAPTURE(x);
      const std::vector<Distribution> exact = distributions<Unit>(layer, Values(1, double(x)), 20);
      const auto draw = [&](rbm::Vector<float, 1>& s) { layer.sample(rbm::Block{0, 1}, &x, s.values, rng); };
      CHECK(draws_fit<Unit>(exact, 10000, draw));
      const std::vector<Distribution> warm = distributions<Unit>(layer, Values(1, double(x)), 20, 0.3);
      const auto draw_warm = [&](rbm::Vector<float, 1>& s) {
        float input = x;
        layer.sample_tempered(rbm::Block{0, 1}, 0.3f, &input, s.values, rng);
      };
      CHECK(draws_fit<Unit>(warm, 10000, draw_warm));
      CHECK_FALSE(draws_fit<Unit>(exact, 10000, draw_warm));  // they do differ
    }
  }
}

TEST_CASE("Relu: mean, cumulant and draws are those of the density cut off at 0") {  // false alarm: 1e-6 each
  typedef Relu<1> Unit;
  const Unit::Layer<float> layer = {};
  rbm::Xorshift32 rng(49);
  for (float x : {-1e4f, -1000.0f, -30.0f, -5.0f, -1.0f, 0.0f, 1.0f, 5.0f, 30.0f, 1000.0f, 1e4f}) {
    CAPTURE(x);
    const std::vector<Distribution> exact = distributions<Unit>(layer, Values(1, double(x)), 20);
    float mean;
    layer.mean(rbm::Block{0, 1}, &x, &mean);
    CHECK(ulps(mean, exact::rectified_mean(double(x))) <= 10);
    CHECK(double(mean) == doctest::Approx(exact[0].mean(0)).epsilon(2e-6));
    const float cumulant = layer.cumulant(rbm::Block{0, 1}, &x);
    CHECK(ulps_from_one(cumulant, exact::rectified_cumulant(double(x))) <= 10);
    CHECK(double(cumulant) == doctest::Approx(exact[0].log_total).epsilon(2e-6));
    CHECK(draws_fit<Unit>(exact, 10000, [&](rbm::Vector<float, 1>& s) {
      layer.sample(rbm::Block{0, 1}, &x, s.values, rng);
    }));
    for (double t : {0.2, 4.0}) {
      CAPTURE(t);
      const std::vector<Distribution> tempered = distributions<Unit>(layer, Values(1, double(x)), 20, t);
      CHECK(draws_fit<Unit>(tempered, 5000, [&](rbm::Vector<float, 1>& s) {
        float input = x;
        layer.sample_tempered(rbm::Block{0, 1}, static_cast<float>(t), &input, s.values, rng);
      }));
    }
  }
}

TEST_CASE("a draw from an input that is no number ends") {
  const float inputs[3] = {nan_value, infinite, -infinite};
  rbm::Xorshift32 rng(51);
  float s[3];
  Relu<3>::Layer<float>().sample(rbm::Block{0, 3}, inputs, s, rng);
  CHECK(s[0] != s[0]);
  CHECK(s[1] == infinite);
  CHECK(s[2] == 0);
  const Gaussian<3>::Layer<float> gaussian = {{}, {{1, 1, 1}}};
  gaussian.sample(rbm::Block{0, 3}, inputs, s, rng);
  Spin<3>::Layer<float>().sample(rbm::Block{0, 3}, inputs, s, rng);
  CHECK(s[1] == 1.0f);
  CHECK(s[2] == -1.0f);
  Softmax<1, 3>::Layer<float>().sample(rbm::Block{0, 3}, inputs, s, rng);
  CHECK(s[0] + s[1] + s[2] == 1.0f);
}

TEST_CASE("noise: states of units without parameters") {  // false alarm: 1e-6 each
  rbm::Xorshift32 rng(53), same(53);
  typedef Joined<Spin<2>, Softmax<2, 3>> Discrete;
  Discrete::Layer<float> flat;
  flat.clear();
  CHECK(draws_fit<Discrete>(distributions<Discrete>(flat, Values(8, 0.0)), 20000,
                            [&](rbm::Vector<float, 8>& s) { Discrete::Layer<float>::noise(s.values, rng); }));
  for (int word = 0; word < 4 * 20000; ++word) same();  // below(3) throws away one word in 2^32
  CHECK(rng.state == same.state);
  typedef Joined<Gaussian<1>, Relu<1>> Real;
  Real::Layer<float> plain;
  plain.clear();
  CHECK(draws_fit<Real>(distributions<Real>(plain, Values(2, 0.0), 10), 20000,
                        [&](rbm::Vector<float, 2>& s) { Real::Layer<float>::noise(s.values, rng); }));
}

TEST_CASE("what a state of each type of unit may be") {
  const auto spins = [](float a, float b) {
    return Spin<2>::Layer<float>::check(rbm::Vector<float, 2>{{a, b}}.values);
  };
  CHECK(spins(-1, 1) == Status::ok);
  CHECK(spins(-0.2f, 0) == Status::ok);
  CHECK(spins(0, 1.0000001f) == Status::out_of_range);
  CHECK(spins(-1.0000001f, 0) == Status::out_of_range);
  CHECK(spins(0, nan_value) == Status::not_finite);
  CHECK(spins(2, -infinite) == Status::not_finite);

  typedef rbm::Fixed<int8_t, 5> Number8;  // each of many, one at a time
  for (size_t i = 0; i < 7; ++i) {
    rbm::Vector<Number8, 7> state = {};
    CHECK(rbm::Bernoulli<7>::Layer<Number8>::check(state.values) == Status::ok);
    state[i] = Number8(-0.5f);
    CHECK(rbm::Bernoulli<7>::Layer<Number8>::check(state.values) == Status::out_of_range);
    state[i] = Number8(1.5f);
    CHECK(rbm::Bernoulli<7>::Layer<Number8>::check(state.values) == Status::out_of_range);
  }

  const auto numbers = [](float a, float b) {
    return Gaussian<2>::Layer<float>::check(rbm::Vector<float, 2>{{a, b}}.values);
  };
  CHECK(numbers(-1e6f, 1e6f) == Status::ok);
  CHECK(numbers(-1.01e6f, 0) == Status::out_of_range);
  CHECK(numbers(0, 3e38f) == Status::out_of_range);
  CHECK(numbers(0, nan_value) == Status::not_finite);
  CHECK(numbers(infinite, 0) == Status::not_finite);

  const auto rectified = [](float a, float b) {
    return Relu<2>::Layer<float>::check(rbm::Vector<float, 2>{{a, b}}.values);
  };
  CHECK(rectified(0, 1e6f) == Status::ok);
  CHECK(rectified(0, 3e38f) == Status::out_of_range);
  CHECK(rectified(-0.0f, 1) == Status::ok);
  CHECK(rectified(0, -1e-45f) == Status::out_of_range);
  CHECK(rectified(-5, 1) == Status::out_of_range);
  CHECK(rectified(-5, nan_value) == Status::not_finite);
  CHECK(rectified(infinite, 0) == Status::not_finite);
  CHECK(rectified(0, -infinite) == Status::not_finite);

  const auto groups = [](float a, float b, float c, float d) {
    return Softmax<2, 2>::Layer<float>::check(rbm::Vector<float, 4>{{a, b, c, d}}.values);
  };
  CHECK(groups(1, 0, 0, 1) == Status::ok);
  CHECK(groups(0.3f, 0.7f, 0.5f, 0.5f) == Status::ok);
  CHECK(groups(0.3f, 0.7005f, 0.5f, 0.4995f) == Status::ok);
  CHECK(groups(1, 0, 1, 1) == Status::out_of_range);
  CHECK(groups(0, 0, 0, 1) == Status::out_of_range);
  CHECK(groups(1, 0, 0.5f, 0.502f) == Status::out_of_range);
  CHECK(groups(1, 0, 0.5f, 0.498f) == Status::out_of_range);
  CHECK(groups(1.5f, -0.5f, 0, 1) == Status::out_of_range);
  CHECK(groups(1, 0, 0, nan_value) == Status::not_finite);
  CHECK(groups(2, 0, 0, infinite) == Status::not_finite);

  typedef Joined<Softmax<1, 2>, Relu<1>> Mixed;
  const auto mixed = [](float a, float b, float c) {
    return Mixed::Layer<float>::check(rbm::Vector<float, 3>{{a, b, c}}.values);
  };
  CHECK(mixed(0, 1, 7) == Status::ok);
  CHECK(mixed(1, 1, 7) == Status::out_of_range);
  CHECK(mixed(0, 1, -7) == Status::out_of_range);
  CHECK(mixed(0, 1, nan_value) == Status::not_finite);
  CHECK(mixed(nan_value, 1, 7) == Status::not_finite);
}

namespace {

// The mean that a layer has after start_from.
template <class Units>
rbm::Vector<float, Units::size> started(const Values& means, float variance, float margin) {
  typename Units::template Layer<float> layer;
  layer.clear();
  for (size_t i = 0; i < Units::size; ++i) layer.initialize_unit(i, static_cast<float>(means[i]), variance, margin);
  typedef rbm::Rbm<Units, rbm::Bernoulli<1>> Model;
  Model model = {};
  model.visible = layer;
  const typename Model::HiddenState h = {};
  rbm::Vector<float, Units::size> mean;
  model.mean_visible(h, mean);  // without weights, of the biases alone
  return mean;
}

template <class Units>
double start_error(const Values& means, float variance = 1, float margin = 1e-6f) {
  const auto mean = started<Units>(means, variance, margin);
  double error = 0;
  for (size_t i = 0; i < Units::size; ++i) {
    error = std::max(error, std::fabs(double(mean[i]) - means[i]) / std::max(1e-3, std::fabs(means[i])));
  }
  return error;
}

}  // namespace

TEST_CASE("real units have no sites") {
  CHECK(int{Gaussian<3>::sites} == 0);
  CHECK(Gaussian<3>::first_unit(0) == 0);
  CHECK(Gaussian<3>::units(0) == 0);
  CHECK(Gaussian<3>::states(0) == 0);
  CHECK(Gaussian<3>::value(0, 0, 0) == 0);
}

TEST_CASE("layers start from the means of data") {
  CHECK(start_error<rbm::Bernoulli<4>>({0.01, 0.3, 0.5, 0.999}) < 1e-5);
  CHECK(start_error<Spin<5>>({-0.99, -0.3, 0.0, 0.5, 0.999}) < 1e-5);
  CHECK(start_error<Softmax<2, 3>>({0.2, 0.3, 0.5, 0.98, 0.01, 0.01}) < 1e-5);
  CHECK(start_error<Gaussian<3>>({-3, 0.0, 100}, 0.25f) < 1e-6);
  CHECK(start_error<Gaussian<3>>({-3, 0.0, 100}, 0.0f) < 1e-6);
  CHECK(start_error<Gaussian<3>>({-3, 0.0, 100}, 1e9f) < 1e-6);
  CHECK(start_error<Relu<7>>({0.001, 0.02, 0.5, 0.798, 1, 7, 3000}) < 1e-5);
  CHECK(start_error<Joined<Spin<1>, Joined<Gaussian<1>, Softmax<1, 2>>>>({-0.5, 4, 0.25, 0.75}, 2) < 1e-5);

  // What never changes in the data is held a margin away from certainty.
  const auto spins = started<Spin<2>>({-1, 1}, 0, 0.05f);
  CHECK(double(spins[0]) == doctest::Approx(-0.9));
  CHECK(double(spins[1]) == doctest::Approx(0.9));
  const auto group = started<Softmax<1, 2>>({0, 1}, 0, 0.05f);
  CHECK(double(group[0]) == doctest::Approx(0.05 / 1.05));
  const auto rectified = started<Relu<1>>({0}, 0, 0.05f);
  CHECK(double(rectified[0]) == doctest::Approx(0.05));
}

TEST_CASE("Gaussian: variances start at those of the data, within bounds") {
  Gaussian<3>::Layer<float> layer;
  layer.clear();
  layer.initialize_unit(0, 2.0f, 0.25f, 0.1f);
  layer.initialize_unit(1, 2.0f, 0.0f, 0.1f);
  layer.initialize_unit(2, 2.0f, 1e30f, 0.1f);
  CHECK(layer.variance[0] == 0.25f);
  CHECK(layer.bias[0] == 8.0f);
  CHECK(layer.variance[1] == 1e-4f);
  CHECK(layer.variance[2] == 1e4f);
}

TEST_CASE("Gaussian: the logarithm of a variance learns, by steps and within bounds") {
  Gaussian<6>::Layer<float> layer;
  layer.clear();
  layer.variance = {{2.0f, 0.5f, 1.0f, 1.0f, 1.1e-4f, 0.9e4f}};
  const float squares[6] = {0.4f, -0.1f, 50.0f, -50.0f, -1.0f, 1e9f};
  for (size_t i = 0; i < 6; ++i) layer.learn_variance(i, squares[i]);
  CHECK(double(layer.variance[0]) == doctest::Approx(2 * std::exp(0.4 / 4)).epsilon(1e-6));
  CHECK(double(layer.variance[1]) == doctest::Approx(0.5 * std::exp(-0.1)).epsilon(1e-6));
  CHECK(double(layer.variance[2]) == doctest::Approx(std::exp(0.5)).epsilon(1e-6));
  CHECK(double(layer.variance[3]) == doctest::Approx(std::exp(-0.5)).epsilon(1e-6));
  CHECK(layer.variance[4] == 1e-4f);
  CHECK(layer.variance[5] == 1e4f);
  layer.clear();
  layer.learn_variance(2, 1.006f);  // a step is 1/2 at most
  layer.learn_variance(3, -1.006f);
  CHECK(double(layer.variance[2]) == doctest::Approx(std::exp(0.5)).epsilon(1e-6));
  CHECK(double(layer.variance[3]) == doctest::Approx(std::exp(-0.5)).epsilon(1e-6));
  // Of one unit alone, and side by side with others.
  layer.clear();
  layer.learn_variance(4, 0.2f);
  for (size_t i = 0; i < 6; ++i) CHECK(double(layer.variance[i]) == doctest::Approx(i == 4 ? std::exp(0.1) : 1));
  Joined<Spin<2>, Gaussian<2>>::Layer<float> both;
  both.clear();
  for (size_t i = 0; i < 4; ++i) both.learn_variance(i, i % 2 == 0 ? 0.0f : 0.2f);
  CHECK(both.second.variance[0] == 1.0f);
  CHECK(double(both.second.variance[1]) == doctest::Approx(std::exp(0.1)));
  for (float bias : both.second.bias) CHECK(bias == 0);
  for (float bias : both.first.bias) CHECK(bias == 0);
}

namespace {

// Parameters: cleared, copied, and biases that learn from states.
template <class Units>
void check_parameters() {
  CAPTURE(Truth<Units>::name());
  typedef typename Units::template Layer<float> AnyLayer;
  const AnyLayer layer = random_layer<Units>(55);
  AnyLayer other = random_layer<Units>(56);
  rbm::detail::CopyParameter copy;
  AnyLayer::each_parameter(copy, layer, other);
  for (size_t i = 0; i < Units::size; ++i) {
    rbm::Vector<float, Units::size> one = {};
    one[i] = 1;
    CHECK(other.energy(one.values) == layer.energy(one.values));
    CHECK(random_layer<Units>(56).energy(one.values) != layer.energy(one.values));
    CHECK(double(layer.energy(one.values)) == doctest::Approx(Truth<Units>::energy(layer, i, 1)).epsilon(1e-5));
  }

  rbm::Vector<float, Units::size> data, model, state, change;
  rbm::Xorshift32 rng(57);
  for (size_t i = 0; i < Units::size; ++i) {
    data[i] = rbm::normal(rng);
    model[i] = rbm::normal(rng);
    state[i] = std::fabs(rbm::normal(rng));
  }
  // A(s) has -c s, so its change tells the change of c.
  other.learn(0.5f, data.values, model.values);
  double expected = double(layer.energy(state.values));
  for (size_t i = 0; i < Units::size; ++i) {
    expected -= 0.5 * (double(data[i]) - double(model[i])) * double(state[i]);
    change[i] = data[i] + 1;
  }
  CHECK(double(other.energy(state.values)) == doctest::Approx(expected).epsilon(1e-5));
  for (size_t i = 0; i < Units::size; ++i) {
    other.bias_of(i) += change[i];
    expected -= double(change[i]) * double(state[i]);
    CHECK(double(other.energy(state.values)) == doctest::Approx(expected).epsilon(1e-5));
  }

  other.clear();
  expected = 0;  // no biases, variances 1
  for (const Site& site : Truth<Units>::sites()) {
    if (site.is_real()) expected += double(state[site.first]) * double(state[site.first]) / 2;
    CHECK(other.variance_of(site.first) == (site.is_real() ? 1.0f : 0.0f));
  }
  CHECK(double(other.energy(state.values)) == doctest::Approx(expected).epsilon(1e-5));
}

}  // namespace

TEST_CASE("parameters of every type of unit: clear, copy, learn") {
  check_parameters<rbm::Bernoulli<5>>();
  check_parameters<Spin<5>>();
  check_parameters<Softmax<2, 3>>();
  check_parameters<Gaussian<5>>();
  check_parameters<Relu<5>>();
  check_parameters<Joined<Gaussian<2>, Joined<Softmax<1, 3>, Relu<2>>>>();
  const Gaussian<2>::Layer<float> wide = {{}, {{0.5f, 3.0f}}};
  CHECK(wide.variance_of(0) == 0.5f);
  CHECK(wide.variance_of(1) == 3.0f);
}

TEST_CASE("Spin: evidence moves the input by half the log-likelihood ratio") {
  typedef Spin<5> Spins;
  const Spins::Layer<float> layer = random_layer<Spins>(59);
  Spins::Evidence<float> evidence;
  evidence.clamp(4, true);
  evidence.forget();
  CHECK(evidence.observe(0, true, 0.15f) == Status::ok);
  CHECK(evidence.observe(1, false, 0.3f) == Status::ok);
  evidence.clamp(2, false);
  evidence.clamp(3, true);
  CHECK(double(evidence.log_odds[0]) == doctest::Approx(std::log(0.85 / 0.15)).epsilon(1e-6));
  CHECK(double(evidence.log_odds[1]) == doctest::Approx(-std::log(0.7 / 0.3)).epsilon(1e-6));
  const Values x = {-0.5, 0.7, 2.0, -2.0, 0.3};
  const auto likelihood = [](size_t i, double s) {
    const double up[5] = {0.85, 0.3, 0, 1, 0.5}, down[5] = {0.15, 0.7, 1, 0, 0.5};
    return std::log(s > 0 ? up[i] : down[i]);
  };
  std::vector<Distribution> exact;
  for (size_t i = 0; i < 5; ++i) {
    exact.push_back(observed<Spins>(layer, i, x, [&](const Values& s) { return likelihood(i, s[0]); }));
  }
  float input[5], mean[5];
  for (size_t i = 0; i < 5; ++i) input[i] = static_cast<float>(x[i]);
  evidence.mean(rbm::Block{0, 5}, layer, input, mean);
  for (size_t i = 0; i < 5; ++i) CHECK(double(mean[i]) == doctest::Approx(exact[i].mean(0)).epsilon(1e-6));
  rbm::Xorshift32 rng(61);
  CHECK(draws_fit<Spins>(exact, 20000, [&](rbm::Vector<float, 5>& s) {
    for (size_t i = 0; i < 5; ++i) input[i] = static_cast<float>(x[i]);
    evidence.sample(rbm::Block{0, 5}, layer, input, s.values, rng);
  }));

  // Of the whole layer, or refused whole.
  Spins::Evidence<float> before = evidence;
  rbm::Vector<float, 5> seen = {{-1, 1, -1, 1, 1}};
  CHECK(evidence.observe(seen, 0.25f) == Status::ok);
  for (size_t i = 0; i < 5; ++i) {
    CHECK(double(evidence.log_odds[i]) == doctest::Approx(double(seen[i]) * std::log(3.0)).epsilon(1e-6));
  }
  before = evidence;
  for (float wrong : {-0.1f, 1.1f}) {
    CHECK(evidence.observe(seen, wrong) == Status::out_of_range);
    CHECK(evidence.observe(1, true, wrong) == Status::out_of_range);
  }
  for (float wrong : {nan_value, infinite}) {
    CHECK(evidence.observe(seen, wrong) == Status::not_finite);
    CHECK(evidence.observe(1, true, wrong) == Status::not_finite);
  }
  for (float bad : {0.0f, 0.5f, 2.0f, -2.0f}) {
    seen[4] = bad;
    CHECK(evidence.observe(seen, 0.25f) == Status::out_of_range);
  }
  seen[4] = nan_value;
  CHECK(evidence.observe(seen, 0.25f) == Status::not_finite);
  CHECK(same_bits(evidence, before));
}

TEST_CASE("Softmax: what is known of one group is forgotten without the others") {
  Softmax<3, 2>::Evidence<float> evidence;
  evidence.forget();
  for (size_t forgotten = 0; forgotten < 3; ++forgotten) {
    for (size_t group = 0; group < 3; ++group) evidence.clamp(group, group % 2);
    evidence.forget(forgotten);
    for (size_t i = 0; i < 6; ++i) {
      const bool is_off = i / 2 != forgotten && i % 2 != i / 2 % 2;
      CHECK(evidence.log_likelihood[i] == (is_off ? -infinite : 0.0f));
    }
  }
}

TEST_CASE("Softmax: evidence is the likelihood of what was seen, whichever unit is on") {
  typedef Softmax<5, 3> Groups;
  const Groups::Layer<float> layer = random_layer<Groups>(63);
  Groups::Evidence<float> evidence;
  evidence.clamp(3, 1);
  evidence.forget();
  CHECK(evidence.observe(0, 2, 0.3f) == Status::ok);
  CHECK(evidence.observe(1, 0, 0.0f) == Status::ok);
  CHECK(evidence.observe(2, 0, 1.0f) == Status::ok);
  evidence.clamp(4, 0);
  evidence.forget(4);
  evidence.clamp(4, 1);
  const double likelihood[5][3] = {{0.15, 0.15, 0.7}, {1, 0, 0}, {0, 0.5, 0.5}, {1, 1, 1}, {0, 1, 0}};
  Values x;
  for (size_t i = 0; i < 15; ++i) x.push_back(0.3 * static_cast<double>(i % 4) - 0.4);
  std::vector<Distribution> exact;
  for (size_t group = 0; group < 5; ++group) {
    exact.push_back(observed<Groups>(layer, group, x, [&](const Values& s) {
      return std::log(likelihood[group][std::max_element(s.begin(), s.end()) - s.begin()]);
    }));
  }
  const rbm::Vector<float, 15> start = to_state<rbm::Vector<float, 15>>(x);
  rbm::Vector<float, 15> input = start, mean;
  evidence.mean(rbm::Block{0, 15}, layer, input.values, mean.values);
  for (size_t i = 0; i < 15; ++i) {
    CHECK(double(mean[i]) == doctest::Approx(exact[i / 3].mean(i % 3)).epsilon(1e-6));
  }
  rbm::Xorshift32 rng(65);
  CHECK(draws_fit<Groups>(exact, 20000, [&](rbm::Vector<float, 15>& s) {
    input = start;
    evidence.sample(rbm::Block{0, 15}, layer, input.values, s.values, rng);
  }));

  // The whole layer is the groups one by one.
  rbm::Vector<float, 15> seen = {{0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0}};
  Groups::Evidence<float> one_by_one;
  CHECK(evidence.observe(seen, 0.2f) == Status::ok);
  const size_t on[5] = {2, 0, 1, 2, 1};
  for (size_t group = 0; group < 5; ++group) CHECK(one_by_one.observe(group, on[group], 0.2f) == Status::ok);
  CHECK(same_bits(evidence, one_by_one));
  CHECK(double(evidence.log_likelihood[0]) == doctest::Approx(std::log(0.1)).epsilon(1e-6));
  CHECK(double(evidence.log_likelihood[2]) == doctest::Approx(std::log(0.8)).epsilon(1e-6));

  const Groups::Evidence<float> before = evidence;
  for (float wrong : {-0.1f, 1.1f}) {
    CHECK(evidence.observe(seen, wrong) == Status::out_of_range);
    CHECK(evidence.observe(1, 2, wrong) == Status::out_of_range);
  }
  for (float wrong : {nan_value, infinite}) {
    CHECK(evidence.observe(seen, wrong) == Status::not_finite);
    CHECK(evidence.observe(1, 2, wrong) == Status::not_finite);
  }
  const float bad[][3] = {{0, 0, 0}, {1, 1, 0}, {0.5f, 0.5f, 0}, {1, 0.5f, 0}, {2, 0, 0}, {1, 0, -1}};
  for (size_t first : {0u, 6u, 12u}) {
    rbm::Vector<float, 15> wrong = seen;
    for (const auto& group : bad) {
      for (size_t k = 0; k < 3; ++k) wrong[first + k] = group[k];
      CHECK(evidence.observe(wrong, 0.25f) == Status::out_of_range);
    }
  }
  seen[13] = nan_value;
  CHECK(evidence.observe(seen, 0.25f) == Status::not_finite);
  CHECK(same_bits(evidence, before));
}

namespace {

// Evidence of real units: a value seen with Gaussian noise.
template <class Units>
void check_noise_evidence() {
  CAPTURE(Truth<Units>::name());
  static_assert(Units::size == 4, "noisy, noisy, known and missing");
  const auto layer = random_layer<Units>(67);
  typename Units::template Evidence<float> evidence;
  evidence.clamp(3, 5.0f);
  evidence.forget();
  CHECK(evidence.observe(0, 1.5f, 0.25f) == Status::ok);
  CHECK(evidence.observe(1, -0.5f, 3.0f) == Status::ok);
  evidence.clamp(2, 0.75f);
  const Values x = {-1.0, 0.5, 3.0, 0.8};
  std::vector<Distribution> exact;
  for (size_t i : {0u, 1u, 3u}) {
    exact.push_back(observed<Units>(layer, i, x, [&](const Values& s) {
      return i == 0 ? -(s[0] - 1.5) * (s[0] - 1.5) / (2 * 0.25) : i == 1 ? -(s[0] + 0.5) * (s[0] + 0.5) / (2 * 3.0) : 0;
    }));
  }
  const rbm::Vector<float, 4> start = to_state<rbm::Vector<float, 4>>(x);
  rbm::Vector<float, 4> input = start, mean;
  evidence.mean(rbm::Block{0, 4}, layer, input.values, mean.values);
  CHECK(double(mean[0]) == doctest::Approx(exact[0].mean(0)).epsilon(2e-6));
  CHECK(double(mean[1]) == doctest::Approx(exact[1].mean(0)).epsilon(2e-6));
  CHECK(mean[2] == 0.75f);
  CHECK(double(mean[3]) == doctest::Approx(exact[2].mean(0)).epsilon(2e-6));
  // One unit alone, in its place among the others.
  rbm::Xorshift32 rng(69);
  for (size_t i = 0; i < 4; ++i) {
    float single;
    evidence.mean(rbm::Block{i, 1}, layer, &start[i], &single);
    CHECK(single == mean[i]);
    evidence.sample(rbm::Block{i, 1}, layer, &start[i], &single, rng);
    CHECK((single == 0.75f) == (i == 2));
  }

  Counts counts[3] = {Counts(exact[0].bins.size()), Counts(exact[1].bins.size()), Counts(exact[2].bins.size())};
  for (int draw = 0; draw < 20000; ++draw) {
    rbm::Vector<float, 4> s;
    input = start;
    evidence.sample(rbm::Block{0, 4}, layer, input.values, s.values, rng);
    counts[0].add(exact[0].bin_of(s.values));
    counts[1].add(exact[1].bin_of(s.values + 1));
    counts[2].add(exact[2].bin_of(s.values + 3));
    if (s[2] != 0.75f) CHECK(s[2] == 0.75f);
  }
  for (size_t i = 0; i < 3; ++i) CHECK(counts[i].fit(exact[i].bins));

  CHECK(evidence.observe(1, 2.5f, 0.0f) == Status::ok);  // without noise it is known
  input = start;
  evidence.mean(rbm::Block{0, 4}, layer, input.values, mean.values);
  CHECK(mean[1] == 2.5f);
  evidence.forget(1);
  CHECK(evidence.precision[1] == 0);
  rbm::Vector<float, 4> seen = {{0.5f, 1.0f, 2.0f, 0.0f}};
  typename Units::template Evidence<float> one_by_one;
  CHECK(evidence.observe(seen, 0.5f) == Status::ok);
  for (size_t i = 0; i < 4; ++i) CHECK(one_by_one.observe(i, seen[i], 0.5f) == Status::ok);
  CHECK(same_bits(evidence, one_by_one));
  CHECK(evidence.precision[3] == 2.0f);

  const auto before = evidence;
  CHECK(evidence.observe(1, 0.5f, -0.1f) == Status::out_of_range);
  CHECK(evidence.observe(seen, -1e-45f) == Status::out_of_range);
  for (float bad : {nan_value, infinite, -infinite}) {
    CHECK(evidence.observe(1, 0.5f, bad) == Status::not_finite);
    CHECK(evidence.observe(1, bad, 0.5f) == Status::not_finite);
    CHECK(evidence.observe(seen, bad) == Status::not_finite);
    seen[3] = bad;
    CHECK(evidence.observe(seen, 0.5f) == Status::not_finite);
    seen[3] = 0;
  }
  CHECK(same_bits(evidence, before));
}

}  // namespace

TEST_CASE("real units: evidence is a value seen with Gaussian noise") {  // false alarm: 1e-6 each
  check_noise_evidence<Gaussian<4>>();
  check_noise_evidence<Relu<4>>();
}

TEST_CASE("Joined: evidence of either layer, in its place") {
  typedef Joined<Spin<2>, Gaussian<2>> Mixed;
  Mixed::Layer<float> layer;
  layer.clear();
  Mixed::Evidence<float> evidence;
  evidence.forget();
  for (float odds : evidence.first.log_odds) CHECK(odds == 0);
  for (float precision : evidence.second.precision) CHECK(precision == 0);
  evidence.first.clamp(1, false);
  evidence.second.clamp(0, 3.0f);
  const float x[4] = {0.5f, 50.0f, -50.0f, 50.0f};
  float mean[4], drawn[4];
  rbm::Xorshift32 rng(71);
  for (rbm::Block block : rbm::Blocks<Mixed>()) {
    float inputs[2] = {x[block.first], x[block.first + 1]}, copy[2] = {inputs[0], inputs[1]};
    evidence.mean(block, layer, inputs, mean + block.first);
    evidence.sample(block, layer, copy, drawn + block.first, rng);
  }
  CHECK(double(mean[0]) == doctest::Approx(std::tanh(0.5)));
  CHECK(mean[1] == -1.0f);
  CHECK(mean[2] == 3.0f);
  CHECK(mean[3] == 50.0f);
  CHECK(std::fabs(drawn[0]) == 1.0f);
  CHECK(drawn[1] == -1.0f);
  CHECK(drawn[2] == 3.0f);
  CHECK(std::fabs(drawn[3] - 50.0f) < 6.0f);

  // Of the whole layer, or refused whole.
  const Mixed::Evidence<float> before = evidence;
  CHECK(evidence.observe(rbm::Vector<float, 4>{{1, -1, 0.5f, nan_value}}, 0.5f) == Status::not_finite);
  CHECK(evidence.observe(rbm::Vector<float, 4>{{1, 0.5f, 0.5f, 2}}, 0.5f) == Status::out_of_range);
  CHECK(same_bits(evidence, before));
  CHECK(evidence.observe(rbm::Vector<float, 4>{{1, -1, 0.5f, 2}}, 0.25f) == Status::ok);
  CHECK(double(evidence.first.log_odds[0]) == doctest::Approx(std::log(3.0)));
  CHECK(evidence.second.precision[1] == 4.0f);
}

namespace {

// One unit on is a state, and what a layer's mean rounds to is a mean. None on and two on are neither.
template <class Number, size_t States>
void check_groups() {
  CAPTURE(States);
  typedef rbm::Softmax<1, States> Group;
  rbm::Vector<Number, States> s;
  s.fill(Number(0));
  CHECK(Group::check(s.values) == Status::out_of_range);
  for (size_t k : {size_t{0}, States / 2, States - 1}) {
    s[k] = Number(1);
    CHECK(Group::check(s.values) == Status::ok);
    s[k == 0 ? 1 : 0] = Number(1);
    CHECK(Group::check(s.values) == Status::out_of_range);
    s.fill(Number(0));
  }
  s.fill(Number(1));
  CHECK(Group::check(s.values) == Status::out_of_range);

  typename Group::template Layer<Number> layer;
  layer.clear();
  rbm::Xorshift32 rng(72);
  for (float deviation : {0.0f, 0.1f, 1.0f, 3.0f}) {
    for (int draw = 0; draw < 100; ++draw) {
      typename rbm::Arithmetic<Number>::Sum x[States];
      for (auto& input : x) input = rbm::Arithmetic<Number>::to_sum(deviation * rbm::normal(rng));
      layer.mean(rbm::Block{0, States}, x, s.values);
      bool is_any = false;
      for (Number each : s) is_any = is_any || each > Number(0);
      CHECK(Group::check(s.values) == (is_any ? Status::ok : Status::out_of_range));
    }
  }
}

}  // namespace

TEST_CASE("softmax: groups of which no unit, or two, are on are refused in every number type and size") {
  check_groups<rbm::Fixed<int8_t, 1>, 2>();
  check_groups<rbm::Fixed<int8_t, 1>, 3>();
  check_groups<rbm::Fixed<int8_t, 2>, 6>();
  check_groups<rbm::Fixed<int8_t, 5>, 62>();
  check_groups<rbm::Fixed<int8_t, 5>, 64>();  // of which all means are half a step
  check_groups<rbm::Fixed<int8_t, 5>, 100>();
  check_groups<rbm::Fixed<int8_t, 6>, 126>();
  check_groups<rbm::Fixed<int8_t, 6>, 200>();
  check_groups<rbm::Fixed<int16_t, 1>, 40>();
  check_groups<rbm::Fixed<int16_t, 4>, 33>();
  check_groups<rbm::Fixed<int16_t, 11>, 100>();
  check_groups<rbm::Fixed<int16_t, 14>, 3>();
  check_groups<float, 3>();
  check_groups<float, 100>();
  // Means of a large group, of which the sum is rounded as often.
  typedef Softmax<1, 300000> Large;
  static Large::Layer<float> large;
  static rbm::Vector<float, 300000> x, mean;
  large.mean(rbm::Block{0, 300000}, x.values, mean.values);
  CHECK(Large::check(mean.values) == Status::ok);
  mean[7] = 0.1f;
  CHECK(Large::check(mean.values) == Status::out_of_range);
  const float beyond[3] = {1.0005f, 0, 0};  // the sum may be so much more than 1, a state not
  CHECK(Softmax<1, 3>::check(beyond) == Status::out_of_range);
  // A step for each unit that is not off may be what rounding left, and no more.
  rbm::Vector<rbm::Fixed<int16_t, 8>, 4> s = {{rbm::Fixed<int16_t, 8>(1), rbm::Fixed<int16_t, 8>::from_raw(2)}};
  CHECK(Softmax<1, 4>::check(s.values) == Status::ok);
  s[1].raw = 3;
  CHECK(Softmax<1, 4>::check(s.values) == Status::out_of_range);
  s[0].raw = 128;
  CHECK(Softmax<1, 4>::check(s.values) == Status::out_of_range);
}
