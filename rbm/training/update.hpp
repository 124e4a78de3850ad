// rbm/training/update.hpp: the change of the parameters that the statistics of a batch call for.
//
// dW = <v h>_data - <v h>_model, da and db likewise, averaged over a batch. A plain step moves every parameter by the
// rate times that. Floats move sample by sample, in large batches by sums of up to 64; integers sum the gradient of the
// batch, and round it once, stochastically.
//
// With momentum, penalties or centring the change of a block of weights is made on the stack, from the states of a
// batch; decay and momentum add to it; its norm may be bounded. So nothing of the size of the weights is kept but, with
// momentum, the last change. Integers make a change in 32 bits, and round it where it is added or kept.
//
// Centred, the model is seen as E = - (v - mu) a' - (h - lambda) b' - (v - mu) W (h - lambda) with offsets mu, lambda
// near the means of v and h (Melchior, Fischer and Wiskott 2016). Its gradient,
//   dW = <(v - mu) (h - lambda)>_data - <(v - mu) (h - lambda)>_model,  da' = <v>_data - <v>_model,  db' likewise,
// is that of the same distribution in other coordinates: a = a' - W lambda and b = b' - mu W follow the change of W.
// SPDX-License-Identifier: MIT

#ifndef RBM_TRAINING_UPDATE_HPP
#define RBM_TRAINING_UPDATE_HPP

#include <stddef.h>
#include <stdint.h>

#include "../kernels/kernels.hpp"
#include "../layers/layer.hpp"
#include "../numbers/fixed.hpp"
#include "../numbers/number.hpp"
#include "chains.hpp"
#include "options.hpp"

namespace rbm {
namespace detail {

template <class Model>
using Statistics = kernels::Statistics<typename Model::Scalar, Model::visible_size, Model::hidden_size>;

template <class Model>
constexpr bool has_real() {
  return bool{Model::Visible::is_real} || bool{Model::Hidden::is_real};
}

/// The plain change of a model of floats, by a trainer of up to `Batch` samples.
template <size_t Batch, class Model, class Rng>
inline void apply_gradient(Model& model, const Statistics<Model>& batch, float learning_rate, Rng&) {
  constexpr bool is_summed = Batch >= large_batch && is_layer_by_layer<Model, Batch>();  // 0.6 of the time
  const float rate = learning_rate / static_cast<float>(batch.count);
  if (is_summed) {
    kernels::update_weights_by_sums(model.weights.values, rate, batch);
  } else {
    kernels::update_weights(model.weights.values, rate, batch);
  }
  for (size_t s = 0; s < batch.count; ++s) {
    model.visible.learn(rate, batch.visible_data[s].values, batch.visible_model[s].values);
    model.hidden.learn(rate, batch.hidden_data[s].values, batch.hidden_model[s].values);
  }
}

/// The loops over a block of integer parameters.
template <class Model, bool IsBinary>
struct BlockUpdate {
  typedef typename Arithmetic<typename Model::Scalar>::Rate Rate;

  template <class Rng>
  static RBM_INLINE void weights(Model& model, const Statistics<Model>& batch, Rate rate, Block block, Rng& rng) {
    kernels::update_weights(model.weights.values, rate, batch, block.first, block.count, rng);
  }

  template <class Units, class Layer, class State, class Rng>
  static RBM_INLINE void biases(Layer& layer, const State* data, const State* model_state, size_t count, Rate rate,
                                Block block, Rng& rng) {
    typename Model::Sum g[Units::block_size] = {};
    kernels::add_differences(data, model_state, count, block.first, block.count, g);
    kernels::update_biases<Units::block_size>(&layer.bias_of(block.first), rate, g, block.count, rng);
  }
};

/// One sample of units that are all off or on has differences of 0, 1 and -1, for which 8 bits have quicker loops.
template <class Model>
struct BlockUpdate<Model, true> {
  typedef typename Arithmetic<typename Model::Scalar>::Rate Rate;

  template <class Rng>
  static RBM_INLINE void weights(Model& model, const Statistics<Model>& batch, Rate rate, Block block, Rng& rng) {
    kernels::update_binary_weights(model.weights.values, rate, batch, block.first, block.count, rng);
  }

