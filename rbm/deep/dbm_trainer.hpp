// rbm/deep/dbm_trainer.hpp: learning with deep Boltzmann machines.
//
// The gradient of ln p(v) is an average over the posterior of the hidden layers less one over the model. The first is
// taken by mean field with v clamped, the second from fantasy particles that Gibbs sampling takes on from update to
// update: odd layers given the even ones, then even layers given the odd ones; at the end of an update's chain the
// means of the odd layers are taken (Salakhutdinov and Hinton 2009).
//
// A deep model learns from small random weights, without greedy training before, where it is centred: then the offsets,
// from which mean field starts, follow the means of all layers (Montavon and Mueller 2012; Melchior, Fischer and
// Wiskott 2016).
// SPDX-License-Identifier: MIT

#ifndef RBM_DEEP_DBM_TRAINER_HPP
#define RBM_DEEP_DBM_TRAINER_HPP

#include <stddef.h>
#include <stdint.h>

#include "../layers/layer.hpp"
#include "../model/model.hpp"
#include "../model/parameters.hpp"
#include "../numbers/number.hpp"
#include "../status.hpp"
#include "../storage.hpp"
#include "../training/exact.hpp"
#include "../training/extras.hpp"
#include "../training/options.hpp"
#include "dbm.hpp"
#include "inputs.hpp"
#include "layers.hpp"
#include "mean_field.hpp"
#include "pair_update.hpp"
#include "particles.hpp"

namespace rbm {

/// The options of a DbmTrainer: those of a trainer with its extras, and of mean field.
template <unsigned Chosen, class Option, class Scalar>
struct DbmOptions : TrainingOptions<Chosen, Option> {
  uint16_t mean_field_steps = 10;           // the most sweeps for a sample; at least 1
  Scalar mean_field_tolerance = Scalar(0);  // no more of them where no mean moved further; not negative

  explicit constexpr DbmOptions(Option rate) : TrainingOptions<Chosen, Option>(rate) {}

  Status check() const {
    const Status status = TrainingOptions<Chosen, Option>::check();
    const bool is_tolerance = mean_field_tolerance >= Scalar(0);
    return first_failure(status, mean_field_steps > 0 && is_tolerance ? Status::ok : Status::out_of_range);
  }
};

namespace detail {

/// centred: the offsets of all layers. They start with the means of the first batch.
template <class Net>
struct DeepOffsets {
  typename Net::template OfLayers<StatePart<typename Net::Scalar>> offsets = {};
  bool has_offsets = false;
};

/// with_momentum: the last change.
template <class Net>
struct DeepVelocity {
  typename Net::template OfPairs<WeightsPart<typename Net::Scalar>> weight_changes = {};
  typename Net::template OfLayers<StatePart<typename Net::Scalar>> changes = {};
};

/// The means of sample s of a batch.
template <class Means>
struct MeansOfSample {
  Means& means;
  size_t s;

  template <size_t k>
  RBM_INLINE auto layer() const -> decltype((At<k - 1>::of(means)[0])) {
    return At<k - 1>::of(means)[s];
  }
};

/// What a trainer does with the layers k, k + 1 ... one after the other. `means` are those of the hidden layers.
template <size_t k, size_t Depth>
struct TrainedLayers {
  template <class Means, class Offsets>
  static void start_at(const Means& means, const Offsets& offsets) {
    means.template layer<k>() = At<k>::of(offsets);
    TrainedLayers<k + 1, Depth>::start_at(means, offsets);
  }

  template <class Trainer, class Offsets, class Option, class Rng>
  static void move_offsets(const Trainer& trainer, Offsets& offsets, size_t count, Option share, Rng& rng) {
    move_offset(At<k>::of(offsets), trainer.template means_of<k>().values, count, share, rng);
    TrainedLayers<k + 1, Depth>::move_offsets(trainer, offsets, count, share, rng);
  }

  /// What is wrong with the means of samples, or with particles, of floats.
  template <class Trainer>
  static Status check(const Trainer& trainer, size_t count) {
    typedef typename Trainer::Model::template LayerOf<k> Layer;
    Status status = check_states<Layer>(trainer.template means_of<k>().values, count);
    if (!Trainer::is_exact) {
      const auto* const particles = trainer.template particles_of<k>().values;
      status = first_failure(status, check_states<Layer>(particles, Trainer::particle_count));
    }
    return first_failure(status, TrainedLayers<k + 1, Depth>::check(trainer, count));
  }

