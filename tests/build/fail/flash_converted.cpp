// error: rbm: a model in flash cannot be written
// SPDX-License-Identifier: MIT

#include "../../../rbm/rbm.hpp"

typedef rbm::Rbm<rbm::Bernoulli<2>, rbm::Bernoulli<2>, rbm::InFlash<float>> Flash;
typedef rbm::Rbm<rbm::Bernoulli<2>, rbm::Bernoulli<2>> Model;

rbm::Status fill(const Model& from, Flash& to, size_t& saturated);
rbm::Status fill(const Model& from, Flash& to, size_t& saturated) { return rbm::convert(from, to, saturated); }
