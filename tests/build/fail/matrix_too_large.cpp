// error: a matrix this large does not fit into the address space
// SPDX-License-Identifier: MIT
#include "../../../rbm/rbm.hpp"
enum : size_t { root = size_t{1} << 4 * sizeof(size_t) };  // of 2^bits: the number of elements wraps to 4 root
static rbm::Matrix<int8_t, root + 4, root> weights;
