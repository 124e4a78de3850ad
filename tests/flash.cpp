// A model in flash does what the same model in RAM does, to the bit: on a host both are memory, and what is tested is
// that everything reads parameters by way of InFlash. tests/targets and the example deploy prove the rest on AVR.
// SPDX-License-Identifier: MIT

#include <doctest/doctest.h>

#include <cstring>
#include <vector>

#include "../rbm/evaluation/likelihood.hpp"
#include "../rbm/rbm.hpp"

namespace {

using rbm::Bernoulli;
using rbm::Status;

template <class State>
bool equal(const State& a, const State& b) {
  return std::memcmp(a.values, b.values, sizeof a.values) == 0;
}

template <class Number>
float real(Number x) {
  return static_cast<float>(x);
}

template <class Scalar, class Visible, class Hidden>
void check_pair(float scale) {
  typedef rbm::Rbm<Visible, Hidden, Scalar> Model;
  typedef rbm::Rbm<Visible, Hidden, rbm::InFlash<Scalar>> Flash;
  static_assert(sizeof(Flash) == sizeof(Model), "");
  CAPTURE(sizeof(Model));

  rbm::Xorshift32 rng(1);
  Model model;
  rbm::initialize(model, rng);
  for (Scalar& weight : model.weights.values) weight = Scalar(scale * (rbm::uniform(rng) - 0.5f));
  for (size_t i = 0; i < Model::visible_size; ++i) model.visible.bias_of(i) = Scalar(rbm::uniform(rng) - 0.5f);
  for (size_t j = 0; j < Model::hidden_size; ++j) model.hidden.bias_of(j) = Scalar(rbm::uniform(rng) - 0.5f);
  Flash flash;
  std::memcpy(static_cast<void*>(&flash), static_cast<const void*>(&model), sizeof flash);

  for (uint32_t seed = 1; seed <= 20; ++seed) {
    rbm::Xorshift32 a(seed), b(seed);
    rbm::GibbsChain<Model> chain;
    rbm::GibbsChain<Flash> flash_chain;
    chain.start_from_noise(a);
    flash_chain.start_from_noise(b);
    (void)chain.run(model, 3, a);
    (void)flash_chain.run(flash, 3, b);
    CHECK(equal(chain.visible, flash_chain.visible));
    CHECK(equal(chain.hidden, flash_chain.hidden));
    CHECK(real(model.energy(chain.visible, chain.hidden)) == real(flash.energy(chain.visible, chain.hidden)));
    CHECK(real(model.free_energy(chain.visible)) == real(flash.free_energy(chain.visible)));

    typename Model::VisibleState v, flash_v;
    typename Model::HiddenState h, flash_h;
    rbm::reconstruct(model, chain.visible, h, v);  // means, which are not whole
    rbm::reconstruct(flash, chain.visible, flash_h, flash_v);
    CHECK(equal(v, flash_v));
    CHECK(equal(h, flash_h));

    (void)chain.run(rbm::tempered(model, 0.7f), 2, a);
    (void)flash_chain.run(rbm::tempered(flash, 0.7f), 2, b);
    CHECK(equal(chain.visible, flash_chain.visible));

    rbm::Posterior<Model> posterior;
    rbm::Posterior<Flash> flash_posterior;
    CHECK(rbm::denoise(model, chain.visible, 0.1f, 2, 5, posterior, a) == Status::ok);
    CHECK(rbm::denoise(flash, chain.visible, 0.1f, 2, 5, flash_posterior, b) == Status::ok);
    CHECK(equal(posterior.mean, flash_posterior.mean));
    CHECK(a() == b());
  }

  size_t saturated = 0;
  Model back;
  CHECK(rbm::convert(flash, back, saturated) == Status::ok);
  CHECK(equal(back.weights, model.weights));
  for (size_t i = 0; i < Model::visible_size; ++i) CHECK(back.visible.bias_of(i) == model.visible.bias_of(i));
  for (size_t j = 0; j < Model::hidden_size; ++j) CHECK(back.hidden.bias_of(j) == model.hidden.bias_of(j));
}

template <class Visible, class Hidden>
void check_discrete_pair() {
  check_pair<rbm::Fixed<int8_t, 5>, Visible, Hidden>(2.0f);
  check_pair<rbm::Fixed<int16_t, 11>, Visible, Hidden>(2.0f);
  check_pair<float, Visible, Hidden>(2.0f);
}

template <class Scalar>
void check_discrete_uses() {
  typedef rbm::Joined<Bernoulli<4>, rbm::Softmax<1, 3>> Visible;
  typedef rbm::Rbm<Visible, Bernoulli<5>, Scalar> Model;
  typedef rbm::Rbm<Visible, Bernoulli<5>, rbm::InFlash<Scalar>> Flash;
  rbm::Xorshift32 rng(3);
  Model model;
  rbm::initialize(model, rng);
  for (Scalar& weight : model.weights.values) weight = Scalar(2.0f * (rbm::uniform(rng) - 0.5f));
  Flash flash;
  std::memcpy(static_cast<void*>(&flash), static_cast<const void*>(&model), sizeof flash);

  typename Model::VisibleState v;
  Model::VisibleLayer::noise(v.values, rng);
  rbm::Vector<typename Model::Energy, 3> p, flash_p;
  CHECK(rbm::classify(model, v, 4, p) == Status::ok);
  CHECK(rbm::classify(flash, v, 4, flash_p) == Status::ok);
  CHECK(equal(p, flash_p));

  rbm::Matrix<float, 7, 7> couplings, flash_couplings;
  CHECK(rbm::effective_couplings(model, &v, 1, couplings) == Status::ok);
  CHECK(rbm::effective_couplings(flash, &v, 1, flash_couplings) == Status::ok);
  CHECK(equal(couplings, flash_couplings));

  rbm::Likelihood<Model> likelihood;
  rbm::Likelihood<Flash> flash_likelihood;
  double log_z = 0, flash_log_z = 1;
  CHECK(likelihood.log_partition(model, log_z) == Status::ok);
  CHECK(flash_likelihood.log_partition(flash, flash_log_z) == Status::ok);
  CHECK(log_z == flash_log_z);
}

}  // namespace

