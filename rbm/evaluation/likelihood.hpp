// rbm/evaluation/likelihood.hpp: how likely data are, exactly: partition functions by enumeration, for hosts.
//
// ln p(v) = -F(v) - ln Z. One layer is summed out in closed form, the other is enumerated: neighbours in a Gray code
// differ in one site, so only the inputs from that site change. All is computed in double, by the formulas of the
// layers. Only this header and ais.hpp need <math.h>, and rbm.hpp includes neither.
// SPDX-License-Identifier: MIT

#ifndef RBM_EVALUATION_LIKELIHOOD_HPP
#define RBM_EVALUATION_LIKELIHOOD_HPP

#include <math.h>
#include <stddef.h>
#include <stdint.h>

#include "../layers/layers.hpp"
#include "../model/check.hpp"
#include "../model/model.hpp"
#include "../numbers/flash.hpp"
#include "../numbers/number.hpp"
#include "../status.hpp"
#include "../storage.hpp"
#include "enumeration.hpp"

namespace rbm {

/// What layers and kernels ask of double.
template <>
struct Arithmetic<double> : detail::RealArithmetic<double> {
  static bool is_finite(double x) { return detail::equal(x - x, 0.0); }
  static double infinity() { return HUGE_VAL; }
  static double two_pi() { return 6.283185307179586477; }
  static double exp(double x) { return ::exp(x); }
  static double log(double x) { return ::log(x); }
  static double sqrt(double x) { return ::sqrt(x); }
  static double sigmoid(double x) { return x < 0.0 ? ::exp(x) / (1.0 + ::exp(x)) : 1.0 / (1.0 + ::exp(-x)); }
  static double softplus(double x) { return (x > 0.0 ? x : 0.0) + ::log1p(::exp(-::fabs(x))); }
  static double tanh(double x) { return ::tanh(x); }
  static double log_two_cosh(double x) { return ::fabs(x) + ::log1p(::exp(-2.0 * ::fabs(x))); }

  static double rectified_mean(double x) {
    return x < -4.0 ? tail(-x) : x + ::exp(-0.5 * x * x) / (::sqrt(two_pi()) * distribution(x));
  }
  static double rectified_cumulant(double x) {
    return x < -4.0 ? -::log(tail(-x) - x) : 0.5 * x * x + ::log(::sqrt(two_pi()) * distribution(x));
  }

 private:
  static double distribution(double x) { return 0.5 * ::erfc(-x * 0.70710678118654752440); }

  // 1 / (t + 2 / (t + 3 / (t + ...))), see rectified_tail.
  static double tail(double t) {
    double rest = 0.0;
    for (int n = 100; n > 1; --n) rest = n / (t + rest);
    return 1.0 / (t + rest);
  }
};

/// Averages of a model or of data: what the gradient of the likelihood is the difference of.
template <class Model>
struct Averages {
  Matrix<double, Model::visible_size, Model::hidden_size> weights;  // <v_i h_j>
  Vector<double, Model::visible_size> visible;                      // <v_i>
  Vector<double, Model::hidden_size> hidden;                        // <h_j>
};

/// Computes likelihoods of models of this type. It is memory, of about 4 (V + H) doubles and H^2 more where both layers
/// have real units, and keeps nothing from call to call.
///
/// Errors of all functions, which leave the result as it was: not_finite where a parameter, ln Z or the result is no
/// number; not_normalizable where the joint precision matrix of the real units is not positive definite (with rectified
/// units that condition is sufficient, not necessary); what is wrong with samples.
template <class ModelType>
struct Likelihood {
  typedef ModelType Model;
  typedef typename Model::VisibleState VisibleState;

  /// Enumeration is refused beyond this many states, which take minutes.
  static double most_states() { return 268435456.0; }

  /// Whether there is a partition function: ok, not_finite or not_normalizable. Variances must be above 0.
  Status check(const Model& model) {
    detail::CopyParameter copy;
    Model::VisibleLayer::each_parameter(copy, model.visible, visible.layer);
    Model::HiddenLayer::each_parameter(copy, model.hidden, hidden.layer);
    detail::CheckParameter<typename Model::Scalar> check_each = {Status::ok};
    each_parameter(check_each, model);
    if (check_each.status == Status::not_finite) return Status::not_finite;
    if (!visible.layer.is_proper() || !hidden.layer.is_proper()) return Status::not_normalizable;
    double log_determinant;
    return check_precision(BothReal(), model, log_determinant);
  }

