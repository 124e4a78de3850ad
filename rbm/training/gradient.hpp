// rbm/training/gradient.hpp: the plain step of contrastive divergence: every parameter moves by the rate times its mean
// gradient.
//
// dW = <v h>_data - <v h>_model, da and db likewise, averaged over a batch. Floats move sample by sample, in large
// batches by sums of up to 64; integers sum the gradient of the batch, and round it once, stochastically. What the
// extras of a trainer add is in rules.hpp.
// SPDX-License-Identifier: MIT

#ifndef RBM_TRAINING_GRADIENT_HPP
#define RBM_TRAINING_GRADIENT_HPP

#include <stddef.h>
#include <stdint.h>

#include "../kernels/kernels.hpp"
#include "../layers/sites.hpp"
#include "../numbers/number.hpp"

namespace rbm {
namespace detail {

template <class Model>
using Statistics = kernels::Statistics<typename Model::Scalar, Model::visible_size, Model::hidden_size>;

template <class Model>
constexpr bool has_real() {
  return bool{Model::Visible::is_real} || bool{Model::Hidden::is_real};
}

enum : uint32_t {
  large_batch = 32,                     // samples, for which it pays to take the weights of a large model apart
  very_large_batch = 64,                // for which it pays with small ones, too
  large_model = uint32_t{1} << 14,      // weights, more than the first cache holds
  very_large_model = uint32_t{1} << 18  // more than the second
};

template <class Model>
constexpr uint32_t weights_of() {
  return uint32_t{Model::visible_size} * uint32_t{Model::hidden_size};
}

/// Very large batches, and those of large models, are gone through layer by layer, for all samples at once: what was
/// fetched from a far cache, or made of the weights, serves them all.
template <class Model, size_t Batch>
constexpr bool is_layer_by_layer() {
  return !Arithmetic<typename Model::Scalar>::is_fixed && Batch > 1 &&
         (Batch >= very_large_batch || weights_of<Model>() > large_model);
}

/// Large batches, and with very large models already those of 8, take the weights apart into tiles, for sums over those
/// hidden units that are on. A step of 784 x 128 units and 100 samples takes 0.65 of the time that it takes sample by
/// sample, of 64 x 16 units 0.75; of 784 x 500 and 10 samples 0.7. (784 x 128 units in batches of 10 gain nothing.)
template <class Model, size_t Batch>
constexpr bool is_tiled() {
  return is_layer_by_layer<Model, Batch>() && bool{Model::Hidden::can_be_off} &&
         (Batch >= large_batch || (Batch >= 8 && weights_of<Model>() > very_large_model));
}

/// Batches that go layer by layer skip the rows of units that are off, but where there are none, or a row is short:
/// then they take all rows, for four samples at a time. Those sums take 0.4 to 0.8 of the time with real units (784 x
/// 128: 0.5), and 0.8 with 64 x 16 units of which a third is on.
template <class Model>
constexpr bool is_dense() {
  return !Model::Visible::can_be_off || Model::hidden_size <= 16;
}

template <class Model, size_t Batch, bool IsFixed = Arithmetic<typename Model::Scalar>::is_fixed>
struct Gradient {
  typedef Arithmetic<typename Model::Scalar> Ops;

  template <class Rng>
  static void apply(Model& model, const Statistics<Model>& batch, typename Ops::Option learning_rate, Rng&) {
    const typename Ops::Rate rate = learning_rate / static_cast<float>(batch.count);
    move(If<is_summed>(), model.weights.values, rate, batch);
    for (size_t s = 0; s < batch.count; ++s) {
      model.visible.learn(rate, batch.visible_data[s].values, batch.visible_model[s].values);
      model.hidden.learn(rate, batch.hidden_data[s].values, batch.hidden_model[s].values);
    }
  }

 private:
  template <bool>
  struct If {};
  enum : bool { is_summed = Batch >= large_batch && is_layer_by_layer<Model, Batch>() };  // 0.6 of the time

