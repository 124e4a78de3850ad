// The couplings that hidden units induce, against mixed differences of free energies and against Hopfield's rule.
// SPDX-License-Identifier: MIT

#include "../rbm/evaluation/conditional.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "../rbm/sampling/gibbs.hpp"
#include "../rbm/model/model.hpp"
#include "../rbm/sampling/tempering.hpp"
#include "support/joint.hpp"
#include "support/models.hpp"
#include "support/statistics.hpp"

namespace {

template <class Model>
using Couplings = rbm::Matrix<float, Model::visible_size, Model::visible_size>;

template <class Model>
Couplings<Model> couplings_of(const Model& model, const std::vector<typename Model::VisibleState>& samples) {
  Couplings<Model> couplings;
  for (float& each : couplings.values) each = std::numeric_limits<float>::quiet_NaN();
  CHECK(rbm::effective_couplings(model, samples.data(), samples.size(), couplings) == rbm::Status::ok);
  return couplings;
}

void check_error(const std::string& visible, const std::string& hidden, double error, double tolerance) {
  CAPTURE(visible);
  CAPTURE(hidden);
  CHECK(error < tolerance);
}

// The mean over samples of the mixed differences of F, which is enumerated or integrated.
template <class Visible, class Hidden>
void check_definition(float deviation, uint32_t seed) {
  typedef rbm::Rbm<Visible, Hidden> Model;
  const Model model = random_pair<Model>(deviation, deviation, seed);
  const auto samples = noise_samples<Model>(3, seed);
  const Couplings<Model> couplings = couplings_of(model, samples);
  const bool is_spin = Truth<Visible>::name() == "Spin";
  const float off = is_spin ? -1.0f : 0.0f;
  double error = 0;
  for (size_t i = 0; i < Visible::size; ++i) {
    for (size_t k = 0; k < Visible::size; ++k) {
      double expected = 0;
      for (auto v : samples) {
        const auto free_energy = [&](float v_i, float v_k) {
          v[i] = v_i;
          v[k] = v_k;
          return free_energy_of_visible(model, v);
        };
        const double mixed = free_energy(1, 1) - free_energy(1, off) - free_energy(off, 1) + free_energy(off, off);
        if (i != k) expected -= mixed / (is_spin ? 4 : 1) / 3;
      }
      error = std::max(error, std::fabs(double(couplings(i, k)) - expected));
    }
  }
  check_error(Truth<Visible>::name(), Truth<Hidden>::name(), error, 5e-6 * static_cast<double>(Hidden::size));
}

// F(v) = -a v - 1/2 (b + v W) S (b + v W)^T + const, and couplings W S W^T, for any v.
template <class Visible>
void check_hubbard_stratonovich(uint32_t seed) {
  typedef rbm::Rbm<Visible, rbm::Gaussian<5>> Model;
  const Model model = random_pair<Model>(0.7f, 0.7f, seed);
  const auto samples = noise_samples<Model>(4, seed);
  double error = 0;
  for (const auto& v : samples) {
    double expected = energy_of_layer<Visible>(model.visible, v);
    const Values sums = sums_to_hidden(model, v);
    for (size_t j = 0; j < 5; ++j) {
      const double x = double(model.hidden.bias[j]) + sums[j], variance = double(model.hidden.variance[j]);
      expected -= variance * x * x / 2 + std::log(2 * 3.14159265358979323846 * variance) / 2;
    }
    error = std::max(error, std::fabs(double(model.free_energy(v)) - expected) / (1 + std::fabs(expected)));
  }
  check_error(Truth<Visible>::name(), "free energy", error, 1e-6);

  const Couplings<Model> couplings = couplings_of(model, samples);
  error = 0;
  for (size_t i = 0; i < Visible::size; ++i) {
    for (size_t k = 0; k < Visible::size; ++k) {
      double expected = 0;
      for (size_t j = 0; j < 5 && i != k; ++j) {
        expected += double(model.weights(i, j)) * double(model.hidden.variance[j]) * double(model.weights(k, j));
      }
      error = std::max(error, std::fabs(double(couplings(i, k)) - expected));
    }
  }
  check_error(Truth<Visible>::name(), "couplings", error, 1e-5);
}

// ln(p(1, 1) p(off, off) / (p(1, off) p(off, 1))) of two units, from the sum over all joint states.
template <class Model>
double log_odds_ratio(const Model& model) {
  const Values p = visible_probabilities(model);  // (off, off), (1, off), (off, 1), (1, 1)
  return std::log(p[3] * p[0] / (p[1] * p[2]));
}

// A Hopfield network of 48 spins: W W^T = sum of xi xi^T / 48 for the patterns xi. The overlaps of each pattern with
// what becomes of it, at a low temperature, when a fifth of its spins is flipped.
template <size_t Patterns>
std::vector<double> recall(uint32_t seed) {
  typedef rbm::Rbm<rbm::Spin<48>, rbm::Gaussian<Patterns>> Model;
  rbm::Xorshift32 rng(seed);
  Model model;
  model.visible.clear();
  model.hidden.clear();
  const auto patterns = noise_samples<Model>(Patterns, seed);
  for (size_t i = 0; i < 48; ++i) {
    for (size_t j = 0; j < Patterns; ++j) model.weights(i, j) = patterns[j][i] / std::sqrt(48.0f);
  }
  std::vector<double> overlaps;
  for (const auto& pattern : patterns) {
    rbm::GibbsChain<Model> chain;
    chain.start(pattern);
    uint8_t order[48];
    for (size_t i = 0; i < 48; ++i) order[i] = static_cast<uint8_t>(i);
    rbm::shuffle(order, 48, rng);
    for (size_t k = 0; k < 10; ++k) chain.visible[order[k]] *= -1;
    (void)chain.run(rbm::tempered(model, 8), 30, rng);
    double sum = 0;
    for (size_t i = 0; i < 48; ++i) sum += double(chain.visible[i]) * double(pattern[i]) / 48;
    overlaps.push_back(sum);
  }
  return overlaps;
}

}  // namespace

