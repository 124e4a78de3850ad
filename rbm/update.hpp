// rbm/update.hpp: the change of all parameters where more than the plain gradient goes into it.
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

#ifndef RBM_UPDATE_HPP
#define RBM_UPDATE_HPP

#include <stddef.h>

#include "arithmetic.hpp"
#include "gradient.hpp"
#include "kernels.hpp"
#include "options.hpp"
#include "storage.hpp"

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
  typedef typename Ops::Change Change;

  template <unsigned Extra>
  struct If {};  // If<Extra> where the trainer has it, If<0> where it has not

  template <unsigned Extra>
  using Has = If<has(Trainer::extras, Extra) ? Extra : 0u>;

  Model& model;
  Trainer& trainer;
  const Statistics<Model>& batch;
  Change rate;     // the learning rate
  bool measuring;  // sums the squares of the change into `squares` and changes nothing
  typename Ops::SumOfSquares squares;
  typename Ops::Factor scale;  // of the change
  Rng& rng;                    // rounds what integers are changed by

  Update(Model& changed, Trainer& by, const Statistics<Model>& statistics, Change learning_rate, Rng& generator)
      : model(changed),
        trainer(by),
        batch(statistics),
        rate(learning_rate),
        measuring(false),
        squares(),
        scale(1),
        rng(generator) {}

  void run() {
    bound(Has<penalised>());
    pass();
  }

  // One block of hidden units: their biases, and the columns of W that belong to them.
  template <class Block>
  void operator()(Block block, size_t first) {
    Sum sum[Block::count] = {};
    kernels::add_differences(batch.hidden_data, batch.hidden_model, batch.count, first, Block::count, sum);
    Change difference[Block::count];  // <h>_data - <h>_model
    average<Block::count>(sum, difference);

    Change bias[Block::count];
    for (size_t j = 0; j < Block::count; ++j) bias[j] = rate * difference[j];
    push_to_target(Has<penalised>(), block, first, bias);
    finish(block, last_hidden(Has<with_momentum>(), first), bias);

    for (size_t i = 0; i < Model::visible_size; ++i) {
      for (size_t j = 0; j < Block::count; ++j) sum[j] = Sum(0);
      kernels::add_gradient(batch, i, first, Block::count, sum);
      Change change[Block::count];
      average<Block::count>(sum, change);
      centre(Has<centred>(), block, i, first, difference, change);
      Scalar* weights = model.weights.row(i) + first;
      for (size_t j = 0; j < Block::count; ++j) change[j] *= rate;
      decay(Has<penalised>(), block, weights, change);
      finish(block, last_weights(Has<with_momentum>(), i, first), change);
      if (measuring) continue;
      Change old[Block::count];
      for (size_t j = 0; j < Block::count; ++j) {
        old[j] = static_cast<Change>(weights[j]);
        change[j] = shrink(Has<penalised>(), old[j] + change[j]);
      }
      Ops::template assign<Block::count>(change, weights, rng);
      for (size_t j = 0; j < Block::count; ++j) change[j] = static_cast<Change>(weights[j]) - old[j];
      follow(Has<centred>(), block, i, first, change, bias);
    }
    if (!measuring) model.hidden.add_to_bias(block, first, bias, rng);
  }

 private:
  // The visible biases, a block of units at a time.
  struct VisibleBiases {
    Update& update;

    template <class Block>
    void operator()(Block block, size_t first) {
      Sum sum[Block::count] = {};
      kernels::add_differences(update.batch.visible_data, update.batch.visible_model, update.batch.count, first,
                               Block::count, sum);
      Change change[Block::count];
      for (size_t i = 0; i < Block::count; ++i) change[i] = Ops::rate_of(update.rate, sum[i], update.batch.count);
      update.finish(block, update.last_visible(Has<with_momentum>(), first), change);
      if (!update.measuring) update.model.visible.add_to_bias(block, first, change, update.rng);
    }
  };

  template <size_t Count>
  void average(const Sum* sum, Change* mean) const {
    for (size_t j = 0; j < Count; ++j) mean[j] = Ops::change_of(sum[j], batch.count);
  }

  void pass() {
    VisibleBiases visible = {*this};
    Model::Visible::walk(0, visible);
    Model::Hidden::walk(0, *this);
  }

  void bound(If<0>) {}
  void bound(If<penalised>) {
    const Change largest = static_cast<Change>(trainer.options.largest_update);
    if (detail::equal(largest, Change(0))) return;
    measuring = true;
    pass();
    measuring = false;
    scale = squares.factor(largest);
  }

  // Adds the last change, if it is kept; then counts the change towards the norm, or scales it and keeps it.
  template <class Block>
  void finish(Block, Scalar* last, Change* change) {
    add_last<Block::count>(Has<with_momentum>(), last, change);
    if (measuring) {
      for (size_t j = 0; j < Block::count; ++j) squares.add(change[j]);
      return;
    }
    for (size_t j = 0; j < Block::count; ++j) change[j] = Ops::scaled(change[j], scale);
    if (last != nullptr) Ops::template assign<Block::count>(change, last, rng);
  }

  template <size_t Count>
  void add_last(If<0>, const Scalar*, Change*) const {}
  template <size_t Count>
  void add_last(If<with_momentum>, const Scalar* last, Change* change) const {
    const Change momentum = static_cast<Change>(trainer.options.momentum);
    for (size_t j = 0; j < Count; ++j) change[j] += momentum * static_cast<Change>(last[j]);
  }
  Scalar* last_weights(If<0>, size_t, size_t) { return nullptr; }
  Scalar* last_weights(If<with_momentum>, size_t i, size_t j) { return trainer.weight_change.row(i) + j; }
  Scalar* last_visible(If<0>, size_t) { return nullptr; }
  Scalar* last_visible(If<with_momentum>, size_t i) { return trainer.visible_change.values + i; }
  Scalar* last_hidden(If<0>, size_t) { return nullptr; }
  Scalar* last_hidden(If<with_momentum>, size_t j) { return trainer.hidden_change.values + j; }

  template <class Block>
  void push_to_target(If<0>, Block, size_t, Change*) {}
  template <class Block>
  void push_to_target(If<penalised>, Block, size_t first, Change* bias) {
    const Change cost = rate * static_cast<Change>(trainer.options.sparsity_cost);
    if (detail::equal(cost, Change(0))) return;
    for (size_t j = 0; j < Block::count; ++j) {
      Sum sum(0);
      for (size_t s = 0; s < batch.count; ++s) sum += static_cast<Sum>(batch.hidden_data[s][first + j]);
      bias[j] += cost * (static_cast<Change>(trainer.options.sparsity_target) - Ops::change_of(sum, batch.count));
    }
  }

  template <class Block>
  void decay(If<0>, Block, const Scalar*, Change*) {}
  template <class Block>
  void decay(If<penalised>, Block, const Scalar* weights, Change* change) {
    const Change part = rate * static_cast<Change>(trainer.options.l2);
    for (size_t j = 0; j < Block::count; ++j) change[j] -= part * static_cast<Change>(weights[j]);
  }

  Change shrink(If<0>, Change w) const { return w; }
  Change shrink(If<penalised>, Change w) const {
    const Change part = rate * static_cast<Change>(trainer.options.l1);
    return w > part ? w - part : w < -part ? w + part : Change(0);
  }

  // <(v - mu) (h - lambda)> differs from <v h> by mu and lambda times the differences of the means.
  template <class Block>
  void centre(If<0>, Block, size_t, size_t, const Change*, Change*) {}
  template <class Block>
  void centre(If<centred>, Block, size_t i, size_t first, const Change* difference, Change* change) {
    Sum visible_difference[1] = {};
    kernels::add_differences(batch.visible_data, batch.visible_model, batch.count, i, 1, visible_difference);
    const Change along_lambda = Ops::change_of(visible_difference[0], batch.count);
    const Change mu = static_cast<Change>(trainer.visible_offset[i]);
    for (size_t j = 0; j < Block::count; ++j) {
      change[j] -= mu * difference[j] + along_lambda * static_cast<Change>(trainer.hidden_offset[first + j]);
    }
  }

  // The biases follow the change of a row of W.
  template <class Block>
  void follow(If<0>, Block, size_t, size_t, const Change*, Change*) {}
  template <class Block>
  void follow(If<centred>, Block, size_t i, size_t first, const Change* change, Change* hidden_bias) {
    const Change mu = static_cast<Change>(trainer.visible_offset[i]);
    Change visible_bias(0);
    for (size_t j = 0; j < Block::count; ++j) {
      visible_bias -= change[j] * static_cast<Change>(trainer.hidden_offset[first + j]);
      hidden_bias[j] -= mu * change[j];
    }
    Ops::template add<1>(&visible_bias, &model.visible.bias_of(i), rng);
  }
};

}  // namespace detail
}  // namespace rbm

#endif  // RBM_UPDATE_HPP
