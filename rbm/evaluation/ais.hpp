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

#include "../layers/sites.hpp"
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
  Status set_base(const Model& model, const VisibleState* samples, size_t count) {
    const Status status = Model::check(samples, count);
    if (status != Status::ok) return status;
    base = model.visible;
    for (size_t i = 0; i < Model::visible_size; ++i) {
      double sum = 0.0;
      for (size_t s = 0; s < count; ++s) sum += static_cast<double>(samples[s][i]);
      base.initialize_unit(i, static_cast<float>(sum / static_cast<double>(count)),
                           static_cast<float>(model.visible.variance_of(i)), 0.5f / static_cast<float>(count));
    }
    // Along the path variances are those of the model, whatever bounds a start keeps them in.
    for (size_t i = 0; i < Model::visible_size; ++i) {
      const Sum variance = model.visible.variance_of(i);
      v[i] = base.bias_of(i) * static_cast<Scalar>(variance > Sum(0) ? base.variance_of(i) / variance : Sum(1));
    }
    base = model.visible;
    for (size_t i = 0; i < Model::visible_size; ++i) base.bias_of(i) = v[i];
    return Status::ok;
  }

  /// Estimates ln Z from below by `runs` runs over `temperatures` equal parts of the path.
  /// Errors, which leave the estimate as it was: out_of_range for fewer than 2 runs, no temperature, or a base that was
  /// set for other variances; not_normalizable; not_finite.
  template <class Rng>
  Status forward(const Model& model, uint32_t temperatures, uint32_t runs, PartitionEstimate& estimate, Rng& rng) {
    const Status status = check(model, temperatures, runs);
    if (status != Status::ok) return status;
    Weights weights = {};
    for (uint32_t run = 0; run < runs; ++run) {
      for (Block block : Blocks<typename Model::Visible>()) {
        Sum x[Model::Visible::block_size];
        base.start_input(block, x);
        base.sample(block, x, v.values + block.first, rng);
      }
      double log_weight = 0.0;
      for (uint32_t k = 1; k <= temperatures; ++k) {
        log_weight += pass(model, part(k - 1, temperatures), part(k, temperatures), part(k, temperatures), rng);
      }
      weights.add(log_weight);
    }
    return set_estimate(weights, 1.0, log_base(model), estimate);
  }

  /// Estimates ln Z from above: run r starts at sample r, a draw from the model (from long chains, or exact).
  /// Errors as of forward(), and those of the samples.
  template <class Rng>
  Status reverse(const Model& model, uint32_t temperatures, const VisibleState* samples, uint32_t runs,
                 PartitionEstimate& estimate, Rng& rng) {
    Status status = check(model, temperatures, runs);
    if (status == Status::ok) status = Model::check(samples, runs);
    if (status != Status::ok) return status;
    Weights weights = {};
    for (uint32_t run = 0; run < runs; ++run) {
      v = samples[run];
      double log_weight = 0.0;
      for (uint32_t k = temperatures; k > 0; --k) {
        log_weight += pass(model, part(k - 1, temperatures), part(k, temperatures), part(k - 1, temperatures), rng);
      }
      weights.add(-log_weight);
    }
    return set_estimate(weights, -1.0, log_base(model), estimate);
  }

 private:
  // Sums of w and w^2 for the largest weight scaled to 1, and of ln w.
  struct Weights {
    double count, largest, sum, squares, logs;

    void add(double log_weight) {
      if (count < 1.0 || log_weight > largest) {
        const double shrink = count < 1.0 ? 0.0 : ::exp(largest - log_weight);
        sum *= shrink;
        squares *= shrink * shrink;
        largest = log_weight;
      }
      const double weight = ::exp(log_weight - largest);
      sum += weight;
      squares += weight * weight;
      logs += log_weight;
      count += 1.0;
    }
  };

  static float part(uint32_t k, uint32_t temperatures) {
    return static_cast<float>(static_cast<double>(k) / static_cast<double>(temperatures));
  }

  Status check(const Model& model, uint32_t temperatures, uint32_t runs) {
    if (temperatures == 0 || runs < 2) return Status::out_of_range;
    for (size_t i = 0; i < Model::visible_size; ++i) {
      if (!detail::equal(base.variance_of(i), model.visible.variance_of(i)))
        return Status::out_of_range;  // set_base was of another model
    }
    return likelihood.check(model);
  }

  static Status set_estimate(const Weights& weights, double sign, double log_base, PartitionEstimate& estimate) {
    const double mean = weights.sum / weights.count;
    const double variance = weights.squares / weights.count - mean * mean;
    const double error = 3.0 * ::sqrt((variance > 0.0 ? variance : 0.0) / (weights.count - 1.0));
    const double low = mean > error ? ::log(mean - error) : -HUGE_VAL;
    const double high = ::log(mean + error);
    const double log_mean = log_base + sign * (weights.largest + ::log(mean));
    if (!Arithmetic<double>::is_finite(log_mean)) return Status::not_finite;
    estimate.log_partition = log_mean;
    estimate.low = log_base + sign * (weights.largest + (sign > 0.0 ? low : high));
    estimate.high = log_base + sign * (weights.largest + (sign > 0.0 ? high : low));
    estimate.mean_log_weight = log_base + sign * weights.logs / weights.count;
    return Status::ok;
  }

  // ln Z of the path's beginning: independent units.
  double log_base(const Model& model) const {
    double sum = 0.0;
    for (Block block : Blocks<typename Model::Visible>()) {
      Sum x[Model::Visible::block_size];
      base.start_input(block, x);
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
  template <class Rng>
  double pass(const Model& model, float from, float to, float at, Rng& rng) {
    const double biases =
        static_cast<double>(base.energy(v.values)) - static_cast<double>(model.visible.energy(v.values));
    double sum = 0.0;
    for (Block block : Blocks<typename Model::Hidden>()) {
      Sum x[Model::Hidden::block_size];
      model.hidden_inputs(v, block, x);
      sum += cumulant(model.hidden, block, x, to) - cumulant(model.hidden, block, x, from);
      Sum y[Model::Hidden::block_size];
      for (size_t j = 0; j < block.count; ++j) y[j] = at * x[j];
      model.hidden.sample(block, y, h.values + block.first, rng);
    }
    for (Block block : Blocks<typename Model::Visible>()) {
      Sum x[Model::Visible::block_size];
      model.visible_inputs(h, block, x);
      Sum start[Model::Visible::block_size];
      base.start_input(block, start);
      for (size_t i = 0; i < block.count; ++i) x[i] = at * x[i] + (1.0f - at) * start[i];
      model.visible.sample(block, x, v.values + block.first, rng);
    }
    return sum + static_cast<double>(to - from) * biases;
  }

  // The cumulants of hidden units with t of their inputs.
  static double cumulant(const typename Model::HiddenLayer& layer, Block block, const Sum* x, float t) {
    Sum y[Model::Hidden::block_size];
    for (size_t j = 0; j < block.count; ++j) y[j] = t * x[j];
    return static_cast<double>(layer.cumulant(block, y));
  }
};

}  // namespace rbm

#endif  // RBM_EVALUATION_AIS_HPP