  template <class Units, class Layer, class State, class Rng>
  static RBM_INLINE void biases(Layer& layer, const State* data, const State* model_state, size_t, Rate rate,
                                Block block, Rng& rng) {
    kernels::update_binary_biases<Units::block_size>(&layer.bias_of(block.first), rate, data->values + block.first,
                                                     model_state->values + block.first, block.count, rng);
  }
};

template <class Update, class Units, class Layer, class State, class Rate, class Rng>
RBM_NOINLINE void update_biases(Layer& layer, const State* data, const State* model_state, size_t count, Rate rate,
                                Rng& rng) {
  for (Block block : Blocks<Units>()) {
    Update::template biases<Units>(layer, data, model_state, count, rate, block, rng);
  }
}

template <class Update, class Model, class Rate, class Rng>
RBM_NOINLINE void update_blocks(Model& model, const Statistics<Model>& batch, Rate rate, Rng& rng) {
  for (Block block : Blocks<EqualBlocks<Model::hidden_size, kernels::most_of_block<Model::hidden_size>()>>()) {
    Update::weights(model, batch, rate, block, rng);
  }
  update_biases<Update, typename Model::Visible>(model.visible, batch.visible_data, batch.visible_model, batch.count,
                                                 rate, rng);
  update_biases<Update, typename Model::Hidden>(model.hidden, batch.hidden_data, batch.hidden_model, batch.count, rate,
                                                rng);
}

/// Whether all units of a sample, and of its chain, are off or on.
template <class Model>
bool is_binary(const Statistics<Model>& batch) {
  return batch.is_binary(0) && kernels::are_binary(batch.hidden_data->values, Model::hidden_size) &&
         kernels::are_binary(batch.hidden_model->values, Model::hidden_size);
}

/// The plain change of a model of integers.
template <size_t Batch, class Model, class Rng>
inline void apply_gradient(Model& model, const Statistics<Model>& batch, FixedOption learning_rate, Rng& rng) {
  typedef Arithmetic<typename Model::Scalar> Ops;
  constexpr bool may_be_quick = Ops::is_8_bit && Batch == 1;
  const typename Ops::Rate rate = Ops::rate(static_cast<uint32_t>(learning_rate.raw), batch.count,
                                            Ops::template rate_bits<Batch, has_real<Model>()>(), rng);
  if (may_be_quick && kernels::has_binary_updates(rate) && is_binary<Model>(batch)) {
    update_blocks<BlockUpdate<Model, may_be_quick>>(model, batch, rate, rng);
  } else {
    update_blocks<BlockUpdate<Model, false>>(model, batch, rate, rng);
  }
}

/// Makes the change that momentum, penalties and centring go into, or measures it.
template <class Trainer, class Rng>
struct Update {
  typedef typename Trainer::Model Model;
  typedef typename Trainer::Option Option;
  typedef typename Model::Scalar Scalar;
  typedef typename Model::Sum Sum;
  typedef Arithmetic<Scalar> Ops;
  typedef typename Ops::Delta Delta;

  enum : size_t {
    visible_block = Model::Visible::block_size,
    hidden_block = Model::Hidden::block_size,
    largest_block = size_t{visible_block} > hidden_block ? visible_block : hidden_block
  };
  enum : bool {
    is_centred = has(Trainer::extras, centred),
    has_momentum = has(Trainer::extras, with_momentum),
    is_penalised = has(Trainer::extras, penalised)
  };

  Model& model;
  Trainer& trainer;
  const Statistics<Model>& batch;
  Delta rate;              // the learning rate
  Rng& rng;                // rounds what integers are changed by
  bool measuring = false;  // sums the squares of the change into `squares` and changes nothing
  typename Ops::SumOfSquares squares;
  typename Ops::Factor scale = typename Ops::Factor(1);  // of the change

  Update(Model& changed, Trainer& by, const Statistics<Model>& statistics, Delta learning_rate, Rng& generator)
      : model(changed), trainer(by), batch(statistics), rate(learning_rate), rng(generator), squares() {}

  void run() {
    const Delta largest = is_penalised ? static_cast<Delta>(penalties()->largest_update) : Delta(0);
    if (is_penalised && !detail::equal(largest, Delta(0))) {
      measuring = true;
      pass();
      measuring = false;
      scale = squares.factor(largest);
    }
    pass();
  }

 private:
  const PenaltyOptions<Option>* penalties() const { return part_of<const PenaltyOptions<Option>>(&trainer.options); }
  const Offsets<Model>* offsets() const { return part_of<const Offsets<Model>>(&trainer); }
  Velocity<Model>* velocity() const { return part_of<Velocity<Model>>(&trainer); }

  void pass() {
    for (Block block : Blocks<typename Model::Visible>()) change_visible_biases(block);
    for (Block block : Blocks<typename Model::Hidden>()) change_block(block);
  }

  void change_visible_biases(Block block) {
    Sum sum[visible_block] = {};
    kernels::add_differences(batch.visible_data, batch.visible_model, batch.count, block.first, block.count, sum);
    Delta change[visible_block];
    for (size_t i = 0; i < block.count; ++i) change[i] = Ops::rate_of(rate, sum[i], batch.count);
    add_momentum(block.count, has_momentum ? velocity()->visible_change.values + block.first : nullptr, change);
    if (!measuring) Ops::template add<visible_block>(change, block.count, &model.visible.bias_of(block.first), rng);
  }

