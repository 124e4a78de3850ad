// rbm/deep/layers.hpp: Layers<Units...>, the layers of a deep model from the visible one up, and what is kept of each.
//
// Layers differ in their types, so a loop over them is a recursion, and what is kept of each is a chain of structs:
// `first`, and `second`, which holds that of the layers above.
// SPDX-License-Identifier: MIT

#ifndef RBM_DEEP_LAYERS_HPP
#define RBM_DEEP_LAYERS_HPP

#include <stddef.h>

#include "../layers/joined.hpp"
#include "../storage.hpp"

namespace rbm {

/// The units of a deep model: visible ones, the hidden layer above them, the one above that, and so on.
template <class... Units>
struct Layers {
  static_assert(sizeof...(Units) >= 2, "rbm: a deep model has visible units and at least one hidden layer above them");
  enum : size_t { count = sizeof...(Units) };
};

namespace detail {

/// The units of layer k.
template <size_t k, class First, class... More>
struct UnitsAt : UnitsAt<k - 1, More...> {};
template <class First, class... More>
struct UnitsAt<0, First, More...> {
  typedef First Type;
};

/// Every second layer from the first on, side by side.
template <class First, class... More>
struct EverySecond {
  typedef First Type;
};
template <class First, class Skipped, class Next, class... More>
struct EverySecond<First, Skipped, Next, More...> {
  typedef Joined<First, typename EverySecond<Next, More...>::Type> Type;
};

/// The larger of two sizes.
constexpr size_t larger(size_t a, size_t b) { return a > b ? a : b; }

/// The size of the largest of some layers.
template <class First, class... More>
struct Largest {
  enum : size_t { size = larger(First::size, Largest<More...>::size) };
};
template <class First>
struct Largest<First> {
  enum : size_t { size = First::size };
};

/// A Part<Units>::Type for each layer.
template <class Part, class First, class... More>
struct PerLayer {
  typename Part::template Of<First>::Type first;
  PerLayer<Part, More...> second;
};
template <class Part, class First>
struct PerLayer<Part, First> {
  typename Part::template Of<First>::Type first;
};

/// A Part<Below, Above>::Type for each two neighbouring layers.
template <class Part, class Below, class Above, class... More>
struct PerPair {
  typename Part::template Of<Below, Above>::Type first;
  PerPair<Part, Above, More...> second;
};
template <class Part, class Below, class Above>
struct PerPair<Part, Below, Above> {
  typename Part::template Of<Below, Above>::Type first;
};

/// That of layer k, or of the layers k and k + 1.
template <size_t k>
struct At {
  template <class Chain>
  static RBM_INLINE auto of(Chain& chain) -> decltype(At<k - 1>::of(chain.second)) {
    return At<k - 1>::of(chain.second);
  }
};
template <>
struct At<0> {
  template <class Chain>
  static RBM_INLINE auto of(Chain& chain) -> decltype((chain.first)) {
    return chain.first;
  }
};

/// The parameters of layer k of `Count` that are joined.
template <size_t k, size_t Count>
struct AtJoined {
  template <class Layer>
  static RBM_INLINE auto of(Layer& layer) -> decltype(AtJoined<k - 1, Count - 1>::of(layer.second)) {
    return AtJoined<k - 1, Count - 1>::of(layer.second);
  }
};
template <size_t Count>
struct AtJoined<0, Count> {
  template <class Layer>
  static RBM_INLINE auto of(Layer& layer) -> decltype((layer.first)) {
    return layer.first;
  }
};
template <>
struct AtJoined<0, 1> {
  template <class Layer>
  static RBM_INLINE Layer& of(Layer& layer) {
    return layer;
  }
};

/// The parameters of layer k of `Depth`, where the even ones are joined and the odd ones are.
template <size_t k, size_t Depth, bool IsEven = k % 2 == 0>
struct LayerAt {
  template <class EvenLayers, class OddLayers>
  static RBM_INLINE auto of(EvenLayers& layers, OddLayers&) -> decltype(AtJoined<k / 2, (Depth + 1) / 2>::of(layers)) {
    return AtJoined<k / 2, (Depth + 1) / 2>::of(layers);
  }
};
template <size_t k, size_t Depth>
struct LayerAt<k, Depth, false> {
  template <class EvenLayers, class OddLayers>
  static RBM_INLINE auto of(EvenLayers&, OddLayers& layers) -> decltype(AtJoined<k / 2, Depth / 2>::of(layers)) {
    return AtJoined<k / 2, Depth / 2>::of(layers);
  }
};

/// Where layer k begins in the state of all layers k, k - 2 ... side by side.
template <size_t k, class... Units>
struct PlaceOf {
  enum : size_t { first = size_t{PlaceOf<k - 2, Units...>::first} + size_t{UnitsAt<k - 2, Units...>::Type::size} };
};
template <class... Units>
struct PlaceOf<0, Units...> {
  enum : size_t { first = 0 };
};
template <class... Units>
struct PlaceOf<1, Units...> {
  enum : size_t { first = 0 };
};

/// Parts: a state of a layer; `Count` of them; the weights between two layers.
template <class Scalar>
struct StatePart {
  template <class Units>
  struct Of {
    typedef Vector<Scalar, Units::size> Type;
  };
};
template <class Scalar, size_t Count>
struct StatesPart {
  template <class Units>
  struct Of {
    typedef Vector<Vector<Scalar, Units::size>, Count> Type;
  };
};
template <class Number>
struct WeightsPart {
  template <class Below, class Above>
  struct Of {
    typedef Matrix<Number, Below::size, Above::size> Type;
  };
};

}  // namespace detail
}  // namespace rbm

#endif  // RBM_DEEP_LAYERS_HPP
