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

#endif  // RBM_TESTS_ULP_HPP
