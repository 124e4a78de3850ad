// rbm/evaluation/ais.hpp: partition functions that cannot be enumerated, by annealed importance sampling.
//
// A path of K models leads from independent visible units, whose partition function is known, to the model: at part t
// of the way weights and hidden biases are multiplied by t, and visible biases are t of the way between (Salakhutdinov
// and Murray 2008). Each run follows the path with one Gibbs step a model and collects ln w, the sum of what each step
// on the path adds to ln p*(v). The mean of w estimates Z / Z_0: right on average, but more often too small than too
// large, and its logarithm is too small on average. Reverse AIS (Burda, Grosse and Salakhutdinov 2015) starts at draws
// from the model and goes the other way; the mean of 1 / w estimates Z_0 / Z, and its logarithm makes ln Z too large on
// average. So the two bracket ln Z, as far as the runs suffice and the draws are good.
// SPDX-License-Identifier: MIT

#ifndef RBM_EVALUATION_AIS_HPP
#define RBM_EVALUATION_AIS_HPP

#include <stddef.h>
#include <stdint.h>

#include "../layers/layer.hpp"
#include "../sampling/transposed.hpp"
#include "likelihood.hpp"

namespace rbm {

/// An estimate of ln Z from runs of AIS.
struct PartitionEstimate {
  double log_partition;  // ln of the mean weight
  double low, high;      // three standard errors of the mean weight below and above; low is -infinity (reverse: high is
                         // infinity) where the errors are as large as the mean: more runs or temperatures are needed
  double mean_log_weight;  // Z_0 and the mean of ln w: below ln Z on average, above it in reverse
};

/// The memory of AIS for models of this type: one chain, and where its path begins. Set `base` first.
template <class ModelType>
struct Ais {
  typedef ModelType Model;
  typedef typename Model::VisibleState VisibleState;
  typedef typename Model::Scalar Scalar;
  typedef typename Model::Sum Sum;

  typename Model::VisibleLayer base;  // the independent visible units
  VisibleState v;
  typename Model::HiddenState h;
  Likelihood<Model> likelihood;

  /// The path begins at the visible biases of the model.
  void set_base(const Model& model) { base = model.visible; }

  /// The path begins at the means of the samples, which makes it shorter: independent units with the biases that give
  /// these means. Errors: those of the samples; nothing changes.
  Status set_base(const Model& model, const typename Model::Sample* samples, size_t count) {
    const Status status = Model::check(samples, count);
    if (status != Status::ok) return status;
    base = model.visible;
    for (size_t i = 0; i < Model::Sample::size; ++i) {
      double sum = 0.0;
      for (size_t s = 0; s < count; ++s) sum += static_cast<double>(samples[s][i]);
      const Sum variance = model.visible.variance_of(i);
      base.initialize_unit(i, static_cast<float>(sum / static_cast<double>(count)), static_cast<float>(variance),
                           0.5f / static_cast<float>(count));
      // Along the path variances are those of the model, whatever bounds a start keeps them in.
      v[i] = base.bias_of(i) * static_cast<Scalar>(variance > Sum(0) ? base.variance_of(i) / variance : Sum(1));
    }
    base = model.visible;
    for (size_t i = 0; i < Model::Sample::size; ++i) base.bias_of(i) = v[i];
    return Status::ok;
  }

  /// Estimates ln Z from below by `runs` runs over `temperatures` equal parts of the path.
  /// Errors, which leave the estimate as it was: out_of_range for fewer than 2 runs, no temperature, or a base that was
  /// set for other variances; not_normalizable; not_finite.
  template <class Rng, class Sampler>
  Status forward(const Sampler& sampler, uint32_t temperatures, uint32_t runs, PartitionEstimate& estimate, Rng& rng) {
    return anneal(sampler, temperatures, nullptr, runs, estimate, rng);
  }

  /// Estimates ln Z from above: run r starts at sample r, a draw from the model (from long chains, or exact).
  /// Errors as of forward(), and those of the samples.
  template <class Rng, class Sampler>
  Status reverse(const Sampler& sampler, uint32_t temperatures, const VisibleState* samples, uint32_t runs,
                 PartitionEstimate& estimate, Rng& rng) {
    return anneal(sampler, temperatures, samples, runs, estimate, rng);
  }

