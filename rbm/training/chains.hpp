// rbm/training/chains.hpp: the Gibbs chains of a trainer: one path for one sample and for many.
//
// v0 -> h; then h -> v and v -> h, k times. Of the last v, as of the sample v0, the hidden units give their statistics,
// p(h | v). A persistent chain goes on from its particle instead of from v0.
// SPDX-License-Identifier: MIT

#ifndef RBM_TRAINING_CHAINS_HPP
#define RBM_TRAINING_CHAINS_HPP

#include <stddef.h>
#include <stdint.h>

#include "../kernels/kernels.hpp"
#include "../layers/layer.hpp"
#include "../model/model.hpp"
#include "../numbers/number.hpp"
#include "batches.hpp"
#include "options.hpp"
#include "ways.hpp"

namespace rbm {
namespace detail {

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

/// Runs the chains `first` to first + count - 1 of a trainer from these samples, and takes the statistics at both ends;
/// exact, only those at the samples.
template <class Model, class Trainer, class Rng>
inline void run_chains(const Model& model, Trainer& trainer, const typename Model::VisibleState* samples, size_t first,
                       size_t count, Rng& rng) {
  // Statistics are draws of h, not means, where a mean in the few steps of 8 bits says little more.
  constexpr bool is_exact = has(Trainer::extras, exact);
  constexpr bool samples_statistics = Arithmetic<typename Model::Scalar>::is_8_bit && !is_exact;
  if (way_of<Model, Trainer::batch_size>() == Way::single) count = 1;  // so that no loop is left
  const BatchSampler<Trainer, goes_together<Model, Trainer::batch_size>()> sampler(model, trainer);
  auto* const h_data = trainer.hidden_data.values + first;
  auto* const on_data = trainer.of_data(first);
  find_active(samples, count, on_data);
  if (is_exact) {
    sampler.mean_hidden(samples, on_data, count, h_data);
    return;
  }
  auto* const v = trainer.visible.values + first;
  auto* const h = trainer.hidden.values + first;
  auto* const on = trainer.of_model(first);
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
