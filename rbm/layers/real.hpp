// rbm/layers/real.hpp: units that are real numbers: Gaussian and Relu.
//
// Gaussian hidden units can be integrated out: free energy(v) = - a v - 1/2 (b + v W) S (b + v W)^T + const with S the
// variances, the Hubbard-Stratonovich identity, which makes the model a Hopfield network with couplings W S W^T.
//
// Of the two rectified units in the literature this is the one with an energy: a normal variable of mean x and variance
// 1, given that it is positive (Su, Liao, Chen and Carin 2016). Its conditional is that of the joint density, so Gibbs
// chains, free energies and partition functions are exact. The noisy unit of Nair and Hinton (2010), max(0, a normal
// variable of mean x and variance sigmoid(x)), stands for a sum of many Bernoulli units and has none of these.
// SPDX-License-Identifier: MIT

#ifndef RBM_LAYERS_REAL_HPP
#define RBM_LAYERS_REAL_HPP

#include "../numbers/math.hpp"
#include "evidence.hpp"
#include "layer.hpp"

namespace rbm {
namespace detail {

/// `Length` units that are real numbers, rectified ones not negative.
template <size_t Length, bool IsGaussian>
struct RealUnits : EqualBlocks<Length, kernels::most_of_block<Length>()> {
  enum : size_t { sites = 0, most_states = 0 };
  enum : bool {
    is_real = true,
    is_gaussian = IsGaussian,
    has_variance = IsGaussian,
    is_binary = false,
    are_alike = false
  };

  template <class Scalar>
  using Evidence = NoiseEvidence<Scalar, Length, RealUnits>;

  /// The largest magnitude of a state: model/parameters.hpp says why. Data of such a scale are to be scaled down to
  /// learn from.
  static constexpr float most() { return 1e6f; }
  static constexpr float least() { return IsGaussian ? -most() : 0.0f; }

  static constexpr int off(size_t) { return 0; }

  // Of no site.
  static constexpr size_t first_unit(size_t) { return 0; }
  static constexpr size_t units(size_t) { return 0; }
  static constexpr size_t states(size_t) { return 0; }
  static constexpr int value(size_t, size_t, size_t) { return 0; }

  /// not_finite, out_of_range beyond 1e6, or of rectified units below 0, or ok.
  template <class Scalar>
  static Status check(const Scalar* s) {
    constexpr Scalar lowest(least()), highest(most());
    return check_range(s, Length, lowest, highest);
  }
};

}  // namespace detail

/// `Length` real units: A(s) = s^2 / (2 variance) - c s, so p(s | x) is normal, with mean variance x and that variance.
template <size_t Length>
struct Gaussian : detail::RealUnits<Length, true> {
  /// The bounds that variances are clamped to, so that none vanishes or runs away while it is learned.
  static constexpr float least_variance() { return 1e-4f; }
  static constexpr float most_variance() { return 1e4f; }

  template <class StoredType>
  struct Layer {
    typedef typename detail::Stored<StoredType>::Number Scalar;
    typedef Arithmetic<Scalar> Ops;
    typedef typename Ops::Sum Sum;
    typedef typename Ops::Energy Energy;

    static_assert(!Ops::is_8_bit,
                  "rbm: Gaussian units need Fixed<int16_t, bits> or float: in 8 bits a range wide enough for a normal "
                  "variable leaves steps too coarse for its mean and variance");

    Vector<StoredType, Length> bias;
    Vector<StoredType, Length> variance;  // above 0

    /// sum_i variance_i x_i^2 / 2 + ln(2 pi variance_i) / 2
    Energy cumulant(Block block, const Sum* x) const {
      Energy sum(0);
      for (size_t i = 0; i < block.count; ++i) {
        const Energy var = static_cast<Energy>(detail::number(variance[block.first + i]));
        const Energy input = static_cast<Energy>(x[i]);
        sum += (var * input * input + Ops::log(Ops::two_pi() * var)) / Energy(2);
      }
      return sum;
    }

    void mean(Block block, const Sum* RBM_RESTRICT x, Scalar* RBM_RESTRICT s) const {
      for (size_t i = 0; i < block.count; ++i) s[i] = Scalar(variance_of(block.first + i) * x[i]);
    }

    template <class Rng>
    void sample(Block block, const Sum* RBM_RESTRICT x, Scalar* RBM_RESTRICT s, Rng& rng,
                const Scalar* = nullptr) const {
      for (size_t i = 0; i < block.count; ++i) s[i] = draw(x[i], variance_of(block.first + i), rng);
    }

