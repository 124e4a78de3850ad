// Fixed numbers and their arithmetic: every 8-bit operation, every input of the integer functions, stochastic rounding.
// SPDX-License-Identifier: MIT

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "../rbm/numbers/number.hpp"
#include "../rbm/kernels/kernels.hpp"
#include "support/crc.hpp"
#include "support/statistics.hpp"

namespace {

typedef rbm::Fixed<int8_t, 5> Number8;
typedef rbm::Fixed<int16_t, 12> Number16;

double held(double x, double least, double most) { return x < least ? least : x > most ? most : x; }
double exact_sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
double exact_softplus(double x) { return (x > 0 ? x : 0) + std::log1p(std::exp(-std::fabs(x))); }

// The largest error of the probability of a unit with any input, and whether it ever falls where the input rises.
struct Errors {
  double chance = 0, mean = 0, softplus = 0, spin = 0;
  bool monotone = true, drawn = true;
};

// Of all draws as many are on as the chance says: those below it.
template <class Arithmetic, int Slope>
bool are_draws_right(typename Arithmetic::Sum x) {
  const uint32_t chance = static_cast<uint32_t>(Arithmetic::template probability<Slope>(x.raw)),
                 all = 1u << Arithmetic::probability_bits;
  typedef typename Arithmetic::Draw Draw;
  return (chance == 0 || Arithmetic::template is_on<Slope>(x.raw, static_cast<Draw>(chance - 1))) &&
         (chance == all || !Arithmetic::template is_on<Slope>(x.raw, static_cast<Draw>(chance)));
}

template <class Scalar>
Errors errors_of_units(int32_t first, int32_t last) {
  typedef rbm::Arithmetic<Scalar> A;
  typedef typename A::Sum Sum;
  Errors errors;
  double before = -1;
  const double whole = std::ldexp(1.0, int{A::probability_bits}),
               half_step = std::ldexp(0.5, -int{Scalar::fraction_bits});
  for (int64_t raw = first; raw <= last; ++raw) {
    const Sum x = Sum::from_raw(static_cast<typename Sum::Integer>(raw));
    const double exact = double(x), p = exact_sigmoid(exact);
    const double chance = double(A::template probability<1>(x.raw)) / whole;
    errors.monotone = errors.monotone && chance >= before - (A::is_8_bit ? 0 : 4 / 65536.0);  // roundings of 2^-16
    before = chance;
    errors.drawn = errors.drawn && are_draws_right<A, 1>(x) && are_draws_right<A, 2>(x);
    errors.chance = std::max(errors.chance, std::fabs(chance - p));
    errors.chance = std::max(errors.chance,
                             std::fabs(double(A::template probability<2>(x.raw)) / whole - exact_sigmoid(2 * exact)));
    errors.mean = std::max(errors.mean, std::fabs(double(A::sigmoid(x)) - p) - half_step);
    errors.spin = std::max(errors.spin, std::fabs(double(A::tanh(x)) - std::tanh(exact)) - half_step);
    errors.softplus = std::max(errors.softplus, std::fabs(double(A::softplus(x)) - exact_softplus(exact)));
    const double cosh = std::fabs(exact) + std::log1p(std::exp(-2 * std::fabs(exact)));
    errors.softplus = std::max(errors.softplus, std::fabs(double(A::log_two_cosh(x)) - cosh));
  }
  return errors;
}

template <class Scalar>
void check_units_of_8_bits() {
  const Errors errors = errors_of_units<Scalar>(-32768, 32767);  // every sum
  CHECK(errors.monotone);
  CHECK(errors.drawn);
  CHECK(errors.chance <= 0.005);
  CHECK(errors.mean <= 0.005);
  CHECK(errors.spin <= 0.01);
  CHECK(errors.softplus <= 0.0021);
}

// Every sum up to +-20, beyond which nothing changes; then far ones.
template <class Scalar>
void check_units_of_16_bits() {
  typedef typename rbm::Arithmetic<Scalar>::Sum Sum;
  const int32_t near = 20 * static_cast<int32_t>(Scalar::one());
  const int32_t ends[][2] = {{-near, near},
                             {Sum::lowest().raw, Sum::lowest().raw + 1000},
                             {Sum::highest().raw - 1000, Sum::highest().raw},
                             {-1000000000, -999999000},
                             {999999000, 1000000000}};
  for (const auto& range : ends) {
    const Errors errors = errors_of_units<Scalar>(range[0], range[1]);
    CHECK(errors.monotone);
    CHECK(errors.drawn);
    CHECK(errors.chance <= 0.0005);
    CHECK(errors.mean <= 0.0005);
    CHECK(errors.spin <= 0.001);
    if (range[0] == -near) CHECK(errors.softplus <= 0.0008);
  }
}

// The mean of many updates of one parameter, in steps, is the rate times the difference within its standard error; the
// ends of the range hold. False alarm: 1e-6 each.
template <class Scalar>
void check_rounding(float rate, size_t count, int difference, int start) {
  typedef rbm::Arithmetic<Scalar> A;
  typedef typename A::Sum Sum;
  rbm::Xorshift32 rng(static_cast<uint32_t>(difference * 7919 + start) * 0x9E3779B9u);
  const rbm::FixedOption setting(rate);
  Average moved;
  for (int draw = 0; draw < 100000; draw += 4) {
    const typename A::Rate steps =
        A::rate(static_cast<uint32_t>(setting.raw), count, A::template rate_bits<1, false>(), rng);
    Scalar c[4];
    Sum g[4];
    for (size_t k = 0; k < 4; ++k) {
      c[k] = Scalar::from_raw(static_cast<typename Scalar::Integer>(start));
      g[k] = Sum::from_raw(static_cast<typename Sum::Integer>(difference));
    }
    rbm::kernels::update_biases<4>(c, steps, g, 4, rng);
    for (size_t k = 0; k < 4; ++k) moved.add(double(c[k].raw) - start);
  }
  const double expected = double(setting) * difference / static_cast<double>(count);
  CAPTURE(rate);
  CAPTURE(difference);
  CAPTURE(start);
  // 8 random bits are exact for products of states off and on; for others there are steps of 2^-8, half of them here.
  const bool whole = difference % static_cast<int>(Scalar::one()) == 0;
  CHECK(std::fabs(moved.mean - expected) <= 4.9 * moved.standard_error() + (A::is_8_bit && !whole ? 1 / 512.0 : 1e-5));
}

}  // namespace

