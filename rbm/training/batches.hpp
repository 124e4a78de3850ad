// rbm/training/batches.hpp: how the samples of a batch go through a step, and what draws their states.
//
// Small batches go sample by sample. Of large ones all inputs are made before the first draw, so that what was fetched
// from a far cache, or made of the weights, serves all samples.
// SPDX-License-Identifier: MIT

#ifndef RBM_TRAINING_BATCHES_HPP
#define RBM_TRAINING_BATCHES_HPP

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

/// Where the inputs of all samples are summed of integers, which are wider than states.
template <class Model, size_t Batch>
struct IntegerSums {
  enum : size_t {
    largest_layer = size_t{Model::visible_size} > size_t{Model::hidden_size} ? size_t{Model::visible_size}
                                                                             : size_t{Model::hidden_size}
  };

  typename Model::Sum sums[samples_at_once<Model, Batch>() * largest_layer] = {};
};

/// The gradient of a tile of the weights: up to 64 rows of a block of columns.
template <class Model>
struct GradientTile {
  enum : size_t {
    rows = size_t{Model::visible_size} < kernels::rows_of_table ? size_t{Model::visible_size}
                                                                : size_t{kernels::rows_of_table},
    columns = kernels::most_of_block<Model::hidden_size>()
  };

  typename Model::Sum gradient[rows * columns] = {};
};

/// Whether the gradient of a batch is summed tile by tile where its visible units are off or on: of integers by tables,
/// and where extras change what is made of it.
template <class Model, size_t Batch, unsigned extras>
constexpr bool has_gradient_tile() {
  return Batch >= many_samples && Model::Visible::is_binary &&
         (Arithmetic<typename Model::Scalar>::is_fixed ? way_of<Model, Batch>() == Way::by_tables
                                                       : (extras & (centred | with_momentum | penalised)) != 0);
}

/// by_tables: the sums of a batch whose units are off or on. It holds a table and which hidden units were drawn as on.
template <class Model, size_t Batch, bool HasUnitBits = kernels::has_unit_bits>
struct BatchTables;

#if RBM_VECTOR_BYTES > 4 && __SIZEOF_POINTER__ == 8
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

/// Draws and means of one state after the other, as the model makes them. `on` says which visible units are on, or is
/// null.
template <class Trainer, bool IsTogether>
struct BatchSampler {
  typedef typename Trainer::Model Model;
  typedef typename Model::VisibleState VisibleState;
  typedef typename Model::HiddenState HiddenState;
  typedef kernels::Active<Model::visible_size> VisibleActive;

  const Model& model;

  BatchSampler(const Model& of, Trainer&) : model(of) {}

  template <class Rng>
  RBM_INLINE void sample_hidden(const VisibleState* v, const VisibleActive* on, size_t count, HiddenState* h,
                                Rng& rng) const {
    for (size_t s = 0; s < count; ++s) model.sample_hidden(v[s], h[s], rng, at_sample(on, s));
  }
  template <class Rng>
  RBM_INLINE void sample_hidden(const VisibleState* v, const VisibleActive* on, size_t count, HiddenState* h,
                                HiddenState* mean, Rng& rng) const {
    for (size_t s = 0; s < count; ++s) model.sample_hidden(v[s], h[s], mean[s], rng, at_sample(on, s));
  }
  RBM_INLINE void mean_hidden(const VisibleState* v, const VisibleActive* on, size_t count, HiddenState* h) const {
    for (size_t s = 0; s < count; ++s) model.mean_hidden(v[s], h[s], at_sample(on, s));
  }
  template <class Rng>
  RBM_INLINE void sample_visible(const HiddenState* h, size_t count, VisibleState* v, Rng& rng) const {
    for (size_t s = 0; s < count; ++s) model.sample_visible(h[s], v[s], rng);
  }
  RBM_INLINE void mean_visible(const HiddenState* h, size_t count, VisibleState* v) const {
    for (size_t s = 0; s < count; ++s) model.mean_visible(h[s], v[s]);
  }
};

/// The biases of a layer, as the inputs of so many states.
template <class Units, class Layer, class Sum>
inline void start_inputs(const Layer& layer, size_t count, Sum* x) {
  for (size_t s = 0; s < count; ++s) {
    for (Block block : Blocks<Units>()) start_input(layer, block, x + s * Units::size + block.first);
  }
}

