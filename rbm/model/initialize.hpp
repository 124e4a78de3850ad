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

namespace detail {

/// Whether one of K hidden units is on: the model is a mixture of K distributions, its components.
template <class Model>
constexpr bool is_mixture() {
  return size_t{Model::Hidden::sites} == 1 && Model::Hidden::size > 1;
}

/// Gives each component of a mixture the mean of a sample, or half of the way to it where units have bounds, and makes
/// all components equally likely. With small random weights one component would learn the mean of all samples, and few
/// others ever anything. The biases and variances of the visible units are those of all samples at first; then the
/// variances are those about the components.
template <class Model, class Rng>
class MixtureStart {
 public:
  typedef typename Model::Scalar Scalar;
  typedef typename Model::VisibleState State;
  typedef Arithmetic<Scalar> Ops;
  typedef typename Ops::Total Total;

  static void run(Model& model, const State* samples, size_t count, Rng& rng) {
    for (size_t j = 0; j < Model::hidden_size; ++j) {
      const State& sample = samples[far_sample(model, samples, count, j, rng)];
      for (size_t i = 0; i < Model::visible_size; ++i) model.weights(i, j) = sample[i];
    }
    Total spread(0);
    for (size_t s = 0; Model::Visible::has_variance && s < count; ++s) {
      spread += distance(model, samples[s], Model::hidden_size);
    }
    for (size_t i = 0; i < Model::visible_size; ++i) start_unit(model, samples, count, i, spread);
    for (size_t j = 0; j < Model::hidden_size; ++j) {
      model.hidden.bias_of(j) = static_cast<Scalar>(log_weight(model, 0) - log_weight(model, j));
    }
  }

 private:
  // Of some samples drawn at random the one that is farthest from the components before j: where data are in clusters,
  // one of a new cluster.
  static size_t far_sample(const Model& model, const State* samples, size_t count, size_t j, Rng& rng) {
    constexpr uint8_t tries = 32;
    size_t farthest = 0;
    Total most(-1);
    for (uint8_t t = 0; t < tries; ++t) {
      const size_t s = static_cast<size_t>(below(static_cast<uint32_t>(count), rng));
      const Total far = distance(model, samples[s], j);
      if (far > most) farthest = s;
      most = far > most ? far : most;
    }
    return farthest;
  }

  // The squared distance, in variances, from the nearest of the first `components`, of which W is still the samples.
  static Total distance(const Model& model, const State& v, size_t components) {
    Total nearest(0);
    for (size_t j = 0; j < components; ++j) {
      Total sum(0);
      for (size_t i = 0; i < Model::visible_size; ++i) {
        const Scalar variance = static_cast<Scalar>(model.visible.variance_of(i));
        sum += Ops::squared_distance(v[i], model.weights(i, j), variance > Scalar(0) ? variance : Scalar(1));
      }
      nearest = j == 0 || sum < nearest ? sum : nearest;
    }
    return nearest;
  }

  // The biases that give unit i its means. Samples are twice as far from a sample as from the mean of its cluster.
  static void start_unit(Model& model, const State* samples, size_t count, size_t i, Total spread) {
    const Total total = Ops::total(samples, count, i);
    const typename Ops::Mean mean = Ops::mean_of(total, count), margin = Ops::mean_of(Ops::half(), count);
    const Scalar old = static_cast<Scalar>(model.visible.variance_of(i));
    const Scalar narrow = Ops::part_of(old, spread, 2 * count * Model::visible_size);
    const Scalar variance = narrow < old ? narrow : old;
    for (size_t j = 0; j < Model::hidden_size; ++j) {
      const Vector<Scalar, 1> start = {{model.weights(i, j)}};
      const Total one = Ops::total(&start, 1, 0);
      if (Model::Visible::is_real) {
        model.visible.initialize_unit(i, Ops::mean_of(one, 1), variance, Ops::mean_of(Ops::half(), 1));
      } else {
        model.visible.initialize_unit(i, Ops::mean_of(total + one * static_cast<Total>(count), 2 * count), variance,
                                      Ops::mean_of(Ops::half() * 2, 2 * count));
      }
      model.weights(i, j) = model.visible.bias_of(i);
    }
    model.visible.initialize_unit(i, mean, variance, margin);
    for (size_t j = 0; j < Model::hidden_size; ++j) {
      model.weights(i, j) = Ops::moved_by(model.weights(i, j), -model.visible.bias_of(i));
    }
  }

  // ln of the sum of exp(-E) over all v, where component j is on, less its bias.
  static typename Model::Energy log_weight(const Model& model, size_t j) {
    typename Model::Energy sum(0);
    for (Block block : Blocks<typename Model::Visible>()) {
      typename Model::Sum x[Model::Visible::block_size];
      start_input(model.visible, block, x);
      for (size_t i = 0; i < block.count; ++i) {
        x[i] = Ops::multiply_add(x[i], Scalar(1), model.weights(block.first + i, j));
      }
      sum += model.visible.cumulant(block, x);
    }
    return sum;
  }
};

/// Of all other models nothing.
struct NoMixture {
  template <class Model, class State, class Rng>
  static void run(Model&, const State*, size_t, Rng&) {}
};
template <class Model, class Rng, bool IsMixture = is_mixture<Model>()>
struct StartOf {
  typedef NoMixture Type;
};
template <class Model, class Rng>
struct StartOf<Model, Rng, true> {
  typedef MixtureStart<Model, Rng> Type;
};

}  // namespace detail

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
  detail::StartOf<Model, Rng>::Type::run(model, samples, count, rng);
  return Status::ok;
}

}  // namespace rbm

#endif  // RBM_MODEL_INITIALIZE_HPP
