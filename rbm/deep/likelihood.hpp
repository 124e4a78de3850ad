// rbm/deep/likelihood.hpp: likelihoods of deep models, exactly and from below, for hosts.
//
// Given v the hidden layers are a model of their own, in which v W adds to the biases of the first of them: its
// partition function sums them out, ln p(v) = -A(v) + ln Z_v - ln Z. Mean field bounds that from below:
//   ln p(v) >= -E(v, mu) + entropy(mu) - ln Z
// With y_j the input at which a unit has the mean mu_j, its entropy less its part A of the energy is
//   ln Z_j(y_j) - (y_j - c_j) mu_j.
// SPDX-License-Identifier: MIT

#ifndef RBM_DEEP_LIKELIHOOD_HPP
#define RBM_DEEP_LIKELIHOOD_HPP

#include <stddef.h>
#include <stdint.h>

#include "../evaluation/enumeration.hpp"
#include "../evaluation/likelihood.hpp"
#include "../evaluation/state_sums.hpp"
#include "../model/parameters.hpp"
#include "../numbers/number.hpp"
#include "../status.hpp"
#include "dbm.hpp"
#include "dbn.hpp"
#include "layers.hpp"

namespace rbm {
namespace detail {

/// The hidden layers of a deep model: the odd ones against the even ones without v.
template <class Net>
struct HiddenLayers;
template <class First, class Second, class Third, class... More, class Number>
struct HiddenLayers<Dbm<Layers<First, Second, Third, More...>, Number>> {
  typedef Dbm<Layers<First, Second, Third, More...>, Number> Net;
  typedef typename Net::Scalar Scalar;
  typedef typename EverySecond<Second, Third, More...>::Type Visible;
  typedef typename EverySecond<Third, More...>::Type Hidden;
  typedef typename Visible::template Layer<Number> VisibleLayer;
  typedef typename Hidden::template Layer<Number> HiddenLayer;
  enum : size_t { visible_size = Visible::size, hidden_size = Hidden::size };

  const Net& net;
  const VisibleLayer& visible;
  const HiddenLayer& hidden;

  explicit HiddenLayers(const Net& of) : net(of), visible(of.hidden), hidden(of.visible.second) {}

  Scalar weight(size_t i, size_t j) const { return net.weight(First::size + j, i); }
};

}  // namespace detail

/// Likelihoods of deep models of three layers and more. It is memory, as that of an Rbm between the even and the odd
/// layers, and as much for the hidden layers; with the same functions and errors.
template <class First, class Second, class Third, class... More, class Number>
struct Likelihood<Dbm<Layers<First, Second, Third, More...>, Number>>
    : detail::LikelihoodOfAll<Dbm<Layers<First, Second, Third, More...>, Number>> {
  typedef Dbm<Layers<First, Second, Third, More...>, Number> Model;
  typedef typename Model::Sample Sample;

  /// The mean of ln p(v) over `count` samples, given ln Z: for each of them the hidden layers are enumerated. too_large
  /// where neither the odd ones nor the even ones have at most most_states() states.
  Status mean_log_likelihood(const Model& model, const Sample* samples, size_t count, double log_partition,
                             double& result) {
    double sum = 0.0;
    const Status status = each_sample(model, samples, count, [&](size_t) {
      double hidden = 0.0;
      const Status summed =
          hidden_sums.log_partition(detail::HiddenLayers<Model>(model), hidden, [](double) { return true; });
      sum += hidden - energy_of_sample() - log_partition;
      return summed;
    });
    return this->set_result(status, sum / static_cast<double>(count), result);
  }

  /// The mean-field bound of ln p(v), given ln Z: after `sweeps` sweeps, from zeros above, and half a one more, of the
  /// odd layers. It is never above ln p(v) and does not fall with the sweeps. out_of_range where `sweeps` is 0.
  Status lower_bound(const Model& model, const Sample& v, uint32_t sweeps, double log_partition, double& bound) {
    auto& even = this->sums.visible;
    auto& odd = this->sums.hidden;
    double sum = 0.0;
    Status status = sweeps == 0 ? Status::out_of_range : Status::ok;
    if (status == Status::ok) {
      status = each_sample(model, &v, 1, [&](size_t) {
        for (size_t i = known; i < Model::visible_size; ++i) even.state[i] = 0.0;
        for (uint32_t sweep = 0; sweep < sweeps; ++sweep) {
          set_odd_inputs(model);
          odd.set_mean();
          even.start_input();
          for (size_t j = 0; j < Model::hidden_size; ++j) this->sums.add_to_visible(model, j, odd.state[j]);
          even.set_mean();
          for (size_t i = 0; i < known; ++i) even.state[i] = static_cast<double>(v[i]);
        }
        set_odd_inputs(model);
        sum = odd.cumulant() - energy_of_sample() - log_partition;
        for (Block block : Blocks<typename Model::Visible>()) {
          if (block.first < known) continue;
          sum += even.layer.cumulant(block, even.input.values + block.first);
          for (size_t i = block.first; i < block.first + block.count; ++i) {
            sum -= (even.input[i] - even.layer.bias_of(i)) * even.state[i];
          }
        }
        return Status::ok;
      });
    }
    return this->set_result(status, sum, bound);
  }

 private:
  enum : size_t { known = First::size };

  detail::StateSums<detail::HiddenLayers<Model>> hidden_sums;

  double energy_of_sample() const {
    return Model::visible_part(this->sums.visible.layer).energy(this->sums.visible.state.values);
  }

  void set_odd_inputs(const Model& model) {
    this->sums.hidden.start_input();
    for (size_t i = 0; i < Model::visible_size; ++i) {
      this->sums.add_to_hidden(model, i, this->sums.visible.state[i]);
    }
  }

  // Calls visit(s) with layer 0 in the state of sample s, and the biases that it gives the layer above.
  template <class Visit>
  Status each_sample(const Model& model, const Sample* samples, size_t count, const Visit& visit) {
    Status status = Model::check(samples, count);
    if (status == Status::ok) status = this->check(model);
    for (size_t s = 0; s < count && status == Status::ok; ++s) {
      hidden_sums.copy(detail::HiddenLayers<Model>(model));
      for (size_t i = 0; i < known; ++i) {
        const double unit = this->sums.visible.state[i] = static_cast<double>(samples[s][i]);
        for (size_t j = 0; j < Second::size; ++j) {
          hidden_sums.visible.layer.bias_of(j) += unit * static_cast<double>(model.weight(i, j));
        }
      }
      status = visit(s);
    }
    return status;
  }
};

/// Likelihoods of deep belief networks of two hidden layers: ln p(v) is a sum over all states of the lower one, with
/// the top Rbm's p(h) and p(v | h). It is memory, of about 4 (V + 2 H) doubles, H^2 more where the top has real units
/// in both layers, and 256 (H + 4) more. Errors as of an Rbm.
template <class First, class Second, class Third, class Number>
struct Likelihood<Dbn<Layers<First, Second, Third>, Number, NoLabel>> {
  typedef Dbn<Layers<First, Second, Third>, Number, NoLabel> Model;
  typedef typename Model::Sample Sample;

