// rbm/deep/dbn.hpp: Dbn<Layers<Units...>, Number, Label>, a deep belief network (Hinton, Osindero and Teh 2006).
//
//   p(v, h_1 ... h_n) = p(v | h_1) p(h_1 | h_2) ... p(h_(n-1), h_n)
//
// It is a stack of Rbms, one for each two neighbouring layers, of which only the top one is undirected: below it each
// gives p(lower layer | upper layer), and its other direction, p(upper layer | lower layer), stands for the posterior.
// Training is greedy: each learns what the layers below make of the data (pretrainer.hpp).
//
// A layer as large as the one two below it, of the same units, may start as the transpose of the Rbm below: then the
// stack has the distribution of that Rbm, and what it learns from there on makes the data likelier.
// SPDX-License-Identifier: MIT

#ifndef RBM_DEEP_DBN_HPP
#define RBM_DEEP_DBN_HPP

#include <stddef.h>
#include <stdint.h>

#include "../config.hpp"
#include "../layers/joined.hpp"
#include "../model/initialize.hpp"
#include "../model/model.hpp"
#include "../model/parameters.hpp"
#include "../numbers/flash.hpp"
#include "../sampling/gibbs.hpp"
#include "../status.hpp"
#include "../storage.hpp"
#include "layers.hpp"

namespace rbm {

/// The label of a network without one.
struct NoLabel {};

namespace detail {

/// Whether one of some layers has real units.
template <class First, class... More>
struct AnyReal {
  enum : bool { value = bool{First::is_real} || bool{AnyReal<More...>::value} };
};
template <class First>
struct AnyReal<First> {
  enum : bool { value = First::is_real };
};

/// What the top Rbm of a stack sees: a layer, and the label beside it.
template <class Units, class Label>
struct TopUnits {
  typedef Joined<Units, Label> Type;
};
template <class Units>
struct TopUnits<Units, NoLabel> {
  typedef Units Type;
};

/// Of two types the first, or the second.
template <bool IsFirst, class First, class Second>
struct Choose {
  typedef First Type;
};
template <class First, class Second>
struct Choose<false, First, Second> {
  typedef Second Type;
};

template <class First, class Second>
struct IsSame {
  enum : bool { value = false };
};
template <class Units>
struct IsSame<Units, Units> {
  enum : bool { value = true };
};

/// An Rbm for each two neighbouring layers, from the lowest up.
template <class Number, class Label, class Below, class Above, class... More>
struct RbmStack {
  Rbm<Below, Above, Number> first;
  RbmStack<Number, Label, Above, More...> second;
};
template <class Number, class Label, class Below, class Above>
struct RbmStack<Number, Label, Below, Above> {
  Rbm<typename TopUnits<Below, Label>::Type, Above, Number> first;
};

/// From layer k up to layer `End`, and down again.
template <size_t k, size_t End, bool IsThere = (k < End)>
struct StackPass {
  template <class Net, class Below, class Means>
  static void mean(const Net& net, const Below& below, Means& means) {
    net.template rbm<k>().mean_hidden(below, means.template layer<k + 1>());
    StackPass<k + 1, End>::mean(net, means.template layer<k + 1>(), means);
  }
  template <class Net, class Below, class Means, class Rng>
  static void sample(const Net& net, const Below& below, Means& states, Rng& rng) {
    net.template rbm<k>().sample_hidden(below, states.template layer<k + 1>(), rng);
    StackPass<k + 1, End>::sample(net, states.template layer<k + 1>(), states, rng);
  }
  template <class Net, class Below, class Means, class Rng>
  static void sample_down(const Net& net, Below& below, Means& states, Rng& rng) {
    StackPass<k + 1, End>::sample_down(net, states.template layer<k + 1>(), states, rng);
    net.template rbm<k>().sample_visible(states.template layer<k + 1>(), below, rng);
  }

