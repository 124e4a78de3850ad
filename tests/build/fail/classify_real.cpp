// error: rbm: the conditional of a site needs visible units with a finite number of states
// SPDX-License-Identifier: MIT
#include "../../../rbm/rbm.hpp"
typedef rbm::Rbm<rbm::Gaussian<4>, rbm::Bernoulli<3>> Model;
static Model model;
int main() {
  const Model::VisibleState v = {};
  rbm::Vector<float, 2> p;
  return rbm::classify(model, v, 0, p) == rbm::Status::ok;
}
