// SPDX-License-Identifier: MIT

#include "../rbm/sampling/transposed.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "../rbm/evaluation/ais.hpp"
#include "../rbm/model/initialize.hpp"
#include "../rbm/model/parameters.hpp"
#include "../rbm/sampling/gibbs.hpp"
#include "../rbm/sampling/tempering.hpp"
#include "support/enumerate.hpp"
#include "support/models.hpp"
#include "support/statistics.hpp"

namespace {

// A chain on both copies of the weights against one on the model alone, step by step.
template <class Model, class Rng>
void check_chain(const Model& model, int steps) {
  static rbm::Transposed<Model> both;
  both.copy(model);
  for (size_t i = 0; i < Model::visible_size; ++i) {
    for (size_t j = 0; j < Model::hidden_size; ++j) CHECK(both.weights(j, i) == model.weights(i, j));
  }
  static rbm::GibbsChain<Model> plain, fast;
  static typename Model::VisibleEvidence evidence;
  evidence.forget();
  Rng a(5), b(5);
  plain.start_from_noise(a);
  fast.start_from_noise(b);
  bool same = true;
  for (int step = 0; step < steps; ++step) {
    if (step % 2 == 0) {
      (void)plain.run(model, 1, a);
      (void)fast.run(both, 1, b);
    } else {
      (void)plain.run(model, evidence, 1, a);
      (void)fast.run(both, evidence, 1, b);
    }
    same = same && same_bits(plain.visible, fast.visible) && same_bits(plain.hidden, fast.hidden);
  }
  CHECK(same);
  CHECK(a() == b());
}

// All that samples, on both copies of the weights against the model alone.
template <class Model>
void check_samplers(const Model& model) {
  static rbm::Transposed<Model> both;
  both.copy(model);
  rbm::Xorshift32 a(6), b(6);
  static typename Model::VisibleState sample;
  Model::VisibleLayer::noise(sample.values, a);
  Model::VisibleLayer::noise(sample.values, b);
  static rbm::Posterior<Model> plain, fast;
  CHECK(rbm::denoise(model, sample, 0.25f, 3, 40, plain, a) == rbm::Status::ok);
  CHECK(rbm::denoise(both, sample, 0.25f, 3, 40, fast, b) == rbm::Status::ok);
  CHECK(same_bits(plain.chain.visible, fast.chain.visible));
  for (size_t i = 0; i < Model::visible_size; ++i) {
    CHECK(static_cast<double>(fast.mean[i]) == doctest::Approx(static_cast<double>(plain.mean[i])).epsilon(1e-4));
  }
  CHECK(rbm::anneal(model, plain.chain, 0.25f, 2.0f, 30, a) == rbm::Status::ok);
  CHECK(rbm::anneal(both, fast.chain, 0.25f, 2.0f, 30, b) == rbm::Status::ok);
  CHECK(same_bits(plain.chain.visible, fast.chain.visible));
  CHECK(same_bits(plain.chain.hidden, fast.chain.hidden));
  static rbm::ParallelTempering<Model, 3> each, other;
  CHECK(each.set_geometric(0.5f) == rbm::Status::ok);
  CHECK(other.set_geometric(0.5f) == rbm::Status::ok);
  each.chains.start_from_noise(a);
  other.chains.start_from_noise(b);
  CHECK(each.run(model, 30, a) == rbm::Status::ok);
  CHECK(other.run(both, 30, b) == rbm::Status::ok);
  CHECK(same_bits(each.cold().visible, other.cold().visible));
  CHECK(each.exchanged[0] == other.exchanged[0]);
  CHECK(a() == b());
}

template <class Model>
Model small_random_model(uint32_t seed) {
  rbm::Xorshift32 rng(seed);
  Model model = {};
  rbm::initialize(model, rng);
  for (auto& weight : model.weights.values) weight = static_cast<typename Model::Scalar>(2 * rbm::uniform(rng) - 1);
  return model;
}

}  // namespace

