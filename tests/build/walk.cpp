// A step of learning and one of sampling, with every function that they enter and leave written to standard output:
// floors.sh reads it.
// SPDX-License-Identifier: MIT

#include <cstdio>

#include "../../rbm/rbm.hpp"

namespace {
bool tracing = false;
}

extern "C" {
__attribute__((no_instrument_function)) void __cyg_profile_func_enter(void*, void*);
__attribute__((no_instrument_function)) void __cyg_profile_func_exit(void*, void*);
void __cyg_profile_func_enter(void* function, void*) {
  if (tracing) std::printf("> %p\n", function);
}
void __cyg_profile_func_exit(void* function, void*) {
  if (tracing) std::printf("< %p\n", function);
}
}

typedef rbm::Rbm<rbm::Bernoulli<64>, rbm::Bernoulli<48>, NUMBER> Model;
static Model model;
static rbm::OnlineTrainer<Model> trainer;
static rbm::Trainer<Model, 64, rbm::persistent> batch_trainer;
static rbm::Posterior<Model> posterior;
static rbm::Xorshift32 rng{42};
static Model::VisibleState samples[2];

int main() {
  rbm::initialize(model, rng);
  for (Model::VisibleState& v : samples) {
    for (Model::Scalar& unit : v) unit = Model::Scalar(static_cast<int>(rng() >> 31));
  }
  tracing = true;
  bool ok = trainer.step(model, samples[0], rng) == rbm::Status::ok;
  ok = ok && batch_trainer.step(model, samples, 2, rng) == rbm::Status::ok;
  ok = ok && rbm::denoise(model, samples[0], 0.1f, 1, 1, posterior, rng) == rbm::Status::ok;
  tracing = false;
  return ok ? 0 : 1;
}
