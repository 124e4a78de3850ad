// rbm/evaluation/enumeration.hpp: a layer in double, with the inputs and states of all its units in memory.
//
// Where all units have two states, the sum over the other layer is a product of terms 1 + exp(x_j), and a change of x_j
// multiplies exp(x_j): blocks of states need no exp and no log.
// Only this header asks for the C library's functions of double, and rbm.hpp does not include it.
// SPDX-License-Identifier: MIT

#ifndef RBM_EVALUATION_ENUMERATION_HPP
#define RBM_EVALUATION_ENUMERATION_HPP

#include <stddef.h>
#include <stdint.h>

#include "../kernels/kernels.hpp"
#include "../layers/layer.hpp"
#include "../layers/states.hpp"
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
struct EnumeratedLayer : StateWalk<Units, double> {
  typename Units::template Layer<double> layer;
  Vector<double, Units::size> input;

  void start_input() {
    for (Block block : Blocks<Units>()) detail::start_input(layer, block, input.values + block.first);
  }
  void set_mean() {
    for (Block block : Blocks<Units>()) layer.mean(block, input.values + block.first, this->state.values + block.first);
  }
  double energy() const { return layer.energy(this->state.values); }
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
};

/// Whether all units are off or on, each by itself.
template <class Units>
constexpr bool has_two_states() {
  return size_t{Units::sites} == size_t{Units::size} && size_t{Units::most_states} == 2;
}

/// Whether a layer's states can be summed in blocks: five units may be lanes, and the other layer's product of terms up
/// to 2 has to be within the range of double.
template <class Units, class Other>
constexpr bool has_blocks() {
  return has_two_states<Units>() && has_two_states<Other>() && Units::size >= 6 && Units::size <= 34 &&
         Other::size <= 1000;
}

/// Sums over all states of the first units of a layer, and of all of another layer, `Other`; both of units of two
/// states. The sum over the states o and 1 of unit j is exp(o x_j) (1 + exp((1 - o) x_j)). Some states of the first
/// units are lanes that are multiplied together.
template <class Units, class Other, bool Applies>
struct BlockOfStates {
  typedef kernels::Lanes<double, 4> Vec;  // of which no register waits for another
  enum : size_t { other_size = Other::size, lanes = Vec::size };
  enum : size_t { most = size_t{Units::size} < 12 ? size_t{Units::size} : 12 };  // so that rounding errors stay small

  size_t count;  // of the units; 0 where they are too few, or their weights large
  // What a unit multiplies exp((1 - o) x_j) by as it goes on, or off; and all the rest.
  double on[most][other_size], off[most][other_size], own_on[most], own_off[most];
  double term[other_size], constant[other_size];  // exp((1 - o) x_j) and 1, both over the larger at first
  // What those units whose bit is set in a lane multiply a term by, and the rest.
  double factor[other_size][lanes], own_factor[lanes];

  /// Takes as many units as keep all products finite and above 0. weight(i, j) is that of unit i and the other's j.
  template <class Weight>
  void start(const EnumeratedLayer<Units>& layer, const Weight& weight) {
    double spread = 0.6932 * static_cast<double>(Other::size);  // of ln: at first constant + term is from 1 to 2
    for (count = 0; count < most; ++count) {
      const double change = 1.0 - Units::off(count);
      double own = change * layer.layer.bias_of(count);
      for (size_t j = 0; j < other_size; ++j) {
        const double move = change * weight(count, j), exponent = (1.0 - Other::off(j)) * move;
        own += Other::off(j) * move;
        spread += __builtin_fabs(exponent);
        on[count][j] = Arithmetic<double>::exp(exponent);
        off[count][j] = Arithmetic<double>::exp(-exponent);
      }
      spread += __builtin_fabs(own);
      own_on[count] = Arithmetic<double>::exp(own);
      own_off[count] = Arithmetic<double>::exp(-own);
      if (!(spread < 700.0)) break;
    }
    if (size_t{1} << count < lanes) count = 0;
    for (size_t u = 0, l = 1; l < lanes && count > 0; ++u, l *= 2) {
      own_factor[0] = 1.0;
      for (size_t k = 0; k < l; ++k) own_factor[l + k] = own_factor[k] * own_on[u];
      for (size_t j = 0; j < other_size; ++j) {
        factor[j][0] = 1.0;
        for (size_t k = 0; k < l; ++k) factor[j][l + k] = factor[j][k] * on[u][j];
      }
    }
  }

  /// ln of the sum, from the inputs x of the other layer where all of the block's units are off. The energy there is
  /// left out.
  double log_sum(const EnumeratedLayer<Other>& other) {
    double reference = 0.0;
    for (size_t j = 0; j < other_size; ++j) {
      const double x = (1.0 - Other::off(j)) * other.input[j], larger = x > 0.0 ? x : 0.0;
      constant[j] = Arithmetic<double>::exp(-larger);
      term[j] = Arithmetic<double>::exp(x - larger);
      reference += larger + Other::off(j) * other.input[j];
    }
    Vec own = kernels::load<Vec>(own_factor), sum = own * product();
    for (uint32_t n = 1; n < (uint32_t{1} << count) / lanes; ++n) {
      const size_t bit = static_cast<size_t>(__builtin_ctz(n)), unit = bit + static_cast<size_t>(__builtin_ctz(lanes));
      const bool goes_on = ((n ^ (n >> 1)) >> bit & 1u) != 0;
      own = own * (goes_on ? own_on[unit] : own_off[unit]);
      const double* const change = goes_on ? on[unit] : off[unit];
      for (size_t j = 0; j < other_size; ++j) term[j] *= change[j];
      sum = sum + own * product();
    }
    double sums[lanes], total = 0.0;
    kernels::store(sum, sums);
    for (const double each : sums) total += each;
    return Arithmetic<double>::log(total) + reference;
  }

 private:
  Vec product() const {
    Vec all = kernels::broadcast<Vec>(1.0);
    for (size_t j = 0; j < other_size; ++j) {
      all = all * (kernels::load<Vec>(factor[j]) * term[j] + constant[j]);
    }
    return all;
  }
};
template <class Units, class Other>
struct BlockOfStates<Units, Other, false> {
  enum : size_t { count = 0 };

  template <class Weight>
  void start(const EnumeratedLayer<Units>&, const Weight&) {}
  double log_sum(const EnumeratedLayer<Other>&) { return 0.0; }
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
