// rbm/layers/spin.hpp: units that point down or up.
// SPDX-License-Identifier: MIT

#ifndef RBM_LAYERS_SPIN_HPP
#define RBM_LAYERS_SPIN_HPP

#include "bias.hpp"
#include "evidence.hpp"
#include "sites.hpp"

namespace rbm {

/// `Length` units that are -1 or +1: A(s) = -c s, p(s = +1 | x) = sigmoid(2 x), mean tanh(x). States between count as
/// means.
template <size_t Length>
struct Spin : detail::TwoStates<Length, -1> {
  template <class Scalar>
  using Layer = detail::BiasLayer<Spin, Scalar>;

  template <class Scalar>
  using Evidence = detail::FlipEvidence<Scalar, Length, -1>;

  template <class Scalar, class Sum>
  static typename Arithmetic<Scalar>::Energy cumulant(size_t count, const Sum* x) {
    typename Arithmetic<Scalar>::Energy sum(0);
    for (size_t i = 0; i < count; ++i) sum += Arithmetic<Scalar>::log_two_cosh(x[i]);
    return sum;
  }

  /// artanh(m), with the probability of up, (1 + m) / 2, clamped to [margin, 1 - margin].
  template <class Scalar, class Mean>
  static typename Arithmetic<Scalar>::Energy bias_of_mean(Mean m, Mean margin) {
    typedef typename Arithmetic<Scalar>::Energy Energy;
    return Energy(1) / Energy(2) * Arithmetic<Scalar>::template log_odds_of_mean<-1>(m, margin);
  }
};

}  // namespace rbm

#endif  // RBM_LAYERS_SPIN_HPP
