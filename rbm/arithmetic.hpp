// rbm/arithmetic.hpp: what the kernels, layers and trainers ask of a number type.
//
// Arithmetic<Scalar> names the types of what is made of parameters and states, and the operations in which number types
// differ. All else is written once, in terms of these. There are two kinds: real numbers, and integers of 8 or 16 bits.
//
// Integers draw a unit's state by comparing 8 (or 16) random bits with its probability, and round updates the same way:
// the exact change plus a random part of a step, rounded down, is right on average, so that what is far below a step is
// learned too. Draws come from words of the generator as integer::draw says.
// SPDX-License-Identifier: MIT

#ifndef RBM_ARITHMETIC_HPP
#define RBM_ARITHMETIC_HPP

#include <stddef.h>
#include <stdint.h>

#include "fixed.hpp"
#include "integer_math.hpp"
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
  typedef Real Sum;      // a unit's input
  typedef Real Wide;     // an energy, a moment of data, a temperature
  typedef Real Rate;     // what a difference of statistics is multiplied with before it is added to a parameter
  typedef Real Setting;  // an option
  typedef Real Change;   // of a parameter, before it is rounded

  struct SumOfSquares {
    Real sum;
    SumOfSquares() : sum(0) {}
    void add(Real x) { sum += x * x; }
    Real root() const { return Arithmetic<Real>::sqrt(sum); }
    bool is_finite() const { return Arithmetic<Real>::is_finite(sum); }
  };

  enum : bool {
    is_fixed = false,
    is_narrow = false,
    samples_statistics = false,
    has_real_units = true,
    has_rectified_units = true
  };

  /// Whether sums over units, and over batches, cannot overflow.
  template <size_t N, bool RealUnits>
  static constexpr bool sum_fits() {
    return true;
  }
  template <size_t Batch, bool RealUnits>
  static constexpr bool batch_fits() {
    return true;
  }

  /// A number given by the user, such as a log-likelihood ratio, as a sum.
  static Real to_sum(float x) { return static_cast<Real>(x); }
  static Real to_wide(float x) { return static_cast<Real>(x); }

  /// The least variance that a Gaussian unit starts with.
  static constexpr Real least_variance() { return static_cast<Real>(1e-4f); }

  /// sum + a b
  static Real multiply_add(Real sum, Real a, Real b) { return sum + a * b; }

  /// state times sum
  static Real scale(Real state, Real sum) { return state * sum; }

  static Real mean_of(Real sum, size_t count) { return sum * (Real(1) / static_cast<Real>(count)); }

  static Real quotient(Real sum, size_t count) { return sum / static_cast<Real>(count); }

  /// The mean of a sum of differences, as a change; and the rate times that.
  static Real change_of(Real sum, size_t count) { return sum * (Real(1) / static_cast<Real>(count)); }
  static Real rate_of(Real rate, Real sum, size_t count) { return sum * (rate * (Real(1) / static_cast<Real>(count))); }

  /// Parameters become, or move by, what was computed for them.                                    change, s [Count]
  template <size_t Count, class Rng>
  static void assign(const Real* change, Real* s, Rng&) {
    for (size_t i = 0; i < Count; ++i) s[i] = change[i];
  }
  template <size_t Count, class Rng>
  static void add(const Real* change, Real* s, Rng&) {
    for (size_t i = 0; i < Count; ++i) s[i] += change[i];
  }

  /// Whether the states of a group of `count` units sum to 1, but for rounding.
  static bool is_one(Real sum, size_t) { return sum > Real(0.999f) && sum < Real(1.001f); }

  /// ln sum_k exp(x_k)                                                                                          x [K]
  template <size_t K>
  static Real log_sum_exp(const Real* x) {
    const Real most = largest<K>(x);
    Real total = 0;
    for (size_t k = 0; k < K; ++k) total += Arithmetic<Real>::exp(x[k] - most);
    return most + Arithmetic<Real>::log(total);
  }

  /// s_k = exp(x_k) / sum exp(x)                                                                             x, s [K]
  template <size_t K>
  static void softmax(const Real* RBM_RESTRICT x, Real* RBM_RESTRICT s) {
    const Real most = largest<K>(x);
    Real total = 0;
    for (size_t k = 0; k < K; ++k) total += Arithmetic<Real>::exp(x[k] - most);
    for (size_t k = 0; k < K; ++k) s[k] = Arithmetic<Real>::exp(x[k] - most) / total;
  }

  /// A draw of k with these probabilities: one word of the generator. s is scratch.                          x, s [K]
  template <size_t K, class Rng>
  static size_t choose(const Real* RBM_RESTRICT x, Real* RBM_RESTRICT s, Rng& rng) {
    softmax<K>(x, s);
    // What rounding leaves of the draw after the last unit goes to the most likely one.
    float left = uniform(rng);
    size_t likeliest = 0;
    for (size_t k = 0; k < K; ++k) {
      const float p = static_cast<float>(s[k]);
      if (left < p) return k;
      left -= p;
      if (s[k] >= s[likeliest]) likeliest = k;
    }
    return likeliest;
  }

 private:
  template <size_t K>
  static Real largest(const Real* x) {
    Real most = x[0];
    for (size_t k = 1; k < K; ++k) most = x[k] > most ? x[k] : most;
    return most;
  }
};

}  // namespace detail

