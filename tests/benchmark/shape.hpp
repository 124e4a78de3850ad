// The rows of one shape: learning and sampling, in all numbers, by the library's public face, in turn with OpenBLAS.
// SPDX-License-Identifier: MIT

#ifndef RBM_TESTS_BENCHMARK_SHAPE_HPP
#define RBM_TESTS_BENCHMARK_SHAPE_HPP

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "../../rbm/rbm.hpp"
#include "activity.hpp"
#include "generator.hpp"
#include "must.hpp"
#include "numbers.hpp"
#include "openblas.hpp"
#include "run.hpp"
#include "samples.hpp"
#include "timing.hpp"
#include "warm_up.hpp"

namespace benchmark {

template <size_t V, size_t H>
class Shape {
  typedef ModelOf<V, H, float> Floats;

 public:
  explicit Shape(Run& whole) : run(whole) {
    start(untrained, samples);
    warm_up(trained, samples);
    if (run.is_of_peers) return;
    compare<1>(2000, 0.02f);
    compare<10>(600, 0.05f);
  }

  void measure() {
    if (run.is_of_peers) {
      train<float, 1>();
      train<float, 10>();
      train<float, 100>();
      return;
    }
    measure_numbers<float>();
    measure_numbers<Int16>();
    if constexpr (model_fits<Int8, V, H>()) measure_numbers<Int8>();
  }

 private:
  // As static data would be on a board, and aligned to cache lines.
  template <class Type>
  struct alignas(64) Aligned : Type {};

  // Percent of the units that are on the wrong side of 1/2 after one pass up and down.
  double reconstruction_error(const Floats& model) const {
    size_t wrong = 0;
    for (const typename Floats::VisibleState& sample : samples) {
      typename Floats::HiddenState h;
      typename Floats::VisibleState v;
      rbm::reconstruct(model, sample, h, v);
      for (size_t i = 0; i < V; ++i) wrong += (v[i] > 0.5f) != (sample[i] > 0.5f);
    }
    return 100.0 * static_cast<double>(wrong) / static_cast<double>(samples.size() * V);
  }

  // OpenBLAS must learn as well, from the same start.
  template <size_t Batch>
  void compare(size_t updates, float learning_rate) {
#ifdef BENCHMARK_OPENBLAS
    const auto model = std::make_unique<Aligned<Floats>>();
    static_cast<Floats&>(*model) = untrained;
    learn<Batch>(static_cast<Floats&>(*model), samples, updates, learning_rate);
    const double ours = reconstruction_error(*model);

    static_cast<Floats&>(*model) = untrained;
    const auto blas = std::make_unique<OpenBlas<Floats, Batch>>();
    Batches<typename Floats::VisibleState> batches(samples, Batch);
    Generator rng(3);
    for (size_t u = 0; u < updates; ++u) blas->step(*model, batches.next(), learning_rate, rng);
    run.agreements.push_back(
        {std::to_string(V) + "x" + std::to_string(H), Batch, updates, ours, reconstruction_error(*model)});
#else
    (void)updates;
    (void)learning_rate;
#endif
  }

  template <class Number>
  void measure_numbers() {
    train<Number, 1>();
    train<Number, 10>();
    train<Number, 100>();
    sample<Number, 1>();
    sample<Number, 100>();
  }

  template <class Number>
  void take_trained(ModelOf<V, H, Number>& model) const {
    size_t saturated = 0;
    must(rbm::convert(trained, model, saturated));
  }

  template <class Number>
  Row row(const char* task, size_t count, const char* way, size_t bytes) const {
    Row made = {};
    made.task = task;
    made.visible = V;
    made.hidden = H;
    made.numbers = name_of(Number());
    made.count = count;
    made.way = way;
    made.bytes = bytes;
    return made;
  }

  template <class Number>
  static double lanes() {
    return static_cast<double>(sizeof(float)) / static_cast<double>(sizeof(typename rbm::Arithmetic<Number>::Sum));
  }

  // `theirs` is not called where there is no OpenBLAS.
  template <class Ours, class Theirs>
  static void time(Row& row, size_t samples_a_step, double& step_seconds, Ours&& ours, Theirs&& theirs) {
#ifdef BENCHMARK_OPENBLAS
    const Pair pair = time_pair(ours, theirs);
    step_seconds = pair.ours;
    row.over_openblas = pair.ratio;
#else
    (void)theirs;
    step_seconds = median(times(ours));
#endif
    row.rate = static_cast<double>(samples_a_step) / step_seconds;
  }

