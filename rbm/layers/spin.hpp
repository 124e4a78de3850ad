// rbm/layers/spin.hpp: units that point down or up.
// SPDX-License-Identifier: MIT

#ifndef RBM_LAYERS_SPIN_HPP
#define RBM_LAYERS_SPIN_HPP

#include "bias.hpp"
#include "states.hpp"
#include "evidence.hpp"

namespace rbm {

/// `Length` units that are -1 or +1: A(s) = -c s, p(s = +1 | x) = sigmoid(2 x), mean tanh(x). States between count as
/// means.
template <size_t Length>
struct Spin : detail::TwoStates<Length, -1> {
  template <class Scalar>
  using Layer = detail::BiasLayer<Spin, Scalar>;

  template <class Scalar>
  using Evidence = detail::FlipEvidence<Scalar, Length, -1>;

  template <size_t Count, class Scalar, class Sum>
  static typename Arithmetic<Scalar>::Wide cumulant(const Sum* x) {
    typename Arithmetic<Scalar>::Wide sum(0);
    for (size_t i = 0; i < Count; ++i) sum += Arithmetic<Scalar>::log_two_cosh(x[i]);
    return sum;
  }

  template <size_t Count, class Scalar, class Sum>
  static void mean(const Sum* RBM_RESTRICT x, Scalar* RBM_RESTRICT s) {
    kernels::binary_means<Count, -1>(x, Count, s);
  }

  template <size_t Count, class Scalar, class Sum, class Rng>
  static void sample(const Sum* RBM_RESTRICT x, Scalar* RBM_RESTRICT s, Rng& rng) {
    kernels::sample_binary<Count, -1>(x, Count, s, rng);
  }

  /// Up with probability 1/2.
  template <class Scalar, class Rng>
  static void noise(Scalar* s, Rng& rng) {
    kernels::draw_fair<-1>(s, Length, rng);
  }

  /// artanh(m), with the probability of up, (1 + m) / 2, held in [margin, 1 - margin].
  template <class Scalar, class Mean>
  static typename Arithmetic<Scalar>::Wide bias_of_mean(Mean m, Mean margin) {
    typedef typename Arithmetic<Scalar>::Wide Wide;
    return Wide(1) / Wide(2) * Arithmetic<Scalar>::template log_odds_of_mean<-1>(m, margin);
  }
};

}  // namespace rbm

#endif  // RBM_LAYERS_SPIN_HPP
