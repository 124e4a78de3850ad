// Everything, for a model of 1.6 MB, or of SCALE^2 times that: its stack frames must stay small, and the same.
// SPDX-License-Identifier: MIT

#include "everything.hpp"

#ifndef SCALE
#define SCALE 1
#endif

typedef rbm::Rbm<rbm::Bernoulli<SCALE * 784>, rbm::Bernoulli<SCALE * 512>> Large;

float use_large(Large& model, const Large::VisibleState* samples, size_t count);
float use_large(Large& model, const Large::VisibleState* samples, size_t count) {
  return use_everything<Large, 10>(model, 1, samples, count);
}
