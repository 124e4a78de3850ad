// SPDX-License-Identifier: MIT

#include "../rbm/gibbs.hpp"

#include <doctest/doctest.h>

#include <limits>

#include "../rbm/model.hpp"
#include "support/enumerate.hpp"
#include "support/models.hpp"
#include "support/statistics.hpp"

namespace {

typedef rbm::Rbm<rbm::Bernoulli<5>, rbm::Bernoulli<4>> Model;

// A draw from exact probabilities.
size_t draw(const std::vector<double>& probabilities, rbm::Xorshift32& rng) {
  double left = double(rbm::uniform(rng));
  size_t index = 0;
  while (index + 1 < probabilities.size() && left >= probabilities[index]) left -= probabilities[index++];
  return index;
}

// p(v | observation) by enumeration: proportional to p(v) times the likelihood of each unit.
std::vector<double> exact_posterior(const Enumeration<Model>& exact, const Model::VisibleEvidence& evidence) {
  std::vector<double> posterior = exact.visible;
  double sum = 0;
  for (size_t v = 0; v < posterior.size(); ++v) {
    for (size_t i = 0; i < Model::visible_size; ++i) {
      const double odds = double(evidence.log_odds[i]);
      const bool on = ((v >> i) & 1u) != 0;
      posterior[v] *= std::isinf(odds) ? (on == (odds > 0) ? 1 : 0) : (on ? std::exp(odds) : 1);
    }
    sum += posterior[v];
  }
  for (double& probability : posterior) probability /= sum;
  return posterior;
}

}  // namespace

// The total variation of 200 000 draws scatters by a tenth of its floor; four times the floor is far beyond one in 1e9.
TEST_CASE("Gibbs steps leave the model's distribution alone") {
  const Model model = random_model<Model>(1.5f, 1);
  const Enumeration<Model> exact(model);
  const double floor = total_variation_floor(exact.visible, 200000);
  for (uint32_t steps : {1u, 4u, 16u}) {
    rbm::Xorshift32 rng(2);
    std::vector<double> frequencies(exact.visible_states, 0);
    for (int i = 0; i < 200000; ++i) {
      rbm::GibbsChain<Model> chain;
      chain.start(state_of<Model::VisibleState>(draw(exact.visible, rng)));
      chain.run(model, steps, rng);
      frequencies[index_of(chain.visible)] += 1.0 / 200000;
    }
    CAPTURE(steps);
    CHECK(total_variation(frequencies, exact.visible) < 4 * floor);
  }
}

TEST_CASE("a chain from noise ends in the model's distribution") {
  const Model model = random_model<Model>(1.0f, 3);
  const Enumeration<Model> exact(model);
  rbm::Xorshift32 rng(4);
  std::vector<double> start(exact.visible_states, 0), end(exact.visible_states, 0);
  for (int i = 0; i < 200000; ++i) {
    rbm::GibbsChain<Model> chain;
    chain.start_from_noise(rng);
    start[index_of(chain.visible)] += 1.0 / 200000;
    chain.run(model, 30, rng);
    end[index_of(chain.visible)] += 1.0 / 200000;
  }
  const std::vector<double> noise(exact.visible_states, 1.0 / static_cast<double>(exact.visible_states));
  CHECK(total_variation(start, noise) < 4 * total_variation_floor(noise, 200000));
  CHECK(total_variation(end, exact.visible) < 4 * total_variation_floor(exact.visible, 200000));
  CHECK(total_variation(exact.visible, noise) > 40 * total_variation_floor(exact.visible, 200000));  // they do differ
}

TEST_CASE("a chain that takes no step stays where it started") {
  const Model model = random_model<Model>(1.0f, 5);
  rbm::Xorshift32 rng(6);
  rbm::GibbsChain<Model> chain;
  const Model::VisibleState v = {{1, 0, 1, 1, 0}};
  chain.hidden.fill(1);
  chain.start(v);
  chain.run(model, 0, rng);
  CHECK(same_bits(chain.visible, v));
  for (float unit : chain.hidden) CHECK(unit == 0);
  CHECK(rng.state == 6);
  chain.hidden.fill(1);
  chain.start_from_noise(rng);
  for (float unit : chain.hidden) CHECK(unit == 0);
}

