// rbm/deep/pair_update.hpp: the change of a deep model's parameters, two neighbouring layers at a time.
//
// A bound on the change counts all layers, so it is measured before any is made.
// SPDX-License-Identifier: MIT

#ifndef RBM_DEEP_PAIR_UPDATE_HPP
#define RBM_DEEP_PAIR_UPDATE_HPP

#include <stddef.h>

#include "../config.hpp"
#include "../numbers/number.hpp"
#include "../training/averages.hpp"
#include "../training/exact.hpp"
#include "../training/extras.hpp"
#include "layers.hpp"
#include "pair.hpp"
#include "particles.hpp"

namespace rbm {
namespace detail {

/// The states of layer k at the data: samples, or the trainer's means.
template <size_t k>
struct DataAt {
  template <class Trainer>
  static auto of(const Trainer& trainer, const typename Trainer::Sample*)
      -> decltype(trainer.template means_of<k>().begin()) {
    return trainer.template means_of<k>().begin();
  }
};
template <>
struct DataAt<0> {
  template <class Trainer>
  static const typename Trainer::Sample* of(const Trainer&, const typename Trainer::Sample* samples) {
    return samples;
  }
};

/// The model's averages of the layers k and k + 1: over particles, or exact.
template <class Net, size_t k, bool IsExact>
struct AveragesAt {
  typedef StateAverages<Pair<Net, k>> Type;

  template <class Trainer>
  static Type of(Trainer& trainer) {
    return {trainer.template particles_of<k>().values, trainer.template particles_of<k + 1>().values,
            Trainer::particle_count, ActiveAt<k>::of_model(trainer.layer_by_layer())};
  }
};
template <class Net, size_t k>
struct AveragesAt<Net, k, true> {
  typedef KnownAverages<typename Arithmetic<typename Net::Scalar>::Delta> Type;
  enum : size_t { below = Net::template Place<k>::first, above = Net::template Place<k + 1>::first };

  template <class Trainer>
  static Type of(Trainer& trainer) {
    const ExactAverages<Net, true>& averages = trainer;
    return k % 2 == 0 ? averages.averages_from(below, above) : averages.averages_from(above, below).turned();
  }
};

/// The change of the layers k and k + 1, and what it is made of.
template <class Trainer, size_t k, class Rng>
struct PairUpdate {
  typedef Pair<typename Trainer::Model, k> Model;
  typedef AveragesAt<typename Trainer::Model, k, Trainer::is_exact> ModelAverages;
  typedef typename GradientOf<Model, typename ModelAverages::Type, Trainer::has_tiles>::Type Gradient;

  Model model;
  Gradient gradient;
  Update<Trainer, Gradient, Rng> update;

  PairUpdate(typename Trainer::Model& of, Trainer& by, const typename Trainer::Sample* from, size_t some,
             Rng& generator)
      : model(of),
        gradient(
            {DataAt<k>::of(by, from), DataAt<k + 1>::of(by, from), some, ActiveAt<k>::of_data(by.layer_by_layer())},
            ModelAverages::of(by), by.layer_by_layer()),
        update(model, gradient, by.options, by.template extra_states<k>(),
               static_cast<typename Gradient::Delta>(by.learning_rate()), generator, k == 0) {}
};

/// Those of the layers k and k + 1, k + 1 and k + 2, and so on: measured, and made, with a bound on all of them.
template <size_t k, size_t Pairs>
struct PairUpdates {
  template <class Trainer, class SumOfSquares, class Rng>
  static RBM_NOINLINE void measure(typename Trainer::Model& net, Trainer& trainer,
                                   const typename Trainer::Sample* samples, size_t count, SumOfSquares& sum, Rng& rng) {
    PairUpdate<Trainer, k, Rng>(net, trainer, samples, count, rng).update.measure(sum);
  }
  template <class Trainer, class SumOfSquares, class Rng>
  static RBM_NOINLINE void apply(typename Trainer::Model& net, Trainer& trainer,
                                 const typename Trainer::Sample* samples, size_t count, const SumOfSquares& sum,
                                 Rng& rng) {
    PairUpdate<Trainer, k, Rng> pair(net, trainer, samples, count, rng);
    if (pair.update.is_bounded()) pair.update.bound(sum);
    pair.update.apply();
  }

  template <class Trainer, class SumOfSquares, class Rng>
  static void measure_all(typename Trainer::Model& net, Trainer& trainer, const typename Trainer::Sample* samples,
                          size_t count, SumOfSquares& sum, Rng& rng) {
    measure(net, trainer, samples, count, sum, rng);
    PairUpdates<k + 1, Pairs>::measure_all(net, trainer, samples, count, sum, rng);
  }
  template <class Trainer, class SumOfSquares, class Rng>
  static void apply_all(typename Trainer::Model& net, Trainer& trainer, const typename Trainer::Sample* samples,
                        size_t count, const SumOfSquares& sum, Rng& rng) {
    apply(net, trainer, samples, count, sum, rng);
    PairUpdates<k + 1, Pairs>::apply_all(net, trainer, samples, count, sum, rng);
  }
};
template <size_t Pairs>
struct PairUpdates<Pairs, Pairs> {
  template <class Net, class Trainer, class Samples, class SumOfSquares, class Rng>
  static void measure_all(Net&, Trainer&, const Samples&, size_t, SumOfSquares&, Rng&) {}
  template <class Net, class Trainer, class Samples, class SumOfSquares, class Rng>
  static void apply_all(Net&, Trainer&, const Samples&, size_t, const SumOfSquares&, Rng&) {}
};

}  // namespace detail
}  // namespace rbm

#endif  // RBM_DEEP_PAIR_UPDATE_HPP
