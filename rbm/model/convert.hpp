// rbm/model/convert.hpp: a model in another number type: trained in float on a host, run in 8 bits on a chip.
//
// Every parameter becomes the nearest number of the other type. What lies beyond its range saturates, and is counted:
// where that happens to more than a few, take fewer bits after the point.
// SPDX-License-Identifier: MIT

#ifndef RBM_MODEL_CONVERT_HPP
#define RBM_MODEL_CONVERT_HPP

#include <stddef.h>

#include "../numbers/flash.hpp"
#include "../numbers/number.hpp"
#include "../status.hpp"
#include "model.hpp"

namespace rbm {

namespace detail {

/// Whether x, rounded to the nearest number of a type, is within its range.
template <class Scalar>
struct Range {
  static bool holds(float) { return true; }
};

template <class Integer, int FractionBits>
struct Range<Fixed<Integer, FractionBits>> {
  static bool holds(float x) {
    typedef Fixed<Integer, FractionBits> Scalar;
    const float half = 0.5f / static_cast<float>(Scalar::one());
    return x <= static_cast<float>(Scalar::highest()) + half && x >= static_cast<float>(Scalar::lowest()) - half;
  }
};

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
    saturated += Range<Scalar>::holds(x) ? 0 : 1;
  }
};

}  // namespace detail

/// Gives `to` the parameters of `from`, a model of the same units. `saturated` tells how many of them lay beyond the
/// range of `to` and became its end.
/// Errors, which change nothing: not_finite where a parameter is no number; out_of_range where a variance would be one
/// that check() refuses, as those are that are not above 0, or too small for the other number type.
template <class Visible, class Hidden, class From, class To>
Status convert(const Rbm<Visible, Hidden, From>& from, Rbm<Visible, Hidden, To>& to, size_t& saturated) {
  static_assert(!detail::Stored<To>::is_in_flash, "rbm: a model in flash cannot be written: convert to one in RAM");
  detail::CheckConversion<To> check = {Status::ok, 0};
  each_parameter(check, from);
  if (check.status != Status::ok) return check.status;
  detail::CopyParameter copy;
  each_parameter(copy, from, to);
  saturated = check.saturated;
  return Status::ok;
}

}  // namespace rbm

#endif  // RBM_MODEL_CONVERT_HPP
