// rbm/model/initialize.hpp: where learning starts (Hinton, A Practical Guide to Training Restricted Boltzmann Machines,
// 8).
//
// Weights are small and random, to tell the hidden units apart; hidden biases are 0; visible biases already give each
// visible unit the mean it has in the data, so that the weights need not learn it.
// SPDX-License-Identifier: MIT

#ifndef RBM_MODEL_INITIALIZE_HPP
#define RBM_MODEL_INITIALIZE_HPP

#include <stddef.h>

#include "../numbers/math.hpp"
#include "../numbers/number.hpp"
#include "../status.hpp"
#include "mixture.hpp"
#include "parameters.hpp"

namespace rbm {

/// Weights from a normal distribution with mean 0 and standard deviation 0.01, in 8 bits one like it (small_normal);
/// all biases 0, all variances 1.
template <class Model, class Rng>
void initialize(Model& model, Rng& rng) {
  typedef typename Model::Scalar Scalar;
  static_assert(!Model::is_in_flash, "rbm: a model in flash cannot be written: initialize one in RAM");
  for (Scalar& weight : model.weights.values) weight = Arithmetic<Scalar>::small_normal(rng);
  model.visible.clear();
  model.hidden.clear();
}

/// Random weights, and visible biases that give each unit the mean it has in `count` samples: ln(p / (1 - p)) for
/// Bernoulli units, where p is clamped half a sample away from 0 and 1, so that a unit that never changes gets a finite
/// bias. Gaussian visible units get the variance of the samples, too, clamped to [1e-4, 1e4], which stays unless it is
/// learned; where hidden units are real as well, weights are drawn for data of variance 1 and divided by the deviation
/// where that is larger. A mixture, of which the hidden layer is one softmax group, starts with each component at a
/// sample, far from the others, and narrower variances. Errors: out_of_range where there are no samples; what is wrong
/// with a sample; too_large for integers and 2^32 samples or more.
template <class Model, class Rng>
Status initialize(Model& model, const typename Model::VisibleState* samples, size_t count, Rng& rng) {
  typedef typename Model::Scalar Scalar;
  typedef Arithmetic<Scalar> Ops;
  if (Ops::is_fixed && sizeof count > 4 && count >> (sizeof count > 4 ? 32 : 0) != 0) return Status::too_large;
  const Status status = Model::check(samples, count);
  if (status != Status::ok) return status;
  initialize(model, rng);
  for (size_t i = 0; i < Model::visible_size; ++i) {
    const typename Ops::Mean mean = Ops::mean_of(Ops::total(samples, count, i), count);
    const Scalar variance = Model::Visible::has_variance ? Ops::variance(samples, count, i, mean) : Scalar(0);
    model.visible.initialize_unit(i, mean, variance, Ops::mean_of(Ops::half(), count));
    // The weights of a visible unit of large variance drive real hidden units as those of a unit of variance 1 would:
    // their product with the variance decides whether the model is normalizable.
    constexpr bool may_diverge = detail::is_real_pair<Model>();
    const float spread = may_diverge ? static_cast<float>(model.visible.variance_of(i)) : 0.0f;
    if (!may_diverge || !(spread > 1.0f)) continue;
    const float factor = 1.0f / sqrt(spread);
    for (size_t j = 0; j < Model::hidden_size; ++j) model.weights(i, j) = Ops::shrunk(model.weights(i, j), factor);
  }
  if (detail::is_mixture<Model>()) detail::MixtureStart<Model, Rng>::run(model, samples, count, rng);
  return Status::ok;
}

}  // namespace rbm

#endif  // RBM_MODEL_INITIALIZE_HPP
