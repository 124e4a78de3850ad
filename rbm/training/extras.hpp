// rbm/training/extras.hpp: the change of the parameters with momentum, penalties or centring.
//
// The change of a block of weights is made on the stack, from the states of a batch; decay and momentum add to it; its
// norm may be bounded. So nothing of the size of the weights is kept but, with momentum, the last change. Integers make
// a change in 32 bits, and round it where it is added or kept. Large batches sum their gradient tile by tile.
//
// Centred, the model is seen as E = - (v - mu) a' - (h - lambda) b' - (v - mu) W (h - lambda) with offsets mu, lambda
// near the means of v and h (Melchior, Fischer and Wiskott 2016). Its gradient,
//   dW = <(v - mu) (h - lambda)>_data - <(v - mu) (h - lambda)>_model,  da' = <v>_data - <v>_model,  db' likewise,
// is that of the same distribution in other coordinates: a = a' - W lambda and b = b' - mu W follow the change of W.
// SPDX-License-Identifier: MIT

#ifndef RBM_TRAINING_EXTRAS_HPP
#define RBM_TRAINING_EXTRAS_HPP

#include <stddef.h>
#include <stdint.h>

#include "../config.hpp"
#include "../kernels/kernels.hpp"
#include "../layers/layer.hpp"
#include "../numbers/fixed.hpp"
#include "../numbers/number.hpp"
#include "gradient_tile.hpp"
#include "options.hpp"
#include "ways.hpp"

namespace rbm {
namespace detail {

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
    largest_block = size_t{visible_block} > hidden_block ? visible_block : hidden_block,
    summed_rows = kernels::has_unit_bits ? 32 : 1  // of which differences are summed at once
  };
  enum : bool {
    is_centred = has(Trainer::extras, centred),
    has_momentum = has(Trainer::extras, with_momentum),
    is_penalised = has(Trainer::extras, penalised),
    has_tile = has_gradient_tile<Model, Trainer::batch_size, Trainer::extras>(),
    holds_tile = kernels::has_unit_bits && has_tile,
    // Floats of 64 rows are changed before the next, so that memory is read in its order. Integers go block by block,
    // which is the order of their draws.
    goes_by_rows = holds_tile && !Ops::is_fixed
  };
  enum : size_t { tile_rows = holds_tile ? size_t{kernels::rows_of_table} : size_t{Model::visible_size} };
  typedef TileMaker<Trainer, holds_tile> Tile;

  Model& model;
  Trainer& trainer;
  const Statistics<Model>& batch;
  Delta rate;              // the learning rate
  Rng& rng;                // rounds what integers are changed by
  const bool is_summed;    // tile by tile
  bool measuring = false;  // sums the squares of the change into `squares` and changes nothing
  typename Ops::SumOfSquares squares;
  typename Ops::Factor scale = typename Ops::Factor(1);  // of the change

  Update(Model& changed, Trainer& by, const Statistics<Model>& statistics, Delta learning_rate, Rng& generator)
      : model(changed),
        trainer(by),
        batch(statistics),
        rate(learning_rate),
        rng(generator),
        is_summed(has_tile && is_binary(statistics)),
        squares() {}

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

  Differences<Model>* differences() const { return part_of<Differences<Model>>(&trainer); }

  void pass() {
    for (Block block : Blocks<typename Model::Visible>()) change_visible_biases(block);
    if (goes_by_rows && !measuring) {
      Delta *const difference = differences()->hidden, *const bias = differences()->hidden_change;
      for (Block block : Blocks<typename Model::Hidden>()) start(block, difference + block.first, bias + block.first);
      for (size_t i = 0; i < Model::visible_size; i += tile_rows) {
        for (Block block : Blocks<typename Model::Hidden>()) {
          change_rows(block, i, difference + block.first, bias + block.first);
        }
      }
      for (Block block : Blocks<typename Model::Hidden>()) change_hidden_biases(block, bias + block.first);
    } else {
      for (Block block : Blocks<typename Model::Hidden>()) {
        Delta difference[hidden_block], bias[hidden_block];
        start(block, difference, bias);
        for (size_t i = 0; i < Model::visible_size; i += tile_rows) change_rows(block, i, difference, bias);
        change_hidden_biases(block, bias);
      }
    }
  }

  void change_visible_biases(Block block) {
    Sum sum[visible_block] = {};
    kernels::add_differences<visible_block>(batch.visible_data, batch.visible_model, batch.count, block.first,
                                            block.count, sum);
    Delta change[visible_block];
    for (size_t i = 0; i < block.count; ++i) {
      change[i] = Ops::rate_of(rate, sum[i], batch.count);
      if (holds_tile) differences()->visible[block.first + i] = sum[i];
    }
    add_momentum(block.count, has_momentum ? velocity()->visible_change.values + block.first : nullptr, change);
    if (!measuring) Ops::template add<visible_block>(change, block.count, &model.visible.bias_of(block.first), rng);
  }

  // <h>_data - <h>_model of a block of hidden units, and the change of their biases.
  void start(Block block, Delta* difference, Delta* bias) {
    Sum sum[hidden_block] = {};
    kernels::add_differences<hidden_block>(batch.hidden_data, batch.hidden_model, batch.count, block.first, block.count,
                                           sum);
    average(block.count, sum, difference);
    for (size_t j = 0; j < block.count; ++j) bias[j] = rate * difference[j];
    if (is_penalised) add_sparsity(block, bias);
    add_momentum(block.count, has_momentum ? velocity()->hidden_change.values + block.first : nullptr, bias);
  }

  void change_hidden_biases(Block block, Delta* bias) {
    if (!measuring) Ops::template add<hidden_block>(bias, block.count, &model.hidden.bias_of(block.first), rng);
  }