  /// Small random weights, zero biases.
  template <class Net, class Rng>
  static void initialize_all(Net& net, Rng& rng) {
    initialize(net.template rbm<k>(), rng);
    StackPass<k + 1, End>::initialize_all(net, rng);
  }
  /// Whether all variances are above 0.
  template <class Net>
  static bool is_proper(const Net& net) {
    const auto& model = net.template rbm<k>();
    return model.visible.is_proper() && model.hidden.is_proper() && StackPass<k + 1, End>::is_proper(net);
  }
  template <class Net>
  static Status check_all(const Net& net) {
    return first_failure(check(net.template rbm<k>()), StackPass<k + 1, End>::check_all(net));
  }
  template <class Visit, class First, class... Nets>
  static void each_parameter(Visit& visit, First& net, Nets&... nets) {
    rbm::each_parameter(visit, net.template rbm<k>(), nets.template rbm<k>()...);
    StackPass<k + 1, End>::each_parameter(visit, net, nets...);
  }
};
template <size_t k, size_t End>
struct StackPass<k, End, false> {
  template <class Net, class Below, class Means>
  static void mean(const Net&, const Below&, Means&) {}
  template <class Net, class Below, class Means, class Rng>
  static void sample(const Net&, const Below&, Means&, Rng&) {}
  template <class Net, class Below, class Means, class Rng>
  static void sample_down(const Net&, Below&, Means&, Rng&) {}
  template <class Net, class Rng>
  static void initialize_all(Net&, Rng&) {}
  template <class Net>
  static bool is_proper(const Net&) {
    return true;
  }
  template <class Net>
  static Status check_all(const Net&) {
    return Status::ok;
  }
  template <class Visit, class... Nets>
  static void each_parameter(Visit&, Nets&...) {}
};

}  // namespace detail

template <class AllLayers, class Number = float, class Label = NoLabel>
struct Dbn;

/// A deep belief network. An aggregate: a trained one may be const, in flash. rbm<k>() is the Rbm between the layers k,
/// of which 0 is v, and k + 1. With a `Label`, as Softmax<1, 10>, the top one sees the label beside its lower layer.
template <class First, class... Hiddens, class Number, class LabelUnits>
struct Dbn<Layers<First, Hiddens...>, Number, LabelUnits> {
  enum : size_t { depth = 1 + sizeof...(Hiddens) };  // layers
  static_assert(depth >= 3, "rbm: a deep belief network has two hidden layers or more; with one it is an Rbm");

  template <size_t k>
  using UnitsOf = typename detail::UnitsAt<k, First, Hiddens...>::Type;
  /// What is kept of each layer, or each hidden one.
  template <class Part>
  using OfLayers = detail::PerLayer<Part, First, Hiddens...>;
  template <class Part>
  using OfHiddens = detail::PerLayer<Part, Hiddens...>;

  typedef LabelUnits Label;
  enum : bool { has_label = !detail::IsSame<Label, NoLabel>::value };
  typedef typename detail::TopUnits<UnitsOf<depth - 2>, Label>::Type TopVisible;
  typedef Rbm<TopVisible, UnitsOf<depth - 1>, Number> Top;
  template <size_t k>
  using RbmOf = typename detail::Choose<k == depth - 2, Top, Rbm<UnitsOf<k>, UnitsOf<k + 1>, Number>>::Type;
  typedef typename Top::Scalar Scalar;
  typedef Vector<Scalar, First::size> Sample;
  enum : bool { is_in_flash = Top::is_in_flash, has_real = detail::AnyReal<First, Hiddens...>::value };

  /// States, or means, of the hidden layers: layer<1>() is the first.
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

  detail::RbmStack<Number, Label, First, Hiddens...> rbms;

  template <size_t k>
  RbmOf<k>& rbm() {
    return detail::At<k>::of(rbms);
  }
  template <size_t k>
  const RbmOf<k>& rbm() const {
    return detail::At<k>::of(rbms);
  }
  Top& top() { return detail::At<depth - 2>::of(rbms); }
  const Top& top() const { return detail::At<depth - 2>::of(rbms); }

  /// What is wrong with these samples: out_of_range where there are none, or the first complaint of layer 0.
  static Status check(const Sample* samples, size_t count) {
    return detail::check_states<typename First::template Layer<Number>>(samples, count);
  }

  /// The up pass: the means of each hidden layer given those of the layer below, up to the top; with a label, whose
  /// top layer depends on it, up to the layer beside the label. means.layer<k>() are features of v.
  void mean_hidden(const Sample& v, Means& means) const { detail::StackPass<0, last_free>::mean(*this, v, means); }
  /// The same with draws.
  template <class Rng>
  void sample_hidden(const Sample& v, Means& states, Rng& rng) const {
    detail::StackPass<0, last_free>::sample(*this, v, states, rng);
  }

  /// The down pass: a draw of each layer below the top Rbm, down to v, given states.layer<depth - 2>().
  template <class Rng>
  void sample_visible(Means& states, Sample& v, Rng& rng) const {
    detail::StackPass<0, depth - 2>::sample_down(*this, v, states, rng);
  }

