// rbm/training/chains.hpp: the Gibbs chains of a trainer: one path for one sample and for many.
//
// v0 -> h; then h -> v and v -> h, k times. Of the last v, as of the sample v0, the hidden units give their statistics,
// p(h | v). A persistent chain goes on from its particle instead of from v0. Samples go through these steps one by one,
// but those of a large batch of floats all together: they share what was fetched from a far cache.
// SPDX-License-Identifier: MIT

#ifndef RBM_TRAINING_CHAINS_HPP
#define RBM_TRAINING_CHAINS_HPP

#include <stddef.h>
#include <stdint.h>

#include "../kernels/kernels.hpp"
#include "../layers/layer.hpp"
#include "../model/model.hpp"
#include "../numbers/number.hpp"
#include "options.hpp"

namespace rbm {
namespace detail {

enum : uint32_t {
  large_batch = 32,                     // samples, for which it pays to take the weights of a large model apart
  very_large_batch = 64,                // for which it pays with small ones, too
  large_model = uint32_t{1} << 14,      // weights, more than the first cache holds
  very_large_model = uint32_t{1} << 18  // more than the second
};

template <class Model>
constexpr uint32_t weights_of() {
  return uint32_t{Model::visible_size} * uint32_t{Model::hidden_size};
}

/// Very large batches, and those of large models, are gone through layer by layer, for all samples at once: what was
/// fetched from a far cache, or made of the weights, serves them all.
template <class Model, size_t Batch>
constexpr bool is_layer_by_layer() {
  return !Arithmetic<typename Model::Scalar>::is_fixed && Batch > 1 &&
         (Batch >= very_large_batch || weights_of<Model>() > large_model);
}

/// Large batches, and with very large models already those of 8, take the weights apart into tiles, for sums over those
/// hidden units that are on. A step of 784 x 128 units and 100 samples takes 0.65 of the time that it takes sample by
/// sample, of 64 x 16 units 0.75; of 784 x 500 and 10 samples 0.7. (784 x 128 units in batches of 10 gain nothing.)
template <class Model, size_t Batch>
constexpr bool is_tiled() {
  return is_layer_by_layer<Model, Batch>() && bool{Model::Hidden::is_binary} &&
         (Batch >= large_batch || (Batch >= 8 && weights_of<Model>() > very_large_model));
}

/// Batches that go layer by layer skip the rows of units that are off, but where there are none, or a row is short:
/// then they take all rows, for four samples at a time. Those sums take 0.4 to 0.8 of the time with real units (784 x
/// 128: 0.5), and 0.8 with 64 x 16 units of which a third is on.
template <class Model>
constexpr bool is_dense() {
  return !Model::Visible::is_binary || Model::hidden_size <= 16;
}

/// Draws and means of one state at a time, as the model makes them. `on` says which visible units are on, or is null.
template <class Model, bool IsLayerByLayer>
struct BatchSampler {
  typedef typename Model::VisibleState VisibleState;
  typedef typename Model::HiddenState HiddenState;
  typedef kernels::Active<Model::visible_size> VisibleActive;
  typedef kernels::Tile<Model::visible_size, Model::hidden_size> Tile;

  const Model& model;

  BatchSampler(const Model& of, Tile*) : model(of) {}

  template <class Rng>
  void sample_hidden(const VisibleState* v, const VisibleActive* on, size_t, HiddenState* h, Rng& rng) const {
    model.sample_hidden(*v, *h, rng, on);
  }
  template <class Rng>
  void sample_hidden(const VisibleState* v, const VisibleActive* on, size_t, HiddenState* h, HiddenState* mean,
                     Rng& rng) const {
    model.sample_hidden(*v, *h, *mean, rng, on);
  }
  void mean_hidden(const VisibleState* v, const VisibleActive* on, size_t, HiddenState* h) const {
    model.mean_hidden(*v, *h, on);
  }
  template <class Rng>
  void sample_visible(const HiddenState* h, size_t, VisibleState* v, Rng& rng) const {
    model.sample_visible(*h, *v, rng);
  }
  void mean_visible(const HiddenState* h, size_t, VisibleState* v) const { model.mean_visible(*h, *v); }
};

/// Draws and means of a large batch of floats. The inputs of all states are made before the first draw, in the place of
/// the states that will be drawn.
template <class Model>
struct BatchSampler<Model, true> {
  typedef typename Model::Visible Visible;
  typedef typename Model::Hidden Hidden;
  typedef typename Model::VisibleState VisibleState;
  typedef typename Model::HiddenState HiddenState;
  typedef kernels::Active<Model::visible_size> VisibleActive;
  typedef kernels::Tile<Model::visible_size, Model::hidden_size> Tile;

  const Model& model;
  Tile* tile;  // null where weights stay in one piece