TEST_CASE("fixed numbers: every 8-bit operation is the exact one, rounded and saturated") {
  bool same = true;
  for (int a = -128; a < 128; ++a) {
    const Number8 x = Number8::from_raw(static_cast<int8_t>(a));
    same = same && Number8(float(x)) == x && double(x) == a / 32.0 && (-x).raw == held(-a, -128, 127);
    for (int b = -128; b < 128; ++b) {
      const Number8 y = Number8::from_raw(static_cast<int8_t>(b));
      same = same && (x + y).raw == held(a + b, -128, 127) && (x - y).raw == held(a - b, -128, 127);
      same = same && (x * y).raw == held(std::floor(a * b / 32.0 + 0.5), -128, 127);
      const double quotient = b == 0 ? (a > 0 ? 127 : a < 0 ? -128 : 0) : std::round(a * 32.0 / b);
      same = same && (x / y).raw == held(quotient, -128, 127);
      same = same && (x < y) == (a < b) && (x == y) == (a == b) && (x >= y) == (a >= b);
    }
  }
  CHECK(same);
}

TEST_CASE("fixed numbers: conversions round to the nearest and saturate") {
  CHECK(Number8(3).raw == 96);
  CHECK(Number8(4).raw == 127);
  CHECK(Number8(-4).raw == -128);
  CHECK(Number8(-5).raw == -128);
  CHECK(Number8(0.046875f).raw == 2);
  CHECK(Number8(-0.046875f).raw == -2);
  CHECK(Number8(0.0468f).raw == 1);
  CHECK(Number8(3.98f).raw == 127);
  CHECK(Number8(1e30f).raw == 127);
  CHECK(Number8(-std::numeric_limits<float>::infinity()).raw == -128);
  CHECK(Number8(std::numeric_limits<float>::quiet_NaN()).raw == 0);
  bool same = true;
  for (int raw = -32768; raw < 32768; ++raw) {
    const Number16 x = Number16::from_raw(static_cast<int16_t>(raw));
    same = same && Number16(float(x)) == x && rbm::Fixed<int32_t, 24>(x).raw == int64_t{raw} * 4096;
    same = same && Number8(x).raw == held(std::floor(raw / 128.0 + 0.5), -128, 127);
    same = same && Number16(rbm::Fixed<int32_t, 24>(x)) == x;
    same = same && (x * x).raw == held(std::floor(double(raw) * raw / 4096 + 0.5), -32768, 32767);
  }
  CHECK(same);
  CHECK(Number16(rbm::Fixed<int32_t, 12>(-100)).raw == -32768);
  CHECK(rbm::Fixed<int32_t, 24>(rbm::Fixed<int32_t, 12>(200)).raw == 2147483647);
  const rbm::FixedOption none(std::numeric_limits<float>::quiet_NaN()), rate(0.02f), large(1e9f);
  CHECK(none.raw == std::numeric_limits<int32_t>::min());
  CHECK(rate.raw == 335544);
  CHECK(float(large) == 127.0f);
}

