// error: HiddenState
// SPDX-License-Identifier: MIT
#include "../../../rbm/rbm.hpp"
typedef rbm::Rbm<rbm::Bernoulli<4>, rbm::Bernoulli<3>, float> Model;
static Model model;
int main() {
  Model::VisibleState v = {};
  model.mean_hidden(v, v);
}
