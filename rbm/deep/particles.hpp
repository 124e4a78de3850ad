// rbm/deep/particles.hpp: the Gibbs chains of a deep model's fantasy particles.
//
// Odd layers are drawn given the even ones, then even layers given the odd ones; at the end the means of the odd layers
// are taken. Of large models, or many particles, all go through a layer before the next.
// SPDX-License-Identifier: MIT

#ifndef RBM_DEEP_PARTICLES_HPP
#define RBM_DEEP_PARTICLES_HPP

#include <stddef.h>
#include <stdint.h>

#include "../kernels/kernels.hpp"
#include "../layers/layer.hpp"
#include "../model/model.hpp"
#include "../training/ways.hpp"
#include "batches.hpp"
#include "inputs.hpp"
#include "layers.hpp"
#include "pair.hpp"

namespace rbm {
namespace detail {

/// What is held where particles go layer by layer: tiles of the weights and of the gradient, and which units of v are
/// on.
template <class Net, size_t Batch, size_t ParticleCount, bool IsWide = kernels::has_unit_bits>
struct LayerByLayer {
  typename Net::template OfPairs<TilePart<typename Net::Scalar, ParticleCount>> weight_tiles = {};
  PairTiles<Net, IsWide> tiles = {};

  template <class States>
  void find(const typename Net::Sample*, size_t, const States&) {}
};
template <class Net, size_t Batch, size_t ParticleCount>
struct LayerByLayer<Net, Batch, ParticleCount, true> {
  typedef kernels::Active<Net::Sample::size> Active;

  typename Net::template OfPairs<TilePart<typename Net::Scalar, ParticleCount>> weight_tiles = {};
  PairTiles<Net, true> tiles = {};
  Active on_data[Batch] = {}, on_model[ParticleCount] = {};
  bool is_binary = false;  // all units of v

  template <class States>
  void find(const typename Net::Sample* samples, size_t count, const States& particles) {
    is_binary = false;
    if (!Net::template UnitsOf<0>::is_binary) return;
    find_active(samples, count, on_data);
    find_active(particles.values, ParticleCount, on_model);
    is_binary = are_binary(samples, count, on_data) && are_binary(particles.values, ParticleCount, on_model);
  }
};

/// Which units of layer k are on, at the data and of the particles; null where that is not known.
template <size_t k>
struct ActiveAt {
  template <class Part>
  static decltype(nullptr) of_data(const Part*) {
    return nullptr;
  }
  template <class Part>
  static decltype(nullptr) of_model(const Part*) {
    return nullptr;
  }
};
template <>
struct ActiveAt<0> {
  template <class Net, size_t Batch, size_t ParticleCount>
  static const kernels::Active<Net::Sample::size>* of_data(const LayerByLayer<Net, Batch, ParticleCount, true>* part) {
    return part != nullptr && part->is_binary ? part->on_data : nullptr;
  }
  template <class Net, size_t Batch, size_t ParticleCount>
  static const kernels::Active<Net::Sample::size>* of_model(const LayerByLayer<Net, Batch, ParticleCount, true>* part) {
    return part != nullptr && part->is_binary ? part->on_model : nullptr;
  }
  template <class Net, size_t Batch, size_t ParticleCount>
  static decltype(nullptr) of_data(const LayerByLayer<Net, Batch, ParticleCount, false>*) {
    return nullptr;
  }
  template <class Net, size_t Batch, size_t ParticleCount>
  static decltype(nullptr) of_model(const LayerByLayer<Net, Batch, ParticleCount, false>*) {
    return nullptr;
  }
};

/// The layers k, k + 2 ... of a particle.
template <size_t k, size_t Depth, bool IsThere = (k < Depth)>
struct ParticleLayers {
  template <class Net, class Particles, class Rng>
  static void sample(const Net& net, Particles& particles, size_t p, Rng& rng) {
    auto& state = At<k>::of(particles)[p];
    each_input<typename Net::template UnitsOf<k>>(
        inputs(net, particles, p, state.values), [&](Block block, typename Net::Sum* x) RBM_ALWAYS_INLINE {
          net.template layer<k>().sample(block, x, state.values + block.first, rng);
        });
    ParticleLayers<k + 2, Depth>::sample(net, particles, p, rng);
  }
  template <class Net, class Particles>
  static void mean(const Net& net, Particles& particles, size_t p) {
    auto& state = At<k>::of(particles)[p];
    each_input<typename Net::template UnitsOf<k>>(inputs(net, particles, p, state.values),
                                                  [&](Block block, typename Net::Sum* x) RBM_ALWAYS_INLINE {
                                                    net.template layer<k>().mean(block, x, state.values + block.first);
                                                  });
    ParticleLayers<k + 2, Depth>::mean(net, particles, p);
  }

 private:
  enum : size_t { below = k > 0 ? k - 1 : 1, above = k + 1 < Depth ? k + 1 : 0 };  // any layer where there is none

  template <class Net, class Particles>
  static RBM_INLINE LayerInputs<Net, k> inputs(const Net& net, Particles& particles, size_t p,
                                               typename Net::Scalar* scratch) {
    return LayerInputs<Net, k>(net, At<below>::of(particles)[p].values, At<above>::of(particles)[p].values, scratch);
  }
};
template <size_t k, size_t Depth>
struct ParticleLayers<k, Depth, false> {
  template <class Net, class Particles, class Rng>
  static void sample(const Net&, Particles&, size_t, Rng&) {}
  template <class Net, class Particles>
  static void mean(const Net&, Particles&, size_t) {}
};

/// The Gibbs chains of all particles: one after the other, or layer by layer.
template <class Net, bool IsLayerByLayer>
struct ParticleChains {
  enum : size_t { depth = Net::depth };

  template <class States, class Part, class Rng>
  static void run(const Net& net, States& states, size_t count, uint16_t steps, const Part*, Rng& rng) {
    for (size_t p = 0; p < count; ++p) {
      for (uint16_t left = steps; left > 0; --left) {
        ParticleLayers<1, depth>::sample(net, states, p, rng);
        ParticleLayers<0, depth>::sample(net, states, p, rng);
      }
      ParticleLayers<1, depth>::mean(net, states, p);
    }
  }
};
template <class Net>
struct ParticleChains<Net, true> {
  enum : size_t { depth = Net::depth };

  template <class States, class Part, class Rng>
  static void run(const Net& net, States& states, size_t count, uint16_t steps, Part* part, Rng& rng) {
    for (uint16_t left = steps; left > 0; --left) {
      BatchLayers<1, depth>::sample(net, states, part->weight_tiles, count, rng);
      BatchLayers<0, depth>::sample(net, states, part->weight_tiles, count, rng);
    }
    BatchLayers<1, depth>::mean(net, states, part->weight_tiles, count);
  }
};

}  // namespace detail
}  // namespace rbm

#endif  // RBM_DEEP_PARTICLES_HPP