template <>
struct Arithmetic<float> : detail::RealArithmetic<float> {
  static bool is_finite(float x) { return rbm::is_finite(x); }
  static float infinity() { return rbm::infinity(); }
  static float two_pi() { return 6.28318531f; }

  /// parameter + rate difference
  static float nudge(float parameter, float rate, float difference) { return parameter + rate * difference; }

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

  /// 1 with probability p, else 0: one word of the generator. p counts in steps of 2^-23.
  template <class Rng>
  static float bernoulli(float p, Rng& rng) {
    return uniform(rng) < p ? 1.0f : 0.0f;
  }

  /// s_i = 1 with probability sigmoid(Slope x_i), else `off`. One word of the generator a unit.
  template <size_t Count, int Slope, class Rng>
  static void turn_on(const float* RBM_RESTRICT x, float* RBM_RESTRICT s, float off, Rng& rng) {
    for (size_t i = 0; i < Count; ++i) s[i] = rbm::sigmoid(static_cast<float>(Slope) * x[i]);
    for (size_t i = 0; i < Count; ++i) s[i] = uniform(rng) < s[i] ? 1.0f : off;
  }

  /// s_i = 1 or off, with probability 1/2.
  template <size_t Count, class Rng>
  static void toss(float* s, float off, Rng& rng) {
    for (size_t i = 0; i < Count; ++i) s[i] = uniform(rng) < 0.5f ? 1.0f : off;
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

namespace detail {

constexpr int lesser(int a, int b) { return a < b ? a : b; }

/// How many bits a number has.
constexpr int bits_of(size_t n) { return n == 0 ? 0 : 1 + bits_of(n / 2); }

/// What depends on the width: 8-bit models.
template <class Integer, int F>
struct FixedWidth;

template <int F>
struct FixedWidth<int8_t, F> {
  typedef int16_t SumInteger;
  typedef uint8_t Draw;
  typedef uint16_t Chance;  // a probability in Q8
  typedef int16_t Rate;     // the rate in Q(F + 8): what moves a parameter by steps, in Q8, per unit of difference

  static_assert(F <= 6, "rbm: a Fixed<int8_t, bits> has 1 to 6 bits after the point");

  enum : int { chance_bits = 8 };

  /// Scaling: |x| in Q6, from an input of 16 bits in QF, at most 8.
  template <int Slope>
  static Chance chance(int16_t x) {
    const uint16_t most = static_cast<uint16_t>((8 / Slope) << F);
    uint16_t y = x < 0 ? static_cast<uint16_t>(0u - static_cast<uint16_t>(x)) : static_cast<uint16_t>(x);
    y = y < most ? y : most;
    const uint16_t tail = integer::sigmoid_tail8(static_cast<uint16_t>(y * (Slope << (6 - F))));
    return x < 0 ? tail : static_cast<Chance>(256u - tail);
  }

  /// The rate over the number of samples; the bits below its last are rounded stochastically, once for all parameters.
  /// Scaling: a setting in Q24 is, times 2^F, the rate in Q(F + 24), held below 2^31; of it 16 bits are rounded off.
  template <class Rng>
  static Rate rate(uint32_t setting, size_t count, int, Rng& rng) {
    const uint32_t most = 0x7FFEFFFFu >> F;
    setting = (setting < most ? setting : most) << F;
    if (count > 1) setting /= static_cast<uint32_t>(count);
    return static_cast<Rate>((setting + (static_cast<uint32_t>(rng()) & 0xFFFFu)) >> 16);
  }

  /// How many steps a parameter moves. Scaling: the rate, 15 bits, times a difference in QF, 15 bits; 8 random bits
  /// above the F that a product of states off and on does not have.
  static int32_t steps(Rate rate, int16_t difference, Draw draw) {
    const int32_t random = (static_cast<int32_t>(draw) << F) + (1 << (F - 1));
    return (static_cast<int32_t>(rate) * difference + random) >> (F + 8);
  }
};

/// 16-bit models.
template <int F>
struct FixedWidth<int16_t, F> {
  typedef int32_t SumInteger;
  typedef uint16_t Draw;
  typedef uint32_t Chance;  // a probability in Q16

  struct Rate {  // factor 2^-shift
    int32_t factor;
    uint8_t shift;
  };

  enum : int { chance_bits = 16 };

  /// Scaling: |x| in Q12, from an input of 32 bits in QF, at most 8.
  template <int Slope>
  static Chance chance(int32_t x) {
    const uint32_t most = static_cast<uint32_t>(8 / Slope) << F;
    uint32_t y = x < 0 ? 0u - static_cast<uint32_t>(x) : static_cast<uint32_t>(x);
    y = (y < most ? y : most) * Slope;
    y = F <= 12 ? y << (F <= 12 ? 12 - F : 0) : (y + (1u << (F > 12 ? F - 13 : 0))) >> (F > 12 ? F - 12 : 0);
    const uint32_t tail = integer::sigmoid_tail16(static_cast<int32_t>(y));
    return x < 0 ? tail : 65536u - tail;
  }

  /// The rate over the number of samples, as a factor of at most `bits` bits and a shift of at most 28; the bits below
  /// its last are rounded stochastically, once for all parameters.
  template <class Rng>
  static Rate rate(uint32_t setting, size_t count, int bits, Rng& rng) {
    uint32_t factor = setting;
    uint8_t shift = static_cast<uint8_t>(24);
    while (factor < 0x40000000u && factor != 0) {
      factor <<= 1;
      ++shift;
    }
    if (count > 1) factor /= static_cast<uint32_t>(count);
    while (factor < 0x40000000u && shift < 59) {  // so that at most 31 bits are taken off
      factor <<= 1;
      ++shift;
    }
    uint8_t off = static_cast<uint8_t>(31 - bits);
    while (shift - off > 28) ++off;
    const uint32_t rest = static_cast<uint32_t>(rng()) & ((uint32_t{1} << off) - 1);
    return {static_cast<int32_t>((factor + rest) >> off), static_cast<uint8_t>(shift - off)};
  }

  /// How many steps a parameter moves. Scaling: factor times difference are at most 30 bits, see rate_bits; of 16
  /// random bits as many as the shift, or where it is larger all 16 and half of what they leave.
  static int32_t steps(Rate rate, int32_t difference, Draw draw) {
    const int shift = rate.shift;
    const int32_t random = shift > 16 ? (static_cast<int32_t>(draw) << (shift - 16)) + (int32_t{1} << (shift - 17))
                                      : static_cast<int32_t>(draw) >> (16 - shift);
    return (rate.factor * difference + random) >> shift;
  }
};

}  // namespace detail

/// Integers of 8 or 16 bits that count steps of 2^-F.
///
/// Scaling: a weighted sum runs in the next wider integer, in QF too. A product of a parameter and a state is rounded
/// to QF before it is added, exactly where the state is -1, 0 or 1; sum_fits says how many terms there may be. Energies
/// and moments are 32 bits wide, in Q12.
template <class Integer, int F>
struct Arithmetic<Fixed<Integer, F>> : detail::FixedWidth<Integer, F> {
  typedef detail::FixedWidth<Integer, F> Width;
  typedef Fixed<Integer, F> Scalar;
  typedef typename Width::SumInteger SumInteger;
  typedef Fixed<SumInteger, F> Sum;
  typedef Fixed<int32_t, 12> Wide;
  typedef FixedSetting Setting;
  typedef Fixed<int32_t, 24> Change;

  /// Scaling: squares of Q24 in Q48, below 2^62 each, of which the sum saturates.
  struct SumOfSquares {
    uint64_t sum;
    SumOfSquares() : sum(0) {}
    void add(Change x) {
      const uint64_t size = x.raw < 0 ? 0u - static_cast<uint64_t>(x.raw) : static_cast<uint64_t>(x.raw);
      const uint64_t most = uint64_t{1} << 62;
      sum = sum + size * size < most ? sum + size * size : most - 1;
    }
    Change root() const { return Change::from_raw(static_cast<int32_t>(integer::sqrt(sum))); }
    bool is_finite() const { return true; }
  };

  enum : bool {
    is_fixed = true,
    is_narrow = Width::chance_bits == 8,
    samples_statistics = is_narrow,  // a mean in so few steps says little more than a draw
    has_real_units = !is_narrow,
    has_rectified_units = false
  };

  /// Whether the sum of N terms and a bias cannot overflow. A term is a parameter times a state, whose magnitude is at
  /// most 1 but of real units.
  template <size_t N, bool Real>
  static constexpr bool sum_fits() {
    return N < static_cast<uint32_t>(Sum::Traits::highest()) >> term_bits(Real);
  }

  /// How many bits a rate may have, at most 12, so that its product with a difference summed over `Batch` samples has
  /// no more than 30.
  template <size_t Batch, bool Real>
  static constexpr int rate_bits() {
    return detail::lesser(12, 29 - (Real ? term_bits(Real) : F) - detail::bits_of(Batch - 1));
  }

  /// Whether the sums over a batch cannot overflow, and leave a rate at least 4 bits.
  template <size_t Batch, bool Real>
  static constexpr bool batch_fits() {
    return is_narrow ? Batch <= (0x7FFFu >> (F + 1)) : rate_bits<Batch, Real>() >= 4;
  }

  /// An infinite sum makes a unit's state certain. It is the largest number, and no finite one is taken for it.
  static constexpr Sum infinity() { return Sum::highest(); }
  static bool is_finite(Scalar) { return true; }
  template <class Number>
  static bool is_finite(Number x) {
    return x < Number::highest() && x > -Number::highest();
  }

  static Sum to_sum(float x) {
    const Sum sum(x);
    const Sum most = Sum::from_raw(static_cast<SumInteger>(infinity().raw - 1));
    if (!rbm::is_finite(x)) return sum < Sum(0) ? -infinity() : sum;
    return sum > most ? most : sum < -most ? -most : sum;
  }
  static Wide to_wide(float x) { return Wide(x); }
  static constexpr Wide least_variance() { return Wide::from_raw(int32_t{1} << (F < 8 ? 12 - F : 4)); }
  static Wide two_pi() {
    constexpr Wide value(6.28318531f);
    return value;
  }

  /// sum + a b, rounded
  static Sum multiply_add(Sum sum, Scalar a, Scalar b) {
    const SumInteger half = SumInteger(1) << (F - 1);
    return plus(sum, static_cast<SumInteger>((static_cast<SumInteger>(a.raw) * b.raw + half) >> F));
  }

  /// sum + x and sum - x
  static Sum add(Sum sum, Scalar x) { return plus(sum, x.raw); }
  static Sum subtract(Sum sum, Scalar x) { return plus(sum, static_cast<SumInteger>(-x.raw)); }

  static Wide scale(Scalar state, Sum sum) {
    const Wide wide(sum);
    return state == Scalar(1) ? wide : wide * static_cast<Wide>(state);
  }

  /// Scaling: the rest of a division is rounded, halves away from zero; counts are below 2^31, and a sum saturates at
  /// 2^19.
  static Wide quotient(Wide sum, size_t count) {
    const int64_t n = static_cast<int64_t>(count);
    return Wide::from_raw(static_cast<int32_t>((sum.raw + (sum.raw < 0 ? -(n / 2) : n / 2)) / n));
  }
  static Wide mean_of(Wide sum, size_t count) { return quotient(sum, count); }

  /// Scaling: a sum of at most 32 bits in QF, times 2^(24 - F) in 64 bits.
  static Change change_of(Sum sum, size_t count) {
    const int64_t n = static_cast<int64_t>(count);
    const int64_t scaled = sum.raw * (int64_t{1} << (24 - F));
    return Change::from_raw(detail::saturate<int32_t>((scaled + (scaled < 0 ? -(n / 2) : n / 2)) / n));
  }
  static Change rate_of(Change rate, Sum sum, size_t count) { return rate * change_of(sum, count); }

  /// Parameters become, or move by, what was computed for them, rounded stochastically.              change, s [Count]
  /// Scaling: from Q24 to QF, with 8 or 16 random bits and half of what they leave.
  template <size_t Count, class Rng>
  static void assign(const Change* change, Scalar* s, Rng& rng) {
    constexpr int shift = 24 - F, drawn = Width::chance_bits;
    constexpr int spare = shift > drawn ? shift - drawn : 0, excess = drawn > shift ? drawn - shift : 0;
    typename Width::Draw draws[Count];
    integer::draw<Count>(draws, rng);
    for (size_t i = 0; i < Count; ++i) {
      const int64_t random =
          ((int64_t{draws[i]} << spare) + (spare > 0 ? (int64_t{1} << spare) / 2 : int64_t{0})) >> excess;
      s[i] = Scalar::from_raw(detail::saturate<Integer>((change[i].raw + random) >> shift));
    }
  }
  template <size_t Count, class Rng>
  static void add(const Change* change, Scalar* s, Rng& rng) {
    Change moved[Count];
    for (size_t i = 0; i < Count; ++i) moved[i] = static_cast<Change>(s[i]) + change[i];
    assign<Count>(moved, s, rng);
  }

  static bool is_one(Sum sum, size_t count) {
    const Sum slack = Sum::from_raw(static_cast<SumInteger>(count / 2 + 1));
    return sum >= Sum(1) - slack && sum <= Sum(1) + slack;
  }

  /// A parameter moved by a number of steps.
  static Scalar moved(Scalar parameter, int32_t steps) {
    return Scalar::from_raw(detail::saturate<Integer>(parameter.raw + steps));
  }

  static Wide log(Wide x) {
    return x.raw > 0 ? Wide::from_raw(detail::shift_down(integer::log(static_cast<uint32_t>(x.raw)) - 12 * 45426, 4))
                     : Wide::lowest();
  }
  static Wide log_odds(Wide p) { return log(p) - log(Wide(1) - p); }
  static Wide exp(Wide x) {
    return x.raw > 0 ? Wide(1) / exp(-x)
                     : Wide::from_raw(detail::shift_down(integer::exp_of_minus(0u - static_cast<uint32_t>(x.raw)), 12));
  }
  template <class Integer32, int Bits>
  static Fixed<Integer32, Bits> sqrt(Fixed<Integer32, Bits> x) {
    const uint64_t square = x.raw <= 0 ? 0 : static_cast<uint64_t>(x.raw) << Bits;
    return Fixed<Integer32, Bits>::from_raw(static_cast<Integer32>(
        square <= 0xFFFFFFFFu ? integer::sqrt(static_cast<uint32_t>(square)) : integer::sqrt(square)));
  }

  /// The mean of a unit, 8 or 16 bits of probability rounded to a state.
  static Scalar sigmoid(Sum x) {
    return Scalar::from_raw(static_cast<Integer>(
        detail::shift_down(static_cast<int32_t>(Width::template chance<1>(x.raw)), Width::chance_bits - F)));
  }
  static Scalar tanh(Sum x) {
    const int32_t twice =
        2 * static_cast<int32_t>(Width::template chance<2>(x.raw)) - (int32_t{1} << Width::chance_bits);
    return Scalar::from_raw(static_cast<Integer>(detail::shift_down(twice, Width::chance_bits - F)));
  }
  static Wide softplus(Sum x) {
    const Wide wide(x);
    return (wide > Wide(0) ? wide : Wide(0)) + tail(magnitude(wide));
  }
  static Wide log_two_cosh(Sum x) {
    const Wide size = magnitude(Wide(x));
    return size + tail(size + size);
  }

  /// s_i = 1 with probability sigmoid(Slope x_i), else `off`.
  template <size_t Count, int Slope, class Rng>
  static void turn_on(const Sum* RBM_RESTRICT x, Scalar* RBM_RESTRICT s, Scalar off, Rng& rng) {
    typename Width::Draw draws[Count];
    integer::draw<Count>(draws, rng);
    for (size_t i = 0; i < Count; ++i) s[i] = draws[i] < Width::template chance<Slope>(x[i].raw) ? Scalar(1) : off;
  }

  /// s_i = 1 or off, with probability 1/2.
  template <size_t Count, class Rng>
  static void toss(Scalar* s, Scalar off, Rng& rng) {
    uint32_t word = 0;
    for (size_t i = 0; i < Count; ++i) {
      word = i % 32 == 0 ? static_cast<uint32_t>(rng()) : word >> 1;
      s[i] = (word & 1u) != 0 ? Scalar(1) : off;
    }
  }

  /// ln sum_k exp(x_k)                                                                                          x [K]
  template <size_t K>
  static Wide log_sum_exp(const Sum* x) {
    const Sum most = largest<K>(x);
    return Wide(most) + Wide::from_raw(detail::shift_down(integer::log(total_weight<K>(x, most)) - 15 * 45426, 4));
  }

  /// s_k = exp(x_k) / sum exp(x)                                                                             x, s [K]
  template <size_t K>
  static void softmax(const Sum* RBM_RESTRICT x, Scalar* RBM_RESTRICT s) {
    const Sum most = largest<K>(x);
    const uint32_t total = total_weight<K>(x, most);
    for (size_t k = 0; k < K; ++k) {
      s[k] = Scalar::from_raw(static_cast<Integer>(((weight(x[k], most) << F) + total / 2) / total));
    }
  }

  /// A draw of k with these probabilities: one word of the generator.                                           x [K]
  template <size_t K, class Rng>
  static size_t choose(const Sum* x, Scalar*, Rng& rng) {
    const Sum most = largest<K>(x);
    uint64_t wide = static_cast<uint32_t>(rng());
    wide *= total_weight<K>(x, most);
    uint32_t left = static_cast<uint32_t>(wide >> 32);
    size_t k = 0;
    for (; k + 1 < K; ++k) {
      const uint32_t each = weight(x[k], most);
      if (left < each) break;
      left -= each;
    }
    return k;
  }

  /// A draw from the standard normal distribution.
  template <class Rng>
  static Sum normal(Rng& rng) {
    return static_cast<Sum>(Wide::from_raw(integer::normal(rng)));
  }

  /// A draw from the normal distribution with mean 0 and standard deviation 0.01, rounded stochastically.
  /// Scaling: a draw in Q12, 15 bits and a sign, times 655 / 2^16 in Q28.
  template <class Rng>
  static Scalar small_normal(Rng& rng) {
    const int32_t draw = integer::normal(rng) * 655;
    const int32_t random = static_cast<int32_t>(static_cast<uint32_t>(rng()) >> (F + 4));
    return Scalar::from_raw(detail::saturate<Integer>((draw + random) >> (28 - F)));
  }

 private:
  static constexpr int term_bits(bool real) { return real ? 2 * (Scalar::bits - 1) - F : Scalar::bits - 1; }

  // For sums that are known to have room.
  static Sum plus(Sum sum, SumInteger steps) { return Sum::from_raw(static_cast<SumInteger>(sum.raw + steps)); }

  static Wide magnitude(Wide x) { return x < Wide(0) ? -x : x; }
  static Wide tail(Wide y) { return Wide::from_raw(detail::shift_down(integer::softplus_tail(y.raw), 4)); }

  template <size_t K>
  static Sum largest(const Sum* x) {
    Sum most = x[0];
    for (size_t k = 1; k < K; ++k) most = x[k] > most ? x[k] : most;
    return most;
  }

  /// e^(x - most) in Q15. What is certainly off stays so where the others, too, are at the end of the range.
  static uint32_t weight(Sum x, Sum most) {
    if (x <= -infinity() && most > -infinity()) return 0;
    const Wide below = Wide(most) - Wide(x);
    return static_cast<uint32_t>(integer::exp_of_minus(static_cast<uint32_t>(below.raw)) >> 9);
  }

  template <size_t K>
  static uint32_t total_weight(const Sum* x, Sum most) {
    static_assert(K <= 65535, "rbm: a softmax group of integers has at most 65535 units");
    uint32_t total = 0;
    for (size_t k = 0; k < K; ++k) total += weight(x[k], most);
    return total;
  }
};

}  // namespace rbm

#endif  // RBM_ARITHMETIC_HPP
