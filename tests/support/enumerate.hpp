// Brute force for models of Bernoulli units: every joint state of a small one, every hidden state of a larger one.
// In double, from the parameters alone: nothing here calls the library's own formulas.
// SPDX-License-Identifier: MIT

#ifndef RBM_TESTS_ENUMERATE_HPP
#define RBM_TESTS_ENUMERATE_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

/// The state whose bits are those of `index`.
template <class State>
State state_of(size_t index) {
  State state;
  for (size_t i = 0; i < State::size; ++i) state[i] = static_cast<float>((index >> i) & 1u);
  return state;
}

template <class State>
size_t index_of(const State& state) {
  size_t index = 0;
  for (size_t i = 0; i < State::size; ++i) index |= static_cast<size_t>(state[i] != 0.0f) << i;
  return index;
}

inline double log_sum_exp(const std::vector<double>& terms) {
  const double largest = *std::max_element(terms.begin(), terms.end());
  double sum = 0;
  for (double term : terms) sum += std::exp(term - largest);
  return largest + std::log(sum);
}

/// E(v, h) = -a.v - b.h - v.W h, straight from the definition.
template <class Model>
double exact_energy(const Model& model, const typename Model::VisibleState& v, const typename Model::HiddenState& h) {
  double energy = 0;
  for (size_t i = 0; i < Model::visible_size; ++i) energy -= double(model.visible.bias[i]) * double(v[i]);
  for (size_t j = 0; j < Model::hidden_size; ++j) energy -= double(model.hidden.bias[j]) * double(h[j]);
  for (size_t i = 0; i < Model::visible_size; ++i) {
    for (size_t j = 0; j < Model::hidden_size; ++j) {
      energy -= double(v[i]) * double(model.weights(i, j)) * double(h[j]);
    }
  }
  return energy;
}

/// All joint states of a small model.
template <class Model>
struct Enumeration {
  static const size_t visible_states = size_t{1} << Model::visible_size;
  static const size_t hidden_states = size_t{1} << Model::hidden_size;

  std::vector<double> joint;    // ln p(v, h) + ln Z of state (v, h), at v * hidden_states + h
  std::vector<double> visible;  // p(v)
  double log_partition;

  explicit Enumeration(const Model& model) {
    for (size_t v = 0; v < visible_states; ++v) {
      for (size_t h = 0; h < hidden_states; ++h) {
        joint.push_back(
            -exact_energy(model, state_of<typename Model::VisibleState>(v), state_of<typename Model::HiddenState>(h)));
      }
    }
    log_partition = log_sum_exp(joint);
    for (size_t v = 0; v < visible_states; ++v) visible.push_back(std::exp(-free_energy(v) - log_partition));
  }

  double probability(size_t v, size_t h) const { return std::exp(joint[v * hidden_states + h] - log_partition); }

  double free_energy(size_t v) const {
    const auto row = joint.begin() + static_cast<std::ptrdiff_t>(v * hidden_states);
    return -log_sum_exp(std::vector<double>(row, row + static_cast<std::ptrdiff_t>(size_t{hidden_states})));
  }

  /// p(h_j = 1 | v), by summing over all h.
  double hidden_mean(size_t v, size_t j) const { return fraction_on(v * hidden_states, 1, hidden_states, j); }

  /// p(v_i = 1 | h), by summing over all v.
  double visible_mean(size_t h, size_t i) const { return fraction_on(h, hidden_states, visible_states, i); }

  /// p(h | v), by summing over all h.
  double hidden_given(size_t v, size_t h) const { return std::exp(joint[v * hidden_states + h] + free_energy(v)); }

 private:
  // The share of those states whose bit is set among `count` joint states, `stride` apart.
  double fraction_on(size_t first, size_t stride, size_t count, size_t bit) const {
    std::vector<double> all;
    std::vector<double> on;
    for (size_t state = 0; state < count; ++state) {
      all.push_back(joint[first + state * stride]);
      if ((state >> bit) & 1u) on.push_back(all.back());
    }
    return std::exp(log_sum_exp(on) - log_sum_exp(all));
  }
};

inline double exact_softplus(double x) { return (x > 0 ? x : 0) + std::log1p(std::exp(-std::fabs(x))); }

/// ln Z of a model with up to about 20 hidden units, walking through their states in Gray-code order.
template <class Model>
double exact_log_partition(const Model& model) {
  std::vector<double> input(Model::visible_size);
  for (size_t i = 0; i < Model::visible_size; ++i) input[i] = double(model.visible.bias[i]);
  std::vector<bool> h(Model::hidden_size, false);
  double hidden_energy = 0;
  std::vector<double> terms;
  for (size_t step = 0; step < size_t{1} << Model::hidden_size; ++step) {
    if (step > 0) {
      size_t j = 0;
      while (((step >> j) & 1u) == 0) ++j;  // the one unit that changes
      const double sign = h[j] ? -1 : 1;
      h[j] = !h[j];
      hidden_energy -= sign * double(model.hidden.bias[j]);
      for (size_t i = 0; i < Model::visible_size; ++i) input[i] += sign * double(model.weights(i, j));
    }
    double term = -hidden_energy;
    for (double x : input) term += exact_softplus(x);
    terms.push_back(term);
  }
  return log_sum_exp(terms);
}

/// ln p(v), given ln Z.
template <class Model>
double exact_log_likelihood(const Model& model, double log_partition, const typename Model::VisibleState& v) {
  double log_sum = 0;
  for (size_t i = 0; i < Model::visible_size; ++i) log_sum += double(model.visible.bias[i]) * double(v[i]);
  for (size_t j = 0; j < Model::hidden_size; ++j) {
    double x = double(model.hidden.bias[j]);
    for (size_t i = 0; i < Model::visible_size; ++i) x += double(v[i]) * double(model.weights(i, j));
    log_sum += exact_softplus(x);
  }
  return log_sum - log_partition;
}

#endif  // RBM_TESTS_ENUMERATE_HPP