TEST_CASE("chains of integers on both copies of the weights take the same steps") {
  typedef rbm::Rbm<rbm::Bernoulli<21>, rbm::Bernoulli<13>, rbm::Fixed<int8_t, 5>> Bytes;
  typedef rbm::Rbm<rbm::Spin<70>, rbm::Bernoulli<67>, rbm::Fixed<int16_t, 11>> Spins;
  typedef rbm::Rbm<rbm::Gaussian<9>, rbm::Softmax<2, 3>, rbm::Fixed<int16_t, 11>> Real;
  check_chain<Bytes, rbm::Xorshift32>(small_random_model<Bytes>(1), 200);
  check_chain<Bytes, rbm::XorshiftLanes>(small_random_model<Bytes>(2), 200);
  check_chain<Spins, rbm::XorshiftLanes>(small_random_model<Spins>(3), 200);
  Real real = small_random_model<Real>(4);
  real.visible.variance.fill(rbm::Fixed<int16_t, 11>(1));
  check_chain<Real, rbm::Xorshift32>(real, 100);
}

TEST_CASE("posterior, annealing and parallel tempering of integers are the same on both copies of the weights") {
  typedef rbm::Rbm<rbm::Bernoulli<21>, rbm::Bernoulli<13>, rbm::Fixed<int8_t, 5>> Bytes;
  typedef rbm::Rbm<rbm::Spin<70>, rbm::Bernoulli<67>, rbm::Fixed<int16_t, 11>> Spins;
  check_samplers(small_random_model<Bytes>(1));
  check_samplers(small_random_model<Spins>(3));
}

// As below.
TEST_CASE("posterior, annealing and parallel tempering of floats are the same on both copies of the weights") {
  check_samplers(small_random_model<rbm::Rbm<rbm::Bernoulli<21>, rbm::Bernoulli<13>>>(1));
  check_samplers(small_random_model<rbm::Rbm<rbm::Bernoulli<70>, rbm::Softmax<8, 5>>>(2));
}

// As below. The last state is where a draw that fell between both would show.
TEST_CASE("AIS estimates the same on both copies of the weights") {
  typedef rbm::Rbm<rbm::Bernoulli<70>, rbm::Bernoulli<67>> Model;
  const Model model = small_random_model<Model>(4);
  static rbm::Transposed<Model> both;
  both.copy(model);
  static rbm::Ais<Model> ais;
  ais.set_base(model);
  rbm::Xorshift32 a(8), b(8);
  rbm::PartitionEstimate plain = {}, fast = {};
  CHECK(ais.forward(model, 50, 20, plain, a) == rbm::Status::ok);
  const Model::VisibleState last = ais.v;
  CHECK(ais.forward(both, 50, 20, fast, b) == rbm::Status::ok);
  CHECK(same_bits(last, ais.v));
  CHECK(fast.log_partition == doctest::Approx(plain.log_partition).epsilon(1e-6));
  const Model::VisibleState draws[] = {last, last};
  CHECK(ais.reverse(model, 50, draws, 2, plain, a) == rbm::Status::ok);
  CHECK(ais.reverse(both, 50, draws, 2, fast, b) == rbm::Status::ok);
  CHECK(fast.log_partition == doctest::Approx(plain.log_partition).epsilon(1e-6));
  CHECK(a() == b());
}

