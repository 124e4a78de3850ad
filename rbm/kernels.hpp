// rbm/kernels.hpp: the hot loops, and nothing else: sums (kernels/sums.hpp) and changes (kernels/changes.hpp).
//
// Weights are rows of a matrix [VisibleSize][HiddenSize], row i the weights of visible unit i. No vector branches on
// data; a loop over rows skips units that are off, of which binary data has many. A dot product is summed in `lanes`
// partial sums, whose count and order belong to the design: the result is the same for every width of SIMD.
//
// sums.hpp and changes.hpp hold the plain loops, with bounds known at compile time, which GCC and Clang vectorise, for
// every number type and processor. Where they lose by more than 1.3, float_sums.hpp and float_changes.hpp take their
// place, in packs of vectors, or of registers (pack.hpp), and integer_sums.hpp and integer_changes.hpp, or on Helium
// pair_changes.hpp. For batches that go layer by layer there are batch_sums.hpp and batch_changes.hpp; gradient.hpp
// says by what rule.
//
// Fixed models have overloads of the loops in which they differ: where all states are -1, 0 or 1 nothing is multiplied,
// what changes nothing is skipped, and an update is rounded once, stochastically, for all samples of a batch.
// SPDX-License-Identifier: MIT

#ifndef RBM_KERNELS_HPP
#define RBM_KERNELS_HPP

#include "kernels/batch_changes.hpp"
#include "kernels/batch_sums.hpp"
#include "kernels/changes.hpp"
#include "kernels/sums.hpp"

#endif  // RBM_KERNELS_HPP