TEST_CASE("8 bits: sigmoid within 0.005 and softplus within 0.0021 of the truth, for every input") {
  check_units_of_8_bits<Number8>();
  check_units_of_8_bits<rbm::Fixed<int8_t, 1>>();
  check_units_of_8_bits<rbm::Fixed<int8_t, 3>>();
  check_units_of_8_bits<rbm::Fixed<int8_t, 4>>();
  check_units_of_8_bits<rbm::Fixed<int8_t, 6>>();
}

TEST_CASE("16 bits: sigmoid within 0.0005 and softplus within 0.0008 of the truth, for every input") {
  check_units_of_16_bits<Number16>();
  check_units_of_16_bits<rbm::Fixed<int16_t, 3>>();
  check_units_of_16_bits<rbm::Fixed<int16_t, 11>>();
  check_units_of_16_bits<rbm::Fixed<int16_t, 14>>();
}

TEST_CASE("integer exp, log and square root: errors over their ranges") {
  double error = 0;
  for (uint32_t y = 0; y < 70000; ++y) {
    const double exact = std::exp(-double(y) / 4096), got = rbm::integer::exp_of_minus(y) / 16777216.0;
    error = std::max(error, (std::fabs(got - exact) - 1 / 16777216.0) / exact * (y < 65536 ? 1 : 0));
    if (y >= 65536) CHECK(got == 0);
  }
  CHECK(error <= 0.0002);
  error = 0;
  for (uint64_t n = 1; n < 4294967296u; n += 1 + n / 4096) {
    error = std::max(error, std::fabs(rbm::integer::log(static_cast<uint32_t>(n)) / 65536.0 - std::log(double(n))));
  }
  error = std::max(error, std::fabs(rbm::integer::log(0xFFFFFFFFu) / 65536.0 - std::log(4294967295.0)));
  CHECK(error <= 0.0002);
  CHECK(rbm::integer::log(0) == 0);
  bool right = true;
  for (uint64_t n = 0; n < 4294967296u; n += 1 + n / 512) {
    const uint64_t root = rbm::integer::sqrt(static_cast<uint32_t>(n));
    right = right && root * root <= n && (root + 1) * (root + 1) > n;
  }
  CHECK(right);
  CHECK(rbm::integer::sqrt(uint64_t{1} << 62) == uint64_t{1} << 31);
  CHECK(rbm::integer::sqrt(0xFFFFFFFFFFFFFFFFull) == 0xFFFFFFFFu);
}

TEST_CASE("integer functions have these bits on every compiler and machine") {
  Crc32 crc;
  const auto add = [&crc](int32_t raw) {
    const auto number = rbm::Fixed<int32_t, 12>::from_raw(raw);
    crc.add(&number, 1);
  };
  for (int32_t raw = -70000; raw <= 70000; raw += 7) {
    const rbm::Arithmetic<Number8>::Sum narrow = rbm::Arithmetic<Number8>::Sum::from_raw(static_cast<int16_t>(raw / 4));
    const rbm::Arithmetic<Number16>::Sum x = rbm::Arithmetic<Number16>::Sum::from_raw(raw);
    add(rbm::Arithmetic<Number8>::softplus(narrow).raw);
    add(rbm::Arithmetic<Number8>::sigmoid(narrow).raw);
    add(rbm::Arithmetic<Number16>::softplus(x).raw);
    add(rbm::Arithmetic<Number16>::log_two_cosh(x).raw);
    add(static_cast<int32_t>(rbm::Arithmetic<Number16>::template probability<1>(x.raw)));
    add(rbm::integer::exp_of_minus(static_cast<uint32_t>(raw < 0 ? -raw : raw)));
    add(rbm::integer::log(static_cast<uint32_t>(raw) * 50021u));
  }
  for (uint16_t y = 0; y < 400; ++y) add(rbm::integer::sigmoid_tail8(y));
  CHECK(crc.value() == 3239799524u);
}

