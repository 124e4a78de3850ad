// rbm/deep/dbm.hpp: Dbm<Layers<Units...>, Number>, a deep Boltzmann machine (Salakhutdinov and Hinton 2009).
//
//   E(s_0, s_1 ... s_n) = sum_k A_k(s_k) - sum_k s_k W_k s_(k+1),   v = s_0
//
// A unit's input comes from the layer below and from the one above. Given the odd layers the even ones are independent
// and the other way round: a Dbm is an Rbm between them, whose weights are zero but between neighbours. So chains,
// evidence, tempering, AIS and enumeration are those of an Rbm, with all even layers as visible units, v the first of
// them, and all odd ones as hidden units.
// SPDX-License-Identifier: MIT

#ifndef RBM_DEEP_DBM_HPP
#define RBM_DEEP_DBM_HPP

#include <stddef.h>
#include <stdint.h>

#include "../kernels/kernels.hpp"
#include "../layers/joined.hpp"
#include "../layers/layer.hpp"
#include "../model/model.hpp"
#include "../model/parameters.hpp"
#include "../numbers/flash.hpp"
#include "../numbers/number.hpp"
#include "../status.hpp"
#include "../storage.hpp"
#include "inputs.hpp"
#include "layers.hpp"
#include "mean_field.hpp"

namespace rbm {
namespace detail {

/// Evidence about the visible units; of other even layers nothing is known.
template <class Net, class Base>
struct EvidenceBelow : Base {
  typedef typename Net::Sum Sum;
  typedef typename Net::Scalar Scalar;
  enum : size_t { known = Net::Sample::size };

  template <class Layer, class Rng>
  void sample(Block block, const Layer& layer, Sum* x, Scalar* s, Rng& rng) const {
    block.first < known ? Base::sample(block, Net::visible_part(layer), x, s, rng) : layer.sample(block, x, s, rng);
  }
  template <class Layer>
  void mean(Block block, const Layer& layer, Sum* x, Scalar* s) const {
    block.first < known ? Base::mean(block, Net::visible_part(layer), x, s) : layer.mean(block, x, s);
  }
};

/// Walks through the weights from those between the layers k and k + 1 on.
template <size_t k, size_t Pairs>
struct EachPair {
  /// How many weights there are between the two neighbours that have most.
  template <class Net>
  static constexpr size_t largest() {
    return larger(size_t{Net::template UnitsOf<k>::size} * size_t{Net::template UnitsOf<k + 1>::size},
                  EachPair<k + 1, Pairs>::template largest<Net>());
  }

  /// Whether two neighbours have real units.
  template <class Net>
  static constexpr bool has_real() {
    return (bool{Net::template UnitsOf<k>::is_real} && bool{Net::template UnitsOf<k + 1>::is_real}) ||
           EachPair<k + 1, Pairs>::template has_real<Net>();
  }

  template <class Visit, class... Models>
  static void each_parameter(Visit& visit, Models&... models) {
    visit_all(visit, models.template weights<k>()...);
    EachPair<k + 1, Pairs>::each_parameter(visit, models...);
  }

  /// sum s_k W_k s_(k+1)
  template <class Net>
  static typename Net::Energy coupling(const Net& net, const typename Net::Scalar* v, const typename Net::Scalar* h) {
    typedef typename Net::Scalar Scalar;
    constexpr size_t below = Net::template UnitsOf<k>::size, above = Net::template UnitsOf<k + 1>::size;
    const Scalar* const s = Net::template part<k>(k % 2 == 0 ? v : h);
    const Scalar* const t = Net::template part<k + 1>(k % 2 == 0 ? h : v);
    typename Net::Energy sum(0);
    for (size_t i = 0; i < below; ++i) {
      if (equal(s[i], Scalar(0))) continue;
      sum += Arithmetic<Scalar>::scale(s[i], kernels::dot<above>(net.template weights<k>().row(i), t));
    }
    return sum + EachPair<k + 1, Pairs>::coupling(net, v, h);
  }

  /// Of unit i of the even layers and unit j of the odd ones.
  template <class Net>
  static typename Net::Scalar weight(const Net& net, size_t i, size_t j) {
    const size_t below = (k % 2 == 0 ? i : j) - Net::template Place<k>::first;
    const size_t above = (k % 2 == 0 ? j : i) - Net::template Place<k + 1>::first;
    return below < Net::template UnitsOf<k>::size && above < Net::template UnitsOf<k + 1>::size
               ? number(net.template weights<k>()(below, above))
               : EachPair<k + 1, Pairs>::weight(net, i, j);
  }

