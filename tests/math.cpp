// SPDX-License-Identifier: MIT

#include "../rbm/numbers/math.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <initializer_list>
#include <limits>

#include "support/ulp.hpp"

namespace {

typedef std::numeric_limits<float> Float;

// The largest error over all exponents and both signs, 1024 mantissas each, the smallest and largest among them.
double largest_error(float (*fast)(float), long double (*exact)(long double),
                     double (*measure)(float, long double) = ulps) {
  double largest = 0;
  for (uint32_t top = 0; top < 512; ++top) {  // sign and exponent; 255 and 511 hold the infinities and NaNs
    for (uint32_t part = 0; part < 1024; ++part) {
      const uint32_t mantissa = part == 1023 ? 0x7FFFFFu : (part * 8191u) & 0x7FFFFFu;
      const float x = rbm::from_bits((top << 23) | mantissa);
      const double error = measure(fast(x), exact(static_cast<long double>(x)));
      largest = error > largest ? error : largest;
    }
  }
  return largest;
}

}  // namespace

// The limits are the errors that math.hpp states, found over all floats.
TEST_CASE("exp") {
  CHECK(largest_error(rbm::exp, exact::exp) <= 1.03);
  CHECK(rbm::exp(0.0f) == 1.0f);
  CHECK(rbm::exp(-Float::infinity()) == 0.0f);
  CHECK(rbm::exp(Float::infinity()) == Float::infinity());
  CHECK(rbm::exp(-Float::max()) == 0.0f);
  CHECK(rbm::exp(Float::max()) == Float::infinity());
  CHECK(rbm::exp(88.72283f) < Float::infinity());
  CHECK(rbm::exp(88.73f) == Float::infinity());
  CHECK(rbm::exp(-103.0f) > 0.0f);  // 1.3 times the smallest float
  CHECK(rbm::exp(Float::quiet_NaN()) != rbm::exp(Float::quiet_NaN()));
}

TEST_CASE("log") {
  CHECK(largest_error(rbm::log, exact::log) <= 0.92);
  CHECK(rbm::log(1.0f) == 0.0f);
  CHECK(rbm::log(0.0f) == -Float::infinity());
  CHECK(rbm::log(Float::infinity()) == Float::infinity());
  CHECK(rbm::log(-1.0f) != rbm::log(-1.0f));
  CHECK(rbm::log(Float::denorm_min()) == doctest::Approx(-103.27893));
}

TEST_CASE("log1p") {
  CHECK(largest_error(rbm::log1p, exact::log1p) <= 1.45);
  CHECK(rbm::log1p(0.0f) == 0.0f);
  CHECK(rbm::log1p(1e-30f) == 1e-30f);
  CHECK(rbm::log1p(-1.0f) == -Float::infinity());
  CHECK(rbm::log1p(Float::max()) == doctest::Approx(88.72284));
  CHECK(rbm::log1p(Float::infinity()) == Float::infinity());
  CHECK(rbm::log1p(-1.5f) != rbm::log1p(-1.5f));
}

TEST_CASE("sigmoid") {
  CHECK(largest_error(rbm::sigmoid, exact::sigmoid) <= 2.41);
  CHECK(rbm::sigmoid(0.0f) == 0.5f);
  CHECK(rbm::sigmoid(Float::infinity()) == 1.0f);
  CHECK(rbm::sigmoid(-Float::infinity()) == 0.0f);
  CHECK(rbm::sigmoid(1000.0f) == 1.0f);
  CHECK(rbm::sigmoid(-1000.0f) == 0.0f);
  CHECK(rbm::sigmoid(-100.0f) > 0.0f);
}

TEST_CASE("softplus") {
  CHECK(largest_error(rbm::softplus, exact::softplus) <= 2.03);
  CHECK(rbm::softplus(1000.0f) == 1000.0f);
  CHECK(rbm::softplus(-1000.0f) == 0.0f);
  CHECK(rbm::softplus(Float::max()) == Float::max());
  CHECK(rbm::softplus(-Float::max()) == 0.0f);
  CHECK(rbm::softplus(Float::infinity()) == Float::infinity());
  CHECK(rbm::softplus(-100.0f) > 0.0f);
}

TEST_CASE("sqrt") {
  CHECK(largest_error(rbm::sqrt, exact::sqrt) <= 0.77);
  CHECK(rbm::sqrt(0.0f) == 0.0f);
  CHECK(rbm::sqrt(-0.0f) == 0.0f);
  CHECK(rbm::sqrt(1.0f) == 1.0f);
  for (float root : {0.5f, 2.0f, 3.0f, 1000.0f, 4097.0f})
    CHECK(rbm::sqrt(root * root) == doctest::Approx(double(root)));
  CHECK(rbm::sqrt(Float::infinity()) == Float::infinity());
  CHECK(rbm::sqrt(Float::max()) < Float::infinity());
  CHECK(rbm::sqrt(Float::denorm_min()) > 0.0f);
  CHECK(rbm::sqrt(-1.0f) != rbm::sqrt(-1.0f));
  CHECK(rbm::sqrt(-Float::denorm_min()) != rbm::sqrt(-Float::denorm_min()));
}

