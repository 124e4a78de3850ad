// rbm/training/rules.hpp: the change of all parameters where more than the plain gradient goes into it.
//
// The gradient of a block of weights is made on the stack, from the states of a batch; decay and momentum add to it;
// its norm may be bounded. So nothing of the size of the weights is kept but, with momentum, the last change. Integers
// make a change in 32 bits, and round it stochastically where it is added or kept.
//
// Centred, the model is seen as E = - (v - mu) a' - (h - lambda) b' - (v - mu) W (h - lambda) with offsets mu, lambda
// near the means of v and h (Melchior, Fischer and Wiskott 2016). Its gradient,
//   dW = <(v - mu) (h - lambda)>_data - <(v - mu) (h - lambda)>_model,  da' = <v>_data - <v>_model,  db' likewise,
// is that of the same distribution in other coordinates: a = a' - W lambda and b = b' - mu W follow the change of W.
// SPDX-License-Identifier: MIT

#ifndef RBM_TRAINING_RULES_HPP
#define RBM_TRAINING_RULES_HPP

#include <stddef.h>

#include "../kernels/kernels.hpp"
#include "../layers/sites.hpp"
#include "../numbers/number.hpp"
#include "../storage.hpp"
#include "gradient.hpp"
#include "options.hpp"

namespace rbm {
namespace detail {

/// centred: the offsets. They start with the means of the first batch.
template <class Model, bool Wanted>
struct Offsets {
  typename Model::VisibleState visible_offset;
  typename Model::HiddenState hidden_offset;
  bool has_offsets;
};

template <class Model>
struct Offsets<Model, false> {};

/// with_momentum: the last change.
template <class Model, bool Wanted>
struct Velocity {
  Matrix<typename Model::Scalar, Model::visible_size, Model::hidden_size> weight_change;
  typename Model::VisibleState visible_change;
  typename Model::HiddenState hidden_change;
};

template <class Model>
struct Velocity<Model, false> {};

/// Makes the change, or measures it. What an extra needs of its trainer is overloaded on whether there is that extra.
template <class Trainer, class Rng>
struct Update {
  typedef typename Trainer::Model Model;
  typedef typename Model::Scalar Scalar;
  typedef typename Model::Sum Sum;
  typedef Arithmetic<Scalar> Ops;
  typedef typename Ops::Delta Delta;

  enum : size_t { visible_block = Model::Visible::block_size, hidden_block = Model::Hidden::block_size };

  template <unsigned Extra>
  struct If {};  // If<Extra> where the trainer has it, If<0> where it has not

  template <unsigned Extra>
  using Has = If<has(Trainer::extras, Extra) ? Extra : 0u>;

  Model& model;
  Trainer& trainer;
  const Statistics<Model>& batch;
  Delta rate;      // the learning rate
  bool measuring;  // sums the squares of the change into `squares` and changes nothing
  typename Ops::SumOfSquares squares;
  typename Ops::Factor scale;  // of the change
  Rng& rng;                    // rounds what integers are changed by

  Update(Model& changed, Trainer& by, const Statistics<Model>& statistics, Delta learning_rate, Rng& generator)
      : model(changed),
        trainer(by),
        batch(statistics),
        rate(learning_rate),
        measuring(false),
        squares(),
        scale(1),
        rng(generator) {}

  void run() {
    clip_norm(Has<penalised>());
    pass();
  }

  // One block of hidden units: their biases, and the columns of W that belong to them.
  void change_block(Block block) {
    Sum sum[hidden_block] = {};
    kernels::add_differences(batch.hidden_data, batch.hidden_model, batch.count, block.first, block.count, sum);
    Delta difference[hidden_block];  // <h>_data - <h>_model
    average(block.count, sum, difference);

    Delta bias[hidden_block];
    for (size_t j = 0; j < block.count; ++j) bias[j] = rate * difference[j];
    add_sparsity(Has<penalised>(), block, bias);
    add_momentum(block.count, last_hidden(Has<with_momentum>(), block.first), bias);

    for (size_t i = 0; i < Model::visible_size; ++i) {
      for (size_t j = 0; j < block.count; ++j) sum[j] = Sum(0);
      kernels::add_gradient(batch, i, block.first, block.count, sum);
      Delta change[hidden_block];
      average(block.count, sum, change);
      centre(Has<centred>(), block, i, difference, change);
      Scalar* weights = model.weights.row(i) + block.first;
      for (size_t j = 0; j < block.count; ++j) change[j] *= rate;
      decay(Has<penalised>(), block.count, weights, change);
      add_momentum(block.count, last_weights(Has<with_momentum>(), i, block.first), change);
      if (measuring) continue;
      Delta old[hidden_block];
      for (size_t j = 0; j < block.count; ++j) {
        old[j] = static_cast<Delta>(weights[j]);
        change[j] = shrink(Has<penalised>(), old[j] + change[j]);
      }
      Ops::template assign<hidden_block>(change, block.count, weights, rng);
      for (size_t j = 0; j < block.count; ++j) change[j] = static_cast<Delta>(weights[j]) - old[j];
      recentre_biases(Has<centred>(), block, i, change, bias);
    }
    if (!measuring) model.hidden.add_to_bias(block, bias, rng);
  }

