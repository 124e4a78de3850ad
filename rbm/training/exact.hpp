// rbm/training/exact.hpp: exact, the model's averages by enumeration instead of a chain.
//
// Where one of the layers has few joint states s, the other one is summed out in closed form:
//   p(s) = exp(-A(s)) Z(x) / Z,   <v h>_model = sum_s p(s) s m(x),   where x is the other layer's input in state s,
// and Z(x), m(x) are its units' sum and mean, see layer.hpp. A hidden layer of one softmax group of K units is a
// mixture of K distributions: then this is K V operations.
// SPDX-License-Identifier: MIT

#ifndef RBM_TRAINING_EXACT_HPP
#define RBM_TRAINING_EXACT_HPP

#include <stddef.h>
#include <stdint.h>

#include "../layers/layer.hpp"
#include "../layers/states.hpp"
#include "../numbers/number.hpp"
#include "../numbers/shares.hpp"
#include "../storage.hpp"
#include "averages.hpp"

namespace rbm {
namespace detail {

/// Whether the states of a layer of a model can be enumerated in a step: at most 2^16.
template <class Model>
constexpr bool has_few_states() {
  return count_states<typename Model::Visible>() <= 0x10000u || count_states<typename Model::Hidden>() <= 0x10000u;
}

/// Whether that is the visible layer.
template <class Model>
constexpr bool enumerates_visible() {
  return count_states<typename Model::Visible>() < count_states<typename Model::Hidden>();
}

/// The layer that is enumerated, and the other one.
template <class Model, bool IsVisible = enumerates_visible<Model>()>
struct Sides {
  typedef typename Model::Hidden Few;
  typedef typename Model::Visible Other;
  static const typename Model::HiddenLayer& few(const Model& model) { return model.hidden; }
  static const typename Model::VisibleLayer& other(const Model& model) { return model.visible; }
};
template <class Model>
struct Sides<Model, true> {
  typedef typename Model::Visible Few;
  typedef typename Model::Hidden Other;
  static const typename Model::VisibleLayer& few(const Model& model) { return model.visible; }
  static const typename Model::HiddenLayer& other(const Model& model) { return model.hidden; }
};

/// The averages <v>, <h>, <v h>, and of units that have a variance <v^2>, of a model.
template <class Model, bool IsExact>
class ExactAverages {
 public:
  typedef typename Model::Scalar Scalar;
  typedef typename Model::Sum Sum;
  typedef Arithmetic<Scalar> Ops;
  typedef typename Ops::Energy Energy;
  typedef typename Ops::Delta Delta;
  typedef Sides<Model> Side;
  typedef typename Side::Few Few;
  typedef typename Side::Other Other;

  /// Sums over all states of the model. False where the averages are not finite.
  RBM_NOINLINE bool sum_states(const Model& model) {
    Shares<Scalar> shares;
    each_state(model, [&](Energy log_weight) { shares.add(log_weight); });
    of_few.fill(Delta(0));
    of_other.fill(Delta(0));
    of_squares.fill(Delta(0));
    for (Vector<Delta, Other::size>& row : products) row.fill(Delta(0));
    each_state(model, [&](Energy log_weight) { add(Side::other(model), shares.of(log_weight)); });
    bool finite = true;
    for (size_t i = 0; i < Other::size; ++i) finite = finite && Ops::is_finite(of_other[i]);
    return finite;
  }

  /// <v_i h_j> and so on, from unit `visible` of the visible and unit `hidden` of the hidden layer on.
  KnownAverages<Delta> averages_from(size_t visible = 0, size_t hidden = 0) const {
    return enumerates_visible<Model>() ? KnownAverages<Delta>{of_few.values + visible, of_other.values + hidden,
                                                              products[visible].values + hidden, Other::size, 1}
                                       : KnownAverages<Delta>{of_other.values + visible, of_few.values + hidden,
                                                              products[hidden].values + visible, 1, Other::size};
  }
  Delta mean_square(size_t i) const { return of_squares[i]; }

 private:
  enum : bool { has_squares = Other::has_variance && !Ops::is_fixed };

  StateWalk<Few, Scalar> walk = {};
  Vector<Sum, Other::size> input = {};  // of the other layer in this state
  Vector<Vector<Delta, Other::size>, Few::size> products = {};
  Vector<Delta, Few::size> of_few = {};
  Vector<Delta, Other::size> of_other = {};
  Vector<Delta, has_squares ? size_t{Other::size} : 1> of_squares = {};

  static Scalar weight(const Model& model, size_t few, size_t other) {
    return enumerates_visible<Model>() ? model.weight(few, other) : model.weight(other, few);
  }

  // Calls visit(ln of the sum of exp(-E) over the other layer) in each state.
  template <class Visit>
  void each_state(const Model& model, const Visit& visit) {
    for (Block block : Blocks<Other>()) start_input(Side::other(model), block, input.values + block.first);
    walk.each_state(
        0,
        [&](size_t few, int change) {
          const Scalar step(change > 0 ? 1 : -1);
          for (int left = change > 0 ? change : -change; left > 0; --left) {
            for (size_t i = 0; i < Other::size; ++i) {
              input[i] = Ops::multiply_add(input[i], step, weight(model, few, i));
            }
          }
        },
        [&] {
          Energy sum(0);
          for (Block block : Blocks<Other>()) sum += Side::other(model).cumulant(block, input.values + block.first);
          visit(sum - Side::few(model).energy(walk.state.values));
          return true;
        });
  }

  // This state's part in all averages.
  template <class OtherLayer, class Share>
  void add(const OtherLayer& other, Share share) {
    for (Block block : Blocks<Other>()) {
      Scalar mean[Other::block_size];
      Delta part[Other::block_size];
      other.mean(block, input.values + block.first, mean);
      for (size_t i = 0; i < block.count; ++i) {
        part[i] = Shares<Scalar>::product(share, mean[i]);
        of_other[block.first + i] += part[i];
      }
      for (size_t i = 0; has_squares && i < block.count; ++i) {
        of_squares[block.first + i] +=
            part[i] * static_cast<Delta>(mean[i]) +
            Shares<Scalar>::product(share, static_cast<Scalar>(other.variance_of(block.first + i)));
      }
      for (size_t j = 0; j < Few::size; ++j) {
        Delta* const row = products[j].values + block.first;
        if (walk.state[j] > Scalar(0)) {
          for (size_t i = 0; i < block.count; ++i) row[i] += part[i];
        } else if (walk.state[j] < Scalar(0)) {
          for (size_t i = 0; i < block.count; ++i) row[i] -= part[i];
        }
      }
    }
    for (size_t j = 0; j < Few::size; ++j) of_few[j] += Shares<Scalar>::product(share, walk.state[j]);
  }
};

/// Of a trainer with chains: there are none, and none are looked for.
template <class Model>
class ExactAverages<Model, false> {
 public:
  typedef typename Arithmetic<typename Model::Scalar>::Delta Delta;

  static bool sum_states(const Model&) { return true; }
  static Delta mean_square(size_t) { return Delta(0); }
};

}  // namespace detail
}  // namespace rbm

#endif  // RBM_TRAINING_EXACT_HPP
