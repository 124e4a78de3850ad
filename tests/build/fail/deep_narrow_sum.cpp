// error: rbm: two neighbours of a layer this large can overflow the 16-bit sums of a Fixed<int8_t, bits>
// SPDX-License-Identifier: MIT

#include "../../../rbm/rbm.hpp"
static rbm::Dbm<rbm::Layers<rbm::Bernoulli<127>, rbm::Spin<2>, rbm::Bernoulli<128>>, rbm::Fixed<int8_t, 5>> net;
