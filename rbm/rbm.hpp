// rbm/rbm.hpp: all of the library, in reading order. A folder includes those above it, and none below.
//
// What computes in double is for hosts, and included by those who want it: evaluation/likelihood.hpp,
// evaluation/ais.hpp, deep/likelihood.hpp.
// SPDX-License-Identifier: MIT

#ifndef RBM_RBM_HPP
#define RBM_RBM_HPP

#include "config.hpp"   // the version; what compilers spell differently
#include "status.hpp"   // how a call says that it failed
#include "storage.hpp"  // Vector, Matrix: plain data

// Numbers: floats and integers, and what is asked of either.
#include "numbers/math.hpp"          // exp, log, sigmoid ... of floats
#include "numbers/random.hpp"        // the generator, and draws from it
#include "numbers/fixed.hpp"         // Fixed<Integer, bits>
#include "numbers/flash.hpp"         // InFlash<Number>: models that stay in flash on AVR
#include "numbers/integer_math.hpp"  // exp, log, sigmoid ... of integers
#include "numbers/number.hpp"        // Arithmetic<Number>, what the rest asks of one
#include "numbers/shares.hpp"        // the shares of many exp(x) in their sum

// Kernels: the hot loops. Here a plain step changes weights, in kernels/update_weights.hpp, and neighbours of them or
// biases, in kernels/update_biases.hpp.
#include "kernels/kernels.hpp"

// Layers: the units, and what was observed of them.
#include "layers/layer.hpp"     // blocks of units; their biases
#include "layers/evidence.hpp"  // what was observed of a layer
#include "layers/binary.hpp"    // Bernoulli, Spin
#include "layers/real.hpp"      // Gaussian, Relu
#include "layers/softmax.hpp"   // groups of which one unit is on
#include "layers/joined.hpp"    // two layers side by side
#include "layers/states.hpp"    // a way through all states of a layer

// The model: its parameters, energies, means and draws.
#include "model/model.hpp"       // Rbm<Visible, Hidden, Number>
#include "model/parameters.hpp"  // walks through them: check, convert
#include "model/mixture.hpp"     // where a mixture starts to learn
#include "model/initialize.hpp"  // where learning starts

// Sampling: fantasies, denoising.
#include "sampling/transposed.hpp"  // a model with a second copy of its weights, for faster chains
#include "sampling/gibbs.hpp"       // GibbsChain, Posterior, denoise
#include "sampling/tempering.hpp"   // other temperatures

// Training: samples -> chains -> statistics -> gradient -> weights.
#include "training/options.hpp"        // learning rate, extras and their settings
#include "training/ways.hpp"           // how the samples of a batch go through a step
#include "training/batches.hpp"        // what draws their states
#include "training/chains.hpp"         // the Gibbs chains of a step
#include "training/update.hpp"         // changes the parameters, plainly
#include "training/gradient_tile.hpp"  // the gradient of a large batch, a tile at a time
#include "training/extras.hpp"         // the same with momentum, penalties or centring
#include "training/averages.hpp"       // the gradient as a difference of two averages
#include "training/exact.hpp"          // the model's averages by enumeration
#include "training/normalizable.hpp"   // bounds weights between real units
#include "training/slices.hpp"         // how a step is left and taken up again
#include "training/trainer.hpp"        // Trainer, OnlineTrainer: step and epoch

// Evaluation: what was learnt.
#include "evaluation/conditional.hpp"  // classify; pseudo-likelihood; couplings

// Deep models: many hidden layers.
#include "deep/layers.hpp"       // Layers<Units...>, and what is kept of each
#include "deep/inputs.hpp"       // what a layer gets from below and from above
#include "deep/mean_field.hpp"   // what hidden layers make of v
#include "deep/dbm.hpp"          // Dbm<Layers<...>, Number>, deep Boltzmann machines
#include "deep/pair.hpp"         // two neighbouring layers, and their gradient
#include "deep/initialize.hpp"   // where a Dbm starts
#include "deep/batches.hpp"      // a layer of many particles
#include "deep/particles.hpp"    // the Gibbs chains of fantasy particles
#include "deep/pair_update.hpp"  // the change of two layers, and of all
#include "deep/dbm_trainer.hpp"  // DbmTrainer: step and epoch
#include "deep/dbn.hpp"          // Dbn<Layers<...>, Number, Label>, deep belief networks; DbnChain
#include "deep/pretrainer.hpp"   // Pretrainer: a layer at a time

#endif  // RBM_RBM_HPP
