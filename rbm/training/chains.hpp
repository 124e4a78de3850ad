// rbm/training/chains.hpp: the Gibbs chains of a trainer: one path for one sample and for many.
//
// v0 -> h; then h -> v and v -> h, k times. Of the last v, as of the sample v0, the hidden units give their statistics,
// p(h | v). A persistent chain goes on from its particle instead of from v0. Each step is made for `at_a_time` samples
// before the next: for one, but of a large batch of floats for all, which share what was fetched from a far cache.
// SPDX-License-Identifier: MIT

#ifndef RBM_TRAINING_CHAINS_HPP
#define RBM_TRAINING_CHAINS_HPP

#include <stddef.h>
#include <stdint.h>

#include "../kernels/kernels.hpp"
#include "../layers/sites.hpp"
#include "../model/inputs.hpp"
#include "gradient.hpp"
#include "options.hpp"

namespace rbm {
namespace detail {

/// Where a large batch takes the weights apart (is_tiled), on processors with vectors: at most 16 KB.
template <class Model, bool Wanted>
struct Tiles {
  kernels::Tile<Model::visible_size, Model::hidden_size> tile;
};
template <class Model>
struct Tiles<Model, false> {};

/// Draws and means of `count` <= Count states of a model at a time. Of more than one, inputs are made of all before the
/// first draw, in the place of the states that will be drawn. `on` says which visible units are on; what makes v says
/// it of v.
template <class Model, size_t Count, bool AreKnown = kernels::has_unit_bits>
struct BatchSampler {
  typedef typename Model::Visible Visible;
  typedef typename Model::Hidden Hidden;
  typedef typename Model::Sum Sum;
  typedef typename Model::Scalar Scalar;
  typedef typename Model::VisibleState VisibleState;
  typedef typename Model::HiddenState HiddenState;
  typedef kernels::Active<Model::visible_size> VisibleActive;

  typedef Tiles<Model, is_tiled<Model, Count>()> TilesOfModel;

  const Model& model;
  TilesOfModel& tiles;

  template <class Rng>
  void sample_hidden(const VisibleState* v, const VisibleActive* on, size_t count, HiddenState* h, Rng& rng) const {
    each_hidden_input(v, on, count, h, [&](size_t s, Block block, Sum* x) RBM_ALWAYS_INLINE {
      model.hidden.sample(block, x, h[s].values + block.first, rng);
    });
  }
  template <class Rng>
  void sample_hidden(const VisibleState* v, const VisibleActive* on, size_t count, HiddenState* h, HiddenState* mean,
                     Rng& rng) const {
    each_hidden_input(v, on, count, mean, [&](size_t s, Block block, Sum* x) RBM_ALWAYS_INLINE {
      model.hidden.sample_with_mean(block, x, h[s].values + block.first, mean[s].values + block.first, rng);
    });
  }
  void mean_hidden(const VisibleState* v, const VisibleActive* on, size_t count, HiddenState* h) const {
    each_hidden_input(v, on, count, h, [&](size_t s, Block block, Sum* x) RBM_ALWAYS_INLINE {
      model.hidden.mean(block, x, h[s].values + block.first);
    });
  }
  template <class Rng>
  void sample_visible(const HiddenState* h, size_t count, VisibleState* v, VisibleActive* on, Rng& rng) const {
    each_visible_input(h, count, v, on, [&](size_t s, Block block, Sum* x) RBM_ALWAYS_INLINE {
      model.visible.sample(block, x, v[s].values + block.first, rng);
    });
  }
  void mean_visible(const HiddenState* h, size_t count, VisibleState* v, VisibleActive* on) const {
    each_visible_input(h, count, v, on, [&](size_t s, Block block, Sum* x) RBM_ALWAYS_INLINE {
      model.visible.mean(block, x, v[s].values + block.first);
    });
  }
  static void find(const VisibleState* v, size_t count, VisibleActive* on) {
    for (size_t s = 0; s < count && on != nullptr; ++s) on[s].find(v[s].values);
  }

 private:
  template <bool>
  struct If {};
  typedef If<(Count > 1)> IsBatch;

