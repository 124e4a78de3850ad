// error: Xorshift32
// SPDX-License-Identifier: MIT
#include "../../../rbm/rbm.hpp"
int main() {
  rbm::Xorshift32 rng;
  return rng() == 0;
}
