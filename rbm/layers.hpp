// rbm/layers.hpp: the units of a layer: their parameters, and the functions of them that a model is made of.
//
// A unit with state s and input x, which is its bias c plus the weighted sum of the other layer, contributes A(s) to
// the energy and has p(s | x) = exp(x s - A'(s)) / Z(x), where A'(s) is A(s) without its bias. A layer gives
//   energy    sum_i A_i(s_i)
//   cumulant  sum_i ln Z(x_i), which turns a layer that is summed out into a free energy
//   mean      the expectation of s given x
//   sample    a draw of s given x
// and says how its parameters start and learn, which states it accepts, and how an observation enters its input.
//
// Inputs come a few units at a time, since no array of them is kept: `first` is the first of these units, `Count` their
// number, and x, s [Count] belong to them alone. Other arrays are [N], the whole layer.
// SPDX-License-Identifier: MIT

#ifndef RBM_LAYERS_HPP
#define RBM_LAYERS_HPP

#include <stddef.h>

#include "arithmetic.hpp"
#include "kernels.hpp"
#include "status.hpp"
#include "storage.hpp"

namespace rbm {

/// N units that are 0 or 1: A(s) = -c s, p(s = 1 | x) = sigmoid(x). States between 0 and 1 count as means.
template <size_t N>
struct Bernoulli {
  static_assert(N > 0, "rbm: a layer needs at least one unit");

  enum : size_t { size = N };

  template <class Scalar>
  struct Layer {
    typedef typename Arithmetic<Scalar>::Sum Sum;

    Vector<Scalar, N> bias;

    /// The input before the other layer adds to it: x = c.
    template <size_t Count>
    void start_input(size_t first, Sum* x) const {
      for (size_t i = 0; i < Count; ++i) x[i] = static_cast<Sum>(bias[first + i]);
    }

    template <size_t Count>
    Sum cumulant(size_t, const Sum* x) const {
      Sum sum = 0;
      for (size_t i = 0; i < Count; ++i) sum += Arithmetic<Scalar>::softplus(x[i]);
      return sum;
    }

    template <size_t Count>
    void mean(size_t, const Sum* RBM_RESTRICT x, Scalar* RBM_RESTRICT s) const {
      for (size_t i = 0; i < Count; ++i) s[i] = Arithmetic<Scalar>::sigmoid(x[i]);
    }

    /// One word of the generator a unit.
    template <size_t Count, class Rng>
    void sample(size_t first, const Sum* RBM_RESTRICT x, Scalar* RBM_RESTRICT s, Rng& rng) const {
      mean<Count>(first, x, s);
      for (size_t i = 0; i < Count; ++i) s[i] = Arithmetic<Scalar>::bernoulli(s[i], rng);
    }

    /// States of units without parameters: on with probability 1/2. One word of the generator a unit.
    template <class Rng>
    static void noise(Scalar* s, Rng& rng) {
      for (size_t i = 0; i < N; ++i) s[i] = Arithmetic<Scalar>::bernoulli(Scalar(0.5f), rng);
    }

    Sum energy(const Scalar* s) const { return -kernels::dot<N>(bias.values, s); }

    /// All parameters as if there were none.
    void clear() { bias.fill(Scalar(0)); }

    /// c += rate (data - model)
    void learn(typename Arithmetic<Scalar>::Rate rate, const Scalar* data, const Scalar* model) {
      kernels::nudge<N>(bias.values, rate, data, model);
    }

    /// Gives unit i the mean p while it has no weights: c = ln(p / (1 - p)), with p held in [margin, 1 - margin].
    void start_from_mean(size_t i, float p, float margin) {
      const float most = 1.0f - margin;
      bias[i] = Scalar(rbm::log_odds(p < margin ? margin : p > most ? most : p));
    }

    /// not_finite, out_of_range outside [0, 1], or ok.
    static Status check(const Scalar* s) {
      bool finite = true;
      bool inside = true;
      for (size_t i = 0; i < N; ++i) {
        finite = finite && Arithmetic<Scalar>::is_finite(s[i]);
        inside = inside && s[i] >= Scalar(0) && s[i] <= Scalar(1);
      }
      return !finite ? Status::not_finite : !inside ? Status::out_of_range : Status::ok;
    }
  };

  /// What was observed of the layer: ln p(observation | s_i = 1) - ln p(observation | s_i = 0) of each unit, which adds
  /// to its input. 0 where nothing is known, infinite where the value is certain.
  template <class Scalar>
  struct Evidence {
    typedef typename Arithmetic<Scalar>::Sum Sum;

    Vector<Sum, N> log_odds;

    /// Nothing is known of any unit: where evidence starts.
    void forget() {
      for (size_t i = 0; i < N; ++i) forget(i);
    }

    /// Nothing is known of unit i.
    void forget(size_t i) { log_odds[i] = Sum(0); }

    /// Unit i is on, or off, for certain.
    void clamp(size_t i, bool on) {
      log_odds[i] = on ? Arithmetic<Scalar>::infinity() : -Arithmetic<Scalar>::infinity();
    }

    /// Unit i was seen on, or off, and that is wrong with this probability: +-ln((1 - p) / p).
    /// out_of_range outside [0, 1], not_finite for NaN.
    Status observe(size_t i, bool on, float flip_probability) {
      const Status status = check(flip_probability);
      if (status == Status::ok) log_odds[i] = evidence_of(on, flip_probability);
      return status;
    }

    /// The whole layer was seen like this, each unit wrong with this probability.
    /// not_finite, or out_of_range where a unit is neither 0 nor 1 or the probability outside [0, 1].
    Status observe(const Vector<Scalar, N>& seen, float flip_probability) {
      Status status = check(flip_probability);
      if (status == Status::ok) status = Layer<Scalar>::check(seen.values);
      for (size_t i = 0; i < N && status == Status::ok; ++i) {
        if (seen[i] != Scalar(0) && seen[i] != Scalar(1)) status = Status::out_of_range;
      }
      if (status != Status::ok) return status;
      const Sum on = evidence_of(true, flip_probability);
      const Sum off = evidence_of(false, flip_probability);
      for (size_t i = 0; i < N; ++i) log_odds[i] = seen[i] == Scalar(1) ? on : off;
      return Status::ok;
    }

    /// x += evidence; where the evidence is certain, it is all that counts.
    template <size_t Count>
    void add_to(size_t first, Sum* x) const {
      for (size_t i = 0; i < Count; ++i) {
        const Sum evidence = log_odds[first + i];
        x[i] = Arithmetic<Scalar>::is_finite(evidence) ? x[i] + evidence : evidence;
      }
    }

   private:
    static Sum evidence_of(bool on, float flip_probability) {
      const float flipped = rbm::log_odds(flip_probability);
      return Arithmetic<Scalar>::to_sum(on ? -flipped : flipped);
    }

    static Status check(float probability) {
      if (!is_finite(probability)) return Status::not_finite;
      return probability >= 0.0f && probability <= 1.0f ? Status::ok : Status::out_of_range;
    }
  };
};

}  // namespace rbm

#endif  // RBM_LAYERS_HPP
