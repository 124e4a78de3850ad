// rbm/deep/inputs.hpp: the inputs of the layers of a deep model, which come from below and from above.
// SPDX-License-Identifier: MIT

#ifndef RBM_DEEP_INPUTS_HPP
#define RBM_DEEP_INPUTS_HPP

#include <stddef.h>

#include "../config.hpp"
#include "../kernels/kernels.hpp"
#include "../layers/layer.hpp"
#include "../model/model.hpp"

namespace rbm {
namespace detail {

/// What a neighbour adds to the inputs of a block of layer k; nothing where there is no such layer.
template <size_t k, bool IsThere>
struct FromBelow {
  template <class Net, class Scalar, class Sum>
  static RBM_INLINE void add(const Net& net, const Scalar* below, Block block, Sum* x) {
    kernels::accumulate<Net::template UnitsOf<k - 1>::size, Net::template UnitsOf<k>::size>(
        net.template weights<k - 1>().values + block.first, below, block.count, x);
  }
};
template <size_t k>
struct FromBelow<k, false> {
  template <class Net, class Scalar, class Sum>
  static RBM_INLINE void add(const Net&, const Scalar*, Block, Sum*) {}
};
template <size_t k, bool IsThere>
struct FromAbove {
  template <class Net, class Scalar, class Sum>
  static RBM_INLINE void add(const Net& net, const Scalar* above, Block block, Sum* x) {
    kernels::dot_rows<Net::template UnitsOf<k + 1>::size>(net.template weights<k>().row(block.first), above,
                                                          block.count, x);
  }
};
template <size_t k>
struct FromAbove<k, false> {
  template <class Net, class Scalar, class Sum>
  static RBM_INLINE void add(const Net&, const Scalar*, Block, Sum*) {}
};

/// The inputs of layer k: c_j + sum_i s_i W_ij + sum_l W'_jl s'_l, given the states below and above. A block of
/// `scratch` [size of the layer] may be overwritten once its inputs were read.
template <class Net, size_t k>
class LayerInputs {
 public:
  typedef typename Net::template UnitsOf<k> Units;
  typedef typename Net::Scalar Scalar;
  typedef typename Net::Sum Sum;

  RBM_INLINE LayerInputs(const Net& of, const Scalar* state_below, const Scalar* state_above, Scalar* scratch)
      : net(of), below(state_below), above(state_above), sums(sums_of_all<Units::size>(scratch)) {
    if (sums == nullptr) return;
    for (Block block : Blocks<Units>()) start_input(net.template layer<k>(), block, sums + block.first);
    add_neighbours(Block{0, Units::size}, sums);
  }

  RBM_INLINE void get(Block block, Sum* x) const {
    if (sums != nullptr) {
      kernels::convert(sums + block.first, block.count, x);
    } else {
      start_input(net.template layer<k>(), block, x);
      add_neighbours(block, x);
    }
  }

 private:
  const Net& net;
  const Scalar *below, *above;
  Sum* sums;

  RBM_INLINE void add_neighbours(Block block, Sum* x) const {
    FromBelow<k, (k > 0)>::add(net, below, block, x);
    FromAbove<k, (k + 1 < Net::depth)>::add(net, above, block, x);
  }
};

/// The inputs of the layers k, k + 2 ... side by side, given the state of all layers between them.
template <class Net, size_t k, bool IsLast = (k + 2 >= Net::depth)>
class SideInputs {
 public:
  typedef typename Net::Scalar Scalar;
  typedef typename Net::Sum Sum;

  RBM_INLINE SideInputs(const Net& of, const Scalar* others, Scalar* scratch)
      : first(of, Net::template part<below>(others), Net::template part<k + 1>(others), Net::template part<k>(scratch)),
        second(of, others, scratch) {}

  RBM_INLINE void get(Block block, Sum* x) const {
    constexpr size_t begin = Net::template Place<k>::first, end = Net::template Place<k + 2>::first;
    if (block.first < end) {
      first.get(Block{block.first - begin, block.count}, x);
    } else {
      second.get(block, x);
    }
  }

 private:
  enum : size_t { below = k > 0 ? k - 1 : 1 };  // any layer where there is none below

  LayerInputs<Net, k> first;
  SideInputs<Net, k + 2> second;
};
template <class Net, size_t k>
class SideInputs<Net, k, true> {
 public:
  typedef typename Net::Scalar Scalar;
  typedef typename Net::Sum Sum;

  RBM_INLINE SideInputs(const Net& of, const Scalar* others, Scalar* scratch)
      : first(of, Net::template part<below>(others), Net::template part<k + 1>(others),
              Net::template part<k>(scratch)) {}

  RBM_INLINE void get(Block block, Sum* x) const {
    first.get(Block{block.first - Net::template Place<k>::first, block.count}, x);
  }

 private:
  enum : size_t { below = k > 0 ? k - 1 : 1 };  // any layer where there is none below

  LayerInputs<Net, k> first;
};

}  // namespace detail
}  // namespace rbm

#endif  // RBM_DEEP_INPUTS_HPP
