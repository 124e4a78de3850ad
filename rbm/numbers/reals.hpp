// rbm/numbers/reals.hpp: what the kernels, layers and trainers ask of float, and layers alone of double, for
// likelihood.hpp: one type serves for everything.
// SPDX-License-Identifier: MIT

#ifndef RBM_NUMBERS_REALS_HPP
#define RBM_NUMBERS_REALS_HPP

#include <stddef.h>
#include <stdint.h>

#include "../config.hpp"
#include "math.hpp"
#include "random.hpp"

namespace rbm {

template <class Scalar>
struct Arithmetic {
  static_assert(sizeof(Scalar) == 0,
                "rbm: the number type of a model must be float, Fixed<int16_t, bits> or Fixed<int8_t, bits>");
};

namespace detail {

/// What layers ask of float and double. See number.hpp for the types.
template <class Real>
struct RealArithmetic {
  typedef Real Sum;
  typedef Real Energy;
  typedef Real Total;
  typedef Real Mean;
  typedef Real Option;
  typedef Real Rate;
  typedef Real Delta;
  typedef Real Factor;

  enum : bool { is_fixed = false, is_8_bit = false };

  /// sum + a b
  static Real multiply_add(Real sum, Real a, Real b) { return sum + a * b; }

  /// ln sum_k exp(x_k)                                                                                       x [States]
  template <size_t States>
  static Real log_sum_exp(const Real* x) {
    const Real most = largest<States>(x);
    Real total = 0;
    for (size_t k = 0; k < States; ++k) total += Arithmetic<Real>::exp(x[k] - most);
    return most + Arithmetic<Real>::log(total);
  }

  /// s_k = exp(x_k) / sum exp(x)                                                                          x, s [States]
  template <size_t States>
  static void softmax(const Real* RBM_RESTRICT x, Real* RBM_RESTRICT s) {
    const Real most = largest<States>(x);
    Real total = 0;
    for (size_t k = 0; k < States; ++k) total += Arithmetic<Real>::exp(x[k] - most);
    for (size_t k = 0; k < States; ++k) s[k] = Arithmetic<Real>::exp(x[k] - most) / total;
  }
};

}  // namespace detail

/// number.hpp says what the functions do.
template <>
struct Arithmetic<float> : detail::RealArithmetic<float> {
  static bool is_finite(float x) { return rbm::is_finite(x); }
  static float infinity() { return rbm::infinity(); }
  static float two_pi() { return 6.28318531f; }

  static float exp(float x) { return rbm::exp(x); }
  static float log(float x) { return rbm::log(x); }
  static float sqrt(float x) { return rbm::sqrt(x); }
  static float softplus(float input) { return rbm::softplus(input); }
  static float log_two_cosh(float input) { return rbm::log_two_cosh(input); }
  static float rectified_mean(float input) { return rbm::rectified_mean(input); }
  static float rectified_cumulant(float input) { return rbm::rectified_cumulant(input); }

  template <size_t Length, bool RealUnits>
  static constexpr bool sum_fits() {
    return true;
  }
  template <size_t Batch, bool RealUnits>
  static constexpr bool batch_fits() {
    return true;
  }

  static float to_sum(float x) { return x; }
  static float scale(float state, float sum) { return state * sum; }

  /// Changes may be as large as parameters, whose squares are no floats: the sum of those above 1 is kept times 2^-80.
  struct SumOfSquares {
    float small, large;
    SumOfSquares() : small(0.0f), large(0.0f) {}
    void add(float x) {
      const float part = x * 9.09494702e-13f;  // 2^-40
      const bool is_small = x > -1.0f && x < 1.0f;
      small += is_small ? x * x : 0.0f;
      large += is_small ? 0.0f : part * part;
    }
    /// What makes the root at most this.
    float factor(float most) const {
      const float root = large > 0.0f ? 1.09951163e12f * rbm::sqrt(large + small * 8.27180613e-25f) : rbm::sqrt(small);
      return root > most ? most / root : 1.0f;
    }
  };

  static float scaled(float change, float factor) { return change * factor; }

  /// The sum of the states of unit i in all samples, and the mean square of what they are from their mean. Added by
  /// blocks, of which the sums are compensated: many small states would not move a large sum.         states [count]
  template <class State>
  static float total(const State* states, size_t count, size_t i) {
    return sum_of_blocks(states, count, i, 1.0f, [](float state) { return state; });
  }
  template <class State>
  static float variance(const State* states, size_t count, size_t i, float mean) {
    return sum_of_blocks(states, count, i, 1.0f / static_cast<float>(count),
                         [mean](float state) { return (state - mean) * (state - mean); });
  }
  static constexpr float half() { return 0.5f; }
  static float squared_distance(float a, float b, float variance) { return (a - b) / variance * (a - b); }
  static float narrowed(float variance, float squares, size_t count) {
    const float mean = squares / static_cast<float>(count);
    return mean < 1.0f ? variance * mean : variance;
  }
  static float ratio(float mean, float divisor) { return mean / divisor; }
  static constexpr float least_variance() { return 1e-4f; }

