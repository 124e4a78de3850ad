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

}  // namespace

int main() {
  std::printf("| units | model | `OnlineTrainer` | `Trainer` of 10 | `GibbsChain` | `Posterior` |\n");
  std::printf("|---|---|---|---|---|---|\n");
  print<16, 8>();
  print<64, 16>();
  print<64, 64>();
  print<784, 128>();
  return 0;
}
