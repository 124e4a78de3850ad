// rbm/training/batches.hpp: draws and means of the states of a batch: one by one, or after the inputs of all were made.
// SPDX-License-Identifier: MIT

#ifndef RBM_TRAINING_BATCHES_HPP
#define RBM_TRAINING_BATCHES_HPP

#include <stddef.h>

#include "../config.hpp"
#include "../kernels/kernels.hpp"
#include "../layers/layer.hpp"
#include "../numbers/number.hpp"
#include "ways.hpp"

namespace rbm {
namespace detail {

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

/// The inputs of all states of a batch: of floats in the place of the states that will be drawn, of integers, whose
/// sums are wider, in a place of their own.
template <class Trainer>
struct InputSums {
  typedef typename Trainer::Model Model;
  typedef typename Trainer::Tables Tables;
  typedef typename Model::Sum Sum;
  typedef typename Model::VisibleState VisibleState;
  typedef typename Model::HiddenState HiddenState;
  typedef kernels::Active<Model::visible_size> VisibleActive;
  enum : bool { is_by_tables = way_of<Model, Trainer::batch_size>() == Way::by_tables };

  typename Trainer::Tile* tile;  // null where weights stay in one piece
  Tables* tables;                // null unless is_by_tables

  explicit InputSums(Trainer& of) : tile(part_of<typename Trainer::Tile>(&of)), tables(part_of<Tables>(&of)) {}

  const Sum* of_hidden(const Model& model, const VisibleState* v, const VisibleActive* on, size_t count,
                       HiddenState* h) const {
    Sum* const x = place_of(h->values, tables);
    start_inputs<typename Model::Hidden>(model.hidden, count, x);
    if (is_by_tables && are_binary(v, count, on)) {
      tables->accumulate(model, v, on, count, x);
    } else {
      add_rows(model, v, on, count, h, x);
    }
    return x;
  }

  const Sum* of_visible(const Model& model, const HiddenState* h, size_t count, VisibleState* v) const {
    Sum* const x = place_of(v->values, tables);
    start_inputs<typename Model::Visible>(model.visible, count, x);
    if (is_by_tables && Model::Hidden::is_binary) {
      tables->accumulate_columns(model, h, count, x);
    } else {
      add_columns(model, h, count, v, x);
    }
    return x;
  }

  /// After hidden units were drawn.
  void find_hidden(const HiddenState* h, size_t count) const {
    if (is_by_tables) tables->find_hidden(h, count);
  }

 private:
  static float* place_of(float* states, const Tables*) { return states; }
  template <class Integer, int FractionBits, class IntegerTables>
  static Sum* place_of(Fixed<Integer, FractionBits>*, IntegerTables* of) {
    return of->sums;
  }

  void add_rows(const Model& model, const VisibleState* v, const VisibleActive* on, size_t count, HiddenState* h,
                const float*) const {
    if (is_by_tables || is_dense<Model>()) {
      kernels::accumulate_dense_batch(model.weights.values, v, count, h);
    } else {
      kernels::accumulate_batch(model.weights.values, v, count, h, on);
    }
  }
  template <class Integer, int FractionBits>
  void add_rows(const Model& model, const VisibleState* v, const VisibleActive*, size_t count, HiddenState*,
                Fixed<Integer, FractionBits>* x) const {
    for (size_t s = 0; s < count; ++s, x += Model::hidden_size) {
      kernels::accumulate<Model::visible_size, Model::hidden_size>(model.weights.values, v[s].values,
                                                                   Model::hidden_size, x);
    }
  }

