// rbm/training/trainer.hpp: contrastive divergence, one sample at a time or in mini-batches.
//
// d ln L / dW = <v h>_data - <v h>_model. CD-k takes the second average at the end of k steps of a Gibbs chain that
// starts at the sample (Hinton 2002); persistent CD goes on with the chains of the update before (Tieleman 2008).
// Hidden units are *sampled* when they drive the visible ones. The statistics take p(h | v) at both ends, at the data
// and at the chain's last v, for weights and biases alike: the same expectation with less noise. Visible units are
// sampled; `mean_field_visible` takes their means instead. 8-bit models take draws of h in the statistics, too: an
// update is then -1, 0 or 1 times the rate.
//
// Persistent chains follow the model only while it changes slowly. At too large a rate they lag behind, and learning
// diverges: likelihood falls while weights grow. The rate of a persistent trainer therefore falls by default.
// SPDX-License-Identifier: MIT

#ifndef RBM_TRAINING_TRAINER_HPP
#define RBM_TRAINING_TRAINER_HPP

#include <stddef.h>
#include <stdint.h>

#include "../numbers/number.hpp"
#include "../model/check.hpp"
#include "gradient.hpp"
#include "layer_by_layer.hpp"
#include "../layers/sites.hpp"
#include "normalizable.hpp"
#include "options.hpp"
#include "../status.hpp"
#include "../storage.hpp"
#include "rules.hpp"

