// rbm/training/trainer.hpp: contrastive divergence, one sample at a time or in mini-batches.
//
// d ln L / dW = <v h>_data - <v h>_model. CD-k takes the second average at the end of k steps of a Gibbs chain that
// starts at the sample (Hinton 2002); persistent CD goes on with the chains of the update before (Tieleman 2008).
// Hidden units are *sampled* when they drive the visible ones. The statistics take p(h | v) at both ends, at the data
// and at the chain's last v, for weights and biases alike: the same expectation with less noise. Visible units are
// sampled; `mean_field` takes their means instead. 8-bit models take draws of h in the statistics, too: an update is
// then -1, 0 or 1 times the rate.
//
// Persistent chains follow the model only while it changes slowly. At too large a rate they lag behind, and learning
// diverges: likelihood falls while weights grow. The rate of a persistent trainer therefore falls by default.
// SPDX-License-Identifier: MIT

#ifndef RBM_TRAINING_TRAINER_HPP
#define RBM_TRAINING_TRAINER_HPP

#include <stddef.h>
#include <stdint.h>

#include "../layers/layer.hpp"
#include "../model/parameters.hpp"
#include "../numbers/number.hpp"
#include "../status.hpp"
#include "../storage.hpp"
#include "averages.hpp"
#include "chains.hpp"
#include "exact.hpp"
#include "extras.hpp"
#include "gradient_tile.hpp"
#include "normalizable.hpp"
#include "options.hpp"
#include "slices.hpp"
#include "update.hpp"
#include "ways.hpp"

