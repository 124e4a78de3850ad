// rbm/gibbs.hpp: sampling from a model, freely or given what was observed.
//
// A Gibbs chain draws h from p(h | v), then v from p(v | h), and so on; its states end up distributed as p(v, h).
// Evidence about visible units enters their input as a likelihood. One mechanism serves units that are known (a clamp),
// noisy or missing, in any mix: with it the chain draws from the posterior p(v, h | observation).
// SPDX-License-Identifier: MIT

#ifndef RBM_GIBBS_HPP
#define RBM_GIBBS_HPP

#include <stddef.h>
#include <stdint.h>

#include "status.hpp"

namespace rbm {

/// One chain, of which `visible` is the fantasy particle.
template <class Model>
struct GibbsChain {
  typename Model::VisibleState visible;
  typename Model::HiddenState hidden;  // what `visible` was drawn from; zero before the first step

  /// Starts at a sample.
  void start(const typename Model::VisibleState& v) {
    visible = v;
    hidden = typename Model::HiddenState();
  }

  /// Starts at noise: every visible unit as if its input were 0, so a Bernoulli unit is on with probability 1/2.
  template <class Rng>
  void start_from_noise(const Model& model, Rng& rng) {
    start(typename Model::VisibleState());
    model.visible.sample(visible.values, visible.values, rng);
  }

  /// Alternating Gibbs sampling, `steps` times h and v.
  template <class Rng>
  void run(const Model& model, uint32_t steps, Rng& rng) {
    for (uint32_t step = 0; step < steps; ++step) {
      model.sample_hidden(visible, hidden, rng);
      model.sample_visible(hidden, visible, rng);
    }
  }

  /// The same under evidence: the chain of p(v, h | observation).
  template <class Rng>
  void run(const Model& model, const typename Model::VisibleEvidence& evidence, uint32_t steps, Rng& rng) {
    for (uint32_t step = 0; step < steps; ++step) {
      model.sample_hidden(visible, hidden, rng);
      model.visible_input(hidden, visible);
      evidence.add_to(visible.values);
      model.visible.sample(visible.values, visible.values, rng);
    }
  }
};

/// What a model makes of an observation: the chain that explores it, and the mean that the chain finds.
template <class Model>
struct Posterior {
  typename Model::VisibleEvidence evidence;
  GibbsChain<Model> chain;
  typename Model::VisibleState mean;           // the expectation of v given the observation
  typename Model::VisibleInput visible_input;  // scratch

  /// Takes `burn_in` steps, then averages p(v | h, observation) over `steps` more, into `mean`.
  /// The chain goes on from where it is: start it first. Errors: out_of_range where steps is 0.
  template <class Rng>
  Status run(const Model& model, uint32_t burn_in, uint32_t steps, Rng& rng) {
    if (steps == 0) return Status::out_of_range;
    typedef typename Model::Scalar Scalar;
    chain.run(model, evidence, burn_in, rng);
    mean = typename Model::VisibleState();
    for (uint32_t step = 0; step < steps; ++step) {
      model.sample_hidden(chain.visible, chain.hidden, rng);
      model.visible_input(chain.hidden, visible_input);
      evidence.add_to(visible_input.values);
      model.visible.sample(visible_input.values, chain.visible.values, rng);
      model.visible.mean(visible_input.values, visible_input.values);
      for (size_t i = 0; i < Model::visible_size; ++i) mean[i] += visible_input[i];
    }
    for (Scalar& value : mean.values) value *= Scalar(1.0f / static_cast<float>(steps));
    return Status::ok;
  }
};

/// One up-down pass without chance: h becomes the mean of the hidden units given v, `reconstruction` that of the
/// visible units given h.
template <class Model>
void reconstruct(const Model& model, const typename Model::VisibleState& v, typename Model::HiddenState& h,
                 typename Model::VisibleState& reconstruction) {
  model.mean_hidden(v, h);
  model.mean_visible(h, reconstruction);
}

/// Removes flip noise: `posterior.mean` becomes the expectation of the clean sample, given the model and that each unit
/// of `noisy` was flipped with probability `flip_probability`. The chain starts at `noisy`, takes `burn_in` steps, then
/// averages over `steps`.
/// Errors, which leave `posterior` as it was: out_of_range for a probability outside [0, 1], a unit that is neither 0
/// nor 1, or no steps; not_finite.
template <class Model, class Rng>
Status denoise(const Model& model, const typename Model::VisibleState& noisy, typename Model::Scalar flip_probability,
               uint32_t burn_in, uint32_t steps, Posterior<Model>& posterior, Rng& rng) {
  if (steps == 0) return Status::out_of_range;
  const Status status = posterior.evidence.observe(noisy, flip_probability);
  if (status != Status::ok) return status;
  posterior.chain.start(noisy);
  return posterior.run(model, burn_in, steps, rng);
}

}  // namespace rbm

#endif  // RBM_GIBBS_HPP
