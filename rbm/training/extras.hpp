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

/// What the statistics of a batch say of the parameters, as averages over its samples.
template <class Trainer>
struct BatchGradient {
  typedef typename Trainer::Model Model;
  typedef typename Model::Scalar Scalar;
  typedef typename Model::Sum Sum;
  typedef Arithmetic<Scalar> Ops;
  typedef typename Ops::Delta Delta;

  enum : size_t {
    visible_block = Model::Visible::block_size,
    hidden_block = Model::Hidden::block_size,
    summed_rows = kernels::has_unit_bits ? 32 : 1  // of which differences are summed at once
  };
  enum : bool {
    is_centred = has(Trainer::extras, centred),
    has_tile = has_gradient_tile<Model, Trainer::batch_size, Trainer::extras>(),
    holds_tile = kernels::has_unit_bits && has_tile,
    // Floats of 64 rows are changed before the next, so that memory is read in its order. Integers go block by block,
    // which is the order of their draws.
    goes_by_rows = holds_tile && !Ops::is_fixed
  };
  enum : size_t {
    tile_rows = holds_tile ? size_t{kernels::rows_of_table} : size_t{Model::visible_size},
    partial_sums = has_tile ? 8 : 1
  };
  typedef TileMaker<Trainer, holds_tile> Tile;

  Trainer& trainer;
  const Statistics<Model>& batch;
  const bool is_summed;  // tile by tile
  const Sum* tile;       // of the rows that were begun, from `first_row` on; or null
  size_t first_row;
  Sum visible_difference[summed_rows];  // of those rows that were summed last

  BatchGradient(Trainer& of, const Statistics<Model>& statistics)
      : trainer(of),
        batch(statistics),
        is_summed(has_tile && is_binary(statistics)),
        tile(nullptr),
        first_row(0),
        visible_difference() {}

  Differences<Model>* differences() const { return part_of<Differences<Model>>(&trainer); }

  /// rate (<v>_data - <v>_model), and <h>_data - <h>_model, of a block of units.
  RBM_INLINE void of_visible_biases(Block block, Delta rate, Delta* change) {
    Sum sum[visible_block] = {};
    kernels::add_differences<visible_block>(batch.visible_data, batch.visible_model, batch.count, block.first,
                                            block.count, sum);
    for (size_t i = 0; i < block.count; ++i) {
      change[i] = Ops::rate_of(rate, sum[i], batch.count);
      if (holds_tile) differences()->visible[block.first + i] = sum[i];
    }
  }
  RBM_INLINE void of_hidden_biases(Block block, Delta* difference) const {
    Sum sum[hidden_block] = {};
    kernels::add_differences<hidden_block>(batch.hidden_data, batch.hidden_model, batch.count, block.first, block.count,
                                           sum);
    average(block.count, sum, difference);
  }

  /// The mean of hidden unit j over the data.
  Delta mean_of_hidden(size_t j) const {
    Sum sum(0);
    for (size_t s = 0; s < batch.count; ++s) sum += static_cast<Sum>(batch.hidden_data[s][j]);
    return Ops::change_of(sum, batch.count);
  }

  /// Rows of a block of columns, from `first` on, are asked for next, in this order.
  RBM_INLINE void begin_rows(Block block, size_t first, size_t rows) {
    first_row = first;
    tile = is_summed ? Tile::make(trainer, batch, block, first, rows) : nullptr;
  }

  /// <v_i h>_data - <v_i h>_model for a block of hidden units.
  RBM_INLINE void of_row(size_t i, Block block, Delta* gradient) {
    if (is_centred && !holds_tile && i % summed_rows == 0) {
      const size_t left = Model::visible_size - i, count = left < summed_rows ? left : summed_rows;
      for (size_t k = 0; k < count; ++k) visible_difference[k] = Sum(0);
      kernels::add_differences<summed_rows>(batch.visible_data, batch.visible_model, batch.count, i, count,
                                            visible_difference);
    }
    if (tile != nullptr) {
      average(block.count, tile + (i - first_row) * block.count, gradient);
    } else {
      Sum sum[hidden_block] = {};
      add_gradient(i, block, sum);
      average(block.count, sum, gradient);
    }
  }

  /// <v_i>_data - <v_i>_model of the row that was asked for last.
  RBM_INLINE Delta along_row(size_t i) const {
    return Ops::change_of(holds_tile ? differences()->visible[i] : visible_difference[i % summed_rows], batch.count);
  }

  /// Where the change of hidden biases, and their difference, is kept while it goes by rows.
  Delta* place_of_differences() const { return differences()->hidden; }
  Delta* place_of_changes() const { return differences()->hidden_change; }

  static RBM_INLINE void fetch(const Scalar* row, size_t count) {
    if (holds_tile) Tile::fetch(row, count);
  }

 private:
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
};

