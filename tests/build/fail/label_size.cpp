// error: rbm: a label has a value for each of its units
// SPDX-License-Identifier: MIT
#include "../../../rbm/rbm.hpp"
typedef rbm::Layers<rbm::Bernoulli<4>, rbm::Bernoulli<3>, rbm::Bernoulli<2>> Layers;
typedef rbm::Dbn<Layers, float, rbm::Softmax<1, 3>> Net;
static Net net;
static rbm::Pretrainer<Net, 1> greedy;
int main() {
  rbm::Xorshift32 rng{1};
  const Net::Sample v = {};
  const rbm::Vector<float, 2> label = {};
  return greedy.step(net, 1, &v, &label, 1, rng) == rbm::Status::ok;
}
