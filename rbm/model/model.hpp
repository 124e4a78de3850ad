// rbm/model/model.hpp: Rbm<Visible, Hidden, Scalar>, the model: parameters, energies and conditionals.
//
//   E(v, h) = sum_i A_i(v_i) + sum_j B_j(h_j) - sum_ij v_i W_ij h_j,   p(v, h) = exp(-E(v, h)) / Z
//
// Given one layer the units of the other are independent, each with the input c + (weighted sum of the given layer).
// Inputs come a block of units at a time, on the stack, so that no array of them is kept. Floats are summed in the
// array that will hold the states, so that each row of the weights is read once for a state or a batch of them, instead
// of once for each block.
// SPDX-License-Identifier: MIT

#ifndef RBM_MODEL_MODEL_HPP
#define RBM_MODEL_MODEL_HPP

#include <stddef.h>

#include "../kernels/kernels.hpp"
#include "../layers/binary.hpp"
#include "../layers/joined.hpp"
#include "../layers/layer.hpp"
#include "../layers/real.hpp"
#include "../layers/softmax.hpp"
#include "../numbers/flash.hpp"
#include "../numbers/number.hpp"
#include "../status.hpp"
#include "../storage.hpp"

namespace rbm {
namespace detail {

/// Where the inputs of all `Length` units are summed: floats of more than a block in `scratch`, others nowhere (null).
template <size_t Length>
RBM_INLINE float* sums_of_all(float* scratch) {
  return Length > kernels::block_size ? scratch : nullptr;
}
template <size_t Length, class Integer, int FractionBits>
RBM_INLINE typename Arithmetic<Fixed<Integer, FractionBits>>::Sum* sums_of_all(Fixed<Integer, FractionBits>*) {
  return nullptr;
}

/// The inputs c_j + sum_i s_i W_ij of units j, given a state s [Rows] and a matrix [Rows][Units::size]; `on`, unless it
/// is null, says which units i are on. A block of `scratch` [Units::size] may be overwritten once its inputs were read.
template <class Units, size_t Rows, class Layer, class Weight, class Scalar>
class RowSums {
 public:
  typedef typename Layer::Sum Sum;

  RBM_INLINE RowSums(const Layer& for_layer, const Weight* matrix, const Scalar* state, Scalar* scratch,
                     const kernels::Active<Rows>* units = nullptr)
      : layer(for_layer), weights(matrix), s(state), on(units), sums(sums_of_all<Units::size>(scratch)) {
    if (sums == nullptr) return;
    for (Block block : Blocks<Units>()) start_input(layer, block, sums + block.first);
    kernels::accumulate<Rows, Units::size>(on, weights, s, Units::size, sums);
  }

  RBM_INLINE void get(Block block, Sum* x) const {
    if (sums != nullptr) {
      kernels::convert(sums + block.first, block.count, x);
    } else {
      start_input(layer, block, x);
      kernels::accumulate<Rows, Units::size>(on, weights + block.first, s, block.count, x);
    }
  }

 private:
  const Layer& layer;
  const Weight* weights;
  const Scalar* s;
  const kernels::Active<Rows>* on;
  Sum* sums;
};

/// The inputs c_i + sum_j W_ij s_j of units i, given a state s [Columns] and a matrix [Units::size][Columns].
template <class Units, size_t Columns, class Layer, class Weight, class Scalar>
class DotSums {
 public:
  typedef typename Layer::Sum Sum;

  RBM_INLINE DotSums(const Layer& for_layer, const Weight* matrix, const Scalar* state)
      : layer(for_layer), weights(matrix), s(state) {}

  RBM_INLINE void get(Block block, Sum* x) const {
    start_input(layer, block, x);
    kernels::dot_rows<Columns>(weights + block.first * Columns, s, block.count, x);
  }

 private:
  const Layer& layer;
  const Weight* weights;
  const Scalar* s;
};

/// Calls visit(block, x) with the inputs of each block of a layer's units.
template <class Units, class Inputs, class Visit>
RBM_INLINE void each_input(const Inputs& inputs, const Visit& visit) {
  for (Block block : Blocks<Units>()) {
    typename Inputs::Sum x[Units::block_size];
    inputs.get(block, x);
    visit(block, x);
  }
}

/// What is wrong with these states of a layer: out_of_range where there are none, or the layer's first complaint.
template <class Layer, class State>
Status check_states(const State* states, size_t count) {
  Status status = count == 0 ? Status::out_of_range : Status::ok;
  for (size_t s = 0; s < count && status == Status::ok; ++s) status = Layer::check(states[s].values);
  return status;
}

}  // namespace detail

/// A Restricted Boltzmann Machine. An aggregate, so a trained one may be const in read-only memory:
/// `const Model model = {{{weights, row by row}}, {{{visible biases}}}, {{{hidden biases}}}};`
///
/// States given to it must be within their units' range: they are not checked here (the trainers check theirs).
template <class VisibleUnits, class HiddenUnits, class Number = float>
struct Rbm {
  enum : size_t { visible_size = VisibleUnits::size, hidden_size = HiddenUnits::size };

  typedef Rbm Model;  // which samples; of a Transposed, what it is of
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
  typedef VisibleState Sample;  // what it learns from; of a deep model a part of the visible state
  typedef detail::RowSums<Hidden, visible_size, HiddenLayer, Number, Scalar> HiddenInputs;  // of all hidden units
  typedef detail::DotSums<Visible, hidden_size, VisibleLayer, Number, Scalar> VisibleInputs;

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

