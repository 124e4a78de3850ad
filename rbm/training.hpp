// rbm/training.hpp: contrastive divergence, one sample at a time or in mini-batches.
//
// d ln L / dW = <v h>_data - <v h>_model, and CD-k takes the second average at the end of k steps of a Gibbs chain that
// starts at the sample (Hinton 2002). Hidden units are *sampled* when they drive the visible ones. The statistics take
// p(h | v) at both ends, at the data and at the chain's last v, for weights and biases alike: the same expectation with
// less noise. Visible units are sampled; `mean_field_visible` takes their means instead.
// SPDX-License-Identifier: MIT

#ifndef RBM_TRAINING_HPP
#define RBM_TRAINING_HPP

#include <stddef.h>
#include <stdint.h>

#include "arithmetic.hpp"
#include "kernels.hpp"
#include "status.hpp"
#include "storage.hpp"

namespace rbm {

struct TrainingOptions {
  float learning_rate = 0.1f;       // added to a parameter per unit of its mean gradient; finite, not negative
  uint16_t gibbs_steps = 1;         // k of CD-k; at least 1
  bool mean_field_visible = false;  // the chain takes p(v | h) instead of a draw from it
};

/// Trains on up to `Batch` samples at a time. It holds the states of the chains and nothing of the size of the weights:
/// Batch (V + 2 H) values and the options.
template <class ModelType, size_t Batch>
struct Trainer {
  static_assert(Batch > 0, "rbm: a batch needs room for at least one sample");

  typedef ModelType Model;
  typedef typename Model::VisibleState VisibleState;
  typedef typename Model::HiddenState HiddenState;

  TrainingOptions options;
  Vector<VisibleState, Batch> visible;     // the last v of each chain: a reconstruction of its sample
  Vector<HiddenState, Batch> hidden;       // p(h | v) there
  Vector<HiddenState, Batch> hidden_data;  // p(h | v) at the sample

  constexpr Trainer() : options(), visible(), hidden(), hidden_data() {}

  /// One update from `count` samples, which are not the trainer's own states: every parameter moves by the learning
  /// rate times its mean CD-k gradient. Errors, which change neither model nor trainer nor generator: not_finite or
  /// out_of_range for a sample or an option or where count is 0; too_large where count is more than Batch.
  template <class Rng>
  Status step(Model& model, const VisibleState* samples, size_t count, Rng& rng) {
    if (count > Batch) return Status::too_large;
    const Status status = check(samples, count);
    if (status == Status::ok) update(model, samples, count, rng);
    return status;
  }

  /// One update from one sample.
  template <class Rng>
  Status step(Model& model, const VisibleState& sample, Rng& rng) {
    return step(model, &sample, 1, rng);
  }

  /// One pass over any number of samples, in batches, in their order; the last batch takes what is left.
  /// Errors as for a step, but any count will do: where one sample is refused, nothing is learnt from any.
  template <class Rng>
  Status epoch(Model& model, const VisibleState* samples, size_t count, Rng& rng) {
    const Status status = check(samples, count);
    for (size_t first = 0; first < count && status == Status::ok; first += Batch) {
      update(model, samples + first, count - first < Batch ? count - first : size_t{Batch}, rng);
    }
    return status;
  }

 private:
  Status check(const VisibleState* samples, size_t count) const {
    if (!is_finite(options.learning_rate)) return Status::not_finite;
    if (options.learning_rate < 0.0f || options.gibbs_steps == 0) return Status::out_of_range;
    return Model::check(samples, count);
  }

  template <class Rng>
  void update(Model& model, const VisibleState* samples, size_t count, Rng& rng) {
    for (size_t s = 0; s < count; ++s) run_chain(model, samples[s], visible[s], hidden[s], hidden_data[s], rng);

    const typename Arithmetic<typename Model::Scalar>::Rate rate = options.learning_rate / static_cast<float>(count);
    kernels::nudge_outer(model.weights.values, rate, count, samples, hidden_data.values, visible.values, hidden.values);
    for (size_t s = 0; s < count; ++s) {
      model.visible.learn(rate, samples[s].values, visible[s].values);
      model.hidden.learn(rate, hidden_data[s].values, hidden[s].values);
    }
  }

  template <class Rng>
  struct TakeSampleAndMean {
    const typename Model::HiddenLayer& layer;
    typename Model::Scalar* state;
    typename Model::Scalar* mean;
    Rng& rng;

    template <size_t Count>
    void operator()(Size<Count>, size_t first, const typename Model::Sum* x) {
      layer.template sample<Count>(first, x, state + first, rng);
      layer.template mean<Count>(first, x, mean + first);
    }
  };

  // v0 -> h, p(h | v0); then h -> v, k times; v -> p(h | v), in `h`.
  template <class Rng>
  void run_chain(const Model& model, const VisibleState& v0, VisibleState& v, HiddenState& h, HiddenState& h_data,
                 Rng& rng) const {
    TakeSampleAndMean<Rng> take = {model.hidden, h.values, h_data.values, rng};
    model.visit_hidden_inputs(v0, take);
    for (uint16_t left = options.gibbs_steps; left > 0; --left) {
      if (options.mean_field_visible) {
        model.mean_visible(h, v);
      } else {
        model.sample_visible(h, v, rng);
      }
      if (left > 1) model.sample_hidden(v, h, rng);
    }
    model.mean_hidden(v, h);
  }
};

/// One sample at a time: the states of a single chain.
template <class Model>
using OnlineTrainer = Trainer<Model, 1>;

}  // namespace rbm

#endif  // RBM_TRAINING_HPP
