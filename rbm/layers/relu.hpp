// rbm/layers/relu.hpp: rectified units, real and positive.
//
// Of the two rectified units in the literature this is the one with an energy: a normal variable of mean x and variance
// 1, given that it is positive (Su, Liao, Chen and Carin 2016). Its conditional is that of the joint density, so Gibbs
// chains, free energies and partition functions are exact. The noisy unit of Nair and Hinton (2010), max(0, a normal
// variable of mean x and variance sigmoid(x)), stands for a sum of many Bernoulli units and has none of these.
// SPDX-License-Identifier: MIT

#ifndef RBM_LAYERS_RELU_HPP
#define RBM_LAYERS_RELU_HPP

#include "bias.hpp"
#include "evidence.hpp"
#include "sites.hpp"

namespace rbm {

/// `Length` units that are real and not negative: A(s) = s^2 / 2 - c s, so p(s | x) is normal, of mean x and variance
/// 1, cut off at 0.
template <size_t Length>
struct Relu : detail::RealStates<Length> {
  enum : bool { is_gaussian = false, has_variance = false };

  static constexpr float least() { return 0.0f; }

  template <class Scalar>
  using Layer = detail::BiasLayer<Relu, Scalar>;

  template <class Scalar>
  using Evidence = detail::NoiseEvidence<Scalar, Length, Relu>;

  template <class Scalar, class Sum>
  static typename Arithmetic<Scalar>::Energy cumulant(size_t count, const Sum* x) {
    typename Arithmetic<Scalar>::Energy sum(0);
    for (size_t i = 0; i < count; ++i) sum += Arithmetic<Scalar>::rectified_cumulant(x[i]);
    return sum;
  }

  template <class Scalar, class Sum>
  static void mean(size_t count, const Sum* RBM_RESTRICT x, Scalar* RBM_RESTRICT s) {
    for (size_t i = 0; i < count; ++i) s[i] = Scalar(Arithmetic<Scalar>::rectified_mean(x[i]));
  }

  template <class Scalar, class Sum, class Rng>
  static void sample(size_t count, const Sum* RBM_RESTRICT x, Scalar* RBM_RESTRICT s, Rng& rng) {
    for (size_t i = 0; i < count; ++i) s[i] = Scalar(rectified(x[i], rng));
  }

  // exp(x s - (1 + precision) s^2 / 2) is a density of s / scale with the input scale x.
  template <class Scalar, class Sum, class Rng>
  static Scalar sample_observed(Sum x, Sum precision, Rng& rng) {
    const Sum scale = Sum(1) / Arithmetic<Scalar>::sqrt(Sum(1) + precision);
    return Scalar(scale * rectified(scale * x, rng));
  }

  template <class Scalar, class Sum>
  static Scalar mean_observed(Sum x, Sum precision) {
    const Sum scale = Sum(1) / Arithmetic<Scalar>::sqrt(Sum(1) + precision);
    return Scalar(scale * Arithmetic<Scalar>::rectified_mean(scale * x));
  }

  /// What is left of a standard normal variable without its sign.
  template <class Scalar, class Rng>
  static void noise(Scalar* s, Rng& rng) {
    for (size_t i = 0; i < Length; ++i) s[i] = Scalar(rectified(0.0f, rng));
  }

  /// The x at which rectified_mean(x) is the mean, which is clamped to the margin or above. By bisection.
  template <class Scalar>
  static float bias_of_mean(float mean, float margin) {
    const float target = mean < margin ? margin : mean;
    float low = -1.0f / target;
    float high = target;
    for (int step = 0; step < 40; ++step) {
      const float middle = 0.5f * (low + high);
      if (rectified_mean(middle) < target) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return high;
  }

  /// not_finite, out_of_range below 0 or beyond 1e6, or ok.
  template <class Scalar>
  static Status check(const Scalar* s) {
    return detail::check_range<Length>(s, Scalar(least()), Scalar(Relu::most()));
  }
};

}  // namespace rbm

#endif  // RBM_LAYERS_RELU_HPP
