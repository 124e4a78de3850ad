// rbm/evaluation/enumeration.hpp: a layer in double, with the inputs and states of all its units in memory, and a way
// through all its states.
//
// Neighbours in a reflected Gray code differ in one site, so only what that site adds to the other layer's inputs
// changes from one state to the next. Only this header
// asks for the C library's functions of double, and rbm.hpp does not include it.
// SPDX-License-Identifier: MIT

#ifndef RBM_EVALUATION_ENUMERATION_HPP
#define RBM_EVALUATION_ENUMERATION_HPP

#include <stddef.h>
#include <stdint.h>

#include "../layers/layer.hpp"
#include "../numbers/number.hpp"
#include "../storage.hpp"

namespace rbm {

/// What layers and kernels ask of double. The compiler's built-in functions are those of <math.h> without its macros.
template <>
struct Arithmetic<double> : detail::RealArithmetic<double> {
  static bool is_finite(double x) { return detail::equal(x - x, 0.0); }
  static double infinity() { return __builtin_huge_val(); }
  static double two_pi() { return 6.283185307179586477; }
  static double exp(double x) { return __builtin_exp(x); }
  static double log(double x) { return __builtin_log(x); }
  static double sqrt(double x) { return __builtin_sqrt(x); }
  static double sigmoid(double x) {
    return x < 0.0 ? __builtin_exp(x) / (1.0 + __builtin_exp(x)) : 1.0 / (1.0 + __builtin_exp(-x));
  }
  static double softplus(double x) { return (x > 0.0 ? x : 0.0) + __builtin_log1p(__builtin_exp(-__builtin_fabs(x))); }
  static double tanh(double x) { return __builtin_tanh(x); }
  static double log_two_cosh(double x) {
    return __builtin_fabs(x) + __builtin_log1p(__builtin_exp(-2.0 * __builtin_fabs(x)));
  }

  static double rectified_mean(double x) { return x < -4.0 ? tail(-x) : x + __builtin_exp(-0.5 * x * x) / integral(x); }
  static double rectified_cumulant(double x) {
    return x < -4.0 ? -__builtin_log(tail(-x) - x) : 0.5 * x * x + __builtin_log(integral(x));
  }

 private:
  // Of exp(-s^2 / 2) up to x.
  static double integral(double x) {
    return __builtin_sqrt(two_pi()) * (0.5 * __builtin_erfc(-x * 0.70710678118654752440));
  }

  // 1 / (t + 2 / (t + 3 / (t + ...))), see rectified_tail.
  static double tail(double t) {
    double rest = 0.0;
    for (int n = 100; n > 1; --n) rest = n / (t + rest);
    return 1.0 / (t + rest);
  }
};

namespace detail {

/// A layer with the inputs and states of all its units in memory.
template <class Units>
struct EnumeratedLayer {
  typename Units::template Layer<double> layer;
  Vector<double, Units::size> input, state;
  Vector<uint32_t, Units::size> state_of, step;  // which of its states each site is in, and 1 or -1 to the next

  void start_input() {
    for (Block block : Blocks<Units>()) detail::start_input(layer, block, input.values + block.first);
  }
  void set_mean() {
    for (Block block : Blocks<Units>()) layer.mean(block, input.values + block.first, state.values + block.first);
  }
  double energy() const { return layer.energy(state.values); }
  double cumulant() const {
    double sum = 0.0;
    for (Block block : Blocks<Units>()) sum += layer.cumulant(block, input.values + block.first);
    return sum;
  }

  /// How many states there are, infinitely many of real units.
  static double states() {
    double number = Units::is_real ? __builtin_huge_val() : 1.0;
    for (size_t site = 0; site < Units::sites; ++site) number *= static_cast<double>(Units::states(site));
    return number;
  }

  /// Calls visit() in each state, in the order of a reflected Gray code: one site moves, from each end of its states
  /// back to the other, and when it is at an end the next site does. Before that on_change(unit, change) for each unit
  /// that changes, at first from 0.
  template <class OnChange, class Visit>
  void each_state(const OnChange& on_change, const Visit& visit) {
    const auto move_to = [&](size_t site, uint32_t k) {
      state_of[site] = k;
      for (size_t u = 0; u < Units::units(site); ++u) {
        const size_t unit = Units::first_unit(site) + u;
        const double change = Units::value(site, k, u) - state[unit];
        state[unit] += change;
        if (!equal(change, 0.0)) on_change(unit, change);
      }
    };
    state.fill(0.0);
    step.fill(1);
    for (size_t site = 0; site < Units::sites; ++site) move_to(site, 0);
    visit();
    for (size_t site = 0; site < Units::sites;) {
      const uint32_t next = state_of[site] + step[site];
      if (next < Units::states(site)) {
        move_to(site, next);
        visit();
        site = 0;
      } else {
        step[site] = 0u - step[site];
        ++site;
      }
    }
  }
};

/// Adds exp(x) and its square for many x, divided by those of the largest so far, so that nothing overflows.
struct SumOfExponentials {
  double largest, sum, squares;  // at first -infinity, 0, 0

  void add(double x) {
    const double shrink = x > largest ? Arithmetic<double>::exp(largest - x) : 1.0,
                 term = x > largest ? 1.0 : Arithmetic<double>::exp(x - largest);
    sum = sum * shrink + term;
    squares = squares * (shrink * shrink) + term * term;
    largest = x > largest ? x : largest;
  }
};

}  // namespace detail

}  // namespace rbm

#endif  // RBM_EVALUATION_ENUMERATION_HPP
