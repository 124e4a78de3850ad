// rbm/evaluation/couplings.hpp: reading the weights: the interactions between visible units that the hidden units
// induce.
//
// Summed out, hidden units leave the visible ones with the energy F(v). Its mixed difference in two units i and k, all
// others as they are in v,
//   J_ik(v) = - (F(+, +) - F(+, -) - F(-, +) + F(-, -)) / d^2
// with + and - their states on and off (1 and 0, of spins -1), d apart, is the coupling in a term -J_ik v_i v_k of the
// energy: of binary units the log odds ratio of i and k. Gaussian hidden units of variance S give W S W^T for any v, by
// the Hubbard-Stratonovich identity; of other units it depends on v, and is averaged over samples.
// SPDX-License-Identifier: MIT

#ifndef RBM_EVALUATION_COUPLINGS_HPP
#define RBM_EVALUATION_COUPLINGS_HPP

#include <stddef.h>

#include "../layers/sites.hpp"
#include "../numbers/flash.hpp"
#include "../numbers/math.hpp"
#include "../status.hpp"
#include "../storage.hpp"

namespace rbm {

namespace detail {

/// Adds `share` times the couplings in one state v.
template <class Model>
struct AddCouplings {
  typedef typename Model::Visible Visible;
  typedef typename Model::Scalar Scalar;
  typedef typename Model::Sum Sum;

  const Model& model;
  const typename Model::VisibleState& v;
  float share;
  Matrix<float, Model::visible_size, Model::visible_size>& couplings;

  void add(Block block, const Sum* x) const {
    for (size_t i = 0; i < Model::visible_size; ++i) {
      for (size_t k = 0; k < i; ++k) {
        const float mixed = (cumulant(block, x, i, true, k, true) - cumulant(block, x, i, true, k, false)) -
                            (cumulant(block, x, i, false, k, true) - cumulant(block, x, i, false, k, false));
        const float squared = static_cast<float>((1 - Visible::off(i)) * (1 - Visible::off(k)));
        couplings(i, k) += share * mixed / squared;
        couplings(k, i) = couplings(i, k);
      }
    }
  }

 private:
  // The hidden units' part of -F with two visible units put on or off.
  float cumulant(Block block, const Sum* x, size_t i, bool i_on, size_t k, bool k_on) const {
    const auto* row_i = model.weights.row(i) + block.first;
    const auto* row_k = model.weights.row(k) + block.first;
    const Sum move_i = Sum(i_on ? 1 : Visible::off(i)) - static_cast<Sum>(v[i]);
    const Sum move_k = Sum(k_on ? 1 : Visible::off(k)) - static_cast<Sum>(v[k]);
    Sum y[Model::Hidden::block_size];
    for (size_t j = 0; j < block.count; ++j) {
      y[j] = x[j] + move_i * static_cast<Sum>(number(row_i[j])) + move_k * static_cast<Sum>(number(row_k[j]));
    }
    return static_cast<float>(model.hidden.cumulant(block, y));
  }
};

}  // namespace detail

/// The couplings between all visible units, in nats, averaged over `count` samples; symmetric, the diagonal is 0. For
/// units of two states they are what is defined above; others count as if they could be 0 and 1. They are differences
/// of cumulants, and lose as many digits as these are larger: with Gaussian hidden units keep real samples near 0.
/// Errors, which leave the couplings as they were: out_of_range where there are no samples; what is wrong with a
/// sample. And not_finite where a coupling is no number, of parameters near the bounds of check(): then the others are
/// of no use.
template <class Model>
Status effective_couplings(const Model& model, const typename Model::VisibleState* samples, size_t count,
                           Matrix<float, Model::visible_size, Model::visible_size>& couplings) {
  const Status status = Model::check(samples, count);
  if (status != Status::ok) return status;
  for (float& coupling : couplings.values) coupling = 0.0f;
  for (size_t s = 0; s < count; ++s) {
    const detail::AddCouplings<Model> couple = {model, samples[s], 1.0f / static_cast<float>(count), couplings};
    for (Block block : Blocks<typename Model::Hidden>()) {
      typename Model::Sum x[Model::Hidden::block_size];
      model.hidden_inputs(samples[s], block, x);
      couple.add(block, x);
    }
  }
  bool finite = true;
  for (const float& coupling : couplings.values) finite = finite && is_finite(coupling);
  return finite ? Status::ok : Status::not_finite;
}

}  // namespace rbm

#endif  // RBM_EVALUATION_COUPLINGS_HPP
