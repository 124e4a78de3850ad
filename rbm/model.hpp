// rbm/model.hpp: Rbm<Visible, Hidden, Scalar>, the model: parameters, energies and conditionals.
//
//   E(v, h) = sum_i A_i(v_i) + sum_j B_j(h_j) - sum_ij v_i W_ij h_j,   p(v, h) = exp(-E(v, h)) / Z
//
// Given one layer the units of the other are independent, each with the input c + (weighted sum of the given layer).
// SPDX-License-Identifier: MIT

#ifndef RBM_MODEL_HPP
#define RBM_MODEL_HPP

#include <stddef.h>

#include "arithmetic.hpp"
#include "kernels.hpp"
#include "layers.hpp"
#include "status.hpp"
#include "storage.hpp"

namespace rbm {

/// A Restricted Boltzmann Machine. An aggregate, so a trained one may be const in read-only memory:
/// `const Model model = {{{weights, row by row}}, {{{visible biases}}}, {{{hidden biases}}}};`
///
/// States given to it must be within their units' range; they are not checked here (the trainers check theirs).
template <class VisibleUnits, class HiddenUnits, class ScalarType = float>
struct Rbm {
  enum : size_t { visible_size = VisibleUnits::size, hidden_size = HiddenUnits::size };

  typedef ScalarType Scalar;
  typedef typename Arithmetic<Scalar>::Sum Sum;
  typedef typename VisibleUnits::template Layer<Scalar> VisibleLayer;
  typedef typename HiddenUnits::template Layer<Scalar> HiddenLayer;
  typedef typename VisibleUnits::template Evidence<Scalar> VisibleEvidence;
  typedef Vector<Scalar, visible_size> VisibleState;
  typedef Vector<Scalar, hidden_size> HiddenState;
  typedef Vector<Sum, visible_size> VisibleInput;
  typedef Vector<Sum, hidden_size> HiddenInput;

  Matrix<Scalar, visible_size, hidden_size> weights;  // row i: the weights of visible unit i
  VisibleLayer visible;
  HiddenLayer hidden;

  /// x_j = b_j + sum_i v_i W_ij
  void hidden_input(const VisibleState& v, HiddenInput& x) const {
    hidden.start_input(0, hidden_size, x.values);
    kernels::add_rows<hidden_size, visible_size, hidden_size>(weights.values, v.values, x.values);
  }

  /// x_i = a_i + sum_j W_ij h_j
  void visible_input(const HiddenState& h, VisibleInput& x) const {
    visible.start_input(0, visible_size, x.values);
    kernels::add_row_products<visible_size, hidden_size>(weights.values, h.values, x.values);
  }

  /// The expectation of h given v; for Bernoulli units p(h_j = 1 | v) = sigmoid(b_j + sum_i v_i W_ij), eq. (213).
  void mean_hidden(const VisibleState& v, HiddenState& h) const {
    hidden_input(v, h);
    hidden.mean(h.values, h.values);
  }

  /// A draw from p(h | v), eq. (212).
  template <class Rng>
  void sample_hidden(const VisibleState& v, HiddenState& h, Rng& rng) const {
    hidden_input(v, h);
    hidden.sample(h.values, h.values, rng);
  }

  /// The expectation of v given h; for Bernoulli units p(v_i = 1 | h) = sigmoid(a_i + sum_j W_ij h_j).
  void mean_visible(const HiddenState& h, VisibleState& v) const {
    visible_input(h, v);
    visible.mean(v.values, v.values);
  }

  /// A draw from p(v | h).
  template <class Rng>
  void sample_visible(const HiddenState& h, VisibleState& v, Rng& rng) const {
    visible_input(h, v);
    visible.sample(v.values, v.values, rng);
  }

  /// E(v, h), in nats.
  Sum energy(const VisibleState& v, const HiddenState& h) const {
    Sum coupling = 0;
    for (size_t i = 0; i < visible_size; ++i) {
      if (v[i] == Scalar(0)) continue;
      coupling += v[i] * kernels::dot<hidden_size>(weights.row(i), h.values);
    }
    return visible.energy(v.values) + hidden.energy(h.values) - coupling;
  }

  /// F(v) = -ln sum_h exp(-E(v, h)), in nats: -ln p(v) up to the constant ln Z. Low is familiar, high is surprising.
  /// It takes the hidden units a few at a time, so its stack does not grow with the model.
  Sum free_energy(const VisibleState& v) const {
    enum : size_t { block = 16, whole = hidden_size - hidden_size % block };
    Sum cumulant = 0;
    for (size_t first = 0; first < whole; first += block) cumulant += hidden_cumulant<block>(v, first);
    for (size_t first = whole; first < hidden_size; ++first) cumulant += hidden_cumulant<1>(v, first);
    return visible.energy(v.values) - cumulant;
  }

 private:
  // Of `Count` hidden units from `first` on.
  template <size_t Count>
  Sum hidden_cumulant(const VisibleState& v, size_t first) const {
    Sum x[Count];
    hidden.start_input(first, Count, x);
    kernels::add_rows<Count, visible_size, hidden_size>(weights.values + first, v.values, x);
    return hidden.cumulant(first, Count, x);
  }
};

}  // namespace rbm

#endif  // RBM_MODEL_HPP
