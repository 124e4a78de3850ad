// rbm/initialize.hpp: where learning starts (Hinton, A Practical Guide to Training Restricted Boltzmann Machines, 8).
//
// Weights are small and random, to tell the hidden units apart; hidden biases are 0; visible biases already give each
// visible unit the mean it has in the data, so that the weights need not learn it.
// SPDX-License-Identifier: MIT

#ifndef RBM_INITIALIZE_HPP
#define RBM_INITIALIZE_HPP

#include <stddef.h>

#include "arithmetic.hpp"
#include "status.hpp"

namespace rbm {

/// Weights from a normal distribution with mean 0 and standard deviation 0.01; all biases 0, all variances 1.
template <class Model, class Rng>
void initialize(Model& model, Rng& rng) {
  typedef typename Model::Scalar Scalar;
  static_assert(!Model::is_in_flash, "rbm: a model in flash cannot be written: initialize one in RAM");
  for (Scalar& weight : model.weights.values) weight = Arithmetic<Scalar>::small_normal(rng);
  model.visible.clear();
  model.hidden.clear();
}

/// The same, and visible biases that give each unit the mean it has in `count` samples: ln(p / (1 - p)) for Bernoulli
/// units, where p is held half a sample away from 0 and 1, so that a unit that never changes gets a finite bias.
/// Gaussian visible units get the variance of the samples, too, which stays unless it is learned.
/// Errors: out_of_range where there are no samples; what is wrong with a sample.
template <class Model, class Rng>
Status initialize(Model& model, const typename Model::VisibleState* samples, size_t count, Rng& rng) {
  const Status status = Model::check(samples, count);
  if (status != Status::ok) return status;
  typedef Arithmetic<typename Model::Scalar> Ops;
  typedef typename Model::Wide Wide;
  initialize(model, rng);
  for (size_t i = 0; i < Model::visible_size; ++i) {
    Wide sum(0);
    for (size_t s = 0; s < count; ++s) sum += static_cast<Wide>(samples[s][i]);
    const Wide mean = Ops::mean_of(sum, count);
    Wide squares(0);
    for (size_t s = 0; s < count && Model::Visible::has_variance; ++s) {
      const Wide deviation = static_cast<Wide>(samples[s][i]) - mean;
      squares += deviation * deviation;
    }
    model.visible.start_from(i, mean, Ops::mean_of(squares, count), Ops::mean_of(Wide(1) / Wide(2), count));
  }
  return Status::ok;
}

}  // namespace rbm

#endif  // RBM_INITIALIZE_HPP