 private:
  template <class Visit, class First, class... More>
  static void visit_all(Visit& visit, First& weights, More&... others) {
    for (size_t n = 0; n < size_t{First::rows} * size_t{First::columns}; ++n) {
      visit(Parameter::weight, weights.values[n], others.values[n]...);
    }
  }
};
template <size_t Pairs>
struct EachPair<Pairs, Pairs> {
  template <class Net>
  static constexpr size_t largest() {
    return 0;
  }
  template <class Net>
  static constexpr bool has_real() {
    return false;
  }
  template <class Visit, class... Models>
  static void each_parameter(Visit&, Models&...) {}
  template <class Net>
  static typename Net::Energy coupling(const Net&, const typename Net::Scalar*, const typename Net::Scalar*) {
    return typename Net::Energy(0);
  }
  template <class Net>
  static typename Net::Scalar weight(const Net&, size_t, size_t) {
    return typename Net::Scalar(0);
  }
};

/// Walks through the layers from layer k on.
template <size_t k, size_t Depth>
struct EachLayer {
  /// Whether the inputs of units of these layers fit into sums.
  template <class Net>
  static constexpr bool sums_fit() {
    return Arithmetic<typename Net::Scalar>::template sum_fits <
               (k > 0 ? size_t{Net::template UnitsOf<(k > 0 ? k - 1 : 0)>::size} : 0) +
                   (k + 1 < Depth ? size_t{Net::template UnitsOf<(k + 1 < Depth ? k + 1 : 0)>::size} : 0),
           bool{Net::Visible::is_real} ||
               bool{Net::Hidden::is_real} > () && EachLayer<k + 1, Depth>::template sums_fit<Net>();
  }

  template <class Visit, class First, class... Models>
  static void each_parameter(Visit& visit, First& model, Models&... models) {
    First::template LayerOf<k>::each_parameter(visit, model.template layer<k>(), models.template layer<k>()...);
    EachLayer<k + 1, Depth>::each_parameter(visit, model, models...);
  }
};
template <size_t Depth>
struct EachLayer<Depth, Depth> {
  template <class Net>
  static constexpr bool sums_fit() {
    return true;
  }
  template <class Visit, class... Models>
  static void each_parameter(Visit&, Models&...) {}
};

}  // namespace detail

template <class AllLayers, class Number = float>
struct Dbm;

/// A deep Boltzmann machine. An aggregate: a trained one may be const, in flash. `layer<k>()` has the parameters of
/// layer k, of which 0 is v, and `weights<k>()` those between the layers k and k + 1, row i of unit i of layer k.
///
/// GibbsChain, Posterior, denoise, tempered, anneal, ParallelTempering, Ais and Likelihood take it as they take an Rbm.
/// A chain's `visible` state is that of all even layers, v first; `hidden` that of the odd ones; part<k>() finds a
/// layer. Evidence is about v.
template <class First, class... Hiddens, class Number>
struct Dbm<Layers<First, Hiddens...>, Number> {
  enum : size_t { depth = 1 + sizeof...(Hiddens) };  // layers

  template <size_t k>
  using UnitsOf = typename detail::UnitsAt<k, First, Hiddens...>::Type;
  template <size_t k>
  using LayerOf = typename UnitsOf<k>::template Layer<Number>;
  template <size_t k>
  using WeightsOf = Matrix<Number, UnitsOf<k>::size, UnitsOf<k + 1>::size>;

  /// A chain of Part::Of<Units>::Type for each layer, each hidden one, or each two neighbours, see layers.hpp.
  template <class Part>
  using OfLayers = detail::PerLayer<Part, First, Hiddens...>;
  template <class Part>
  using OfHiddens = detail::PerLayer<Part, Hiddens...>;
  template <class Part>
  using OfPairs = detail::PerPair<Part, First, Hiddens...>;

  typedef Dbm Model;
  typedef typename detail::EverySecond<First, Hiddens...>::Type Visible;
  typedef typename detail::EverySecond<Hiddens...>::Type Hidden;
  enum : size_t { visible_size = Visible::size, hidden_size = Hidden::size };