  template <class Particles, class Scalar>
  static void fill(Particles& particles, size_t p, Scalar value) {
    At<k>::of(particles)[p].fill(value);
    TrainedLayers<k + 1, Depth>::fill(particles, p, value);
  }
};
template <size_t Depth>
struct TrainedLayers<Depth, Depth> {
  template <class Means, class Offsets>
  static void start_at(const Means&, const Offsets&) {}
  template <class Trainer, class Offsets, class Option, class Rng>
  static void move_offsets(const Trainer&, Offsets&, size_t, Option, Rng&) {}
  template <class Trainer>
  static Status check(const Trainer&, size_t) {
    return Status::ok;
  }
  template <class Particles, class Scalar>
  static void fill(Particles&, size_t, Scalar) {}
};

}  // namespace detail

/// Trains a Dbm on up to `Batch` samples at a time, with `ParticleCount` fantasy particles, which live on from update
/// to update. It holds the options; the means of all hidden layers for Batch samples; the particles, states of all
/// layers; and what extras need: `centred` a state of all layers, `with_momentum` a copy of weights and biases. Its
/// learning rate falls, as that of a persistent Trainer. Of the extras it takes centred, with_momentum and penalised;
/// and exact, with which there are no particles but one that is not used, and a copy of the weights between the even
/// and the odd layers, zeros included.
template <class NetType, size_t Batch, size_t ParticleCount = Batch, Extras Chosen = plain>
struct DbmTrainer
    : detail::UpdateCounter,
      detail::Particles,
      detail::Optional<detail::LayerByLayer<NetType, Batch, ParticleCount>,
                       detail::goes_layer_by_layer<NetType, ParticleCount>() && !detail::has(Chosen, exact)>,
      detail::ExactAverages<NetType, detail::has(Chosen, exact)>,
      detail::Optional<detail::DeepOffsets<NetType>, detail::has(Chosen, centred)>,
      detail::Optional<detail::DeepVelocity<NetType>, detail::has(Chosen, with_momentum)> {
  static_assert(Batch > 0 && ParticleCount > 0,
                "rbm: a trainer needs room for at least one sample, and at least one fantasy particle");
  static_assert(!NetType::is_in_flash, "rbm: a model in flash cannot learn: convert() copies it to RAM");
  static_assert((Chosen & ~unsigned{centred | with_momentum | penalised | persistent | exact}) == 0,
                "rbm: a DbmTrainer takes the extras centred, with_momentum, penalised and exact, without which it is "
                "always persistent");
  static_assert(!detail::has(Chosen, exact) || (ParticleCount == 1 && !detail::has(Chosen, persistent)),
                "rbm: an exact trainer has no chains: leave out persistent, and give it 1 particle, which is not used");
  static_assert(
      !detail::has(Chosen, exact) || detail::has_few_states<NetType>(),
      "rbm: an exact trainer enumerates the even or the odd layers, which must have at most 2^16 joint states");
  static_assert(!NetType::has_real_neighbours,
                "rbm: a Dbm does not learn between two neighbouring layers of real units: put units of finitely many "
                "states between them");
  static_assert(Arithmetic<typename NetType::Scalar>::template batch_fits<detail::larger(Batch, ParticleCount),
                                                                          NetType::has_real>(),
                "rbm: a batch, or particles, this many can overflow the sums of their statistics: take fewer");

  typedef NetType Model;
  typedef typename Model::Scalar Scalar;
  typedef typename Model::Sample Sample;
  typedef Arithmetic<Scalar> Ops;
  typedef typename Ops::Option Option;

  typedef detail::LayerByLayer<Model, Batch, ParticleCount> LayerByLayer;

  enum : unsigned { extras = Chosen | (detail::has(Chosen, exact) ? scheduled : persistent) };
  enum : bool {
    is_exact = detail::has(Chosen, exact),
    is_layer_by_layer = detail::goes_layer_by_layer<Model, ParticleCount>() && !is_exact,
    has_tiles = is_layer_by_layer && kernels::has_unit_bits
  };
  enum : size_t { batch_size = Batch, particle_count = ParticleCount };  // the most samples that a step takes

  DbmOptions<extras, Option, Scalar> options;
  typename Model::template OfHiddens<detail::StatesPart<Scalar, Batch>> all_means = {};  // of the data
  typename Model::template OfLayers<detail::StatesPart<Scalar, ParticleCount>> all_particles = {};

  constexpr DbmTrainer() : options(Model::has_real ? 0.001f : 0.1f) {}

  /// The means of layer k, from 1 on, for the samples of the last batch.
  template <size_t k>
  const Vector<Vector<Scalar, Model::template UnitsOf<k>::size>, Batch>& means_of() const {
    return detail::At<k - 1>::of(all_means);
  }
  /// The fantasy particles' states of layer k; of odd layers their means given the even ones.
  template <size_t k>
  const Vector<Vector<Scalar, Model::template UnitsOf<k>::size>, ParticleCount>& particles_of() const {
    return detail::At<k>::of(all_particles);
  }

  /// One update from `count` samples. Errors, which change neither model nor trainer nor generator, as those of
  /// Trainer::step. Where chains run away not_finite is returned, the model is as before, and particles start anew.
  template <class Rng>
  Status step(Model& model, const Sample* samples, size_t count, Rng& rng) {
    if (count > Batch) return Status::too_large;
    Status status = check(model, samples, count);
    if (status == Status::ok) status = update(model, samples, count, true, rng);
    return status;
  }
  template <class Rng>
  Status step(Model& model, const Sample& sample, Rng& rng) {
    return step(model, &sample, 1, rng);
  }

  /// One update from what was observed of a sample, which is imputed in place, as by Trainer::step: `v` becomes its
  /// mean given the evidence and the means of the hidden layers.
  template <class Rng>
  Status step(Model& model, Sample& v, const typename Model::VisibleEvidence& evidence, Rng& rng) {
    return step(model, &v, &evidence, 1, rng);
  }
  template <class Rng>
  Status step(Model& model, Sample* samples, const typename Model::VisibleEvidence* evidence, size_t count, Rng& rng) {
    if (count > Batch) return Status::too_large;
    const Status status = check(model, samples, count);
    if (status != Status::ok) return status;
    for (size_t s = 0; s < count; ++s) impute(model, samples[s], evidence[s], s);
    return update(model, samples, count, true, rng);
  }

  /// One pass over any number of samples, in batches, in their order; as Trainer::epoch.
  template <class Rng>
  Status epoch(Model& model, const Sample* samples, size_t count, Rng& rng) {
    constexpr Option whole(1.0f);
    Status status = rbm::check(model);
    if (status == Status::ok) status = check(model, samples, count);
    if (status == Status::ok && is_centred) {
      detail::move_offset(detail::At<0>::of(offsets()->offsets), samples, count, whole, rng);
    }
    for (size_t first = 0; first < count && status == Status::ok; first += Batch) {
      status = update(model, samples + first, count - first < Batch ? count - first : size_t{Batch}, false, rng);
    }
    return status;
  }

  /// The learning rate of the next update.
  Option learning_rate() const { return options.rate_after(this->updates, options.learning_rate); }

  /// Where particles go layer by layer what is held for it; else null.
  LayerByLayer* layer_by_layer() { return detail::part_of<LayerByLayer>(this); }

  /// What extras know of the layers k and k + 1.
  template <size_t k>
  detail::ExtraStates<Scalar> extra_states() {
    detail::DeepVelocity<Model>* const velocity = detail::part_of<detail::DeepVelocity<Model>>(this);
    constexpr bool has_velocity = detail::has(Chosen, with_momentum);
    return {is_centred ? detail::At<k>::of(offsets()->offsets).values : nullptr,
            is_centred ? detail::At<k + 1>::of(offsets()->offsets).values : nullptr,
            has_velocity ? detail::At<k>::of(velocity->weight_changes).values : nullptr,
            has_velocity ? detail::At<k>::of(velocity->changes).values : nullptr,
            has_velocity ? detail::At<k + 1>::of(velocity->changes).values : nullptr};
  }

 private:
  enum : bool { is_centred = detail::has(Chosen, centred) };
  enum : size_t { depth = Model::depth };

  detail::DeepOffsets<Model>* offsets() { return detail::part_of<detail::DeepOffsets<Model>>(this); }

  Status check(const Model& model, const Sample* samples, size_t count) const {
    Status status = options.check();
    if (status == Status::ok && !(model.visible.is_proper() && model.hidden.is_proper())) status = Status::out_of_range;
    return status == Status::ok ? Model::check(samples, count) : status;
  }

  template <class Rng>
  Status update(Model& model, const Sample* samples, size_t count, bool moves_offset, Rng& rng) {
    for (size_t s = 0; s < count; ++s) find_means(model, samples[s], s);
    if (!is_exact) run_particles(model, samples, count, rng);
    if (is_layer_by_layer) layer_by_layer()->find(samples, count, detail::At<0>::of(all_particles));
    if (!this->sum_states(model) || diverged(count)) {
      this->particles = 0;
      return Status::not_finite;
    }
    if (is_centred) update_offsets(samples, count, moves_offset, rng);
    typename Ops::SumOfSquares sum;
    if (is_bounded()) {
      detail::PairUpdates<0, depth - 1>::measure_all(model, *this, samples, count, sum, rng);
    }
    detail::PairUpdates<0, depth - 1>::apply_all(model, *this, samples, count, sum, rng);
    this->count_update();
    return Status::ok;
  }

  // Whether a state is none, as in Trainer; draws of v from finitely many states are.
  bool diverged(size_t count) const {
    if (Ops::is_fixed) return false;
    const Status status =
        Model::template UnitsOf<0>::is_real && !is_exact
            ? detail::check_states<typename Model::template LayerOf<0>>(particles_of<0>().values, ParticleCount)
            : Status::ok;
    return first_failure(status, detail::TrainedLayers<1, depth>::check(*this, count)) != Status::ok;
  }

  bool is_bounded() const {
    const auto* const penalties = detail::part_of<const detail::PenaltyOptions<Option>>(&options);
    return detail::has(Chosen, penalised) && !detail::equal(penalties->largest_update, Option(0.0f));
  }

  // Mean field starts at the offsets, or at 0.
  void find_means(const Model& model, const Sample& v, size_t s) {
    detail::MeansOfSample<decltype(all_means)> means = {all_means, s};
    if (is_centred) {
      detail::TrainedLayers<1, depth>::start_at(means, offsets()->offsets);
    } else {
      detail::FillMeans<1, depth>::fill(means, Scalar(0));
    }
    detail::sweep_means(model, v, options.mean_field_steps, means, options.mean_field_tolerance);
  }

  void impute(const Model& model, Sample& v, const typename Model::VisibleEvidence& evidence, size_t s) {
    find_means(model, v, s);
    const detail::LayerInputs<Model, 0> inputs(model, nullptr, detail::At<0>::of(all_means)[s].values, nullptr);
    detail::each_input<typename Model::template UnitsOf<0>>(
        inputs, [&](Block block, typename Model::Sum* x)
                    RBM_ALWAYS_INLINE { evidence.mean(block, model.visible, x, v.values + block.first); });
  }

  // Particles start at samples, of which they share some where there are fewer, with nothing known of layers above.
  template <class Rng>
  void run_particles(const Model& model, const Sample* samples, size_t count, Rng& rng) {
    for (size_t p = this->particles; p < ParticleCount; ++p) {
      detail::TrainedLayers<0, depth>::fill(all_particles, p, Scalar(0));
      detail::At<0>::of(all_particles)[p] = samples[p % count];
    }
    detail::ParticleChains<Model, is_layer_by_layer>::run(model, all_particles, ParticleCount, options.gibbs_steps,
                                                          layer_by_layer(), rng);
    this->particles = ParticleCount;
  }

  // The means of the first batch, then moving averages; in an epoch the visible offset is the mean of all samples.
  template <class Rng>
  void update_offsets(const Sample* samples, size_t count, bool moves_visible, Rng& rng) {
    constexpr Option whole(1.0f);
    const Option rate = detail::part_of<const detail::CentringOptions<Option>>(&options)->offset_rate;
    const Option share = offsets()->has_offsets ? rate : whole;
    if (moves_visible) detail::move_offset(detail::At<0>::of(offsets()->offsets), samples, count, share, rng);
    detail::TrainedLayers<1, depth>::move_offsets(*this, offsets()->offsets, count, share, rng);
    offsets()->has_offsets = true;
  }
};

}  // namespace rbm

#endif  // RBM_DEEP_DBM_TRAINER_HPP
