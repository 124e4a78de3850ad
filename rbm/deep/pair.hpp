// rbm/deep/pair.hpp: two neighbouring layers of a deep model as a model of their own, and their gradient.
//
// d ln L / dW_k = <s_k s_(k+1)>_data - <s_k s_(k+1)>_model: of the data with the means of hidden layers, by mean field;
// of the model with fantasy particles, of which there may be more than samples.
// SPDX-License-Identifier: MIT

#ifndef RBM_DEEP_PAIR_HPP
#define RBM_DEEP_PAIR_HPP

#include <stddef.h>

#include "../config.hpp"
#include "../kernels/kernels.hpp"
#include "../layers/layer.hpp"
#include "../model/model.hpp"
#include "../numbers/number.hpp"
#include "../status.hpp"
#include "../storage.hpp"
#include "../training/ways.hpp"

namespace rbm {
namespace detail {

/// The layers k and k + 1 of a deep model, and the weights between them, with the names that an Rbm has.
template <class Net, size_t k>
struct Pair {
  typedef typename Net::template UnitsOf<k> Visible;
  typedef typename Net::template UnitsOf<k + 1> Hidden;
  typedef typename Net::template LayerOf<k> VisibleLayer;
  typedef typename Net::template LayerOf<k + 1> HiddenLayer;
  typedef typename Net::Scalar Scalar;
  typedef typename Net::Sum Sum;
  enum : size_t { visible_size = Visible::size, hidden_size = Hidden::size };
  enum : bool { is_in_flash = Net::is_in_flash };
  typedef Vector<Scalar, visible_size> VisibleState;
  typedef Vector<Scalar, hidden_size> HiddenState;

  typename Net::template WeightsOf<k>& weights;
  VisibleLayer& visible;
  HiddenLayer& hidden;

  explicit Pair(Net& of)
      : weights(of.template weights<k>()), visible(of.template layer<k>()), hidden(of.template layer<k + 1>()) {}

  static Status check(const VisibleState* samples, size_t count) { return check_states<VisibleLayer>(samples, count); }
};

/// Whether the states of many samples, or particles, go through a step layer by layer: floats, where a pair of layers
/// is large or there are very many, as in a Trainer.
template <class Net, size_t Count>
constexpr bool goes_layer_by_layer() {
  return !Arithmetic<typename Net::Scalar>::is_fixed && Count > 1 &&
         (Count >= very_large_batch || size_t{Net::largest_weights} > size_t{large_model});
}

/// Where the gradient of 64 rows and a block of columns is summed, at the data and of the model; and the differences of
/// units and changes of biases meanwhile.
template <class Net, bool AreUsed>
struct PairTiles {
  enum : size_t { rows = kernels::rows_of_table, columns = kernels::block_size };

  float data[rows * columns] = {}, model[rows * columns] = {};
  float visible[Net::largest_layer] = {}, hidden[Net::largest_layer] = {}, hidden_change[Net::largest_layer] = {};
};
template <class Net>
struct PairTiles<Net, false> {};

/// The states of two layers, of the data or of the model. `on` says which visible units are on, or is null.
template <class PairModel>
struct PairStates {
  const typename PairModel::VisibleState* v;
  const typename PairModel::HiddenState* h;
  size_t count;
  const kernels::Active<PairModel::visible_size>* on;
};

/// The gradient of two layers as a difference of averages, over states of the data and of the model.
template <class PairModel>
struct PairGradient {
  typedef PairModel Model;
  typedef typename Model::Sum Sum;
  typedef Arithmetic<typename Model::Scalar> Ops;
  typedef typename Ops::Delta Delta;
  typedef PairStates<Model> States;

  enum : size_t {
    visible_block = Model::Visible::block_size,
    hidden_block = Model::Hidden::block_size,
    tile_rows = Model::visible_size,
    summed_rows = kernels::has_unit_bits ? 32 : 1,  // of which states are summed at once
    partial_sums = Ops::is_fixed ? 1 : 8
  };
  enum : bool { holds_tile = false, goes_by_rows = false };

  const States data, model;
  Delta visible_difference[summed_rows];  // of those rows that were summed last

  template <class LayerByLayer>
  PairGradient(const States& of_data, const States& of_model, LayerByLayer*)
      : data(of_data), model(of_model), visible_difference() {}

  /// rate (<v>_data - <v>_model), and <h>_data - <h>_model, of a block of units.
  void of_visible_biases(Block block, Delta rate, Delta* change) const {
    difference<visible_block>(data.v, model.v, block, change);
    for (size_t i = 0; i < block.count; ++i) change[i] *= rate;
  }
  void of_hidden_biases(Block block, Delta* change) const { difference<hidden_block>(data.h, model.h, block, change); }

  /// The mean of hidden unit j over the data.
  Delta mean_of_hidden(size_t j) const {
    Delta mean;
    average<1>(data.h, data.count, Block{j, 1}, &mean);
    return mean;
  }

  void begin_rows(Block, size_t, size_t) const {}
  static void fetch(const typename Model::Scalar*, size_t) {}
  static Delta* place_of_differences() { return nullptr; }
  static Delta* place_of_changes() { return nullptr; }

  /// <v_i h>_data - <v_i h>_model for a block of hidden units.
  void of_row(size_t i, Block block, Delta* gradient) {
    if (i % summed_rows == 0) {
      const size_t left = Model::visible_size - i, count = left < summed_rows ? left : size_t{summed_rows};
      difference<summed_rows>(data.v, model.v, Block{i, count}, visible_difference);
    }
    of_row_alone(i, block, gradient);
  }

