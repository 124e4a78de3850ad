// rbm/model/parameters.hpp: all parameters of a model: walked, checked, and converted to another number type.
//
// A trained model comes from somewhere: from a file, from a link, from a step that was told too large a rate. The
// bounds are such that no step leaves them, and that none of its sums and products overflows within them. Real states
// are at most 1e6, rates at most 100: a plain step moves a weight by 2e14 at most, which a float above 2^25 times that
// rounds away, so that none grows beyond 1e22. What extras change is clamped to that.
//
// Converted, a parameter becomes the nearest number of the other type. What lies beyond its range saturates, and is
// counted: where that happens to more than a few, take fewer bits after the point.
// SPDX-License-Identifier: MIT

#ifndef RBM_MODEL_PARAMETERS_HPP
#define RBM_MODEL_PARAMETERS_HPP

#include <stddef.h>

#include "../numbers/fixed.hpp"
#include "../numbers/flash.hpp"
#include "../numbers/math.hpp"
#include "../numbers/number.hpp"
#include "../status.hpp"
#include "model.hpp"

namespace rbm {

/// Calls visit(kind, number) for each parameter of a model as it is stored: the visible layer's, the hidden layer's,
/// then the weights row by row. A layer's are the biases of all its units, then the variances of Gaussian ones.
/// Several models of the same units, which may differ in their number types, are visited side by side:
/// visit(kind, number of the first, number of the second ...).
template <class Visit, class Model, class... Others>
void each_parameter(Visit& visit, Model& model, Others&... others) {
  Model::each_parameter(visit, model, others...);
}

namespace detail {

/// Copies each parameter of one model, or layer, to another.
struct CopyParameter {
  template <class From, class To>
  void operator()(Parameter, const From& from, To& to) const {
    to = static_cast<To>(number(from));
  }
};

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

/// Whether a real unit drives itself by what `Others` answer to it. Along one unit, and what its neighbours answer, the
/// exponent is -s^2 (1 - gain) / (2 variance) and linear terms. Rectified neighbours answer to positive weights only.
/// weight(i, j) is that of unit i and unit j of the others.
template <class Units, class Others, class Layer, class OtherLayer, class Weight>
bool drives_itself(const Layer& layer, const OtherLayer& others, const Weight& weight) {
  bool diverges = false;
  for (size_t i = 0; i < Units::size; ++i) {
    float gain = 0.0f;
    for (size_t j = 0; j < Others::size; ++j) {
      const float variance = static_cast<float>(others.variance_of(j)), w = static_cast<float>(weight(i, j));
      if (variance > 0.0f && (w > 0.0f || Others::is_gaussian)) gain += w * w * variance;
    }
    const float variance = static_cast<float>(layer.variance_of(i));
    diverges = diverges || (variance > 0.0f && gain * variance >= 1.0f);
  }
  return diverges;
}

/// Whether x, rounded to the nearest number of a type, is within its range.
inline bool is_in_range(float, float) { return true; }
template <class Integer, int FractionBits>
bool is_in_range(float x, Fixed<Integer, FractionBits>) {
  typedef Fixed<Integer, FractionBits> Scalar;
  const float half = 0.5f / static_cast<float>(Scalar::one());
  return x <= static_cast<float>(Scalar::highest()) + half && x >= static_cast<float>(Scalar::lowest()) - half;
}

/// Looks at what each parameter would be in another number type.
template <class Scalar>
struct CheckConversion {
  Status status;
  size_t saturated;  // parameters which that type does not hold

  template <class StoredType>
  void operator()(Parameter kind, const StoredType& stored) {
    const float x = static_cast<float>(number(stored));
    if (!is_finite(x)) status = Status::not_finite;
    if (status == Status::ok && kind == Parameter::variance && !Arithmetic<Scalar>::is_variance(Scalar(x))) {
      status = Status::out_of_range;
    }
    saturated += is_in_range(x, Scalar(0)) ? 0 : 1;
  }
};

template <class Number, class From, class To>
Status convert_parameters(const From& from, To& to, size_t& saturated) {
  static_assert(!Stored<Number>::is_in_flash, "rbm: a model in flash cannot be written: convert to one in RAM");
  CheckConversion<Number> check = {Status::ok, 0};
  each_parameter(check, from);
  if (check.status != Status::ok) return check.status;
  CopyParameter copy;
  each_parameter(copy, from, to);
  saturated = check.saturated;
  return Status::ok;
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
  constexpr bool may_diverge = detail::is_real_pair<Model>();
  if (!may_diverge) return Status::ok;
  typedef typename Model::Visible Visible;
  typedef typename Model::Hidden Hidden;
  const bool diverges = detail::drives_itself<Hidden, Visible>(
                            model.hidden, model.visible, [&](size_t j, size_t i) { return model.weight(i, j); }) ||
                        detail::drives_itself<Visible, Hidden>(model.visible, model.hidden,
                                                               [&](size_t i, size_t j) { return model.weight(i, j); });
  return diverges ? Status::not_normalizable : Status::ok;
}

/// Gives `to` the parameters of `from`, a model of the same units. `saturated` tells how many of them lay beyond the
/// range of `to` and became its end.
/// Errors, which change nothing: not_finite where a parameter is no number; out_of_range where a variance would be one
/// that check() refuses, as those are that are not above 0, or too small for the other number type.
template <class Visible, class Hidden, class From, class To>
Status convert(const Rbm<Visible, Hidden, From>& from, Rbm<Visible, Hidden, To>& to, size_t& saturated) {
  return detail::convert_parameters<To>(from, to, saturated);
}

}  // namespace rbm

#endif  // RBM_MODEL_PARAMETERS_HPP
