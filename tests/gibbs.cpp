// SPDX-License-Identifier: MIT

#include "../rbm/sampling/gibbs.hpp"

#include <doctest/doctest.h>

#include <limits>

#include "../rbm/model/model.hpp"
#include "support/enumerate.hpp"
#include "support/models.hpp"
#include "support/pairs.hpp"
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
TEST_CASE("Gibbs steps leave the model's distribution alone" * doctest::test_suite("sampling")) {
  const Model model = random_model<Model>(1.5f, 1);
  const Enumeration<Model> exact(model);
  const double floor = total_variation_floor(exact.visible, 200000);
  for (uint32_t steps : {1u, 4u, 16u}) {
    rbm::Xorshift32 rng(2);
    std::vector<double> frequencies(exact.visible_states, 0);
    for (int i = 0; i < 200000; ++i) {
      rbm::GibbsChain<Model> chain;
      chain.start(state_of<Model::VisibleState>(draw(exact.visible, rng)));
      (void)chain.run(model, steps, rng);
      frequencies[index_of(chain.visible)] += 1.0 / 200000;
    }
    CAPTURE(steps);
    CHECK(total_variation(frequencies, exact.visible) < 4 * floor);
  }
}

TEST_CASE("a chain from noise ends in the model's distribution" * doctest::test_suite("sampling")) {
  const Model model = random_model<Model>(1.0f, 3);
  const Enumeration<Model> exact(model);
  rbm::Xorshift32 rng(4);
  std::vector<double> start(exact.visible_states, 0), end(exact.visible_states, 0);
  for (int i = 0; i < 200000; ++i) {
    rbm::GibbsChain<Model> chain;
    chain.start_from_noise(rng);
    start[index_of(chain.visible)] += 1.0 / 200000;
    (void)chain.run(model, 30, rng);
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
  (void)chain.run(model, 0, rng);
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
  (void)chain.run(model, 300, rng);
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
    (void)chain.run(model, posterior.evidence, burn_in + steps, chain_rng);

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

TEST_CASE("the average of many steps stays exact" * doctest::test_suite("sampling")) {
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

TEST_CASE("the averages of a group's units in the most steps sum to 1" * doctest::test_suite("sampling")) {
  typedef rbm::Rbm<rbm::Softmax<1, 3>, rbm::Bernoulli<1>> Group;
  for (uint32_t seed = 240; seed < 250; ++seed) {
    rbm::Xorshift32 rng(seed);
    Group model = {{{16, -16, -16}}, {{{-8, 8, 8}}}, {{{0}}}};
    for (float& bias : model.visible.bias) bias += 0.3f * rbm::normal(rng);
    rbm::Posterior<Group> posterior;
    posterior.evidence.forget();
    posterior.chain.start_from_noise(rng);
    CHECK(posterior.run(model, 0, rbm::Posterior<Group>::most_steps, rng) == rbm::Status::ok);
    const double sum = double(posterior.mean[0]) + double(posterior.mean[1]) + double(posterior.mean[2]);
    CHECK(std::fabs(sum - 1) < 0.0003);
  }
}

TEST_CASE("the average of the most steps that integers take is right at the ends of their range") {
  typedef rbm::Fixed<int16_t, 11> Number;
  typedef rbm::Rbm<rbm::Gaussian<5>, rbm::Bernoulli<1>, Number> Real;
  static_assert(rbm::Posterior<Real>::most_steps == 65536, "as README says");
  Real model;
  rbm::Xorshift32 rng(18);
  rbm::initialize(model, rng);
  rbm::Posterior<Real> posterior;
  posterior.evidence.forget();
  const int16_t states[] = {-32768, -32767, 32767, 1, -1};
  for (size_t i = 0; i < 5; ++i) posterior.evidence.clamp(i, Number::from_raw(states[i]));
  posterior.chain.start_from_noise(rng);
  CHECK(posterior.run(model, 0, rbm::Posterior<Real>::most_steps, rng) == rbm::Status::ok);
  for (size_t i = 0; i < 5; ++i) CHECK(posterior.mean[i].raw == states[i]);
}

TEST_CASE("under evidence a chain draws from the posterior: noisy, known and missing units in one" *
          doctest::test_suite("sampling")) {
  const Model model = random_model<Model>(1.0f, 7);
  const Enumeration<Model> exact(model);
  Model::VisibleEvidence evidence;
  evidence.forget();
  CHECK(evidence.observe(0, true, 0.1f) == rbm::Status::ok);
  CHECK(evidence.observe(1, false, 0.3f) == rbm::Status::ok);
  CHECK(evidence.observe(Model::visible_size, true, 0.1f) == rbm::Status::out_of_range);  // there is no such unit
  evidence.clamp(3, true);
  const std::vector<double> posterior = exact_posterior(exact, evidence);
  rbm::Xorshift32 rng(8);
  std::vector<double> frequencies(exact.visible_states, 0);
  for (int i = 0; i < 200000; ++i) {
    rbm::GibbsChain<Model> chain;
    chain.start_from_noise(rng);
    (void)chain.run(model, evidence, 30, rng);
    frequencies[index_of(chain.visible)] += 1.0 / 200000;
  }
  CHECK(total_variation(frequencies, posterior) < 4 * total_variation_floor(posterior, 200000));
  CHECK(total_variation(exact.visible, posterior) > 40 * total_variation_floor(posterior, 200000));
}

TEST_CASE("the posterior mean is that of enumeration" *
          doctest::test_suite("sampling")) {  // false alarm: below 1e-6, see the tolerance
  const Model model = random_model<Model>(1.0f, 9);
  const Enumeration<Model> exact(model);
  rbm::Posterior<Model> posterior = {};
  rbm::Xorshift32 rng(10);
  const Model::VisibleState noisy = {{1, 0, 0, 1, 1}};
  std::vector<double> average(Model::visible_size, 0);
  CHECK(rbm::denoise(model, noisy, 0.2f, 100, 40000, posterior, rng) == rbm::Status::ok);
  for (int run = 0; run < 10; ++run) {
    for (size_t i = 0; i < Model::visible_size; ++i) average[i] += double(posterior.mean[i]) / 10;
    CHECK(posterior.run(model, 0, 40000, rng) == rbm::Status::ok);
  }
  const std::vector<double> probabilities = exact_posterior(exact, posterior.evidence);
  for (size_t i = 0; i < Model::visible_size; ++i) {
    double mean = 0;
    for (size_t v = 0; v < probabilities.size(); ++v) mean += ((v >> i) & 1u) ? probabilities[v] : 0;
    // A deviation of at most 1/2 a step, 400 000 steps of which at least one in ten is independent: 5 errors are
    // 0.0125.
    CHECK(std::fabs(average[i] - mean) < 0.0125);
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

namespace {

using rbm::Bernoulli;
using rbm::Gaussian;
using rbm::Joined;
using rbm::Relu;
using rbm::Softmax;
using rbm::Spin;
using rbm::Status;

// Evidence that mixes all kinds, and what it says: the likelihood of each state of the layer.
template <class Units>
struct Mixed;

template <>
struct Mixed<Bernoulli<4>> {
  static void observe(Bernoulli<4>::Evidence<float>& evidence) {
    CHECK(evidence.observe(0, true, 0.1f) == Status::ok);
    CHECK(evidence.observe(1, false, 0.3f) == Status::ok);
    evidence.clamp(3, true);
  }
  static double likelihood(const Values& v) {
    return (v[0] == 1 ? 0.9 : 0.1) * (v[1] == 0 ? 0.7 : 0.3) * (v[3] == 1 ? 1 : 0);
  }
};

template <>
struct Mixed<Spin<4>> {
  static void observe(Spin<4>::Evidence<float>& evidence) {
    CHECK(evidence.observe(0, true, 0.1f) == Status::ok);
    CHECK(evidence.observe(1, false, 0.3f) == Status::ok);
    evidence.clamp(3, false);
  }
  static double likelihood(const Values& v) {
    return (v[0] == 1 ? 0.9 : 0.1) * (v[1] == -1 ? 0.7 : 0.3) * (v[3] == -1 ? 1 : 0);
  }
};

template <>
struct Mixed<Softmax<3, 3>> {
  static void observe(Softmax<3, 3>::Evidence<float>& evidence) {
    CHECK(evidence.observe(0, 1, 0.2f) == Status::ok);
    evidence.clamp(2, 0);
  }
  static double likelihood(const Values& v) { return (v[1] == 1 ? 0.8 : 0.1) * (v[6] == 1 ? 1 : 0); }
};

template <>
struct Mixed<Joined<Spin<3>, Softmax<2, 3>>> {
  static void observe(Joined<Spin<3>, Softmax<2, 3>>::Evidence<float>& evidence) {
    CHECK(evidence.first.observe(0, true, 0.1f) == Status::ok);
    evidence.first.clamp(2, false);
    CHECK(evidence.second.observe(1, 2, 0.3f) == Status::ok);
  }
  static double likelihood(const Values& v) {
    return (v[0] == 1 ? 0.9 : 0.1) * (v[2] == -1 ? 1 : 0) * (v[8] == 1 ? 0.7 : 0.15);
  }
};

// Runs that each start at an exact draw from the posterior: where they end is the posterior still, and the mean of
// their means is its mean, with an error that independent runs tell. False alarm: 1e-6 each.
template <class Visible, class Hidden>
void check_discrete_posterior(uint32_t seed) {
  typedef rbm::Rbm<Visible, Hidden> Pair;
  CAPTURE(Truth<Visible>::name());
  CAPTURE(Truth<Hidden>::name());
  const Pair model = random_pair<Pair>(0.8f, 0.7f, seed);
  const std::vector<Values> states = all_states<Visible>();
  Values exact = visible_probabilities(model);
  double total = 0;
  for (size_t v = 0; v < states.size(); ++v) total += exact[v] *= Mixed<Visible>::likelihood(states[v]);
  for (double& p : exact) p /= total;

  const Chooser choose(exact);
  const Index<Visible> index;
  rbm::Xorshift32 rng(seed + 100);
  rbm::Posterior<Pair> posterior;
  posterior.evidence.forget();
  Mixed<Visible>::observe(posterior.evidence);
  for (uint32_t burn_in : {0u, 2u}) {
    Counts counts(states.size());
    Average means[Pair::visible_size];
    for (int run = 0; run < 10000; ++run) {
      posterior.chain.start(to_state<typename Pair::VisibleState>(states[choose(rng)]));
      if (posterior.run(model, burn_in, 2, rng) != Status::ok) FAIL("refused");
      counts.add(index(posterior.chain.visible));
      for (size_t i = 0; i < Pair::visible_size; ++i) means[i].add(double(posterior.mean[i]));
    }
    CHECK(counts.fit(exact));
    for (size_t i = 0; i < Pair::visible_size; ++i) {
      double mean = 0;
      for (size_t v = 0; v < states.size(); ++v) mean += exact[v] * states[v][i];
      CAPTURE(i);
      CHECK(std::fabs(means[i].mean - mean) <= 4.9 * means[i].standard_error() + 1e-6);
    }
  }
}

// A noisy, a known and a missing number.
struct Number {
  double value, noise_variance;  // infinite where nothing is known
};
const double unknown = std::numeric_limits<double>::infinity();

// The same with real visible units and discrete hidden ones. Given h the visible units are independent: their densities
// times the likelihoods are integrated one by one, for each h.
template <class Units>
void check_real_posterior(const std::vector<Number>& seen, const typename Units::template Evidence<float>& evidence) {
  typedef rbm::Rbm<Units, Spin<2>> Pair;
  CAPTURE(Truth<Units>::name());
  const Pair model = random_pair<Pair>(0.8f, 0.7f, 23);
  const std::vector<Values> hidden = all_states<Spin<2>>();
  const std::vector<Site> sites = Truth<Units>::sites();
  Values logs;
  std::vector<Values> means(hidden.size());
  for (size_t h = 0; h < hidden.size(); ++h) {
    const Values sums = sums_to_visible(model, hidden[h]);
    logs.push_back(-energy_of_layer<Spin<2>>(model.hidden, hidden[h]));
    for (size_t i = 0; i < sites.size(); ++i) {
      const auto log_density = [&](double s) { return sums[i] * s - Truth<Units>::energy(model.visible, i, s); };
      if (seen[i].noise_variance == 0) {
        logs[h] += log_density(seen[i].value);
        means[h].push_back(seen[i].value);
        continue;
      }
      const Distribution site(sites[i], 4, [&](const Values& s) {
        const double apart = s[0] - seen[i].value;
        return log_density(s[0]) - apart * apart / (2 * seen[i].noise_variance);
      });
      logs[h] += site.log_total;
      means[h].push_back(site.mean(0));
    }
  }
  const Values exact = normalised(logs);

  const Chooser choose(exact);
  const Index<Spin<2>> index;
  rbm::Xorshift32 rng(24);
  rbm::Posterior<Pair> posterior;
  posterior.evidence = evidence;
  Counts counts(hidden.size());
  Average averages[Pair::visible_size];
  for (int run = 0; run < 20000; ++run) {
    typename Pair::VisibleState start;
    const auto h = to_state<typename Pair::HiddenState>(hidden[choose(rng)]);
    model.sample_visible(h, posterior.evidence, start, rng);
    posterior.chain.start(start);
    if (posterior.run(model, 1, 2, rng) != Status::ok) FAIL("refused");
    counts.add(index(posterior.chain.hidden));
    for (size_t i = 0; i < Pair::visible_size; ++i) averages[i].add(double(posterior.mean[i]));
  }
  CHECK(counts.fit(exact));
  for (size_t i = 0; i < Pair::visible_size; ++i) {
    double mean = 0;
    for (size_t h = 0; h < hidden.size(); ++h) mean += exact[h] * means[h][i];
    CAPTURE(i);
    CHECK(std::fabs(averages[i].mean - mean) <= 4.9 * averages[i].standard_error() + 2e-6);
  }
}

template <class Units>
typename Units::template Evidence<float> evidence_of(const std::vector<Number>& seen) {
  typename Units::template Evidence<float> evidence;
  evidence.forget();
  for (size_t i = 0; i < seen.size(); ++i) {
    if (seen[i].noise_variance == 0) evidence.clamp(i, static_cast<float>(seen[i].value));
    if (seen[i].noise_variance > 0 && seen[i].noise_variance < unknown) {
      CHECK(evidence.observe(i, static_cast<float>(seen[i].value), static_cast<float>(seen[i].noise_variance)) ==
            Status::ok);
    }
  }
  return evidence;
}

}  // namespace

TEST_CASE("every type of discrete visible unit: chains and means under mixed evidence are the posterior's") {
  check_discrete_posterior<Bernoulli<4>, Bernoulli<3>>(20);
  check_discrete_posterior<Spin<4>, Bernoulli<3>>(21);
  check_discrete_posterior<Softmax<3, 3>, Spin<2>>(22);
  check_discrete_posterior<Joined<Spin<3>, Softmax<2, 3>>, Softmax<1, 3>>(23);
  check_discrete_posterior<Spin<4>, Gaussian<2>>(24);
  check_discrete_posterior<Joined<Spin<3>, Softmax<2, 3>>, Relu<2>>(25);
}

TEST_CASE("real visible units: chains and means under mixed evidence are the posterior's") {
  const std::vector<Number> seen = {{1.5, 0}, {0.8, 0.3}, {0, unknown}, {-0.4, 2}};
  check_real_posterior<Gaussian<4>>(seen, evidence_of<Gaussian<4>>(seen));
  check_real_posterior<Relu<4>>(seen, evidence_of<Relu<4>>(seen));
  typedef Joined<Gaussian<2>, Relu<2>> Two;
  Two::Evidence<float> evidence;
  evidence.first = evidence_of<Gaussian<2>>({seen[0], seen[1]});
  evidence.second = evidence_of<Relu<2>>({seen[2], seen[3]});
  check_real_posterior<Two>(seen, evidence);
}

TEST_CASE("real units are denoised given the variance of the noise") {
  typedef rbm::Rbm<Gaussian<3>, Bernoulli<3>> Pair;
  const Pair model = random_pair<Pair>(0.8f, 0.7f, 26);
  const Pair::VisibleState noisy = {{0.5f, -2.0f, 1.0f}};
  rbm::Posterior<Pair> posterior, same;
  rbm::Xorshift32 rng(27), same_rng(27);
  CHECK(rbm::denoise(model, noisy, 0.4f, 5, 50, posterior, rng) == Status::ok);
  CHECK(same.evidence.observe(noisy, 0.4f) == Status::ok);
  for (float precision : same.evidence.precision) CHECK(precision == 2.5f);
  same.chain.start(noisy);
  CHECK(same.run(model, 5, 50, same_rng) == Status::ok);
  CHECK(same_bits(posterior.mean, same.mean));
  CHECK(same_bits(posterior.chain, same.chain));
  CHECK(rng.state == same_rng.state);

  // Without noise the sample stays as it is; with much of it little of the sample is left.
  CHECK(rbm::denoise(model, noisy, 0.0f, 5, 50, posterior, rng) == Status::ok);
  CHECK(same_bits(posterior.mean, noisy));
  CHECK(rbm::denoise(model, noisy, 1e6f, 50, 20000, posterior, rng) == Status::ok);
  const Values p = hidden_probabilities(model);
  for (size_t i = 0; i < 3; ++i) {
    double mean = 0;
    for (size_t h = 0; h < p.size(); ++h) {
      const Values sums = sums_to_visible(model, all_states<Bernoulli<3>>()[h]);
      mean += p[h] * double(model.visible.variance[i]) * (double(model.visible.bias[i]) + sums[i]);
    }
    // Means given h lie within 4 of each other, and one step in ten is independent: 5 errors are at most 0.23.
    CHECK(std::fabs(double(posterior.mean[i]) - mean) < 0.23);
  }

  const rbm::Posterior<Pair> before = posterior;
  const uint32_t state = rng.state;
  Pair::VisibleState bad = noisy;
  CHECK(rbm::denoise(model, noisy, -0.1f, 1, 1, posterior, rng) == Status::out_of_range);
  CHECK(rbm::denoise(model, noisy, std::numeric_limits<float>::quiet_NaN(), 1, 1, posterior, rng) ==
        Status::not_finite);
  CHECK(rbm::denoise(model, noisy, 0.4f, 1, 0, posterior, rng) == Status::out_of_range);
  bad[1] = std::numeric_limits<float>::infinity();
  CHECK(rbm::denoise(model, bad, 0.4f, 1, 1, posterior, rng) == Status::not_finite);
  CHECK(same_bits(posterior, before));
  CHECK(rng.state == state);
}

TEST_CASE("many chains are single chains, one after the other") {
  typedef rbm::Rbm<Spin<4>, Relu<2>> Pair;
  const Pair model = random_pair<Pair>(0.8f, 0.7f, 28);
  Pair::VisibleEvidence evidence;
  evidence.forget();
  Mixed<Spin<4>>::observe(evidence);
  const Pair::VisibleState samples[2] = {{{1, -1, 1, 1}}, {{-1, -1, -1, 1}}};
  rbm::GibbsChains<Pair, 5> chains;
  rbm::GibbsChain<Pair> single[5];
  CHECK(size_t{rbm::GibbsChains<Pair, 5>::count} == 5);
  const auto agree = [&] {
    for (size_t c = 0; c < 5; ++c) {
      CHECK(same_bits(chains[c].visible, single[c].visible));
      CHECK(same_bits(chains[c].hidden, single[c].hidden));
    }
  };
  rbm::Xorshift32 rng(29), same(29);
  for (auto& chain : chains.chains) chain.hidden.fill(7);
  CHECK(chains.start(samples, 0) == rbm::Status::out_of_range);
  CHECK(chains.start(samples, 2) == rbm::Status::ok);
  for (size_t c = 0; c < 5; ++c) single[c].start(samples[c % 2]);
  agree();
  (void)chains.run(model, 3, rng);
  for (auto& chain : single) (void)chain.run(model, 3, same);
  agree();
  chains.start_from_noise(rng);
  for (auto& chain : single) chain.start_from_noise(same);
  agree();
  (void)chains.run(model, evidence, 2, rng);
  for (auto& chain : single) (void)chain.run(model, evidence, 2, same);
  agree();
  CHECK(rng.state == same.state);
}

TEST_CASE("units of two kinds, side by side, are denoised together") {
  typedef rbm::Rbm<rbm::Joined<rbm::Bernoulli<3>, rbm::Softmax<2, 3>>, rbm::Bernoulli<3>> Mixed;
  const Mixed model = random_pair<Mixed>(1.0f, 1.0f, 91);
  const Mixed::VisibleState noisy = {{1, 0, 1, 0, 1, 0, 0, 0, 1}};
  rbm::Posterior<Mixed> at_once, by_hand;
  rbm::Xorshift32 rng(92), same_rng(92);
  CHECK(rbm::denoise(model, noisy, 0.2f, 10, 20, at_once, rng) == rbm::Status::ok);
  for (size_t i = 0; i < 3; ++i) CHECK(by_hand.evidence.first.observe(i, noisy[i] == 1, 0.2f) == rbm::Status::ok);
  CHECK(by_hand.evidence.second.observe(2, 0, 0.2f) == rbm::Status::out_of_range);
  CHECK(by_hand.evidence.second.observe(0, 3, 0.2f) == rbm::Status::out_of_range);
  CHECK(by_hand.evidence.second.observe(0, 1, 0.2f) == rbm::Status::ok);
  CHECK(by_hand.evidence.second.observe(1, 2, 0.2f) == rbm::Status::ok);
  by_hand.chain.start(noisy);
  CHECK(by_hand.run(model, 10, 20, same_rng) == rbm::Status::ok);
  const auto same = [&] {
    CHECK(same_bits(at_once.mean, by_hand.mean));
    CHECK(same_bits(at_once.chain.visible, by_hand.chain.visible));
    CHECK(same_bits(at_once.evidence.first.log_odds, by_hand.evidence.first.log_odds));
    CHECK(same_bits(at_once.evidence.second.log_likelihood, by_hand.evidence.second.log_likelihood));
  };
  same();
  Mixed::VisibleState bad = noisy;
  bad[7] = 1;  // two of a group
  CHECK(rbm::denoise(model, bad, 0.2f, 10, 20, at_once, rng) == rbm::Status::out_of_range);
  CHECK(at_once.evidence.observe(bad, 0.2f) == rbm::Status::out_of_range);
  same();
}

TEST_CASE("rectified units that noise put below 0 are denoised, too") {
  typedef rbm::Rbm<rbm::Relu<2>, rbm::Bernoulli<2>> Real;
  const Real model = random_pair<Real>(0.5f, 0.5f, 93);
  rbm::Posterior<Real> posterior;
  rbm::Xorshift32 rng(94);
  CHECK(rbm::denoise(model, {{-0.2f, 1.0f}}, 0.1f, 10, 100, posterior, rng) == rbm::Status::ok);
  CHECK(posterior.mean[0] > 0.0f);
  CHECK(posterior.mean[0] < 0.5f);
  // Without noise there is no such state.
  CHECK(rbm::denoise(model, {{-0.2f, 1.0f}}, 0.0f, 10, 100, posterior, rng) == rbm::Status::out_of_range);
  CHECK(posterior.evidence.observe(0, -0.2f, 0.0f) == rbm::Status::out_of_range);
  CHECK(posterior.evidence.observe(0, 2e15f, 1.0f) == rbm::Status::out_of_range);
  CHECK(posterior.evidence.observe(2, 1.0f, 1.0f) == rbm::Status::out_of_range);
  // Noise too small to count is none.
  CHECK(rbm::denoise(model, {{30.0f, 1.0f}}, 1e-38f, 1, 10, posterior, rng) == rbm::Status::ok);
  CHECK(posterior.mean[0] == 30.0f);
}

TEST_CASE("where real units run away every chain says so") {
  typedef rbm::Rbm<rbm::Gaussian<2>, rbm::Gaussian<2>> RealPair;
  const RealPair model = {{{3, 3, 3, 3}}, {{{0, 0}}, {{1, 1}}}, {{{0, 0}}, {{1, 1}}}};  // far from normalizable
  const RealPair::VisibleState start = {{1, 1}};
  rbm::Xorshift32 rng(91);
  rbm::GibbsChain<RealPair> chain;
  chain.start(start);
  CHECK(chain.run(model, 1, rng) == Status::ok);
  CHECK(chain.run(model, 10, rng) == Status::not_finite);  // beyond the range of the units
  chain.start(start);
  CHECK(chain.run(model, 100, rng) == Status::not_finite);  // NaN
  chain.start(start);
  CHECK(chain.run(model, 0, rng) == Status::ok);

  RealPair::VisibleEvidence evidence;
  evidence.forget();
  CHECK(chain.run(model, evidence, 20, rng) == Status::not_finite);
  rbm::GibbsChains<RealPair, 2> chains;
  REQUIRE(chains.start(&start, 1) == Status::ok);
  CHECK(chains.run(model, 20, rng) == Status::not_finite);
  REQUIRE(chains.start(&start, 1) == Status::ok);
  CHECK(chains.run(model, evidence, 20, rng) == Status::not_finite);

  rbm::Posterior<RealPair> posterior;
  posterior.evidence.forget();
  posterior.chain.start(start);
  CHECK(posterior.run(model, 20, 1, rng) == Status::not_finite);
  posterior.chain.start(start);
  CHECK(posterior.run(model, 0, 20, rng) == Status::not_finite);
  CHECK(rbm::denoise(model, start, 100.0f, 0, 50, posterior, rng) == Status::not_finite);
}

TEST_CASE("a rectified unit that was seen below 0 is denoised from there, without burn-in, too") {
  typedef rbm::Rbm<rbm::Relu<2>, Bernoulli<2>> Rectified;
  const Rectified model = random_pair<Rectified>(0.5f, 0.5f, 94);
  rbm::Posterior<Rectified> posterior;
  rbm::Xorshift32 rng(95);
  CHECK(rbm::denoise(model, {{-0.5f, 1}}, 1.0f, 0, 10, posterior, rng) == Status::ok);
}

TEST_CASE("a mean that is no number is not ok, of units that cannot run away either") {
  typedef rbm::Rbm<Bernoulli<2>, Bernoulli<1>> Broken;
  const Broken model = {{{std::numeric_limits<float>::quiet_NaN(), 0}}, {{{0, 0}}}, {{{0}}}};
  rbm::Posterior<Broken> posterior;
  rbm::Xorshift32 rng(92);
  CHECK(rbm::denoise(model, {{1, 0}}, 0.1f, 2, 2, posterior, rng) == Status::not_finite);
}

TEST_CASE("a posterior whose hidden units run away is none, though what is known of the visible ones is") {
  typedef rbm::Rbm<rbm::Bernoulli<1>, rbm::Gaussian<1>> RealHidden;
  const RealHidden model = {{{0}}, {{{0}}}, {{{1e7f}}, {{1}}}};  // beyond what a state may be
  rbm::Posterior<RealHidden> posterior = {};
  rbm::Xorshift32 rng(4);
  posterior.evidence.forget();
  posterior.evidence.clamp(0, true);
  posterior.chain.start_from_noise(rng);
  CHECK(posterior.run(model, 0, 5, rng) == rbm::Status::not_finite);
}
