// rbm/deep/initialize.hpp: where a deep model starts to learn, and its parameters in other number types.
// SPDX-License-Identifier: MIT

#ifndef RBM_DEEP_INITIALIZE_HPP
#define RBM_DEEP_INITIALIZE_HPP

#include <stddef.h>

#include "../model/initialize.hpp"
#include "../model/parameters.hpp"
#include "../numbers/number.hpp"
#include "../status.hpp"
#include "dbm.hpp"
#include "pair.hpp"

namespace rbm {
namespace detail {

/// Small random weights above layer k and all layers beyond it, which get biases 0 and variances 1.
template <size_t k, size_t Pairs>
struct InitializeAbove {
  template <class Net, class Rng>
  static void run(Net& net, Rng& rng) {
    typedef typename Net::Scalar Scalar;
    for (Scalar& weight : net.template weights<k>().values) weight = Arithmetic<Scalar>::small_normal(rng);
    net.template layer<k + 1>().clear();
    InitializeAbove<k + 1, Pairs>::run(net, rng);
  }
};
template <size_t Pairs>
struct InitializeAbove<Pairs, Pairs> {
  template <class Net, class Rng>
  static void run(Net&, Rng&) {}
};

}  // namespace detail

/// As of an Rbm: small random weights; all biases 0, all variances 1.
template <class AllLayers, class Number, class Rng>
void initialize(Dbm<AllLayers, Number>& net, Rng& rng) {
  typedef Dbm<AllLayers, Number> Net;
  static_assert(!Net::is_in_flash, "rbm: a model in flash cannot be written: initialize one in RAM");
  net.template layer<0>().clear();
  detail::InitializeAbove<0, Net::depth - 1>::run(net, rng);
}

/// As of an Rbm: the biases of layer 0 give each of its units the mean that it has in `count` samples.
template <class AllLayers, class Number, class Rng>
Status initialize(Dbm<AllLayers, Number>& net, const typename Dbm<AllLayers, Number>::Sample* samples, size_t count,
                  Rng& rng) {
  typedef Dbm<AllLayers, Number> Net;
  detail::Pair<Net, 0> lowest(net);
  const Status status = initialize(lowest, samples, count, rng);
  if (status == Status::ok) detail::InitializeAbove<1, Net::depth - 1>::run(net, rng);
  return status;
}

/// As of an Rbm: gives `to` the parameters of `from`, a model of the same units.
template <class AllLayers, class From, class To>
Status convert(const Dbm<AllLayers, From>& from, Dbm<AllLayers, To>& to, size_t& saturated) {
  return detail::convert_parameters<To>(from, to, saturated);
}

}  // namespace rbm

#endif  // RBM_DEEP_INITIALIZE_HPP
