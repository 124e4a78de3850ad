// Models and data that several tests share.
// SPDX-License-Identifier: MIT

#ifndef RBM_TESTS_MODELS_HPP
#define RBM_TESTS_MODELS_HPP

#include <cfloat>
#include <cstring>
#include <vector>

#include "../../examples/data/digits.hpp"
#include "../../rbm/model/parameters.hpp"
#include "../../rbm/rbm.hpp"

// Every compiler, standard and optimisation gives the same floats, unless it fuses multiplications and additions or has
// registers wider than a float. RBM_TESTS_NOT_FUSED says that a build which could fuse does not (-ffp-contract=off).
#if FLT_EVAL_METHOD == 0 && \
    ((!defined(__FP_FAST_FMAF) && !defined(__FMA__) && !defined(__ARM_FEATURE_FMA)) || defined(RBM_TESTS_NOT_FUSED))
#define RBM_TESTS_SAME_FLOATS
#endif

/// A model whose weights and biases are drawn from a normal distribution.
template <class Model>
Model random_model(float deviation, uint32_t seed) {
  rbm::Xorshift32 rng(seed);
  Model model;
  for (float& weight : model.weights.values) weight = deviation * rbm::normal(rng);
  for (float& bias : model.visible.bias) bias = deviation * rbm::normal(rng);
  for (float& bias : model.hidden.bias) bias = deviation * rbm::normal(rng);
  return model;
}

/// A model whose weights and biases are the given size, with random signs.
template <class Model>
Model extreme_model(float size, uint32_t seed) {
  Model model = random_model<Model>(1.0f, seed);
  for (float& weight : model.weights.values) weight = weight < 0 ? -size : size;
  for (float& bias : model.visible.bias) bias = bias < 0 ? -size : size;
  for (float& bias : model.hidden.bias) bias = bias < 0 ? -size : size;
  return model;
}

typedef rbm::Vector<float, 64> Picture;

/// The handwritten digits from `first` up to `last`, one of 64 pixels each.
inline std::vector<Picture> digits(size_t first, size_t last) {
  std::vector<Picture> pictures(last - first);
  for (size_t s = first; s < last; ++s) rbm::unpack_flash_bits(digits_bits[s], pictures[s - first]);
  return pictures;
}

template <class T>
bool same_bits(const T& a, const T& b) {
  return std::memcmp(&a, &b, sizeof(T)) == 0;
}

struct CompareParameter {
  bool same;

  template <class Number>
  void operator()(rbm::Parameter, const Number& a, const Number& b) {
    same = same && same_bits(a, b);
  }
};

/// Models parameter by parameter: what lies between their arrays is no part of them, and a copy need not take it along.
template <class Visible, class Hidden, class Number>
bool same_bits(const rbm::Rbm<Visible, Hidden, Number>& a, const rbm::Rbm<Visible, Hidden, Number>& b) {
  CompareParameter compare = {true};
  rbm::each_parameter(compare, a, b);
  return compare.same;
}

#endif  // RBM_TESTS_MODELS_HPP