TEST_CASE("tanh") {
  CHECK(largest_error(rbm::tanh, exact::tanh) <= 2.51);
  CHECK(rbm::tanh(0.0f) == 0.0f);
  CHECK(rbm::tanh(1e-30f) == 1e-30f);
  CHECK(rbm::tanh(1000.0f) == 1.0f);
  CHECK(rbm::tanh(-1000.0f) == -1.0f);
  CHECK(rbm::tanh(Float::infinity()) == 1.0f);
  CHECK(rbm::tanh(-Float::infinity()) == -1.0f);
  for (float x : {1e-20f, 0.3f, 2.0f, 8.9f}) CHECK(rbm::tanh(-x) == -rbm::tanh(x));
  CHECK(rbm::tanh(9.5f) <= 1.0f);
  CHECK(rbm::tanh(Float::quiet_NaN()) != rbm::tanh(Float::quiet_NaN()));
}

TEST_CASE("log_two_cosh") {
  CHECK(largest_error(rbm::log_two_cosh, exact::log_two_cosh) <= 1.81);
  CHECK(rbm::log_two_cosh(0.0f) == doctest::Approx(std::log(2.0)));
  CHECK(rbm::log_two_cosh(-1000.0f) == 1000.0f);
  CHECK(rbm::log_two_cosh(Float::max()) == Float::max());
  CHECK(rbm::log_two_cosh(-Float::infinity()) == Float::infinity());
}

TEST_CASE("rectified_mean") {
  CHECK(largest_error(rbm::rectified_mean, exact::rectified_mean) <= 8.79);
  CHECK(rbm::rectified_mean(0.0f) == doctest::Approx(0.7978845608));  // sqrt(2 / pi)
  CHECK(rbm::rectified_mean(-0.0f) == rbm::rectified_mean(0.0f));
  CHECK(rbm::rectified_mean(1000.0f) == 1000.0f);
  CHECK(rbm::rectified_mean(-1e4f) == doctest::Approx(1e-4).epsilon(1e-6));
  CHECK(rbm::rectified_mean(-Float::max()) > 0.0f);
  CHECK(rbm::rectified_mean(-Float::infinity()) == 0.0f);
  CHECK(rbm::rectified_mean(Float::infinity()) == Float::infinity());
}

TEST_CASE("rectified_cumulant") {
  CHECK(largest_error(rbm::rectified_cumulant, exact::rectified_cumulant, ulps_from_one) <= 4.98);
  CHECK(rbm::rectified_cumulant(0.0f) == doctest::Approx(std::log(std::acos(-1.0) / 2) / 2));
  CHECK(rbm::rectified_cumulant(1000.0f) == doctest::Approx(500000.92).epsilon(1e-7));
  CHECK(rbm::rectified_cumulant(-1e4f) == doctest::Approx(-std::log(1e4)).epsilon(1e-6));
  CHECK(rbm::rectified_cumulant(Float::max()) == Float::infinity());
  CHECK(rbm::rectified_cumulant(-Float::infinity()) == -Float::infinity());
}

// The exact versions, which the others are measured with, against each other and against known values.
TEST_CASE("the exact rectified functions agree where their formulas meet, and with the derivative") {
  const long double below = exact::rectified_tail(1.9999999999L), above = exact::rectified_tail(2.0000000001L);
  CHECK(std::fabs(below - above) < 1e-10L);
  CHECK(double(exact::rectified_tail(2.0L)) == doctest::Approx(0.3732155328).epsilon(1e-10));
  CHECK(double(exact::rectified_tail(1e6L)) == doctest::Approx(1e-6).epsilon(1e-10));
  for (long double x : {-50.0L, -3.0L, -1.0L, -0.1L, 0.1L, 1.0L, 7.0L}) {
    const long double step = 1e-5L;
    const long double slope = (exact::rectified_cumulant(x + step) - exact::rectified_cumulant(x - step)) / (2 * step);
    CHECK(double(slope) == doctest::Approx(double(exact::rectified_mean(x))).epsilon(1e-8));
  }
}

TEST_CASE("is_finite") {
  CHECK(rbm::is_finite(0.0f));
  CHECK(rbm::is_finite(-Float::max()));
  CHECK(rbm::is_finite(Float::denorm_min()));
  CHECK_FALSE(rbm::is_finite(Float::infinity()));
  CHECK_FALSE(rbm::is_finite(-Float::infinity()));
  CHECK_FALSE(rbm::is_finite(Float::quiet_NaN()));
  CHECK_FALSE(rbm::is_finite(rbm::from_bits(0x7F800001u)));
}
