// rbm/numbers/number.hpp: what the kernels, layers and trainers ask of a number type.
//
// Arithmetic<Scalar> names the types of what is made of parameters and states, and the operations in which number types
// differ. All else is written once, in terms of these. There are two kinds: real numbers, where all the types are one,
// in reals.hpp, and here integers of 8 or 16 bits.
//
//   Sum      a unit's input: parameters times states, added
//   Energy   an energy, a temperature
//   Total    a sum of the states of a unit in many samples, exact where the numbers are integers
//   Mean     of data: a total and its count, or their quotient
//   Option   an option of a trainer
//   Rate     what a difference of statistics is multiplied with before it is added to a parameter
//   Delta    the change of a parameter, before it is rounded
//   Factor   at most 1, which a change is multiplied with
// SPDX-License-Identifier: MIT

#ifndef RBM_NUMBERS_NUMBER_HPP
#define RBM_NUMBERS_NUMBER_HPP

#include <stddef.h>
#include <stdint.h>

#include "../config.hpp"
#include "fixed.hpp"
#include "integer_math.hpp"
#include "integer_units.hpp"
#include "math.hpp"
#include "reals.hpp"

namespace rbm {

/// Integers of 8 or 16 bits that count steps of 2^-F.
///
/// Updates are rounded stochastically, which is right on average, so that what is far below a step is learned too.
///
/// Scaling: a weighted sum runs in the next wider integer, in QF too. A product of a parameter and a state is rounded
/// to QF before it is added, exactly where the state is -1, 0 or 1; sum_fits says how many terms there may be. Energies
/// are 32 bits wide, in Q12.
template <class Integer, int FractionBits>
struct Arithmetic<Fixed<Integer, FractionBits>> : detail::FixedUnits<Integer, FractionBits> {
  typedef detail::FixedUnits<Integer, FractionBits> Units;
  using Units::infinity;
  typedef typename Units::Scalar Scalar;
  typedef typename Units::SumInteger SumInteger;
  typedef typename Units::Sum Sum;
  typedef typename Units::Energy Energy;

  enum : bool { is_fixed = true, is_8_bit = int{Scalar::bits} == 8 };

  typedef FixedOption Option;
  // Of parameters up to 128 in Q24; where they may be larger, with as many bits before the point as they have.
  enum : int { change_bits = FractionBits < 8 && !is_8_bit ? 16 + FractionBits : 24 };
  typedef Fixed<int32_t, change_bits> Delta;
  typedef Fixed<int32_t, 30> Factor;
  typedef int64_t Total;

  /// A mean of data that is not divided yet: rounded to a step, one that is nearly 0 or 1 would lose its logarithm.
  struct Mean {
    Total sum;
    size_t count;
  };

  /// Scaling: squares of changes, Q48 where these are in Q24, at most 2^62 each, and their sum 2^(2 shift) times what
  /// is kept, below 2^63.
  struct SumOfSquares {
    uint64_t sum;
    uint8_t shift;
    SumOfSquares() : sum(0), shift(0) {}
    void add(Delta x) {
      sum += static_cast<uint64_t>(int64_t{x.raw} * x.raw) >> (2 * shift);
      if (sum >> 62 != 0) {
        sum >>= 2;
        ++shift;
      }
    }
    /// What makes the root at most this, rounded down. Scaling: 31 bits times 2^30, over a root below 2^31 2^shift.
    Factor factor(Delta most) const {
      const uint64_t root = integer::sqrt(sum) << shift, bound = static_cast<uint64_t>(most.raw);
      return root > bound ? Factor::from_raw(static_cast<int32_t>((bound << 30) / root)) : Factor(1);
    }
  };

  static Delta scaled(Delta change, Factor factor) {
    return Delta::from_raw(static_cast<int32_t>(detail::shift_down(int64_t{change.raw} * factor.raw, 30)));
  }

  /// Whether the sum of `Length` terms and a bias cannot overflow. A term is a parameter times a state, whose magnitude
  /// is at most 1 but of real units.
  template <size_t Length, bool Real>
  static constexpr bool sum_fits() {
    return Length < static_cast<uint32_t>(Sum::Traits::highest()) >> term_bits(Real);
  }

  /// How many bits a rate may have, at most 12, so that its product with a difference summed over `Batch` samples has
  /// no more than 30.
  template <size_t Batch, bool Real>
  static constexpr int rate_bits() {
    return at_most_12(29 - (Real ? term_bits(Real) : FractionBits) - bits_of(Batch - 1));
  }

  /// Whether the sums over a batch cannot overflow, and leave a rate at least 4 bits.
  template <size_t Batch, bool Real>
  static constexpr bool batch_fits() {
    return is_8_bit ? Batch <= (0x7FFFu >> (FractionBits + 1)) : rate_bits<Batch, Real>() >= 4;
  }

  /// A parameter that moves by a change.
  static Scalar moved_by(Scalar x, Scalar change) { return x + change; }

  /// A parameter times a factor below 1, rounded towards 0.
  static Scalar shrunk(Scalar x, float factor) {
    return Scalar::from_raw(static_cast<Integer>(static_cast<float>(x.raw) * factor));
  }

