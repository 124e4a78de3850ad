// rbm/arithmetic.hpp: what the kernels and layers ask of a number type.
//
// Arithmetic<Scalar> names the type of a weighted sum and the few operations in which number types differ. All else is
// written once, in terms of these.
// SPDX-License-Identifier: MIT

#ifndef RBM_ARITHMETIC_HPP
#define RBM_ARITHMETIC_HPP

#include "math.hpp"
#include "random.hpp"

namespace rbm {

template <class Scalar>
struct Arithmetic {
  static_assert(sizeof(Scalar) == 0, "rbm: the number type of a model must be float");
};

template <>
struct Arithmetic<float> {
  typedef float Sum;   // a unit's input, an energy
  typedef float Rate;  // what a difference of statistics is multiplied with before it is added to a parameter

  static bool is_finite(float x) { return rbm::is_finite(x); }
  static float infinity() { return rbm::infinity(); }
  static float two_pi() { return 6.28318531f; }

  /// A number given by the user, such as a log-likelihood ratio, as a sum.
  static float to_sum(float x) { return x; }

  /// sum + a b
  static float multiply_add(float sum, float a, float b) { return sum + a * b; }

  /// state times sum
  static float scale(float state, float sum) { return state * sum; }

  /// parameter + rate difference
  static float nudge(float parameter, float rate, float difference) { return parameter + rate * difference; }

  static float exp(float x) { return rbm::exp(x); }
  static float log(float x) { return rbm::log(x); }
  static float sqrt(float x) { return rbm::sqrt(x); }
  static float sigmoid(float input) { return rbm::sigmoid(input); }
  static float softplus(float input) { return rbm::softplus(input); }
  static float tanh(float input) { return rbm::tanh(input); }
  static float log_two_cosh(float input) { return rbm::log_two_cosh(input); }
  static float rectified_mean(float input) { return rbm::rectified_mean(input); }
  static float rectified_cumulant(float input) { return rbm::rectified_cumulant(input); }

  /// 1 with probability p, else 0: one word of the generator. p counts in steps of 2^-23.
  template <class Rng>
  static float bernoulli(float p, Rng& rng) {
    return uniform(rng) < p ? 1.0f : 0.0f;
  }

  /// A draw from the standard normal distribution.
  template <class Rng>
  static float normal(Rng& rng) {
    return rbm::normal(rng);
  }

  /// A draw of s > 0 with density proportional to exp(x s - s^2 / 2): a normal variable of mean x and variance 1, given
  /// that it is positive.
  template <class Rng>
  static float rectified(float x, Rng& rng) {
    return rbm::rectified(x, rng);
  }
};

}  // namespace rbm

#endif  // RBM_ARITHMETIC_HPP
