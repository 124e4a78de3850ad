// rbm/sampling/transposed.hpp: a model with a second copy of its weights, by column.
// SPDX-License-Identifier: MIT

#ifndef RBM_SAMPLING_TRANSPOSED_HPP
#define RBM_SAMPLING_TRANSPOSED_HPP

#include <stddef.h>

#include "../config.hpp"
#include "../kernels/kernels.hpp"
#include "../layers/layer.hpp"
#include "../model/model.hpp"
#include "../numbers/flash.hpp"
#include "../storage.hpp"

namespace rbm {

/// A model with a second copy of its weights, by column, for faster chains. From hidden to visible units a model makes
/// a dot product with every row of its weights; with the columns at hand it adds those of the units that are on, which
/// are few. Chains of floats and of 8 bits take 0.5 to 0.9 of the time; 16 bits, whose dot products are fast, gain it
/// in some sizes only. `make bench` shows both ways.
///
/// What chains, Posterior, denoise, tempered, anneal, ParallelTempering and Ais run on in place of their model, which
/// must outlive it: `transposed.copy(model)` first (without, there is no model to run on), then
/// `chain.run(transposed, steps, rng)`. It costs as much memory as the weights. After a change of the model, copy it
/// again. Fixed models sample what they sample without it, bit for bit; sums of floats are rounded differently.
template <class ModelType>
struct Transposed {
  typedef ModelType Model;
  typedef typename Model::Scalar Scalar;
  typedef typename Model::Sum Sum;
  typedef typename Model::Energy Energy;
  typedef typename Model::VisibleState VisibleState;
  typedef typename Model::HiddenState HiddenState;
  typedef typename Model::VisibleEvidence VisibleEvidence;
  typedef typename Model::HiddenInputs HiddenInputs;
  typedef detail::RowSums<typename Model::Visible, Model::hidden_size, typename Model::VisibleLayer, Scalar, Scalar>
      VisibleInputs;

  // The weights come first, to begin where a cache line does.
  Matrix<Scalar, Model::hidden_size, Model::visible_size> weights;  // row j: the weights of hidden unit j
  const Model* model;

  void copy(const Model& from) {
    model = &from;
    for (size_t j = 0; j < Model::hidden_size; ++j) {
      for (size_t i = 0; i < Model::visible_size; ++i) weights(j, i) = detail::number(from.weights(i, j));
    }
  }

  template <class Rng>
  void sample_hidden(const VisibleState& v, HiddenState& h, Rng& rng) const {
    model->sample_hidden(v, h, rng);
  }

  template <class Rng>
  RBM_NOINLINE void sample_visible(const HiddenState& h, VisibleState& v, Rng& rng) const {
    detail::each_input<typename Model::Visible>(all_visible_inputs(h, v), [&](Block block, Sum* x) RBM_ALWAYS_INLINE {
      model->visible.sample(block, x, v.values + block.first, rng);
    });
  }

  template <class Rng>
  RBM_NOINLINE void sample_visible(const HiddenState& h, const VisibleEvidence& evidence, VisibleState& v,
                                   Rng& rng) const {
    detail::each_input<typename Model::Visible>(all_visible_inputs(h, v), [&](Block block, Sum* x) RBM_ALWAYS_INLINE {
      evidence.sample(block, model->visible, x, v.values + block.first, rng);
    });
  }

  RBM_INLINE HiddenInputs all_hidden_inputs(const VisibleState& v, HiddenState& h) const {
    return model->all_hidden_inputs(v, h);
  }
  RBM_INLINE VisibleInputs all_visible_inputs(const HiddenState& h, VisibleState& v) const {
    return VisibleInputs(model->visible, weights.values, h.values, v.values);
  }
};

namespace detail {

/// The model that samples.
template <class Model>
const Model& model_of(const Model& model) {
  return model;
}
template <class Model>
const Model& model_of(const Transposed<Model>& transposed) {
  return *transposed.model;
}

}  // namespace detail

}  // namespace rbm

#endif  // RBM_SAMPLING_TRANSPOSED_HPP
