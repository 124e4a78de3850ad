// Everything, for a model of 12 MB: its stack frames must stay small.
// SPDX-License-Identifier: MIT

#include "everything.hpp"

typedef rbm::Rbm<rbm::Bernoulli<2048>, rbm::Bernoulli<1536>> Large;

float use_large(Large& model, const Large::VisibleState* samples, size_t count);
float use_large(Large& model, const Large::VisibleState* samples, size_t count) {
  return use_everything<Large, 10>(model, 1, samples, count);
}
