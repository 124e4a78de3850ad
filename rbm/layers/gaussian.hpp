// rbm/layers/gaussian.hpp: real units, each with a variance of its own.
//
// Gaussian hidden units can be integrated out: free energy(v) = - a v - 1/2 (b + v W) S (b + v W)^T + const with S the
// variances, the Hubbard-Stratonovich identity, which makes the model a Hopfield network with couplings W S W^T.
// SPDX-License-Identifier: MIT

#ifndef RBM_LAYERS_GAUSSIAN_HPP
#define RBM_LAYERS_GAUSSIAN_HPP

#include "../numbers/flash.hpp"
#include "evidence.hpp"
#include "sites.hpp"

namespace rbm {

/// `Length` real units: A(s) = s^2 / (2 variance) - c s, so p(s | x) is normal, with mean variance x and that variance.
template <size_t Length>
struct Gaussian : detail::RealStates<Length> {
  enum : bool { is_gaussian = true, has_variance = true };

  static constexpr float least() { return -Gaussian::most(); }

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

    void start_input(Block block, Sum* x) const { kernels::convert(bias.values + block.first, block.count, x); }

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
      for (size_t i = 0; i < block.count; ++i)
        s[i] = Scalar(static_cast<Sum>(detail::number(variance[block.first + i])) * x[i]);
    }

    template <class Rng>
    void sample(Block block, const Sum* RBM_RESTRICT x, Scalar* RBM_RESTRICT s, Rng& rng) const {
      for (size_t i = 0; i < block.count; ++i)
        s[i] = draw(x[i], static_cast<Sum>(detail::number(variance[block.first + i])), rng);
    }

    template <class Rng>
    void sample_with_mean(Block block, const Sum* RBM_RESTRICT x, Scalar* RBM_RESTRICT s, Scalar* RBM_RESTRICT mean_of,
                          Rng& rng) const {
      sample(block, x, s, rng);
      mean(block, x, mean_of);
    }

    // exp(t (x s - s^2 / (2 variance))) has the mean of t = 1, and the variance over t.
    template <class Rng>
    void sample_tempered(Block block, Energy inverse_temperature, const Sum* x, Scalar* s, Rng& rng) const {
      for (size_t i = 0; i < block.count; ++i) {
        s[i] =
            draw(static_cast<Sum>(inverse_temperature * static_cast<Energy>(x[i])),
                 static_cast<Sum>(static_cast<Energy>(detail::number(variance[block.first + i])) / inverse_temperature),
                 rng);
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

    /// Visits the parameters of some layers of these units side by side, see model/model.hpp.
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

    template <class Rng>
    void learn(Block block, typename Ops::Rate rate, const Sum* g, Rng& rng) {
      kernels::update_biases<Gaussian::block_size>(bias.values + block.first, rate, g, block.count, rng);
    }

    template <class Rng>
    void add_to_bias(Block block, const typename Ops::Delta* change, Rng& rng) {
      Ops::template add<Gaussian::block_size>(change, block.count, bias.values + block.first, rng);
    }

    /// ln variance_i += squares_i / (2 variance_i), by at most 1/2 at a time and within the bounds above, for
    /// squares = rate (mean of s^2 over the data - over the model): the gradient of the log-likelihood.
    void learn_variance(Block block, const Sum* squares) {
      for (size_t i = 0; i < block.count; ++i) {
        const float old = static_cast<float>(variance[block.first + i]);
        const float step = static_cast<float>(squares[i]) / (2.0f * old);
        const float moved = old * rbm::exp(step > 0.5f ? 0.5f : step < -0.5f ? -0.5f : step);
        variance[block.first + i] = Scalar(bounded(moved));
      }
    }

    /// The variance of the data and the bias that gives their mean.
    void initialize_unit(size_t i, typename Ops::Mean data_mean, Scalar data_variance, typename Ops::Mean) {
      constexpr Scalar least(Ops::least_variance()), most(most_variance());
      const Scalar var = data_variance < least ? least : data_variance > most ? most : data_variance;
      variance[i] = var;
      bias[i] = Ops::ratio(data_mean, var);
    }

    /// not_finite, out_of_range beyond +-1e6, or ok.
    static Status check(const Scalar* s) {
      constexpr Scalar lowest(least()), highest(Gaussian::most());
      return detail::check_range<Length>(s, lowest, highest);
    }

   private:
    template <class Rng>
    static Scalar draw(Sum x, Sum var, Rng& rng) {
      return Scalar(var * x + Ops::sqrt(var) * static_cast<Sum>(Ops::normal(rng)));
    }

    static float bounded(float x) {
      return x < least_variance() ? least_variance() : x > most_variance() ? most_variance() : x;
    }
  };

  template <class Scalar>
  using Evidence = detail::NoiseEvidence<Scalar, Length, Gaussian>;
};

}  // namespace rbm

#endif  // RBM_LAYERS_GAUSSIAN_HPP
