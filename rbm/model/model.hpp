// rbm/model/model.hpp: Rbm<Visible, Hidden, Scalar>, the model: parameters, energies and conditionals.
//
//   E(v, h) = sum_i A_i(v_i) + sum_j B_j(h_j) - sum_ij v_i W_ij h_j,   p(v, h) = exp(-E(v, h)) / Z
//
// Given one layer the units of the other are independent, each with the input c + (weighted sum of the given layer).
// SPDX-License-Identifier: MIT

#ifndef RBM_MODEL_MODEL_HPP
#define RBM_MODEL_MODEL_HPP

#include <stddef.h>

#include "../numbers/number.hpp"
#include "../numbers/flash.hpp"
#include "inputs.hpp"
#include "../kernels/kernels.hpp"
#include "../layers/layers.hpp"
#include "../status.hpp"
#include "../storage.hpp"

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
  typedef typename Arithmetic<Scalar>::Wide Wide;
  typedef typename VisibleUnits::template Layer<Number> VisibleLayer;
  typedef typename HiddenUnits::template Layer<Number> HiddenLayer;
  typedef typename VisibleUnits::template Evidence<Scalar> VisibleEvidence;
  typedef Vector<Scalar, visible_size> VisibleState;
  typedef Vector<Scalar, hidden_size> HiddenState;

  enum : bool { is_in_flash = detail::Stored<Number>::is_in_flash };
  enum : bool {
    sums_fit = Arithmetic<Scalar>::template sum_fits<visible_size, bool{VisibleUnits::is_real}>() &&
               Arithmetic<Scalar>::template sum_fits<hidden_size, bool{HiddenUnits::is_real}>()
  };
  static_assert(
      sums_fit || !Arithmetic<Scalar>::is_narrow,
      "rbm: a layer this large can overflow the 16-bit sums of a Fixed<int8_t, bits>: take Fixed<int16_t, bits>");
  static_assert(
      sums_fit || Arithmetic<Scalar>::is_narrow,
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
  /// As below, the two states must not be the same object.
  void mean_hidden(const VisibleState& v, HiddenState& h) const {
    visit_hidden_inputs(
        v, [&](Block block, Sum* x) RBM_ALWAYS_INLINE { hidden.mean(block, x, h.values + block.first); }, h);
  }

  /// A draw from p(h | v).
  template <class Rng>
  void sample_hidden(const VisibleState& v, HiddenState& h, Rng& rng) const {
    visit_hidden_inputs(
        v, [&](Block block, Sum* x) RBM_ALWAYS_INLINE { hidden.sample(block, x, h.values + block.first, rng); }, h);
  }

  /// The expectation of v given h; for Bernoulli units p(v_i = 1 | h) = sigmoid(a_i + sum_j W_ij h_j).
  void mean_visible(const HiddenState& h, VisibleState& v) const {
    visit_visible_inputs(
        h, [&](Block block, Sum* x) RBM_ALWAYS_INLINE { visible.mean(block, x, v.values + block.first); });
  }

  /// A draw from p(v | h).
  template <class Rng>
  void sample_visible(const HiddenState& h, VisibleState& v, Rng& rng) const {
    visit_visible_inputs(
        h, [&](Block block, Sum* x) RBM_ALWAYS_INLINE { visible.sample(block, x, v.values + block.first, rng); });
  }

  /// E(v, h), in nats.
  Wide energy(const VisibleState& v, const HiddenState& h) const {
    Wide coupling(0);
    for (size_t i = 0; i < visible_size; ++i) {
      if (detail::equal(v[i], Scalar(0))) continue;
      coupling += Arithmetic<Scalar>::scale(v[i], kernels::dot<hidden_size>(weights.row(i), h.values));
    }
    return visible.energy(v.values) + hidden.energy(h.values) - coupling;
  }

  /// F(v) = -ln sum_h exp(-E(v, h)), in nats: -ln p(v) up to the constant ln Z. Low is familiar, high is surprising.
  /// Of Gaussian hidden units it grows with the square of their inputs: beyond inputs of 1e16 it may be -infinity.
  Wide free_energy(const VisibleState& v) const {
    Wide sum(0);
    visit_hidden_inputs(v, [&](Block block, const Sum* x) RBM_ALWAYS_INLINE { sum += hidden.cumulant(block, x); });
    return visible.energy(v.values) - sum;
  }

  /// A draw from p(v | h, observation): from p(v | h) times the likelihood that the evidence gives to v.
  template <class Rng>
  void sample_visible(const HiddenState& h, const VisibleEvidence& evidence, VisibleState& v, Rng& rng) const {
    visit_visible_inputs(h, [&](Block block, Sum* x)
                                RBM_ALWAYS_INLINE { evidence.sample(block, visible, x, v.values + block.first, rng); });
  }

  /// The way from one layer to the other, for whoever needs the inputs themselves: calls visit(block, x) for one block
  /// of units after the other, where x [block.count] are the inputs b_j + sum_i v_i W_ij of the hidden units from
  /// block.first on, and the layer's functions take the block. The blocks are small and live on the stack, so that the
  /// stack does not grow with the model and no array of inputs is kept; a visitor may change x.
  template <class Visit>
  void visit_hidden_inputs(const VisibleState& v, const Visit& visit) const {
    detail::visit_row_sums<Hidden, visible_size, hidden_size>(hidden, weights.values, v.values, visit);
  }

  /// Faster in floats, with a state that the visitor may overwrite.
  template <class Visit>
  void visit_hidden_inputs(const VisibleState& v, const Visit& visit, HiddenState& scratch) const {
    detail::visit_row_sums<Hidden, visible_size, hidden_size>(hidden, weights.values, v.values, scratch.values, visit);
  }

  /// The inputs a_i + sum_j W_ij h_j of the visible units.
  template <class Visit>
  void visit_visible_inputs(const HiddenState& h, const Visit& visit) const {
    detail::visit_row_products<Visible, hidden_size>(visible, weights.values, h.values, visit);
  }
};

}  // namespace rbm

#endif  // RBM_MODEL_MODEL_HPP