  template <class Number, size_t Batch>
  void train() {
    typedef ModelOf<V, H, Number> Model;
    typedef rbm::Trainer<Model, Batch> Trainer;
    if constexpr (rbm::Arithmetic<Number>::template batch_fits<Batch, false>()) {
      const auto states = in_numbers_of<typename Model::VisibleState>(samples);
      const auto model = std::make_unique<Aligned<Model>>();
      const auto trainer = std::make_unique<Aligned<Trainer>>();
      take_trained<Number>(*model);
      trainer->options.learning_rate = slow_rate;
      Batches<typename Model::VisibleState> batches(states, Batch);
      Generator rng(4);
      const auto ours = [&](size_t count) {
        for (size_t n = 0; n < count; ++n) must(trainer->step(*model, batches.next(), Batch, rng));
      };

      Row made = row<Number>("train", Batch, "W", sizeof(Model) + sizeof(Trainer));
      double step_seconds = 0;
#ifdef BENCHMARK_OPENBLAS
      const auto floats = std::make_unique<Aligned<Floats>>();
      static_cast<Floats&>(*floats) = trained;
      const auto blas = std::make_unique<OpenBlas<Floats, Batch>>();
      Batches<typename Floats::VisibleState> their_batches(samples, Batch);
      Generator their_rng(5);
      time(made, Batch, step_seconds, ours, [&](size_t count) {
        for (size_t n = 0; n < count; ++n) blas->step(*floats, their_batches.next(), slow_rate, their_rng);
      });
#else
      time(made, Batch, step_seconds, ours, 0);
#endif

      Activity activity;
      for (size_t n = 0; n < (Batch == 1 ? 300u : 10u); ++n) {
        const typename Model::VisibleState* const first = batches.next();
        must(trainer->step(*model, first, Batch, rng));
        activity.watch_step(*trainer, first, Batch);
      }
      const double weights = static_cast<double>(V * H);
      const double bytes = static_cast<double>(sizeof model->weights);
      note(made, activity, step_seconds,
           {bytes, bytes * (activity.any_data.mean() + 1.0 + activity.any_model.mean()),
            bytes * activity.any_either.mean(),
            weights * static_cast<double>(Batch) *
                (activity.data.mean() + 1.0 + activity.model.mean() + activity.either.mean()),
            lanes<Number>()});
      const double theirs = run.sklearn.rate(V, H, Batch);
      if (theirs > 0) made.over_sklearn = made.rate / theirs;
      run.recorded.fill_in(made);
      run.add(made);
    }
  }

  void note(Row& made, const Activity& activity, double step_seconds, const Work& work) {
    made.data_on = activity.data.mean();
    made.model_on = activity.model.mean();
    made.hidden_on = activity.hidden.mean();
    const Bound least = bound(run.limits, work);
    made.limit_share = least.seconds / step_seconds;
    made.limited_by = least.by;
  }

  template <class Number, size_t Count>
  void sample() {
    typedef ModelOf<V, H, Number> Model;
    const auto model = std::make_unique<Aligned<Model>>();
    take_trained<Number>(*model);
    sample_from<Number, Count>(static_cast<const Model&>(*model), "W", sizeof(Model), sizeof model->weights, false);
    const auto both = std::make_unique<Aligned<rbm::Transposed<Model>>>();
    both->copy(*model);
    sample_from<Number, Count>(static_cast<const rbm::Transposed<Model>&>(*both), "W and W^T",
                               sizeof(Model) + sizeof(rbm::Transposed<Model>), 2 * sizeof model->weights, true);
  }

  template <class Number, size_t Count, class Sampler>
  void sample_from(const Sampler& sampler, const char* way, size_t model_bytes, size_t weight_bytes, bool transposed) {
    typedef ModelOf<V, H, Number> Model;
    typedef rbm::GibbsChains<Model, Count> Chains;
    const auto states = in_numbers_of<typename Model::VisibleState>(samples);
    const auto chains = std::make_unique<Aligned<Chains>>();
    must(chains->start(states.data(), states.size()));
    Generator rng(6);
    const auto ours = [&](size_t count) { (void)chains->run(sampler, static_cast<uint32_t>(count), rng); };
    ours(20);

    Row made = row<Number>("gibbs", Count, way, model_bytes + sizeof(Chains));
    double step_seconds = 0;
#ifdef BENCHMARK_OPENBLAS
    const auto blas = std::make_unique<OpenBlas<Floats, Count>>();
    blas->start(samples.data(), samples.size());
    Generator their_rng(7);
    time(made, Count, step_seconds, ours, [&](size_t count) { blas->run(trained, count, their_rng); });
#else
    time(made, Count, step_seconds, ours, 0);
#endif

    Activity activity;
    for (size_t n = 0; n < (Count == 1 ? 300u : 10u); ++n) {
      ours(1);
      activity.watch_chains(*chains);
    }
    const double weights = static_cast<double>(V * H);
    const double matrix = static_cast<double>(sizeof(Number)) * weights;
    const double down = transposed ? activity.hidden.mean() : 1.0;
    const double any_down = transposed ? activity.any_hidden.mean() : 1.0;
    note(made, activity, step_seconds,
         {static_cast<double>(weight_bytes), matrix * (activity.any_model.mean() + any_down), 0.0,
          weights * static_cast<double>(Count) * (activity.model.mean() + down), lanes<Number>()});
    run.add(made);
  }

  Run& run;
  const Samples<V>& samples = Data<V>::samples();
  alignas(64) Floats untrained;
  alignas(64) Floats trained;
};

template <size_t V, size_t H>
void measure_shape(Run& run) {
  std::make_unique<Shape<V, H>>(run)->measure();
}

}  // namespace benchmark

#endif  // RBM_TESTS_BENCHMARK_SHAPE_HPP
