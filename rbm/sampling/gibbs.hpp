// rbm/sampling/gibbs.hpp: sampling from a model, freely or given what was observed.
//
// A Gibbs chain draws h from p(h | v), then v from p(v | h), and so on; its states end up distributed as p(v, h).
// Evidence about visible units enters their input as a likelihood. One mechanism serves units that are known (a clamp),
// noisy or missing, in any mix: with it the chain draws from the posterior p(v, h | observation).
// SPDX-License-Identifier: MIT

#ifndef RBM_SAMPLING_GIBBS_HPP
#define RBM_SAMPLING_GIBBS_HPP

#include <stddef.h>
#include <stdint.h>

#include "../layers/layer.hpp"
#include "../model/model.hpp"
#include "../numbers/fixed.hpp"
#include "../numbers/number.hpp"
#include "../status.hpp"
#include "../storage.hpp"
#include "transposed.hpp"

namespace rbm {

/// One chain, of which `visible` is the fantasy particle.
template <class Model>
struct GibbsChain {
  typename Model::VisibleState visible;
  typename Model::HiddenState hidden;  // what `visible` was drawn from; zero before the first step

  /// Starts at a sample.
  void start(const typename Model::Sample& v) {
    Model::start(v, visible);
    hidden.fill(typename Model::Scalar(0));
  }

  /// Starts at noise: visible units as if they had neither weights nor biases, Bernoulli units on with probability 1/2,
  /// Gaussian units standard normal.
  template <class Rng>
  void start_from_noise(Rng& rng) {
    Model::VisibleLayer::noise(visible.values, rng);
    hidden.fill(typename Model::Scalar(0));
  }

  /// Alternating Gibbs sampling, `steps` times h and v. The sampler is a model,
  /// tempered(model, inverse temperature), or a Transposed model.
  /// not_finite where real units ran away, of a model that is not normalizable: then start the chain anew. Where it
  /// starts need not be a state of its units: a rectified unit may have been seen below 0.
  template <class Sampler, class Rng>
  Status run(const Sampler& sampler, uint32_t steps, Rng& rng) {
    for (uint32_t step = 0; step < steps; ++step) {
      sampler.sample_hidden(visible, hidden, rng);
      sampler.sample_visible(hidden, visible, rng);
    }
    return steps == 0 ? Status::ok : check();
  }

  /// Alternating Gibbs sampling under evidence: the chain of p(v, h | observation).
  template <class Sampler, class Rng>
  Status run(const Sampler& sampler, const typename Model::VisibleEvidence& evidence, uint32_t steps, Rng& rng) {
    for (uint32_t step = 0; step < steps; ++step) {
      sampler.sample_hidden(visible, hidden, rng);
      sampler.sample_visible(hidden, evidence, visible, rng);
    }
    return steps == 0 ? Status::ok : check();
  }

  /// Whether the states are such: not_finite where real ones are NaN or beyond the range of their units. Draws of
  /// discrete units, and integers, are.
  Status check() const {
    if (Arithmetic<typename Model::Scalar>::is_fixed) return Status::ok;
    Status status = Model::Visible::is_real ? Model::VisibleLayer::check(visible.values) : Status::ok;
    if (status == Status::ok && Model::Hidden::is_real) status = Model::HiddenLayer::check(hidden.values);
    return status == Status::ok ? Status::ok : Status::not_finite;
  }
};

/// Many chains of one model, each as a GibbsChain, one after the other from the same generator.
template <class Model, size_t Count>
struct GibbsChains {
  static_assert(Count > 0, "rbm: chains need room for at least one");

  enum : size_t { count = Count };

  Vector<GibbsChain<Model>, Count> chains;

  GibbsChain<Model>& operator[](size_t c) { return chains[c]; }
  const GibbsChain<Model>& operator[](size_t c) const { return chains[c]; }

  /// Chain c starts at sample c; where there are fewer samples, from the first again. out_of_range for no samples.
  Status start(const typename Model::Sample* samples, size_t sample_count) {
    if (sample_count == 0) return Status::out_of_range;
    for (size_t c = 0; c < Count; ++c) chains[c].start(samples[c % sample_count]);
    return Status::ok;
  }

  template <class Rng>
  void start_from_noise(Rng& rng) {
    for (GibbsChain<Model>& chain : chains) chain.start_from_noise(rng);
  }

  /// not_finite where one of the chains ran away; the others have run.
  template <class Sampler, class Rng>
  Status run(const Sampler& sampler, uint32_t steps, Rng& rng) {
    Status status = Status::ok;
    for (GibbsChain<Model>& chain : chains) status = first_failure(status, chain.run(sampler, steps, rng));
    return status;
  }

  template <class Sampler, class Rng>
  Status run(const Sampler& sampler, const typename Model::VisibleEvidence& evidence, uint32_t steps, Rng& rng) {
    Status status = Status::ok;
    for (GibbsChain<Model>& chain : chains) status = first_failure(status, chain.run(sampler, evidence, steps, rng));
    return status;
  }
};

namespace detail {

/// The mean of states that come one after the other: moved on by each of them. `mean` of the states so far.
template <class Scalar, size_t Length>
struct RunningMean {
  Vector<Scalar, Length> mean;