  typedef typename detail::Stored<Number>::Number Scalar;  // of states, and of parameters unless they are in flash
  typedef typename Arithmetic<Scalar>::Sum Sum;
  typedef typename Arithmetic<Scalar>::Energy Energy;
  typedef typename Visible::template Layer<Number> VisibleLayer;
  typedef typename Hidden::template Layer<Number> HiddenLayer;
  typedef detail::EvidenceBelow<Dbm, typename First::template Evidence<Scalar>> VisibleEvidence;
  typedef Vector<Scalar, visible_size> VisibleState;  // of the even layers
  typedef Vector<Scalar, hidden_size> HiddenState;    // of the odd layers
  typedef Vector<Scalar, First::size> Sample;         // v, what it learns from
  typedef detail::SideInputs<Dbm, 1> HiddenInputs;
  typedef detail::SideInputs<Dbm, 0> VisibleInputs;

  /// The means of all hidden layers: layer<1>() is the first.
  struct Means {
    OfHiddens<detail::StatePart<Scalar>> states;

    template <size_t k>
    Vector<Scalar, UnitsOf<k>::size>& layer() {
      return detail::At<k - 1>::of(states);
    }
    template <size_t k>
    const Vector<Scalar, UnitsOf<k>::size>& layer() const {
      return detail::At<k - 1>::of(states);
    }
  };

  enum : size_t {
    largest_layer = detail::Largest<First, Hiddens...>::size,
    largest_weights = detail::EachPair<0, depth - 1>::template largest<Dbm>()
  };
  enum : bool { is_in_flash = detail::Stored<Number>::is_in_flash };
  enum : bool {
    has_real = bool{Visible::is_real} || bool{Hidden::is_real},
    has_real_neighbours = detail::EachPair<0, depth - 1>::template has_real<Dbm>()
  };
  enum : bool { sums_fit = detail::EachLayer<0, depth>::template sums_fit<Dbm>() };
  static_assert(sums_fit || !Arithmetic<Scalar>::is_8_bit,
                "rbm: two neighbours of a layer this large can overflow the 16-bit sums of a Fixed<int8_t, bits>: take "
                "Fixed<int16_t, bits>");
  static_assert(
      sums_fit || Arithmetic<Scalar>::is_8_bit,
      "rbm: two neighbours of a layer this large can overflow the 32-bit sums of a Fixed<int16_t, bits>: take "
      "float, or with real units more bits after the point");

  OfPairs<detail::WeightsPart<Number>> all_weights;
  VisibleLayer visible;  // the even layers
  HiddenLayer hidden;    // the odd layers

  template <size_t k>
  WeightsOf<k>& weights() {
    return detail::At<k>::of(all_weights);
  }
  template <size_t k>
  const WeightsOf<k>& weights() const {
    return detail::At<k>::of(all_weights);
  }

  template <size_t k>
  LayerOf<k>& layer() {
    return detail::LayerAt<k, depth>::of(visible, hidden);
  }
  template <size_t k>
  const LayerOf<k>& layer() const {
    return detail::LayerAt<k, depth>::of(visible, hidden);
  }

  /// Where layer k begins in the state of all even, or all odd, layers.
  template <size_t k>
  using Place = detail::PlaceOf<k, First, Hiddens...>;

  /// The units of layer k in the state of all even layers, where k is even, or of all odd ones.
  template <size_t k>
  static RBM_INLINE const Scalar* part(const Scalar* side) {
    return side + Place<k>::first;
  }
  template <size_t k>
  static RBM_INLINE Scalar* part(Scalar* side) {
    return side + Place<k>::first;
  }

  /// What is wrong with these samples: out_of_range where there are none, or the first complaint of layer 0.
  static Status check(const Sample* samples, size_t count) { return detail::check_states<LayerOf<0>>(samples, count); }

  /// The state of a chain that starts at a sample: of the other even layers nothing is known, which is 0.
  static void start(const Sample& sample, VisibleState& v) {
    for (size_t i = 0; i < visible_size; ++i) v[i] = i < Sample::size ? sample[i] : Scalar(0);
  }