  /// Within the bounds of parameters.hpp: all numbers are, but for variances of which energies, in Q12, would know too
  /// little.
  static bool is_parameter(Scalar) { return true; }
  static bool is_variance(Scalar x) { return static_cast<Energy>(x) >= least_variance(); }

  static bool is_finite(Scalar) { return true; }
  template <class Number>
  static bool is_finite(Number x) {
    return x < Number::highest() && x > -Number::highest();
  }

  /// A number given by the user, such as a log-likelihood ratio, as a sum.
  static Sum to_sum(float x) {
    const Sum sum(x);
    const Sum most = Sum::from_raw(static_cast<SumInteger>(infinity().raw - 1));
    if (!rbm::is_finite(x)) return sum < Sum(0) ? -infinity() : sum;
    return sum > most ? most : sum < -most ? -most : sum;
  }

  /// The least variance that a Gaussian unit starts with.
  static constexpr Energy least_variance() {
    return Energy::from_raw(int32_t{1} << (FractionBits < 8 ? 12 - FractionBits : 4));
  }
  static constexpr Energy two_pi() { return Energy::from_raw(25736); }

  /// sum + a b, rounded
  static Sum multiply_add(Sum sum, Scalar a, Scalar b) {
    const SumInteger half = SumInteger(1) << (FractionBits - 1);
    return plus(sum, static_cast<SumInteger>((static_cast<SumInteger>(a.raw) * b.raw + half) >> FractionBits));
  }

  /// sum + x and sum - x
  static RBM_INLINE Sum add(Sum sum, Scalar x) { return plus(sum, x.raw); }
  static RBM_INLINE Sum subtract(Sum sum, Scalar x) {
    return plus(sum, static_cast<SumInteger>(-static_cast<SumInteger>(x.raw)));
  }

  /// state times sum
  static Energy scale(Scalar state, Sum sum) {
    const Energy wide(sum);
    return state == Scalar(1) ? wide : wide * static_cast<Energy>(state);
  }

  /// The exact sum of the states of unit i in all samples.                                             states [count]
  template <class State>
  static Total total(const State* states, size_t count, size_t i) {
    Total sum = 0;
    for (size_t s = 0; s < count; ++s) sum += states[s][i].raw;
    return sum;
  }
  static constexpr Total half() { return Total{1} << (FractionBits - 1); }
  static Mean mean_of(Total sum, size_t count) { return {sum, count}; }

  /// The mean square of what unit i is from the mean, in at most 2^32 - 1 samples; 0.63 steps of error.
  /// Scaling: squares about a mean that is rounded to a step, in Q2F, which adds less than 1/4 to each; 2^31 on
  /// average, so that their sum is below 2^63.
  template <class State>
  static Scalar variance(const State* states, size_t count, size_t i, Mean mean) {
    const int64_t n = static_cast<int64_t>(count);
    const int32_t about = static_cast<int32_t>(detail::divide(mean.sum, n));
    uint64_t squares = 0;
    for (size_t s = 0; s < count; ++s) {
      const uint32_t deviation = static_cast<uint32_t>(states[s][i].raw - about);
      squares += deviation * deviation;  // modulo 2^32, so that the sign does not matter
    }
    return Scalar::saturated(detail::divide(static_cast<int64_t>(squares), n << FractionBits));
  }

  /// (a - b)^2 / variance, rounded down. Scaling: squares of 34 bits in Q2F, over QF.
  static Total squared_distance(Scalar a, Scalar b, Scalar variance) {
    const int64_t difference = int64_t{a.raw} - b.raw;
    return difference * difference / variance.raw;
  }
  /// A variance times a mean of squared distances, unless that is above 1.
  /// Scaling: a sum in QF, below `count` in QF, times 15 bits: below 2^63 for 2^34 states in 14 bits.
  static Scalar narrowed(Scalar variance, Total squares, size_t count) {
    const Total all = static_cast<Total>(count) << FractionBits;
    return squares < all ? Scalar::from_raw(static_cast<Integer>(variance.raw * squares / all)) : variance;
  }

  /// Scaling: sums of 16 bits times a count of 32, times 2^F: 62 bits; the count times the divisor 47.
  static Scalar ratio(Mean mean, Scalar divisor) {
    const int64_t below = static_cast<int64_t>(mean.count) * divisor.raw;
    const int64_t above = int64_t{mean.sum} * (int64_t{1} << FractionBits);
    return Scalar::saturated(detail::divide(above, below));
  }

  /// ln p and ln(p / (1 - p)), with p clamped `margin` away from 0, and from 1; p is the mean of states Off and 1.
  static Energy log_of_mean(Mean p, Mean margin) {
    const Total sum = p.sum < margin.sum ? margin.sum : p.sum;
    return log_ratio(sum, static_cast<Total>(p.count) << FractionBits);
  }
  template <int Off>
  static Energy log_odds_of_mean(Mean mean, Mean margin) {
    const Total one = static_cast<Total>(mean.count) << FractionBits;  // the sum of states that are all 1
    const Total on = mean.sum - Off * one, all = (1 - Off) * one, least = (1 - Off) * margin.sum;
    const Total sum = on < least ? least : on > all - least ? all - least : on;
    return log_ratio(sum, all - sum);
  }