  /// ln Z. too_large where neither layer has at most most_states() states, unless all units are Gaussian.
  Status log_partition(const Model& model, double& result) {
    Status status = check(model);
    double sum = 0.0;
    if (status == Status::ok) status = sum_all(AllGaussian(), model, sum);
    return set_result(status, sum, result);
  }

  /// The mean of ln p(v) over `count` samples, given ln Z.
  Status mean_log_likelihood(const Model& model, const VisibleState* samples, size_t count, double log_partition,
                             double& result) {
    Status status = Model::check(samples, count);
    if (status == Status::ok) status = check(model);
    double sum = 0.0;
    for (size_t s = 0; s < count && status == Status::ok; ++s) {
      set_visible(model, samples[s]);
      sum += hidden.cumulant() - visible.energy() - log_partition;
    }
    return set_result(status, sum / static_cast<double>(count), result);
  }

  /// <v h>, <v> and <h> of the model, given its ln Z, without which they are not averages. too_large where neither
  /// layer can be enumerated, not_finite where ln Z is so far below this model's that averages would be infinite.
  Status model_averages(const Model& model, double log_partition, Averages<Model>& result) {
    Status status = check(model);
    if (status == Status::ok && !Arithmetic<double>::is_finite(log_partition)) status = Status::not_finite;
    double exact = 0.0;
    if (status == Status::ok) status = sum_all(Is<false>(), model, exact);
    if (status == Status::ok && exact - log_partition > 200.0) status = Status::not_finite;
    if (status != Status::ok) return status;
    clear(result);
    enumerate(model, [&](double term) {
      enumerates_visible() ? hidden.set_mean() : visible.set_mean();
      add_products(::exp(term - log_partition), result);
    });
    return Status::ok;
  }

  /// <v h>, <v> and <h> of the data, where h is its mean given v. The gradient of the mean log-likelihood is this less
  /// model_averages.
  Status data_averages(const Model& model, const VisibleState* samples, size_t count, Averages<Model>& result) {
    Status status = Model::check(samples, count);
    if (status == Status::ok) status = check(model);
    if (status != Status::ok) return status;
    clear(result);
    for (size_t s = 0; s < count; ++s) {
      set_visible(model, samples[s]);
      hidden.set_mean();
      add_products(1.0 / static_cast<double>(count), result);
    }
    return Status::ok;
  }

 private:
  template <bool>
  struct Is {};
  typedef Is<bool{Model::Visible::is_real} && bool{Model::Hidden::is_real}> BothReal;
  typedef Is<bool{Model::Visible::is_gaussian} && bool{Model::Hidden::is_gaussian}> AllGaussian;

  enum : size_t {
    matrix_size = bool{Model::Visible::is_real} && bool{Model::Hidden::is_real} ? size_t{Model::hidden_size} : 1
  };

  detail::EnumeratedLayer<typename Model::Visible, double> visible;
  detail::EnumeratedLayer<typename Model::Hidden, double> hidden;
  Matrix<double, matrix_size, matrix_size> precision;  // of the real hidden units, the visible ones integrated out

  // A change of one layer's state reaches the input of the other.
  void add_to_hidden(const Model& model, size_t i, double change) {
    for (size_t j = 0; j < Model::hidden_size; ++j) {
      hidden.input[j] += change * static_cast<double>(detail::number(model.weights(i, j)));
    }
  }
  void add_to_visible(const Model& model, size_t j, double change) {
    for (size_t i = 0; i < Model::visible_size; ++i) {
      visible.input[i] += change * static_cast<double>(detail::number(model.weights(i, j)));
    }
  }

  static bool enumerates_visible() {
    return detail::EnumeratedLayer<typename Model::Visible, double>::states() <
           detail::EnumeratedLayer<typename Model::Hidden, double>::states();
  }

  // Calls visit(ln of the sum over the other layer of exp(-E)) for each state of the smaller layer.
  template <class Visit>
  void enumerate(const Model& model, const Visit& visit) {
    if (enumerates_visible()) {
      enumerate(
          visible, hidden, [&](size_t i, double change) { add_to_hidden(model, i, change); }, visit);
    } else {
      enumerate(
          hidden, visible, [&](size_t j, double change) { add_to_visible(model, j, change); }, visit);
    }
  }

  template <class Enumerated, class Other, class Link, class Visit>
  static void enumerate(Enumerated& enumerated, Other& other, const Link& link, const Visit& visit) {
    other.start_input();
    enumerated.first_state(link);
    do {
      visit(other.cumulant() - enumerated.energy());
    } while (enumerated.next_state(link));
  }

