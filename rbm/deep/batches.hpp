// rbm/deep/batches.hpp: the inputs, draws and means of one layer of many states, of floats.
//
// The inputs of all states are summed in the place of the states that will be drawn, so that weights which were fetched
// from a far cache serve all of them.
// SPDX-License-Identifier: MIT

#ifndef RBM_DEEP_BATCHES_HPP
#define RBM_DEEP_BATCHES_HPP

#include <stddef.h>

#include "../config.hpp"
#include "../kernels/kernels.hpp"
#include "../layers/layer.hpp"
#include "../model/model.hpp"
#include "../training/batches.hpp"
#include "../training/options.hpp"
#include "../training/ways.hpp"
#include "layers.hpp"
#include "pair.hpp"

namespace rbm {
namespace detail {

/// Part: of two layers a tile of the weights between them, where `Count` states share it.
template <class Scalar, size_t Count>
struct TilePart {
  template <class Below, class Above>
  struct Of {
    typedef Optional<kernels::Tile<Below::size, Above::size>, is_tiled<Rbm<Below, Above, Scalar>, Count>()> Type;
  };
};

/// What a neighbour adds to the inputs x of all states; nothing where there is no such layer.
template <size_t k, bool IsThere>
struct BatchFromBelow {
  template <class Net, class States, class State>
  static void add(const Net& net, const States& states, size_t count, State* x) {
    const auto* const weights = net.template weights<k - 1>().values;
    const auto* const below = At<k - 1>::of(states).values;
    if (is_dense<Pair<Net, k - 1>>()) {
      kernels::accumulate_dense_batch(weights, below, count, x);
    } else {
      kernels::accumulate_batch(weights, below, count, x);
    }
  }
};
template <size_t k>
struct BatchFromBelow<k, false> {
  template <class Net, class States, class State>
  static void add(const Net&, const States&, size_t, State*) {}
};
template <size_t k, bool IsThere>
struct BatchFromAbove {
  template <class Net, class States, class Tiles, class State>
  static void add(const Net& net, const States& states, Tiles& tiles, size_t count, State* x) {
    typedef typename Net::template UnitsOf<k> Below;
    typedef typename Net::template UnitsOf<k + 1> Above;
    const auto* const weights = net.template weights<k>().values;
    const auto* const above = At<k + 1>::of(states).values;
    auto* const tile = part_of<kernels::Tile<Below::size, Above::size>>(&At<k>::of(tiles));
    if (tile != nullptr) {
      kernels::accumulate_columns_of_batch(weights, above, count, x, *tile);
    } else {
      kernels::dot_rows_of_batch(weights, above, count, x);
    }
  }
};
template <size_t k>
struct BatchFromAbove<k, false> {
  template <class Net, class States, class Tiles, class State>
  static void add(const Net&, const States&, Tiles&, size_t, State*) {}
};

/// The layers k, k + 2 ... of `count` states, which are kept in a chain, layer by layer.
template <size_t k, size_t Depth, bool IsThere = (k < Depth)>
struct BatchLayers {
  template <class Net, class States, class Tiles, class Rng>
  static void sample(const Net& net, States& states, Tiles& tiles, size_t count, Rng& rng) {
    typedef typename Net::template UnitsOf<k> Units;
    typedef DrawnUnits<Units, drawn_together<Units, float>()> Drawn;
    float* const s = sum_inputs(net, states, tiles, count);
    each_input_of_batch<Units>(static_cast<const float*>(s), count, s,
                               [&](size_t at, Block block, const float* x) RBM_ALWAYS_INLINE {
                                 Drawn::sample(net.template layer<k>(), block, x, s + at, rng);
                               });
    BatchLayers<k + 2, Depth>::sample(net, states, tiles, count, rng);
  }
  template <class Net, class States, class Tiles>
  static void mean(const Net& net, States& states, Tiles& tiles, size_t count) {
    typedef typename Net::template UnitsOf<k> Units;
    typedef DrawnUnits<Units, drawn_together<Units, float>()> Drawn;
    float* const s = sum_inputs(net, states, tiles, count);
    each_input_of_batch<Units>(static_cast<const float*>(s), count, s,
                               [&](size_t at, Block block, const float* x)
                                   RBM_ALWAYS_INLINE { Drawn::mean(net.template layer<k>(), block, x, s + at); });
    BatchLayers<k + 2, Depth>::mean(net, states, tiles, count);
  }

 private:
  template <class Net, class States, class Tiles>
  static float* sum_inputs(const Net& net, States& states, Tiles& tiles, size_t count) {
    auto* const x = At<k>::of(states).values;
    start_inputs<typename Net::template UnitsOf<k>>(net.template layer<k>(), count, x->values);
    BatchFromBelow<k, (k > 0)>::add(net, states, count, x);
    BatchFromAbove<k, (k + 1 < Depth)>::add(net, states, tiles, count, x);
    return x->values;
  }
};
template <size_t k, size_t Depth>
struct BatchLayers<k, Depth, false> {
  template <class Net, class States, class Tiles, class Rng>
  static void sample(const Net&, States&, Tiles&, size_t, Rng&) {}
  template <class Net, class States, class Tiles>
  static void mean(const Net&, States&, Tiles&, size_t) {}
};

}  // namespace detail
}  // namespace rbm

#endif  // RBM_DEEP_BATCHES_HPP
