// Which units are on while a model learns or dreams: what the work of a step depends on.
// SPDX-License-Identifier: MIT

#ifndef RBM_TESTS_BENCHMARK_ACTIVITY_HPP
#define RBM_TESTS_BENCHMARK_ACTIVITY_HPP

#include <cstddef>

namespace benchmark {

/// A mean.
struct Share {
  double sum = 0, count = 0;

  void add(double value) { sum += value, count += 1; }
  double mean() const { return count > 0 ? sum / count : 0; }
};

/// Shares of units, each a mean over the steps that were watched; `any` are on in at least one sample of a step.
struct Activity {
  Share data, model, hidden, either;
  Share any_data, any_model, any_hidden, any_either;

  /// states(s) is that of sample s.
  template <class States>
  static void watch(States&& states, size_t samples, Share& each, Share& any) {
    const size_t units = states(0).size;
    for (size_t i = 0; i < units; ++i) {
      double on = 0;
      bool once = false;
      for (size_t s = 0; s < samples; ++s) {
        const double unit = static_cast<double>(static_cast<float>(states(s)[i]));
        on += unit;
        once = once || unit != 0;
      }
      each.add(on / static_cast<double>(samples));
      any.add(once ? 1.0 : 0.0);
    }
  }

  /// After a step from these samples.
  template <class Trainer>
  void watch_step(const Trainer& trainer, const typename Trainer::VisibleState* samples, size_t count) {
    watch([&](size_t s) -> const typename Trainer::VisibleState& { return samples[s]; }, count, data, any_data);
    watch([&](size_t s) -> const typename Trainer::VisibleState& { return trainer.visible[s]; }, count, model,
          any_model);
    watch([&](size_t s) -> const typename Trainer::HiddenState& { return trainer.hidden_data[s]; }, count, hidden,
          any_hidden);
    for (size_t i = 0; i < Trainer::VisibleState::size; ++i) {
      size_t on = 0;
      for (size_t s = 0; s < count; ++s) {
        on += static_cast<float>(samples[s][i]) > 0.0f || static_cast<float>(trainer.visible[s][i]) > 0.0f;
      }
      either.add(static_cast<double>(on) / static_cast<double>(count));
      any_either.add(on > 0 ? 1.0 : 0.0);
    }
  }

  /// After steps of all chains.
  template <class Chains>
  void watch_chains(const Chains& chains) {
    watch([&](size_t c) -> const decltype(chains[0].visible)& { return chains[c].visible; }, Chains::count, model,
          any_model);
    watch([&](size_t c) -> const decltype(chains[0].hidden)& { return chains[c].hidden; }, Chains::count, hidden,
          any_hidden);
  }
};

}  // namespace benchmark

#endif  // RBM_TESTS_BENCHMARK_ACTIVITY_HPP