  bool too_many() const { return visible.states() > most_states() && hidden.states() > most_states(); }

  static Status set_result(Status status, double value, double& result) {
    if (status == Status::ok && !Arithmetic<double>::is_finite(value)) status = Status::not_finite;
    if (status == Status::ok) result = value;
    return status;
  }

  // The visible layer in state v, and what it makes of the hidden input.
  void set_visible(const Model& model, const VisibleState& v) {
    hidden.start_input();
    for (size_t i = 0; i < Model::visible_size; ++i) {
      visible.state[i] = static_cast<double>(v[i]);
      add_to_hidden(model, i, visible.state[i]);
    }
  }

  static void clear(Averages<Model>& averages) {
    for (double& x : averages.weights.values) x = 0.0;
    averages.visible.fill(0.0);
    averages.hidden.fill(0.0);
  }

  void add_products(double share, Averages<Model>& averages) const {
    for (size_t j = 0; j < Model::hidden_size; ++j) averages.hidden[j] += share * hidden.state[j];
    for (size_t i = 0; i < Model::visible_size; ++i) {
      const double part = share * visible.state[i];
      averages.visible[i] += part;
      for (size_t j = 0; j < Model::hidden_size; ++j) averages.weights(i, j) += part * hidden.state[j];
    }
  }

  Status sum_all(Is<false>, const Model& model, double& result) {
    if (too_many()) return Status::too_large;
    double largest = -HUGE_VAL, sum = 0.0;  // of exponentials, over that of the largest term
    enumerate(model, [&](double term) {
      if (term > largest) {
        sum = sum * ::exp(largest - term) + 1.0;
        largest = term;
      } else {
        sum += ::exp(term - largest);
      }
    });
    result = largest + ::log(sum);
    return Status::ok;
  }

  // All units Gaussian: with the visible ones integrated out the hidden ones have the precision matrix P and the input
  // c = b + W^T S a, and ln Z = (cumulant of a) + H / 2 ln 2 pi - 1/2 ln det P + 1/2 c P^-1 c. P is already L L^T.
  Status sum_all(Is<true>, const Model& model, double& result) {
    double log_determinant;
    const Status status = check_precision(BothReal(), model, log_determinant);
    visible.start_input();
    result = visible.cumulant() - 0.5 * log_determinant;
    visible.set_mean();
    hidden.start_input();
    for (size_t i = 0; i < Model::visible_size; ++i) add_to_hidden(model, i, visible.state[i]);
    for (size_t j = 0; j < Model::hidden_size; ++j) {  // y = L^-1 c
      double y = hidden.input[j];
      for (size_t k = 0; k < j; ++k) y -= precision(j, k) * hidden.input[k];
      hidden.input[j] = y / precision(j, j);
      result += 0.5 * (hidden.input[j] * hidden.input[j] + ::log(Arithmetic<double>::two_pi()));
    }
    return status;
  }

  Status check_precision(Is<false>, const Model&, double&) { return Status::ok; }

  // Cholesky's decomposition of P = S_h^-1 - W^T S_v W, which exists where P is positive definite. Units with bounds do
  // not count.
  Status check_precision(Is<true>, const Model& model, double& log_determinant) {
    log_determinant = 0.0;
    for (size_t j = 0; j < Model::hidden_size; ++j) {
      for (size_t k = 0; k <= j; ++k) {
        const double variance_j = hidden.layer.variance_of(j);
        const double variance_k = hidden.layer.variance_of(k);
        double p = j != k ? 0.0 : variance_j > 0.0 ? 1.0 / variance_j : 1.0;
        for (size_t i = 0; i < Model::visible_size && variance_j > 0.0 && variance_k > 0.0; ++i) {
          p -= static_cast<double>(detail::number(model.weights(i, j))) * visible.layer.variance_of(i) *
               static_cast<double>(detail::number(model.weights(i, k)));
        }
        for (size_t l = 0; l < k; ++l) p -= precision(j, l) * precision(k, l);
        if (j == k && !(p > 0.0)) return Status::not_normalizable;
        precision(j, k) = j == k ? ::sqrt(p) : p / precision(k, k);
      }
      log_determinant += 2.0 * ::log(precision(j, j));
    }
    return Status::ok;
  }
};

}  // namespace rbm

#endif  // RBM_EVALUATION_LIKELIHOOD_HPP
