// rbm/layers/layers.hpp: the units of a layer: their parameters, and the functions of them that a model is made of.
//
// A unit with state s and input x, which is its bias c plus the weighted sum of the other layer, contributes A(s) to
// the energy and has p(s | x) = exp(x s - A'(s)) / Z(x), where A'(s) is A(s) without its bias:
//
//   units               s           A(s)                    mean of s given x          Z(x)
//   Bernoulli<N>        0, 1        -c s                    sigmoid(x)                 1 + exp(x)
//   Spin<N>             -1, 1       -c s                    tanh(x)                    2 cosh(x)
//   Gaussian<N>         real        s^2 / (2 var) - c s     var x                      sqrt(2 pi var) exp(var x^2 / 2)
//   Relu<N>             s >= 0      s^2 / 2 - c s           x + phi(x) / Phi(x)        Phi(x) / phi(x)
//   Softmax<Groups, K>  one of K    -c s                    exp(x_k) / sum exp(x)      sum exp(x)
//   Joined<First, Second> the units of one layer, then those of another
//
// A layer of them, Units::Layer<Scalar>, gives
//   start_input  x before the other layer adds to it: the bias
//   cumulant     sum_i ln Z(x_i), which turns a layer that is summed out into a free energy
//   mean         the expectation of s given x
//   sample       a draw of s given x; sample_tempered draws from p(s | x)^t instead, normalised
//   energy       sum_i A_i(s_i)
//   variance_of  the variance in A_i of a real unit; 0 of a unit that has bounds
//   noise        states of units without parameters
// and how its parameters start, learn and are checked against: clear, initialize_unit (moments of data), learn (rate,
// data, model), add_to_bias, learn_variance, check (a state), each_parameter. Units::Evidence<Scalar> is what was
// observed of it, and Units itself says which states there are.
//
// Functions of an input take one block of Blocks<Units> at a time, since no array of all inputs is kept: x, s
// [block.count] belong to the units from block.first on. Other arrays are [size], the whole layer. `block_size` is the
// most units of a block.
// SPDX-License-Identifier: MIT

#ifndef RBM_LAYERS_LAYERS_HPP
#define RBM_LAYERS_LAYERS_HPP

#include "bernoulli.hpp"
#include "gaussian.hpp"
#include "joined.hpp"
#include "relu.hpp"
#include "softmax.hpp"
#include "spin.hpp"

#endif  // RBM_LAYERS_LAYERS_HPP
