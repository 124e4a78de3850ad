// rbm/training/normalizable.hpp: learning keeps real units of both layers where their density has an integral.
//
// Real units answer each other linearly: one pass down and up, without biases, multiplies h by S_h W^T S_v W with the
// variances S. While its largest eigenvalue is below 1 the joint precision matrix is positive definite (of rectified
// units that suffices, but is not necessary). Beyond, chains run away. The power method, with momentum, finds that
// eigenvalue; after each update it goes on from the direction of the one before, and weights are scaled down where it
// is too large (De Sa et al. 2017, Accelerated stochastic power iteration).
// SPDX-License-Identifier: MIT

#ifndef RBM_TRAINING_NORMALIZABLE_HPP
#define RBM_TRAINING_NORMALIZABLE_HPP

#include <stddef.h>

#include "../kernels/kernels.hpp"
#include "../layers/layer.hpp"
#include "../numbers/math.hpp"
#include "../numbers/number.hpp"
#include "options.hpp"

namespace rbm {
namespace detail {

/// sum_i s_i^2 / variance_i over real units.
template <class Layer, class State>
float squared_length(const Layer& layer, const State& state) {
  float sum = 0.0f;
  for (size_t i = 0; i < State::size; ++i) {
    const float variance = static_cast<float>(layer.variance_of(i)), value = static_cast<float>(state[i]);
    if (variance > 0.0f) sum += value * value / variance;
  }
  return sum;
}

/// Real units in both layers of a model that learns: the direction in which they drive each other most.
template <class Model>
struct StrongestDirection {
  enum : size_t {
    most_units = size_t{Model::visible_size} > Model::hidden_size ? Model::visible_size : Model::hidden_size
  };

  typename Model::VisibleState visible_direction = {};
  typename Model::HiddenState hidden_direction = {}, hidden_direction_before = {};
  Vector<float, most_units> response = {};

  /// Scales the weights between real units down where the largest eigenvalue is above 0.9; `offsets` are null unless
  /// the trainer is centred.
  void keep_normalizable(Model& model, const Offsets<Model>* offsets) {
    size_t strongest = 0;
    if (sum_of_eigenvalues(model, strongest) <= most() * most()) return;  // it bounds the largest: none is negative
    turn_towards(model, strongest);
    for (int scaled = 0; scaled < 32; ++scaled) {
      const float largest = largest_found(model);
      if (!(largest > most())) return;
      scale(model, most() / largest, offsets);
    }
  }

 private:
  typedef typename Model::Scalar Scalar;
  typedef typename Model::Sum Sum;

  // Of the singular values of S_v^1/2 W S_h^1/2, whose squares the eigenvalues are.
  static constexpr float most() { return 0.948683298f; }

  // The largest singular value that the passes found, which is never above the true one. Six of them look whether it is
  // far below what is allowed, as in most trainings. Where it is not, others may be nearly as large and hide one that
  // is too large: momentum keeps eigenvalues up to 0.9 from growing, and one of 1 then grows by 1.6 a pass.
  float largest_found(const Model& model) {
    float largest = 0.0f, momentum = 0.0f, growth = 0.0f;
    for (int pass = 0; pass < 32; ++pass) {
      if (pass == 6) {
        if (largest < 0.5f * most()) return largest;
        momentum = 0.2025f;  // (0.9 / 2)^2
      }
      const float found = grow(model, momentum, growth);
      largest = found > largest ? found : largest;
    }
    return largest;
  }

  // The sum of all eigenvalues; `strongest` becomes the visible unit with the largest part in it.
  static float sum_of_eigenvalues(const Model& model, size_t& strongest) {
    float sum = 0.0f, most = 0.0f;
    for (size_t i = 0; i < Model::visible_size; ++i) {
      float part = 0.0f;
      for (size_t j = 0; j < Model::hidden_size; ++j) {
        const float weight = static_cast<float>(model.weights(i, j)),
                    variance = static_cast<float>(model.hidden.variance_of(j));
        part += variance > 0.0f ? weight * weight * variance : 0.0f;
      }
      const float variance = static_cast<float>(model.visible.variance_of(i));
      part = variance > 0.0f ? part * variance : 0.0f;
      if (part > most) {
        most = part;
        strongest = i;
      }
      sum += part;
    }
    return sum;
  }

  // What the largest value of a direction is: integers use all their bits, and squares of floats are finite.
  static float full() { return static_cast<float>(static_cast<Scalar>(1e4f)); }

