// rbm/training/ways.hpp: how the samples of a batch go through a step: one by one, or together.
//
// Together they share what was fetched from a far cache, or made of the weights. The rule stands here alone, and what a
// trainer holds for it.
// SPDX-License-Identifier: MIT

#ifndef RBM_TRAINING_WAYS_HPP
#define RBM_TRAINING_WAYS_HPP

#include <stddef.h>
#include <stdint.h>

#include "../config.hpp"
#include "../kernels/kernels.hpp"
#include "../layers/layer.hpp"
#include "../numbers/number.hpp"
#include "options.hpp"

namespace rbm {
namespace detail {

template <class Model>
using Statistics = kernels::Statistics<typename Model::Scalar, Model::visible_size, Model::hidden_size>;

enum : uint32_t {
  many_samples = 16,                    // for which it pays to make tables
  large_batch = 32,                     // samples, for which it pays to take the weights of a large model apart
  very_large_batch = 64,                // for which it pays with small models to go layer by layer, whatever the units
  large_model = uint32_t{1} << 14,      // weights, more than the first cache holds
  very_large_model = uint32_t{1} << 18  // more than the second
};

template <class Model>
constexpr uint32_t weights_of() {
  return uint32_t{Model::visible_size} * uint32_t{Model::hidden_size};
}

/// How the samples of a batch go through a step.
enum class Way : uint8_t {
  single,          // one after the other
  layer_by_layer,  // all at once: what was fetched from a far cache serves them all
  by_tables        // all at once, by sums of subsets (kernels/tables.hpp)
};

/// Tables need visible units that are off or on, and with integers such hidden units, too. 64 x 16 units in batches of
/// 100 take 0.5 of the time that they take one after the other, in int16 0.35; 784 x 500 units in int16 0.8. Where few
/// units are on, floats of large models are faster layer by layer: 784 x 500 units of which 13 % are on take 1.7 times
/// as long by tables.
template <class Model, size_t Batch>
constexpr Way way_of() {
  return Batch >= many_samples && Model::Visible::is_binary &&
                 (Arithmetic<typename Model::Scalar>::is_fixed ? bool{Model::Hidden::is_binary}
                                                               : weights_of<Model>() <= large_model)
             ? Way::by_tables
         : !Arithmetic<typename Model::Scalar>::is_fixed && Batch > 1 &&
                 (Batch >= very_large_batch || weights_of<Model>() > large_model)
             ? Way::layer_by_layer
             : Way::single;
}

/// Whether the inputs of all samples are made before the first draw.
template <class Model, size_t Batch>
constexpr bool goes_together() {
  return way_of<Model, Batch>() != Way::single &&
         (kernels::has_unit_bits || !Arithmetic<typename Model::Scalar>::is_fixed);
}

/// How many samples go through a step together.
template <class Model, size_t Batch>
constexpr size_t samples_at_once() {
  return way_of<Model, Batch>() == Way::single                     ? 1
         : way_of<Model, Batch>() == Way::by_tables && Batch > 128 ? 128
                                                                   : Batch;
}

/// Layer by layer, large batches, and with very large models already those of 8, take the weights apart into tiles, for
/// sums over those hidden units that are on. A step of 784 x 500 units and 10 samples takes 0.7 of the time that it
/// takes sample by sample. (784 x 128 units in batches of 10 gain nothing.)
template <class Model, size_t Batch>
constexpr bool is_tiled() {
  return way_of<Model, Batch>() == Way::layer_by_layer && bool{Model::Hidden::is_binary} &&
         (Batch >= large_batch || (Batch >= 8 && weights_of<Model>() > very_large_model));
}

template <class State, class Active>
inline void find_active(const State* states, size_t count, Active* on) {
  for (size_t s = 0; s < count && on != nullptr; ++s) on[s].find(states[s].values);
}

template <class Active>
RBM_INLINE Active* at_sample(Active* on, size_t s) {
  return on == nullptr ? nullptr : on + s;
}

/// Whether the units of all states are off or on, where `on` may know it.
template <class State, class Active>
inline bool are_binary(const State* states, size_t count, const Active* on) {
  bool binary = true;
  for (size_t s = 0; s < count && binary; ++s) binary = kernels::are_binary(at_sample(on, s), states[s].values);
  return binary;
}

/// Whether the visible units of all statistics are off or on.
template <class Batch>
inline bool is_binary(const Batch& batch) {
  return are_binary(batch.visible_data, batch.count, batch.of_data(0)) &&
         are_binary(batch.visible_model, batch.count, batch.of_model(0));
}

/// Where the inputs of all samples are summed of integers, which are wider than states.
template <class Model, size_t Batch>
struct IntegerSums {
  enum : size_t {
    largest_layer = size_t{Model::visible_size} > size_t{Model::hidden_size} ? size_t{Model::visible_size}
                                                                             : size_t{Model::hidden_size}
  };