/// The inputs of all states of a batch, of floats: in the place of the states that will be drawn.
template <class Trainer, bool IsFixed = Arithmetic<typename Trainer::Model::Scalar>::is_fixed>
struct InputSums {
  typedef typename Trainer::Model Model;
  enum : bool { is_by_tables = way_of<Model, Trainer::batch_size>() == Way::by_tables };

  typename Trainer::Tile* tile;      // null where weights stay in one piece
  typename Trainer::Tables* tables;  // null unless is_by_tables

  explicit InputSums(Trainer& of)
      : tile(part_of<typename Trainer::Tile>(&of)), tables(part_of<typename Trainer::Tables>(&of)) {}

  const float* of_hidden(const Model& model, const typename Model::VisibleState* v,
                         const kernels::Active<Model::visible_size>* on, size_t count,
                         typename Model::HiddenState* h) const {
    start_inputs<typename Model::Hidden>(model.hidden, count, h->values);
    if (is_by_tables && are_binary(v, count, on)) {
      tables->accumulate(model, v, on, count, h->values);
    } else if (is_by_tables || is_dense<Model>()) {
      kernels::accumulate_dense_batch(model.weights.values, v, count, h);
    } else {
      kernels::accumulate_batch(model.weights.values, v, count, h, on);
    }
    return h->values;
  }

  const float* of_visible(const Model& model, const typename Model::HiddenState* h, size_t count,
                          typename Model::VisibleState* v) const {
    start_inputs<typename Model::Visible>(model.visible, count, v->values);
    if (is_by_tables && Model::Hidden::is_binary) {
      tables->accumulate_columns(model, h, count, v->values);
    } else if (tile != nullptr) {
      kernels::accumulate_columns_of_batch(model.weights.values, h, count, v, *tile);
    } else {
      kernels::dot_rows_of_batch(model.weights.values, h, count, v);
    }
    return v->values;
  }

  /// After hidden units were drawn.
  void find_hidden(const typename Model::HiddenState* h, size_t count) const {
    if (is_by_tables) tables->find_hidden(h, count);
  }
};

/// Of integers, in a place of their own.
template <class Trainer>
struct InputSums<Trainer, true> {
  typedef typename Trainer::Model Model;
  typedef typename Model::Sum Sum;

  typename Trainer::Tables* tables;

  explicit InputSums(Trainer& of) : tables(part_of<typename Trainer::Tables>(&of)) {}

  const Sum* of_hidden(const Model& model, const typename Model::VisibleState* v,
                       const kernels::Active<Model::visible_size>* on, size_t count,
                       typename Model::HiddenState*) const {
    start_inputs<typename Model::Hidden>(model.hidden, count, tables->sums);
    if (are_binary(v, count, on)) {
      tables->accumulate(model, v, on, count, tables->sums);
    } else {
      for (size_t s = 0; s < count; ++s) {
        kernels::accumulate<Model::visible_size, Model::hidden_size>(
            model.weights.values, v[s].values, Model::hidden_size, tables->sums + s * Model::hidden_size);
      }
    }
    return tables->sums;
  }

  const Sum* of_visible(const Model& model, const typename Model::HiddenState* h, size_t count,
                        typename Model::VisibleState*) const {
    start_inputs<typename Model::Visible>(model.visible, count, tables->sums);
    tables->accumulate_columns(model, h, count, tables->sums);
    return tables->sums;
  }

  void find_hidden(const typename Model::HiddenState* h, size_t count) const { tables->find_hidden(h, count); }
};

/// Whether units of several states can be drawn together: integers share the words of the generator, each state its
/// own.
template <class Units, class Scalar>
constexpr bool are_drawn_together() {
  return Units::are_alike && (!Arithmetic<Scalar>::is_fixed || Units::size % 4 == 0);
}

/// A block of units of a batch: those that are drawn together need not belong to one state.
template <class Units, bool AreTogether>
struct DrawnUnits {
  template <class Layer, class Sum, class Scalar>
  static RBM_INLINE void mean(const Layer& layer, Block block, const Sum* x, Scalar* s) {
    layer.mean(block, x, s);
  }
  template <class Layer, class Sum, class Scalar, class Rng>
  static RBM_INLINE void sample(const Layer& layer, Block block, const Sum* x, Scalar* s, Rng& rng,
                                const Scalar* means = nullptr) {
    layer.sample(block, x, s, rng, means);
  }
};
template <class Units>
struct DrawnUnits<Units, true> {
  template <class Layer, class Sum, class Scalar>
  static RBM_INLINE void mean(const Layer&, Block block, const Sum* x, Scalar* s) {
    Units::Many::mean(block.count, x, s);
  }
  template <class Layer, class Sum, class Scalar, class Rng>
  static RBM_INLINE void sample(const Layer&, Block block, const Sum* x, Scalar* s, Rng& rng,
                                const Scalar* means = nullptr) {
    Units::Many::sample(block.count, x, s, rng, means);
  }
};

