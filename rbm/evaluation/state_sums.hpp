// rbm/evaluation/state_sums.hpp: the partition function of a model between two layers, in double.
//
// One layer is summed out in closed form, the other is enumerated; where all units are Gaussian there is an integral.
// SPDX-License-Identifier: MIT

#ifndef RBM_EVALUATION_STATE_SUMS_HPP
#define RBM_EVALUATION_STATE_SUMS_HPP

#include <stddef.h>

#include "../model/parameters.hpp"
#include "../numbers/number.hpp"
#include "../status.hpp"
#include "../storage.hpp"
#include "enumeration.hpp"

namespace rbm {
namespace detail {

/// A model's two layers in double, with all that sums over their states need. copy() comes first. Of the model it asks
/// `visible`, `hidden` and weight(i, j).
template <class Model>
struct StateSums {
  enum : bool {
    is_real_pair = bool{Model::Visible::is_real} && bool{Model::Hidden::is_real},
    is_gaussian = bool{Model::Visible::is_gaussian} && bool{Model::Hidden::is_gaussian}
  };
  enum : size_t { matrix_size = is_real_pair ? size_t{Model::hidden_size} : 1 };
  enum : bool { is_smaller_visible = size_t{Model::visible_size} < size_t{Model::hidden_size} };

  EnumeratedLayer<typename Model::Visible> visible;
  EnumeratedLayer<typename Model::Hidden> hidden;
  Matrix<double, matrix_size, matrix_size> precision;  // of the real hidden units, the visible ones integrated out
  // Of the smaller layer, where its states are summed in blocks.
  BlockOfStates<typename Model::Visible, typename Model::Hidden,
                is_smaller_visible && has_blocks<typename Model::Visible, typename Model::Hidden>()>
      visible_block;
  BlockOfStates<typename Model::Hidden, typename Model::Visible,
                !is_smaller_visible && has_blocks<typename Model::Hidden, typename Model::Visible>()>
      hidden_block;

  /// Takes over the layers' parameters. False where there is no partition function.
  bool copy(const Model& model) {
    CopyParameter copy_each;
    Model::VisibleLayer::each_parameter(copy_each, model.visible, visible.layer);
    Model::HiddenLayer::each_parameter(copy_each, model.hidden, hidden.layer);
    return visible.layer.is_proper() && hidden.layer.is_proper() && (!is_real_pair || decompose(model));
  }

  /// ln Z, unless there are too many states: Status as of Likelihood::log_partition.
  template <class Progress>
  Status log_partition(const Model& model, double& result, const Progress& progress) {
    if (!is_gaussian) return sum_states(model, result, progress);
    result = integrate(model);
    return Status::ok;
  }

  /// Enumeration is refused beyond this many states.
  static double most_states() { return 17179869184.0; }

  // A change of a unit reaches the inputs of the other layer.
  void add_to_hidden(const Model& model, size_t i, double change) {
    for (size_t j = 0; j < Model::hidden_size; ++j) hidden.input[j] += change * weight(model, i, j);
  }
  void add_to_visible(const Model& model, size_t j, double change) {
    for (size_t i = 0; i < Model::visible_size; ++i) visible.input[i] += change * weight(model, i, j);
  }

  static double fewest_states() {
    const double of_visible = EnumeratedLayer<typename Model::Visible>::states();
    const double of_hidden = EnumeratedLayer<typename Model::Hidden>::states();
    return of_visible < of_hidden ? of_visible : of_hidden;
  }

  bool enumerates_visible() const { return visible.states() < hidden.states(); }

