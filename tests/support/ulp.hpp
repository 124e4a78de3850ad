// How far a float is from the exact value, in units in the last place, and the exact functions of rbm/math.hpp.
// SPDX-License-Identifier: MIT

#ifndef RBM_TESTS_ULP_HPP
#define RBM_TESTS_ULP_HPP

#include <cmath>
#include <limits>

namespace exact {

template <class Real>
Real exp(Real x) {
  return std::exp(x);
}
template <class Real>
Real log(Real x) {
  return std::log(x);
}
template <class Real>
Real log1p(Real x) {
  return std::log1p(x);
}
template <class Real>
Real sigmoid(Real x) {
  return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x));
}
template <class Real>
Real softplus(Real x) {
  return (x > 0 ? x : 0) + std::log1p(std::exp(x > 0 ? -x : x));
}
template <class Real>
Real sqrt(Real x) {
  return std::sqrt(x);
}
template <class Real>
Real tanh(Real x) {
  return std::tanh(x);
}
template <class Real>
Real log_two_cosh(Real x) {
  return std::fabs(x) + std::log1p(std::exp(-2 * std::fabs(x)));
}

/// The normal density over the distribution's tail beyond t, less t, for t >= 0. From erfc where t is small, above that
/// by Laplace's continued fraction 1 / (t + 2 / (t + 3 / (t + ...))), in which nothing cancels.
template <class Real>
Real rectified_tail(Real t) {
  const Real root_half = static_cast<Real>(0.707106781186547524401L);
  const Real root_two_over_pi = static_cast<Real>(0.797884560802865355880L);
  if (t < 2) return root_two_over_pi * std::exp(-t * t / 2) / std::erfc(t * root_half) - t;
  Real rest = t;
  for (Real n = std::floor(8 + 200 / (t * t)); n >= 2; n -= 1) rest = t + n / rest;
  return 1 / rest;
}

/// The normal distribution, of which the tails are exact in proportion.
template <class Real>
Real normal_below(Real x) {
  return std::erfc(-x * static_cast<Real>(0.707106781186547524401L)) / 2;
}

template <class Real>
Real rectified_mean(Real x) {
  const Real density_at_zero = static_cast<Real>(0.398942280401432677940L);
  return x < 0 ? rectified_tail(-x) : x + density_at_zero * std::exp(-x * x / 2) / normal_below(x);
}
template <class Real>
Real rectified_cumulant(Real x) {
  const Real log_root_two_pi = static_cast<Real>(0.918938533204672741781L);
  if (x < 0) return -std::log(rectified_tail(-x) - x);
  return x * x / 2 + (log_root_two_pi + std::log1p(-normal_below(-x)));
}

}  // namespace exact

/// The error of `got` in units of the exact value's last place; below 2^-126 the unit is 2^-149. Infinite where one is
/// NaN or infinite and the other is not. A value beyond the largest float by up to one unit may be given either way.
template <class Real>
double ulps(float got, Real exact) {
  const double wrong = std::numeric_limits<double>::infinity();
  const Real largest = static_cast<Real>(std::numeric_limits<float>::max());
  if (std::isnan(exact) || std::isnan(got)) return std::isnan(exact) && std::isnan(got) ? 0 : wrong;
  const Real unit_of_largest = std::ldexp(Real(1), 104);
  if (std::isinf(got)) {
    const bool beyond = std::fabs(exact) > largest - unit_of_largest && std::signbit(got) == std::signbit(exact);
    return beyond ? 0 : wrong;
  }
  if (std::fabs(exact) > largest + unit_of_largest) return wrong;
  const int exponent = exact == 0 ? -126 : std::ilogb(exact) < -126 ? -126 : std::ilogb(exact);
  return static_cast<double>(std::fabs(static_cast<Real>(got) - exact) / std::ldexp(Real(1), exponent - 23));
}

/// The same in units of the last place of no less than 1, for what passes through 0 elsewhere than at 0.
template <class Real>
double ulps_from_one(float got, Real exact) {
  if (!(std::fabs(exact) < 1) || !(std::fabs(got) < 2)) return ulps(got, exact);
  return static_cast<double>(std::fabs(static_cast<Real>(got) - exact) / std::ldexp(Real(1), -23));
}

#endif  // RBM_TESTS_ULP_HPP
