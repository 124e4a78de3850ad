// SPDX-License-Identifier: MIT

#include "../rbm/model/model.hpp"

#include <doctest/doctest.h>

#include <type_traits>

#include "support/enumerate.hpp"
#include "support/models.hpp"
#include "support/statistics.hpp"

namespace {

template <size_t V, size_t H>
struct Shape {
  typedef rbm::Rbm<rbm::Bernoulli<V>, rbm::Bernoulli<H>> Model;
};

// Energies and conditionals of all states against sums over all states. Rounding: a float sum of n terms of size s is
// off by at most n s 2^-24, and a probability by a quarter of its input.
template <class Model>
void check_against_enumeration(const Model& model, double size) {
  const Enumeration<Model> exact(model);
  const double terms = static_cast<double>(Model::visible_size * size_t{Model::hidden_size} + 20);
  const double tolerance = terms * (size + 1) * std::ldexp(1.0, -24);
  double energy = 0, free_energy = 0, hidden = 0, visible = 0;  // the largest errors
  for (size_t v = 0; v < exact.visible_states; ++v) {
    const auto visible_state = state_of<typename Model::VisibleState>(v);
    typename Model::HiddenState hidden_mean;
    model.mean_hidden(visible_state, hidden_mean);
    for (size_t j = 0; j < Model::hidden_size; ++j) {
      hidden = std::max(hidden, std::fabs(double(hidden_mean[j]) - exact.hidden_mean(v, j)));
    }
    free_energy = std::max(free_energy, std::fabs(double(model.free_energy(visible_state)) - exact.free_energy(v)));
    for (size_t h = 0; h < exact.hidden_states; ++h) {
      const auto hidden_state = state_of<typename Model::HiddenState>(h);
      const double expected = exact_energy(model, visible_state, hidden_state);
      energy = std::max(energy, std::fabs(double(model.energy(visible_state, hidden_state)) - expected));
    }
  }
  for (size_t h = 0; h < exact.hidden_states; ++h) {
    typename Model::VisibleState mean;
    model.mean_visible(state_of<typename Model::HiddenState>(h), mean);
    for (size_t i = 0; i < Model::visible_size; ++i) {
      visible = std::max(visible, std::fabs(double(mean[i]) - exact.visible_mean(h, i)));
    }
  }
  CAPTURE(size);
  CHECK(energy <= tolerance);
  CHECK(free_energy <= tolerance);
  CHECK(hidden <= tolerance);
  CHECK(visible <= tolerance);
}

template <size_t V, size_t H>
void check_shape(uint32_t seed) {
  typedef typename Shape<V, H>::Model Model;
  CAPTURE(V);
  CAPTURE(H);
  check_against_enumeration(Model(), 0);
  for (float deviation : {0.01f, 1.0f, 5.0f})
    check_against_enumeration(random_model<Model>(deviation, seed), 4.0 * double(deviation));
  for (uint32_t other = 0; other < 3; ++other) check_against_enumeration(extreme_model<Model>(60.0f, seed + other), 60);
}

typedef Shape<2, 2>::Model Tiny;
const Tiny in_flash = {{{1.0f, -2.0f, 0.5f, 3.0f}}, {{{0.1f, 0.2f}}}, {{{-1.0f, 1.0f}}}};

}  // namespace

TEST_CASE("energies and conditionals agree with the sum over all joint states") {
  check_shape<1, 1>(1);
  check_shape<4, 3>(2);
  check_shape<3, 6>(3);
  check_shape<7, 1>(4);
  check_shape<1, 8>(5);
  check_shape<5, 5>(6);
}

TEST_CASE("the same with more hidden units than are taken at a time") {
  typedef Shape<2, 70>::Model Model;
  for (const Model& model : {random_model<Model>(1.0f, 7), extreme_model<Model>(60.0f, 8)}) {
    for (size_t v = 0; v < 4; ++v) {
      const auto state = state_of<Model::VisibleState>(v);
      CHECK(double(model.free_energy(state)) == doctest::Approx(-exact_log_likelihood(model, 0, state)).epsilon(1e-5));
    }
  }
}

TEST_CASE("a large model: inputs and free energy of states between 0 and 1") {
  typedef Shape<67, 37>::Model Model;  // neither a multiple of the lanes
  const Model model = random_model<Model>(0.5f, 9);
  rbm::Xorshift32 rng(10);
  Model::VisibleState v;
  for (float& value : v) value = rbm::uniform(rng);
  Model::HiddenState h;
  for (float& value : h) value = rbm::uniform(rng);
  float x[37] = {}, y[67] = {};  // the inputs that a model computes on the way
  for (rbm::Block block : rbm::Blocks<Model::Hidden>()) model.hidden_inputs(v, block, x + block.first);
  for (size_t j = 0; j < 37; ++j) {
    double sum = double(model.hidden.bias[j]);
    for (size_t i = 0; i < 67; ++i) sum += double(v[i]) * double(model.weights(i, j));
    CHECK(std::fabs(double(x[j]) - sum) < 1e-5);
  }
  const Model::VisibleInputs inputs = model.all_visible_inputs(h, v);
  for (rbm::Block block : rbm::Blocks<Model::Visible>()) inputs.get(block, y + block.first);
  for (size_t i = 0; i < 67; ++i) {
    double sum = double(model.visible.bias[i]);
    for (size_t j = 0; j < 37; ++j) sum += double(model.weights(i, j)) * double(h[j]);
    CHECK(std::fabs(double(y[i]) - sum) < 1e-5);
  }
  CHECK(std::fabs(double(model.free_energy(v)) + exact_log_likelihood(model, 0, v)) < 1e-4);
  CHECK(std::fabs(double(model.energy(v, h)) - exact_energy(model, v, h)) < 1e-4);
}

