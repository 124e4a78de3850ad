// rbm/model/inputs.hpp: from the states of one layer to the inputs of the other, a block of units at a time.
//
// Inputs of a block are on the stack, so that it does not grow with the model, and no array of inputs is kept. Floats
// have room for them where the states will be: there all are summed at once, and rows are gone through once, not once a
// block.
// SPDX-License-Identifier: MIT

#ifndef RBM_MODEL_INPUTS_HPP
#define RBM_MODEL_INPUTS_HPP

#include <stddef.h>

#include "../numbers/number.hpp"
#include "../kernels/kernels.hpp"
#include "../layers/sites.hpp"

namespace rbm {
namespace detail {

/// The bias of each unit, where its input begins.                                                             x [size]
template <class Units, class Layer>
void start_inputs(const Layer& layer, typename Layer::Sum* x) {
  Units::each_block([&](Block block) RBM_ALWAYS_INLINE { layer.start_input(block, x + block.first); });
}

/// Inputs that are there already, which the visitor may overwrite: visit(block, x) with a copy of them.   inputs [size]
template <class Units, class Sum, class Visit>
RBM_INLINE void visit_inputs(const Sum* inputs, const Visit& visit) {
  Units::each_block([&](Block block) RBM_ALWAYS_INLINE {
    Sum x[Units::block_size];
    kernels::convert(inputs + block.first, block.count, x);
    visit(block, x);
  });
}

/// Inputs c_j + sum_i s_i W_ij of all units j, of a matrix [Rows][Columns] and a state [Rows].
template <class Units, size_t Rows, size_t Columns, class Layer, class Weight, class Scalar, class Visit>
RBM_NOINLINE void visit_row_sums(const Layer& layer, const Weight* weights, const Scalar* state, const Visit& visit) {
  Units::each_block([&](Block block) RBM_ALWAYS_INLINE {
    typename Layer::Sum x[Units::block_size];
    layer.start_input(block, x);
    kernels::accumulate<Rows, Columns>(weights + block.first, state, block.count, x);
    visit(block, x);
  });
}

/// Inputs c_i + sum_j W_ij s_j of all units i, of a state [Columns].
template <class Units, size_t Columns, class Layer, class Weight, class Scalar, class Visit>
RBM_NOINLINE void visit_row_products(const Layer& layer, const Weight* weights, const Scalar* state,
                                     const Visit& visit) {
  Units::each_block([&](Block block) RBM_ALWAYS_INLINE {
    typename Layer::Sum x[Units::block_size];
    layer.start_input(block, x);
    kernels::dot_rows<Columns>(weights + block.first * Columns, state, block.count, x);
    visit(block, x);
  });
}

/// visit_row_sums where `scratch` [Columns] is there for the visitor to overwrite, block by block.
template <bool>
struct HasRoom {};

template <class Units, size_t Rows, size_t Columns, class Layer, class Weight, class Scalar, class Visit>
void visit_row_sums(HasRoom<false>, const Layer& layer, const Weight* weights, const Scalar* state, Scalar*,
                    const Visit& visit) {
  visit_row_sums<Units, Rows, Columns>(layer, weights, state, visit);
}
template <class Units, size_t Rows, size_t Columns, class Layer, class Weight, class Scalar, class Visit>
void visit_row_sums(HasRoom<true>, const Layer& layer, const Weight* weights, const Scalar* state, Scalar* scratch,
                    const Visit& visit) {
  start_inputs<Units>(layer, scratch);
  kernels::accumulate<Rows, Columns>(weights, state, Columns, scratch);
  visit_inputs<Units>(static_cast<const Scalar*>(scratch), visit);
}
template <class Units, size_t Rows, size_t Columns, class Layer, class Weight, class Scalar, class Visit>
void visit_row_sums(const Layer& layer, const Weight* weights, const Scalar* state, Scalar* scratch,
                    const Visit& visit) {
  constexpr bool has_room = !Arithmetic<Scalar>::is_fixed && Columns > size_t{kernels::block_size};
  visit_row_sums<Units, Rows, Columns>(HasRoom<has_room>(), layer, weights, state, scratch, visit);
}

}  // namespace detail
}  // namespace rbm

#endif  // RBM_MODEL_INPUTS_HPP
