// rbm/training/update.hpp: the change of the parameters that the statistics of a batch call for.
//
// dW = <v h>_data - <v h>_model, da and db likewise, averaged over a batch. A plain step moves every parameter by the
// rate times that. Floats move sample by sample, in large batches by sums of up to 64 samples or of four; integers sum
// the gradient of the batch, and round it once, stochastically.
// SPDX-License-Identifier: MIT

#ifndef RBM_TRAINING_UPDATE_HPP
#define RBM_TRAINING_UPDATE_HPP

#include <stddef.h>
#include <stdint.h>

#include "../kernels/kernels.hpp"
#include "../layers/layer.hpp"
#include "../numbers/fixed.hpp"
#include "../numbers/number.hpp"
#include "gradient_tile.hpp"
#include "options.hpp"
#include "ways.hpp"

namespace rbm {
namespace detail {

template <class Model>
constexpr bool has_real() {
  return bool{Model::Visible::is_real} || bool{Model::Hidden::is_real};
}

/// What a step multiplies differences by.
template <class Trainer, class Rng>
RBM_INLINE float rate_of_step(float learning_rate, size_t count, Rng&) {
  return learning_rate / static_cast<float>(count);
}

/// Of integers, rounded stochastically.
template <class Trainer, class Rng>
RBM_INLINE typename Arithmetic<typename Trainer::Model::Scalar>::Rate rate_of_step(FixedOption learning_rate,
                                                                                   size_t count, Rng& rng) {
  typedef Arithmetic<typename Trainer::Model::Scalar> Ops;
  if (Trainer::batch_size == 1) count = 1;  // so that nothing divides
  return Ops::rate(static_cast<uint32_t>(learning_rate.raw), count,
                   Ops::template rate_bits<Trainer::batch_size, has_real<typename Trainer::Model>()>(), rng);
}

/// The plain change of a model of floats.
template <class Model, class Trainer, class Rng>
inline void apply_gradient(Model& model, Trainer& trainer, const Statistics<Model>& batch, float learning_rate,
                           Rng& rng) {
  constexpr size_t most = Trainer::batch_size;
  const float rate = rate_of_step<Trainer>(learning_rate, batch.count, rng);
  if (way_of<Model, most>() == Way::by_tables && is_binary(batch)) {
    part_of<typename Trainer::Tables>(&trainer)->update_weights(model, rate, batch);
  } else if (most >= large_batch && way_of<Model, most>() == Way::layer_by_layer) {  // 0.6 of the time
    kernels::update_weights_by_sums(model.weights.values, rate, batch);
  } else {
    kernels::update_weights(model.weights.values, rate, batch);
  }
  for (size_t s = 0; s < batch.count; ++s) {
    model.visible.learn(rate, batch.visible_data[s].values, batch.visible_model[s].values);
    model.hidden.learn(rate, batch.hidden_data[s].values, batch.hidden_model[s].values);
  }
}

/// The biases of a block of units after one sample, of floats; `count` is 1.
template <class Units, class Layer, class State, class Rng>
RBM_INLINE void update_biases(Layer& layer, Block block, const State* data, const State* model_state, size_t,
                              float rate, Rng&) {
  kernels::update_biases(&layer.bias_of(block.first), rate, data->values + block.first,
                         model_state->values + block.first, block.count);
}

/// The biases of a block of units, of integers.
template <class Units, class Layer, class State, class Rate, class Rng>
RBM_INLINE void update_biases(Layer& layer, Block block, const State* data, const State* model_state, size_t count,
                              Rate rate, Rng& rng) {
  constexpr size_t most = Units::block_size;
  auto* const c = &layer.bias_of(block.first);
  const auto *const from = data->values + block.first, *const to = model_state->values + block.first;
  if (kernels::is_known<most>(block.count)) {
    kernels::update_biases_by_differences<most, most>(c, rate, from, to, Units::size, count, block.count, rng);
  } else {
    kernels::update_biases_by_differences<kernels::most_at_once<most>(), 0>(c, rate, from, to, Units::size, count,
                                                                            block.count, rng);
  }
}

/// Those of a layer.
template <class Units, class Layer, class State, class Rate, class Rng>
void update_biases(Layer& layer, const State* data, const State* model_state, size_t count, Rate rate, Rng& rng) {
  for (Block block : Blocks<Units>()) update_biases<Units>(layer, block, data, model_state, count, rate, rng);
}

/// Neighbouring columns of the weights that change together, whatever the units.
template <class Model>
using Columns = EqualBlocks<Model::hidden_size, kernels::most_of_block<Model::hidden_size>()>;

/// The plain change of a model of integers.
template <class Model, bool IsBinary>
struct IntegerUpdate {
  typedef typename Arithmetic<typename Model::Scalar>::Rate Rate;

  template <class Rng>
  static RBM_NOINLINE void apply(Model& model, const Statistics<Model>& batch, Rate rate, Rng& rng) {
    for (Block block : Blocks<Columns<Model>>()) {
      kernels::update_weights(model.weights.values, rate, batch, block.first, block.count, rng);
    }
    update_all_biases(model, batch, rate, rng);
  }