  template <class Visit>
  RBM_INLINE void each_hidden_input(const VisibleState* v, const VisibleActive* on, size_t count, HiddenState* h,
                                    const Visit& visit) const {
    sum_hidden(IsBatch(), v, on, count, h);
    for (size_t s = 0; s < count; ++s) visit_hidden(IsBatch(), v, on, s, h, visit);
  }
  template <class Visit>
  RBM_INLINE void each_visible_input(const HiddenState* h, size_t count, VisibleState* v, VisibleActive* on,
                                     const Visit& visit) const {
    sum_visible(IsBatch(), h, count, v);
    for (size_t s = 0; s < count; ++s) {
      for (Block block : Blocks<Visible>()) {
        Sum x[Visible::block_size];
        visible_inputs(IsBatch(), h[s], v[s], block, x);
        visit(s, block, x);
      }
    }
    find(v, count, on);
  }

  void sum_hidden(If<true>, const VisibleState* v, const VisibleActive* on, size_t count, HiddenState* h) const {
    for (size_t s = 0; s < count; ++s) {
      for (Block block : Blocks<Hidden>()) model.hidden.start_input(block, h[s].values + block.first);
    }
    if (is_dense<Model>()) {
      kernels::accumulate_dense_batch(model.weights.values, v, count, h);
    } else {
      kernels::accumulate_batch(model.weights.values, v, count, h, on);
    }
  }
  void sum_hidden(If<false>, const VisibleState*, const VisibleActive*, size_t, HiddenState*) const {}

  template <class Visit>
  RBM_INLINE void visit_hidden(If<true>, const VisibleState*, const VisibleActive*, size_t s, const HiddenState* h,
                               const Visit& visit) const {
    for (Block block : Blocks<Hidden>()) {
      Sum x[Hidden::block_size];
      kernels::convert(h[s].values + block.first, block.count, x);
      visit(s, block, x);
    }
  }
  template <class Visit>
  RBM_INLINE void visit_hidden(If<false>, const VisibleState* v, const VisibleActive* on, size_t s, HiddenState* h,
                               const Visit& visit) const {
    const typename Model::HiddenInputs inputs(model.hidden, model.weights.values, v[s].values, h[s].values, on);
    for (Block block : Blocks<Hidden>()) {
      Sum x[Hidden::block_size];
      inputs.get(block, x);
      visit(s, block, x);
    }
  }

  void sum_visible(If<true>, const HiddenState* h, size_t count, VisibleState* v) const {
    for (size_t s = 0; s < count; ++s) {
      for (Block block : Blocks<Visible>()) model.visible.start_input(block, v[s].values + block.first);
    }
    add_products(If<is_tiled<Model, Count>()>(), h, count, v);
  }
  void add_products(If<true>, const HiddenState* h, size_t count, VisibleState* v) const {
    kernels::accumulate_columns_of_batch(model.weights.values, h, count, v, tiles.tile);
  }
  void add_products(If<false>, const HiddenState* h, size_t count, VisibleState* v) const {
    kernels::dot_rows_of_batch(model.weights.values, h, count, v);
  }
  void sum_visible(If<false>, const HiddenState*, size_t, VisibleState*) const {}

  RBM_INLINE void visible_inputs(If<true>, const HiddenState&, const VisibleState& sums, Block block, Sum* x) const {
    kernels::convert(sums.values + block.first, block.count, x);
  }
  RBM_INLINE void visible_inputs(If<false>, const HiddenState& h, const VisibleState&, Block block, Sum* x) const {
    model.visible_inputs(h, block, x);
  }
};

/// One at a time, where nothing is known of units: what the model itself does, of which there is one copy in flash.
template <class Model>
struct BatchSampler<Model, 1, false> {
  typedef Tiles<Model, false> TilesOfModel;
  typedef typename Model::VisibleState VisibleState;
  typedef typename Model::HiddenState HiddenState;
  typedef kernels::Active<Model::visible_size> VisibleActive;

  const Model& model;

  BatchSampler(const Model& of, TilesOfModel&) : model(of) {}

