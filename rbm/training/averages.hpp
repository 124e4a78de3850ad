// rbm/training/averages.hpp: the gradient of two layers as a difference of two averages.
//
// d ln L / dW = <v h>_data - <v h>_model. The data's average is one over states; the model's is another, over fantasy
// particles, of which there may be more than samples, or a sum over all states of the model (exact.hpp).
// SPDX-License-Identifier: MIT

#ifndef RBM_TRAINING_AVERAGES_HPP
#define RBM_TRAINING_AVERAGES_HPP

#include <stddef.h>

#include "../config.hpp"
#include "../kernels/kernels.hpp"
#include "../layers/layer.hpp"
#include "../numbers/number.hpp"

namespace rbm {
namespace detail {

/// Averages over states of two layers, of the data or of the model. `on` says which visible units are on, or is null.
template <class Model>
struct StateAverages {
  typedef typename Model::Sum Sum;
  typedef Arithmetic<typename Model::Scalar> Ops;
  typedef typename Ops::Delta Delta;

  const typename Model::VisibleState* v;
  const typename Model::HiddenState* h;
  size_t count;
  const kernels::Active<Model::visible_size>* on;

  /// <v>, <h>, and <v_i h>, of a block of units of at most Most.
  template <size_t Most>
  RBM_INLINE void of_visible(Block block, Delta* mean) const {
    average<Most>(v, block, mean);
  }
  template <size_t Most>
  RBM_INLINE void of_hidden(Block block, Delta* mean) const {
    average<Most>(h, block, mean);
  }
  template <size_t Most>
  RBM_INLINE void of_products(size_t i, Block block, Delta* mean) const {
    Sum sum[Most] = {};
    for (size_t s = 0; s < count; ++s) {
      const typename Model::Scalar unit = v[s][i];
      if (!kernels::is_off(unit)) kernels::add_row(unit, h[s].values + block.first, block.count, sum);
    }
    for (size_t j = 0; j < block.count; ++j) mean[j] = Ops::change_of(sum[j], count);
  }

 private:
  template <size_t Most, class State>
  RBM_INLINE void average(const State* states, Block block, Delta* mean) const {
    Sum sum[Most] = {};
    for (size_t s = 0; s < count; ++s) {
      const auto* const units = states[s].values + block.first;
      for (size_t j = 0; j < block.count; ++j) sum[j] += static_cast<Sum>(units[j]);
    }
    for (size_t j = 0; j < block.count; ++j) mean[j] = Ops::change_of(sum[j], count);
  }
};

/// Averages that were summed before: <v_i h_j> at products[i row + j column].
template <class Delta>
struct KnownAverages {
  const Delta *visible, *hidden, *products;
  size_t row, column;

  /// The same with the two layers in each other's place.
  KnownAverages turned() const { return {hidden, visible, products, column, row}; }

  template <size_t>
  void of_visible(Block block, Delta* mean) const {
    for (size_t i = 0; i < block.count; ++i) mean[i] = visible[block.first + i];
  }
  template <size_t>
  void of_hidden(Block block, Delta* mean) const {
    for (size_t j = 0; j < block.count; ++j) mean[j] = hidden[block.first + j];
  }
  template <size_t>
  void of_products(size_t i, Block block, Delta* mean) const {
    for (size_t j = 0; j < block.count; ++j) mean[j] = products[i * row + (block.first + j) * column];
  }
};

/// The gradient of a model between two layers, as Update (extras.hpp) asks for it.
template <class ModelType, class ModelAverages>
struct AverageGradient {
  typedef ModelType Model;
  typedef Arithmetic<typename Model::Scalar> Ops;
  typedef typename Ops::Delta Delta;

  enum : size_t {
    visible_block = Model::Visible::block_size,
    hidden_block = Model::Hidden::block_size,
    tile_rows = Model::visible_size,
    summed_rows = kernels::has_unit_bits ? 32 : 1,  // of which states are summed at once
    partial_sums = Ops::is_fixed ? 1 : 8
  };
  enum : bool { holds_tile = false, goes_by_rows = false };

  const StateAverages<Model> data;
  const ModelAverages model;
  Delta visible_difference[summed_rows];  // of those rows that were summed last

  AverageGradient(const StateAverages<Model>& of_data, const ModelAverages& of_model)
      : data(of_data), model(of_model), visible_difference() {}
  template <class LayerByLayer>
  AverageGradient(const StateAverages<Model>& of_data, const ModelAverages& of_model, LayerByLayer*)
      : AverageGradient(of_data, of_model) {}

  /// rate (<v>_data - <v>_model), and <h>_data - <h>_model, of a block of units.
  void of_visible_biases(Block block, Delta rate, Delta* change) const {
    difference_of_visible<visible_block>(block, change);
    for (size_t i = 0; i < block.count; ++i) change[i] *= rate;
  }
  void of_hidden_biases(Block block, Delta* change) const {
    Delta of_model[hidden_block] = {};
    data.template of_hidden<hidden_block>(block, change);
    model.template of_hidden<hidden_block>(block, of_model);
    for (size_t j = 0; j < block.count; ++j) change[j] -= of_model[j];
  }

  /// The mean of hidden unit j over the data.
  Delta mean_of_hidden(size_t j) const {
    Delta mean;
    data.template of_hidden<1>(Block{j, 1}, &mean);
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
      difference_of_visible<summed_rows>(Block{i, count}, visible_difference);
    }
    of_row_alone(i, block, gradient);
  }

  /// <v_i>_data - <v_i>_model of the row that was asked for last.
  Delta along_row(size_t i) const { return visible_difference[i % summed_rows]; }

 protected:
  void of_row_alone(size_t i, Block block, Delta* gradient) const {
    Delta of_model[hidden_block] = {};
    data.template of_products<hidden_block>(i, block, gradient);
    model.template of_products<hidden_block>(i, block, of_model);
    for (size_t j = 0; j < block.count; ++j) gradient[j] -= of_model[j];
  }

  template <size_t Most>
  RBM_INLINE void difference_of_visible(Block block, Delta* change) const {
    Delta of_model[Most] = {};
    data.template of_visible<Most>(block, change);
    model.template of_visible<Most>(block, of_model);
    for (size_t i = 0; i < block.count; ++i) change[i] -= of_model[i];
  }
};

}  // namespace detail
}  // namespace rbm

#endif  // RBM_TRAINING_AVERAGES_HPP