  void clear() { mean.fill(Scalar(0)); }  // the first step overwrites it, but not what was no number
  void add(size_t i, Scalar state, uint32_t step) {
    mean[i] += Scalar(1.0f / static_cast<float>(step)) * (state - mean[i]);
  }
  void end(uint32_t) {}
};

/// Of integers: their sum, which is divided when all have come.
/// Scaling: a sum of 32 bits holds 2^16 states of 16 bits; its magnitude and half of the divisor fit without a sign.
template <class Integer, int FractionBits, size_t Length>
struct RunningMean<Fixed<Integer, FractionBits>, Length> {
  typedef Fixed<Integer, FractionBits> Scalar;

  Vector<Scalar, Length> mean;
  Vector<int32_t, Length> sum;

  void clear() { sum.fill(0); }
  void add(size_t i, Scalar state, uint32_t) { sum[i] += state.raw; }
  void end(uint32_t steps) {
    for (size_t i = 0; i < Length; ++i) {
      const uint32_t bits = static_cast<uint32_t>(sum[i]), magnitude = sum[i] < 0 ? 0u - bits : bits;
      const int32_t size = static_cast<int32_t>((magnitude + steps / 2) / steps);
      mean[i] = Scalar::from_raw(static_cast<Integer>(sum[i] < 0 ? -size : size));
    }
  }
};

}  // namespace detail

/// What a model makes of an observation: the chain that explores it, and `mean`, the expectation of v given the
/// observation, as the chain finds it. Before `run`, give it evidence (`forget` first) and start its chain; `denoise`
/// does both. It samples by a model, or by its Transposed.
template <class Model>
struct Posterior : detail::RunningMean<typename Model::Scalar, Model::visible_size> {
  typedef typename Model::Scalar Scalar;
  typedef typename Model::Sum Sum;

  // Sums of integers hold no more. In floats the changes by later states would be smaller than what rounds them; the
  // average of so many is right to 0.0003, which is far less than their scatter.
  enum : uint32_t { most_steps = uint32_t{1} << 16 };

  typename Model::VisibleEvidence evidence;
  GibbsChain<Model> chain;

  /// Takes `burn_in` steps, then averages p(v | h, observation) over `steps` more, into `mean`.
  /// The chain goes on from where it is: start it first.
  /// Errors, which change nothing: out_of_range where steps is 0, too_large above most_steps. And not_finite where real
  /// units ran away or the mean is no number: then chain and mean are of no use, and the generator has moved on.
  template <class Rng, class Sampler>
  Status run(const Sampler& sampler, uint32_t burn_in, uint32_t steps, Rng& rng) {
    Status status = check(steps);
    if (status != Status::ok) return status;
    status = chain.run(sampler, evidence, burn_in, rng);
    if (status != Status::ok) return status;
    const typename Model::VisibleLayer& layer = detail::model_of(sampler).visible;
    this->clear();
    for (uint32_t step = 1; step <= steps; ++step) {
      sampler.sample_hidden(chain.visible, chain.hidden, rng);
      const typename Sampler::VisibleInputs inputs = sampler.all_visible_inputs(chain.hidden, chain.visible);
      for (Block block : Blocks<typename Model::Visible>()) {
        Sum x[Model::Visible::block_size], copy[Model::Visible::block_size];  // evidence adds to its inputs
        Scalar now[Model::Visible::block_size];
        inputs.get(block, x);
        for (size_t i = 0; i < block.count; ++i) copy[i] = x[i];
        evidence.mean(block, layer, copy, now);
        evidence.sample(block, layer, x, chain.visible.values + block.first, rng);
        for (size_t i = 0; i < block.count; ++i) this->add(block.first + i, now[i], step);
      }
    }
    this->end(steps);
    status = chain.check();
    if (!Arithmetic<Scalar>::is_fixed && Model::VisibleLayer::check(this->mean.values) != Status::ok) {
      status = Status::not_finite;
    }
    return status;
  }

  /// Whether an average over so many steps can be had.
  static Status check(uint32_t steps) {
    return steps == 0 ? Status::out_of_range : steps > most_steps ? Status::too_large : Status::ok;
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

/// Removes noise: `posterior.mean` becomes the expectation of the clean sample, given the model and that each unit of
/// `noisy` was flipped with probability `noise`; units of real value were disturbed by Gaussian noise of variance
/// `noise` instead. The chain starts at `noisy`, takes `burn_in` steps, then averages over `steps`. Errors, which leave
/// `posterior` as it was: out_of_range for a probability outside [0, 1], a negative variance, a unit that is in none of
/// its states, or no steps; too_large above Posterior::most_steps; not_finite. Where not_finite comes of the model, as
/// from Posterior::run, its chain has run.
template <class Model, class Rng, class Sampler>
Status denoise(const Sampler& sampler, const typename Model::Sample& noisy, float noise, uint32_t burn_in,
               uint32_t steps, Posterior<Model>& posterior, Rng& rng) {
  Status status = Posterior<Model>::check(steps);
  if (status == Status::ok) status = posterior.evidence.observe(noisy, noise);
  if (status != Status::ok) return status;
  posterior.chain.start(noisy);
  return posterior.run(sampler, burn_in, steps, rng);
}

}  // namespace rbm

#endif  // RBM_SAMPLING_GIBBS_HPP