TEST_CASE("Gaussian hidden units: the Hubbard-Stratonovich identity") {
  for (uint32_t seed = 1; seed <= 3; ++seed) {
    check_hubbard_stratonovich<rbm::Bernoulli<6>>(seed);
    check_hubbard_stratonovich<rbm::Spin<6>>(seed);
    check_hubbard_stratonovich<rbm::Gaussian<4>>(seed);
    check_hubbard_stratonovich<rbm::Softmax<2, 3>>(seed);
  }
}

TEST_CASE("couplings are mixed differences of the free energy") {
  for (float deviation : {0.3f, 1.5f}) {
    check_definition<rbm::Bernoulli<5>, rbm::Bernoulli<4>>(deviation, 1);
    check_definition<rbm::Spin<5>, rbm::Spin<4>>(deviation, 2);
    check_definition<rbm::Spin<4>, rbm::Bernoulli<3>>(deviation, 3);
    check_definition<rbm::Bernoulli<4>, rbm::Spin<3>>(deviation, 4);
    check_definition<rbm::Bernoulli<4>, rbm::Softmax<2, 3>>(deviation, 5);
    check_definition<rbm::Spin<3>, rbm::Relu<2>>(deviation, 6);
    check_definition<rbm::Gaussian<3>, rbm::Bernoulli<3>>(deviation, 7);
    check_definition<rbm::Joined<rbm::Bernoulli<2>, rbm::Softmax<1, 3>>, rbm::Bernoulli<4>>(deviation, 8);
    check_definition<rbm::Spin<3>, rbm::Bernoulli<70>>(deviation, 9);  // more than are taken at a time
  }
}

TEST_CASE("couplings between units of different kinds") {
  // A spin and a binary unit: their states are 2 and 1 apart.
  typedef rbm::Rbm<rbm::Joined<rbm::Spin<1>, rbm::Bernoulli<1>>, rbm::Bernoulli<3>> Model;
  const Model model = random_pair<Model>(1.5f, 1, 10);
  const Couplings<Model> couplings = couplings_of(model, noise_samples<Model>(1, 1));
  CHECK(double(couplings(0, 1)) == doctest::Approx(log_odds_ratio(model) / 2).epsilon(1e-5));
}