  /// Whether the Rbms can be used and the top one has a partition function: ok, not_finite or not_normalizable.
  Status check(const Model& model) {
    const Status status = first_failure(rbm::check(model.template rbm<0>()), likelihood.check(model.top()));
    return status == Status::out_of_range ? Status::not_normalizable : status;
  }

  /// ln Z of the top Rbm.
  Status log_partition(const Model& model, double& result) { return likelihood.log_partition(model.top(), result); }

  /// The mean of ln p(v) over `count` samples, given ln Z of the top Rbm. too_large where the lower hidden layer has
  /// more states than model_averages() of an Rbm enumerates.
  Status mean_log_likelihood(const Model& model, const Sample* samples, size_t count, double log_partition,
                             double& result) {
    Status status = first_failure(Model::check(samples, count), check(model));
    if (status == Status::ok && !Arithmetic<double>::is_finite(log_partition)) status = Status::not_finite;
    if (status == Status::ok && top.visible.states() > top.most_states() / 64.0) status = Status::too_large;
    if (status != Status::ok) return status;
    detail::CopyParameter copy;
    First::template Layer<Number>::each_parameter(copy, model.template rbm<0>().visible, lowest.layer);
    top.copy(model.top());
    double mean = 0.0;
    for (size_t s = 0; s < count; s += together) {
      mean += sum_of_some(model, samples + s, count - s < together ? count - s : size_t{together});
    }
    mean = mean / static_cast<double>(count) - log_partition;
    if (!Arithmetic<double>::is_finite(mean)) return Status::not_finite;
    result = mean;
    return Status::ok;
  }

 private:
  enum : size_t { together = 256 };  // samples that share the way through all states

  Likelihood<typename Model::Top> likelihood;
  detail::StateSums<typename Model::Top> top;
  detail::EnumeratedLayer<First> lowest;
  double input[together][Second::size];  // v W of each sample
  double exponent[together];             // v W h - A(v)
  detail::SumOfExponentials sums[together];

  // The sum of ln (p(v) Z) of some samples, of which p(v | h) = exp(v W h - A(v) - ln Z(a + W h)).
  double sum_of_some(const Model& model, const Sample* samples, size_t count) {
    const auto& below = model.template rbm<0>();
    for (size_t s = 0; s < count; ++s) {
      for (size_t i = 0; i < First::size; ++i) lowest.state[i] = static_cast<double>(samples[s][i]);
      for (size_t j = 0; j < Second::size; ++j) {
        input[s][j] = 0.0;
        for (size_t i = 0; i < First::size; ++i) {
          input[s][j] += lowest.state[i] * static_cast<double>(below.weight(i, j));
        }
      }
      exponent[s] = -lowest.energy();
      sums[s] = {-Arithmetic<double>::infinity(), 0.0, 0.0};
    }
    lowest.start_input();
    top.hidden.start_input();
    top.visible.each_state(
        0,
        [&](size_t j, double change) {
          for (size_t i = 0; i < First::size; ++i) {
            lowest.input[i] += change * static_cast<double>(below.weight(i, j));
          }
          top.add_to_hidden(model.top(), j, change);
          for (size_t s = 0; s < count; ++s) exponent[s] += change * input[s][j];
        },
        [&] {
          const double of_state = top.hidden.cumulant() - top.visible.energy() - lowest.cumulant();
          for (size_t s = 0; s < count; ++s) sums[s].add(of_state + exponent[s]);
          return true;
        });
    double sum = 0.0;
    for (size_t s = 0; s < count; ++s) sum += sums[s].largest + Arithmetic<double>::log(sums[s].sum);
    return sum;
  }
};

}  // namespace rbm

#endif  // RBM_DEEP_LIKELIHOOD_HPP