  // The direction of the response, and how many times as long the response is.
  template <class State>
  float normalize_direction(State& direction) {
    float largest = 0.0f;
    for (size_t i = 0; i < State::size; ++i) {
      const float size = -negative_magnitude(response[i]);
      largest = size > largest ? size : largest;
    }
    for (size_t i = 0; i < State::size && largest > 0.0f; ++i) {
      direction[i] = static_cast<Scalar>(response[i] / largest * full());
    }
    return largest / full();
  }

  // From the direction of the update before to that of one unit's weights, in which an eigenvalue may have grown all at
  // once, with a little of every other in unequal parts: hardly any direction is orthogonal to all of these.
  void turn_towards(const Model& model, size_t strongest) {
    const auto* row = model.weights.row(strongest);
    float largest = 0.0f, along = 0.0f;
    for (size_t j = 0; j < Model::hidden_size; ++j) {
      const float weight = static_cast<float>(row[j]), size = -negative_magnitude(weight);
      if (!(model.hidden.variance_of(j) > Sum(0))) continue;
      largest = size > largest ? size : largest;
      along += weight * static_cast<float>(hidden_direction[j]);
    }
    const float sign = along < 0.0f ? -1.0f : 1.0f;
    for (size_t j = 0; j < Model::hidden_size; ++j) {
      const float turned =
          static_cast<float>(hidden_direction[j]) / full() + sign * static_cast<float>(row[j]) / largest;
      const float part = 0.015625f * static_cast<float>(1 + j % 5) * (j % 2 == 0 ? 1.0f : -1.0f);
      response[j] = model.hidden.variance_of(j) > Sum(0) ? turned + part : 0.0f;
    }
    normalize_direction(hidden_direction);
  }

  // What a layer's real units answer to the other layer's: their means without the biases, which may be much larger. In
  // floats: integers may round them to 0, or not hold them.
  template <class Layer>
  void respond(const Layer& layer, Block block, const Sum* x) {
    for (size_t i = 0; i < block.count; ++i) {
      response[block.first + i] = static_cast<float>(layer.variance_of(block.first + i)) * static_cast<float>(x[i]);
    }
  }

  // One pass of the power method: how much longer W makes the direction, which then moves on, less a part of the one
  // before. `growth` is how much longer both ways made it.
  float grow(const Model& model, float momentum, float& growth) {
    const float before = squared_length(model.hidden, hidden_direction);
    for (Block block : Blocks<typename Model::Visible>()) {
      Sum x[Model::Visible::block_size] = {};
      kernels::dot_rows<Model::hidden_size>(model.weights.row(block.first), hidden_direction.values, block.count, x);
      respond(model.visible, block, x);
    }
    const float grown = normalize_direction(visible_direction);
    if (!(grown > 0.0f)) return 0.0f;
    for (Block block : Blocks<typename Model::Hidden>()) {
      Sum x[Model::Hidden::block_size] = {};
      kernels::accumulate<Model::visible_size, Model::hidden_size>(model.weights.values + block.first,
                                                                   visible_direction.values, block.count, x);
      respond(model.hidden, block, x);
    }
    const float part = growth > 0.0f ? momentum / (grown * growth) : 0.0f;
    for (size_t j = 0; j < Model::hidden_size; ++j) {
      response[j] -= part * static_cast<float>(hidden_direction_before[j]);
    }
    hidden_direction_before = hidden_direction;
    growth = grown * normalize_direction(hidden_direction);
    return grown * sqrt(squared_length(model.visible, visible_direction) / before);
  }

  // Scales the weights between real units. Centred, biases follow the change of a weight, as in extras.hpp.
  static void scale(Model& model, float factor, const Offsets<Model>* offsets) {
    for (size_t i = 0; i < Model::visible_size; ++i) {
      for (size_t j = 0; j < Model::hidden_size; ++j) {
        const Scalar old = model.weights(i, j);
        if (model.visible.variance_of(i) > Sum(0) && model.hidden.variance_of(j) > Sum(0)) {
          model.weights(i, j) = Arithmetic<Scalar>::shrunk(old, factor);
        }
        if (offsets == nullptr) continue;
        const Scalar lost = old - model.weights(i, j);
        Scalar& visible_bias = model.visible.bias_of(i);
        Scalar& hidden_bias = model.hidden.bias_of(j);
        visible_bias = Arithmetic<Scalar>::moved_by(visible_bias, lost * offsets->hidden_offset[j]);
        hidden_bias = Arithmetic<Scalar>::moved_by(hidden_bias, lost * offsets->visible_offset[i]);
      }
    }
  }
};

}  // namespace detail
}  // namespace rbm

#endif  // RBM_TRAINING_NORMALIZABLE_HPP