/// Draws and means of a batch whose inputs are all made before the first draw.
template <class Trainer>
struct BatchSampler<Trainer, true> {
  typedef typename Trainer::Model Model;
  typedef typename Model::Visible Visible;
  typedef typename Model::Hidden Hidden;
  typedef typename Model::VisibleState VisibleState;
  typedef typename Model::HiddenState HiddenState;
  typedef typename Model::Sum Sum;
  typedef typename Model::Scalar Scalar;
  typedef kernels::Active<Model::visible_size> VisibleActive;
  typedef DrawnUnits<Hidden, are_drawn_together<Hidden, Scalar>()> DrawnHidden;
  typedef DrawnUnits<Visible, are_drawn_together<Visible, Scalar>()> DrawnVisible;

  const Model& model;
  InputSums<Trainer> sums;

  BatchSampler(const Model& of, Trainer& with) : model(of), sums(with) {}

  template <class Rng>
  void sample_hidden(const VisibleState* v, const VisibleActive* on, size_t count, HiddenState* h, Rng& rng) const {
    const Sum* const x = sums.of_hidden(model, v, on, count, h);
    each_input<Hidden>(x, count, [&](size_t at, Block block, Sum* some) RBM_ALWAYS_INLINE {
      DrawnHidden::sample(model.hidden, block, some, h->values + at, rng);
    });
    sums.find_hidden(h, count);
  }
  template <class Rng>
  void sample_hidden(const VisibleState* v, const VisibleActive* on, size_t count, HiddenState* h, HiddenState* mean,
                     Rng& rng) const {
    const Sum* const x = sums.of_hidden(model, v, on, count, mean);
    each_input<Hidden>(x, count, [&](size_t at, Block block, Sum* some) RBM_ALWAYS_INLINE {
      auto* const means = mean->values + at;
      DrawnHidden::mean(model.hidden, block, some, means);
      DrawnHidden::sample(model.hidden, block, some, h->values + at, rng, means);
    });
    sums.find_hidden(h, count);
  }
  void mean_hidden(const VisibleState* v, const VisibleActive* on, size_t count, HiddenState* h) const {
    const Sum* const x = sums.of_hidden(model, v, on, count, h);
    each_input<Hidden>(x, count, [&](size_t at, Block block, Sum* some) RBM_ALWAYS_INLINE {
      DrawnHidden::mean(model.hidden, block, some, h->values + at);
    });
  }
  template <class Rng>
  void sample_visible(const HiddenState* h, size_t count, VisibleState* v, Rng& rng) const {
    const Sum* const x = sums.of_visible(model, h, count, v);
    each_input<Visible>(x, count, [&](size_t at, Block block, Sum* some) RBM_ALWAYS_INLINE {
      DrawnVisible::sample(model.visible, block, some, v->values + at, rng);
    });
  }
  void mean_visible(const HiddenState* h, size_t count, VisibleState* v) const {
    const Sum* const x = sums.of_visible(model, h, count, v);
    each_input<Visible>(x, count, [&](size_t at, Block block, Sum* some) RBM_ALWAYS_INLINE {
      DrawnVisible::mean(model.visible, block, some, v->values + at);
    });
  }

 private:
  // Calls visit(at, block, x) with the inputs of a block of units, of which the first is `at` among those of all
  // states.
  template <class Units, class Visit>
  RBM_INLINE static void each_input(const Sum* all, size_t count, const Visit& visit) {
    if (are_drawn_together<Units, Scalar>()) {
      const size_t end = count * Units::size;
      for (size_t at = 0; at < end; at += kernels::block_size) {
        const Block block = {0, end - at < kernels::block_size ? end - at : size_t{kernels::block_size}};
        Sum x[kernels::block_size];
        kernels::convert(all + at, block.count, x);
        visit(at, block, x);
      }
      return;
    }
    for (size_t s = 0; s < count; ++s) {
      for (Block block : Blocks<Units>()) {
        Sum x[Units::block_size];
        kernels::convert(all + s * Units::size + block.first, block.count, x);
        visit(s * Units::size + block.first, block, x);
      }
    }
  }
};

}  // namespace detail
}  // namespace rbm

#endif  // RBM_TRAINING_BATCHES_HPP