TEST_CASE("exp, log and square root of Q12: a step from the truth, or 0.03 %") {
  typedef rbm::Arithmetic<Number16> Ops;
  typedef Ops::Energy Energy;
  const auto near = [](Energy got, double exact) {
    return std::fabs(double(got) - exact) <= 1.01 / 4096 + 0.0003 * std::fabs(exact);
  };
  bool exp_is_right = true, log_is_right = true, sqrt_is_right = true;
  for (int32_t raw = -80000; raw <= 36000; ++raw) {  // e^x near the largest number; of larger x what is left is coarse
    const Energy x = Energy::from_raw(raw);
    const double exact = std::exp(double(x));
    exp_is_right =
        exp_is_right && std::fabs(double(Ops::exp(x)) - exact) <= 0.0003 * exact + (raw > 0 ? exact * exact : 1) / 4096;
  }
  for (int64_t raw = 1; raw < 2147483648; raw += 1 + raw / 1024) {
    const Energy x = Energy::from_raw(static_cast<int32_t>(raw));
    log_is_right = log_is_right && near(Ops::log(x), std::log(double(x)));
    const double root = std::sqrt(double(x)), got = double(Ops::sqrt(x));
    sqrt_is_right = sqrt_is_right && got <= root && got > root - 1.0 / 4096;
  }
  CHECK(exp_is_right);
  CHECK(log_is_right);
  CHECK(sqrt_is_right);
  CHECK(Ops::exp(Energy(0)) == Energy(1));
  CHECK(Ops::log(Energy(1)) == Energy(0));
  CHECK(Ops::log(Energy(0)) == Energy::lowest());
  CHECK(Ops::log(Energy(-1)) == Energy::lowest());
  CHECK(Ops::sqrt(Energy(0)) == Energy(0));
  CHECK(Ops::sqrt(Energy(-1)) == Energy(0));
}

TEST_CASE("16 bits: means of changes are rounded, halves away from zero, and saturate") {
  typedef rbm::Arithmetic<Number16> Ops;
  bool same = true;
  for (size_t count : {1u, 2u, 3u, 4u, 7u, 100u, 65535u}) {
    for (int32_t raw = -600000; raw <= 600000; raw += 37) {
      const double exact = std::round(raw * 4096.0 / static_cast<double>(count));
      same = same && Ops::change_of(Ops::Sum::from_raw(raw), count).raw == held(exact, -2147483648.0, 2147483647.0);
    }
  }
  CHECK(same);
}

TEST_CASE("integers: a number as a sum is as near as it can be, and infinite only where it is") {
  typedef rbm::Arithmetic<Number8> Ops;
  CHECK(Ops::to_sum(1.53125f) == Ops::Sum(1.53125f));
  for (float sign : {1.0f, -1.0f}) {
    const Ops::Sum large = Ops::to_sum(sign * 1e9f),
                   infinite = Ops::to_sum(sign * std::numeric_limits<float>::infinity());
    CHECK(Ops::is_finite(large));
    CHECK(double(large) * double(sign) > 1023);
    CHECK_FALSE(Ops::is_finite(infinite));
    CHECK(double(infinite) * double(sign) > 1023);
  }
}

TEST_CASE("integers: parameters that are moved saturate") {
  typedef rbm::Arithmetic<Number16> Ops;
  CHECK(Ops::moved_by(Number16(1), Number16(0.5f)) == Number16(1.5f));
  CHECK(Ops::moved_by(Number16(1), Number16(-0.5f)) == Number16(0.5f));
  CHECK(Ops::moved_by(Number16(7.5f), Number16(1)) == Number16::highest());
}

TEST_CASE("16 bits: a sum times any state, for energies") {
  typedef rbm::Arithmetic<Number16> Ops;
  for (float state : {0.0f, 1.0f, -1.0f, 2.0f, 0.5f, -3.25f}) {
    for (float sum : {0.0f, 1.0f, -1.5f, 300.25f}) {
      CHECK(Ops::scale(Number16(state), Ops::Sum(sum)) == Ops::Energy(state * sum));
    }
  }
}