TEST_CASE("a model is plain data and may be const") {
  static_assert(std::is_trivial<Tiny>::value && std::is_standard_layout<Tiny>::value, "plain data");
  CHECK(sizeof(Tiny) == 8 * sizeof(float));
  CHECK(sizeof(Shape<64, 16>::Model) == (64 * 16 + 64 + 16) * sizeof(float));
  const Tiny::VisibleState v = {{1, 1}};
  const Tiny::HiddenState h = {{0, 1}};
  CHECK(double(in_flash.energy(v, h)) == doctest::Approx(-(0.1 + 0.2) - 1.0 - (-2.0 + 3.0)));
  CHECK(double(in_flash.weights(1, 0)) == 0.5);
  CHECK(double(in_flash.visible.bias[1]) == doctest::Approx(0.2));
  CHECK(double(in_flash.hidden.bias[0]) == -1.0);
}

TEST_CASE("samples of either layer follow the conditionals, all units jointly" *
          doctest::test_suite("sampling")) {  // false alarm: 1e-6 each
  typedef Shape<3, 4>::Model Model;
  const Model model = random_model<Model>(1.0f, 11);
  const Enumeration<Model> exact(model);
  rbm::Xorshift32 rng(12);
  const double draws = 100000;
  for (size_t v = 0; v < exact.visible_states; ++v) {
    std::vector<double> counts(exact.hidden_states, 0), expected(exact.hidden_states);
    for (size_t h = 0; h < counts.size(); ++h) expected[h] = draws * exact.hidden_given(v, h);
    const auto state = state_of<Model::VisibleState>(v);
    Model::HiddenState h;
    for (int draw = 0; draw < static_cast<int>(draws); ++draw) {
      model.sample_hidden(state, h, rng);
      counts[index_of(h)] += 1;
    }
    CHECK(chi_square(counts, expected) < chi_square_limit(15, 4.75));
  }
  for (size_t h = 0; h < exact.hidden_states; ++h) {
    std::vector<double> counts(exact.visible_states, 0), expected(exact.visible_states);
    double marginal = 0;
    for (size_t v = 0; v < counts.size(); ++v) marginal += exact.probability(v, h);
    for (size_t v = 0; v < counts.size(); ++v) expected[v] = draws * exact.probability(v, h) / marginal;
    const auto state = state_of<Model::HiddenState>(h);
    Model::VisibleState v;
    for (int draw = 0; draw < static_cast<int>(draws); ++draw) {
      model.sample_visible(state, v, rng);
      counts[index_of(v)] += 1;
    }
    CHECK(chi_square(counts, expected) < chi_square_limit(7, 4.75));
  }
}

// The order of additions is part of the design: 16 partial sums, then halves onto halves, on every target.
TEST_CASE("a dot product is summed in the documented order") {
  rbm::Xorshift32 rng(14);
  for (int round = 0; round < 100; ++round) {
    rbm::Vector<float, 37> a, b;
    b.fill(1);
    float partial[16] = {};
    for (size_t j = 0; j < 37; ++j) {
      a[j] = rbm::normal(rng);
      partial[j % 16] += a[j];
    }
    for (size_t l = 0; l < 8; ++l) partial[l] += partial[l + 8];
    for (size_t l = 0; l < 4; ++l) partial[l] += partial[l + 4];
    for (size_t l = 0; l < 2; ++l) partial[l] += partial[l + 2];
    CHECK(rbm::kernels::dot<37>(a.values, b.values) == partial[0] + partial[1]);
  }
}

TEST_CASE("probabilities are right in proportion, however small") {
  typedef Shape<5, 4>::Model Model;
  for (const Model& model : {extreme_model<Model>(8.0f, 15), random_model<Model>(3.0f, 16)}) {
    const Enumeration<Model> exact(model);
    for (size_t v = 0; v < exact.visible_states; ++v) {
      Model::HiddenState mean;
      model.mean_hidden(state_of<Model::VisibleState>(v), mean);
      for (size_t j = 0; j < 4; ++j) CHECK(double(mean[j]) == doctest::Approx(exact.hidden_mean(v, j)).epsilon(1e-5));
    }
  }
}
