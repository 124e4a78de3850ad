// Real units that were seen with noise, in every number type: the posterior of a normal unit is
//   mean = value + (variance x - value) / (1 + variance / noise), variance / (1 + variance / noise).
// SPDX-License-Identifier: MIT

#include "../rbm/layers/evidence.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "../rbm/rbm.hpp"
#include "support/statistics.hpp"

namespace {

using rbm::Gaussian;
using rbm::Status;

template <int FractionBits>
using Number16 = rbm::Fixed<int16_t, FractionBits>;

const float noises[] = {0.0f, 1e-6f, 1e-4f, 0.001f, 0.01f, 0.1f, 1.0f, 10.0f, 100.0f};

/// A number type as reals: its step, its ends, and how far a mean may be off.
template <class Number>
struct Format {
  static double step() { return std::ldexp(1.0, -Number::fraction_bits); }
  static double least() { return double(Number::lowest()); }
  static double most() { return double(Number::highest()); }
  static double tolerance(double) { return 0.51 * step(); }
};

template <>
struct Format<float> {
  static double step() { return 0; }
  static double least() { return -1e15; }
  static double most() { return 1e15; }
  static double tolerance(double size) { return 4e-7 * size; }
};

/// Mean and variance of a normal variable that is rounded to steps and held within a range.
struct Rounded {
  double mean, variance;

  Rounded(double about, double square, double step, double least, double most) : mean(about), variance(square) {
    if (step == 0) return;
    const double deviation = std::sqrt(square);
    const auto below = [&](double x) { return 0.5 * std::erfc((about - x) / (deviation * std::sqrt(2.0))); };
    const double first = std::max(least, std::floor((about - 9 * deviation) / step) * step);
    const double last = std::min(most, std::ceil((about + 9 * deviation) / step) * step);
    double sum = 0, squares = 0;
    for (double x = first; x <= last; x += step) {
      const double p = (x == most ? 1 : below(x + step / 2)) - (x == least ? 0 : below(x - step / 2));
      sum += p * (x - about);
      squares += p * (x - about) * (x - about);
    }
    mean = about + sum;
    variance = squares - sum * sum;
  }
};

template <class Number>
struct Unit {
  typedef typename rbm::Arithmetic<Number>::Sum Sum;

  typename Gaussian<1>::Layer<Number> layer;
  typename Gaussian<1>::Evidence<Number> evidence;
  Sum x;
  double exact_mean, exact_variance;

  // False where the value is none of the numbers.
  bool set(double variance, double input, double value, float noise) {
    layer.clear();
    layer.variance[0] = Number(static_cast<float>(variance));
    x = Sum(static_cast<float>(input));
    const Number seen(static_cast<float>(value));
    evidence.forget();
    CHECK(evidence.observe(0, seen, noise) == Status::ok);
    const double width = double(layer.variance[0]), before = width * double(x);
    const double shrink = noise == 0.0f ? 0 : 1 / (1 + width / double(noise));
    exact_mean = std::min(std::max(double(seen) + (before - double(seen)) * shrink, Format<Number>::least()),
                          Format<Number>::most());
    exact_variance = width * shrink;
    return width > 0;
  }

  Number mean() const {
    Sum input = x;
    Number s;
    evidence.mean(rbm::Block{0, 1}, layer, &input, &s);
    return s;
  }

  Number sample(rbm::Xorshift32& rng) const {
    Sum input = x;
    Number s;
    evidence.sample(rbm::Block{0, 1}, layer, &input, &s, rng);
    return s;
  }
};

template <class Number>
void check_means() {
  const double range = std::min(Format<Number>::most(), 20000.0);
  double worst = 0;
  for (float noise : noises) {
    for (double variance : {0.0001, 0.004, 0.06, 0.4, 0.99, 1.7, 30.0, 9000.0}) {
      for (double value : {0.0, 0.01, -0.7, 1.5, -0.3 * range, range, -range}) {
        for (double input : {0.0, 0.3, -0.8, 2.5, -40.0, 20000.0, -60000.0}) {
          Unit<Number> unit;
          if (!unit.set(variance, input, value, noise)) continue;
          const double off = std::fabs(double(unit.mean()) - unit.exact_mean);
          const double size = std::fabs(double(unit.evidence.value[0])) + std::fabs(unit.exact_mean) + 1e-3;
          worst = std::max(worst, off / Format<Number>::tolerance(size));
        }
      }
    }
  }
  CHECK(worst <= 1);
}

// Means and variances of draws beyond 5.5 standard errors, one in 2.6e7: less than one in 10^4 for all together. The
// deviation of integers is rounded down, to 2^-4 of a step at most where a step is 2^-14.
template <class Number>
void check_samples() {
  rbm::Xorshift32 rng(1);
  for (float noise : noises) {
    for (double variance : {0.004, 0.4, 1.7}) {
      for (double value : {0.3, -1.1}) {
        Unit<Number> unit;
        if (!unit.set(variance, 0.5, value, noise)) continue;
        CAPTURE(noise);
        CAPTURE(variance);
        CAPTURE(value);
        if (noise == 0.0f) {
          CHECK(unit.sample(rng) == unit.evidence.value[0]);
          continue;
        }
        const double step = Format<Number>::step();
        const Rounded exact(unit.exact_mean, unit.exact_variance, step, Format<Number>::least(),
                            Format<Number>::most());
        Average average, squares;
        for (int draw = 0; draw < 10000; ++draw) {
          const double apart = double(unit.sample(rng)) - exact.mean;
          average.add(apart);
          squares.add(apart * apart);
        }
        const double deviation = std::sqrt(unit.exact_variance);
        CHECK(std::fabs(average.mean) <= 5.5 * average.standard_error() + 0.01 * step);
        CHECK(std::fabs(squares.mean - exact.variance) <=
              5.5 * squares.standard_error() + step * (deviation / 8 + 0.01 * step));
      }
    }
  }
}

template <class Number>
void check_type() {
  SUBCASE("means") { check_means<Number>(); }
  SUBCASE("samples") { check_samples<Number>(); }
}

}  // namespace

