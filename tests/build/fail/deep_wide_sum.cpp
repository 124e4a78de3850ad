// error: rbm: two neighbours of a layer this large can overflow the 32-bit sums of a Fixed<int16_t, bits>
// SPDX-License-Identifier: MIT

#include "../../../rbm/rbm.hpp"
static rbm::Dbm<rbm::Layers<rbm::Gaussian<4096>, rbm::Spin<2>, rbm::Bernoulli<4095>>, rbm::Fixed<int16_t, 12>> net;
