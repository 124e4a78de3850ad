// The table of README.md: bytes of RAM by shape, as sizeof tells them. `make memory` prints it.
// SPDX-License-Identifier: MIT

#include "../../rbm/rbm.hpp"

#include <cstdio>

namespace {

template <size_t V, size_t H>
void print() {
  typedef rbm::Rbm<rbm::Bernoulli<V>, rbm::Bernoulli<H>> Model;
  std::printf("| %zu x %zu | %zu | %zu | %zu | %zu | %zu |\n", V, H, sizeof(Model), sizeof(rbm::OnlineTrainer<Model>),
              sizeof(rbm::Trainer<Model, 10>), sizeof(rbm::GibbsChain<Model>), sizeof(rbm::Posterior<Model>));
}

template <size_t V, size_t H1, size_t H2>
void print_deep() {
  typedef rbm::Layers<rbm::Bernoulli<V>, rbm::Bernoulli<H1>, rbm::Bernoulli<H2>> Layers;
  typedef rbm::Dbm<Layers> Net;
  typedef rbm::Dbn<Layers> Stack;
  std::printf("| %zu-%zu-%zu | %zu | %zu | %zu | %zu | %zu | %zu |\n", V, H1, H2, sizeof(Net),
              sizeof(rbm::DbmTrainer<Net, 10>), sizeof(rbm::GibbsChain<Net>), sizeof(Stack),
              sizeof(rbm::Pretrainer<Stack, 1>), sizeof(rbm::DbnChain<Stack>));
}

}  // namespace

int main() {
  std::printf("| units | model | `OnlineTrainer` | `Trainer` of 10 | `GibbsChain` | `Posterior` |\n");
  std::printf("|---|---|---|---|---|---|\n");
  print<16, 8>();
  print<64, 16>();
  print<64, 64>();
  print<784, 128>();
  print_deep<64, 16, 8>();
  print_deep<64, 16, 16>();
  print_deep<784, 500, 200>();
  return 0;
}
