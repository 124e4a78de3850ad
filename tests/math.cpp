// SPDX-License-Identifier: MIT

#include "../rbm/math.hpp"

#include <doctest/doctest.h>

#include <limits>

#include "support/ulp.hpp"

namespace {

typedef std::numeric_limits<float> Float;

// The largest error over all exponents and both signs, 1024 mantissas each, the smallest and largest among them.
double largest_error(float (*fast)(float), long double (*exact)(long double)) {
  double largest = 0;
  for (uint32_t top = 0; top < 512; ++top) {  // sign and exponent; 255 and 511 hold the infinities and NaNs
    for (uint32_t part = 0; part < 1024; ++part) {
      const uint32_t mantissa = part == 1023 ? 0x7FFFFFu : (part * 8191u) & 0x7FFFFFu;
      const float x = rbm::from_bits((top << 23) | mantissa);
      const double error = ulps(fast(x), exact(static_cast<long double>(x)));
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

TEST_CASE("is_finite") {
  CHECK(rbm::is_finite(0.0f));
  CHECK(rbm::is_finite(-Float::max()));
  CHECK(rbm::is_finite(Float::denorm_min()));
  CHECK_FALSE(rbm::is_finite(Float::infinity()));
  CHECK_FALSE(rbm::is_finite(-Float::infinity()));
  CHECK_FALSE(rbm::is_finite(Float::quiet_NaN()));
}
