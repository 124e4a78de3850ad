// Partition functions and averages of models of any two types of units, from the definition: sums over all joint
// states, with integrals over real units.
// SPDX-License-Identifier: MIT

#ifndef RBM_TESTS_JOINT_HPP
#define RBM_TESTS_JOINT_HPP

#include <algorithm>
#include <cmath>
#include <vector>

#include "pairs.hpp"

typedef long double Long;

/// A part of all joint states: ln of its share of Z, and the means of v and h in it, which are independent there.
struct Part {
  Long log_weight;
  Values v, h;
};

inline Values means_of(const std::vector<Distribution>& sites) {
  Values means;
  for (const Distribution& site : sites) {
    for (size_t u = 0; u < site.states[0].size(); ++u) means.push_back(site.mean(u));
  }
  return means;
}

/// Single joint states where both layers are discrete; else the states of the layer that is.
template <class Model>
std::vector<Part> parts_of(const Model& model) {
  typedef typename Model::Visible Visible;
  typedef typename Model::Hidden Hidden;
  std::vector<Part> parts;
  if (is_discrete<Visible>() && is_discrete<Hidden>()) {
    const std::vector<Values> all_h = all_states<Hidden>();
    for (const Values& v : all_states<Visible>()) {
      for (const Values& h : all_h) parts.push_back({Long(-energy_of_pair(model, v, h)), v, h});
    }
  } else if (is_discrete<Visible>()) {
    for (const Values& v : all_states<Visible>()) {
      const Values h = means_of(distributions<Hidden>(model.hidden, sums_to_hidden(model, v)));
      parts.push_back({Long(-free_energy_of_visible(model, v)), v, h});
    }
  } else {
    for (const Values& h : all_states<Hidden>()) {
      const Values v = means_of(distributions<Visible>(model.visible, sums_to_visible(model, h)));
      parts.push_back({Long(-free_energy_of_hidden(model, h)), v, h});
    }
  }
  return parts;
}

/// ln Z, <v h> row by row, <v> and <h>.
struct Moments {
  double log_partition;
  Values weights, visible, hidden;
};

template <class Model>
Moments exact_moments(const Model& model) {
  const std::vector<Part> parts = parts_of(model);
  Long largest = parts[0].log_weight, total = 0;
  for (const Part& part : parts) largest = std::max(largest, part.log_weight);
  for (const Part& part : parts) total += std::exp(part.log_weight - largest);
  const size_t V = Model::visible_size, H = Model::hidden_size;
  std::vector<Long> sums((V + 1) * (H + 1), 0);  // of (v, 1) (h, 1)
  for (const Part& part : parts) {
    const Long p = std::exp(part.log_weight - largest) / total;
    for (size_t i = 0; i <= V; ++i) {
      for (size_t j = 0; j <= H; ++j)
        sums[i * (H + 1) + j] += p * Long((i < V ? part.v[i] : 1) * (j < H ? part.h[j] : 1));
    }
  }
  Moments moments = {static_cast<double>(largest + std::log(total)), {}, {}, {}};
  for (size_t i = 0; i <= V; ++i) {
    for (size_t j = 0; j <= H; ++j) {
      Values& values = i < V && j < H ? moments.weights : i < V ? moments.visible : moments.hidden;
      if (i < V || j < H) values.push_back(static_cast<double>(sums[i * (H + 1) + j]));
    }
  }
  return moments;
}

/// ln Z of Gaussian units from the joint precision matrix of all of them, [1 / S_v, -W; -W^T, 1 / S_h]:
/// n / 2 ln 2 pi - 1/2 ln det + 1/2 c^T precision^-1 c, by elimination. NaN where it is not positive definite.
template <class Model>
double log_partition_of_gaussians(const Model& model) {
  const size_t V = Model::visible_size, n = V + Model::hidden_size;
  std::vector<std::vector<Long>> rows(n, std::vector<Long>(n + 1, 0));  // the last column is c
  for (size_t i = 0; i < n; ++i) {
    // A(1) + A(-1) and A(-1) - A(1) of a unit are 1 / variance and 2 c.
    const auto energy = [&](double s) {
      return i < V ? Truth<typename Model::Visible>::energy(model.visible, i, s)
                   : Truth<typename Model::Hidden>::energy(model.hidden, i - V, s);
    };
    rows[i][i] = Long(energy(1)) + Long(energy(-1));
    rows[i][n] = (Long(energy(-1)) - Long(energy(1))) / 2;
  }
  for (size_t i = 0; i < V; ++i) {
    for (size_t j = V; j < n; ++j) rows[i][j] = rows[j][i] = -Long(model.weights(i, j - V));
  }
  Long result = Long(n) / 2 * std::log(2 * 3.14159265358979323846L);
  for (size_t k = 0; k < n; ++k) {
    result += (rows[k][n] * rows[k][n] / rows[k][k] - std::log(rows[k][k])) / 2;
    for (size_t i = k + 1; i < n; ++i) {
      const Long factor = rows[i][k] / rows[k][k];
      for (size_t l = k; l <= n; ++l) rows[i][l] -= factor * rows[k][l];
    }
  }
  return static_cast<double>(result);
}

/// States drawn from the units' noise: anything that the units may hold.
template <class Model>
std::vector<typename Model::VisibleState> noise_samples(size_t count, uint32_t seed) {
  rbm::Xorshift32 rng(seed * 0x9E3779B9u);
  std::vector<typename Model::VisibleState> samples(count);
  for (typename Model::VisibleState& v : samples) Model::VisibleLayer::noise(v.values, rng);
  return samples;
}

/// Independent draws from the model where the visible or the hidden layer is discrete.
template <class Model>
std::vector<typename Model::VisibleState> exact_samples(const Model& model, size_t count, rbm::Xorshift32& rng) {
  std::vector<typename Model::VisibleState> samples;
  if (is_discrete<typename Model::Visible>()) {
    const std::vector<Values> states = all_states<typename Model::Visible>();
    const Chooser choose(visible_probabilities(model));
    while (samples.size() < count) samples.push_back(to_state<typename Model::VisibleState>(states[choose(rng)]));
  } else {
    const std::vector<Values> states = all_states<typename Model::Hidden>();
    const Chooser choose(hidden_probabilities(model));
    while (samples.size() < count) {
      const auto h = to_state<typename Model::HiddenState>(states[choose(rng)]);
      typename Model::VisibleState v;
      model.sample_visible(h, v, rng);
      samples.push_back(v);
    }
  }
  return samples;
}

/// Whether two numbers differ by no more than `tolerance`, relative where they are above 1.
inline bool near(double got, double expected, double tolerance) {
  return std::fabs(got - expected) <= tolerance * std::max(1.0, std::fabs(expected));
}

#endif  // RBM_TESTS_JOINT_HPP
