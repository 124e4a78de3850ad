// rbm/model/check.hpp: whether the parameters of a model are what learning and sampling can work with.
//
// A trained model comes from somewhere: from a file, from a link, from a step that was told too large a rate. The
// bounds are such that no step leaves them, and that none of its sums and products overflows within them. Real states
// are at most 1e6, rates at most 100: a plain step moves a weight by 2e14 at most, which a float above 2^25 times that
// rounds away, so that none grows beyond 1e22. What extras change is clamped to that.
// SPDX-License-Identifier: MIT

#ifndef RBM_MODEL_CHECK_HPP
#define RBM_MODEL_CHECK_HPP

#include <stddef.h>

#include "../numbers/flash.hpp"
#include "../numbers/number.hpp"
#include "../status.hpp"
#include "model.hpp"

namespace rbm {

namespace detail {

/// Holds each parameter against the bounds of its kind.
template <class Scalar>
struct CheckParameter {
  typedef Arithmetic<Scalar> Ops;

  Status status;

  template <class StoredType>
  void operator()(Parameter kind, const StoredType& stored) {
    const Scalar x = number(stored);
    const bool in_range = kind == Parameter::variance ? Ops::is_variance(x) : Ops::is_parameter(x);
    if (!Ops::is_finite(x)) {
      status = Status::not_finite;
    } else if (!in_range && status == Status::ok) {
      status = Status::out_of_range;
    }
  }
};

/// Whether both layers have real units, one in each is enough: then the model may have no partition function.
template <class Model>
constexpr bool is_real_pair() {
  return bool{Model::Visible::is_real} && bool{Model::Hidden::is_real};
}

template <bool>
struct IsRealPair {};

template <class Model>
bool surely_diverges(IsRealPair<false>, const Model&) {
  return false;
}

// Along one unit, and what its neighbours answer to it, the exponent is -s^2 (1 - gain) / (2 variance) and linear
// terms. Rectified neighbours answer to positive weights only.
template <class Model>
bool surely_diverges(IsRealPair<true>, const Model& model) {
  bool diverges = false;
  for (size_t j = 0; j < Model::hidden_size; ++j) {
    float gain = 0.0f;
    for (size_t i = 0; i < Model::visible_size; ++i) {
      const float variance = static_cast<float>(model.visible.variance_of(i));
      const float weight = static_cast<float>(number(model.weights(i, j)));
      if (variance > 0.0f && (weight > 0.0f || Model::Visible::is_gaussian)) gain += weight * weight * variance;
    }
    const float variance = static_cast<float>(model.hidden.variance_of(j));
    diverges = diverges || (variance > 0.0f && gain * variance >= 1.0f);
  }
  for (size_t i = 0; i < Model::visible_size; ++i) {
    float gain = 0.0f;
    for (size_t j = 0; j < Model::hidden_size; ++j) {
      const float variance = static_cast<float>(model.hidden.variance_of(j));
      const float weight = static_cast<float>(number(model.weights(i, j)));
      if (variance > 0.0f && (weight > 0.0f || Model::Hidden::is_gaussian)) gain += weight * weight * variance;
    }
    const float variance = static_cast<float>(model.visible.variance_of(i));
    diverges = diverges || (variance > 0.0f && gain * variance >= 1.0f);
  }
  return diverges;
}

}  // namespace detail

/// Whether a model's parameters can be used: ok, or
/// not_finite where one is NaN or infinite,
/// out_of_range where a weight or bias is beyond +-1e22 or a variance outside [1e-6, 1e6], in integers below 1 / 256,
/// not_normalizable where real units of both layers drive each other without end, as far as can be told from one unit
/// and its neighbours. (On a host Likelihood::check tells it of all of them together.)
/// It reads every parameter once, those of two real layers three times.
template <class Model>
Status check(const Model& model) {
  detail::CheckParameter<typename Model::Scalar> check_each = {Status::ok};
  each_parameter(check_each, model);
  if (check_each.status != Status::ok) return check_each.status;
  return detail::surely_diverges(detail::IsRealPair<detail::is_real_pair<Model>()>(), model) ? Status::not_normalizable
                                                                                             : Status::ok;
}

}  // namespace rbm

#endif  // RBM_MODEL_CHECK_HPP