  static void move(If<false>, typename Model::Scalar* weights, typename Ops::Rate rate,
                   const Statistics<Model>& batch) {
    kernels::update_weights(weights, rate, batch);
  }
  static void move(If<true>, typename Model::Scalar* weights, typename Ops::Rate rate, const Statistics<Model>& batch) {
    kernels::update_weights_by_sums(weights, rate, batch);
  }
};

template <class Model, size_t Batch>
struct Gradient<Model, Batch, true> {
  typedef Arithmetic<typename Model::Scalar> Ops;

  template <class Rng>
  static void apply(Model& model, const Statistics<Model>& batch, typename Ops::Option learning_rate, Rng& rng) {
    const typename Ops::Rate rate = Ops::rate(static_cast<uint32_t>(learning_rate.raw), batch.count,
                                              Ops::template rate_bits<Batch, has_real<Model>()>(), rng);
    if (may_be_quick && kernels::has_binary_updates(rate) && are_off_or_on(batch)) {
      change<If<may_be_quick>>(model, batch, rate, rng);
    } else {
      change<If<false>>(model, batch, rate, rng);
    }
  }

 private:
  // One sample of units that are all off or on has differences of 0, 1 and -1, for which there are quicker loops.
  template <bool>
  struct If {};
  enum : bool { may_be_quick = Ops::is_8_bit && Batch == 1 };

  static bool are_off_or_on(const Statistics<Model>& batch) {
    return batch.is_binary(0) && kernels::are_binary(batch.hidden_data->values, Model::hidden_size) &&
           kernels::are_binary(batch.hidden_model->values, Model::hidden_size);
  }

  template <class Quick, class Rng>
  static RBM_NOINLINE void change(Model& model, const Statistics<Model>& batch, typename Ops::Rate rate, Rng& rng) {
    for (Block block : Blocks<EqualBlocks<Model::hidden_size, kernels::most_of_block<Model::hidden_size>()>>())
      change_weights(Quick(), model, batch, rate, block, rng);
    change_biases<Quick, typename Model::Visible>(model.visible, batch.visible_data, batch.visible_model, batch.count,
                                                  rate, rng);
    change_biases<Quick, typename Model::Hidden>(model.hidden, batch.hidden_data, batch.hidden_model, batch.count, rate,
                                                 rng);
  }

  template <class Rng>
  static RBM_INLINE void change_weights(If<false>, Model& model, const Statistics<Model>& batch,
                                        typename Ops::Rate rate, Block block, Rng& rng) {
    kernels::update_weights(model.weights.values, rate, batch, block.first, block.count, rng);
  }
  template <class Rng>
  static RBM_INLINE void change_weights(If<true>, Model& model, const Statistics<Model>& batch, typename Ops::Rate rate,
                                        Block block, Rng& rng) {
    kernels::update_binary_weights(model.weights.values, rate, batch, block.first, block.count, rng);
  }

  template <class Quick, class Units, class Layer, class State, class Rng>
  static RBM_NOINLINE void change_biases(Layer& layer, const State* data, const State* model_state, size_t count,
                                         typename Ops::Rate rate, Rng& rng) {
    for (Block block : Blocks<Units>()) change_block<Units>(Quick(), layer, data, model_state, count, rate, block, rng);
  }

  template <class Units, class Layer, class State, class Rng>
  static RBM_INLINE void change_block(If<false>, Layer& layer, const State* data, const State* model_state,
                                      size_t count, typename Ops::Rate rate, Block block, Rng& rng) {
    typename Model::Sum g[Units::block_size] = {};
    kernels::add_differences(data, model_state, count, block.first, block.count, g);
    layer.learn(block, rate, g, rng);
  }
  template <class Units, class Layer, class State, class Rng>
  static RBM_INLINE void change_block(If<true>, Layer& layer, const State* data, const State* model_state, size_t,
                                      typename Ops::Rate rate, Block block, Rng& rng) {
    kernels::update_binary_biases<Units::block_size>(&layer.bias_of(block.first), rate, data->values + block.first,
                                                     model_state->values + block.first, block.count, rng);
  }
};

}  // namespace detail
}  // namespace rbm

#endif  // RBM_TRAINING_GRADIENT_HPP
