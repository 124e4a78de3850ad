// rbm/numbers/reals.hpp: what the kernels, layers and trainers ask of float, and of double in likelihood.hpp: one type
// serves for everything.
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

/// What float and double have in common: one type for everything.
template <class Real>
struct RealArithmetic {
  typedef Real Sum;     // a unit's input
  typedef Real Energy;  // an energy, a temperature
  typedef Real Rate;    // what a difference of statistics is multiplied with before it is added to a parameter
  typedef Real Option;  // an option
  typedef Real Delta;   // of a parameter, before it is rounded
  typedef Real Total;   // a sum of states of many samples
  typedef Real Mean;    // of data
  typedef Real Factor;  // of changes, at most 1

  /// Changes may be as large as parameters, whose squares are no floats: the sum of those above 1 is kept times 2^-80.
  struct SumOfSquares {
    Real small, large;
    SumOfSquares() : small(0), large(0) {}
    void add(Real x) {
      const Real part = x * Real(9.09494702e-13f);  // 2^-40
      const bool is_small = x > Real(-1) && x < Real(1);
      small += is_small ? x * x : Real(0);
      large += is_small ? Real(0) : part * part;
    }
    /// What makes the root at most this.
    Real factor(Real most) const {
      const Real root = large > Real(0)
                            ? Real(1.09951163e12f) * Arithmetic<Real>::sqrt(large + small * Real(8.27180613e-25f))
                            : Arithmetic<Real>::sqrt(small);
      return root > most ? most / root : Real(1);
    }
  };

  static Real scaled(Real change, Real factor) { return change * factor; }

  enum : bool {
    is_fixed = false,
    is_8_bit = false,
    samples_statistics = false,
    has_real_units = true,
    has_rectified_units = true
  };

  /// Whether sums over units, and over batches, cannot overflow.
  template <size_t Length, bool RealUnits>
  static constexpr bool sum_fits() {
    return true;
  }
  template <size_t Batch, bool RealUnits>
  static constexpr bool batch_fits() {
    return true;
  }

  /// A number given by the user, such as a log-likelihood ratio, as a sum.
  static Real to_sum(float x) { return static_cast<Real>(x); }
  static Real to_energy(float x) { return static_cast<Real>(x); }

  /// The least variance that a Gaussian unit starts with.
  static constexpr Real least_variance() { return static_cast<Real>(1e-4f); }

  /// sum + a b
  static Real multiply_add(Real sum, Real a, Real b) { return sum + a * b; }

  /// state times sum
  static Real scale(Real state, Real sum) { return state * sum; }

  /// The sum of the states of unit i in all samples, and the mean square of what they are from their mean. Added by
  /// blocks, of which the sums are compensated: many small states would not move a large sum.         states [count]
  template <class State>
  static Real total(const State* states, size_t count, size_t i) {
    return sum_of_blocks(states, count, i, Real(1), [](Real state) { return state; });
  }
  template <class State>
  static Real variance(const State* states, size_t count, size_t i, Real mean) {
    return sum_of_blocks(states, count, i, Real(1) / static_cast<Real>(count),
                         [mean](Real state) { return (state - mean) * (state - mean); });
  }
  static constexpr Real half() { return Real(0.5f); }
  static Real ratio(Real mean, Real divisor) { return mean / divisor; }

  /// ln p and ln(p / (1 - p)), with p clamped `margin` away from 0, and from 1 at least a float; p is the mean of
  /// states Off and 1.
  static Real log_of_mean(Real p, Real margin) { return Arithmetic<Real>::log(p < margin ? margin : p); }
  template <int Off>
  static Real log_odds_of_mean(Real mean, Real margin) {
    const Real p = Off == 0 ? mean : Real(0.5f) * (Real(1) + mean), step = Real(5.96046448e-8f);  // below 1: 2^-24
    const Real least = margin > step ? margin : step, most = Real(1) - least;
    return Arithmetic<Real>::log_odds(p < least ? least : p > most ? most : p);
  }

  /// sum / count, in the two ways that floats round differently: with a reciprocal, which vectorises, and exactly.
  static Real mean_of(Real sum, size_t count) { return sum * (Real(1) / static_cast<Real>(count)); }

  static Real quotient(Real sum, size_t count) { return sum / static_cast<Real>(count); }

  /// The mean of a sum of differences, as a change; and the rate times that.
  static Real change_of(Real sum, size_t count) { return sum * (Real(1) / static_cast<Real>(count)); }
  static Real rate_of(Real rate, Real sum, size_t count) { return sum * (rate * (Real(1) / static_cast<Real>(count))); }

  /// A parameter that moves by a change.
  static Real moved_by(Real x, Real change) { return saturated(x + change); }

  /// A parameter times a factor below 1.
  static Real shrunk(Real x, float factor) { return x * static_cast<Real>(factor); }

  /// Within the bounds of check.hpp.
  static bool is_parameter(Real x) { return x >= -most_parameter() && x <= most_parameter(); }
  static bool is_variance(Real x) { return x >= Real(1e-6f) && x <= Real(1e6f); }