  void add_columns(const Model& model, const HiddenState* h, size_t count, VisibleState* v, const float*) const {
    if (tile != nullptr) {
      kernels::accumulate_columns_of_batch(model.weights.values, h, count, v, *tile);
    } else {
      kernels::dot_rows_of_batch(model.weights.values, h, count, v);
    }
  }
  template <class Integer, int FractionBits>
  void add_columns(const Model&, const HiddenState*, size_t, VisibleState*, Fixed<Integer, FractionBits>*) const {}
};

/// How many units can be drawn together, whatever states they belong to; 0 where a state's are drawn by themselves.
/// Integers share the words of the generator, each state its own.
template <class Units, class Scalar>
constexpr size_t drawn_together() {
  return !Units::are_alike               ? 0
         : !Arithmetic<Scalar>::is_fixed ? 4 * kernels::block_size
         : size_t{Units::size} % 4 == 0  ? size_t{kernels::block_size}
                                         : 0;
}

/// A block of units of a batch.
template <class Units, size_t Most>
struct DrawnUnits {
  template <class Layer, class Sum, class Scalar>
  static RBM_INLINE void mean(const Layer&, Block block, const Sum* x, Scalar* s) {
    Units::template Many<Most>::mean(block.count, x, s);
  }
  template <class Layer, class Sum, class Scalar, class Rng>
  static RBM_INLINE void sample(const Layer&, Block block, const Sum* x, Scalar* s, Rng& rng,
                                const Scalar* means = nullptr) {
    Units::template Many<Most>::sample(block.count, x, s, rng, means);
  }
};
template <class Units>
struct DrawnUnits<Units, 0> {
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

/// Calls visit(at, block, x) with the inputs of a block of units, of which the first is `at` among those of all states.
template <class Units, class Scalar, class Sum, class Visit>
RBM_INLINE void each_input_of_batch(const Sum* all, size_t count, const Scalar*, const Visit& visit) {
  constexpr size_t most = drawn_together<Units, Scalar>();
  if (most > 0) {
    // Floats that are off or on are made in the place of their inputs.
    constexpr bool is_in_place = Units::is_binary && !Arithmetic<Scalar>::is_fixed;
    const size_t end = count * Units::size;
    for (size_t at = 0; at < end; at += most) {
      const Block block = {0, end - at < most ? end - at : most};
      Sum x[is_in_place || most == 0 ? 1 : most];
      if (!is_in_place) kernels::convert(all + at, block.count, x);
      visit(at, block, is_in_place ? all + at : x);
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
  typedef DrawnUnits<Hidden, drawn_together<Hidden, Scalar>()> DrawnHidden;
  typedef DrawnUnits<Visible, drawn_together<Visible, Scalar>()> DrawnVisible;

  const Model& model;
  InputSums<Trainer> sums;

  BatchSampler(const Model& of, Trainer& with) : model(of), sums(with) {}

  template <class Rng>
  void sample_hidden(const VisibleState* v, const VisibleActive* on, size_t count, HiddenState* h, Rng& rng) const {
    const Sum* const x = sums.of_hidden(model, v, on, count, h);
    Scalar* const states = h->values;  // of all samples
    each_input_of_batch<Hidden>(x, count, states, [&](size_t at, Block block, const Sum* some) RBM_ALWAYS_INLINE {
      DrawnHidden::sample(model.hidden, block, some, states + at, rng);
    });
    sums.find_hidden(h, count);
  }
  template <class Rng>
  void sample_hidden(const VisibleState* v, const VisibleActive* on, size_t count, HiddenState* h, HiddenState* mean,
                     Rng& rng) const {
    const Sum* const x = sums.of_hidden(model, v, on, count, mean);
    Scalar *const states = h->values, *const all_means = mean->values;
    each_input_of_batch<Hidden>(x, count, states, [&](size_t at, Block block, const Sum* some) RBM_ALWAYS_INLINE {
      Scalar* const means = all_means + at;
      DrawnHidden::mean(model.hidden, block, some, means);
      DrawnHidden::sample(model.hidden, block, some, states + at, rng, means);
    });
    sums.find_hidden(h, count);
  }
  void mean_hidden(const VisibleState* v, const VisibleActive* on, size_t count, HiddenState* h) const {
    const Sum* const x = sums.of_hidden(model, v, on, count, h);
    Scalar* const states = h->values;  // of all samples
    each_input_of_batch<Hidden>(x, count, states, [&](size_t at, Block block, const Sum* some) RBM_ALWAYS_INLINE {
      DrawnHidden::mean(model.hidden, block, some, states + at);
    });
  }
  template <class Rng>
  void sample_visible(const HiddenState* h, size_t count, VisibleState* v, Rng& rng) const {
    const Sum* const x = sums.of_visible(model, h, count, v);
    Scalar* const states = v->values;
    each_input_of_batch<Visible>(x, count, states, [&](size_t at, Block block, const Sum* some) RBM_ALWAYS_INLINE {
      DrawnVisible::sample(model.visible, block, some, states + at, rng);
    });
  }
  void mean_visible(const HiddenState* h, size_t count, VisibleState* v) const {
    const Sum* const x = sums.of_visible(model, h, count, v);
    Scalar* const states = v->values;
    each_input_of_batch<Visible>(x, count, states, [&](size_t at, Block block, const Sum* some) RBM_ALWAYS_INLINE {
      DrawnVisible::mean(model.visible, block, some, states + at);
    });
  }
};

}  // namespace detail
}  // namespace rbm

#endif  // RBM_TRAINING_BATCHES_HPP