  /// Scaling: the sum, in QF, of less than 2^32 samples is below 2^39, of 16 bits 2^47; as a change below 2^63.
  static Delta quotient(Total sum, size_t count) {
    const int64_t scaled = sum * (int64_t{1} << (change_bits - FractionBits)), n = static_cast<int64_t>(count);
    return Delta::saturated(n == 1 ? scaled : detail::divide(scaled, n));  // one sample spares a division of 64 bits
  }
  static Delta change_of(Sum sum, size_t count) { return quotient(sum.raw, count); }
  static Delta rate_of(Delta rate, Sum sum, size_t count) { return rate * change_of(sum, count); }

  /// Parameters become, or move by, what was computed for them, rounded stochastically;
  /// count <= Most.                                                                                change, s [count]
  /// Scaling: from Q24, or what a change is in, to QF, with 8 or 16 random bits and half of what they leave.
  template <size_t Most, class Rng>
  static void assign(const Delta* change, size_t count, Scalar* s, Rng& rng) {
    alignas(uint32_t) typename Units::Draw draws[Most];
    integer::draw<Most>(draws, count, rng);
    for (size_t i = 0; i < count; ++i) {
      s[i] = Scalar::saturated(
          integer::round_stochastically(int64_t{change[i].raw}, change_bits - FractionBits, draws[i]));
    }
  }
  template <size_t Most, class Rng>
  static void add(const Delta* change, size_t count, Scalar* s, Rng& rng) {
    Delta moved[Most];
    for (size_t i = 0; i < count; ++i) moved[i] = static_cast<Delta>(s[i]) + change[i];
    assign<Most>(moved, count, s, rng);
  }

  /// Whether the states of a group of `count` units, of which so many are positive, sum to 1, but for rounding.
  /// A mean is rounded, and in an average of means once more: each unit may lack a step, and each that is not 0 have
  /// one too many. Two units that are 1 are too many all the same, and none that is above 0 too few.
  static bool sums_to_one(Sum sum, size_t positive, size_t count) {
    constexpr size_t most = static_cast<size_t>(Scalar::one()) - 1;
    const size_t twice = positive < most ? positive : most, once = positive / 2;
    const Sum below = Sum::from_raw(static_cast<SumInteger>(count < most ? count : most));
    const Sum above = Sum::from_raw(static_cast<SumInteger>(once > twice ? once : twice));
    return positive > 0 && sum >= Sum(1) - below && sum <= Sum(1) + above;
  }

  /// A parameter moved by a number of steps.
  static Scalar moved(Scalar parameter, int32_t steps) { return Scalar::saturated(parameter.raw + steps); }

  /// A draw from a distribution with mean 0 and standard deviation 0.01, rounded stochastically: of 16 bits the normal
  /// one, of 8 bits, whose steps are larger than that, the sum of four evenly distributed numbers.
  /// Scaling: a draw in Q12, 15 bits and a sign, times 655 / 2^16 in Q28; a sum of four bytes less their mean has the
  /// deviation 148, times 71 / 2^20 of 1.
  template <class Rng>
  static Scalar small_normal(Rng& rng) {
    const uint32_t word = is_8_bit ? draw_word(rng) : 0;
    const int32_t bytes = static_cast<int32_t>((word & 255u) + (word >> 8 & 255u) + (word >> 16 & 255u) + (word >> 24));
    const int32_t draw = is_8_bit ? (bytes - 510) * 71 * 256 : integer::normal(rng) * 655;
    const int32_t random = static_cast<int32_t>(detail::next_word(rng) >> (FractionBits + 4));
    return Scalar::saturated((draw + random) >> (28 - FractionBits));
  }

 private:
  static constexpr int bits_of(size_t n) { return n == 0 ? 0 : 1 + bits_of(n / 2); }
  static constexpr int at_most_12(int bits) { return bits < 12 ? bits : 12; }
  static constexpr int term_bits(bool real) { return real ? 2 * (Scalar::bits - 1) - FractionBits : Scalar::bits - 1; }

  // For sums that are known to have room.
  static RBM_INLINE Sum plus(Sum sum, SumInteger steps) {
    return Sum::from_raw(static_cast<SumInteger>(sum.raw + steps));
  }

  /// ln(a / b), both above 0.
  /// Scaling: ln in Q16, of numbers of 32 bits; of larger ones as many bits as are too many count ln 2 = 45426 each.
  static Energy log_ratio(Total a, Total b) { return Energy::from_raw(detail::shift_down(log_of(a) - log_of(b), 4)); }
  static int32_t log_of(Total n) {
    int32_t beyond = 0;
    for (; int64_t{n} > int64_t{0xFFFFFFFF}; n >>= 1) beyond += 45426;
    return beyond + integer::log(static_cast<uint32_t>(n));
  }
};

}  // namespace rbm

#endif  // RBM_NUMBERS_NUMBER_HPP