 private:
  void change_visible_biases(Block block) {
    Sum sum[visible_block] = {};
    kernels::add_differences(batch.visible_data, batch.visible_model, batch.count, block.first, block.count, sum);
    Delta change[visible_block];
    for (size_t i = 0; i < block.count; ++i) change[i] = Ops::rate_of(rate, sum[i], batch.count);
    add_momentum(block.count, last_visible(Has<with_momentum>(), block.first), change);
    if (!measuring) model.visible.add_to_bias(block, change, rng);
  }

  void average(size_t count, const Sum* sum, Delta* mean) const {
    for (size_t j = 0; j < count; ++j) mean[j] = Ops::change_of(sum[j], batch.count);
  }

  void pass() {
    for (Block block : Blocks<typename Model::Visible>()) change_visible_biases(block);
    for (Block block : Blocks<typename Model::Hidden>()) change_block(block);
  }

  void clip_norm(If<0>) {}
  void clip_norm(If<penalised>) {
    const Delta largest = static_cast<Delta>(trainer.options.largest_update);
    if (detail::equal(largest, Delta(0))) return;
    measuring = true;
    pass();
    measuring = false;
    scale = squares.factor(largest);
  }

  // Adds the last change, if it is kept; then counts the change towards the norm, or scales it and keeps it.
  void add_momentum(size_t count, Scalar* last, Delta* change) {
    add_last(Has<with_momentum>(), count, last, change);
    if (measuring) {
      for (size_t j = 0; j < count; ++j) squares.add(change[j]);
      return;
    }
    for (size_t j = 0; j < count; ++j) change[j] = Ops::scaled(change[j], scale);
    if (last != nullptr)
      Ops::template assign<(hidden_block > visible_block ? hidden_block : visible_block)>(change, count, last, rng);
  }

  void add_last(If<0>, size_t, const Scalar*, Delta*) const {}
  void add_last(If<with_momentum>, size_t count, const Scalar* last, Delta* change) const {
    const Delta momentum = static_cast<Delta>(trainer.options.momentum);
    for (size_t j = 0; j < count; ++j) change[j] += momentum * static_cast<Delta>(last[j]);
  }
  Scalar* last_weights(If<0>, size_t, size_t) { return nullptr; }
  Scalar* last_weights(If<with_momentum>, size_t i, size_t j) { return trainer.weight_change.row(i) + j; }
  Scalar* last_visible(If<0>, size_t) { return nullptr; }
  Scalar* last_visible(If<with_momentum>, size_t i) { return trainer.visible_change.values + i; }
  Scalar* last_hidden(If<0>, size_t) { return nullptr; }
  Scalar* last_hidden(If<with_momentum>, size_t j) { return trainer.hidden_change.values + j; }

  void add_sparsity(If<0>, Block, Delta*) {}
  void add_sparsity(If<penalised>, Block block, Delta* bias) {
    const Delta cost = rate * static_cast<Delta>(trainer.options.sparsity_cost);
    if (detail::equal(cost, Delta(0))) return;
    for (size_t j = 0; j < block.count; ++j) {
      Sum sum(0);
      for (size_t s = 0; s < batch.count; ++s) sum += static_cast<Sum>(batch.hidden_data[s][block.first + j]);
      bias[j] += cost * (static_cast<Delta>(trainer.options.sparsity_target) - Ops::change_of(sum, batch.count));
    }
  }

  void decay(If<0>, size_t, const Scalar*, Delta*) {}
  void decay(If<penalised>, size_t count, const Scalar* weights, Delta* change) {
    const Delta part = rate * static_cast<Delta>(trainer.options.l2);
    for (size_t j = 0; j < count; ++j) change[j] -= part * static_cast<Delta>(weights[j]);
  }

  Delta shrink(If<0>, Delta w) const { return w; }
  Delta shrink(If<penalised>, Delta w) const {
    const Delta part = rate * static_cast<Delta>(trainer.options.l1);
    return w > part ? w - part : w < -part ? w + part : Delta(0);
  }

  // <(v - mu) (h - lambda)> differs from <v h> by mu and lambda times the differences of the means.
  void centre(If<0>, Block, size_t, const Delta*, Delta*) {}
  void centre(If<centred>, Block block, size_t i, const Delta* difference, Delta* change) {
    Sum visible_difference[1] = {};
    kernels::add_differences(batch.visible_data, batch.visible_model, batch.count, i, 1, visible_difference);
    const Delta along_lambda = Ops::change_of(visible_difference[0], batch.count);
    const Delta mu = static_cast<Delta>(trainer.visible_offset[i]);
    for (size_t j = 0; j < block.count; ++j) {
      change[j] -= mu * difference[j] + along_lambda * static_cast<Delta>(trainer.hidden_offset[block.first + j]);
    }
  }

  // The biases follow the change of a row of W.
  void recentre_biases(If<0>, Block, size_t, const Delta*, Delta*) {}
  void recentre_biases(If<centred>, Block block, size_t i, const Delta* change, Delta* hidden_bias) {
    const Delta mu = static_cast<Delta>(trainer.visible_offset[i]);
    Delta visible_bias(0);
    for (size_t j = 0; j < block.count; ++j) {
      visible_bias -= change[j] * static_cast<Delta>(trainer.hidden_offset[block.first + j]);
      hidden_bias[j] -= mu * change[j];
    }
    Ops::template add<1>(&visible_bias, 1, &model.visible.bias_of(i), rng);
  }
};

}  // namespace detail
}  // namespace rbm

#endif  // RBM_TRAINING_RULES_HPP
