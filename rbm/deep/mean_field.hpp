// rbm/deep/mean_field.hpp: what the hidden layers of a deep model make of v, by mean field.
//
// The posterior p(s_1 ... s_n | v) is not a product over units, but the product that is nearest to it, in the sense of
// the lower bound of ln p(v), has units that are independent given the means of their neighbours: mu_k is the mean of
// layer k at the input c_k + mu_(k-1) W_(k-1) + W_k mu_(k+1). A sweep sets all odd layers to that, then all even ones.
// Each half of it is the best that these layers can be given the others, so the bound never falls, and nothing
// oscillates (Salakhutdinov and Hinton 2009).
// SPDX-License-Identifier: MIT

#ifndef RBM_DEEP_MEAN_FIELD_HPP
#define RBM_DEEP_MEAN_FIELD_HPP

#include <stddef.h>
#include <stdint.h>

#include "../layers/layer.hpp"
#include "../model/model.hpp"
#include "inputs.hpp"

namespace rbm {
namespace detail {

/// The states of layer k: v, or means.
template <size_t k>
struct MeansAt {
  template <class Net, class Means>
  static RBM_INLINE const typename Net::Scalar* of(const typename Net::Sample&, const Means& means) {
    return means.template layer<k>().values;
  }
};
template <>
struct MeansAt<0> {
  template <class Net, class Means>
  static RBM_INLINE const typename Net::Scalar* of(const typename Net::Sample& v, const Means&) {
    return v.values;
  }
};

/// The layers k, k + 2 ... at the means of their neighbours.
template <size_t k, size_t Depth, bool IsThere = (k < Depth)>
struct HalfSweep {
  /// The largest change of a mean so far.
  template <class Net, class Means>
  static typename Net::Scalar run(const Net& net, const typename Net::Sample& v, Means& means,
                                  typename Net::Scalar largest) {
    typedef typename Net::Scalar Scalar;
    typedef typename Net::template UnitsOf<k> Units;
    Scalar* const mean = means.template layer<k>().values;
    const LayerInputs<Net, k> inputs(net, MeansAt<k - 1>::template of<Net>(v, means),
                                     MeansAt<(k + 1 < Depth ? k + 1 : 0)>::template of<Net>(v, means), nullptr);
    each_input<Units>(inputs, [&](Block block, typename Net::Sum* x) RBM_ALWAYS_INLINE {
      Scalar now[Units::block_size];
      net.template layer<k>().mean(block, x, now);
      for (size_t i = 0; i < block.count; ++i) {
        Scalar& old = mean[block.first + i];
        const Scalar change = now[i] < old ? old - now[i] : now[i] - old;
        largest = change > largest ? change : largest;
        old = now[i];
      }
    });
    return HalfSweep<k + 2, Depth>::run(net, v, means, largest);
  }
};
template <size_t k, size_t Depth>
struct HalfSweep<k, Depth, false> {
  template <class Net, class Means>
  static typename Net::Scalar run(const Net&, const typename Net::Sample&, Means&, typename Net::Scalar largest) {
    return largest;
  }
};

/// The means of the layers k, k + 1 ...
template <size_t k, size_t Depth>
struct FillMeans {
  template <class Means, class Scalar>
  static void fill(Means& means, Scalar value) {
    means.template layer<k>().fill(value);
    FillMeans<k + 1, Depth>::fill(means, value);
  }
};
template <size_t Depth>
struct FillMeans<Depth, Depth> {
  template <class Means, class Scalar>
  static void fill(Means&, Scalar) {}
};

/// At most `sweeps` sweeps from where `means` is, fewer where no mean moves by more than `tolerance` in one: how many.
template <class Net, class Means>
uint32_t sweep_means(const Net& net, const typename Net::Sample& v, uint32_t sweeps, Means& means,
                     typename Net::Scalar tolerance) {
  typedef typename Net::Scalar Scalar;
  for (uint32_t sweep = 1; sweep <= sweeps; ++sweep) {
    const Scalar odd = HalfSweep<1, Net::depth>::run(net, v, means, Scalar(0));
    if (!(HalfSweep<2, Net::depth>::run(net, v, means, odd) > tolerance)) return sweep;
  }
  return sweeps;
}

}  // namespace detail
}  // namespace rbm

#endif  // RBM_DEEP_MEAN_FIELD_HPP
