// rbm/training/gradient_tile.hpp: the gradient of a large batch, a tile of the weights at a time.
//
// A tile is small enough to stay near the processor while it is summed, and large enough for what its rows share: the
// samples in which their units are on, or a table of the hidden states.
// SPDX-License-Identifier: MIT

#ifndef RBM_TRAINING_GRADIENT_TILE_HPP
#define RBM_TRAINING_GRADIENT_TILE_HPP

#include <stddef.h>
#include <stdint.h>

#include "../config.hpp"
#include "../kernels/kernels.hpp"
#include "../layers/layer.hpp"
#include "../numbers/fixed.hpp"
#include "../numbers/number.hpp"
#include "options.hpp"
#include "ways.hpp"

namespace rbm {
namespace detail {

/// Whether the change of the weights is not the plain one.
constexpr bool has_extra_update(unsigned extras) {
  return (extras & (centred | with_momentum | penalised | exact)) != 0;
}

/// Whether the gradient of a batch is summed tile by tile where its visible units are off or on: of integers by tables,
/// and where extras change what is made of it.
template <class Model, size_t Batch, unsigned extras>
constexpr bool has_gradient_tile() {
  return Batch >= many_samples && Model::Visible::is_binary && !has(extras, exact) &&
         (Arithmetic<typename Model::Scalar>::is_fixed ? way_of<Model, Batch>() == Way::by_tables
                                                       : has_extra_update(extras));
}

template <class Model, size_t Batch, unsigned extras>
constexpr bool has_differences() {
  return kernels::has_unit_bits && has_gradient_tile<Model, Batch, extras>() && has_extra_update(extras);
}

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

/// What extras need for all tiles: how far data and model are apart, in sums of v and means of h, and the change of the
/// hidden biases.
template <class Model>
struct Differences {
  typedef typename Arithmetic<typename Model::Scalar>::Delta Delta;

  typename Model::Sum visible[Model::visible_size] = {};
  Delta hidden[Model::hidden_size] = {}, hidden_change[Model::hidden_size] = {};
};

/// Makes the gradient of 64 rows from `row` on, of a block of hidden units. Null where a row is summed at a time, also
/// for softmax groups of more than 32 units.
template <class Trainer, bool HasTile>
struct TileMaker {
  static RBM_INLINE void fetch(const typename Trainer::Model::Scalar*, size_t) {}

  template <class Batch>
  static RBM_INLINE const typename Trainer::Model::Sum* make(Trainer&, const Batch&, Block, size_t, size_t) {
    return nullptr;
  }
};

#ifdef RBM_HAS_WIDE_LOOPS
template <class Trainer>
struct TileMaker<Trainer, true> {
  typedef typename Trainer::Model Model;
  typedef typename Model::Sum Sum;
  enum : size_t {
    most = size_t{Model::Hidden::block_size} <= GradientTile<Model>::columns ? size_t{Model::Hidden::block_size} : 1,
    tail = Model::hidden_size % most
  };

  /// Asks for a part of a row while the gradient is made: processors do not foresee that the rows come in parts.
  static RBM_INLINE void fetch(const typename Model::Scalar* weights, size_t count) {
    for (size_t j = 0; j < count; j += 64 / sizeof *weights) __builtin_prefetch(weights + j, 1);
    __builtin_prefetch(weights + count - 1, 1);
  }

  static const Sum* make(Trainer& trainer, const Statistics<Model>& batch, Block block, size_t row, size_t rows) {
    Sum* const gradient = part_of<GradientTile<Model>>(&trainer)->gradient;
    if (block.count == most) {
      fill<most>(trainer, batch, row, rows, block.first, gradient);
    } else if (block.count == tail) {
      fill<(tail > 0 ? size_t{tail} : 1)>(trainer, batch, row, rows, block.first, gradient);
    } else {
      return nullptr;
    }
    return gradient;
  }

 private:
  template <size_t Columns>
  static void fill(Trainer&, const kernels::Statistics<float, Model::visible_size, Model::hidden_size>& batch,
                   size_t row, size_t rows, size_t first, float* gradient) {
    kernels::make_gradient<Columns>(batch, row, rows, first, gradient);
  }
  template <size_t Columns, class Batch, class Integer, int FractionBits>
  static void fill(Trainer& trainer, const Batch& batch, size_t row, size_t rows, size_t first,
                   Fixed<Integer, FractionBits>* gradient) {
    uint64_t seen[64];
    kernels::make_gradient<Columns>(batch, row, rows, first, gradient, seen,
                                    part_of<typename Trainer::Tables>(&trainer)->table);
  }
};
#endif

}  // namespace detail
}  // namespace rbm

#endif  // RBM_TRAINING_GRADIENT_TILE_HPP
