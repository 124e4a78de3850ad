// rbm/layers/layer.hpp: what layers of all units share: blocks of units, the range of a state, biases.
//
// A unit with state s and input x, which is its bias c plus the weighted sum of the other layer, contributes A(s) to
// the energy and has p(s | x) = exp(x s - A'(s)) / Z(x), where A'(s) is A(s) without its bias:
//
//   units               s           A(s)                    mean of s given x          Z(x)
//   Bernoulli<N>        0, 1        -c s                    sigmoid(x)                 1 + exp(x)
//   Spin<N>             -1, 1       -c s                    tanh(x)                    2 cosh(x)
//   Gaussian<N>         real        s^2 / (2 var) - c s     var x                      sqrt(2 pi var) exp(var x^2 / 2)
//   Relu<N>             s >= 0      s^2 / 2 - c s           x + phi(x) / Phi(x)        Phi(x) / phi(x)
//   Softmax<Groups, K>  one of K    -c s                    exp(x_k) / sum exp(x)      sum exp(x)
//   Joined<First, Second> the units of one layer, then those of another
//
// A layer of them, Units::Layer<Scalar>, gives
//   cumulant     sum_i ln Z(x_i), which turns a layer that is summed out into a free energy
//   mean         the expectation of s given x
//   sample       a draw of s given x and, unless that is null, the mean; sample_tempered draws from p(s | x)^t instead,
//                normalised
//   energy       sum_i A_i(s_i)
//   bias_of      the bias of a unit, with those of its block behind it
//   variance_of  the variance in A_i of a real unit; 0 of a unit that has bounds
//   noise        states of units without parameters
// and how its parameters start, learn and are checked against: clear, initialize_unit (moments of data), learn (rate,
// data, model), learn_variance, check (a state), each_parameter. Units::Evidence<Scalar> is what was observed of it,
// and Units itself says which states there are.
//
// A site is what is drawn at once: one unit, or a group of which one unit is on. Discrete layers number the states of
// each of their sites, so that all can be enumerated.
//
// Functions of an input take one block of Blocks<Units> at a time, since no array of all inputs is kept: x, s
// [block.count] belong to the units from block.first on. Other arrays are [size], the whole layer. `block_size` is the
// most units of a block.
// SPDX-License-Identifier: MIT

#ifndef RBM_LAYERS_LAYER_HPP
#define RBM_LAYERS_LAYER_HPP

#include <stddef.h>
#include <stdint.h>

#include "../kernels/kernels.hpp"
#include "../numbers/fixed.hpp"
#include "../numbers/flash.hpp"
#include "../numbers/math.hpp"
#include "../numbers/number.hpp"
#include "../status.hpp"
#include "../storage.hpp"

namespace rbm {

/// Neighbouring units of a layer, a few that are taken at a time.
struct Block {
  size_t first, count;
};

/// All units of a layer, one block after the other: for (Block block : Blocks<Units>()).
template <class Units>
struct Blocks {
  struct Iterator {
    size_t first;

    RBM_INLINE Block operator*() const { return Units::block_at(first); }
    RBM_INLINE void operator++() { first += Units::block_at(first).count; }
    RBM_INLINE bool operator!=(Iterator other) const { return first != other.first; }
  };

  RBM_INLINE Iterator begin() const { return {0}; }
  RBM_INLINE Iterator end() const { return {Units::size}; }
};

/// What a parameter is.
enum class Parameter : uint8_t { bias, variance, weight };

namespace detail {

/// `Length` units, of which a block has at most `Most`. The inputs of a block live on the stack, which so does not grow
/// with the layer.
template <size_t Length, size_t Most>
struct EqualBlocks {
  static_assert(Length > 0, "rbm: a layer needs at least one unit");

  enum : size_t { size = Length, block_size = Most };

