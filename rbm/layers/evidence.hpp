// rbm/layers/evidence.hpp: what was observed of a layer, as a likelihood for each of its units.
//
// Units may be known (clamped), noisy or missing, in any mix. FlipEvidence is that of units with two states, and
// ChoiceEvidence of softmax groups, of which a wrong state is seen with some probability: a log-likelihood adds to the
// input. NoiseEvidence is that of real units, seen with Gaussian noise of some variance: it adds to the input and to
// the precision. All give
//   sample, mean   what the layer's functions of these names give, under the evidence.
// SPDX-License-Identifier: MIT

#ifndef RBM_LAYERS_EVIDENCE_HPP
#define RBM_LAYERS_EVIDENCE_HPP

#include <stddef.h>

#include "../numbers/number.hpp"
#include "../status.hpp"
#include "../storage.hpp"
#include "layer.hpp"

namespace rbm {
namespace detail {

/// not_finite, out_of_range outside [0, 1], or ok.
inline Status check_probability(float probability) {
  if (!is_finite(probability)) return Status::not_finite;
  return probability >= 0.0f && probability <= 1.0f ? Status::ok : Status::out_of_range;
}

/// Evidence that adds to the input of discrete units, which are Off or 1: Evidence::added() is what it adds to each.
template <class Evidence, class Scalar, int Off>
struct InputEvidence {
  typedef typename Arithmetic<Scalar>::Sum Sum;

  template <class Layer, class Rng>
  void sample(Block block, const Layer& layer, Sum* x, Scalar* s, Rng& rng) const {
    add_to(block, x);
    layer.sample(block, x, s, rng);
  }

  template <class Layer>
  void mean(Block block, const Layer& layer, Sum* x, Scalar* s) const {
    add_to(block, x);
    layer.mean(block, x, s);
  }

 private:
  // x += evidence; where it is certain, it is all that counts. Between -1 and 1 an input counts twice.
  void add_to(Block block, Sum* x) const {
    const Sum* const added = static_cast<const Evidence*>(this)->added() + block.first;
    for (size_t i = 0; i < block.count; ++i) {
      const Sum part = Off == 0 ? added[i] : added[i] / Sum(2);
      x[i] = Arithmetic<Scalar>::is_finite(added[i]) ? x[i] + part : added[i];
    }
  }
};

/// Of `Length` units with the states Off and 1: ln p(observation | s_i = 1) - ln p(observation | s_i = Off) of each.
/// 0 where nothing is known, infinite where the value is certain.
template <class ScalarType, size_t Length, int Off>
struct FlipEvidence : InputEvidence<FlipEvidence<ScalarType, Length, Off>, ScalarType, Off> {
  typedef ScalarType Scalar;
  typedef typename Arithmetic<Scalar>::Sum Sum;

  Vector<Sum, Length> log_odds;

  const Sum* added() const { return log_odds.values; }

  /// Nothing is known of any unit: where evidence starts.
  void forget() { log_odds.fill(Sum(0)); }

  /// Nothing is known of unit i.
  void forget(size_t i) { log_odds[i] = Sum(0); }

  /// Unit i is on, or off, for certain. As with an array, whether there is such a unit is not checked.
  void clamp(size_t i, bool on) { log_odds[i] = on ? Arithmetic<Scalar>::infinity() : -Arithmetic<Scalar>::infinity(); }

  /// Unit i was seen on, or off, and that is wrong with this probability: +-ln((1 - p) / p).
  /// out_of_range outside [0, 1] or where there is no such unit, not_finite for NaN.
  Status observe(size_t i, bool on, float flip_probability) {
    const Status status = i < Length ? check_probability(flip_probability) : Status::out_of_range;
    if (status == Status::ok) log_odds[i] = evidence_of(on, flip_probability);
    return status;
  }

  /// The whole layer was seen like this, each unit wrong with this probability.
  /// not_finite, or out_of_range where a unit is in neither of its states or the probability outside [0, 1].
  Status observe(const Vector<Scalar, Length>& seen, float flip_probability) {
    const Status status = check(seen.values, flip_probability);
    if (status == Status::ok) set_observed(seen.values, flip_probability);
    return status;
  }

