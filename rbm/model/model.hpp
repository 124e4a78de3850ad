// rbm/model/model.hpp: Rbm<Visible, Hidden, Scalar>, the model: parameters, energies and conditionals.
//
//   E(v, h) = sum_i A_i(v_i) + sum_j B_j(h_j) - sum_ij v_i W_ij h_j,   p(v, h) = exp(-E(v, h)) / Z
//
// Given one layer the units of the other are independent, each with the input c + (weighted sum of the given layer).
// SPDX-License-Identifier: MIT

#ifndef RBM_MODEL_MODEL_HPP
#define RBM_MODEL_MODEL_HPP

#include <stddef.h>

#include "../kernels/kernels.hpp"
#include "../layers/layers.hpp"
#include "../numbers/flash.hpp"
#include "../numbers/number.hpp"
#include "../status.hpp"
#include "../storage.hpp"
#include "inputs.hpp"

namespace rbm {

/// A Restricted Boltzmann Machine. An aggregate, so a trained one may be const in read-only memory:
/// `const Model model = {{{weights, row by row}}, {{{visible biases}}}, {{{hidden biases}}}};`
///
/// States given to it must be within their units' range: they are not checked here (the trainers check theirs).
template <class VisibleUnits, class HiddenUnits, class Number = float>
struct Rbm {
  enum : size_t { visible_size = VisibleUnits::size, hidden_size = HiddenUnits::size };

  typedef VisibleUnits Visible;
  typedef HiddenUnits Hidden;
  typedef typename detail::Stored<Number>::Number Scalar;  // of states, and of parameters unless they are in flash
  typedef typename Arithmetic<Scalar>::Sum Sum;
  typedef typename Arithmetic<Scalar>::Energy Energy;
  typedef typename VisibleUnits::template Layer<Number> VisibleLayer;
  typedef typename HiddenUnits::template Layer<Number> HiddenLayer;
  typedef typename VisibleUnits::template Evidence<Scalar> VisibleEvidence;
  typedef Vector<Scalar, visible_size> VisibleState;
  typedef Vector<Scalar, hidden_size> HiddenState;
  typedef detail::RowSums<Hidden, visible_size, HiddenLayer, Number, Scalar> HiddenInputs;  // of all hidden units

  enum : bool { is_in_flash = detail::Stored<Number>::is_in_flash };
  enum : bool {
    sums_fit = Arithmetic<Scalar>::template sum_fits<visible_size, bool{VisibleUnits::is_real}>() &&
               Arithmetic<Scalar>::template sum_fits<hidden_size, bool{HiddenUnits::is_real}>()
  };
  static_assert(
      sums_fit || !Arithmetic<Scalar>::is_8_bit,
      "rbm: a layer this large can overflow the 16-bit sums of a Fixed<int8_t, bits>: take Fixed<int16_t, bits>");
  static_assert(
      sums_fit || Arithmetic<Scalar>::is_8_bit,
      "rbm: a layer this large can overflow the 32-bit sums of a Fixed<int16_t, bits>: take float, or with real "
      "units more bits after the point");

  Matrix<Number, visible_size, hidden_size> weights;  // row i: the weights of visible unit i
  VisibleLayer visible;
  HiddenLayer hidden;

  /// What is wrong with these samples: out_of_range where there are none, or the first complaint of the visible layer.
  static Status check(const VisibleState* samples, size_t count) {
    Status status = count == 0 ? Status::out_of_range : Status::ok;
    for (size_t s = 0; s < count && status == Status::ok; ++s) status = VisibleLayer::check(samples[s].values);
    return status;
  }

  /// The expectation of h given v; for Bernoulli units p(h_j = 1 | v) = sigmoid(b_j + sum_i v_i W_ij).
  /// The two states must not be the same object, here and below. `on`, unless it is null, says which units of v are on:
  /// the trainers know it.
  RBM_NOINLINE void mean_hidden(const VisibleState& v, HiddenState& h,
                                const kernels::Active<visible_size>* on = nullptr) const {
    const HiddenInputs inputs(hidden, weights.values, v.values, h.values, on);
    for (Block block : Blocks<Hidden>()) {
      Sum x[Hidden::block_size];
      inputs.get(block, x);
      hidden.mean(block, x, h.values + block.first);
    }
  }

