// rbm/layers/bernoulli.hpp: units that are off or on.
// SPDX-License-Identifier: MIT

#ifndef RBM_LAYERS_BERNOULLI_HPP
#define RBM_LAYERS_BERNOULLI_HPP

#include "bias.hpp"
#include "evidence.hpp"
#include "sites.hpp"

namespace rbm {

/// `Length` units that are 0 or 1: A(s) = -c s, p(s = 1 | x) = sigmoid(x). States between 0 and 1 count as means.
template <size_t Length>
struct Bernoulli : detail::TwoStates<Length, 0> {
  template <class Scalar>
  using Layer = detail::BiasLayer<Bernoulli, Scalar>;

  template <class Scalar>
  using Evidence = detail::FlipEvidence<Scalar, Length, 0>;

  template <class Scalar, class Sum>
  static typename Arithmetic<Scalar>::Energy cumulant(size_t count, const Sum* x) {
    typename Arithmetic<Scalar>::Energy sum(0);
    for (size_t i = 0; i < count; ++i) sum += Arithmetic<Scalar>::softplus(x[i]);
    return sum;
  }

  /// ln(p / (1 - p)), with p clamped to [margin, 1 - margin].
  template <class Scalar, class Mean>
  static typename Arithmetic<Scalar>::Energy bias_of_mean(Mean p, Mean margin) {
    return Arithmetic<Scalar>::template log_odds_of_mean<0>(p, margin);
  }
};

}  // namespace rbm

#endif  // RBM_LAYERS_BERNOULLI_HPP
