// rbm/numbers/shares.hpp: the shares of many exp(x) in their sum, without a place for each: a softmax in two passes.
//
// The first pass adds them up, divided by the largest so far, so that nothing overflows; the second asks for shares.
// SPDX-License-Identifier: MIT

#ifndef RBM_NUMBERS_SHARES_HPP
#define RBM_NUMBERS_SHARES_HPP

#include <stdint.h>

#include "fixed.hpp"
#include "integer_math.hpp"
#include "math.hpp"
#include "number.hpp"

namespace rbm {
namespace detail {

/// Of a model whose states are of this type: each x is given twice, first to add() and then to of().
template <class Scalar>
struct Shares;

template <>
struct Shares<float> {
  typedef float Share;

  float largest, sum;

  Shares() : largest(-infinity()), sum(0.0f) {}

  void add(float x) {
    sum = x > largest ? sum * exp(largest - x) + 1.0f : sum + exp(x - largest);
    largest = x > largest ? x : largest;
  }
  Share of(float x) const { return exp(x - largest) / sum; }

  /// A share times a state.
  static float product(Share share, float state) { return share * state; }
};

/// Of at most 2^16 x in Q12. Scaling: exp(x) over the largest in Q24, their sum at most 2^40, and 2^24 times that where
/// it is shrunk; shares in Q30.
template <class Integer, int FractionBits>
struct Shares<Fixed<Integer, FractionBits>> {
  typedef Fixed<Integer, FractionBits> Scalar;
  typedef Arithmetic<Scalar> Ops;
  typedef typename Ops::Energy Energy;
  typedef typename Ops::Delta Delta;
  typedef Fixed<int32_t, 30> Share;

  Energy largest;
  uint64_t sum;

  Shares() : largest(Energy::lowest()), sum(0) {}

  void add(Energy x) {
    if (x > largest) {
      sum = (sum * exp_of_difference(largest, x)) >> 24;
      largest = x;
    }
    sum += exp_of_difference(x, largest);
  }
  Share of(Energy x) const {
    return Share::saturated(static_cast<int64_t>((exp_of_difference(x, largest) << 30) / sum));
  }

  /// A share times a state.
  static Delta product(Share share, Scalar state) {
    return Delta::from_raw(
        static_cast<int32_t>(shift_down(int64_t{share.raw} * state.raw, 30 + FractionBits - int{Ops::change_bits})));
  }

 private:
  // exp(a - b), where a is the smaller one: their difference may have 32 bits and no sign.
  static uint64_t exp_of_difference(Energy a, Energy b) {
    return static_cast<uint64_t>(integer::exp_of_minus(static_cast<uint32_t>(b.raw) - static_cast<uint32_t>(a.raw)));
  }
};

}  // namespace detail
}  // namespace rbm

#endif  // RBM_NUMBERS_SHARES_HPP
