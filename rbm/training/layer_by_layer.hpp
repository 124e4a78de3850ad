// rbm/training/layer_by_layer.hpp: the chains of a large batch, each of whose steps is made for all samples before the
// next.
//
// gradient.hpp says for which models and batches. Inputs of units are where their states will be, so that nothing but a
// tile of the weights is kept beside the trainer's states.
// SPDX-License-Identifier: MIT

#ifndef RBM_TRAINING_LAYER_BY_LAYER_HPP
#define RBM_TRAINING_LAYER_BY_LAYER_HPP

#include <stddef.h>
#include <stdint.h>

#include "gradient.hpp"
#include "../model/inputs.hpp"
#include "../kernels/kernels.hpp"
#include "../layers/sites.hpp"
#include "options.hpp"

namespace rbm {
namespace detail {

/// Where a batch takes the weights apart, on processors with vectors: at most 16 KB.
template <class Model, bool Wanted>
struct Tiles {
  kernels::Tile<Model::visible_size, Model::hidden_size> tile;
};

template <class Model>
struct Tiles<Model, false> {};

/// Runs the chains of a trainer, and takes the statistics at both ends.
template <class Trainer, class Rng>
struct LayerByLayer {
  typedef typename Trainer::Model Model;
  typedef typename Model::Visible Visible;
  typedef typename Model::Hidden Hidden;
  typedef typename Model::Sum Sum;
  typedef typename Trainer::VisibleState VisibleState;
  typedef typename Trainer::HiddenState HiddenState;

  const Model& model;
  Trainer& trainer;
  const VisibleState* samples;
  size_t count;
  Rng& rng;

  void run() {
    sum_to_hidden(samples, trainer.hidden_data.values);
    start(If<has(Trainer::extras, persistent)>());
    for (uint16_t left = trainer.options.gibbs_steps; left > 0; --left) {
      take_visible();
      sum_to_hidden(trainer.visible.values, trainer.hidden.values);
      if (left > 1) sample_hidden();
    }
    for (size_t s = 0; s < count; ++s) take_mean(trainer.hidden[s]);
  }

 private:
  template <bool>
  struct If {};

  // At the samples: their statistics, and a draw that starts the chain.
  void start(If<false>) {
    for (size_t s = 0; s < count; ++s) {
      visit_inputs<Hidden>(trainer.hidden_data[s].values, [&](Block block, Sum* x) RBM_ALWAYS_INLINE {
        model.hidden.sample_with_mean(block, x, trainer.hidden[s].values + block.first,
                                      trainer.hidden_data[s].values + block.first, rng);
      });
    }
  }
  // The chain goes on from its particle.
  void start(If<true>) {
    for (size_t s = 0; s < count; ++s) {
      take_mean(trainer.hidden_data[s]);
      if (s >= trainer.particles) trainer.visible[s] = samples[s];
    }
    sum_to_hidden(trainer.visible.values, trainer.hidden.values);
    sample_hidden();
  }

  void take_visible() {
    for (size_t s = 0; s < count; ++s) {
      start_inputs<Visible>(model.visible, trainer.visible[s].values);
    }
    add_products(If<is_tiled<Model, Trainer::batch_size>()>());
    for (size_t s = 0; s < count; ++s) {
      typename Model::Scalar* v = trainer.visible[s].values;
      if (trainer.options.mean_field_visible) {
        visit_inputs<Visible>(
            v, [&](Block block, Sum* x) RBM_ALWAYS_INLINE { model.visible.mean(block, x, v + block.first); });
      } else {
        visit_inputs<Visible>(
            v, [&](Block block, Sum* x) RBM_ALWAYS_INLINE { model.visible.sample(block, x, v + block.first, rng); });
      }
    }
  }
  void add_products(If<false>) {
    kernels::dot_rows_of_batch(model.weights.values, trainer.hidden.values, count, trainer.visible.values);
  }
  void add_products(If<true>) {
    kernels::accumulate_columns_of_batch(model.weights.values, trainer.hidden.values, count, trainer.visible.values,
                                         trainer.tile);
  }

  void sum_to_hidden(const VisibleState* v, HiddenState* h) {
    for (size_t s = 0; s < count; ++s) {
      start_inputs<Hidden>(model.hidden, h[s].values);
    }
    add_rows(If<is_dense<Model>()>(), v, h);
  }
  void add_rows(If<false>, const VisibleState* v, HiddenState* h) {
    kernels::accumulate_batch(model.weights.values, v, count, h);
  }
  void add_rows(If<true>, const VisibleState* v, HiddenState* h) {
    kernels::accumulate_dense_batch(model.weights.values, v, count, h);
  }

  void take_mean(HiddenState& h) {
    visit_inputs<Hidden>(
        h.values, [&](Block block, Sum* x) RBM_ALWAYS_INLINE { model.hidden.mean(block, x, h.values + block.first); });
  }
  void sample_hidden() {
    for (size_t s = 0; s < count; ++s) {
      typename Model::Scalar* h = trainer.hidden[s].values;
      visit_inputs<Hidden>(
          h, [&](Block block, Sum* x) RBM_ALWAYS_INLINE { model.hidden.sample(block, x, h + block.first, rng); });
    }
  }
};

}  // namespace detail
}  // namespace rbm

#endif  // RBM_TRAINING_LAYER_BY_LAYER_HPP