// The definition of a chain, written out: n steps are n draws of h from v and v from h, and leave both as they were
// drawn.
TEST_CASE("many steps are as many single draws") {
  const Model model = random_model<Model>(2.0f, 5);
  rbm::Xorshift32 rng(6), same(6);
  rbm::GibbsChain<Model> chain;
  Model::VisibleState v = {{1, 0, 1, 1, 0}};
  Model::HiddenState h;
  chain.start(v);
  chain.run(model, 300, rng);
  for (int step = 0; step < 300; ++step) {
    model.sample_hidden(v, h, same);
    model.sample_visible(h, v, same);
  }
  CHECK(same_bits(chain.visible, v));
  CHECK(same_bits(chain.hidden, h));
  CHECK(rng.state == same.state);
}

// The same under evidence, with the draw of v written out unit by unit, and the posterior's average of p(v | h, e) too.
TEST_CASE("steps under evidence, and the posterior mean, are their definition") {
  const Model model = random_model<Model>(2.0f, 15);
  const Model::VisibleState noisy = {{1, 0, 1, 1, 0}};
  rbm::Posterior<Model> posterior;
  CHECK(posterior.evidence.observe(noisy, 0.2f) == rbm::Status::ok);
  // Chains that draw the same words soon meet, wherever they started, so many short ones are compared.
  for (uint32_t seed = 1; seed <= 60; ++seed) {
    const uint32_t steps = 1 + seed % 7;
    const uint32_t burn_in = seed % 3;
    rbm::Xorshift32 rng(seed * 0x9E3779B9u), chain_rng(rng.state), same(rng.state);
    posterior.mean.fill(7);
    CHECK(rbm::denoise(model, noisy, 0.2f, burn_in, steps, posterior, rng) == rbm::Status::ok);
    rbm::GibbsChain<Model> chain;
    chain.start(noisy);
    chain.run(model, posterior.evidence, burn_in + steps, chain_rng);

    Model::VisibleState v = noisy;
    Model::HiddenState h;
    double mean[5] = {};
    for (uint32_t step = 0; step < burn_in + steps; ++step) {
      model.sample_hidden(v, h, same);
      for (size_t i = 0; i < 5; ++i) {
        double x = double(model.visible.bias[i]) + (noisy[i] == 1 ? 1 : -1) * std::log(0.8 / 0.2);
        for (size_t j = 0; j < 4; ++j) x += double(model.weights(i, j)) * double(h[j]);
        const double p = 1 / (1 + std::exp(-x));
        if (step >= burn_in) mean[i] += p / steps;
        v[i] = double(rbm::uniform(same)) < p ? 1.0f : 0.0f;
      }
    }
    CHECK(same_bits(chain.visible, v));
    CHECK(same_bits(chain.hidden, h));
    CHECK(same_bits(posterior.chain.visible, v));
    CHECK(same_bits(posterior.chain.hidden, h));
    CHECK(rng.state == same.state);
    CHECK(chain_rng.state == same.state);
    for (size_t i = 0; i < 5; ++i) CHECK(std::fabs(double(posterior.mean[i]) - mean[i]) < 1e-6);
  }
}

TEST_CASE("the average of many steps stays exact") {
  // Without weights every step has the same mean, so the average must be it, to the last bits.
  Model model = {};
  model.visible.bias = {{0.85f, -0.85f, -4.6f, 6.9f, 0.0f}};
  rbm::Posterior<Model> posterior;
  posterior.evidence.forget();
  rbm::Xorshift32 rng(17);
  posterior.chain.start_from_noise(rng);
  CHECK(posterior.run(model, 0, rbm::Posterior<Model>::most_steps, rng) == rbm::Status::ok);
  for (size_t i = 0; i < 5; ++i) {
    const double p = 1 / (1 + std::exp(-double(model.visible.bias[i])));
    CHECK(std::fabs(double(posterior.mean[i]) - p) < 1e-6);
  }
}

