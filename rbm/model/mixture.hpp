// rbm/model/mixture.hpp: where a mixture starts to learn.
//
// A hidden layer of one softmax group is a latent variable that is one of K, and the model a mixture. Between small
// random weights its components differ so little that one learns the mean of all samples and few others ever anything:
// so each starts at a sample (as K-means does: Arthur and Vassilvitskii, k-means++, 2007).
// SPDX-License-Identifier: MIT

#ifndef RBM_MODEL_MIXTURE_HPP
#define RBM_MODEL_MIXTURE_HPP

#include <stddef.h>
#include <stdint.h>

#include "../layers/layer.hpp"
#include "../numbers/number.hpp"
#include "../numbers/random.hpp"
#include "../storage.hpp"

namespace rbm {
namespace detail {

/// Whether one of K hidden units is on: the model is a mixture of K distributions, its components.
template <class Model>
constexpr bool is_mixture() {
  return size_t{Model::Hidden::sites} == 1 && Model::Hidden::size > 1;
}

/// Gives each component of a mixture the mean of a sample, or half of the way to it where units have bounds, and makes
/// all components equally likely. The biases and variances of the visible units are those of all samples at first; then
/// the variances are those about the components.
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
    const uint32_t most_samples = 0xFFFFFFFFu,
                   among = count < most_samples ? static_cast<uint32_t>(count) : most_samples;
    size_t farthest = 0;
    Total most(-1);
    for (uint8_t t = 0; t < tries; ++t) {
      const size_t s = static_cast<size_t>(below(among, rng));
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
    const Scalar variance = Ops::narrowed(old, spread, 2 * count * Model::visible_size);
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
  static typename Ops::Energy log_weight(const Model& model, size_t j) {
    typename Ops::Energy sum(0);
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

}  // namespace detail
}  // namespace rbm

#endif  // RBM_MODEL_MIXTURE_HPP