  /// p is kept at least a float below 1.
  static float log_of_mean(float p, float margin) { return rbm::log(p < margin ? margin : p); }
  template <int Off>
  static float log_odds_of_mean(float mean, float margin) {
    const float p = Off == 0 ? mean : 0.5f * (1.0f + mean), step = 5.96046448e-8f;  // below 1: 2^-24
    const float least = margin > step ? margin : step, most = 1.0f - least;
    return log_odds(p < least ? least : p > most ? most : p);
  }

  /// sum / count, in the two ways that floats round differently: with a reciprocal, which vectorises, and exactly.
  static float mean_of(float sum, size_t count) { return sum * (1.0f / static_cast<float>(count)); }
  static float quotient(float sum, size_t count) { return sum / static_cast<float>(count); }

  static float change_of(float sum, size_t count) { return mean_of(sum, count); }
  static float rate_of(float rate, float sum, size_t count) { return mean_of(rate, count) * sum; }

  static float moved_by(float x, float change) { return saturated(x + change); }
  static float shrunk(float x, float factor) { return x * factor; }

  static bool is_parameter(float x) { return x >= -most_parameter() && x <= most_parameter(); }
  static bool is_variance(float x) { return x >= 1e-6f && x <= 1e6f; }

  template <size_t, class Rng>
  static void assign(const float* change, size_t count, float* s, Rng&) {
    for (size_t i = 0; i < count; ++i) s[i] = saturated(change[i]);
  }
  template <size_t, class Rng>
  static void add(const float* change, size_t count, float* s, Rng&) {
    for (size_t i = 0; i < count; ++i) s[i] = moved_by(s[i], change[i]);
  }

  /// Whether the states of a group of `count` units, of which so many are positive, sum to 1, but for rounding.
  static bool sums_to_one(float sum, size_t, size_t count) {
    const float rounding = 0.001f + static_cast<float>(count) * 1.1920929e-7f;  // as many additions, made twice
    return sum > 1.0f - rounding && sum < 1.0f + rounding;
  }

  /// A draw of k with probability softmax(x)_k: one word of the generator. s is scratch.                  x, s [States]
  template <size_t States, class Rng>
  static size_t sample_categorical(const float* RBM_RESTRICT x, float* RBM_RESTRICT s, Rng& rng) {
    softmax<States>(x, s);
    // What rounding leaves of the draw after the last unit goes to the most likely one.
    float left = uniform(rng);
    size_t likeliest = 0;
    for (size_t k = 0; k < States; ++k) {
      if (left < s[k]) return k;
      left -= s[k];
      if (s[k] >= s[likeliest]) likeliest = k;
    }
    return likeliest;
  }

  static float mean_observed(float variance, float x, float value, float precision) {
    return variance / (1.0f + variance * precision) * (x + precision * value);
  }
  template <class Rng>
  static float sample_observed(float variance, float x, float value, float precision, Rng& rng) {
    const float narrowed = variance / (1.0f + variance * precision);
    return narrowed * (x + precision * value) + rbm::sqrt(narrowed) * rbm::normal(rng);
  }

  template <class Rng>
  static float normal(Rng& rng) {
    return rbm::normal(rng);
  }
  template <class Rng>
  static float small_normal(Rng& rng) {
    return 0.01f * rbm::normal(rng);
  }

 private:
  static constexpr float most_parameter() { return 1e22f; }
  static float saturated(float x) {
    return x > most_parameter() ? most_parameter() : x < -most_parameter() ? -most_parameter() : x;
  }

  // The sum of scale f(state), by Kahan's method.
  template <class State, class Function>
  static float sum_of_blocks(const State* states, size_t count, size_t i, float scale, Function f) {
    constexpr size_t block = 256;
    float sum = 0.0f, compensation = 0.0f;  // what the sum has more than it should
    for (size_t first = 0; first < count; first += block) {
      const size_t end = count - first < block ? count : first + block;
      float part = 0.0f;
      for (size_t s = first; s < end; ++s) part += f(states[s][i]);
      const float added = part * scale - compensation, next = sum + added;
      compensation = (next - sum) - added;
      sum = next;
    }
    return sum;
  }
};

}  // namespace rbm

#endif  // RBM_NUMBERS_REALS_HPP