 private:
  // In reverse from samples, or, where there are none, forward from draws of the base.
  template <class Rng, class Sampler>
  Status anneal(const Sampler& sampler, uint32_t temperatures, const VisibleState* samples, uint32_t runs,
                PartitionEstimate& estimate, Rng& rng) {
    const Model& model = detail::model_of(sampler);
    if (temperatures == 0 || runs < 2) return Status::out_of_range;
    for (size_t i = 0; i < Model::visible_size; ++i) {
      if (!detail::equal(base.variance_of(i), model.visible.variance_of(i))) return Status::out_of_range;
    }
    Status status = likelihood.check(model);
    if (status == Status::ok && samples != nullptr)
      status = detail::check_states<typename Model::VisibleLayer>(samples, runs);
    if (status != Status::ok) return status;
    const bool is_forward = samples == nullptr;
    const double sign = is_forward ? 1.0 : -1.0, count = static_cast<double>(runs);
    detail::SumOfExponentials weights = {-Arithmetic<double>::infinity(), 0.0, 0.0};  // of 1 / w in reverse
    double logs = 0.0;
    for (uint32_t run = 0; run < runs; ++run) {
      if (!is_forward) {
        v = samples[run];
      } else {
        for (Block block : Blocks<typename Model::Visible>()) {
          Sum x[Model::Visible::block_size];
          detail::start_input(base, block, x);
          base.sample(block, x, v.values + block.first, rng);
        }
      }
      double log_weight = 0.0;
      for (uint32_t k = 1; k <= temperatures; ++k) {
        const double end = is_forward ? k : temperatures - k + 1.0;
        const float from = static_cast<float>((end - 1.0) / temperatures), to = static_cast<float>(end / temperatures);
        log_weight += pass(sampler, from, to, is_forward ? to : from, rng);
      }
      weights.add(sign * log_weight);
      logs += log_weight;
    }
    const double mean = weights.sum / count, variance = weights.squares / count - mean * mean;
    const double error = 3.0 * Arithmetic<double>::sqrt((variance > 0.0 ? variance : 0.0) / (count - 1.0));
    const double least = mean > error ? mean - error : 0.0, most = mean + error;
    const double start = log_base(model);
    const auto log_partition = [&](double weight) {
      return start + sign * (weights.largest + Arithmetic<double>::log(weight));
    };
    if (!Arithmetic<double>::is_finite(log_partition(mean))) return Status::not_finite;
    estimate = {log_partition(mean), log_partition(is_forward ? least : most), log_partition(is_forward ? most : least),
                start + logs / count};
    return Status::ok;
  }

  // ln Z of the path's beginning: independent units.
  double log_base(const Model& model) const {
    double sum = 0.0;
    for (Block block : Blocks<typename Model::Visible>()) {
      Sum x[Model::Visible::block_size];
      detail::start_input(base, block, x);
      sum += static_cast<double>(base.cumulant(block, x));
    }
    for (Block block : Blocks<typename Model::Hidden>()) {
      const Sum x[Model::Hidden::block_size] = {};  // without their biases
      sum += static_cast<double>(model.hidden.cumulant(block, x));
    }
    return sum;
  }

  // One step on the path, from part `from` to part `to`: what it adds to ln p*(v). Then v moves on by a Gibbs step of
  // the model at part `at`.
  template <class Sampler, class Rng>
  double pass(const Sampler& sampler, float from, float to, float at, Rng& rng) {
    const Model& model = detail::model_of(sampler);
    const double biases =
        static_cast<double>(base.energy(v.values)) - static_cast<double>(model.visible.energy(v.values));
    double sum = 0.0;
    const typename Sampler::HiddenInputs hidden_inputs = sampler.all_hidden_inputs(v, h);
    for (Block block : Blocks<typename Model::Hidden>()) {
      Sum x[Model::Hidden::block_size], y[Model::Hidden::block_size];
      hidden_inputs.get(block, x);
      const auto scale_inputs = [&](float t) {
        for (size_t j = 0; j < block.count; ++j) y[j] = t * x[j];
      };
      scale_inputs(to);
      const double cumulant = static_cast<double>(model.hidden.cumulant(block, y));
      scale_inputs(from);
      sum += cumulant - static_cast<double>(model.hidden.cumulant(block, y));
      scale_inputs(at);
      model.hidden.sample(block, y, h.values + block.first, rng);
    }
    const typename Sampler::VisibleInputs visible_inputs = sampler.all_visible_inputs(h, v);
    for (Block block : Blocks<typename Model::Visible>()) {
      Sum x[Model::Visible::block_size], start[Model::Visible::block_size];
      visible_inputs.get(block, x);
      detail::start_input(base, block, start);
      for (size_t i = 0; i < block.count; ++i) x[i] = at * x[i] + (1.0f - at) * start[i];
      model.visible.sample(block, x, v.values + block.first, rng);
    }
    return sum + static_cast<double>(to - from) * biases;
  }
};

}  // namespace rbm

#endif  // RBM_EVALUATION_AIS_HPP
