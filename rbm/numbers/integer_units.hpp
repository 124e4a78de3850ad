// rbm/numbers/integer_units.hpp: the means, draws and cumulants of units of integers: sigmoid, softmax, normal.
// SPDX-License-Identifier: MIT

#ifndef RBM_NUMBERS_INTEGER_UNITS_HPP
#define RBM_NUMBERS_INTEGER_UNITS_HPP

#include <stddef.h>
#include <stdint.h>

#include "../config.hpp"
#include "fixed.hpp"
#include "integer_math.hpp"
#include "math.hpp"
#include "observed_normal.hpp"
#include "random.hpp"

namespace rbm {
namespace detail {

/// What differs between models of 8 and of 16 bits.
template <class Integer, int FractionBits>
struct FixedWidth;

template <int FractionBits>
struct FixedWidth<int8_t, FractionBits> {
  static_assert(FractionBits <= 6, "rbm: a Fixed<int8_t, bits> has 1 to 6 bits after the point");

  typedef uint16_t Rate;  // in Q(F + 8): what moves a parameter by steps, in Q8, per unit of difference

  /// sigmoid(-|Slope x|) in Q8, and ln(1 + exp(-|Slope x|)) in Q12.
  template <int Slope>
  static RBM_INLINE uint8_t tail(int16_t x) {
    return integer::sigmoid_tail8(size<Slope>(x));
  }
  template <int Slope>
  static int32_t softplus_tail(int16_t x) {
    return integer::softplus_tail8(size<Slope>(x));
  }

  /// The rate over the number of samples; the bits below its last are rounded stochastically, once for all parameters.
  /// Scaling: a learning rate in Q24 is, times 2^F, the rate in Q(F + 24), clamped so that its sum with a draw of 8
  /// bits has 15; of it 16 bits are rounded off.
  template <class Rng>
  static Rate rate(uint32_t learning_rate, size_t count, int, Rng& rng) {
    const uint32_t most = 0x7F000000u >> FractionBits;
    learning_rate = (learning_rate < most ? learning_rate : most) << FractionBits;
    if (count > 1) learning_rate /= static_cast<uint32_t>(count);
    return static_cast<Rate>((learning_rate + (next_word(rng) & 0xFFFFu)) >> 16);
  }

  /// Whether a draw is below sigmoid(Slope x): by the input at which that begins, where steps are not too fine for its
  /// table. Scaling: that input from Q5, of Slope x, to QF, rounded up.
  template <int Slope>
  static RBM_INLINE bool is_on(int16_t x, uint8_t draw) {
    constexpr int shift = 4 - FractionBits + Slope;
    if (shift < 0) return x < 0 ? draw < tail<Slope>(x) : static_cast<uint8_t>(~draw) >= tail<Slope>(x);
    const bool is_below_half = draw < 128;
    const uint8_t fine = integer::sigmoid_threshold8(is_below_half ? draw : static_cast<uint8_t>(~draw));
    constexpr int down = shift < 0 ? 0 : shift;
    const int16_t least = static_cast<int16_t>((fine + (1 << down) - 1) >> down);
    return is_below_half ? x > -least : x >= least;
  }

  /// How many steps a parameter moves. Scaling: the rate, 15 bits, times a difference in QF, 15 bits.
  static int32_t steps(Rate rate, int16_t difference, uint8_t draw) {
    return integer::round_stochastically(static_cast<int32_t>(rate) * difference, FractionBits + 8, draw);
  }

 private:
  /// |Slope x| in Q6, at most 8, where all tails have ended; from an input of 16 bits in QF.
  template <int Slope>
  static RBM_INLINE uint16_t size(int16_t x) {
    const uint16_t most = static_cast<uint16_t>((8 / Slope) << FractionBits);
    const uint16_t y = x < 0 ? static_cast<uint16_t>(0u - static_cast<uint16_t>(x)) : static_cast<uint16_t>(x);
    return static_cast<uint16_t>((y < most ? y : most) * (Slope << (6 - FractionBits)));
  }
};

template <int FractionBits>
struct FixedWidth<int16_t, FractionBits> {
  struct Rate {  // factor 2^-shift
    int32_t factor;
    uint8_t shift;
  };

