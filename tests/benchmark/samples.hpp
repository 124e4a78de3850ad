// What the models learn: for 64 visible units the digits of the examples, for 784 pictures of strokes, drawn from a
// fixed model so that they have structure, with 13 % of their units on. The same on every machine: no libm, one seed.
// SPDX-License-Identifier: MIT

#ifndef RBM_TESTS_BENCHMARK_SAMPLES_HPP
#define RBM_TESTS_BENCHMARK_SAMPLES_HPP

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "../../examples/data/digits.hpp"
#include "../../rbm/rbm.hpp"

namespace benchmark {

template <size_t V>
using Samples = std::vector<rbm::Vector<float, V>>;

inline Samples<64> digits() {
  Samples<64> all(digits_training_count);
  for (size_t s = 0; s < all.size(); ++s) rbm::unpack_flash_bits(digits_bits[s], all[s]);
  return all;
}

/// The model that draws strokes: each hidden unit is one, a short curve on 28x28 pixels with soft edges. Around it
/// pixels are rather off, so that strokes that overlap do not turn each other on until all are.
class Strokes {
 public:
  typedef rbm::Rbm<rbm::Bernoulli<784>, rbm::Bernoulli<32>> Model;

  explicit Strokes(uint32_t seed) : rng(seed) {
    for (float& bias : model.visible.bias) bias = background;
    for (size_t j = 0; j < Model::hidden_size; ++j) {
      add_stroke(j);
      // Its strokes are on in this share of the pictures, if it were alone: the bias makes up for what weights add.
      float sum = rbm::log_odds(share);
      for (size_t i = 0; i < Model::visible_size; ++i) {
        sum -= rbm::softplus(background + model.weights(i, j)) - rbm::softplus(background);
      }
      model.hidden.bias[j] = sum;
    }
  }

  /// A picture: some strokes at random, then Gibbs steps. Such a chain mixes slowly, so each picture has its own.
  void draw(Model::VisibleState& picture) {
    for (float& unit : chain.hidden) unit = rbm::uniform(rng) < share ? 1.0f : 0.0f;
    model.sample_visible(chain.hidden, chain.visible, rng);
    (void)chain.run(model, 5, rng);
    picture = chain.visible;
  }

 private:
  // Both were found by trial: 13 % of the units are on. The program states the share it measures.
  static constexpr float background = -3.2f;
  static constexpr float share = 0.24f;

  void add_stroke(size_t j) {
    float x[3], y[3];  // control points of a quadratic Bezier curve
    for (int k = 0; k < 3; ++k) {
      x[k] = k == 0 ? 4.0f + 20.0f * rbm::uniform(rng) : x[0] + 12.0f * (rbm::uniform(rng) - 0.5f);
      y[k] = k == 0 ? 4.0f + 20.0f * rbm::uniform(rng) : y[0] + 12.0f * (rbm::uniform(rng) - 0.5f);
    }
    for (size_t i = 0; i < Model::visible_size; ++i) {
      const float column = static_cast<float>(i % 28), row = static_cast<float>(i / 28);
      float nearest = 1e6f;
      for (int step = 0; step <= 32; ++step) {
        const float t = static_cast<float>(step) / 32.0f, u = 1.0f - t;
        const float dx = u * u * x[0] + 2.0f * u * t * x[1] + t * t * x[2] - column;
        const float dy = u * u * y[0] + 2.0f * u * t * y[1] + t * t * y[2] - row;
        const float distance = dx * dx + dy * dy;
        if (distance < nearest) nearest = distance;
      }
      model.weights(i, j) = 9.0f * rbm::exp(-0.4f * nearest) - 3.0f * rbm::exp(-0.08f * nearest);
    }
  }

  rbm::Xorshift32 rng;
  Model model;
  rbm::GibbsChain<Model> chain;
};

inline Samples<784> strokes(size_t count) {
  const std::unique_ptr<Strokes> painter(new Strokes(20260717u));
  Samples<784> all(count);
  for (Strokes::Model::VisibleState& picture : all) painter->draw(picture);
  return all;
}

template <size_t V>
struct Data;

template <>
struct Data<64> {
  static const Samples<64>& samples() {
    static const Samples<64> all = digits();
    return all;
  }
};

template <>
struct Data<784> {
  static const Samples<784>& samples() {
    static const Samples<784> all = strokes(1000);
    return all;
  }
};

/// The same states in another type of numbers.
template <class State, size_t V>
std::vector<State> in_numbers_of(const Samples<V>& samples) {
  std::vector<State> states(samples.size());
  for (size_t s = 0; s < samples.size(); ++s) {
    for (size_t i = 0; i < V; ++i)
      states[s][i] = static_cast<typename std::decay<decltype(states[s][i])>::type>(samples[s][i]);
  }
  return states;
}

/// The share of units that are on.
template <class States>
double share_on(const States& states) {
  double sum = 0, count = 0;
  for (const auto& state : states) {
    for (const auto& unit : state) sum += static_cast<double>(static_cast<float>(unit));
    count += static_cast<double>(size_t{std::decay<decltype(state)>::type::size});
  }
  return sum / count;
}

}  // namespace benchmark

#endif  // RBM_TESTS_BENCHMARK_SAMPLES_HPP