  /// The block that begins at this unit.
  static RBM_INLINE Block block_at(size_t first) {
    return {first, Length % Most == 0 || Length - first >= Most ? Most : Length % Most};
  }
};

/// not_finite where a value is NaN or infinite, out_of_range outside [least, most], or ok; least is 0 or -most.
///                                                                                                            s [count]
template <class Integer, int FractionBits>
Status check_range(const Fixed<Integer, FractionBits>* s, size_t count, Fixed<Integer, FractionBits> least,
                   Fixed<Integer, FractionBits> most) {
  bool inside = true;
  for (size_t i = 0; i < count && inside; ++i) inside = s[i] >= least && s[i] <= most;
  return inside ? Status::ok : Status::out_of_range;
}

// Only where one is above, of which -0 may be inside, are all looked at in turn.
RBM_SUBROUTINE Status check_range(const float* s, size_t count, float least, float most) {
  uint32_t above = 0;
  for (size_t i = 0; i < count; ++i) above |= static_cast<uint32_t>(!is_between(s[i], least, most));
  if (above == 0) return Status::ok;
  bool inside = true, finite = true;
  for (size_t i = 0; i < count; ++i) {
    inside = inside && (is_between(s[i], least, most) || kernels::is_off(s[i]));
    finite = finite && is_finite(s[i]);
  }
  return inside ? Status::ok : finite ? Status::out_of_range : Status::not_finite;
}

/// The inputs of a block of units before the other layer adds to them: the biases.                   x [block.count]
template <class Layer, class Sum>
RBM_INLINE void start_input(const Layer& layer, Block block, Sum* x) {
  kernels::convert(&layer.bias_of(block.first), block.count, x);
}

/// A layer whose only parameters are biases, of units that say how they are distributed.
template <class Units, class StoredType>
struct BiasLayer {
  typedef typename Stored<StoredType>::Number Scalar;
  typedef Arithmetic<Scalar> Ops;
  typedef typename Ops::Sum Sum;
  typedef typename Ops::Energy Energy;

  static_assert(!Units::is_real || !Ops::is_fixed,
                "rbm: rectified units need float: their tails have no integer arithmetic yet");

  enum : size_t { size = Units::size };

  Vector<StoredType, size> bias;

  Energy cumulant(Block block, const Sum* x) const { return Units::template cumulant<Scalar>(block.count, x); }

  void mean(Block block, const Sum* RBM_RESTRICT x, Scalar* RBM_RESTRICT s) const { Units::mean(block.count, x, s); }

  template <class Rng>
  void sample(Block block, const Sum* RBM_RESTRICT x, Scalar* RBM_RESTRICT s, Rng& rng,
              const Scalar* RBM_RESTRICT means = nullptr) const {
    Units::sample(block.count, x, s, rng, means);
  }

  // exp(t (x s - s^2 / 2)) is a density of sqrt(t) s with the input sqrt(t) x.
  template <class Rng>
  void sample_tempered(Block block, Energy inverse_temperature, Sum* x, Scalar* s, Rng& rng) const {
    const Energy scale = Units::is_real ? Ops::sqrt(inverse_temperature) : inverse_temperature;
    for (size_t i = 0; i < block.count; ++i) x[i] = static_cast<Sum>(static_cast<Energy>(x[i]) * scale);
    sample(block, x, s, rng);
    if (Units::is_real) {
      for (size_t i = 0; i < block.count; ++i) s[i] = static_cast<Scalar>(static_cast<Energy>(s[i]) / scale);
    }
  }

  /// One unit's draw and mean, given that `value` was seen of it with Gaussian noise of this precision: it adds to the
  /// input and to the unit's own precision.
  template <class Rng>
  Scalar sample_observed(size_t, Sum x, Scalar value, float precision, Rng& rng) const {
    return Units::template sample_observed<Scalar>(x + precision * value, precision, rng);
  }
  Scalar mean_observed(size_t, Sum x, Scalar value, float precision) const {
    return Units::template mean_observed<Scalar>(x + precision * value, precision);
  }

  template <class Rng>
  static void noise(Scalar* s, Rng& rng) {
    Units::noise(s, rng);
  }

  Energy energy(const Scalar* s) const {
    const Energy linear = static_cast<Energy>(kernels::dot<size>(bias.values, s));
    return Units::is_real ? static_cast<Energy>(kernels::dot<size>(s, s)) / Energy(2) - linear : -linear;
  }

  /// Whether the variances in A are all above 0.
  bool is_proper() const { return true; }

  Sum variance_of(size_t) const { return Sum(Units::is_real ? 1 : 0); }

  void clear() { bias.fill(Scalar(0)); }

  /// Visits the parameters of some layers of these units side by side, see model/parameters.hpp.
  template <class Visit, class... Layers>
  static void each_parameter(Visit& visit, Layers&... layers) {
    for (size_t i = 0; i < size; ++i) visit(Parameter::bias, layers.bias[i]...);
  }

  StoredType& bias_of(size_t i) { return bias[i]; }
  const StoredType& bias_of(size_t i) const { return bias[i]; }

  /// Biases move by the rate times the difference of the states, of one sample.
  void learn(typename Ops::Rate rate, const Scalar* data, const Scalar* model) {
    kernels::update_biases(bias.values, rate, data, model, size);
  }

  void learn_variance(size_t, Sum) {}

  void initialize_unit(size_t i, typename Ops::Mean data_mean, Scalar, typename Ops::Mean margin) {
    bias[i] = static_cast<Scalar>(Units::template bias_of_mean<Scalar>(data_mean, margin));
  }

  static Status check(const Scalar* s) { return Units::check(s); }
};

}  // namespace detail
}  // namespace rbm

#endif  // RBM_LAYERS_LAYER_HPP