  /// The expectation of the odd layers given the even ones, and the other way round.
  RBM_NOINLINE void mean_hidden(const VisibleState& v, HiddenState& h) const {
    detail::each_input<Hidden>(all_hidden_inputs(v, h), [&](Block block, Sum* x) RBM_ALWAYS_INLINE {
      hidden.mean(block, x, h.values + block.first);
    });
  }
  RBM_NOINLINE void mean_visible(const HiddenState& h, VisibleState& v) const {
    detail::each_input<Visible>(all_visible_inputs(h, v), [&](Block block, Sum* x) RBM_ALWAYS_INLINE {
      visible.mean(block, x, v.values + block.first);
    });
  }

  /// Draws of the odd layers given the even ones, and the other way round.
  template <class Rng>
  RBM_NOINLINE void sample_hidden(const VisibleState& v, HiddenState& h, Rng& rng) const {
    detail::each_input<Hidden>(all_hidden_inputs(v, h), [&](Block block, Sum* x) RBM_ALWAYS_INLINE {
      hidden.sample(block, x, h.values + block.first, rng);
    });
  }
  template <class Rng>
  RBM_NOINLINE void sample_visible(const HiddenState& h, VisibleState& v, Rng& rng) const {
    detail::each_input<Visible>(all_visible_inputs(h, v), [&](Block block, Sum* x) RBM_ALWAYS_INLINE {
      visible.sample(block, x, v.values + block.first, rng);
    });
  }

  /// A draw of the even layers, given the odd ones and evidence about v.
  template <class Rng>
  RBM_NOINLINE void sample_visible(const HiddenState& h, const VisibleEvidence& evidence, VisibleState& v,
                                   Rng& rng) const {
    detail::each_input<Visible>(all_visible_inputs(h, v), [&](Block block, Sum* x) RBM_ALWAYS_INLINE {
      evidence.sample(block, visible, x, v.values + block.first, rng);
    });
  }

  /// The means of all hidden layers given v, after at most `sweeps` sweeps from the odd layers up, at first with zeros
  /// above them. It ends earlier where no mean moved by more than `tolerance` in a sweep: the result is how many there
  /// were. `means.layer<1>()` are features of v. v must be within its units' range, which is not checked.
  uint32_t mean_field(const Sample& v, uint32_t sweeps, Means& means, Scalar tolerance = Scalar(0)) const {
    detail::FillMeans<1, depth>::fill(means, Scalar(0));
    return continue_mean_field(v, sweeps, means, tolerance);
  }

  /// The same from where `means` is.
  RBM_NOINLINE uint32_t continue_mean_field(const Sample& v, uint32_t sweeps, Means& means,
                                            Scalar tolerance = Scalar(0)) const {
    return detail::sweep_means(*this, v, sweeps, means, tolerance);
  }

  /// E of all layers, in nats.
  Energy energy(const VisibleState& v, const HiddenState& h) const {
    return visible.energy(v.values) + hidden.energy(h.values) -
           detail::EachPair<0, depth - 1>::coupling(*this, v.values, h.values);
  }

  /// The inputs of all odd, or even, layers. They may be summed in the second state: write a block of it only once its
  /// inputs were read.
  RBM_INLINE HiddenInputs all_hidden_inputs(const VisibleState& v, HiddenState& h) const {
    return HiddenInputs(*this, v.values, h.values);
  }
  RBM_INLINE VisibleInputs all_visible_inputs(const HiddenState& h, VisibleState& v) const {
    return VisibleInputs(*this, h.values, v.values);
  }

  /// The weight between unit i of the even layers and unit j of the odd ones: 0 unless they are neighbours.
  Scalar weight(size_t i, size_t j) const { return detail::EachPair<0, depth - 1>::weight(*this, i, j); }

  /// The parameters of layer 0 in those of the even layers.
  template <class EvenLayers>
  static RBM_INLINE auto visible_part(EvenLayers& layers)
      -> decltype(detail::AtJoined<0, (depth + 1) / 2>::of(layers)) {
    return detail::AtJoined<0, (depth + 1) / 2>::of(layers);
  }

  /// Visits the parameters of some models of these units side by side, see model/parameters.hpp: those of layer 0, 1
  /// and so on, then the weights between them, from the lowest up.
  template <class Visit, class... Models>
  static void each_parameter(Visit& visit, Models&... models) {
    detail::EachLayer<0, depth>::each_parameter(visit, models...);
    detail::EachPair<0, depth - 1>::each_parameter(visit, models...);
  }
};

}  // namespace rbm

#endif  // RBM_DEEP_DBM_HPP
