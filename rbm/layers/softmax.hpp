// rbm/layers/softmax.hpp: groups of units of which exactly one is on: labels, ratings.
// SPDX-License-Identifier: MIT

#ifndef RBM_LAYERS_SOFTMAX_HPP
#define RBM_LAYERS_SOFTMAX_HPP

#include "../numbers/random.hpp"
#include "evidence.hpp"
#include "layer.hpp"

namespace rbm {

/// Groups of K = `States` units, of which one in each is on: A(s) = -c s, p(s_k = 1 | x) = exp(x_k) / sum over the
/// group of exp(x). Units of group g are g K ... g K + K - 1. States between 0 and 1 that sum to 1 in each group count
/// as means. The inputs of complete groups are on the stack: up to 3 K values at a time where K is above 32.
template <size_t Groups, size_t States>
struct Softmax {
  static_assert(Groups > 0, "rbm: a layer needs at least one unit");
  static_assert(States > 1, "rbm: a softmax group needs at least two units, of which one is on");

  enum : size_t {
    size = Groups * States,
    sites = Groups,
    most_states = States,
    // a block holds complete groups
    block_size = States * (States < kernels::block_size
                               ? (kernels::block_size / States < Groups ? kernels::block_size / States : Groups)
                               : 1)
  };
  enum : bool { is_real = false, is_gaussian = false, has_variance = false, is_binary = true, are_alike = false };

  template <class Scalar>
  using Layer = detail::BiasLayer<Softmax, Scalar>;

  template <class Scalar>
  using Evidence = detail::ChoiceEvidence<Scalar, Groups, States>;

  static constexpr int off(size_t) { return 0; }
  static constexpr size_t first_unit(size_t site) { return site * States; }
  static constexpr size_t units(size_t) { return States; }
  static constexpr size_t states(size_t) { return States; }
  static constexpr int value(size_t, size_t state, size_t u) { return u == state ? 1 : 0; }

  static RBM_INLINE Block block_at(size_t first) { return detail::EqualBlocks<size, block_size>::block_at(first); }

  /// ln sum_k exp(x_k) of each group.
  template <class Scalar, class Sum>
  static typename Arithmetic<Scalar>::Energy cumulant(size_t count, const Sum* x) {
    typename Arithmetic<Scalar>::Energy sum(0);
    for (size_t first = 0; first + States <= count; first += States)
      sum += Arithmetic<Scalar>::template log_sum_exp<States>(x + first);
    return sum;
  }

  template <class Scalar, class Sum>
  static void mean(size_t count, const Sum* RBM_RESTRICT x, Scalar* RBM_RESTRICT s) {
    for (size_t first = 0; first + States <= count; first += States) {
      Arithmetic<Scalar>::template softmax<States>(x + first, s + first);
    }
  }

  /// One word of the generator a group.
  template <class Scalar, class Sum, class Rng>
  static void sample(size_t count, const Sum* RBM_RESTRICT x, Scalar* RBM_RESTRICT s, Rng& rng, const Scalar*) {
    for (size_t first = 0; first + States <= count; first += States) {
      set_one_hot(s + first, Arithmetic<Scalar>::template sample_categorical<States>(x + first, s + first, rng));
    }
  }

  /// One unit of each group, all equally likely.
  template <class Scalar, class Rng>
  static void noise(Scalar* s, Rng& rng) {
    for (size_t first = 0; first < size; first += States)
      set_one_hot(s + first, static_cast<size_t>(below(uint32_t{States}, rng)));
  }

  /// ln p, with p clamped to the margin or above.
  template <class Scalar, class Mean>
  static typename Arithmetic<Scalar>::Energy bias_of_mean(Mean p, Mean margin) {
    return Arithmetic<Scalar>::log_of_mean(p, margin);
  }

  /// not_finite, out_of_range outside [0, 1] or where a group does not sum to 1 (within 0.001 and what rounds so many
  /// terms, or integers), or ok.
  template <class Scalar>
  static Status check(const Scalar* s) {
    typedef Arithmetic<Scalar> Ops;
    const Status status = detail::check_range(s, size, Scalar(0), Scalar(1));
    if (status != Status::ok) return status;
    for (size_t first = 0; first < size; first += States) {
      typename Ops::Sum sum(0);
      size_t positive = 0;
      for (size_t k = 0; k < States; ++k) {
        sum += static_cast<typename Ops::Sum>(s[first + k]);
        positive += s[first + k] > Scalar(0);
      }
      if (!Ops::sums_to_one(sum, positive, States)) return Status::out_of_range;
    }
    return Status::ok;
  }

 private:
  template <class Scalar>
  static void set_one_hot(Scalar* group, size_t chosen) {
    for (size_t k = 0; k < States; ++k) group[k] = Scalar(k == chosen ? 1 : 0);
  }
};

}  // namespace rbm

#endif  // RBM_LAYERS_SOFTMAX_HPP