  /// <v_i>_data - <v_i>_model of the row that was asked for last.
  Delta along_row(size_t i) const { return visible_difference[i % summed_rows]; }

 protected:
  void of_row_alone(size_t i, Block block, Delta* gradient) const {
    Delta of_model[hidden_block] = {};
    average_products(data, i, block, gradient);
    average_products(model, i, block, of_model);
    for (size_t j = 0; j < block.count; ++j) gradient[j] -= of_model[j];
  }

  template <size_t Most, class State>
  RBM_INLINE void difference(const State* at_data, const State* of_model, Block block, Delta* to) const {
    Delta model_mean[Most] = {};
    average<Most>(at_data, data.count, block, to);
    average<Most>(of_model, model.count, block, model_mean);
    for (size_t j = 0; j < block.count; ++j) to[j] -= model_mean[j];
  }

 private:
  template <size_t Most, class State>
  static RBM_INLINE void average(const State* states, size_t count, Block block, Delta* mean) {
    Sum sum[Most] = {};
    for (size_t s = 0; s < count; ++s) {
      const auto* const units = states[s].values + block.first;
      for (size_t j = 0; j < block.count; ++j) sum[j] += static_cast<Sum>(units[j]);
    }
    for (size_t j = 0; j < block.count; ++j) mean[j] = Ops::change_of(sum[j], count);
  }

  static RBM_INLINE void average_products(const States& states, size_t i, Block block, Delta* mean) {
    Sum sum[hidden_block] = {};
    for (size_t s = 0; s < states.count; ++s) {
      const typename Model::Scalar unit = states.v[s][i];
      if (!kernels::is_off(unit)) kernels::add_row(unit, states.h[s].values + block.first, block.count, sum);
    }
    for (size_t j = 0; j < block.count; ++j) mean[j] = Ops::change_of(sum[j], states.count);
  }
};

#ifdef RBM_HAS_WIDE_LOOPS
/// Of floats, tile by tile, to the same bits.
template <class PairModel>
struct TiledPairGradient : PairGradient<PairModel> {
  typedef PairModel Model;
  typedef PairGradient<PairModel> Base;
  typedef typename Base::States States;

  enum : size_t {
    tile_rows = kernels::rows_of_table,
    most = size_t{Model::Hidden::block_size} <= kernels::block_size ? size_t{Model::Hidden::block_size} : 1,
    tail = Model::hidden_size % most
  };
  enum : bool { holds_tile = true, goes_by_rows = true };

  template <class LayerByLayer>
  TiledPairGradient(const States& of_data, const States& of_model, LayerByLayer* part)
      : Base(of_data, of_model, part),
        data_tile(part->tiles.data),
        model_tile(part->tiles.model),
        visible(part->tiles.visible),
        hidden(part->tiles.hidden),
        hidden_change(part->tiles.hidden_change),
        first_row(0),
        has_tile(false) {}

  static RBM_INLINE void fetch(const float* row, size_t count) {
    for (size_t j = 0; j < count; j += 64 / sizeof *row) __builtin_prefetch(row + j, 1);
    __builtin_prefetch(row + count - 1, 1);
  }
  float* place_of_differences() const { return hidden; }
  float* place_of_changes() const { return hidden_change; }

  void begin_rows(Block block, size_t first, size_t rows) {
    first_row = first;
    if (block.first == 0) {
      for (Block some : Blocks<Rows>()) {
        if (some.first < first || some.first >= first + rows) continue;
        this->template difference<kernels::block_size>(this->data.v, this->model.v, some, visible + some.first);
      }
    }
    has_tile = block.count == most || block.count == tail;
    if (block.count == most) {
      fill<most>(first, rows, block.first);
    } else if (block.count == tail) {
      fill<(tail > 0 ? size_t{tail} : 1)>(first, rows, block.first);
    }
  }

  RBM_INLINE void of_row(size_t i, Block block, float* gradient) const {
    if (!has_tile) {
      this->of_row_alone(i, block, gradient);
      return;
    }
    const float *const at_data = data_tile + (i - first_row) * block.count, *const of_model =
                                                                                model_tile +
                                                                                (i - first_row) * block.count;
    for (size_t j = 0; j < block.count; ++j) {
      gradient[j] =
          Base::Ops::change_of(at_data[j], this->data.count) - Base::Ops::change_of(of_model[j], this->model.count);
    }
  }

  float along_row(size_t i) const { return visible[i]; }

 private:
  typedef EqualBlocks<Model::visible_size, kernels::most_of_block<Model::visible_size>()> Rows;

  float *data_tile, *model_tile, *visible, *hidden, *hidden_change;
  size_t first_row;
  bool has_tile;

  template <size_t Columns>
  void fill(size_t row, size_t rows, size_t first) {
    fill<Columns>(this->data, row, rows, first, data_tile);
    fill<Columns>(this->model, row, rows, first, model_tile);
  }
  template <size_t Columns>
  static void fill(const States& states, size_t row, size_t rows, size_t first, float* tile) {
    kernels::make_products<Columns>(states.v, states.on, states.h, states.count, row, rows, first, tile);
  }
};
#endif

template <class PairModel, bool HasTiles>
struct GradientOf {
  typedef PairGradient<PairModel> Type;
};
#ifdef RBM_HAS_WIDE_LOOPS
template <class PairModel>
struct GradientOf<PairModel, true> {
  typedef TiledPairGradient<PairModel> Type;
};
#endif

}  // namespace detail
}  // namespace rbm

#endif  // RBM_DEEP_PAIR_HPP