    // exp(t (x s - s^2 / (2 variance))) has the mean of t = 1, and the variance over t.
    template <class Rng>
    void sample_tempered(Block block, Energy inverse_temperature, const Sum* x, Scalar* s, Rng& rng) const {
      for (size_t i = 0; i < block.count; ++i) {
        const Energy var = static_cast<Energy>(detail::number(variance[block.first + i])) / inverse_temperature;
        s[i] = draw(static_cast<Sum>(inverse_temperature * static_cast<Energy>(x[i])), static_cast<Sum>(var), rng);
      }
    }

    template <class Rng>
    Scalar sample_observed(size_t i, Sum x, Scalar value, float precision, Rng& rng) const {
      return Ops::sample_observed(detail::number(variance[i]), x, value, precision, rng);
    }
    Scalar mean_observed(size_t i, Sum x, Scalar value, float precision) const {
      return Ops::mean_observed(detail::number(variance[i]), x, value, precision);
    }

    /// Standard normal.
    template <class Rng>
    static void noise(Scalar* s, Rng& rng) {
      for (size_t i = 0; i < Length; ++i) s[i] = Scalar(Ops::normal(rng));
    }

    Energy energy(const Scalar* s) const {
      Energy sum(0);
      for (size_t i = 0; i < Length; ++i) {
        const Energy state = static_cast<Energy>(s[i]);
        sum += state * (state / (Energy(2) * static_cast<Energy>(detail::number(variance[i]))) -
                        static_cast<Energy>(detail::number(bias[i])));
      }
      return sum;
    }

    /// Whether all variances are above 0.
    bool is_proper() const {
      bool proper = true;
      for (size_t i = 0; i < Length; ++i) proper = proper && detail::number(variance[i]) > Scalar(0);
      return proper;
    }

    Sum variance_of(size_t i) const { return static_cast<Sum>(detail::number(variance[i])); }

    /// Biases 0, variances 1.
    void clear() {
      bias.fill(Scalar(0));
      variance.fill(Scalar(1));
    }

    /// Visits the parameters of some layers of these units side by side, see model/parameters.hpp.
    template <class Visit, class... Layers>
    static void each_parameter(Visit& visit, Layers&... layers) {
      for (size_t i = 0; i < Length; ++i) visit(Parameter::bias, layers.bias[i]...);
      for (size_t i = 0; i < Length; ++i) visit(Parameter::variance, layers.variance[i]...);
    }

    StoredType& bias_of(size_t i) { return bias[i]; }
    const StoredType& bias_of(size_t i) const { return bias[i]; }

    void learn(typename Ops::Rate rate, const Scalar* data, const Scalar* model) {
      kernels::update_biases(bias.values, rate, data, model, Length);
    }

    /// ln variance_i += square / (2 variance_i), by at most 1/2 at a time and within the bounds above, for
    /// square = rate (mean of s_i^2 over the data - over the model): the gradient of the log-likelihood.
    void learn_variance(size_t i, Sum square) {
      const float old = static_cast<float>(variance[i]);
      const float step = static_cast<float>(square) / (2.0f * old);
      const float moved = old * rbm::exp(step > 0.5f ? 0.5f : step < -0.5f ? -0.5f : step);
      variance[i] = Scalar(moved < least_variance()  ? least_variance()
                           : moved > most_variance() ? most_variance()
                                                     : moved);
    }

    /// The variance of the data and the bias that gives their mean.
    void initialize_unit(size_t i, typename Ops::Mean data_mean, Scalar data_variance, typename Ops::Mean) {
      constexpr Scalar least(Ops::least_variance()), most(most_variance());
      const Scalar var = data_variance < least ? least : data_variance > most ? most : data_variance;
      variance[i] = var;
      bias[i] = Ops::ratio(data_mean, var);
    }

    static Status check(const Scalar* s) { return Gaussian::check(s); }

   private:
    template <class Rng>
    static Scalar draw(Sum x, Sum var, Rng& rng) {
      return Scalar(var * x + Ops::sqrt(var) * static_cast<Sum>(Ops::normal(rng)));
    }
  };
};

/// `Length` units that are real and not negative: A(s) = s^2 / 2 - c s, so p(s | x) is normal, of mean x and variance
/// 1, cut off at 0.
template <size_t Length>
struct Relu : detail::RealUnits<Length, false> {
  template <class Scalar>
  using Layer = detail::BiasLayer<Relu, Scalar>;

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
  static void sample(size_t count, const Sum* RBM_RESTRICT x, Scalar* RBM_RESTRICT s, Rng& rng, const Scalar*) {
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
};

}  // namespace rbm

#endif  // RBM_LAYERS_REAL_HPP