  typename Model::Sum sums[samples_at_once<Model, Batch>() * largest_layer] = {};
};

/// by_tables: the sums of a batch whose units are off or on. It holds a table and which hidden units were drawn as on.
template <class Model, size_t Batch, bool HasUnitBits = kernels::has_unit_bits>
struct BatchTables;

#ifdef RBM_HAS_WIDE_LOOPS
template <class Model, size_t Batch>
struct BatchTables<Model, Batch, true>
    : Optional<IntegerSums<Model, Batch>, Arithmetic<typename Model::Scalar>::is_fixed> {
  typedef typename Model::Sum Sum;
  enum : size_t { visible_size = Model::visible_size, hidden_size = Model::hidden_size };

  kernels::Table<typename kernels::NumberOf<Sum>::type> table = {};
  kernels::Active<hidden_size> hidden_on[samples_at_once<Model, Batch>()] = {};

  void find_hidden(const typename Model::HiddenState* h, size_t count) { find_active(h, count, hidden_on); }

  /// x_sj += sum_i v_si W_ij, and x_si += sum_j W_ij h_sj.
  void accumulate(const Model& model, const typename Model::VisibleState*, const kernels::Active<visible_size>* on,
                  size_t count, Sum* x) {
    kernels::accumulate_by_table<visible_size, hidden_size>(kernels::numbers_of(model.weights.values), on, count,
                                                            kernels::numbers_of(x), table);
  }
  void accumulate_columns(const Model& model, const typename Model::HiddenState*, size_t count, Sum* x) {
    kernels::accumulate_columns_by_table<visible_size, hidden_size>(kernels::numbers_of(model.weights.values),
                                                                    hidden_on, count, kernels::numbers_of(x), table);
  }

  void update_weights(Model& model, float rate, const Statistics<Model>& batch) {
    kernels::update_weights_by_tables<Batch>(model.weights.values, rate, batch, table);
  }
  /// Of integers, for a block of columns.
  template <class Rate, class Rng>
  void update_weights(Model& model, Rate rate, const Statistics<Model>& batch, Block block, Sum* gradient, Rng& rng) {
    kernels::update_weights_by_tables(model.weights.values, rate, batch, block.first, block.count, gradient, table,
                                      rng);
  }
};
#endif

/// The same sums without tables, of floats, in the same order, so that they come to the same bits.
template <class Model, size_t Batch>
struct BatchTables<Model, Batch, false> {
  void find_hidden(const typename Model::HiddenState*, size_t) {}

  void accumulate(const Model& model, const typename Model::VisibleState* v,
                  const kernels::Active<Model::visible_size>*, size_t count, float* x) {
    kernels::accumulate_in_fours<Model::hidden_size>(model.weights.values, v, count, x);
  }
  void accumulate_columns(const Model& model, const typename Model::HiddenState* h, size_t count, float* x) {
    kernels::accumulate_columns_in_fours<Model::visible_size>(model.weights.values, h, count, x);
  }
  void update_weights(Model& model, float rate, const Statistics<Model>& batch) {
    kernels::update_weights_in_fours(model.weights.values, rate, batch);
  }
};

/// Batches that go layer by layer skip the rows of units that are off, but where there are none, or a row is short:
/// then they take all rows, for four samples at a time. Those sums take 0.4 to 0.8 of the time with real units (784 x
/// 128: 0.5), and 0.8 with 64 x 16 units of which a third is on.
template <class Model>
constexpr bool is_dense() {
  return !Model::Visible::is_binary || Model::hidden_size <= 16;
}

}  // namespace detail
}  // namespace rbm

#endif  // RBM_TRAINING_WAYS_HPP
