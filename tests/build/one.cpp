// One of two translation units that include everything and link together. Its objects are searched for symbols.
// SPDX-License-Identifier: MIT

#include "everything.hpp"

typedef rbm::Rbm<rbm::Bernoulli<13>, rbm::Bernoulli<37>> Odd;
typedef rbm::Rbm<rbm::Bernoulli<64>, rbm::Bernoulli<16>> Even;
typedef rbm::Rbm<rbm::Bernoulli<2>, rbm::Bernoulli<3>> Small;

// A trained model that a firmware image keeps in read-only memory.
extern const Small constant_model;
const Small constant_model = {{{1, 2, 3, 4, 5, 6}}, {{{7, 8}}}, {{{9, 10, 11}}}};

float use_odd(Odd& model, const Odd::VisibleState* samples, size_t count);
float use_odd(Odd& model, const Odd::VisibleState* samples, size_t count) {
  return use_everything<Odd, 1>(model, 1, samples, count) + use_all_units(1);
}

float use_even(Even& model, const Even::VisibleState* samples, size_t count);
float use_even(Even& model, const Even::VisibleState* samples, size_t count) {
  return use_everything<Even, 10>(model, 2, samples, count);
}
