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
#include "../training/averages.hpp"
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

#ifdef RBM_HAS_WIDE_LOOPS
/// Of floats, tile by tile, to the same bits.
template <class PairModel>
struct TiledPairGradient : AverageGradient<PairModel, StateAverages<PairModel>> {
  typedef PairModel Model;
  typedef StateAverages<PairModel> States;
  typedef AverageGradient<PairModel, States> Base;

  enum : size_t {
    tile_rows = kernels::rows_of_table,
    most = size_t{Model::Hidden::block_size} <= kernels::block_size ? size_t{Model::Hidden::block_size} : 1,
    tail = Model::hidden_size % most
  };
  enum : bool { holds_tile = true, goes_by_rows = true };

  template <class LayerByLayer>
  TiledPairGradient(const States& of_data, const States& of_model, LayerByLayer* part)
      : Base(of_data, of_model),
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
        this->template difference_of_visible<kernels::block_size>(some, visible + some.first);
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

template <class PairModel, class ModelAverages, bool HasTiles>
struct GradientOf {
  typedef AverageGradient<PairModel, ModelAverages> Type;
};
#ifdef RBM_HAS_WIDE_LOOPS
template <class PairModel, class ModelAverages>
struct GradientOf<PairModel, ModelAverages, true> {
  typedef TiledPairGradient<PairModel> Type;
};
#endif

}  // namespace detail
}  // namespace rbm

#endif  // RBM_DEEP_PAIR_HPP