  /// Rbm k starts as the transpose of the one below, its biases exchanged: layer k + 1 has the units of layer k - 1.
  template <size_t k>
  void start_transposed() {
    const auto& below = rbm<k - 1>();
    auto& above = rbm<k>();
    static_assert(!is_in_flash, "rbm: a model in flash cannot be written");
    static_assert(bool{detail::IsSame<UnitsOf<k - 1>, UnitsOf<k + 1>>::value},
                  "rbm: a layer starts as the transpose of the one two below it, and has the same units");
    for (size_t i = 0; i < UnitsOf<k>::size; ++i) {
      for (size_t j = 0; j < UnitsOf<k + 1>::size; ++j) above.weights(i, j) = below.weights(j, i);
    }
    detail::CopyParameter copy;
    UnitsOf<k + 1>::template Layer<Number>::each_parameter(copy, below.visible, above.hidden);
    UnitsOf<k>::template Layer<Number>::each_parameter(
        copy, below.hidden, detail::AtJoined<0, (has_label && k == depth - 2 ? 2 : 1)>::of(above.visible));
  }

  /// Visits the parameters of some networks of these units side by side: those of each Rbm, from the lowest up.
  template <class Visit, class... Nets>
  static void each_parameter(Visit& visit, Nets&... nets) {
    detail::StackPass<0, depth - 1>::each_parameter(visit, nets...);
  }

 private:
  enum : size_t { last_free = has_label ? depth - 2 : depth - 1 };  // the highest layer that depends on v alone
};

/// A chain of a deep belief network: Gibbs sampling at the top, then one pass down.
template <class Net>
struct DbnChain {
  GibbsChain<typename Net::Top> top;
  typename Net::Means states;    // of the layers between, as they were drawn last
  typename Net::Sample visible;  // the dream

  /// Starts at the means that the layers make of v, with nothing known of the label.
  void start(const Net& net, const typename Net::Sample& v) {
    net.mean_hidden(v, states);
    visible = v;
    top.visible.fill(typename Net::Scalar(0));
    top.hidden.fill(typename Net::Scalar(0));
    const auto& below = states.template layer<Net::depth - 2>();
    for (size_t i = 0; i < below.size; ++i) top.visible[i] = below[i];
  }

  template <class Rng>
  void start_from_noise(Rng& rng) {
    top.start_from_noise(rng);
  }

  /// `steps` times h and v of the top Rbm, then a draw of each layer down to `visible`. not_finite as of
  /// GibbsChain::run.
  template <class Rng>
  Status run(const Net& net, uint32_t steps, Rng& rng) {
    return go_down(net, top.run(net.top(), steps, rng), rng);
  }

  /// The same under evidence about what the top Rbm sees, of which the label is `second`: after
  /// evidence.second.clamp(0, 3) the chain dreams samples of label 3.
  template <class Rng>
  Status run(const Net& net, const typename Net::Top::VisibleEvidence& evidence, uint32_t steps, Rng& rng) {
    return go_down(net, top.run(net.top(), evidence, steps, rng), rng);
  }

 private:
  template <class Rng>
  Status go_down(const Net& net, Status status, Rng& rng) {
    if (status != Status::ok) return status;
    auto& below = states.template layer<Net::depth - 2>();
    for (size_t i = 0; i < below.size; ++i) below[i] = top.visible[i];
    net.sample_visible(states, visible, rng);
    return Status::ok;
  }
};

/// Small random weights; all biases 0, all variances 1.
template <class AllLayers, class Number, class Label, class Rng>
void initialize(Dbn<AllLayers, Number, Label>& net, Rng& rng) {
  detail::StackPass<0, Dbn<AllLayers, Number, Label>::depth - 1>::initialize_all(net, rng);
}

/// The same, and the biases of v that give each unit the mean it has in `count` samples. Errors as of an Rbm.
template <class AllLayers, class Number, class Label, class Rng>
Status initialize(Dbn<AllLayers, Number, Label>& net, const typename Dbn<AllLayers, Number, Label>::Sample* samples,
                  size_t count, Rng& rng) {
  const Status status = initialize(net.template rbm<0>(), samples, count, rng);
  if (status == Status::ok) detail::StackPass<1, Dbn<AllLayers, Number, Label>::depth - 1>::initialize_all(net, rng);
  return status;
}

/// The first complaint of check() about one of the Rbms.
template <class AllLayers, class Number, class Label>
Status check(const Dbn<AllLayers, Number, Label>& net) {
  return detail::StackPass<0, Dbn<AllLayers, Number, Label>::depth - 1>::check_all(net);
}

/// As of an Rbm: gives `to` the parameters of `from`, a network of the same units.
template <class AllLayers, class From, class To, class Label>
Status convert(const Dbn<AllLayers, From, Label>& from, Dbn<AllLayers, To, Label>& to, size_t& saturated) {
  return detail::convert_parameters<To>(from, to, saturated);
}

}  // namespace rbm

#endif  // RBM_DEEP_DBN_HPP
