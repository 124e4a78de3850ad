// rbm/rbm.hpp: all of the library, in reading order, but for what hosts alone can do: likelihood.hpp, ais.hpp.
// SPDX-License-Identifier: MIT

#ifndef RBM_RBM_HPP
#define RBM_RBM_HPP

#include "config.hpp"
#include "status.hpp"
#include "storage.hpp"
#include "numbers/math.hpp"
#include "numbers/random.hpp"
#include "numbers/fixed.hpp"
#include "numbers/flash.hpp"
#include "numbers/integer_math.hpp"
#include "numbers/number.hpp"
#include "kernels/kernels.hpp"
#include "model/parameters.hpp"
#include "layers/layers.hpp"
#include "model/inputs.hpp"
#include "model/model.hpp"
#include "model/check.hpp"
#include "model/convert.hpp"
#include "model/initialize.hpp"
#include "sampling/gibbs.hpp"
#include "sampling/transposed.hpp"
#include "sampling/tempering.hpp"
#include "evaluation/conditional.hpp"
#include "evaluation/couplings.hpp"
#include "training/options.hpp"
#include "training/gradient.hpp"
#include "training/layer_by_layer.hpp"
#include "training/rules.hpp"
#include "training/normalizable.hpp"
#include "training/trainer.hpp"

#endif  // RBM_RBM_HPP