  template <class Rng>
  static RBM_INLINE void update_all_biases(Model& model, const Statistics<Model>& batch, Rate rate, Rng& rng) {
    update_biases<typename Model::Visible>(model.visible, batch.visible_data, batch.visible_model, batch.count, rate,
                                           rng);
    update_biases<typename Model::Hidden>(model.hidden, batch.hidden_data, batch.hidden_model, batch.count, rate, rng);
  }
};

/// The same by tables, to the same bits. False where there are none.
template <class Trainer, bool HasTables = kernels::has_unit_bits&&
                                              way_of<typename Trainer::Model, Trainer::batch_size>() == Way::by_tables>
struct TableUpdate {
  template <class Model, class Rate, class Rng>
  static RBM_INLINE bool apply(Model&, Trainer&, const Statistics<Model>&, Rate, Rng&) {
    return false;
  }
};
template <class Trainer>
struct TableUpdate<Trainer, true> {
  template <class Model, class Rate, class Rng>
  static bool apply(Model& model, Trainer& trainer, const Statistics<Model>& batch, Rate rate, Rng& rng) {
    if (!is_binary(batch)) return false;
    for (Block block : Blocks<Columns<Model>>()) {
      part_of<typename Trainer::Tables>(&trainer)->update_weights(
          model, rate, batch, block, part_of<GradientTile<Model>>(&trainer)->gradient, rng);
    }
    IntegerUpdate<Model, false>::update_all_biases(model, batch, rate, rng);
    return true;
  }
};

/// Whether all states of a plain step are off or on: those of one sample of such units in 8 bits, whose chain and
/// statistics are draws.
template <class Trainer>
constexpr bool has_binary_updates() {
  typedef typename Trainer::Model Model;
  return Arithmetic<typename Model::Scalar>::is_8_bit && Trainer::batch_size == 1 && bool{Model::Visible::is_binary} &&
         bool{Model::Hidden::is_binary} && !has_extra_update(Trainer::extras) && !has(Trainer::extras, mean_field);
}

/// One sample of 8 bits whose units are all off or on. A word of the generator gives the bytes of four rows that
/// change.
template <class Model>
struct IntegerUpdate<Model, true> {
  typedef typename Model::Scalar Scalar;
  enum : size_t { most = Columns<Model>::block_size };

  template <class Rng>
  static RBM_NOINLINE void apply(Model& model, const Statistics<Model>& batch, uint16_t rate, Rng& rng) {
    const Scalar *const v = batch.visible_data->values, *const v_model = batch.visible_model->values;
    for (Block block : Blocks<Columns<Model>>()) {
      const Scalar* const h = batch.hidden_data->values + block.first;
      const Scalar* const h_model = batch.hidden_model->values + block.first;
      alignas(uint32_t) uint8_t draws[most];
      integer::draw<most>(draws, block.count, rng);
      const kernels::BinaryChanges<most, Scalar::fraction_bits> changes(h, h_model, draws, block.count);
      for (size_t j = 0; j < block.count; ++j) {
        move_bias(model.hidden.bias_of(block.first + j), h[j], h_model[j], rate, draws[j]);
      }
      uint32_t word = 0;
      uint8_t row = 0, k;
      size_t i;
      for (kernels::ChangingRows<Model::visible_size, Scalar> rows(batch); rows.next(i, k); ++row) {
        word = row % 4 == 0 ? next_word(rng) : word >> 8;
        const uint8_t draw = static_cast<uint8_t>(word);
        changes.apply(k, rate, draw, model.weights.row(i) + block.first);
        if (block.first == 0) move_bias(model.visible.bias_of(i), v[i], v_model[i], rate, draw);
      }
    }
  }

  static RBM_INLINE void move_bias(Scalar& bias, Scalar data, Scalar model_state, uint16_t rate, uint8_t draw) {
    if (RBM_VECTOR_BYTES > 4) {  // without a branch
      const int16_t steps = static_cast<int16_t>((rate + draw) >> 8);
      bias = Scalar::saturated(bias.raw + ((data.raw - model_state.raw) >> Scalar::fraction_bits) * steps);
    } else if (data.raw != model_state.raw) {
      kernels::move_binary(bias, rate, draw, data.raw < model_state.raw ? int8_t{-1} : int8_t{0});
    }
  }
};

template <class Model, class Trainer, class Rng>
inline void apply_gradient(Model& model, Trainer& trainer, const Statistics<Model>& batch, FixedOption learning_rate,
                           Rng& rng) {
  const auto rate = rate_of_step<Trainer>(learning_rate, batch.count, rng);
  if (TableUpdate<Trainer>::apply(model, trainer, batch, rate, rng)) return;
  IntegerUpdate<Model, has_binary_updates<Trainer>()>::apply(model, batch, rate, rng);
}

}  // namespace detail
}  // namespace rbm

#endif  // RBM_TRAINING_UPDATE_HPP
