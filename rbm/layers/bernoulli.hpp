// rbm/layers/bernoulli.hpp: units that are off or on.
// SPDX-License-Identifier: MIT

#ifndef RBM_LAYERS_BERNOULLI_HPP
#define RBM_LAYERS_BERNOULLI_HPP

#include "bias.hpp"
#include "states.hpp"
#include "evidence.hpp"

namespace rbm {

/// N units that are 0 or 1: A(s) = -c s, p(s = 1 | x) = sigmoid(x). States between 0 and 1 count as means.
template <size_t N>
struct Bernoulli : detail::TwoStates<N, 0> {
  template <class Scalar>
  using Layer = detail::BiasLayer<Bernoulli, Scalar>;

  template <class Scalar>
  using Evidence = detail::FlipEvidence<Scalar, N, 0>;

  template <size_t Count, class Scalar, class Sum>
  static Sum cumulant(const Sum* x) {
    Sum sum = 0;
    for (size_t i = 0; i < Count; ++i) sum += Arithmetic<Scalar>::softplus(x[i]);
    return sum;
  }

  template <size_t Count, class Scalar, class Sum>
  static void mean(const Sum* RBM_RESTRICT x, Scalar* RBM_RESTRICT s) {
    for (size_t i = 0; i < Count; ++i) s[i] = Arithmetic<Scalar>::sigmoid(x[i]);
  }

  /// One word of the generator a unit.
  template <size_t Count, class Scalar, class Sum, class Rng>
  static void sample(const Sum* RBM_RESTRICT x, Scalar* RBM_RESTRICT s, Rng& rng) {
    mean<Count>(x, s);
    for (size_t i = 0; i < Count; ++i) s[i] = Arithmetic<Scalar>::bernoulli(s[i], rng);
  }

  /// On with probability 1/2. One word of the generator a unit.
  template <class Scalar, class Rng>
  static void noise(Scalar* s, Rng& rng) {
    for (size_t i = 0; i < N; ++i) s[i] = Arithmetic<Scalar>::bernoulli(Scalar(0.5f), rng);
  }

  /// ln(p / (1 - p)), with p held in [margin, 1 - margin].
  static float bias_of_mean(float p, float margin) {
    const float most = 1.0f - margin;
    return log_odds(p < margin ? margin : p > most ? most : p);
  }
};

}  // namespace rbm

#endif  // RBM_LAYERS_BERNOULLI_HPP
