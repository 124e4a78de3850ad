// rbm/model/parameters.hpp: the one way through all parameters of a model, which converting and checking it take.
// SPDX-License-Identifier: MIT

#ifndef RBM_MODEL_PARAMETERS_HPP
#define RBM_MODEL_PARAMETERS_HPP

#include <stddef.h>
#include <stdint.h>

#include "../numbers/flash.hpp"

namespace rbm {

/// What a parameter is.
enum class Parameter : uint8_t { bias, variance, weight };

/// Calls visit(kind, number) for each parameter of a model as it is stored: the visible layer's, the hidden layer's,
/// then the weights row by row. A layer's are the biases of all its units, then the variances of Gaussian ones.
/// Several models of the same units, which may differ in their number types, are visited side by side:
/// visit(kind, number of the first, number of the second ...).
template <class Visit, class Model, class... Others>
void each_parameter(Visit& visit, Model& model, Others&... others) {
  Model::VisibleLayer::each_parameter(visit, model.visible, others.visible...);
  Model::HiddenLayer::each_parameter(visit, model.hidden, others.hidden...);
  constexpr size_t weights = size_t{Model::visible_size} * size_t{Model::hidden_size};
  for (size_t k = 0; k < weights; ++k) visit(Parameter::weight, model.weights.values[k], others.weights.values[k]...);
}

namespace detail {

/// Copies each parameter of one model, or layer, to another.
struct CopyParameter {
  template <class From, class To>
  void operator()(Parameter, const From& from, To& to) const {
    to = static_cast<To>(number(from));
  }
};

}  // namespace detail

}  // namespace rbm

#endif  // RBM_MODEL_PARAMETERS_HPP
