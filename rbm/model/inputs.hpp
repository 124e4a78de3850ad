// rbm/model/inputs.hpp: from the states of one layer to the inputs of the other.
//
// An input is the bias of a unit and the weighted sum of the other layer. Inputs come a block of units at a time, on
// the stack, so that no array of them is kept. Floats are summed in the array that will hold the states, so that each
// row of the weights is read once for a state or a batch of them, instead of once for each block.
// SPDX-License-Identifier: MIT

#ifndef RBM_MODEL_INPUTS_HPP
#define RBM_MODEL_INPUTS_HPP

#include <stddef.h>

#include "../kernels/kernels.hpp"
#include "../layers/sites.hpp"
#include "../numbers/number.hpp"

namespace rbm {
namespace detail {

/// Inputs c_j + sum_i s_i W_ij of units j, given a state s [Rows] and a matrix [Rows][Units::size]; `on`, unless it is
/// null, says which units i are on.                                                                    x [block.count]
template <class Units, size_t Rows, class Layer, class Weight, class Scalar>
RBM_INLINE void sum_rows(const Layer& layer, const Weight* weights, const Scalar* s, Block block,
                         typename Layer::Sum* x, const kernels::Active<Rows>* on = nullptr) {
  layer.start_input(block, x);
  kernels::accumulate<Rows, Units::size>(on, weights + block.first, s, block.count, x);
}

/// Inputs c_i + sum_j W_ij s_j of units i, given a state s [Columns] and a matrix [size][Columns].      x [block.count]
template <size_t Columns, class Layer, class Weight, class Scalar>
RBM_INLINE void dot_rows(const Layer& layer, const Weight* weights, const Scalar* s, Block block,
                         typename Layer::Sum* x) {
  layer.start_input(block, x);
  kernels::dot_rows<Columns>(weights + block.first * Columns, s, block.count, x);
}

/// The inputs that sum_rows gives, of floats summed for all units first, in `scratch` [Units::size], whose blocks may
/// be overwritten once they were read.
template <class Units, size_t Rows, class Layer, class Weight, class Scalar,
          bool IsSummed = !Arithmetic<Scalar>::is_fixed && (size_t{Units::size} > kernels::block_size)>
class RowSums {
 public:
  RBM_INLINE RowSums(const Layer& for_layer, const Weight* matrix, const Scalar* state, Scalar*,
                     const kernels::Active<Rows>* units = nullptr)
      : layer(for_layer), weights(matrix), s(state), on(units) {}

  RBM_INLINE void get(Block block, typename Layer::Sum* x) const {
    sum_rows<Units, Rows>(layer, weights, s, block, x, on);
  }

 private:
  const Layer& layer;
  const Weight* weights;
  const Scalar* s;
  const kernels::Active<Rows>* on;
};

template <class Units, size_t Rows, class Layer, class Weight, class Scalar>
class RowSums<Units, Rows, Layer, Weight, Scalar, true> {
 public:
  RBM_INLINE RowSums(const Layer& layer, const Weight* weights, const Scalar* s, Scalar* scratch,
                     const kernels::Active<Rows>* on = nullptr)
      : sums(scratch) {
    for (Block block : Blocks<Units>()) layer.start_input(block, scratch + block.first);
    kernels::accumulate<Rows, Units::size>(on, weights, s, Units::size, scratch);
  }

  RBM_INLINE void get(Block block, typename Layer::Sum* x) const {
    kernels::convert(sums + block.first, block.count, x);
  }

 private:
  const Scalar* sums;
};

}  // namespace detail
}  // namespace rbm

#endif  // RBM_MODEL_INPUTS_HPP
