// error: deleted
// SPDX-License-Identifier: MIT

#include "../../../rbm/rbm.hpp"

typedef rbm::Rbm<rbm::Bernoulli<1>, rbm::Bernoulli<1>, rbm::InFlash<rbm::Fixed<int8_t, 5>>> Model;

extern const Model model;
const Model model RBM_IN_FLASH = {{{1.0f}}, {{{0}}}, {{{0}}}};
