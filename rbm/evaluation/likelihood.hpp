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
#include "../numbers/number.hpp"
#include "../status.hpp"
#include "../storage.hpp"
#include "enumeration.hpp"
#include "state_sums.hpp"

namespace rbm {

/// Averages of a model or of data: what the gradient of the likelihood is the difference of.
template <class Model>
struct Averages {
  Matrix<double, Model::visible_size, Model::hidden_size> weights;  // <v_i h_j>
  Vector<double, Model::visible_size> visible;                      // <v_i>
  Vector<double, Model::hidden_size> hidden;                        // <h_j>
};

namespace detail {

/// What an Rbm and a deep model have alike.
template <class ModelType>
struct LikelihoodOfAll {
  typedef ModelType Model;

  /// Enumeration is refused beyond this many states. Where all units have two states, 2^32 states and 64 units of the
  /// other layer take half a minute; others, other layers of more than 1000 units, and weights of which the products of
  /// a few rows are beyond the range of double, some hundred times as long.
  static double most_states() { return StateSums<Model>::most_states(); }

  /// Whether there is a partition function: ok, not_finite or not_normalizable. Variances must be above 0.
  Status check(const Model& model) {
    CheckParameter<typename Model::Scalar> check_each = {Status::ok};
    each_parameter(check_each, model);
    const bool has_partition = sums.copy(model);
    return check_each.status == Status::not_finite ? Status::not_finite
           : has_partition                         ? Status::ok
                                                   : Status::not_normalizable;
  }

  /// ln Z. too_large where neither layer has at most most_states() states, unless all units are Gaussian. Of a deep
  /// model the layers are all even ones and all odd ones.
  Status log_partition(const Model& model, double& result) {
    return log_partition(model, result, [](double) { return true; });
  }

  /// The same, calling progress(share) with what share of the states is counted, every 65 536 states: not at all where
  /// there are fewer, or all units are Gaussian. `stopped` where progress returns false, at the last call, too.
  template <class Progress>
  Status log_partition(const Model& model, double& result, const Progress& progress) {
    double sum = 0.0;
    Status status = check(model);
    if (status == Status::ok) status = sums.log_partition(model, sum, progress);
    return set_result(status, sum, result);
  }

  /// <v h>, <v> and <h> of the model, given its ln Z, without which they are not averages. too_large where neither
  /// layer has at most most_states() / 64 states, not_finite where ln Z is so far below this model's that averages
  /// would be infinite.
  Status model_averages(const Model& model, double log_partition, Averages<Model>& result) {
    Status status = check(model);
    if (status == Status::ok && !Arithmetic<double>::is_finite(log_partition)) status = Status::not_finite;
    if (status == Status::ok && sums.fewest_states() > most_states() / 64.0) status = Status::too_large;
    double exact = 0.0;
    if (status == Status::ok) status = sums.sum_states(model, exact, [](double) { return true; });
    if (status == Status::ok && exact - log_partition > 200.0) status = Status::not_finite;
    if (status != Status::ok) return status;
    memset(&result, 0, sizeof result);
    sums.enumerate(model, false, [&](double term) {
      sums.enumerates_visible() ? sums.hidden.set_mean() : sums.visible.set_mean();
      add_products(Arithmetic<double>::exp(term - log_partition), result);
      return true;
    });
    return Status::ok;
  }

 protected:
  StateSums<Model> sums;

  static Status set_result(Status status, double value, double& result) {
    if (status == Status::ok && !Arithmetic<double>::is_finite(value)) status = Status::not_finite;
    if (status == Status::ok) result = value;
    return status;
  }

  void add_products(double share, Averages<Model>& averages) const {
    for (size_t j = 0; j < Model::hidden_size; ++j) averages.hidden[j] += share * sums.hidden.state[j];
    for (size_t i = 0; i < Model::visible_size; ++i) {
      const double part = share * sums.visible.state[i];
      averages.visible[i] += part;
      for (size_t j = 0; j < Model::hidden_size; ++j) averages.weights(i, j) += part * sums.hidden.state[j];
    }
  }
};

}  // namespace detail

/// Computes likelihoods of models of this type. It is memory, of about 4 (V + H) doubles, H^2 more where both layers
/// have real units, and up to 60 times the larger layer where all units have two states and can be enumerated. It keeps
/// nothing from call to call.
///
/// Errors of all functions, which leave the result as it was: not_finite where a parameter, ln Z or the result is no
/// number; not_normalizable where the joint precision matrix of the real units is not positive definite (with rectified
/// units that condition is sufficient, not necessary); what is wrong with samples.
template <class Model>
struct Likelihood : detail::LikelihoodOfAll<Model> {
  typedef typename Model::VisibleState VisibleState;

  /// The mean of ln p(v) over `count` samples, given ln Z.
  Status mean_log_likelihood(const Model& model, const VisibleState* samples, size_t count, double log_partition,
                             double& result) {
    double sum = 0.0;
    const Status status = each_sample(model, samples, count, [&](size_t) {
      sum += this->sums.hidden.cumulant() - this->sums.visible.energy() - log_partition;
    });
    return this->set_result(status, sum / static_cast<double>(count), result);
  }

  /// <v h>, <v> and <h> of the data, where h is its mean given v. The gradient of the mean log-likelihood is this less
  /// model_averages.
  Status data_averages(const Model& model, const VisibleState* samples, size_t count, Averages<Model>& result) {
    return each_sample(model, samples, count, [&](size_t s) {
      if (s == 0) memset(&result, 0, sizeof result);
      this->sums.hidden.set_mean();
      this->add_products(1.0 / static_cast<double>(count), result);
    });
  }

 private:
  // Calls visit(s) with the visible layer in the state of sample s, and the hidden inputs that it gives.
  template <class Visit>
  Status each_sample(const Model& model, const VisibleState* samples, size_t count, const Visit& visit) {
    Status status = Model::check(samples, count);
    if (status == Status::ok) status = this->check(model);
    for (size_t s = 0; s < count && status == Status::ok; ++s) {
      this->sums.hidden.start_input();
      for (size_t i = 0; i < Model::visible_size; ++i) {
        this->sums.visible.state[i] = static_cast<double>(samples[s][i]);
        this->sums.add_to_hidden(model, i, this->sums.visible.state[i]);
      }
      visit(s);
    }
    return status;
  }
};

}  // namespace rbm

#endif  // RBM_EVALUATION_LIKELIHOOD_HPP