  // observe() in two parts: check() says whether it can be, set_observed() stores it.
  static Status check(const Scalar* seen, float flip_probability) {
    Status status = check_probability(flip_probability);
    if (status == Status::ok) status = check_range(seen, Length, Scalar(Off), Scalar(1));
    for (size_t i = 0; i < Length && status == Status::ok; ++i) {
      if (!detail::equal(seen[i], Scalar(Off)) && !detail::equal(seen[i], Scalar(1))) status = Status::out_of_range;
    }
    return status;
  }
  void set_observed(const Scalar* seen, float flip_probability) {
    const Sum on = evidence_of(true, flip_probability);
    const Sum off = evidence_of(false, flip_probability);
    for (size_t i = 0; i < Length; ++i) log_odds[i] = detail::equal(seen[i], Scalar(1)) ? on : off;
  }

 private:
  static Sum evidence_of(bool on, float flip_probability) {
    const float flipped = rbm::log_odds(flip_probability);
    return Arithmetic<Scalar>::to_sum(on ? -flipped : flipped);
  }
};

/// Of groups of `States` units: ln p(observation | unit i is the one that is on), for each unit. 0 where nothing is
/// known, -infinity where the unit is certainly off.
template <class ScalarType, size_t Groups, size_t States>
struct ChoiceEvidence : InputEvidence<ChoiceEvidence<ScalarType, Groups, States>, ScalarType, 0> {
  typedef ScalarType Scalar;
  typedef typename Arithmetic<Scalar>::Sum Sum;

  Vector<Sum, Groups * States> log_likelihood;

  const Sum* added() const { return log_likelihood.values; }

  /// Nothing is known of any group: where evidence starts.
  void forget() { log_likelihood.fill(Sum(0)); }

  /// Nothing is known of this group.
  void forget(size_t group) {
    for (size_t k = 0; k < States; ++k) log_likelihood[group * States + k] = Sum(0);
  }

  /// Unit k of this group is the one that is on, for certain. Whether there are such is not checked.
  void clamp(size_t group, size_t k) { set_observed(group, k, Sum(0), -Arithmetic<Scalar>::infinity()); }

  /// Unit k of this group was seen on, and that is wrong with this probability, by any of the others alike:
  /// ln(1 - p) against ln(p / (States - 1)). out_of_range outside [0, 1] or where there is no such unit, not_finite for
  /// NaN.
  Status observe(size_t group, size_t k, float wrong_probability) {
    const Status status = group < Groups && k < States ? check_probability(wrong_probability) : Status::out_of_range;
    if (status == Status::ok) set_observed(group, k, log_right(wrong_probability), log_wrong(wrong_probability));
    return status;
  }

  /// The whole layer was seen like this, each group wrong with this probability.
  /// not_finite, or out_of_range where not exactly one unit of a group is on or the probability is outside [0, 1].
  Status observe(const Vector<Scalar, Groups * States>& seen, float wrong_probability) {
    const Status status = check(seen.values, wrong_probability);
    if (status == Status::ok) set_observed(seen.values, wrong_probability);
    return status;
  }

  // observe() in two parts: check() says whether it can be, set_observed() stores it.
  static Status check(const Scalar* seen, float wrong_probability) {
    Status status = check_probability(wrong_probability);
    if (status == Status::ok) status = check_range(seen, Groups * States, Scalar(0), Scalar(1));
    for (size_t group = 0; group < Groups && status == Status::ok; ++group) {
      size_t on = 0, off = 0;
      for (size_t k = 0; k < States; ++k) {
        on += detail::equal(seen[group * States + k], Scalar(1));
        off += detail::equal(seen[group * States + k], Scalar(0));
      }
      if (on != 1 || off != States - 1) status = Status::out_of_range;
    }
    return status;
  }
  void set_observed(const Scalar* seen, float wrong_probability) {
    for (size_t i = 0; i < Groups * States; ++i) {
      if (detail::equal(seen[i], Scalar(1)))
        set_observed(i / States, i % States, log_right(wrong_probability), log_wrong(wrong_probability));
    }
  }