TEST_CASE("what samples on both copies of the weights reads the second") {
  typedef rbm::Rbm<rbm::Bernoulli<21>, rbm::Bernoulli<13>> Model;
  const Model model = small_random_model<Model>(1);
  static rbm::Transposed<Model> both;
  both.copy(model);
  for (float& weight : both.weights.values) weight = 0;  // visible units by their biases alone
  rbm::Xorshift32 a(6), b(6);
  static rbm::Posterior<Model> plain, fast;
  plain.evidence.forget();
  fast.evidence.forget();
  plain.chain.start_from_noise(a);
  fast.chain.start_from_noise(b);
  CHECK(plain.run(model, 5, 50, a) == rbm::Status::ok);
  CHECK(fast.run(both, 5, 50, b) == rbm::Status::ok);
  for (size_t i = 0; i < 21; ++i) CHECK(std::fabs(fast.mean[i] - rbm::sigmoid(model.visible.bias[i])) < 1e-5f);
  CHECK_FALSE(same_bits(plain.mean, fast.mean));

  CHECK(rbm::anneal(model, plain.chain, 0.25f, 2.0f, 30, a) == rbm::Status::ok);
  CHECK(rbm::anneal(both, fast.chain, 0.25f, 2.0f, 30, b) == rbm::Status::ok);
  CHECK_FALSE(same_bits(plain.chain.visible, fast.chain.visible));

  static rbm::ParallelTempering<Model, 3> each, other;
  CHECK(each.set_geometric(0.5f) == rbm::Status::ok);
  other = each;
  each.chains.start_from_noise(a);
  other.chains = each.chains;
  rbm::Xorshift32 c(9), d(9);
  CHECK(each.run(model, 30, c) == rbm::Status::ok);
  CHECK(other.run(both, 30, d) == rbm::Status::ok);
  CHECK_FALSE(same_bits(each.cold().visible, other.cold().visible));

  static rbm::Ais<Model> ais;
  ais.set_base(model);
  rbm::PartitionEstimate of_model = {}, of_columns = {};
  rbm::Xorshift32 e(9), f(9);
  CHECK(ais.forward(model, 50, 20, of_model, e) == rbm::Status::ok);
  CHECK(ais.forward(both, 50, 20, of_columns, f) == rbm::Status::ok);
  CHECK(std::fabs(of_model.log_partition - of_columns.log_partition) > 0.01);
}

// Sums are rounded differently: a draw that falls between both would end the agreement, one in some million does.
TEST_CASE("chains of floats take the same steps but where a sum's last bit decides") {
  typedef rbm::Rbm<rbm::Bernoulli<21>, rbm::Bernoulli<13>> Small;
  typedef rbm::Rbm<rbm::Joined<rbm::Bernoulli<70>, rbm::Softmax<1, 5>>, rbm::Bernoulli<67>> Labelled;
  check_chain<Small, rbm::Xorshift32>(small_random_model<Small>(1), 200);
  check_chain<Labelled, rbm::XorshiftLanes>(small_random_model<Labelled>(2), 100);
}

// False alarm: one in a million.
TEST_CASE("a chain on both copies of the weights draws from the model's distribution" *
          doctest::test_suite("sampling")) {
  typedef rbm::Rbm<rbm::Bernoulli<4>, rbm::Bernoulli<3>> Model;
  const Model model = random_model<Model>(1.0f, 7);
  const Enumeration<Model> exact(model);
  rbm::Transposed<Model> both;
  both.copy(model);
  rbm::GibbsChain<Model> chain;
  rbm::XorshiftLanes rng(11);
  chain.start_from_noise(rng);
  const double samples = 100000;
  std::vector<double> counts(16, 0), expected(16, 0);
  for (size_t v = 0; v < 16; ++v) {
    double p = 0;
    for (size_t h = 0; h < 8; ++h) p += exact.probability(v, h);
    expected[v] = p * samples;
  }
  for (int k = 0; k < static_cast<int>(samples); ++k) {
    (void)chain.run(both, 20, rng);  // states so far apart count as independent
    size_t v = 0;
    for (size_t i = 0; i < 4; ++i) v += chain.visible[i] == 1.0f ? size_t{1} << i : 0;
    counts[v] += 1;
  }
  CHECK(chi_square(counts, expected) < chi_square_limit(15, 4.75));
}

TEST_CASE("after a change of the model the columns are those of the last copy, until the next") {
  typedef rbm::Rbm<rbm::Bernoulli<4>, rbm::Bernoulli<3>> Model;
  Model model = random_model<Model>(1.0f, 8);
  rbm::Transposed<Model> both;
  both.copy(model);
  const float before = both.weights(2, 1);
  model.weights(1, 2) += 1;
  CHECK(both.weights(2, 1) == before);
  both.copy(model);
  CHECK(both.weights(2, 1) == model.weights(1, 2));
}
