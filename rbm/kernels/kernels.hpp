// rbm/kernels/kernels.hpp: the hot loops, and nothing else.
//
// Weights are rows of a matrix [VisibleSize][HiddenSize], row i the weights of visible unit i. Each operation has one
// body in Lanes (simd.hpp, processors.hpp), for whatever vectors there are, and one for chips without:
//
//   accumulate       x_j += sum_i s_i W_ij       rows of the units that are on (active.hpp)
//   dot_rows         x_i += sum_j W_ij s_j       in 16 partial sums, whose order belongs to the design
//   update_weights   W_ij += rate (statistics)   one of three changes a row
//   update_biases    c_i += rate (statistics)
//   update_binary    both, of one sample in 8 bits whose units are off or on
//   draws            means and draws of units of two states (probabilities.hpp)
//   batches          these sums where a large batch shares what was fetched from a far cache
//   products         sum_s v_si h_sj over many samples
//   tables           these sums for many states of units that are off or on; update_batches makes their changes
//
// Which code runs, by number type and processor (without an FPU floats take plain loops):
//
//                    floats                        integers, vectors                integers, no vectors
//   accumulate       accumulate_in_lanes           accumulate_in_lanes              rows; AVR: accumulate_eight
//   dot_rows         dot_some_rows                 dot_ternary_rows, dot_integers   add_listed_columns, of four rows
//   tables           AddChosen                     AddChosen                        floats: add_four
//   update_weights   UpdateColumns; of batches     update_rows_of_one; of batches   update_row
//                    add_states, add_sums          add_states, update_rows_of_batch
//   update_biases    a plain loop                  AddRounded                       update_biases_sized
//   update_binary    -                             MoveBinaryColumns                move_columns, of a list
//   draws            SigmoidColumns, DrawColumns   FixedMeanColumns,                one unit at a time
//                                                  FixedDrawColumns
// SPDX-License-Identifier: MIT

#ifndef RBM_KERNELS_KERNELS_HPP
#define RBM_KERNELS_KERNELS_HPP

#include "accumulate.hpp"
#include "active.hpp"
#include "batches.hpp"
#include "dot_rows.hpp"
#include "draws.hpp"
#include "probabilities.hpp"
#include "processors.hpp"
#include "products.hpp"
#include "simd.hpp"
#include "statistics.hpp"
#include "tables.hpp"
#include "update_batches.hpp"
#include "update_biases.hpp"
#include "update_binary.hpp"
#include "update_weights.hpp"

#endif  // RBM_KERNELS_KERNELS_HPP
