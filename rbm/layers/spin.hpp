// rbm/layers/spin.hpp: units that point down or up.
// SPDX-License-Identifier: MIT

#ifndef RBM_LAYERS_SPIN_HPP
#define RBM_LAYERS_SPIN_HPP

#include "bias.hpp"
#include "states.hpp"
#include "evidence.hpp"

namespace rbm {

/// N units that are -1 or +1: A(s) = -c s, p(s = +1 | x) = sigmoid(2 x), mean tanh(x). States between count as means.
template <size_t N>
struct Spin : detail::TwoStates<N, -1> {
  template <class Scalar>
  using Layer = detail::BiasLayer<Spin, Scalar>;

  template <class Scalar>
  using Evidence = detail::FlipEvidence<Scalar, N, -1>;

  template <size_t Count, class Scalar, class Sum>
  static Sum cumulant(const Sum* x) {
    Sum sum = 0;
    for (size_t i = 0; i < Count; ++i) sum += Arithmetic<Scalar>::log_two_cosh(x[i]);
    return sum;
  }

  template <size_t Count, class Scalar, class Sum>
  static void mean(const Sum* RBM_RESTRICT x, Scalar* RBM_RESTRICT s) {
    for (size_t i = 0; i < Count; ++i) s[i] = Arithmetic<Scalar>::tanh(x[i]);
  }

  /// One word of the generator a unit.
  template <size_t Count, class Scalar, class Sum, class Rng>
  static void sample(const Sum* RBM_RESTRICT x, Scalar* RBM_RESTRICT s, Rng& rng) {
    for (size_t i = 0; i < Count; ++i) s[i] = Arithmetic<Scalar>::sigmoid(x[i] + x[i]);
    for (size_t i = 0; i < Count; ++i) s[i] = up_or_down(Arithmetic<Scalar>::bernoulli(s[i], rng));
  }

  /// Up with probability 1/2. One word of the generator a unit.
  template <class Scalar, class Rng>
  static void noise(Scalar* s, Rng& rng) {
    for (size_t i = 0; i < N; ++i) s[i] = up_or_down(Arithmetic<Scalar>::bernoulli(Scalar(0.5f), rng));
  }

  /// artanh(m), with the probability of up, (1 + m) / 2, held in [margin, 1 - margin].
  static float bias_of_mean(float m, float margin) {
    const float p = 0.5f * (1.0f + m);
    const float most = 1.0f - margin;
    return 0.5f * log_odds(p < margin ? margin : p > most ? most : p);
  }

 private:
  template <class Scalar>
  static Scalar up_or_down(Scalar on) {
    return on == Scalar(0) ? Scalar(-1) : Scalar(1);
  }
};

}  // namespace rbm

#endif  // RBM_LAYERS_SPIN_HPP