TEST_CASE("two units: couplings are those of the joint distribution") {
  for (uint32_t seed = 1; seed <= 5; ++seed) {
    typedef rbm::Rbm<rbm::Spin<2>, rbm::Spin<3>> Spins;
    const Spins spins = random_pair<Spins>(1, 1, seed);
    for (const auto& v : noise_samples<Spins>(3, seed)) {
      CHECK(std::fabs(double(couplings_of(spins, {v})(1, 0)) - log_odds_ratio(spins) / 4) < 1e-6);
    }
    typedef rbm::Rbm<rbm::Bernoulli<2>, rbm::Bernoulli<3>> Binary;
    const Binary binary = random_pair<Binary>(1, 1, seed);
    for (const auto& v : noise_samples<Binary>(3, seed)) {
      CHECK(std::fabs(double(couplings_of(binary, {v})(0, 1)) - log_odds_ratio(binary)) < 2e-6);
    }
  }
  // One hidden spin of weights w and u: exp(J) / exp(-J) = sqrt(cosh(w + u) / cosh(w - u)).
  typedef rbm::Rbm<rbm::Spin<2>, rbm::Spin<1>> Pair;
  const Pair pair = {{{1.25f, 0.5f}}, {{{3, -2}}}, {{{0}}}};
  CHECK(double(couplings_of(pair, {{{1, 1}}})(0, 1)) ==
        doctest::Approx(std::log(std::cosh(1.75) / std::cosh(0.75)) / 2).epsilon(1e-6));
}

TEST_CASE("couplings are symmetric, without a diagonal, and averaged over samples") {
  typedef rbm::Rbm<rbm::Bernoulli<6>, rbm::Bernoulli<5>> Model;
  const Model model = random_pair<Model>(1, 1, 11);
  const auto samples = noise_samples<Model>(7, 11);
  const Couplings<Model> couplings = couplings_of(model, samples);
  std::vector<double> mean(36, 0);
  for (const auto& v : samples) {
    const Couplings<Model> single = couplings_of(model, {v});
    for (size_t k = 0; k < 36; ++k) mean[k] += double(single.values[k]) / 7;
  }
  for (size_t i = 0; i < 6; ++i) {
    CHECK(double(couplings(i, i)) == 0);
    for (size_t k = 0; k < 6; ++k) {
      CHECK(couplings(i, k) == couplings(k, i));
      CHECK(std::fabs(double(couplings(i, k)) - mean[6 * i + k]) < 1e-6);
    }
  }
}

TEST_CASE("samples that cannot be used leave the couplings as they were") {
  typedef rbm::Rbm<rbm::Bernoulli<3>, rbm::Spin<2>> Model;
  const Model model = random_pair<Model>(1, 1, 12);
  auto samples = noise_samples<Model>(3, 12);
  Couplings<Model> couplings;
  for (float& each : couplings.values) each = -5;
  const Couplings<Model> before = couplings;
  CHECK(rbm::effective_couplings(model, samples.data(), 0, couplings) == rbm::Status::out_of_range);
  samples[2][1] = -0.5f;
  CHECK(rbm::effective_couplings(model, samples.data(), 3, couplings) == rbm::Status::out_of_range);
  samples[2][1] = std::numeric_limits<float>::quiet_NaN();
  CHECK(rbm::effective_couplings(model, samples.data(), 3, couplings) == rbm::Status::not_finite);
  CHECK(same_bits(couplings, before));
  CHECK(rbm::effective_couplings(model, samples.data(), 2, couplings) == rbm::Status::ok);
}

TEST_CASE("a Hopfield network recalls a few patterns, and not many") {
  for (uint32_t seed = 1; seed <= 5; ++seed) {
    CAPTURE(seed);
    for (double overlap : recall<3>(seed)) CHECK(overlap > 0.98);
    Average average;
    for (double overlap : recall<24>(seed)) average.add(overlap);
    CHECK(average.mean < 0.8);
  }
}

TEST_CASE("couplings that are no numbers are not ok") {
  typedef rbm::Rbm<rbm::Bernoulli<2>, rbm::Gaussian<1>> Model;
  const Model model = {{{1e22f, -1e22f}}, {{{0, 0}}}, {{{0}}, {{1e6f}}}};
  const Model::VisibleState v = {{1, 0}};
  rbm::Matrix<float, 2, 2> couplings;
  CHECK(rbm::effective_couplings(model, &v, 1, couplings) == rbm::Status::not_finite);
}