TEST_CASE("under evidence a chain draws from the posterior: noisy, known and missing units in one") {
  const Model model = random_model<Model>(1.0f, 7);
  const Enumeration<Model> exact(model);
  Model::VisibleEvidence evidence;
  evidence.forget();
  CHECK(evidence.observe(0, true, 0.1f) == rbm::Status::ok);
  CHECK(evidence.observe(1, false, 0.3f) == rbm::Status::ok);
  evidence.clamp(3, true);
  const std::vector<double> posterior = exact_posterior(exact, evidence);
  rbm::Xorshift32 rng(8);
  std::vector<double> frequencies(exact.visible_states, 0);
  for (int i = 0; i < 200000; ++i) {
    rbm::GibbsChain<Model> chain;
    chain.start_from_noise(rng);
    chain.run(model, evidence, 30, rng);
    frequencies[index_of(chain.visible)] += 1.0 / 200000;
  }
  CHECK(total_variation(frequencies, posterior) < 4 * total_variation_floor(posterior, 200000));
  CHECK(total_variation(exact.visible, posterior) > 40 * total_variation_floor(posterior, 200000));
}

TEST_CASE("the posterior mean is that of enumeration") {  // false alarm: below 1e-6, see the tolerance
  const Model model = random_model<Model>(1.0f, 9);
  const Enumeration<Model> exact(model);
  rbm::Posterior<Model> posterior;
  rbm::Xorshift32 rng(10);
  const Model::VisibleState noisy = {{1, 0, 0, 1, 1}};
  CHECK(rbm::denoise(model, noisy, 0.2f, 100, 400000, posterior, rng) == rbm::Status::ok);
  const std::vector<double> probabilities = exact_posterior(exact, posterior.evidence);
  for (size_t i = 0; i < Model::visible_size; ++i) {
    double mean = 0;
    for (size_t v = 0; v < probabilities.size(); ++v) mean += ((v >> i) & 1u) ? probabilities[v] : 0;
    // A deviation of at most 1/2 a step, 400 000 steps of which at least one in ten is independent: 5 errors are
    // 0.0125.
    CHECK(std::fabs(double(posterior.mean[i]) - mean) < 0.0125);
  }
}

TEST_CASE("denoise refuses what makes no sense, and changes nothing") {
  const Model model = random_model<Model>(1.0f, 11);
  rbm::Posterior<Model> posterior;
  rbm::Xorshift32 rng(12);
  Model::VisibleState noisy = {{1, 0, 0, 1, 1}};
  CHECK(rbm::denoise(model, noisy, 0.2f, 1, 1, posterior, rng) == rbm::Status::ok);
  const rbm::Posterior<Model> before = posterior;
  const uint32_t state = rng.state;
  CHECK(rbm::denoise(model, noisy, 1.5f, 1, 1, posterior, rng) == rbm::Status::out_of_range);
  CHECK(rbm::denoise(model, noisy, 0.2f, 1, 0, posterior, rng) == rbm::Status::out_of_range);
  CHECK(posterior.run(model, 1, 0, rng) == rbm::Status::out_of_range);
  const uint32_t too_many = rbm::Posterior<Model>::most_steps + 1;
  CHECK(posterior.run(model, 1, too_many, rng) == rbm::Status::too_large);
  CHECK(rbm::denoise(model, noisy, 0.2f, 1, too_many, posterior, rng) == rbm::Status::too_large);
  noisy[2] = 0.4f;
  CHECK(rbm::denoise(model, noisy, 0.2f, 1, 1, posterior, rng) == rbm::Status::out_of_range);
  noisy[2] = std::numeric_limits<float>::infinity();
  CHECK(rbm::denoise(model, noisy, 0.2f, 1, 1, posterior, rng) == rbm::Status::not_finite);
  CHECK(same_bits(posterior, before));
  CHECK(rng.state == state);
}

TEST_CASE("a reconstruction is the mean given the mean") {
  const Model model = random_model<Model>(1.0f, 13);
  const Model::VisibleState v = {{1, 1, 0, 0, 1}};
  Model::HiddenState h;
  Model::VisibleState reconstruction;
  rbm::reconstruct(model, v, h, reconstruction);
  for (size_t j = 0; j < Model::hidden_size; ++j) {
    double x = double(model.hidden.bias[j]);
    for (size_t i = 0; i < Model::visible_size; ++i) x += double(v[i]) * double(model.weights(i, j));
    CHECK(double(h[j]) == doctest::Approx(1 / (1 + std::exp(-x))).epsilon(1e-5));
  }
  for (size_t i = 0; i < Model::visible_size; ++i) {
    double x = double(model.visible.bias[i]);
    for (size_t j = 0; j < Model::hidden_size; ++j) x += double(model.weights(i, j)) * double(h[j]);
    CHECK(double(reconstruction[i]) == doctest::Approx(1 / (1 + std::exp(-x))).epsilon(1e-5));
  }
}
