// rbm/training/slices.hpp: a step in slices, for a program that does other things at fixed times.
//
// A step of one sample is a sequence of rows, each of which adds to the inputs of a block of units or changes, and of
// blocks, which are drawn once their inputs are complete. Between any two of them it can be left and taken up again:
// what the next one needs is kept here. Rows and blocks are those of a step that is made at once, in the same order,
// and so are the words of the generator.
// SPDX-License-Identifier: MIT

#ifndef RBM_TRAINING_SLICES_HPP
#define RBM_TRAINING_SLICES_HPP

#include <stddef.h>
#include <stdint.h>

#include "../config.hpp"
#include "../kernels/kernels.hpp"
#include "../layers/layer.hpp"
#include "../numbers/number.hpp"
#include "../status.hpp"
#include "options.hpp"
#include "update.hpp"

namespace rbm {
namespace detail {

/// What a step does, in this order. Steps of Gibbs sampling go from `hidden` back to `visible`.
enum class Phase : uint8_t { none, data, particle, visible, hidden, weights, visible_biases, hidden_biases };

/// Where a step is.
template <class Model>
struct Progress {
  enum : size_t {
    visible_block = Model::Visible::block_size,
    hidden_block = Model::Hidden::block_size,
    largest_block = size_t{visible_block} > hidden_block ? visible_block : hidden_block,
    columns = Columns<Model>::block_size
  };

  Model* model = nullptr;
  const typename Model::VisibleState* sample = nullptr;
  size_t first = 0, row = 0;                  // of the block, and the row that comes next
  typename Model::Sum x[largest_block] = {};  // the inputs of the block, so far
  typename Arithmetic<typename Model::Scalar>::Rate rate = {};
  uint32_t word = 0;                              // of the generator, of which rows take a byte each
  alignas(uint32_t) uint8_t draws[columns] = {};  // the bytes of the columns
  uint16_t steps_left = 0;                        // of Gibbs sampling
  uint8_t changed_rows = 0;
  Phase phase = Phase::none;

  void begin(Model& changed, const typename Model::VisibleState& v, uint16_t gibbs_steps) {
    model = &changed;
    sample = &v;
    first = row = 0;
    steps_left = gibbs_steps;
    phase = Phase::data;
  }
};

/// sliced: where the trainer's step is.
template <class Model>
struct Slices {
  Progress<Model> progress;
};

/// Rows of a block of columns of the weights, from at.row to `end`: floats, and integers.
template <class Model, bool IsBinary>
struct UpdateRows {
  template <class Rng>
  static RBM_NOINLINE void apply(Model& model, const Statistics<Model>& batch, Progress<Model>& at, Block block,
                                 size_t end, Rng& rng) {
    for (size_t i = at.row; i < end; ++i) {
      if (kernels::is_row_on(batch, i))
        kernels::update_row(model.weights.values, at.rate, batch, i, block.first, block.count, rng);
    }
  }
};

/// Of 8 bits whose units are all off or on, see IntegerUpdate.
template <class Model>
struct UpdateRows<Model, true> {
  template <class Rng>
  static RBM_NOINLINE void apply(Model& model, const Statistics<Model>& batch, Progress<Model>& at, Block block,
                                 size_t end, Rng& rng) {
    typedef IntegerUpdate<Model, true> Update;
    typedef typename Model::Scalar Scalar;
    const Scalar *const v = batch.visible_data->values, *const v_model = batch.visible_model->values;
    const Scalar* const h = batch.hidden_data->values + block.first;
    const Scalar* const h_model = batch.hidden_model->values + block.first;
    if (at.row == 0) {
      integer::draw<Update::most>(at.draws, block.count, rng);
      for (size_t j = 0; j < block.count; ++j) {
        Update::move_bias(model.hidden.bias_of(block.first + j), h[j], h_model[j], at.rate, at.draws[j]);
      }
      at.changed_rows = 0;
    }
    const kernels::BinaryChanges<Update::most, Scalar::fraction_bits> changes(h, h_model, at.draws, block.count);
    for (size_t i = at.row; i < end; ++i) {
      const uint8_t k = static_cast<uint8_t>(!kernels::is_off(v[i]) + 2 * !kernels::is_off(v_model[i]));
      if (k == 0) continue;
      at.word = at.changed_rows++ % 4 == 0 ? draw_word(rng) : at.word >> 8;
      const uint8_t draw = static_cast<uint8_t>(at.word);
      changes.apply(k, at.rate, draw, model.weights.row(i) + block.first);
      if (block.first == 0) Update::move_bias(model.visible.bias_of(i), v[i], v_model[i], at.rate, draw);
    }
  }
};

/// Goes on with a step.
template <class Trainer, class Rng>
class SlicedStep {
  typedef typename Trainer::Model Model;
  typedef typename Model::Scalar Scalar;
  typedef typename Model::Visible Visible;
  typedef typename Model::Hidden Hidden;
  typedef typename Arithmetic<Scalar>::Rate Rate;

 public:
  SlicedStep(Trainer& of, Rng& generator)
      : trainer(of),
        at(part_of<Slices<Model>>(&of)->progress),
        model(*at.model),
        batch(at.sample, of.hidden_data.values, of.visible.values, of.hidden.values, 1),
        rng(generator) {}

