// error: this generator gives fewer than 32 random bits
// SPDX-License-Identifier: MIT
#include "../../../rbm/rbm.hpp"
typedef rbm::Rbm<rbm::Bernoulli<4>, rbm::Bernoulli<3>, rbm::Fixed<int8_t, 5>> Model;
static Model model;
struct Minstd {
  uint32_t state;
  static constexpr uint32_t(min)() { return 1u; }
  static constexpr uint32_t(max)() { return 2147483646u; }
  uint32_t operator()() { return state = static_cast<uint32_t>(state * uint64_t{48271} % 2147483647); }
};
int main() {
  Minstd rng = {1};
  const Model::VisibleState v = {};
  Model::HiddenState h;
  model.sample_hidden(v, h, rng);
}
