// Learns one pattern of two from noise: the smallest program that uses the library from outside.
// SPDX-License-Identifier: MIT

#include <rbm/rbm.hpp>

#include <cstdio>

typedef rbm::Rbm<rbm::Bernoulli<6>, rbm::Bernoulli<3>> Model;

static Model model;
static rbm::OnlineTrainer<Model> trainer;

int main() {
  rbm::Xorshift32 rng(42);
  const Model::VisibleState patterns[] = {{{1, 1, 1, 0, 0, 0}}, {{0, 0, 0, 1, 1, 1}}};
  const Model::VisibleState strange = {{1, 0, 1, 0, 1, 0}};
  rbm::initialize(model, rng);
  for (int step = 0; step < 4000; ++step) {
    if (trainer.step(model, patterns[step % 2], rng) != rbm::Status::ok) return 1;
  }
  const float familiar = model.free_energy(patterns[0]);
  std::printf("free energy of a pattern %.2f, of a strange state %.2f\n", static_cast<double>(familiar),
              static_cast<double>(model.free_energy(strange)));
  return familiar + 2 < model.free_energy(strange) ? 0 : 1;
}