  /// The weight between visible unit i and hidden unit j.
  Scalar weight(size_t i, size_t j) const { return detail::number(weights(i, j)); }

  /// What is wrong with these samples: out_of_range where there are none, or the first complaint of the visible layer.
  static Status check(const Sample* samples, size_t count) {
    return detail::check_states<VisibleLayer>(samples, count);
  }

  /// The visible state of a chain that starts at a sample.
  static void start(const Sample& sample, VisibleState& v) { v = sample; }

  /// The expectation of h given v; for Bernoulli units p(h_j = 1 | v) = sigmoid(b_j + sum_i v_i W_ij).
  /// The two states must not be the same object, here and below. `on`, unless it is null, says which units of v are on:
  /// the trainers know it.
  RBM_NOINLINE void mean_hidden(const VisibleState& v, HiddenState& h,
                                const kernels::Active<visible_size>* on = nullptr) const {
    each_hidden_input(v, on, h,
                      [&](Block block, Sum* x) RBM_ALWAYS_INLINE { hidden.mean(block, x, h.values + block.first); });
  }

  /// A draw from p(h | v).
  template <class Rng>
  RBM_NOINLINE void sample_hidden(const VisibleState& v, HiddenState& h, Rng& rng,
                                  const kernels::Active<visible_size>* on = nullptr) const {
    each_hidden_input(
        v, on, h, [&](Block block, Sum* x) RBM_ALWAYS_INLINE { hidden.sample(block, x, h.values + block.first, rng); });
  }

  /// A draw, and the expectation beside it: where learning starts.
  template <class Rng>
  RBM_NOINLINE void sample_hidden(const VisibleState& v, HiddenState& h, HiddenState& mean, Rng& rng,
                                  const kernels::Active<visible_size>* on = nullptr) const {
    each_hidden_input(v, on, mean, [&](Block block, Sum* x) RBM_ALWAYS_INLINE {
      Scalar* const means = mean.values + block.first;
      hidden.mean(block, x, means);
      hidden.sample(block, x, h.values + block.first, rng, means);
    });
  }

  /// The expectation of v given h; for Bernoulli units p(v_i = 1 | h) = sigmoid(a_i + sum_j W_ij h_j).
  RBM_NOINLINE void mean_visible(const HiddenState& h, VisibleState& v) const {
    each_visible_input(h,
                       [&](Block block, Sum* x) RBM_ALWAYS_INLINE { visible.mean(block, x, v.values + block.first); });
  }

  /// A draw from p(v | h).
  template <class Rng>
  RBM_NOINLINE void sample_visible(const HiddenState& h, VisibleState& v, Rng& rng) const {
    each_visible_input(
        h, [&](Block block, Sum* x) RBM_ALWAYS_INLINE { visible.sample(block, x, v.values + block.first, rng); });
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
    return difference(visible.energy(v.values), sum);
  }

  /// A draw from p(v | h, observation): from p(v | h) times the likelihood that the evidence gives to v.
  template <class Rng>
  RBM_NOINLINE void sample_visible(const HiddenState& h, const VisibleEvidence& evidence, VisibleState& v,
                                   Rng& rng) const {
    each_visible_input(h, [&](Block block, Sum* x)
                              RBM_ALWAYS_INLINE { evidence.sample(block, visible, x, v.values + block.first, rng); });
  }

  /// The inputs b_j + sum_i v_i W_ij of a block of hidden units, one of Blocks<Hidden>.                 x [block.count]
  RBM_INLINE void hidden_inputs(const VisibleState& v, Block block, Sum* x) const {
    detail::start_input(hidden, block, x);
    kernels::accumulate<visible_size, hidden_size>(weights.values + block.first, v.values, block.count, x);
  }

  /// The inputs of all hidden, or visible, units. They may be summed in the second state: write a block of it only once
  /// its inputs were read.
  RBM_INLINE HiddenInputs all_hidden_inputs(const VisibleState& v, HiddenState& h) const {
    return HiddenInputs(hidden, weights.values, v.values, h.values);
  }
  RBM_INLINE VisibleInputs all_visible_inputs(const HiddenState& h, VisibleState&) const {
    return VisibleInputs(visible, weights.values, h.values);
  }

  /// Visits the parameters of some models of these units side by side, see model/parameters.hpp.
  template <class Visit, class... Models>
  static void each_parameter(Visit& visit, Models&... models) {
    VisibleLayer::each_parameter(visit, models.visible...);
    HiddenLayer::each_parameter(visit, models.hidden...);
    constexpr size_t count = size_t{visible_size} * size_t{hidden_size};
    for (size_t k = 0; k < count; ++k) visit(Parameter::weight, models.weights.values[k]...);
  }

 private:
  // The hidden units' inputs are summed where h is.
  template <class Visit>
  RBM_INLINE void each_hidden_input(const VisibleState& v, const kernels::Active<visible_size>* on, HiddenState& h,
                                    const Visit& visit) const {
    detail::each_input<Hidden>(HiddenInputs(hidden, weights.values, v.values, h.values, on), visit);
  }
  template <class Visit>
  RBM_INLINE void each_visible_input(const HiddenState& h, const Visit& visit) const {
    detail::each_input<Visible>(VisibleInputs(visible, weights.values, h.values), visit);
  }
};

}  // namespace rbm

#endif  // RBM_MODEL_MODEL_HPP