  /// sigmoid(-|Slope x|) in Q16, and ln(1 + exp(-|Slope x|)) in Q12.
  template <int Slope>
  static uint16_t tail(int32_t x) {
    return integer::sigmoid_tail16(size<Slope>(x));
  }
  template <int Slope>
  static int32_t softplus_tail(int32_t x) {
    return shift_down(integer::softplus_tail16(size<Slope>(x)), 4);
  }

  /// Whether a draw is below sigmoid(Slope x).
  template <int Slope>
  static RBM_INLINE bool is_on(int32_t x, uint16_t draw) {
    const uint16_t below = tail<Slope>(x);
    return x < 0 ? draw < below : static_cast<uint16_t>(~draw) >= below;
  }

  /// The rate over the number of samples, as a factor of at most `bits` bits and a shift of at most 28; the bits below
  /// its last are rounded stochastically, once for all parameters. What has more bits saturates.
  template <class Rng>
  static Rate rate(uint32_t learning_rate, size_t count, int bits, Rng& rng) {
    uint32_t factor = learning_rate;
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
    const uint32_t rest = next_word(rng) & ((uint32_t{1} << off) - 1);
    if (shift < off) return {(int32_t{1} << bits) - 1, 0};
    return {static_cast<int32_t>((factor + rest) >> off), static_cast<uint8_t>(shift - off)};
  }

  /// How many steps a parameter moves. Scaling: factor times difference are at most 30 bits, see rate_bits.
  static int32_t steps(Rate rate, int32_t difference, uint16_t draw) {
    return integer::round_stochastically(rate.factor * difference, rate.shift, draw);
  }

 private:
  /// |Slope x| in Q12, at most 8, where all tails have ended; from an input of 32 bits in QF.
  template <int Slope>
  static RBM_INLINE int32_t size(int32_t x) {
    constexpr uint32_t most = static_cast<uint32_t>(8 / Slope) << FractionBits;
    const uint32_t any = x < 0 ? 0u - static_cast<uint32_t>(x) : static_cast<uint32_t>(x);
    const int32_t y = static_cast<int32_t>((any < most ? any : most) * Slope);
    return FractionBits > 12 ? shift_down(y, FractionBits - 12) : shift_up<int32_t>(y, 12 - FractionBits);
  }
};

/// The functions of a unit's input. Scaling: inputs in QF, energies in Q12.
template <class Integer, int FractionBits>
struct FixedUnits : FixedWidth<Integer, FractionBits> {
  typedef FixedWidth<Integer, FractionBits> Width;
  typedef Fixed<Integer, FractionBits> Scalar;
  typedef typename Scalar::Wider SumInteger;
  typedef typename Scalar::Traits::Unsigned Draw;
  typedef Fixed<SumInteger, FractionBits> Sum;
  typedef Fixed<int32_t, 12> Energy;

  enum : int { probability_bits = Scalar::bits };

  /// An infinite sum makes a unit's state certain. It is the largest number, and no finite one is taken for it.
  static constexpr Sum infinity() { return Sum::highest(); }

  static Energy log(Energy x) {
    return x.raw > 0 ? Energy::from_raw(shift_down(integer::log(static_cast<uint32_t>(x.raw)) - 12 * 45426, 4))
                     : Energy::lowest();
  }
  static Energy exp(Energy x) {
    return x.raw > 0 ? Energy(1) / exp(-x)
                     : Energy::from_raw(shift_down(integer::exp_of_minus(0u - static_cast<uint32_t>(x.raw)), 12));
  }
  template <class Integer32, int Bits>
  static Fixed<Integer32, Bits> sqrt(Fixed<Integer32, Bits> x) {
    const uint64_t square = x.raw <= 0 ? 0 : static_cast<uint64_t>(x.raw) << Bits;
    return Fixed<Integer32, Bits>::from_raw(static_cast<Integer32>(integer::sqrt(square)));
  }

  /// sigmoid(Slope x), in Q8 or Q16. As an int, where that is enough: narrower ones take more instructions.
  typedef decltype(SumInteger() + 0) Probability;
  template <int Slope>
  static Probability probability(SumInteger x) {
    const Draw tail = Width::template tail<Slope>(x);
    return x < 0 ? Probability{tail} : (Probability{1} << probability_bits) - tail;
  }

