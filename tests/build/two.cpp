// The other translation unit: instantiations that the first one has, too, and a main.
// SPDX-License-Identifier: MIT

#include "everything.hpp"

typedef rbm::Rbm<rbm::Bernoulli<13>, rbm::Bernoulli<37>> Odd;
typedef rbm::Rbm<rbm::Bernoulli<64>, rbm::Bernoulli<16>> Even;
typedef rbm::Rbm<rbm::Bernoulli<2>, rbm::Bernoulli<3>> Small;

float use_odd(Odd& model, const Odd::VisibleState* samples, size_t count);
float use_even(Even& model, const Even::VisibleState* samples, size_t count);
extern const Small constant_model;

static Odd odd;
static Even even;
static Odd::VisibleState odd_samples[10];
static Even::VisibleState even_samples[10];

int main() {
  const float here = use_model<Even, 10, rbm::plain>(even, 2, even_samples, 10);
  const float there = use_odd(odd, odd_samples, 10) + use_even(even, even_samples, 10);
  const Small::VisibleState v = {{1, 0}};
  return rbm::is_finite(here) && rbm::is_finite(there) && rbm::is_finite(constant_model.free_energy(v)) ? 0 : 1;
}