  /// A draw from p(h | v).
  template <class Rng>
  RBM_NOINLINE void sample_hidden(const VisibleState& v, HiddenState& h, Rng& rng,
                                  const kernels::Active<visible_size>* on = nullptr) const {
    const HiddenInputs inputs(hidden, weights.values, v.values, h.values, on);
    for (Block block : Blocks<Hidden>()) {
      Sum x[Hidden::block_size];
      inputs.get(block, x);
      hidden.sample(block, x, h.values + block.first, rng);
    }
  }

  /// A draw, and the expectation beside it: where learning starts.
  template <class Rng>
  RBM_NOINLINE void sample_hidden(const VisibleState& v, HiddenState& h, HiddenState& mean, Rng& rng,
                                  const kernels::Active<visible_size>* on = nullptr) const {
    const HiddenInputs inputs(hidden, weights.values, v.values, mean.values, on);
    for (Block block : Blocks<Hidden>()) {
      Sum x[Hidden::block_size];
      inputs.get(block, x);
      hidden.sample_with_mean(block, x, h.values + block.first, mean.values + block.first, rng);
    }
  }

  /// The expectation of v given h; for Bernoulli units p(v_i = 1 | h) = sigmoid(a_i + sum_j W_ij h_j).
  RBM_NOINLINE void mean_visible(const HiddenState& h, VisibleState& v) const {
    for (Block block : Blocks<Visible>()) {
      Sum x[Visible::block_size];
      visible_inputs(h, block, x);
      visible.mean(block, x, v.values + block.first);
    }
  }

  /// A draw from p(v | h).
  template <class Rng>
  RBM_NOINLINE void sample_visible(const HiddenState& h, VisibleState& v, Rng& rng) const {
    for (Block block : Blocks<Visible>()) {
      Sum x[Visible::block_size];
      visible_inputs(h, block, x);
      visible.sample(block, x, v.values + block.first, rng);
    }
  }

  /// E(v, h), in nats.
  Energy energy(const VisibleState& v, const HiddenState& h) const {
    Energy coupling(0);
    for (size_t i = 0; i < visible_size; ++i) {
      if (detail::equal(v[i], Scalar(0))) continue;
      coupling += Arithmetic<Scalar>::scale(v[i], kernels::dot<hidden_size>(weights.row(i), h.values));
    }
    return visible.energy(v.values) + hidden.energy(h.values) - coupling;
  }

  /// F(v) = -ln sum_h exp(-E(v, h)), in nats: -ln p(v) up to the constant ln Z. Low is familiar, high is surprising.
  /// Of Gaussian hidden units it grows with the square of their inputs: beyond inputs of 1e16 it may be -infinity.
  RBM_NOINLINE Energy free_energy(const VisibleState& v) const {
    Energy sum(0);
    for (Block block : Blocks<Hidden>()) {
      Sum x[Hidden::block_size];
      hidden_inputs(v, block, x);
      sum += hidden.cumulant(block, x);
    }
    return visible.energy(v.values) - sum;
  }

  /// A draw from p(v | h, observation): from p(v | h) times the likelihood that the evidence gives to v.
  template <class Rng>
  RBM_NOINLINE void sample_visible(const HiddenState& h, const VisibleEvidence& evidence, VisibleState& v,
                                   Rng& rng) const {
    for (Block block : Blocks<Visible>()) {
      Sum x[Visible::block_size];
      visible_inputs(h, block, x);
      evidence.sample(block, visible, x, v.values + block.first, rng);
    }
  }

  /// The inputs b_j + sum_i v_i W_ij of a block of hidden units, for whoever needs them themselves: they are made a
  /// block at a time, on the stack, which so does not grow with the model.                             x [block.count]
  ///   for (rbm::Block block : rbm::Blocks<Model::Hidden>()) {
  ///     Model::Sum x[Model::Hidden::block_size];
  ///     model.hidden_inputs(v, block, x);
  ///   }
  RBM_INLINE void hidden_inputs(const VisibleState& v, Block block, Sum* x) const {
    detail::sum_rows<Hidden, visible_size>(hidden, weights.values, v.values, block, x);
  }

  /// The inputs a_i + sum_j W_ij h_j of a block of visible units.                                       x [block.count]
  RBM_INLINE void visible_inputs(const HiddenState& h, Block block, Sum* x) const {
    detail::dot_rows<hidden_size>(visible, weights.values, h.values, block, x);
  }
};

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

#endif  // RBM_MODEL_MODEL_HPP
