// What a call promises, and how a broken promise is reported.
// SPDX-License-Identifier: MIT

#ifndef RBM_TESTS_FUZZ_PROMISE_HPP
#define RBM_TESTS_FUZZ_PROMISE_HPP

#include <cstddef>

#include "../../rbm/rbm.hpp"

namespace fuzz {

/// For reports.
extern const char* model_in_use;

/// A promise that was broken; the driver says by which input.
struct Failure {
  const char* what;
};

[[noreturn]] inline void fail(const char* what) { throw Failure{what}; }

inline void expect(bool holds, const char* what) {
  if (!holds) fail(what);
}

inline bool is_number(float x) { return x - x == 0.0f; }
inline bool is_number(double x) { return x - x == 0.0; }
template <class Integer, int FractionBits>
bool is_number(rbm::Fixed<Integer, FractionBits>) {
  return true;
}

template <class Values>
bool are_numbers(const Values& values) {
  bool all = true;
  for (const auto& value : values.values) all = all && is_number(value);
  return all;
}

/// Whether all parameters of a model are numbers, and variances above 0: seen without the library's check.
template <class Model>
bool is_sound(const Model& model) {
  bool sound = are_numbers(model.weights) && model.visible.is_proper() && model.hidden.is_proper();
  for (size_t i = 0; i < Model::visible_size; ++i) {
    sound = sound && is_number(model.visible.bias_of(i)) && is_number(model.visible.variance_of(i));
  }
  for (size_t j = 0; j < Model::hidden_size; ++j) {
    sound = sound && is_number(model.hidden.bias_of(j)) && is_number(model.hidden.variance_of(j));
  }
  return sound;
}

}  // namespace fuzz

#endif  // RBM_TESTS_FUZZ_PROMISE_HPP