namespace rbm {

/// Trains on up to `Batch` samples at a time. It holds the options; the states of the chains, Batch (V + 2 H) values;
/// on processors with vectors, but not with Helium, two masks of each chain's visible units, which say where they are
/// on (active.hpp): 8 bytes for every 64 units or part of them, and 8 more, and for batches that share work a tile of
/// the weights or a table, 16 KB, with which integers sum in a place of their own (ways.hpp); and what the extras need
/// (Extras in options.hpp): `centred` V + H values, `exact` a copy of the weights and biases, in integers of 4 bytes
/// each, but the state of one chain only, `with_momentum` a copy of the weights and biases, and in large batches the
/// gradient of a tile and V + 2 H sums (gradient_tile.hpp). Where both layers have real units it holds V + H values
/// more and keeps the weights normalizable (normalizable.hpp), which near the bound takes several times as long as the
/// rest of a step. Sample s of a batch goes with chain s, so a persistent trainer has Batch fantasy particles,
/// `visible`.
template <class ModelType, size_t Batch, Extras Chosen = plain>
struct Trainer : kernels::ActiveUnits<ModelType::visible_size, Batch>,
                 detail::Optional<kernels::Tile<ModelType::visible_size, ModelType::hidden_size>,
                                  detail::is_tiled<ModelType, Batch>()>,
                 detail::Optional<detail::BatchTables<ModelType, Batch>,
                                  detail::way_of<ModelType, Batch>() == detail::Way::by_tables>,
                 detail::Optional<detail::GradientTile<ModelType>,
                                  kernels::has_unit_bits && detail::has_gradient_tile<ModelType, Batch, Chosen>()>,
                 detail::Optional<detail::Differences<ModelType>, detail::has_differences<ModelType, Batch, Chosen>()>,
                 detail::Optional<detail::UpdateCounter, detail::has(Chosen, scheduled)>,
                 detail::Optional<detail::Particles, detail::has(Chosen, persistent)>,
                 detail::Optional<detail::Offsets<ModelType>, detail::has(Chosen, centred)>,
                 detail::Optional<detail::Velocity<ModelType>, detail::has(Chosen, with_momentum)>,
                 detail::Optional<detail::StrongestDirection<ModelType>, detail::is_real_pair<ModelType>()>,
                 detail::Optional<detail::Slices<ModelType>, detail::has(Chosen, sliced)>,
                 detail::ExactAverages<ModelType, detail::has(Chosen, exact)> {
  static_assert(Batch > 0, "rbm: a batch needs room for at least one sample");
  static_assert(!ModelType::is_in_flash, "rbm: a model in flash cannot learn: convert() copies it to RAM");
  static_assert((Chosen & ~511u) == 0 && (Chosen & 3u) != 2u, "rbm: there is no such extra");
  static_assert(ModelType::Visible::has_variance || !detail::has(Chosen, learned_variance),
                "rbm: only Gaussian visible units have a variance to learn");
  static_assert(!detail::has(Chosen, learned_variance) || !detail::has(Chosen, mean_field),
                "rbm: a mean has no variance to learn from: leave out mean_field");
  static_assert(!Arithmetic<typename ModelType::Scalar>::is_fixed || !detail::has(Chosen, learned_variance),
                "rbm: variances are learned in float only: give integers the variances of the data, by initialize");
  static_assert(!detail::has(Chosen, exact) ||
                    (Chosen & (persistent | mean_field | sliced) & ~unsigned{scheduled}) == 0,
                "rbm: an exact trainer has no chains: leave out persistent, mean_field and sliced");
  static_assert(!detail::has(Chosen, exact) || detail::has_few_states<ModelType>(),
                "rbm: an exact trainer enumerates a layer of at most 2^16 states: 16 units that are off or on, or "
                "softmax groups");
  static_assert(!detail::has(Chosen, sliced) ||
                    (Batch == 1 && (Chosen & ~unsigned{sliced | persistent | mean_field}) == 0 &&
                     !detail::is_real_pair<ModelType>()),
                "rbm: slices are of one sample (Batch 1), without centred, with_momentum, penalised and "
                "learned_variance, and not between two layers of real units");
  static_assert(Arithmetic<typename ModelType::Scalar>::template batch_fits<Batch, detail::has_real<ModelType>()>(),
                "rbm: a batch this large can overflow the sums of its statistics: take a smaller Batch");

  typedef ModelType Model;
  typedef typename Model::VisibleState VisibleState;
  typedef typename Model::HiddenState HiddenState;
  typedef typename Model::VisibleEvidence VisibleEvidence;
  typedef Arithmetic<typename Model::Scalar> Ops;
  typedef typename Ops::Option Option;
  typedef typename Model::Sum Sum;
  typedef kernels::Tile<Model::visible_size, Model::hidden_size> Tile;
  typedef detail::BatchTables<Model, Batch> Tables;

  enum : unsigned { extras = Chosen };
  enum : size_t { batch_size = Batch };  // the most samples that a step takes

  TrainingOptions<Chosen, Option> options;
  enum : size_t { chains = detail::has(Chosen, exact) ? 1 : Batch };

  Vector<VisibleState, chains> visible = {};  // the last v of each chain: a reconstruction of its sample, or a particle
  Vector<HiddenState, chains> hidden = {};    // p(h | v) there
  Vector<HiddenState, Batch> hidden_data = {};  // p(h | v) at the sample

  constexpr Trainer()
      : kernels::ActiveUnits<ModelType::visible_size, Batch>(),
        detail::Optional<Tile, detail::is_tiled<ModelType, Batch>()>(),
        detail::Optional<Tables, detail::way_of<ModelType, Batch>() == detail::Way::by_tables>(),
        options(bool{Model::Visible::is_real} || bool{Model::Hidden::is_real} ? 0.001f : 0.1f) {}

  /// One update from `count` samples, which are not the trainer's own states: every parameter moves by the learning
  /// rate times its mean gradient. Errors, which change neither model nor trainer nor generator: not_finite or
  /// out_of_range for a sample, an option or a variance that is not above 0, or where count is 0; too_large where count
  /// is more than Batch. An 8-bit trainer of one sample at a time takes means only where an extra changes its update,
  /// or with mean_field. Chains can run away, of a model that check() would refuse, or of one with real units: then
  /// not_finite is returned, the model is as before, and particles start anew. A step does not look at the model
  /// itself, which would take longer than the step: of one that check() refuses only that much is promised. `exact`
  /// refuses averages that are not finite as it does chains.
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

  /// One update from what was observed of a sample, where units are missing or noisy. `v` first becomes what evidence
  /// and model make of it: the means given the means of the hidden units given v, in 8 bits without extras draws. So it
  /// is imputed in place, and better from step to step: give it back with its evidence in the next epoch. Missing units
  /// may start at any of their states, or at a mean. Errors as above, of v; evidence is what its observe() accepted.
  template <class Rng>
  Status step(Model& model, VisibleState& v, const VisibleEvidence& evidence, Rng& rng) {
    return step(model, &v, &evidence, 1, rng);
  }
  template <class Rng>
  Status step(Model& model, VisibleState* samples, const VisibleEvidence* evidence, size_t count, Rng& rng) {
    if (count > Batch) return Status::too_large;
    const Status status = check(model, samples, count);
    if (status != Status::ok) return status;
    for (size_t s = 0; s < count; ++s) impute(model, samples[s], evidence[s], rng);
    return update(model, samples, count, true, rng);
  }

  /// sliced: one update from one sample, in as many calls of resume() as it takes. Model and sample must stay where
  /// they are until is_learning() is false, and nothing else may change them or the trainer's states; the options only
  /// before begin(). The result is that of step(), bit for bit where the compiler fuses no multiplications. Errors as
  /// for a step; begin() takes as long as the look at V states and draws nothing. A step or epoch ends what was begun.
  Status begin(Model& model, const VisibleState& sample) {
    static_assert(detail::has(Chosen, sliced), "rbm: a trainer that works in slices has the extra `sliced`");
    const Status status = check(model, &sample, 1);
    if (status == Status::ok) slices()->progress.begin(model, sample, options.gibbs_steps);
    return status;
  }

  /// Makes at most `most` rows and units of it, or, where that is more, one block: block_size of the units, at most 32,
  /// but a softmax group is never parted. A row is the weights of a visible unit, or of a block of hidden units those
  /// of that block. out_of_range where `most` is 0; not_finite as from step(), at the end of the chain.
  template <class Rng>
  Status resume(size_t most, Rng& rng) {
    static_assert(detail::has(Chosen, sliced), "rbm: a trainer that works in slices has the extra `sliced`");
    if (most == 0) return Status::out_of_range;
    return is_learning() ? detail::SlicedStep<Trainer, Rng>(*this, rng).run(most) : Status::ok;
  }

  /// Whether a step was begun and has not ended.
  bool is_learning() const {
    static_assert(detail::has(Chosen, sliced), "rbm: a trainer that works in slices has the extra `sliced`");
    return detail::part_of<const detail::Slices<Model>>(this)->progress.phase != detail::Phase::none;
  }

  /// One pass over any number of samples, in batches, in their order; the last batch takes what is left. A centred
  /// trainer takes the means of all of them, where steps take a moving average.
  /// Errors as for a step, but any count will do, and first those of check(model): where one sample is refused, nothing
  /// is learnt from any; where chains run away, what the batches before them taught stays.
  template <class Rng>
  Status epoch(Model& model, const VisibleState* samples, size_t count, Rng& rng) {
    constexpr Option whole(1.0f);
    Status status = rbm::check(model);
    if (status == Status::ok) status = check(model, samples, count);
    if (status == Status::ok && is_centred) detail::move_offset(offsets()->visible_offset, samples, count, whole, rng);
    for (size_t first = 0; first < count && status == Status::ok; first += Batch) {
      status = update(model, samples + first, count - first < Batch ? count - first : size_t{Batch}, false, rng);
    }
    return status;
  }

  /// The learning rate of the next update.
  Option learning_rate() const { return scheduled_rate(options.learning_rate); }

 private:
  template <class, class>
  friend class detail::SlicedStep;

  enum : bool {
    is_scheduled = detail::has(Chosen, scheduled),
    is_persistent = detail::has(Chosen, persistent),
    is_centred = detail::has(Chosen, centred),
    is_exact = detail::has(Chosen, exact),
    learns_variance = detail::has(Chosen, learned_variance),
    is_real_pair = detail::is_real_pair<Model>()
  };
  enum : size_t { change = is_exact ? 2 : detail::has_extra_update(Chosen) ? 1 : 0 };

  detail::Offsets<Model>* offsets() { return detail::part_of<detail::Offsets<Model>>(this); }
  detail::Slices<Model>* slices() { return detail::part_of<detail::Slices<Model>>(this); }

  Status check(const Model& model, const VisibleState* samples, size_t count) const {
    const Status status = options.check();
    if (status != Status::ok) return status;
    if (!model.visible.is_proper() || !model.hidden.is_proper()) return Status::out_of_range;
    if (detail::has_binary_updates<Trainer>()) {
      for (size_t s = 0; s < count; ++s) {
        if (!kernels::are_binary(samples[s].values, Model::visible_size)) return Status::out_of_range;
      }
      if (size_t{Model::Visible::sites} == Model::visible_size && count > 0) return Status::ok;
    }
    return Model::check(samples, count);
  }

  template <class Rng>
  void impute(const Model& model, VisibleState& v, const VisibleEvidence& evidence, Rng& rng) {
    HiddenState& h = hidden[0];
    if (detail::has_binary_updates<Trainer>()) {
      model.sample_hidden(v, h, rng);
      model.sample_visible(h, evidence, v, rng);
    } else {
      model.mean_hidden(v, h);
      detail::each_input<typename Model::Visible>(model.all_visible_inputs(h, v),
                                                  [&](Block block, Sum* x) RBM_ALWAYS_INLINE {
                                                    evidence.mean(block, model.visible, x, v.values + block.first);
                                                  });
    }
  }

  template <class Rng>
  Status update(Model& model, const VisibleState* samples, size_t count, bool moves_offset, Rng& rng) {
    constexpr size_t most = detail::samples_at_once<Model, Batch>();
    if (detail::has(Chosen, sliced)) slices()->progress.phase = detail::Phase::none;
    for (size_t s = 0; s < count; s += most) {
      detail::run_chains(model, *this, samples + s, s, count - s < most ? count - s : most, rng);
    }
    const Status status = this->sum_states(model) ? end_chains(count) : Status::not_finite;
    if (status != Status::ok) return status;
    if (is_centred) update_offsets(samples, count, moves_offset, rng);

    const detail::Statistics<Model> batch(samples, hidden_data.values, visible.values, hidden.values, count,
                                          this->of_data(0), this->of_model(0));
    change_model(model, batch, detail::Choice<change>(), rng);
    if (learns_variance) update_variance(model, batch);
    if (is_real_pair) {
      detail::part_of<detail::StrongestDirection<Model>>(this)->keep_normalizable(model, offsets());
    }
    count_update();
    return Status::ok;
  }

  // The change: plain, with extras, or of exact averages.
  template <class Rng>
  void change_model(Model& model, const detail::Statistics<Model>& batch, detail::Choice<0>, Rng& rng) {
    detail::apply_gradient(model, *this, batch, learning_rate(), rng);
  }
  template <class Rng>
  void change_model(Model& model, const detail::Statistics<Model>& batch, detail::Choice<1>, Rng& rng) {
    detail::BatchGradient<Trainer> of_batch(*this, batch);
    detail::update_with_extras(model, *this, of_batch, static_cast<typename Ops::Delta>(learning_rate()), rng);
  }
  template <class Rng>
  void change_model(Model& model, const detail::Statistics<Model>& batch, detail::Choice<2>, Rng& rng) {
    typedef detail::KnownAverages<typename Ops::Delta> Known;
    detail::AverageGradient<Model, Known> of_batch({batch.visible_data, batch.hidden_data, batch.count, nullptr},
                                                   this->averages_from());
    detail::update_with_extras(model, *this, of_batch, static_cast<typename Ops::Delta>(learning_rate()), rng);
  }

  // Persistent chains go on from here, but anew where they ran away.
  Status end_chains(size_t count) {
    detail::Particles* const persistent_chains = detail::part_of<detail::Particles>(this);
    if (diverged(count)) {
      if (is_persistent) persistent_chains->particles = 0;
      return Status::not_finite;
    }
    if (is_persistent) persistent_chains->keep_particles(count);
    return Status::ok;
  }

  void count_update() {
    if (is_scheduled) detail::part_of<detail::UpdateCounter>(this)->count_update();
  }

  // Whether a state is none: NaN, or of real units so large that what is made of it would not be finite.
  bool diverged(size_t count) const {
    if (Ops::is_fixed) return false;
    Status status = Status::ok;
    const bool is_drawn = !Model::Visible::is_real && !detail::has(Chosen, mean_field);  // from finitely many states
    for (size_t s = 0; s < count && status == Status::ok; ++s) {
      if (!is_drawn && !is_exact) status = Model::VisibleLayer::check(visible[s].values);
      if (!is_exact) status = first_failure(status, Model::HiddenLayer::check(hidden[s].values));
      status = first_failure(status, Model::HiddenLayer::check(hidden_data[s].values));
    }
    return status != Status::ok;
  }

  // What a rate has fallen to.
  Option scheduled_rate(Option rate) const {
    if (!is_scheduled) return rate;
    return detail::part_of<const detail::ScheduleOptions<Option>>(&options)->rate_after(
        detail::part_of<const detail::UpdateCounter>(this)->updates, rate);
  }

  // The means of the first batch, then moving averages; in an epoch the visible offset is the mean of all samples.
  template <class Rng>
  void update_offsets(const VisibleState* samples, size_t count, bool moves_visible, Rng& rng) {
    constexpr Option whole(1.0f);
    const Option rate = detail::part_of<const detail::CentringOptions<Option>>(&options)->offset_rate;
    const Option share = offsets()->has_offsets ? rate : whole;
    if (moves_visible) detail::move_offset(offsets()->visible_offset, samples, count, share, rng);
    detail::move_offset(offsets()->hidden_offset, hidden_data.values, count, share, rng);
    offsets()->has_offsets = true;
  }

  // d ln p / d ln variance = (<v^2>_data - <v^2>_model) / (2 variance)
  void update_variance(Model& model, const detail::Statistics<Model>& batch) {
    const Option whole = detail::part_of<const detail::VarianceOptions<Option>>(&options)->variance_rate;
    const float rate = static_cast<float>(scheduled_rate(whole)) / static_cast<float>(batch.count);
    for (size_t i = 0; i < Model::visible_size; ++i) {
      Sum sum(0);
      for (size_t s = 0; s < batch.count; ++s) {
        const Sum data = static_cast<Sum>(batch.visible_data[s][i]);
        const Sum model_state = is_exact ? Sum(0) : static_cast<Sum>(batch.visible_model[s][i]);
        sum += (data - model_state) * (data + model_state);
      }
      sum -= static_cast<Sum>(this->mean_square(i)) * static_cast<Sum>(static_cast<float>(batch.count));
      model.visible.learn_variance(i, sum * static_cast<Sum>(rate));
    }
  }
};

/// One sample at a time: the states of a single chain.
template <class Model, Extras Chosen = plain>
using OnlineTrainer = Trainer<Model, 1, Chosen>;

}  // namespace rbm

#endif  // RBM_TRAINING_TRAINER_HPP