  /// Makes at most `most` rows and units; but one block of units where that is more.
  Status run(size_t most) {
    Status status = Status::ok;
    for (size_t made = 0; made < most && at.phase != Phase::none && status == Status::ok;) {
      const Block block = this_block();
      const size_t rows = rows_of(block) - at.row, room = most - made;
      if (rows > 0) {
        const size_t some = rows < room ? rows : room;
        make_rows(block, some);
        made += some;
        if (at.phase == Phase::weights && some == rows) status = advance(block);
      } else if (block.count <= room || made == 0) {
        end_block(block);
        made += block.count;
        status = advance(block);
      } else {
        break;
      }
    }
    return status;
  }

 private:
  enum : bool {
    is_persistent = has(Trainer::extras, persistent),
    samples_statistics = Arithmetic<Scalar>::is_8_bit,
    has_one_draw = samples_statistics && !is_persistent  // the draw that drives the chain is the statistics at the data
  };

  bool is_of_visible() const { return at.phase == Phase::visible || at.phase == Phase::visible_biases; }

  Block this_block() const {
    return at.phase == Phase::weights ? Columns<Model>::block_at(at.first)
           : is_of_visible()          ? Visible::block_at(at.first)
                                      : Hidden::block_at(at.first);
  }

  size_t rows_of(Block block) const {
    return at.phase == Phase::visible         ? block.count
           : at.phase < Phase::visible_biases ? size_t{Model::visible_size}
                                              : 0;
  }

  void make_rows(Block block, size_t count) {
    const size_t end = at.row + count;
    if (at.phase == Phase::visible) {
      if (at.row == 0) start_input(model.visible, block, at.x);
      kernels::dot_rows<Model::hidden_size>(model.weights.row(block.first + at.row), trainer.hidden[0].values, count,
                                            at.x + at.row);
    } else if (at.phase == Phase::weights) {
      UpdateRows<Model, has_binary_updates<Trainer>()>::apply(model, batch, at, block, end, rng);
    } else {
      if (at.row == 0) start_input(model.hidden, block, at.x);
      const Scalar* const v = (at.phase == Phase::data ? *at.sample : trainer.visible[0]).values;
      for (size_t i = at.row; i < end; ++i) {
        if (!kernels::is_off(v[i])) kernels::add_row(v[i], model.weights.row(i) + block.first, block.count, at.x);
      }
    }
    at.row = end;
  }

  template <class State>
  static RBM_INLINE Scalar* units_of(State& state, Block block) {
    return state.values + block.first;
  }

  /// Draws a block of units whose inputs are complete, or changes their biases.
  void end_block(Block block) {
    auto& v = trainer.visible[0];
    auto &h = trainer.hidden[0], &h_data = trainer.hidden_data[0];
    switch (at.phase) {
      case Phase::data:
        collect_statistics(block, units_of(has_one_draw ? h : h_data, block));
        if (!is_persistent && !has_one_draw)
          model.hidden.sample(block, at.x, units_of(h, block), rng, units_of(h_data, block));
        break;
      case Phase::particle: model.hidden.sample(block, at.x, units_of(h, block), rng); break;
      case Phase::visible:
        if (has(Trainer::extras, mean_field)) {
          model.visible.mean(block, at.x, units_of(v, block));
        } else {
          model.visible.sample(block, at.x, units_of(v, block), rng);
        }
        break;
      case Phase::hidden:
        if (at.steps_left > 0) {
          model.hidden.sample(block, at.x, units_of(h, block), rng);
        } else {
          collect_statistics(block, units_of(h, block));
        }
        break;
      case Phase::visible_biases:
        update_biases<Visible>(model.visible, block, batch.visible_data, batch.visible_model, 1, at.rate, rng);
        break;
      case Phase::hidden_biases:
        update_biases<Hidden>(model.hidden, block, batch.hidden_data, batch.hidden_model, 1, at.rate, rng);
        break;
      default: break;
    }
  }

  void collect_statistics(Block block, Scalar* h) {
    if (samples_statistics) {
      model.hidden.sample(block, at.x, h, rng);
    } else {
      model.hidden.mean(block, at.x, h);
    }
  }

  /// To the next block, or phase.
  Status advance(Block block) {
    at.first += block.count;
    at.row = 0;
    if (at.first < (is_of_visible() ? size_t{Model::visible_size} : size_t{Model::hidden_size})) return Status::ok;
    at.first = 0;
    switch (at.phase) {
      case Phase::data:
        at.phase = is_persistent ? Phase::particle : Phase::visible;
        if (has_one_draw) trainer.hidden_data[0] = trainer.hidden[0];
        if (is_persistent && part_of<Particles>(&trainer)->particles == 0) trainer.visible[0] = *at.sample;
        break;
      case Phase::particle: at.phase = Phase::visible; break;
      case Phase::visible:
        --at.steps_left;
        at.phase = Phase::hidden;
        break;
      case Phase::hidden:
        if (at.steps_left > 0) {
          at.phase = Phase::visible;
          break;
        }
        at.phase = Phase::none;
        if (trainer.end_chains(1) != Status::ok) return Status::not_finite;
        at.rate = rate_of_step<Trainer>(trainer.learning_rate(), 1, rng);
        at.phase = Phase::weights;
        break;
      case Phase::weights: at.phase = has_binary_updates<Trainer>() ? Phase::none : Phase::visible_biases; break;
      case Phase::visible_biases: at.phase = Phase::hidden_biases; break;
      default: at.phase = Phase::none; break;
    }
    if (at.phase == Phase::none) trainer.count_update();
    return Status::ok;
  }

  Trainer& trainer;
  Progress<Model>& at;
  Model& model;
  const Statistics<Model> batch;
  Rng& rng;
};

}  // namespace detail
}  // namespace rbm

#endif  // RBM_TRAINING_SLICES_HPP
