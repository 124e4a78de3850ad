// rbm/layers/binary.hpp: units of two states, off or on: Bernoulli and Spin.
// SPDX-License-Identifier: MIT

#ifndef RBM_LAYERS_BINARY_HPP
#define RBM_LAYERS_BINARY_HPP

#include "evidence.hpp"
#include "layer.hpp"

namespace rbm {
namespace detail {

/// Means and draws of at most `Most` units, whatever layers or states they belong to.
template <size_t Most, int Off>
struct BinaryStates {
  template <class Scalar, class Sum>
  static void mean(size_t count, const Sum* x, Scalar* s) {
    kernels::binary_means<Most, Off>(x, count, s);
  }

  template <class Scalar, class Sum, class Rng>
  static void sample(size_t count, const Sum* x, Scalar* s, Rng& rng, const Scalar*) {
    kernels::sample_binary<Most, Off>(x, count, s, rng);
  }
  template <class Rng>
  static void sample(size_t count, const float* x, float* s, Rng& rng, const float* means) {
    if (Off == 0 && means != nullptr) {
      kernels::draw_binary<Most>(means, count, s, 0.0f, rng);
    } else {
      kernels::sample_binary<Most, Off>(x, count, s, rng);
    }
  }
};

/// `Length` units that are Off or 1; what lies between counts as a mean.
template <size_t Length, int Off>
struct BinaryUnits : EqualBlocks<Length, kernels::most_of_block<Length>()>,
                     BinaryStates<kernels::most_of_block<Length>(), Off> {
  enum : size_t { sites = Length, most_states = 2 };
  enum : bool {
    is_real = false,
    is_gaussian = false,
    has_variance = false,
    is_binary = Off == 0,  // 0, so that its weights count for nothing
    are_alike = true       // distributed by their input alone, so that it does not matter which of them is drawn
  };

  template <size_t Most>
  using Many = BinaryStates<Most, Off>;

  template <class Scalar>
  using Layer = BiasLayer<BinaryUnits, Scalar>;

  template <class Scalar>
  using Evidence = FlipEvidence<Scalar, Length, Off>;

  /// The state of a unit that is not on, where on is 1.
  static constexpr int off(size_t) { return Off; }

  /// A site's units, its states, and the value of its u-th unit in one of them.
  static constexpr size_t first_unit(size_t site) { return site; }
  static constexpr size_t units(size_t) { return 1; }
  static constexpr size_t states(size_t) { return 2; }
  static constexpr int value(size_t, size_t state, size_t) { return state != 0 ? 1 : Off; }

  template <class Scalar, class Sum>
  static typename Arithmetic<Scalar>::Energy cumulant(size_t count, const Sum* x) {
    typedef Arithmetic<Scalar> Ops;
    typename Ops::Energy sum(0);
    for (size_t i = 0; i < count; ++i) sum += Off == 0 ? Ops::softplus(x[i]) : Ops::log_two_cosh(x[i]);
    return sum;
  }

  /// On with probability 1/2.
  template <class Scalar, class Rng>
  static void noise(Scalar* s, Rng& rng) {
    kernels::draw_fair<Off>(s, Length, rng);
  }

  /// ln(p / (1 - p)), of spins half of it, with the probability p of a unit to be on clamped to [margin, 1 - margin].
  template <class Scalar, class Mean>
  static typename Arithmetic<Scalar>::Energy bias_of_mean(Mean mean, Mean margin) {
    typedef typename Arithmetic<Scalar>::Energy Energy;
    const Energy odds = Arithmetic<Scalar>::template log_odds_of_mean<Off>(mean, margin);
    return Off == 0 ? odds : Energy(1) / Energy(2) * odds;
  }

  /// not_finite, out_of_range outside [Off, 1], or ok.
  template <class Scalar>
  static Status check(const Scalar* s) {
    const bool compares_at_once = kernels::has_unit_bits && Arithmetic<Scalar>::is_fixed && Off == 0;
    if (compares_at_once && kernels::are_binary(s, Length)) return Status::ok;
    return check_range(s, Length, Scalar(Off), Scalar(1));
  }
};

}  // namespace detail

/// `Length` units that are 0 or 1: A(s) = -c s, p(s = 1 | x) = sigmoid(x). States between 0 and 1 count as means.
template <size_t Length>
struct Bernoulli : detail::BinaryUnits<Length, 0> {};

/// `Length` units that are -1 or +1: A(s) = -c s, p(s = +1 | x) = sigmoid(2 x), mean tanh(x). States between count as
/// means.
template <size_t Length>
struct Spin : detail::BinaryUnits<Length, -1> {};

}  // namespace rbm

#endif  // RBM_LAYERS_BINARY_HPP
