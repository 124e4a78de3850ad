// README's first program as it stands there, README_PROGRAM, but started from the seed in the environment's SEED: at
// its end this prints "learned: L nats a picture, N pixels wrong", L the exact log-likelihood of what it was to learn.
// The program's own main() runs, between the constructor and the destructor of a static object that follows its own.
// SPDX-License-Identifier: MIT

#include README_PROGRAM

#include <cstdlib>

#include "rbm/evaluation/likelihood.hpp"

namespace {

struct Harness {
  Harness() { rng = rbm::Xorshift32{seed()}; }
  ~Harness() {
    Model::VisibleState pictures[16];  // all of horizontal bars, equally likely: none can be better than -ln 16
    for (size_t p = 0; p < 16; ++p) {
      for (size_t i = 0; i < 16; ++i) pictures[p][i] = (p >> (i / 4)) % 2 == 1 ? 1.0f : 0.0f;
    }
    static rbm::Likelihood<Model> likelihood;
    double log_partition = 0.0, mean = 0.0;
    if (likelihood.log_partition(model, log_partition) != rbm::Status::ok ||
        likelihood.mean_log_likelihood(model, pictures, 16, log_partition, mean) != rbm::Status::ok) {
      return;
    }
    int wrong = 0;
    for (size_t i = 0; i < 16; ++i) wrong += (posterior.mean[i] > 0.5f) == (i / 4 % 2 == 0) ? 0 : 1;
    std::printf("learned: %.9f nats a picture, %d pixels wrong\n", mean, wrong);
  }
  static uint32_t seed() {
    const char* const text = std::getenv("SEED");
    return text == nullptr ? 0 : static_cast<uint32_t>(std::strtoul(text, nullptr, 10));
  }
} harness;

}  // namespace
