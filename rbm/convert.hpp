// rbm/convert.hpp: a model in another number type: trained in float on a host, run in 8 bits on a chip.
//
// Every parameter becomes the nearest number of the other type. What lies beyond its range saturates, and is counted:
// where that happens to more than a few, take fewer bits after the point.
// SPDX-License-Identifier: MIT

#ifndef RBM_CONVERT_HPP
#define RBM_CONVERT_HPP

#include <stddef.h>

#include "arithmetic.hpp"
#include "flash.hpp"
#include "model.hpp"
#include "status.hpp"

namespace rbm {

namespace detail {

/// Whether x lies further beyond the ends of a number type than rounding reaches.
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

/// Looks at all parameters of a model: whether each is a number, and which of them another number type does not hold.
template <class Scalar>
struct CountSaturated {
  bool finite;
  bool vanishes;  // a variance that would become 0
  size_t saturated;

  template <class Number>
  void operator()(Number parameter) {
    const float x = static_cast<float>(parameter);
    finite = finite && is_finite(x);
    saturated += Range<Scalar>::holds(x) ? 0 : 1;
  }

  template <class Units, class Layer>
  void of_layer(const Layer& layer) {
    for (size_t i = 0; i < Units::size; ++i) {
      (*this)(number(layer.bias_of(i)));
      const float width = static_cast<float>(layer.width(i));
      (*this)(width);
      vanishes = vanishes || (width > 0.0f && Scalar(width) == Scalar(0));
    }
  }
};

}  // namespace detail

/// Gives `to` the parameters of `from`, a model of the same units. `saturated` tells how many of them lay beyond the
/// range of `to` and became its end.
/// Errors, which change nothing: not_finite where a parameter is no number; out_of_range where a variance is too small
/// for the number type to tell from 0.
template <class Visible, class Hidden, class From, class To>
Status convert(const Rbm<Visible, Hidden, From>& from, Rbm<Visible, Hidden, To>& to, size_t& saturated) {
  static_assert(!detail::Stored<To>::is_in_flash, "rbm: a model in flash cannot be written: convert to one in RAM");
  detail::CountSaturated<To> count = {true, false, 0};
  for (const From& weight : from.weights.values) count(detail::number(weight));
  count.template of_layer<Visible>(from.visible);
  count.template of_layer<Hidden>(from.hidden);
  if (!count.finite) return Status::not_finite;
  if (count.vanishes) return Status::out_of_range;
  for (size_t k = 0; k < size_t{Visible::size} * size_t{Hidden::size}; ++k) {
    to.weights.values[k] = static_cast<To>(detail::number(from.weights.values[k]));
  }
  to.visible.copy(from.visible);
  to.hidden.copy(from.hidden);
  saturated = count.saturated;
  return Status::ok;
}

}  // namespace rbm

#endif  // RBM_CONVERT_HPP