  /// Parameters become, or move by, what was computed for them, and saturate; count <= Most.        change, s [count]
  template <size_t, class Rng>
  static void assign(const Real* change, size_t count, Real* s, Rng&) {
    for (size_t i = 0; i < count; ++i) s[i] = saturated(change[i]);
  }
  template <size_t, class Rng>
  static void add(const Real* change, size_t count, Real* s, Rng&) {
    for (size_t i = 0; i < count; ++i) s[i] = moved_by(s[i], change[i]);
  }

  /// Whether the states of a group of `count` units, of which so many are positive, sum to 1, but for rounding.
  static bool sums_to_one(Real sum, size_t, size_t count) {
    const Real rounding =
        Real(0.001f) + static_cast<Real>(count) * Real(1.1920929e-7f);  // as many additions, made twice
    return sum > Real(1) - rounding && sum < Real(1) + rounding;
  }

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

  /// A draw of k with these probabilities: one word of the generator. s is scratch.                       x, s [States]
  template <size_t States, class Rng>
  static size_t sample_categorical(const Real* RBM_RESTRICT x, Real* RBM_RESTRICT s, Rng& rng) {
    softmax<States>(x, s);
    // What rounding leaves of the draw after the last unit goes to the most likely one.
    float left = uniform(rng);
    size_t likeliest = 0;
    for (size_t k = 0; k < States; ++k) {
      const float p = static_cast<float>(s[k]);
      if (left < p) return k;
      left -= p;
      if (s[k] >= s[likeliest]) likeliest = k;
    }
    return likeliest;
  }

 private:
  static constexpr Real most_parameter() { return Real(1e22f); }
  static Real saturated(Real x) {
    return x > most_parameter() ? most_parameter() : x < -most_parameter() ? -most_parameter() : x;
  }

  // The sum of scale f(state), by Kahan's method.
  template <class State, class Function>
  static Real sum_of_blocks(const State* states, size_t count, size_t i, Real scale, Function f) {
    constexpr size_t block = 256;
    Real sum(0), compensation(0);  // what the sum has more than it should
    for (size_t first = 0; first < count; first += block) {
      const size_t end = count - first < block ? count : first + block;
      Real part(0);
      for (size_t s = first; s < end; ++s) part += f(static_cast<Real>(states[s][i]));
      const Real added = part * scale - compensation, next = sum + added;
      compensation = (next - sum) - added;
      sum = next;
    }
    return sum;
  }

  template <size_t States>
  static Real largest(const Real* x) {
    Real most = x[0];
    for (size_t k = 1; k < States; ++k) most = x[k] > most ? x[k] : most;
    return most;
  }
};

}  // namespace detail

template <>
struct Arithmetic<float> : detail::RealArithmetic<float> {
  static bool is_finite(float x) { return rbm::is_finite(x); }
  static float infinity() { return rbm::infinity(); }
  static float two_pi() { return 6.28318531f; }

  static float exp(float x) { return rbm::exp(x); }
  static float log(float x) { return rbm::log(x); }
  static float log_odds(float p) { return rbm::log_odds(p); }
  static float sqrt(float x) { return rbm::sqrt(x); }
  static float sigmoid(float input) { return rbm::sigmoid(input); }
  static float softplus(float input) { return rbm::softplus(input); }
  static float tanh(float input) { return rbm::tanh(input); }
  static float log_two_cosh(float input) { return rbm::log_two_cosh(input); }
  static float rectified_mean(float input) { return rbm::rectified_mean(input); }
  static float rectified_cumulant(float input) { return rbm::rectified_cumulant(input); }

  /// A normal unit's mean and a draw, given its variance, its input and that `value` was seen of it with Gaussian noise
  /// of this precision.
  static float mean_observed(float variance, float x, float value, float precision) {
    return variance / (1.0f + variance * precision) * (x + precision * value);
  }
  template <class Rng>
  static float sample_observed(float variance, float x, float value, float precision, Rng& rng) {
    const float narrowed = variance / (1.0f + variance * precision);
    return narrowed * (x + precision * value) + rbm::sqrt(narrowed) * rbm::normal(rng);
  }

  /// A draw from the standard normal distribution.
  template <class Rng>
  static float normal(Rng& rng) {
    return rbm::normal(rng);
  }

  /// A draw from the normal distribution with mean 0 and standard deviation 0.01: where weights start.
  template <class Rng>
  static float small_normal(Rng& rng) {
    return 0.01f * rbm::normal(rng);
  }

  /// A draw of s > 0 with density proportional to exp(x s - s^2 / 2): a normal variable of mean x and variance 1, given
  /// that it is positive.
  template <class Rng>
  static float rectified(float x, Rng& rng) {
    return rbm::rectified(x, rng);
  }
};

}  // namespace rbm

#endif  // RBM_NUMBERS_REALS_HPP
