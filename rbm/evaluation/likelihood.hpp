// rbm/evaluation/likelihood.hpp: how likely data are, exactly: partition functions by enumeration, for hosts.
//
// ln p(v) = -F(v) - ln Z. One layer is summed out in closed form, the other is enumerated.
// SPDX-License-Identifier: MIT

#ifndef RBM_EVALUATION_LIKELIHOOD_HPP
#define RBM_EVALUATION_LIKELIHOOD_HPP

#include <stddef.h>
#include <string.h>

#include "../model/model.hpp"
#include "../model/parameters.hpp"
#include "../numbers/flash.hpp"
#include "../numbers/number.hpp"
#include "../status.hpp"
#include "../storage.hpp"
#include "enumeration.hpp"

namespace rbm {

/// Averages of a model or of data: what the gradient of the likelihood is the difference of.
template <class Model>
struct Averages {
  Matrix<double, Model::visible_size, Model::hidden_size> weights;  // <v_i h_j>
  Vector<double, Model::visible_size> visible;                      // <v_i>
  Vector<double, Model::hidden_size> hidden;                        // <h_j>
};

/// Computes likelihoods of models of this type. It is memory, of about 4 (V + H) doubles, H^2 more where both layers
/// have real units, and up to 60 times the larger layer where all units have two states and can be enumerated. It keeps
/// nothing from call to call.
///
/// Errors of all functions, which leave the result as it was: not_finite where a parameter, ln Z or the result is no
/// number; not_normalizable where the joint precision matrix of the real units is not positive definite (with rectified
/// units that condition is sufficient, not necessary); what is wrong with samples.
template <class ModelType>
struct Likelihood {
  typedef ModelType Model;
  typedef typename Model::VisibleState VisibleState;

  /// Enumeration is refused beyond this many states. Where all units have two states, 2^32 states and 64 units of the
  /// other layer take half a minute; others, other layers of more than 1000 units, and weights of which the products of
  /// a few rows are beyond the range of double, some hundred times as long.
  static double most_states() { return 17179869184.0; }

  /// Whether there is a partition function: ok, not_finite or not_normalizable. Variances must be above 0.
  Status check(const Model& model) {
    detail::CopyParameter copy;
    Model::VisibleLayer::each_parameter(copy, model.visible, visible.layer);
    Model::HiddenLayer::each_parameter(copy, model.hidden, hidden.layer);
    detail::CheckParameter<typename Model::Scalar> check_each = {Status::ok};
    each_parameter(check_each, model);
    if (check_each.status == Status::not_finite) return Status::not_finite;
    const bool is_proper = visible.layer.is_proper() && hidden.layer.is_proper();
    return is_proper && (!is_real_pair || decompose(model)) ? Status::ok : Status::not_normalizable;
  }

  /// ln Z. too_large where neither layer has at most most_states() states, unless all units are Gaussian.
  Status log_partition(const Model& model, double& result) {
    return log_partition(model, result, [](double) { return true; });
  }

  /// The same, calling progress(share) with what share of the states is counted, every 65 536 states: not at all where
  /// there are fewer, or all units are Gaussian. `stopped` where progress returns false, at the last call, too.
  template <class Progress>
  Status log_partition(const Model& model, double& result, const Progress& progress) {
    double sum = 0.0;
    Status status = check(model);
    if (status == Status::ok && is_gaussian) {
      sum = integrate(model);
    } else if (status == Status::ok) {
      status = sum_states(model, sum, progress);
    }
    return set_result(status, sum, result);
  }

  /// The mean of ln p(v) over `count` samples, given ln Z.
  Status mean_log_likelihood(const Model& model, const VisibleState* samples, size_t count, double log_partition,
                             double& result) {
    double sum = 0.0;
    const Status status = each_sample(model, samples, count,
                                      [&](size_t) { sum += hidden.cumulant() - visible.energy() - log_partition; });
    return set_result(status, sum / static_cast<double>(count), result);
  }

  /// <v h>, <v> and <h> of the model, given its ln Z, without which they are not averages. too_large where neither
  /// layer has at most most_states() / 64 states, not_finite where ln Z is so far below this model's that averages
  /// would be infinite.
  Status model_averages(const Model& model, double log_partition, Averages<Model>& result) {
    Status status = check(model);
    if (status == Status::ok && !Arithmetic<double>::is_finite(log_partition)) status = Status::not_finite;
    if (status == Status::ok && fewest_states() > most_states() / 64.0) status = Status::too_large;
    double exact = 0.0;
    if (status == Status::ok) status = sum_states(model, exact, [](double) { return true; });
    if (status == Status::ok && exact - log_partition > 200.0) status = Status::not_finite;
    if (status != Status::ok) return status;
    memset(&result, 0, sizeof result);
    enumerate(model, false, [&](double term) {
      enumerates_visible() ? hidden.set_mean() : visible.set_mean();
      add_products(Arithmetic<double>::exp(term - log_partition), result);
      return true;
    });
    return Status::ok;
  }