  // One block of hidden units: their biases, and the columns of W that belong to them.
  void change_block(Block block) {
    Sum sum[hidden_block] = {};
    kernels::add_differences(batch.hidden_data, batch.hidden_model, batch.count, block.first, block.count, sum);
    Delta difference[hidden_block];  // <h>_data - <h>_model
    average(block.count, sum, difference);

    Delta bias[hidden_block];
    for (size_t j = 0; j < block.count; ++j) bias[j] = rate * difference[j];
    if (is_penalised) add_sparsity(block, bias);
    add_momentum(block.count, has_momentum ? velocity()->hidden_change.values + block.first : nullptr, bias);

    const Delta l1 = is_penalised ? rate * static_cast<Delta>(penalties()->l1) : Delta(0);
    const Delta l2 = is_penalised ? rate * static_cast<Delta>(penalties()->l2) : Delta(0);
    for (size_t i = 0; i < Model::visible_size; ++i) {
      for (size_t j = 0; j < block.count; ++j) sum[j] = Sum(0);
      kernels::add_gradient(batch, i, block.first, block.count, sum);
      Delta change[hidden_block];
      average(block.count, sum, change);
      if (is_centred) centre(block, i, difference, change);
      Scalar* weights = model.weights.row(i) + block.first;
      for (size_t j = 0; j < block.count; ++j) change[j] *= rate;
      for (size_t j = 0; is_penalised && j < block.count; ++j) change[j] -= l2 * static_cast<Delta>(weights[j]);
      add_momentum(block.count, has_momentum ? velocity()->weight_change.row(i) + block.first : nullptr, change);
      if (measuring) continue;
      Delta old[hidden_block] = {};
      for (size_t j = 0; j < block.count; ++j) {
        old[j] = static_cast<Delta>(weights[j]);
        const Delta moved = old[j] + change[j];
        change[j] = is_penalised ? shrunk(moved, l1) : moved;
      }
      Ops::template assign<hidden_block>(change, block.count, weights, rng);
      for (size_t j = 0; j < block.count; ++j) change[j] = static_cast<Delta>(weights[j]) - old[j];
      if (is_centred) recentre_biases(block, i, change, bias);
    }
    if (!measuring) Ops::template add<hidden_block>(bias, block.count, &model.hidden.bias_of(block.first), rng);
  }

  void average(size_t count, const Sum* sum, Delta* mean) const {
    for (size_t j = 0; j < count; ++j) mean[j] = Ops::change_of(sum[j], batch.count);
  }

  // Adds the last change, if it is kept; then counts the change towards the norm, or scales it and keeps it.
  void add_momentum(size_t count, Scalar* last, Delta* change) {
    if (has_momentum) {
      const Delta momentum = static_cast<Delta>(part_of<const MomentumOptions<Option>>(&trainer.options)->momentum);
      for (size_t j = 0; j < count; ++j) change[j] += momentum * static_cast<Delta>(last[j]);
    }
    if (measuring) {
      for (size_t j = 0; j < count; ++j) squares.add(change[j]);
      return;
    }
    for (size_t j = 0; j < count; ++j) change[j] = Ops::scaled(change[j], scale);
    if (has_momentum) Ops::template assign<largest_block>(change, count, last, rng);
  }

  void add_sparsity(Block block, Delta* bias) {
    const Delta cost = rate * static_cast<Delta>(penalties()->sparsity_cost);
    if (detail::equal(cost, Delta(0))) return;
    for (size_t j = 0; j < block.count; ++j) {
      Sum sum(0);
      for (size_t s = 0; s < batch.count; ++s) sum += static_cast<Sum>(batch.hidden_data[s][block.first + j]);
      bias[j] += cost * (static_cast<Delta>(penalties()->sparsity_target) - Ops::change_of(sum, batch.count));
    }
  }

  static Delta shrunk(Delta w, Delta part) { return w > part ? w - part : w < -part ? w + part : Delta(0); }

  // <(v - mu) (h - lambda)> differs from <v h> by mu and lambda times the differences of the means.
  void centre(Block block, size_t i, const Delta* difference, Delta* change) {
    Sum visible_difference[1] = {};
    kernels::add_differences(batch.visible_data, batch.visible_model, batch.count, i, 1, visible_difference);
    const Delta along_lambda = Ops::change_of(visible_difference[0], batch.count);
    const Delta mu = static_cast<Delta>(offsets()->visible_offset[i]);
    for (size_t j = 0; j < block.count; ++j) {
      change[j] -= mu * difference[j] + along_lambda * static_cast<Delta>(offsets()->hidden_offset[block.first + j]);
    }
  }

  // The biases follow the change of a row of W.
  void recentre_biases(Block block, size_t i, const Delta* change, Delta* hidden_bias) {
    const Delta mu = static_cast<Delta>(offsets()->visible_offset[i]);
    Delta visible_bias(0);
    for (size_t j = 0; j < block.count; ++j) {
      visible_bias -= change[j] * static_cast<Delta>(offsets()->hidden_offset[block.first + j]);
      hidden_bias[j] -= mu * change[j];
    }
    Ops::template add<1>(&visible_bias, 1, &model.visible.bias_of(i), rng);
  }
};

}  // namespace detail
}  // namespace rbm

#endif  // RBM_TRAINING_UPDATE_HPP
