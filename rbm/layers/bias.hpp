// rbm/layers/bias.hpp: a layer whose only parameters are biases, of units that say how they are distributed.
// SPDX-License-Identifier: MIT

#ifndef RBM_LAYERS_BIAS_HPP
#define RBM_LAYERS_BIAS_HPP

#include <stddef.h>

#include "../kernels/kernels.hpp"
#include "../numbers/flash.hpp"
#include "../numbers/number.hpp"
#include "../status.hpp"
#include "../storage.hpp"
#include "sites.hpp"

namespace rbm {
namespace detail {

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

  void start_input(Block block, Sum* x) const { kernels::convert(bias.values + block.first, block.count, x); }

  Energy cumulant(Block block, const Sum* x) const { return Units::template cumulant<Scalar>(block.count, x); }

  void mean(Block block, const Sum* RBM_RESTRICT x, Scalar* RBM_RESTRICT s) const { Units::mean(block.count, x, s); }

  template <class Rng>
  void sample(Block block, const Sum* RBM_RESTRICT x, Scalar* RBM_RESTRICT s, Rng& rng) const {
    Units::sample(block.count, x, s, rng);
  }

  /// A draw, and the mean beside it.
  template <class Rng>
  void sample_with_mean(Block block, const Sum* RBM_RESTRICT x, Scalar* RBM_RESTRICT s, Scalar* RBM_RESTRICT mean_of,
                        Rng& rng) const {
    draw_with_mean(If < bool{Units::mean_is_probability} && !bool{Ops::is_fixed} > (), block.count, x, s, mean_of, rng);
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

  /// Visits the parameters of some layers of these units side by side, see model/model.hpp.
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

  /// Biases move by the rate times the differences g of a batch, rounded stochastically.             g [block.count]
  template <class Rng>
  void learn(Block block, typename Ops::Rate rate, const Sum* g, Rng& rng) {
    kernels::update_biases<Units::block_size>(bias.values + block.first, rate, g, block.count, rng);
  }

  template <class Rng>
  void add_to_bias(Block block, const typename Ops::Delta* change, Rng& rng) {
    Ops::template add<Units::block_size>(change, block.count, bias.values + block.first, rng);
  }

  void learn_variance(Block, const Sum*) {}

  void initialize_unit(size_t i, typename Ops::Mean data_mean, Scalar, typename Ops::Mean margin) {
    bias[i] = static_cast<Scalar>(Units::template bias_of_mean<Scalar>(data_mean, margin));
  }

  static Status check(const Scalar* s) { return Units::check(s); }

 private:
  template <bool>
  struct If {};

  template <class Rng>
  static void draw_with_mean(If<false>, size_t count, const Sum* x, Scalar* s, Scalar* mean_of, Rng& rng) {
    Units::sample(count, x, s, rng);
    Units::mean(count, x, mean_of);
  }
  template <class Rng>
  static void draw_with_mean(If<true>, size_t count, const Sum* x, Scalar* s, Scalar* mean_of, Rng& rng) {
    Units::mean(count, x, mean_of);
    kernels::draw_binary<Units::block_size>(mean_of, count, s, Scalar(0), rng);
  }
};

}  // namespace detail
}  // namespace rbm

#endif  // RBM_LAYERS_BIAS_HPP