  // Calls visit(ln of the sum of exp(-E)) until it is false: for each state of the smaller layer, over all of the other
  // layer, or, with `by_blocks`, for each block of states, over these, too.
  template <class Visit>
  bool enumerate(const Model& model, bool by_blocks, const Visit& visit) {
    if (enumerates_visible()) {
      hidden.start_input();
      return visible.each_state(
          by_blocks ? size_t{visible_block.count} : 0,
          [&](size_t i, double change) { add_to_hidden(model, i, change); },
          [&] { return visit((by_blocks ? visible_block.log_sum(hidden) : hidden.cumulant()) - visible.energy()); });
    }
    visible.start_input();
    return hidden.each_state(
        by_blocks ? size_t{hidden_block.count} : 0, [&](size_t j, double change) { add_to_visible(model, j, change); },
        [&] { return visit((by_blocks ? hidden_block.log_sum(visible) : visible.cumulant()) - hidden.energy()); });
  }

  // ln Z by enumeration.
  template <class Progress>
  Status sum_states(const Model& model, double& result, const Progress& progress) {
    const double states = fewest_states();
    if (states > most_states()) return Status::too_large;
    visible_block.start(visible, [&](size_t i, size_t j) { return weight(model, i, j); });
    hidden_block.start(hidden, [&](size_t j, size_t i) { return weight(model, i, j); });
    const size_t of_visible = visible_block.count, of_hidden = hidden_block.count, block = of_visible + of_hidden;
    double counted = 0.0, told = 0.0;
    SumOfExponentials total = {-Arithmetic<double>::infinity(), 0.0, 0.0};
    const auto add = [&](double term) {
      total.add(term);
      counted += static_cast<double>(size_t{1} << block);
      if (counted - told < 65536.0) return true;
      told = counted;
      return static_cast<bool>(progress(counted / states));
    };
    if (!enumerate(model, block > 0, add)) return Status::stopped;
    result = total.largest + Arithmetic<double>::log(total.sum);
    return Status::ok;
  }

 private:
  static double weight(const Model& model, size_t i, size_t j) { return static_cast<double>(model.weight(i, j)); }

  // Cholesky's decomposition of P = S_h^-1 - W^T S_v W into L L^T, which exists where P is positive definite. Units
  // with bounds do not count.
  bool decompose(const Model& model) {
    for (size_t j = 0; j < matrix_size; ++j) {
      for (size_t k = 0; k <= j; ++k) {
        const double variance_j = hidden.layer.variance_of(j);
        const double variance_k = hidden.layer.variance_of(k);
        double p = j != k ? 0.0 : variance_j > 0.0 ? 1.0 / variance_j : 1.0;
        for (size_t i = 0; i < Model::visible_size && variance_j > 0.0 && variance_k > 0.0; ++i) {
          p -= weight(model, i, j) * visible.layer.variance_of(i) * weight(model, i, k);
        }
        for (size_t l = 0; l < k; ++l) p -= precision(j, l) * precision(k, l);
        if (j == k && !(p > 0.0)) return false;
        precision(j, k) = j == k ? Arithmetic<double>::sqrt(p) : p / precision(k, k);
      }
    }
    return true;
  }

  // ln Z where all units are Gaussian: with the visible ones integrated out the hidden ones have the precision matrix
  // P = L L^T and the input c = b + W^T S a, and ln Z = (cumulant of a) + H / 2 ln 2 pi - 1/2 ln det P + 1/2 c P^-1 c.
  double integrate(const Model& model) {
    double log_determinant = 0.0;
    for (size_t j = 0; j < matrix_size; ++j) log_determinant += 2.0 * Arithmetic<double>::log(precision(j, j));
    visible.start_input();
    visible.set_mean();
    double result = visible.cumulant() - 0.5 * log_determinant;
    hidden.start_input();
    for (size_t i = 0; i < Model::visible_size; ++i) add_to_hidden(model, i, visible.state[i]);
    for (size_t j = 0; j < matrix_size; ++j) {  // y = L^-1 c
      double y = hidden.input[j];
      for (size_t k = 0; k < j; ++k) y -= precision(j, k) * hidden.input[k];
      hidden.input[j] = y / precision(j, j);
      result += 0.5 * (hidden.input[j] * hidden.input[j] + Arithmetic<double>::log(Arithmetic<double>::two_pi()));
    }
    return result;
  }
};

}  // namespace detail
}  // namespace rbm

#endif  // RBM_EVALUATION_STATE_SUMS_HPP