 private:
  void set_observed(size_t group, size_t seen, Sum right, Sum wrong) {
    for (size_t k = 0; k < States; ++k) log_likelihood[group * States + k] = k == seen ? right : wrong;
  }

  static Sum log_right(float wrong) { return Arithmetic<Scalar>::to_sum(log1p(-wrong)); }
  static Sum log_wrong(float wrong) { return Arithmetic<Scalar>::to_sum(log(wrong / static_cast<float>(States - 1))); }
};

/// Of `Length` real units: the value that was seen of each, and how precisely. A precision is the inverse of the
/// noise's variance: 0 where nothing is known, infinite where the value is certain.
template <class ScalarType, size_t Length, class Units>
struct NoiseEvidence {
  typedef ScalarType Scalar;
  typedef typename Arithmetic<Scalar>::Sum Sum;

  Vector<Scalar, Length> value;
  Vector<float, Length> precision;

  /// Nothing is known of any unit: where evidence starts.
  void forget() {
    for (size_t i = 0; i < Length; ++i) forget(i);
  }

  /// Nothing is known of unit i.
  void forget(size_t i) { set(i, Scalar(0), 0.0f); }

  /// Unit i has this value, one of its states, for certain. Neither is checked.
  void clamp(size_t i, Scalar known) { set(i, known, infinity()); }

  /// This value was seen of unit i, with Gaussian noise of this variance. A variance below 1e-18 is no noise: a clamp.
  /// not_finite, or out_of_range where there is no such unit, the variance is negative, the value beyond +-1e6, or one
  /// without noise is no state of the unit.
  Status observe(size_t i, Scalar seen, float noise_variance) {
    const Status status = i < Length ? check<1>(&seen, noise_variance) : Status::out_of_range;
    if (status == Status::ok) set(i, seen, precision_of(noise_variance));
    return status;
  }

  /// The whole layer was seen like this. Errors as of observe(i, ...).
  Status observe(const Vector<Scalar, Length>& seen, float noise_variance) {
    const Status status = check(seen.values, noise_variance);
    if (status == Status::ok) set_observed(seen.values, noise_variance);
    return status;
  }

  // observe() in two parts: check() says whether it can be, set_observed() stores it.
  template <size_t Count = Length>
  static Status check(const Scalar* seen, float noise_variance) {
    if (!is_finite(noise_variance)) return Status::not_finite;
    if (noise_variance < 0.0f) return Status::out_of_range;
    const float least = noise_variance < least_variance() ? Units::least() : -Units::most();
    return check_range(seen, Count, Scalar(least), Scalar(Units::most()));
  }
  void set_observed(const Scalar* seen, float noise_variance) {
    for (size_t i = 0; i < Length; ++i) value[i] = seen[i];
    precision.fill(precision_of(noise_variance));
  }

  template <class Layer, class Rng>
  void sample(Block block, const Layer& layer, const Sum* x, Scalar* s, Rng& rng) const {
    for (size_t i = 0; i < block.count; ++i) {
      const size_t unit = block.first + i;
      s[i] = is_finite(precision[unit]) ? layer.sample_observed(unit, x[i], value[unit], precision[unit], rng)
                                        : value[unit];
    }
  }

  template <class Layer>
  void mean(Block block, const Layer& layer, const Sum* x, Scalar* s) const {
    for (size_t i = 0; i < block.count; ++i) {
      const size_t unit = block.first + i;
      s[i] = is_finite(precision[unit]) ? layer.mean_observed(unit, x[i], value[unit], precision[unit]) : value[unit];
    }
  }

 private:
  void set(size_t i, Scalar seen, float how_precisely) {
    value[i] = seen;
    precision[i] = how_precisely;
  }

  static constexpr float least_variance() { return 1e-18f; }

  static float precision_of(float variance) { return variance < least_variance() ? infinity() : 1.0f / variance; }
};

}  // namespace detail
}  // namespace rbm

#endif  // RBM_LAYERS_EVIDENCE_HPP
