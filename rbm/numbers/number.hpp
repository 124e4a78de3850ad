// rbm/numbers/number.hpp: what the kernels, layers and trainers ask of a number type.
//
// Arithmetic<Scalar> names the types of what is made of parameters and states, and the operations in which number types
// differ. All else is written once, in terms of these. There are two kinds: real numbers, where all the types are one,
// and integers of 8 or 16 bits. reals.hpp and integers.hpp define it.
//
//   Sum      a unit's input: parameters times states, added
//   Energy   an energy, a temperature
//   Total    a sum of the states of a unit in many samples, exact where the numbers are integers
//   Mean     of data: a total and its count, or their quotient
//   Option   an option of a trainer
//   Rate     what a difference of statistics is multiplied with before it is added to a parameter
//   Delta    the change of a parameter, before it is rounded
//   Factor   at most 1, which a change is multiplied with
// SPDX-License-Identifier: MIT

#ifndef RBM_NUMBERS_NUMBER_HPP
#define RBM_NUMBERS_NUMBER_HPP

#include "integers.hpp"
#include "reals.hpp"

#endif  // RBM_NUMBERS_NUMBER_HPP