TEST_CASE("integers: what is certainly off is never chosen, also from the ends of the range") {
  typedef rbm::Arithmetic<Number8> Ops;
  struct Word {
    uint32_t word;
    uint32_t operator()() { return word; }
  };
  for (float other : {-900.0f, 0.0f, 900.0f}) {
    const Ops::Sum last = Ops::Sum(other), x[4] = {-Ops::infinity(), last, -Ops::infinity(), last};
    Number8 s[4];
    Word least = {0}, middle = {0x7FFFFFFFu}, above = {0x80000000u}, most = {0xFFFFFFFFu};
    CHECK(Ops::sample_categorical<4>(x, s, least) == 1);
    CHECK(Ops::sample_categorical<4>(x, s, middle) == 1);
    CHECK(Ops::sample_categorical<4>(x, s, above) == 3);
    CHECK(Ops::sample_categorical<4>(x, s, most) == 3);
    Ops::softmax<4>(x, s);
    CHECK(s[0] == Number8(0));
    CHECK(s[1] == Number8(0.5f));
  }
}

// What `rate` says of a factor and a shift. Its mean is the setting over the count, if that has so few bits. False
// alarm: 1e-6 each.
TEST_CASE("16 bits: a rate has so many bits and shifts by 28 at most, for every setting and count") {
  typedef rbm::Arithmetic<Number16> Ops;
  rbm::Xorshift32 rng(0x9E3779B9u);
  bool few_bits = true, little_shift = true, as_many_bits = true;
  for (uint32_t setting : {1u, 2u, 1000u, 335544u, 16777216u, 251658240u, 2130706432u}) {
    for (size_t count : {size_t{1}, size_t{2}, size_t{3}, size_t{100}, size_t{8000}}) {
      for (int bits : {4, 8, 12}) {
        Average factors;
        for (int draw = 0; draw < 4000; ++draw) {
          const Ops::Rate rate = Ops::rate(setting, count, bits, rng);
          few_bits = few_bits && rate.factor >= 0 && rate.factor <= 1 << bits;
          little_shift = little_shift && rate.shift <= 28;
          as_many_bits = as_many_bits && (rate.shift == 28 || rate.factor >= 1 << (bits - 2));
          factors.add(std::ldexp(double(rate.factor), -rate.shift));
        }
        const double exact = held(std::ldexp(double(setting), -24) / static_cast<double>(count), 0, (1 << bits) - 1);
        CHECK(std::fabs(factors.mean - exact) <= 4.9 * factors.standard_error() + 1e-6 * exact + 1e-13);
      }
    }
  }
  CHECK(Ops::rate(uint32_t{1} << 24, 1, 12, rng).factor == 1 << 11);  // what has room is exact
  CHECK(few_bits);
  CHECK(little_shift);
  CHECK(as_many_bits);
}

TEST_CASE("8 bits: a rate that has no room is the largest one") {
  typedef rbm::Arithmetic<Number8> Ops;
  rbm::Xorshift32 rng(8);
  for (float rate : {40.0f, 100.0f, 127.0f}) {
    const rbm::FixedOption setting(rate);
    CHECK(Ops::rate(static_cast<uint32_t>(setting.raw), 1, Ops::rate_bits<1, false>(), rng) == 0x7F00);
  }
}

TEST_CASE("draws are cut from words, the lowest bits first") {
  struct Words {
    uint32_t next;
    uint32_t operator()() { return next += 0x01010101u; }
  } words = {0x03020100u};
  alignas(4) uint8_t bytes[6];
  rbm::integer::draw<6>(bytes, 6, words);
  const uint8_t expected[6] = {1, 2, 3, 4, 2, 3};
  for (size_t i = 0; i < 6; ++i) CHECK(bytes[i] == expected[i]);
  alignas(4) uint16_t halves[3];
  rbm::integer::draw<3>(halves, 3, words);
  CHECK(halves[0] == 0x0403);
  CHECK(halves[1] == 0x0605);
  CHECK(halves[2] == 0x0504);
}