/// offset += share (mean of the states - offset)
template <class State, class Option, class Rng>
void move_offset(State& offset, const State* states, size_t count, Option share, Rng& rng) {
  typedef Arithmetic<typename State::Element> Ops;
  typedef typename Ops::Delta Delta;
  constexpr Option whole(1.0f);
  for (size_t i = 0; i < State::size; ++i) {
    const Delta old = static_cast<Delta>(offset[i]);
    const Delta mean = Ops::quotient(Ops::total(states, count, i), count);
    const Delta next = share >= whole ? mean : old + static_cast<Delta>(share) * (mean - old);
    Ops::template assign<1>(&next, 1, &offset[i], rng);
  }
}

/// What extras know of two layers; null without the extra.
template <class Scalar>
struct ExtraStates {
  const Scalar *visible_offset, *hidden_offset;            // centred
  Scalar *weight_change, *visible_change, *hidden_change;  // with_momentum: the last ones
};

/// Makes the change that momentum, penalties and centring go into, or measures it.
template <class Trainer, class Gradient, class Rng>
struct Update {
  typedef typename Trainer::Option Option;
  typedef typename Gradient::Model Model;
  typedef typename Model::Scalar Scalar;
  typedef Arithmetic<Scalar> Ops;
  typedef typename Ops::Delta Delta;
  typedef typename Ops::SumOfSquares SumOfSquares;

  enum : size_t {
    visible_block = Model::Visible::block_size,
    hidden_block = Model::Hidden::block_size,
    largest_block = size_t{visible_block} > hidden_block ? visible_block : hidden_block,
    tile_rows = Gradient::tile_rows
  };
  enum : bool {
    is_centred = has(Trainer::extras, centred),
    has_momentum = has(Trainer::extras, with_momentum),
    is_penalised = has(Trainer::extras, penalised)
  };

  Model& model;
  Gradient& gradient;
  const TrainingOptions<Trainer::extras, Option>& options;
  const ExtraStates<Scalar> states;
  const Delta rate;  // the learning rate
  Rng& rng;          // rounds what integers are changed by
  // Whether the differences of visible units change their biases; of an inner layer of a deep model those of the hidden
  // units below did.
  const bool has_visible_biases;
  SumOfSquares* squares = nullptr;                       // measuring: those of the change, which is not made
  typename Ops::Factor scale = typename Ops::Factor(1);  // of the change

  Update(Model& changed, Gradient& by, const TrainingOptions<Trainer::extras, Option>& with,
         const ExtraStates<Scalar>& extra_states, Delta learning_rate, Rng& generator,
         bool changes_visible_biases = true)
      : model(changed),
        gradient(by),
        options(with),
        states(extra_states),
        rate(learning_rate),
        rng(generator),
        has_visible_biases(changes_visible_biases) {}

  void run() {
    if (is_bounded()) {
      SumOfSquares sum;
      measure(sum);
      bound(sum);
    }
    apply();
  }

  // run() in parts.
  bool is_bounded() const {
    return is_penalised && !detail::equal(static_cast<Delta>(penalties()->largest_update), Delta(0));
  }
  void measure(SumOfSquares& sum) {
    squares = &sum;
    pass();
    squares = nullptr;
  }
  void bound(const SumOfSquares& sum) { scale = sum.factor(static_cast<Delta>(penalties()->largest_update)); }
  void apply() { pass(); }

 private:
  const PenaltyOptions<Option>* penalties() const { return part_of<const PenaltyOptions<Option>>(&options); }