TEST_CASE_TEMPLATE("real units seen with noise of any variance have the exact posterior", Number, float, Number16<1>,
                   Number16<3>, Number16<5>, Number16<8>, Number16<11>, Number16<12>, Number16<14>) {
  check_type<Number>();
}

TEST_CASE_TEMPLATE("denoising with little noise gives back what was seen", Number, float, Number16<3>, Number16<8>,
                   Number16<11>, Number16<14>) {
  typedef rbm::Rbm<Gaussian<2>, rbm::Bernoulli<2>, Number> Model;
  Model model;
  rbm::Xorshift32 rng(2);
  rbm::initialize(model, rng);
  const typename Model::VisibleState noisy = {{Number(1.5f), Number(-0.75f)}};
  rbm::Posterior<Model> posterior;
  for (float noise : {0.0f, 1e-18f, 1e-6f, 1e-4f, 0.001f, 0.01f}) {
    REQUIRE(rbm::denoise(model, noisy, noise, 5, 200, posterior, rng) == Status::ok);
    for (size_t i = 0; i < 2; ++i) {
      const double left = 1.03 * double(noise) + Format<Number>::step();
      CHECK(std::fabs(double(posterior.mean[i]) - double(noisy[i])) <= 2 * left);
    }
  }
}

TEST_CASE("a precision at the ends of the floats makes no other than the nearest posterior") {
  typedef Number16<11> Number;
  Unit<Number> unit;
  unit.set(1.0, 0.5, 1.5, 1.0f);
  for (float precision : {0.0f, 1e-45f, 1e-39f, 1.2e-38f, 1e-20f}) {
    unit.evidence.precision[0] = precision;
    CHECK(double(unit.mean()) == 0.5);
  }
  for (float precision : {1e12f, 1e20f, 1e30f, 3.4e38f, std::numeric_limits<float>::infinity()}) {
    unit.evidence.precision[0] = precision;
    CHECK(double(unit.mean()) == 1.5);
    rbm::Xorshift32 rng(3);
    CHECK(double(unit.sample(rng)) == 1.5);
  }
  unit.x = rbm::Arithmetic<Number>::Sum::lowest();  // the input at the end of its range, and a variance of one step
  unit.layer.variance[0] = Number::from_raw(1);
  unit.evidence.precision[0] = 1e20f;
  CHECK(double(unit.mean()) == 1.5);
}

TEST_CASE("posteriors of float are right at the largest values and precisions") {
  Unit<float> unit = {};
  for (double value : {1e6, -3e5, 2.0}) {
    CHECK(unit.set(1e4, 0.5, value, 1e-18f));
    CHECK(double(unit.mean()) == doctest::Approx(value).epsilon(1e-6));
    CHECK(unit.set(1e-4, 0.5, value, 3e38f));
    CHECK(double(unit.mean()) == doctest::Approx(0.5e-4).epsilon(1e-6));
  }
}

TEST_CASE("draws of float given evidence are the mean, and a normal draw times the deviation") {
  typedef rbm::Arithmetic<float> Ops;
  rbm::Xorshift32 rng(5), same(5);
  for (float variance : {0.01f, 1.0f, 50.0f}) {
    for (float precision : {0.0f, 0.02f, 1.0f, 400.0f}) {
      const double deviation = std::sqrt(1 / (1 / double(variance) + double(precision)));
      const double drawn = double(Ops::sample_observed(variance, 3.0f, -2.0f, precision, rng));
      const double mean = double(Ops::mean_observed(variance, 3.0f, -2.0f, precision));
      CHECK(mean == doctest::Approx(deviation * deviation * (3 - 2 * double(precision))).epsilon(1e-5));
      CHECK(drawn - mean == doctest::Approx(deviation * double(rbm::normal(same))).epsilon(1e-4));
    }
  }
}

TEST_CASE("inputs at the ends of what integers hold give means at the ends, whatever was seen with much noise") {
  Unit<rbm::Fixed<int16_t, 8>> unit = {};
  for (double sign : {1.0, -1.0}) {
    CHECK(unit.set(120, sign * 8e6, -sign, 1e30f));
    CHECK(double(unit.mean()) * sign >= 127.99);
  }
}
