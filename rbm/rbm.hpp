// rbm/rbm.hpp: all of the library, in reading order, but for what hosts alone can do: likelihood.hpp, ais.hpp.
// SPDX-License-Identifier: MIT

#ifndef RBM_RBM_HPP
#define RBM_RBM_HPP

#include "config.hpp"
#include "status.hpp"
#include "storage.hpp"
#include "math.hpp"
#include "random.hpp"
#include "fixed.hpp"
#include "flash.hpp"
#include "integer_math.hpp"
#include "arithmetic.hpp"
#include "kernels.hpp"
#include "parameters.hpp"
#include "layers.hpp"
#include "inputs.hpp"
#include "model.hpp"
#include "check.hpp"
#include "convert.hpp"
#include "initialize.hpp"
#include "gibbs.hpp"
#include "transposed.hpp"
#include "tempering.hpp"
#include "conditional.hpp"
#include "couplings.hpp"
#include "options.hpp"
#include "gradient.hpp"
#include "layer_by_layer.hpp"
#include "update.hpp"
#include "normalizable.hpp"
#include "training.hpp"

#endif  // RBM_RBM_HPP