namespace rbm {

namespace detail {

/// scheduled: how many updates were made. Set it to 0 to begin the schedule anew.
template <bool Wanted>
struct Clock {
  uint32_t updates;
};

template <>
struct Clock<false> {};

/// persistent: how many fantasy particles there are. Each starts at the first sample it meets; 0 starts all anew.
template <bool Wanted>
struct Particles {
  size_t particles;
};

template <>
struct Particles<false> {};

}  // namespace detail

/// Trains on up to `Batch` samples at a time. It holds the states of the chains, Batch (V + 2 H) values, the options,
/// on processors with vectors up to 16 KB for large batches (is_tiled in gradient.hpp), and what the extras need (see
/// Extras in options.hpp): `centred` V + H values, `with_momentum` a copy of the weights and biases; V + H values
/// where both layers have real units, whose weights are kept normalizable (normalizable.hpp), which near the bound
/// takes several times as long as the rest of a step. Sample s of a batch goes with chain s, so a persistent trainer
/// has Batch fantasy particles, `visible`.
template <class ModelType, size_t Batch, Extras Chosen = plain>
struct Trainer : detail::Tiles<ModelType, detail::is_tiled<ModelType, Batch>()>,
                 detail::Clock<detail::has(Chosen, scheduled)>,
                 detail::Particles<detail::has(Chosen, persistent)>,
                 detail::Offsets<ModelType, detail::has(Chosen, centred)>,
                 detail::Velocity<ModelType, detail::has(Chosen, with_momentum)>,
                 detail::StrongestDirection<ModelType, detail::is_real_pair<ModelType>()> {
  static_assert(Batch > 0, "rbm: a batch needs room for at least one sample");
  static_assert(!ModelType::is_in_flash, "rbm: a model in flash cannot learn: convert() copies it to RAM");
  static_assert((Chosen & ~63u) == 0 && (Chosen & 3u) != 2u, "rbm: there is no such extra");
  static_assert(ModelType::Visible::has_variance || !detail::has(Chosen, learned_variance),
                "rbm: only Gaussian visible units have a variance to learn");
  static_assert(!Arithmetic<typename ModelType::Scalar>::is_fixed || !detail::has(Chosen, learned_variance),
                "rbm: variances are learned in float only: give integers the variances of the data, by initialize");
  static_assert(Arithmetic<typename ModelType::Scalar>::template batch_fits<Batch, detail::has_real<ModelType>()>(),
                "rbm: a batch this large can overflow the sums of its statistics: take a smaller Batch");

  typedef ModelType Model;
  typedef typename Model::VisibleState VisibleState;
  typedef typename Model::HiddenState HiddenState;
  typedef Arithmetic<typename Model::Scalar> Ops;
  typedef typename Ops::Setting Setting;
  typedef typename Model::Sum Sum;

  enum : unsigned { extras = Chosen };
  enum : size_t { batch_size = Batch };  // the most samples that a step takes

  TrainingOptions<Chosen, Setting> options;
  Vector<VisibleState, Batch> visible;     // the last v of each chain: a reconstruction of its sample, or a particle
  Vector<HiddenState, Batch> hidden;       // p(h | v) there
  Vector<HiddenState, Batch> hidden_data;  // p(h | v) at the sample

  constexpr Trainer()
      : detail::Tiles<ModelType, detail::is_tiled<ModelType, Batch>()>(),
        detail::Clock<detail::has(Chosen, scheduled)>(),
        detail::Particles<detail::has(Chosen, persistent)>(),
        detail::Offsets<Model, detail::has(Chosen, centred)>(),
        detail::Velocity<Model, detail::has(Chosen, with_momentum)>(),
        detail::StrongestDirection<Model, detail::is_real_pair<Model>()>(),
        options(Model::Visible::learning_rate() < Model::Hidden::learning_rate() ? Model::Visible::learning_rate()
                                                                                 : Model::Hidden::learning_rate()),
        visible(),
        hidden(),
        hidden_data() {}

  /// One update from `count` samples, which are not the trainer's own states: every parameter moves by the learning
  /// rate times its mean gradient. Errors, which change neither model nor trainer nor generator: not_finite or
  /// out_of_range for a sample, an option or a variance that is not above 0, or where count is 0; too_large where count
  /// is more than Batch. Chains can run away, of a model that check() would refuse, or of one with real units: then
  /// not_finite is returned, the model is as before, and particles start anew. A step does not look at the model
  /// itself, which would take longer than the step: of one that check() refuses only that much is promised.
  template <class Rng>
  Status step(Model& model, const VisibleState* samples, size_t count, Rng& rng) {
    if (count > Batch) return Status::too_large;
    Status status = check(model, samples, count);
    if (status == Status::ok) status = update(model, samples, count, true, rng);
    return status;
  }

  /// One update from one sample.
  template <class Rng>
  Status step(Model& model, const VisibleState& sample, Rng& rng) {
    return step(model, &sample, 1, rng);
  }

  /// One pass over any number of samples, in batches, in their order; the last batch takes what is left. A centred
  /// trainer takes the means of all of them, where steps take a moving average.
  /// Errors as for a step, but any count will do, and first those of check(model): where one sample is refused, nothing
  /// is learnt from any; where chains run away, what the batches before them taught stays.
  template <class Rng>
  Status epoch(Model& model, const VisibleState* samples, size_t count, Rng& rng) {
    Status status = rbm::check(model);
    if (status == Status::ok) status = check(model, samples, count);
    if (status == Status::ok) set_visible_offset(Has<centred>(), samples, count, detail::Limits<Setting>::one(), rng);
    for (size_t first = 0; first < count && status == Status::ok; first += Batch) {
      status = update(model, samples + first, count - first < Batch ? count - first : size_t{Batch}, false, rng);
    }
    return status;
  }

  /// The learning rate of the next update.
  Setting learning_rate() const { return now(Has<scheduled>(), options.learning_rate); }

 private:
  // Tells functions apart by whether there is an extra.
  template <unsigned Extra>
  struct If {};
  template <unsigned Extra>
  using Has = If<detail::has(Chosen, Extra) ? Extra : 0u>;
  typedef If<(Chosen & (centred | with_momentum | penalised)) != 0 ? 1u : 0u> HasRules;
  typedef If<detail::is_layer_by_layer<Model, Batch>() ? 1u : 0u> GoesLayerByLayer;
  typedef If<Ops::samples_statistics ? 1u : 0u> Drawn;  // whether statistics take draws of h

  Status check(const Model& model, const VisibleState* samples, size_t count) const {
    const Status status = options.check();
    if (status != Status::ok) return status;
    if (!model.visible.is_proper() || !model.hidden.is_proper()) return Status::out_of_range;
    if (detail::has(Chosen, learned_variance) && options.mean_field_visible) return Status::out_of_range;
    return Model::check(samples, count);
  }

  template <class Rng>
  Status update(Model& model, const VisibleState* samples, size_t count, bool follow_means, Rng& rng) {
    run_chains(GoesLayerByLayer(), model, samples, count, rng);
    if (ran_away(count)) {
      start_particles(Has<persistent>(), 0);
      return Status::not_finite;
    }
    start_particles(Has<persistent>(), count);
    follow_offsets(Has<centred>(), samples, count, follow_means, rng);

    const detail::Statistics<Model> batch = {samples, hidden_data.values, visible.values, hidden.values, count};
    change(HasRules(), model, batch, rng);
    change_variance(Has<learned_variance>(), model, batch);
    this->keep_normalizable(model, *this);
    tick(Has<scheduled>());
    return Status::ok;
  }

  // The gradient times the rate, and nothing else.
  template <class Rng>
  void change(If<0>, Model& model, const detail::Statistics<Model>& batch, Rng& rng) {
    detail::Gradient<Model, Batch>::climb(model, batch, learning_rate(), rng);
  }

  template <class Rng>
  void change(If<1>, Model& model, const detail::Statistics<Model>& batch, Rng& rng) {
    detail::Update<Trainer, Rng>(model, *this, batch, static_cast<typename Ops::Change>(learning_rate()), rng).run();
  }

  template <class Rng>
  void run_chains(If<0>, const Model& model, const VisibleState* samples, size_t count, Rng& rng) {
    for (size_t s = 0; s < count; ++s) run_chain(Has<persistent>(), model, samples[s], s, rng);
  }

  template <class Rng>
  void run_chains(If<1>, const Model& model, const VisibleState* samples, size_t count, Rng& rng) {
    detail::LayerByLayer<Trainer, Rng>{model, *this, samples, count, rng}.run();
  }

  // v0 -> h, p(h | v0); then h -> v, k times; v -> p(h | v), in `hidden`.
  template <class Rng>
  void run_chain(If<0>, const Model& model, const VisibleState& sample, size_t s, Rng& rng) {
    start_chain(Drawn(), model, sample, s, rng);
    go_on(model, s, rng);
  }

  // v0 -> p(h | v0); and from the particle on, v -> h -> v, k times; v -> p(h | v).
  template <class Rng>
  void run_chain(If<persistent>, const Model& model, const VisibleState& sample, size_t s, Rng& rng) {
    take_statistics(Drawn(), model, sample, hidden_data[s], rng);
    if (s >= this->particles) visible[s] = sample;
    model.sample_hidden(visible[s], hidden[s], rng);
    go_on(model, s, rng);
  }

  template <class Rng>
  void go_on(const Model& model, size_t s, Rng& rng) {
    for (uint16_t left = options.gibbs_steps; left > 0; --left) {
      if (options.mean_field_visible) {
        model.mean_visible(hidden[s], visible[s]);
      } else {
        model.sample_visible(hidden[s], visible[s], rng);
      }
      if (left > 1) model.sample_hidden(visible[s], hidden[s], rng);
    }
    take_statistics(Drawn(), model, visible[s], hidden[s], rng);
  }

  // A draw that starts the chain, and the statistics at the sample: p(h | v), or in 8 bits the same draw.
  template <class Rng>
  void start_chain(If<0>, const Model& model, const VisibleState& sample, size_t s, Rng& rng) {
    const auto draw = [&](Block block, typename Model::Sum* x) RBM_ALWAYS_INLINE {
      model.hidden.sample_with_mean(block, x, hidden[s].values + block.first, hidden_data[s].values + block.first, rng);
    };
    model.visit_hidden_inputs(sample, draw, hidden_data[s]);
  }
  template <class Rng>
  void start_chain(If<1>, const Model& model, const VisibleState& sample, size_t s, Rng& rng) {
    model.sample_hidden(sample, hidden[s], rng);
    hidden_data[s] = hidden[s];
  }

  template <class Rng>
  static void take_statistics(If<0>, const Model& model, const VisibleState& v, HiddenState& h, Rng&) {
    model.mean_hidden(v, h);
  }
  template <class Rng>
  static void take_statistics(If<1>, const Model& model, const VisibleState& v, HiddenState& h, Rng& rng) {
    model.sample_hidden(v, h, rng);
  }

  void start_particles(If<0>, size_t) {}
  void start_particles(If<persistent>, size_t count) {
    if (count == 0 || count > this->particles) this->particles = count;
  }

  // Whether a state is none: NaN, or of real units so large that what is made of it would not be finite.
  bool ran_away(size_t count) const {
    if (Ops::is_fixed) return false;
    Status status = Status::ok;
    const bool is_drawn = !Model::Visible::is_real && !options.mean_field_visible;  // from finitely many states
    for (size_t s = 0; s < count && status == Status::ok; ++s) {
      if (!is_drawn) status = Model::VisibleLayer::check(visible[s].values);
      status = first_failure(status, Model::HiddenLayer::check(hidden[s].values));
      status = first_failure(status, Model::HiddenLayer::check(hidden_data[s].values));
    }
    return status != Status::ok;
  }

  // What a rate has fallen to.
  Setting now(If<0>, Setting rate) const { return rate; }
  Setting now(If<scheduled>, Setting rate) const { return options.after(this->updates, rate); }

  void tick(If<0>) {}
  void tick(If<scheduled>) { this->updates += this->updates != 0xFFFFFFFFu; }

  // The means of the first batch, then moving averages; in an epoch the visible offset is the mean of all samples.
  template <class Rng>
  void follow_offsets(If<0>, const VisibleState*, size_t, bool, Rng&) {}
  template <class Rng>
  void follow_offsets(If<centred>, const VisibleState* samples, size_t count, bool follow_means, Rng& rng) {
    const Setting share = this->has_offsets ? options.offset_rate : detail::Limits<Setting>::one();
    if (follow_means) set_visible_offset(If<centred>(), samples, count, share, rng);
    follow(this->hidden_offset, hidden_data.values, count, share, rng);
    this->has_offsets = true;
  }

  template <class Rng>
  void set_visible_offset(If<0>, const VisibleState*, size_t, Setting, Rng&) {}
  template <class Rng>
  void set_visible_offset(If<centred>, const VisibleState* samples, size_t count, Setting share, Rng& rng) {
    follow(this->visible_offset, samples, count, share, rng);
  }

  // offset += share (mean of the states - offset)
  template <class State, class Rng>
  static void follow(State& offset, const State* states, size_t count, Setting share, Rng& rng) {
    typedef typename Ops::Change Change;
    for (size_t i = 0; i < State::size; ++i) {
      const Change old = static_cast<Change>(offset[i]);
      const Change mean = Ops::quotient(Ops::total(states, count, i), count);
      const Change next =
          share >= detail::Limits<Setting>::one() ? mean : old + static_cast<Change>(share) * (mean - old);
      Ops::template assign<1>(&next, 1, &offset[i], rng);
    }
  }

  // d ln p / d ln variance = (<v^2>_data - <v^2>_model) / (2 variance)
  void change_variance(If<0>, Model&, const detail::Statistics<Model>&) {}
  void change_variance(If<learned_variance>, Model& model, const detail::Statistics<Model>& batch) {
    const float rate = now(Has<scheduled>(), options.variance_rate) / static_cast<float>(batch.count);
    Model::Visible::each_block([&](Block block) {
      Sum squares[Model::Visible::block_size];
      for (size_t i = 0; i < block.count; ++i) {
        Sum sum = 0;
        for (size_t s = 0; s < batch.count; ++s) {
          const Sum data = static_cast<Sum>(batch.visible_data[s][block.first + i]);
          const Sum end = static_cast<Sum>(batch.visible_model[s][block.first + i]);
          sum += (data - end) * (data + end);
        }
        squares[i] = sum * rate;
      }
      model.visible.learn_variance(block, squares);
    });
  }
};

/// One sample at a time: the states of a single chain.
template <class Model, Extras Chosen = plain>
using OnlineTrainer = Trainer<Model, 1, Chosen>;

}  // namespace rbm

#endif  // RBM_TRAINING_TRAINER_HPP
