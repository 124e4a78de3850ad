// The other translation unit: the same instantiations again, and a main.
// SPDX-License-Identifier: MIT

#include "everything.hpp"

typedef rbm::Rbm<rbm::Bernoulli<64>, rbm::Bernoulli<16>> Even;
typedef rbm::Rbm<rbm::Bernoulli<2>, rbm::Bernoulli<3>> Small;

float use_even(Even& model, const Even::VisibleState* samples, size_t count);
extern const Small constant_model;

static Even model;
static Even::VisibleState samples[10];

int main() {
  const float here = use_everything<Even, 10>(model, 2, samples, 10);
  const float there = use_even(model, samples, 10);
  const float units = use_all_units(1);
  const Small::VisibleState v = {{1, 0}};
  return rbm::is_finite(here) && rbm::is_finite(there) && rbm::is_finite(units) &&
                 rbm::is_finite(constant_model.free_energy(v))
             ? 0
             : 1;
}