  template <class Rng>
  void sample_hidden(const VisibleState* v, const VisibleActive* on, size_t count, HiddenState* h, Rng& rng) const {
    sum_hidden(v, on, count, h);
    each_input<Hidden>(h, count, [&](size_t s, Block block, float* x) RBM_ALWAYS_INLINE {
      model.hidden.sample(block, x, h[s].values + block.first, rng);
    });
  }
  template <class Rng>
  void sample_hidden(const VisibleState* v, const VisibleActive* on, size_t count, HiddenState* h, HiddenState* mean,
                     Rng& rng) const {
    sum_hidden(v, on, count, mean);
    each_input<Hidden>(mean, count, [&](size_t s, Block block, float* x) RBM_ALWAYS_INLINE {
      float* const means = mean[s].values + block.first;
      model.hidden.mean(block, x, means);
      model.hidden.sample(block, x, h[s].values + block.first, rng, means);
    });
  }
  void mean_hidden(const VisibleState* v, const VisibleActive* on, size_t count, HiddenState* h) const {
    sum_hidden(v, on, count, h);
    each_input<Hidden>(h, count, [&](size_t s, Block block, float* x) RBM_ALWAYS_INLINE {
      model.hidden.mean(block, x, h[s].values + block.first);
    });
  }
  template <class Rng>
  void sample_visible(const HiddenState* h, size_t count, VisibleState* v, Rng& rng) const {
    sum_visible(h, count, v);
    each_input<Visible>(v, count, [&](size_t s, Block block, float* x) RBM_ALWAYS_INLINE {
      model.visible.sample(block, x, v[s].values + block.first, rng);
    });
  }
  void mean_visible(const HiddenState* h, size_t count, VisibleState* v) const {
    sum_visible(h, count, v);
    each_input<Visible>(v, count, [&](size_t s, Block block, float* x) RBM_ALWAYS_INLINE {
      model.visible.mean(block, x, v[s].values + block.first);
    });
  }

 private:
  void sum_hidden(const VisibleState* v, const VisibleActive* on, size_t count, HiddenState* h) const {
    for (size_t s = 0; s < count; ++s) {
      for (Block block : Blocks<Hidden>()) start_input(model.hidden, block, h[s].values + block.first);
    }
    if (is_dense<Model>()) {
      kernels::accumulate_dense_batch(model.weights.values, v, count, h);
    } else {
      kernels::accumulate_batch(model.weights.values, v, count, h, on);
    }
  }

  void sum_visible(const HiddenState* h, size_t count, VisibleState* v) const {
    for (size_t s = 0; s < count; ++s) {
      for (Block block : Blocks<Visible>()) start_input(model.visible, block, v[s].values + block.first);
    }
    if (tile != nullptr) {
      kernels::accumulate_columns_of_batch(model.weights.values, h, count, v, *tile);
    } else {
      kernels::dot_rows_of_batch(model.weights.values, h, count, v);
    }
  }

  template <class Units, class State, class Visit>
  RBM_INLINE static void each_input(const State* sums, size_t count, const Visit& visit) {
    for (size_t s = 0; s < count; ++s) {
      for (Block block : Blocks<Units>()) {
        float x[Units::block_size];
        kernels::convert(sums[s].values + block.first, block.count, x);
        visit(s, block, x);
      }
    }
  }
};

template <class State, class Active>
inline void find_active(const State* states, size_t count, Active* on) {
  for (size_t s = 0; s < count && on != nullptr; ++s) on[s].find(states[s].values);
}

/// The statistics of hidden units: their means, or draws.
template <bool AreDraws, class Sampler, class VisibleState, class Active, class HiddenState, class Rng>
inline void collect_statistics(const Sampler& sampler, const VisibleState* v, const Active* on, size_t count,
                               HiddenState* h, Rng& rng) {
  if (AreDraws) {
    sampler.sample_hidden(v, on, count, h, rng);
  } else {
    sampler.mean_hidden(v, on, count, h);
  }
}

/// Runs the chains `first` to first + count - 1 of a trainer from these samples, and takes the statistics at both ends.
template <class Model, class Trainer, class Rng>
inline void run_chains(const Model& model, Trainer& trainer, const typename Model::VisibleState* samples, size_t first,
                       size_t count, Rng& rng) {
  // Statistics are draws of h, not means, where a mean in the few steps of 8 bits says little more.
  constexpr bool samples_statistics = Arithmetic<typename Model::Scalar>::is_8_bit;
  const BatchSampler<Model, is_layer_by_layer<Model, Trainer::batch_size>()> sampler{
      model, part_of<typename Trainer::Tile>(&trainer)};
  auto* const v = trainer.visible.values + first;
  auto *const h = trainer.hidden.values + first, *const h_data = trainer.hidden_data.values + first;
  auto *const on_data = trainer.of_data(first), *const on = trainer.of_model(first);
  find_active(samples, count, on_data);
  if (has(Trainer::extras, persistent)) {
    collect_statistics<samples_statistics>(sampler, samples, on_data, count, h_data, rng);
    for (size_t s = 0; s < count; ++s) {
      if (first + s >= part_of<Particles>(&trainer)->particles) v[s] = samples[s];
    }
    find_active(v, count, on);
    sampler.sample_hidden(v, on, count, h, rng);
  } else if (samples_statistics) {
    sampler.sample_hidden(samples, on_data, count, h, rng);
    for (size_t s = 0; s < count; ++s) h_data[s] = h[s];
  } else {
    sampler.sample_hidden(samples, on_data, count, h, h_data, rng);
  }
  for (uint16_t left = trainer.options.gibbs_steps; left > 0; --left) {
    if (has(Trainer::extras, mean_field)) {
      sampler.mean_visible(h, count, v);
    } else {
      sampler.sample_visible(h, count, v, rng);
    }
    find_active(v, count, on);
    if (left > 1) sampler.sample_hidden(v, on, count, h, rng);
  }
  collect_statistics<samples_statistics>(sampler, v, on, count, h, rng);
}

}  // namespace detail
}  // namespace rbm

#endif  // RBM_TRAINING_CHAINS_HPP