  // The columns of W that belong to a block of hidden units, of some rows.
  void change_rows(Block block, size_t first, const Delta* difference, Delta* bias) {
    const size_t left = Model::visible_size - first, rows = left < tile_rows ? left : tile_rows;
    if (holds_tile && block.count == hidden_block) {  // which the compiler then knows
      change_rows(Block{block.first, size_t{hidden_block}}, first, rows, difference, bias);
    } else {
      change_rows(block, first, rows, difference, bias);
    }
  }

  RBM_INLINE void change_rows(Block block, size_t first, size_t rows, const Delta* difference, Delta* bias) {
    const Delta l1 = is_penalised ? rate * static_cast<Delta>(penalties()->l1) : Delta(0);
    const Delta l2 = is_penalised ? rate * static_cast<Delta>(penalties()->l2) : Delta(0);
    for (size_t i = first; i < first + rows && holds_tile; ++i) {
      Tile::fetch(model.weights.row(i) + block.first, block.count);
      if (has_momentum) Tile::fetch(velocity()->weight_change.row(i) + block.first, block.count);
    }
    const Sum* const gradient = is_summed ? Tile::make(trainer, batch, block, first, rows) : nullptr;
    Sum sum[hidden_block] = {}, visible_difference[summed_rows] = {};
    Delta change[hidden_block], old[hidden_block] = {};
    for (size_t i = first; i < first + rows; ++i) {
      if (is_centred && !holds_tile && i % summed_rows == 0) {
        const size_t left = Model::visible_size - i, count = left < summed_rows ? left : summed_rows;
        for (size_t k = 0; k < count; ++k) visible_difference[k] = Sum(0);
        kernels::add_differences<summed_rows>(batch.visible_data, batch.visible_model, batch.count, i, count,
                                              visible_difference);
      }
      if (gradient != nullptr) {
        average(block.count, gradient + (i - first) * block.count, change);
      } else {
        for (size_t j = 0; j < block.count; ++j) sum[j] = Sum(0);
        add_gradient(i, block, sum);
        average(block.count, sum, change);
      }
      if (is_centred) {
        centre(block, i, holds_tile ? differences()->visible[i] : visible_difference[i % summed_rows], difference,
               change);
      }
      Scalar* weights = model.weights.row(i) + block.first;
      for (size_t j = 0; j < block.count; ++j) change[j] *= rate;
      for (size_t j = 0; is_penalised && j < block.count; ++j) change[j] -= l2 * static_cast<Delta>(weights[j]);
      add_momentum(block.count, has_momentum ? velocity()->weight_change.row(i) + block.first : nullptr, change);
      if (measuring) continue;
      for (size_t j = 0; j < block.count; ++j) {
        old[j] = static_cast<Delta>(weights[j]);
        const Delta moved = old[j] + change[j];
        change[j] = is_penalised ? shrunk(moved, l1) : moved;
      }
      Ops::template assign<hidden_block>(change, block.count, weights, rng);
      for (size_t j = 0; j < block.count; ++j) change[j] = static_cast<Delta>(weights[j]) - old[j];
      if (is_centred) recentre_biases(block, i, change, bias);
    }
  }

  void add_gradient(size_t i, Block block, float* sum) const {
    if (is_summed) {
      kernels::add_gradient_in_order(batch, i, block.first, block.count, sum);
    } else {
      kernels::add_gradient(batch, i, block.first, block.count, sum);
    }
  }
  template <class Integer, int FractionBits>
  void add_gradient(size_t i, Block block, Fixed<Integer, FractionBits>* sum) const {
    kernels::add_gradient(batch, i, block.first, block.count, sum);
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

  // Nearer to 0 by a part, but not beyond: without branches.
  static Delta shrunk(Delta w, Delta part) {
    const Delta below = w < part ? w : part;
    return w - (below > -part ? below : -part);
  }

  // <(v - mu) (h - lambda)> differs from <v h> by mu and lambda times the differences of the means.
  void centre(Block block, size_t i, Sum visible_difference, const Delta* difference, Delta* change) {
    const Delta along_lambda = Ops::change_of(visible_difference, batch.count);
    const Delta mu = static_cast<Delta>(offsets()->visible_offset[i]);
    for (size_t j = 0; j < block.count; ++j) {
      change[j] -= mu * difference[j] + along_lambda * static_cast<Delta>(offsets()->hidden_offset[block.first + j]);
    }
  }

  // The biases follow the change of a row of W.
  void recentre_biases(Block block, size_t i, const Delta* change, Delta* hidden_bias) {
    const Delta mu = static_cast<Delta>(offsets()->visible_offset[i]);
    constexpr size_t lanes = has_tile ? 8 : 1;  // of which none waits for another
    const Scalar* const lambda = offsets()->hidden_offset.values + block.first;
    Delta partial[lanes] = {};
    const size_t full = block.count - block.count % lanes;
    for (size_t j = 0; j < full; j += lanes) {
      for (size_t l = 0; l < lanes; ++l) partial[l] -= change[j + l] * static_cast<Delta>(lambda[j + l]);
    }
    for (size_t j = full; j < block.count; ++j) partial[j - full] -= change[j] * static_cast<Delta>(lambda[j]);
    Delta visible_bias(0);
    for (size_t l = 0; l < lanes; ++l) visible_bias += partial[l];
    for (size_t j = 0; j < block.count; ++j) hidden_bias[j] -= mu * change[j];
    Ops::template add<1>(&visible_bias, 1, &model.visible.bias_of(i), rng);
  }
};

}  // namespace detail
}  // namespace rbm

#endif  // RBM_TRAINING_EXTRAS_HPP