TEST_CASE("the mean of 100 000 stochastic roundings of an update is the update" * doctest::test_suite("sampling")) {
  for (float rate : {0.02f, 0.0007f, 0.9f}) {
    for (int difference : {32, -32, 64, 5}) {
      check_rounding<Number8>(rate, 1, difference, 3);
      check_rounding<rbm::Fixed<int8_t, 6>>(rate, 3, 2 * difference, -10);
      check_rounding<Number8>(rate, 2, difference, 0);
    }
    for (int difference : {4096, -4096, 1234, -7, 1}) {
      check_rounding<Number16>(rate, 1, difference, 100);
      check_rounding<Number16>(rate, 3, difference, -9);
    }
  }
  // The least rate that there is, shared by many samples.
  check_rounding<Number16>(6e-8f, 8000, 4096, 5);
  check_rounding<Number16>(6e-8f, 1, 4096, 5);
  // At both ends, towards the middle; and away from it nothing moves.
  check_rounding<Number8>(0.02f, 1, -32, 127);
  check_rounding<Number8>(0.02f, 1, 32, -128);
  check_rounding<Number16>(0.0001f, 1, -300, 32767);
  check_rounding<Number16>(0.0001f, 1, 300, -32768);
  rbm::Xorshift32 rng(1);
  Number8 c[2] = {Number8::highest(), Number8::lowest()};
  const rbm::Arithmetic<Number8>::Sum g[2] = {rbm::Arithmetic<Number8>::Sum(1), rbm::Arithmetic<Number8>::Sum(-1)};
  for (int k = 0; k < 1000; ++k) rbm::kernels::update_biases<2>(c, int16_t{300}, g, 2, rng);
  CHECK(c[0] == Number8::highest());
  CHECK(c[1] == Number8::lowest());
}

TEST_CASE("integer normal draws are normal") {  // false alarm: 1e-6
  rbm::Xorshift32 rng(0x9E3779B9u);
  const int bins = 32, draws = 400000;
  std::vector<double> counts(bins, 0), expected(bins);
  const auto below = [](double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); };
  const auto edge = [&](int b) { return -4.0 + 8.0 * b / bins; };
  for (int b = 0; b < bins; ++b) {
    const double low = b == 0 ? 0 : below(edge(b) - 0.5 / 4096),
                 high = b == bins - 1 ? 1 : below(edge(b + 1) - 0.5 / 4096);
    expected[static_cast<size_t>(b)] = draws * (high - low);
  }
  Average values, squares;
  for (int draw = 0; draw < draws; ++draw) {
    const double x = rbm::integer::normal(rng) / 4096.0;
    values.add(x);
    squares.add(x * x);
    counts[static_cast<size_t>(held(std::floor((x + 4) / 8 * bins), 0, bins - 1))] += 1;
  }
  CHECK(chi_square(counts, expected) < chi_square_limit(bins - 1, 4.75));
  CHECK(std::fabs(values.mean) < 4.9 * values.standard_error());
  CHECK(std::fabs(squares.mean - 1) < 4.9 * squares.standard_error());
}

TEST_CASE("sums of integers are exact where states are whole, with or without multiplication") {
  rbm::Xorshift32 rng(5);
  typedef rbm::Arithmetic<Number8> A;
  bool same = true;
  for (int round = 0; round < 2000; ++round) {
    Number8 weights[3 * 37], h[37], v[3];
    for (Number8& w : weights) w = Number8::from_raw(static_cast<int8_t>(rng() & 255u));
    const bool whole = round % 2 == 0;
    for (Number8& s : h)
      s = whole ? Number8(static_cast<int>(rng() % 3u) - 1) : Number8::from_raw(static_cast<int8_t>(rng() % 65u - 32u));
    for (Number8& s : v)
      s = whole ? Number8(static_cast<int>(rng() % 3u) - 1) : Number8::from_raw(static_cast<int8_t>(rng() % 65u - 32u));
    A::Sum rows[3] = {A::Sum(1), A::Sum(2), A::Sum(3)}, columns[37];
    for (A::Sum& x : columns) x = A::Sum(0);
    rbm::kernels::dot_rows<37>(weights, h, 3, rows);
    rbm::kernels::accumulate<3, 37>(weights, v, 37, columns);
    for (size_t i = 0; i < 3; ++i) {
      double sum = 32.0 * double(i + 1);
      for (size_t j = 0; j < 37; ++j) sum += std::floor(double(weights[i * 37 + j].raw) * h[j].raw / 32 + 0.5);
      same = same && rows[i].raw == sum;
    }
    for (size_t j = 0; j < 37; ++j) {
      double sum = 0;
      for (size_t i = 0; i < 3; ++i) sum += std::floor(double(weights[i * 37 + j].raw) * v[i].raw / 32 + 0.5);
      same = same && columns[j].raw == sum;
    }
  }
  CHECK(same);
}