TEST_CASE("a model in flash does what the same model in RAM does") {
  check_discrete_pair<Bernoulli<21>, Bernoulli<11>>();
  check_discrete_pair<rbm::Spin<9>, Bernoulli<16>>();
  check_discrete_pair<rbm::Joined<rbm::Spin<5>, rbm::Softmax<2, 3>>, rbm::Spin<8>>();
  check_pair<rbm::Fixed<int16_t, 11>, rbm::Gaussian<5>, Bernoulli<8>>(1.0f);
  check_pair<rbm::Fixed<int16_t, 11>, Bernoulli<8>, rbm::Gaussian<5>>(1.0f);
  check_pair<float, rbm::Joined<rbm::Gaussian<5>, Bernoulli<3>>, Bernoulli<8>>(1.0f);
  check_pair<float, rbm::Spin<8>, rbm::Gaussian<5>>(0.5f);
  check_pair<float, rbm::Relu<5>, Bernoulli<8>>(0.5f);
}

TEST_CASE("a model in flash classifies, and tells its couplings and its partition function") {
  check_discrete_uses<rbm::Fixed<int8_t, 5>>();
  check_discrete_uses<rbm::Fixed<int16_t, 11>>();
  check_discrete_uses<float>();
}

TEST_CASE("a constant in flash is written as floats, or as the integers that count steps") {
  typedef rbm::Rbm<Bernoulli<2>, Bernoulli<3>, rbm::InFlash<rbm::Fixed<int8_t, 5>>> Model;
  static const Model model RBM_IN_FLASH = {{{32, -32, 64, 0, 16, -8}}, {{{7, 8}}}, {{{9, 10, 11}}}};
  const Model::VisibleState v = {{Model::Scalar(1), Model::Scalar(0)}};
  const Model::HiddenState h = {{Model::Scalar(0), Model::Scalar(0), Model::Scalar(1)}};
  CHECK(real(model.energy(v, h)) == -(7.0f + 11.0f + 64.0f) / 32.0f);

  typedef rbm::Rbm<Bernoulli<2>, Bernoulli<3>, rbm::InFlash<float>> Real;
  static const Real real_model RBM_IN_FLASH = {{{1, -1, 2, 0, 0.5f, -0.25f}}, {{{7, 8}}}, {{{9, 10, 11}}}};
  CHECK(real_model.energy({{1, 0}}, {{0, 0, 1}}) == -(7.0f + 11.0f + 2.0f));
}