  /// <v h>, <v> and <h> of the data, where h is its mean given v. The gradient of the mean log-likelihood is this less
  /// model_averages.
  Status data_averages(const Model& model, const VisibleState* samples, size_t count, Averages<Model>& result) {
    return each_sample(model, samples, count, [&](size_t s) {
      if (s == 0) memset(&result, 0, sizeof result);
      hidden.set_mean();
      add_products(1.0 / static_cast<double>(count), result);
    });
  }

 private:
  enum : bool {
    is_real_pair = bool{Model::Visible::is_real} && bool{Model::Hidden::is_real},
    is_gaussian = bool{Model::Visible::is_gaussian} && bool{Model::Hidden::is_gaussian}
  };
  enum : size_t { matrix_size = is_real_pair ? size_t{Model::hidden_size} : 1 };
  enum : bool { is_smaller_visible = size_t{Model::visible_size} < size_t{Model::hidden_size} };

  detail::EnumeratedLayer<typename Model::Visible> visible;
  detail::EnumeratedLayer<typename Model::Hidden> hidden;
  Matrix<double, matrix_size, matrix_size> precision;  // of the real hidden units, the visible ones integrated out
  // Of the smaller layer, where its states are summed in blocks.
  detail::BlockOfStates<typename Model::Visible, typename Model::Hidden,
                        is_smaller_visible && detail::has_blocks<typename Model::Visible, typename Model::Hidden>()>
      visible_block;
  detail::BlockOfStates<typename Model::Hidden, typename Model::Visible,
                        !is_smaller_visible && detail::has_blocks<typename Model::Hidden, typename Model::Visible>()>
      hidden_block;

  static Status set_result(Status status, double value, double& result) {
    if (status == Status::ok && !Arithmetic<double>::is_finite(value)) status = Status::not_finite;
    if (status == Status::ok) result = value;
    return status;
  }

  static double weight(const Model& model, size_t i, size_t j) {
    return static_cast<double>(detail::number(model.weights(i, j)));
  }

  // A change of a unit reaches the inputs of the other layer.
  void add_to_hidden(const Model& model, size_t i, double change) {
    for (size_t j = 0; j < Model::hidden_size; ++j) hidden.input[j] += change * weight(model, i, j);
  }
  void add_to_visible(const Model& model, size_t j, double change) {
    for (size_t i = 0; i < Model::visible_size; ++i) visible.input[i] += change * weight(model, i, j);
  }

  // Calls visit(s) with the visible layer in the state of sample s, and the hidden inputs that it gives.
  template <class Visit>
  Status each_sample(const Model& model, const VisibleState* samples, size_t count, const Visit& visit) {
    Status status = Model::check(samples, count);
    if (status == Status::ok) status = check(model);
    for (size_t s = 0; s < count && status == Status::ok; ++s) {
      hidden.start_input();
      for (size_t i = 0; i < Model::visible_size; ++i) {
        visible.state[i] = static_cast<double>(samples[s][i]);
        add_to_hidden(model, i, visible.state[i]);
      }
      visit(s);
    }
    return status;
  }

  static double fewest_states() {
    const double of_visible = detail::EnumeratedLayer<typename Model::Visible>::states();
    const double of_hidden = detail::EnumeratedLayer<typename Model::Hidden>::states();
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

  // ln Z, unless there are too many states.
  template <class Progress>
  Status sum_states(const Model& model, double& result, const Progress& progress) {
    const double states = fewest_states();
    if (states > most_states()) return Status::too_large;
    visible_block.start(visible, [&](size_t i, size_t j) { return weight(model, i, j); });
    hidden_block.start(hidden, [&](size_t j, size_t i) { return weight(model, i, j); });
    const size_t of_visible = visible_block.count, of_hidden = hidden_block.count, block = of_visible + of_hidden;
    double counted = 0.0, told = 0.0;
    detail::SumOfExponentials total = {-Arithmetic<double>::infinity(), 0.0, 0.0};
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

  void add_products(double share, Averages<Model>& averages) const {
    for (size_t j = 0; j < Model::hidden_size; ++j) averages.hidden[j] += share * hidden.state[j];
    for (size_t i = 0; i < Model::visible_size; ++i) {
      const double part = share * visible.state[i];
      averages.visible[i] += part;
      for (size_t j = 0; j < Model::hidden_size; ++j) averages.weights(i, j) += part * hidden.state[j];
    }
  }

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

}  // namespace rbm

#endif  // RBM_EVALUATION_LIKELIHOOD_HPP