  template <class Rng>
  void sample_hidden(const VisibleState* v, const VisibleActive*, size_t, HiddenState* h, Rng& rng) const {
    model.sample_hidden(*v, *h, rng);
  }
  template <class Rng>
  void sample_hidden(const VisibleState* v, const VisibleActive*, size_t, HiddenState* h, HiddenState* mean,
                     Rng& rng) const {
    model.sample_hidden(*v, *h, *mean, rng);
  }
  void mean_hidden(const VisibleState* v, const VisibleActive*, size_t, HiddenState* h) const {
    model.mean_hidden(*v, *h);
  }
  template <class Rng>
  void sample_visible(const HiddenState* h, size_t, VisibleState* v, VisibleActive*, Rng& rng) const {
    model.sample_visible(*h, *v, rng);
  }
  void mean_visible(const HiddenState* h, size_t, VisibleState* v, VisibleActive*) const { model.mean_visible(*h, *v); }
  static void find(const VisibleState*, size_t, VisibleActive*) {}
};

/// Runs the chains of a trainer, and takes the statistics at both ends.
template <class Trainer, class Rng>
class Chains {
  typedef typename Trainer::Model Model;
  typedef typename Model::VisibleState VisibleState;
  typedef typename Model::HiddenState HiddenState;
  typedef kernels::Active<Model::visible_size> VisibleActive;

 public:
  enum : size_t { at_a_time = is_layer_by_layer<Model, Trainer::batch_size>() ? size_t{Trainer::batch_size} : 1 };

  Chains(const Model& of_model, Trainer& of_trainer, Rng& generator)
      : sampler{of_model, of_trainer}, trainer(of_trainer), rng(generator) {}

  /// Chains `first` to first + count - 1, which belong to these samples, of which the trainer knows what units are on;
  /// count is at most at_a_time.
  void run(const VisibleState* samples, size_t first, size_t count) {
    VisibleState* const v = trainer.visible.values + first;
    HiddenState *const h = trainer.hidden.values + first, *const h_data = trainer.hidden_data.values + first;
    VisibleActive *const on_data = trainer.of_data(first), *const on = trainer.of_model(first);
    sampler.find(samples, count, on_data);
    if (has(Trainer::extras, persistent)) {
      collect_statistics(Sampled(), samples, on_data, count, h_data);
      for (size_t s = 0; s < count; ++s) {
        if (first + s >= trainer.particle_count()) v[s] = samples[s];
      }
      sampler.find(v, count, on);
      sampler.sample_hidden(v, on, count, h, rng);
    } else {
      start(Sampled(), samples, on_data, count, h, h_data);
    }
    for (uint16_t left = trainer.options.gibbs_steps; left > 0; --left) {
      if (trainer.options.mean_field_visible) {
        sampler.mean_visible(h, count, v, on);
      } else {
        sampler.sample_visible(h, count, v, on, rng);
      }
      if (left > 1) sampler.sample_hidden(v, on, count, h, rng);
    }
    collect_statistics(Sampled(), v, on, count, h);
  }

 private:
  template <bool>
  struct If {};
  // Whether statistics are draws of h: a mean in the few steps of 8 bits says little more.
  typedef If<Arithmetic<typename Model::Scalar>::is_8_bit> Sampled;

  const BatchSampler<Model, at_a_time> sampler;
  Trainer& trainer;
  Rng& rng;

  // A draw that starts each chain, and the statistics at the sample: p(h | v), or in 8 bits the same draw.
  void start(If<false>, const VisibleState* samples, const VisibleActive* on, size_t count, HiddenState* h,
             HiddenState* h_data) {
    sampler.sample_hidden(samples, on, count, h, h_data, rng);
  }
  void start(If<true>, const VisibleState* samples, const VisibleActive* on, size_t count, HiddenState* h,
             HiddenState* h_data) {
    sampler.sample_hidden(samples, on, count, h, rng);
    for (size_t s = 0; s < count; ++s) h_data[s] = h[s];
  }

  void collect_statistics(If<false>, const VisibleState* v, const VisibleActive* on, size_t count, HiddenState* h) {
    sampler.mean_hidden(v, on, count, h);
  }
  void collect_statistics(If<true>, const VisibleState* v, const VisibleActive* on, size_t count, HiddenState* h) {
    sampler.sample_hidden(v, on, count, h, rng);
  }
};

}  // namespace detail
}  // namespace rbm

#endif  // RBM_TRAINING_CHAINS_HPP