  /// The mean of a unit, 8 or 16 bits of probability rounded to a state.
  static Scalar sigmoid(Sum x) { return of_probability(probability<1>(x.raw)); }
  static Scalar tanh(Sum x) { return of_probability(2 * probability<2>(x.raw) - (Probability{1} << probability_bits)); }
  static Energy softplus(Sum x) {
    const Energy tail = Energy::from_raw(Width::template softplus_tail<1>(x.raw));
    return x > Sum(0) ? Energy(x) + tail : tail;
  }
  static Energy log_two_cosh(Sum x) {
    const Energy tail = Energy::from_raw(Width::template softplus_tail<2>(x.raw));
    return x > Sum(0) ? Energy(x) + tail : tail - Energy(x);
  }

  /// ln sum_k exp(x_k)                                                                                       x [States]
  template <size_t States>
  static Energy log_sum_exp(const Sum* x) {
    const Sum most = largest<States>(x);
    return Energy(most) + Energy::from_raw(shift_down(integer::log(total_weight<States>(x, most)) - 15 * 45426, 4));
  }

  /// s_k = exp(x_k) / sum exp(x)                                                                          x, s [States]
  template <size_t States>
  static void softmax(const Sum* RBM_RESTRICT x, Scalar* RBM_RESTRICT s) {
    const Sum most = largest<States>(x);
    const uint32_t total = total_weight<States>(x, most);
    for (size_t k = 0; k < States; ++k) {
      s[k] = Scalar::from_raw(static_cast<Integer>(((weight(x[k], most) << FractionBits) + total / 2) / total));
    }
  }

  /// A draw of k with these probabilities: one word of the generator.                                        x [States]
  template <size_t States, class Rng>
  static size_t sample_categorical(const Sum* x, Scalar*, Rng& rng) {
    const Sum most = largest<States>(x);
    uint64_t wide = draw_word(rng);
    wide *= total_weight<States>(x, most);
    uint32_t left = static_cast<uint32_t>(wide >> 32);
    size_t k = 0;
    for (; k + 1 < States; ++k) {
      const uint32_t each = weight(x[k], most);
      if (left < each) break;
      left -= each;
    }
    return k;
  }

  /// A draw from the standard normal distribution.
  template <class Rng>
  static Sum normal(Rng& rng) {
    return static_cast<Sum>(Energy::from_raw(integer::normal(rng)));
  }

  /// A normal unit's mean and a draw, given its variance, its input and that `value` was seen of it with Gaussian noise
  /// of this precision: an error of at most 0.51 steps.
  static Scalar mean_observed(Scalar variance, Sum x, Scalar value, float precision) {
    return ObservedNormal<FractionBits>(variance, precision).mean(x, value);
  }
  template <class Rng>
  static Scalar sample_observed(Scalar variance, Sum x, Scalar value, float precision, Rng& rng) {
    return ObservedNormal<FractionBits>(variance, precision).sample(x, value, rng);
  }

 private:
  static Scalar of_probability(Probability p) {
    return Scalar::from_raw(static_cast<Integer>(shift_down(p, probability_bits - FractionBits)));
  }

  /// e^(x - most) in Q15. What is certainly off stays so where the others, too, are at the end of the range.
  static uint32_t weight(Sum x, Sum most) {
    if (x <= -infinity() && most > -infinity()) return 0;
    const Energy below = Energy(most) - Energy(x);
    return static_cast<uint32_t>(integer::exp_of_minus(static_cast<uint32_t>(below.raw)) >> 9);
  }

  template <size_t States>
  static uint32_t total_weight(const Sum* x, Sum most) {
    static_assert(States <= 65535, "rbm: a softmax group of integers has at most 65535 units");
    uint32_t total = 0;
    for (size_t k = 0; k < States; ++k) total += weight(x[k], most);
    return total;
  }
};

}  // namespace detail
}  // namespace rbm

#endif  // RBM_NUMBERS_INTEGER_UNITS_HPP
