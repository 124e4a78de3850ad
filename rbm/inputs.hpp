// rbm/inputs.hpp: from the states of one layer to the inputs of the other, a block of units at a time.
//
// A visitor is called as visitor(block, first, x) with the inputs x [Block::count] of the units from `first` on, and
// hands them with the block to the layer's functions. Blocks are small and live on the stack, so that it does not grow
// with the model, and no array of inputs is kept.
// SPDX-License-Identifier: MIT

#ifndef RBM_INPUTS_HPP
#define RBM_INPUTS_HPP

#include <stddef.h>

#include "arithmetic.hpp"
#include "kernels.hpp"

namespace rbm {
namespace detail {

/// The bias of each unit, where its input begins.
template <class Layer>
struct StartInputs {
  const Layer& layer;
  typename Layer::Sum* x;  // of all units

  template <class Block>
  void operator()(Block block, size_t first) {
    layer.start_input(block, first, x + first);
  }
};

/// Inputs that are there already.
template <class Sum, class Visitor>
struct VisitInputs {
  const Sum* inputs;  // of all units
  Visitor& visitor;

  template <class Block>
  void operator()(Block block, size_t first) {
    Sum x[Block::count];
    kernels::convert(inputs + first, Block::count, x);
    visitor(block, first, x);
  }
};

template <class Layer, class Weight, class Scalar, class Visitor, size_t Rows, size_t Columns>
struct SumRows {
  const Layer& layer;
  const Weight* weights;
  const Scalar* state;
  Visitor& visitor;

  template <class Block>
  void operator()(Block block, size_t first) {
    typename Layer::Sum x[Block::count];
    layer.start_input(block, first, x);
    kernels::accumulate<Rows, Columns>(weights + first, state, Block::count, x);
    visitor(block, first, x);
  }
};

template <class Layer, class Weight, class Scalar, class Visitor, size_t Columns>
struct MultiplyRows {
  const Layer& layer;
  const Weight* weights;
  const Scalar* state;
  Visitor& visitor;

  template <class Block>
  void operator()(Block block, size_t first) {
    typename Layer::Sum x[Block::count];
    layer.start_input(block, first, x);
    kernels::dot_rows<Columns>(weights + first * Columns, state, Block::count, x);
    visitor(block, first, x);
  }
};

/// Inputs c_j + sum_i s_i W_ij of all units j, of a matrix [Rows][Columns] and a state [Rows].
template <class Units, size_t Rows, size_t Columns, class Layer, class Weight, class Scalar, class Visitor>
RBM_NOINLINE void visit_row_sums(const Layer& layer, const Weight* weights, const Scalar* state, Visitor& visitor) {
  SumRows<Layer, Weight, Scalar, Visitor, Rows, Columns> walk = {layer, weights, state, visitor};
  Units::walk(0, walk);
}

/// Inputs c_i + sum_j W_ij s_j of all units i, of a state [Columns].
template <class Units, size_t Columns, class Layer, class Weight, class Scalar, class Visitor>
RBM_NOINLINE void visit_row_products(const Layer& layer, const Weight* weights, const Scalar* state, Visitor& visitor) {
  MultiplyRows<Layer, Weight, Scalar, Visitor, Columns> walk = {layer, weights, state, visitor};
  Units::walk(0, walk);
}

/// All inputs at once, x [Columns], and then visits them.
template <class Units, size_t Rows, size_t Columns, class Layer, class Weight, class Scalar>
void sum_rows(const Layer& layer, const Weight* weights, const Scalar* state, typename Layer::Sum* x) {
  StartInputs<Layer> start = {layer, x};
  Units::walk(0, start);
  kernels::accumulate<Rows, Columns>(weights, state, Columns, x);
}
template <class Units, class Sum, class Visitor>
void visit_inputs(const Sum* x, Visitor& visitor) {
  VisitInputs<Sum, Visitor> visit = {x, visitor};
  Units::walk(0, visit);
}

/// visit_row_sums where `scratch` [Columns] is there for the visitor to overwrite, block by block. A state of floats
/// has room for sums, and with all of them at once rows are gone through once, not once a block.
template <bool>
struct HasRoom {};

template <class Units, size_t Rows, size_t Columns, class Layer, class Weight, class Scalar, class Visitor>
void visit_row_sums(HasRoom<false>, const Layer& layer, const Weight* weights, const Scalar* state, Scalar*,
                    Visitor& visitor) {
  visit_row_sums<Units, Rows, Columns>(layer, weights, state, visitor);
}
template <class Units, size_t Rows, size_t Columns, class Layer, class Weight, class Scalar, class Visitor>
void visit_row_sums(HasRoom<true>, const Layer& layer, const Weight* weights, const Scalar* state, Scalar* scratch,
                    Visitor& visitor) {
  sum_rows<Units, Rows, Columns>(layer, weights, state, scratch);
  visit_inputs<Units>(static_cast<const Scalar*>(scratch), visitor);
}
template <class Units, size_t Rows, size_t Columns, class Layer, class Weight, class Scalar, class Visitor>
void visit_row_sums(const Layer& layer, const Weight* weights, const Scalar* state, Scalar* scratch, Visitor& visitor) {
  constexpr bool has_room = !Arithmetic<Scalar>::is_fixed && Columns > size_t{kernels::block_size};
  visit_row_sums<Units, Rows, Columns>(HasRoom<has_room>(), layer, weights, state, scratch, visitor);
}

/// Visitors: a layer's mean, or a draw, of each block.
template <class Layer>
struct TakeMean {
  const Layer& layer;
  typename Layer::Scalar* state;

  template <class Block>
  void operator()(Block block, size_t first, const typename Layer::Sum* x) {
    layer.mean(block, first, x, state + first);
  }
};

template <class Layer, class Rng>
struct TakeSample {
  const Layer& layer;
  typename Layer::Scalar* state;
  Rng& rng;

  template <class Block>
  void operator()(Block block, size_t first, const typename Layer::Sum* x) {
    layer.sample(block, first, x, state + first, rng);
  }
};

/// A draw, and the mean beside it.
template <class Layer, class Rng>
struct TakeSampleAndMean {
  const Layer& layer;
  typename Layer::Scalar* state;
  typename Layer::Scalar* mean;
  Rng& rng;

  template <class Block>
  void operator()(Block block, size_t first, const typename Layer::Sum* x) {
    layer.sample_with_mean(block, first, x, state + first, mean + first, rng);
  }
};

/// A draw under evidence.
template <class Layer, class Evidence, class Rng>
struct TakeObserved {
  const Layer& layer;
  const Evidence& evidence;
  typename Layer::Scalar* state;
  Rng& rng;

  template <class Block>
  void operator()(Block block, size_t first, typename Layer::Sum* x) {
    evidence.sample(block, layer, first, x, state + first, rng);
  }
};

}  // namespace detail
}  // namespace rbm

#endif  // RBM_INPUTS_HPP