  void pass() {
    if (has_visible_biases) {
      for (Block block : Blocks<typename Model::Visible>()) change_visible_biases(block);
    }
    if (Gradient::goes_by_rows && squares == nullptr) {
      Delta *const difference = gradient.place_of_differences(), *const bias = gradient.place_of_changes();
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
    Delta change[visible_block];
    gradient.of_visible_biases(block, rate, change);
    add_momentum(block.count, has_momentum ? states.visible_change + block.first : nullptr, change);
    if (squares == nullptr)
      Ops::template add<visible_block>(change, block.count, &model.visible.bias_of(block.first), rng);
  }

  // <h>_data - <h>_model of a block of hidden units, and the change of their biases.
  void start(Block block, Delta* difference, Delta* bias) {
    gradient.of_hidden_biases(block, difference);
    for (size_t j = 0; j < block.count; ++j) bias[j] = rate * difference[j];
    if (is_penalised) add_sparsity(block, bias);
    add_momentum(block.count, has_momentum ? states.hidden_change + block.first : nullptr, bias);
  }

  void change_hidden_biases(Block block, Delta* bias) {
    if (squares == nullptr) Ops::template add<hidden_block>(bias, block.count, &model.hidden.bias_of(block.first), rng);
  }

  // The columns of W that belong to a block of hidden units, of some rows.
  void change_rows(Block block, size_t first, const Delta* difference, Delta* bias) {
    const size_t left = Model::visible_size - first, rows = left < tile_rows ? left : tile_rows;
    if (Gradient::holds_tile && block.count == hidden_block) {  // which the compiler then knows
      change_rows(Block{block.first, size_t{hidden_block}}, first, rows, difference, bias);
    } else {
      change_rows(block, first, rows, difference, bias);
    }
  }

  RBM_INLINE Scalar* last_change_of_row(size_t i, Block block) const {
    return has_momentum ? states.weight_change + i * Model::hidden_size + block.first : nullptr;
  }

  RBM_INLINE void change_rows(Block block, size_t first, size_t rows, const Delta* difference, Delta* bias) {
    const Delta l1 = is_penalised ? rate * static_cast<Delta>(penalties()->l1) : Delta(0);
    const Delta l2 = is_penalised ? rate * static_cast<Delta>(penalties()->l2) : Delta(0);
    for (size_t i = first; i < first + rows && Gradient::holds_tile; ++i) {
      Gradient::fetch(model.weights.row(i) + block.first, block.count);
      if (has_momentum) Gradient::fetch(last_change_of_row(i, block), block.count);
    }
    gradient.begin_rows(block, first, rows);
    Delta change[hidden_block], old[hidden_block] = {};
    for (size_t i = first; i < first + rows; ++i) {
      gradient.of_row(i, block, change);
      if (is_centred) centre(block, i, gradient.along_row(i), difference, change);
      Scalar* weights = model.weights.row(i) + block.first;
      for (size_t j = 0; j < block.count; ++j) change[j] *= rate;
      for (size_t j = 0; is_penalised && j < block.count; ++j) change[j] -= l2 * static_cast<Delta>(weights[j]);
      add_momentum(block.count, last_change_of_row(i, block), change);
      if (squares != nullptr) continue;
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

  // Adds the last change, if it is kept; then counts the change towards the norm, or scales it and keeps it.
  void add_momentum(size_t count, Scalar* last, Delta* change) {
    if (has_momentum) {
      const Delta momentum = static_cast<Delta>(part_of<const MomentumOptions<Option>>(&options)->momentum);
      for (size_t j = 0; j < count; ++j) change[j] += momentum * static_cast<Delta>(last[j]);
    }
    if (squares != nullptr) {
      for (size_t j = 0; j < count; ++j) squares->add(change[j]);
      return;
    }
    for (size_t j = 0; j < count; ++j) change[j] = Ops::scaled(change[j], scale);
    if (has_momentum) Ops::template assign<largest_block>(change, count, last, rng);
  }

  void add_sparsity(Block block, Delta* bias) {
    const Delta cost = rate * static_cast<Delta>(penalties()->sparsity_cost);
    if (detail::equal(cost, Delta(0))) return;
    for (size_t j = 0; j < block.count; ++j) {
      bias[j] += cost * (static_cast<Delta>(penalties()->sparsity_target) - gradient.mean_of_hidden(block.first + j));
    }
  }

  // Nearer to 0 by a part, but not beyond: without branches.
  static Delta shrunk(Delta w, Delta part) {
    const Delta below = w < part ? w : part;
    return w - (below > -part ? below : -part);
  }

  // <(v - mu) (h - lambda)> differs from <v h> by mu and lambda times the differences of the means.
  void centre(Block block, size_t i, Delta along_lambda, const Delta* difference, Delta* change) {
    const Delta mu = static_cast<Delta>(states.visible_offset[i]);
    for (size_t j = 0; j < block.count; ++j) {
      change[j] -= mu * difference[j] + along_lambda * static_cast<Delta>(states.hidden_offset[block.first + j]);
    }
  }

  // The biases follow the change of a row of W.
  void recentre_biases(Block block, size_t i, const Delta* change, Delta* hidden_bias) {
    const Delta mu = static_cast<Delta>(states.visible_offset[i]);
    constexpr size_t lanes = Gradient::partial_sums;  // of which none waits for another
    const Scalar* const lambda = states.hidden_offset + block.first;
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

/// The change of a trainer's model by a gradient.
template <class Trainer, class Gradient, class Rng>
void update_with_extras(typename Trainer::Model& model, Trainer& trainer, Gradient& gradient,
                        typename Gradient::Delta learning_rate, Rng& rng) {
  typedef typename Trainer::Model Model;
  constexpr bool has_offsets = has(Trainer::extras, centred), has_velocity = has(Trainer::extras, with_momentum);
  Offsets<Model>* const offsets = part_of<Offsets<Model>>(&trainer);
  Velocity<Model>* const velocity = part_of<Velocity<Model>>(&trainer);
  Update<Trainer, Gradient, Rng>(
      model, gradient, trainer.options,
      {has_offsets ? offsets->visible_offset.values : nullptr, has_offsets ? offsets->hidden_offset.values : nullptr,
       has_velocity ? velocity->weight_change.values : nullptr,
       has_velocity ? velocity->visible_change.values : nullptr,
       has_velocity ? velocity->hidden_change.values : nullptr},
      learning_rate, rng)
      .run();
}

}  // namespace detail
}  // namespace rbm

#endif  // RBM_TRAINING_EXTRAS_HPP
