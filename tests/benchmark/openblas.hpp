// The same CD-1 and Gibbs sampling by OpenBLAS, as one would write it with care: no allocation while it runs, the
// library's own sigmoids, random words drawn in bulk. It works on a model of the library.
// SPDX-License-Identifier: MIT

#ifndef RBM_TESTS_BENCHMARK_OPENBLAS_HPP
#define RBM_TESTS_BENCHMARK_OPENBLAS_HPP

#ifdef BENCHMARK_OPENBLAS

#include <cblas.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "../../rbm/rbm.hpp"
#include "generator.hpp"

namespace benchmark {

/// The states of `Count` samples or chains.
template <class Model, size_t Count>
class OpenBlas {
  enum : size_t { V = Model::visible_size, H = Model::hidden_size };

 public:
  typedef typename Model::VisibleState VisibleState;

  /// One CD-1 update from `Count` samples. The sums of the data and of the chains' ends are one product, of twice as
  /// many states, of which those of h at the end are negative: faster than two products, and for one sample than sger.
  void step(Model& model, const VisibleState* samples, float learning_rate, Generator& rng) {
    float *const v = visible, *const v_end = visible + Count * V, *const h = means, *const h_end = means + Count * H;
    RBM_COPY_BYTES(v, samples, Count * V * sizeof(float));
    up(model, v, h);
    draw_states(h, hidden, Count * H, rng);
    down(model, hidden, v_end);
    draw_states(v_end, Count * V, rng);
    up(model, v_end, h_end);
    for (size_t k = 0; k < Count * H; ++k) h_end[k] = -h_end[k];

    const float rate = learning_rate / static_cast<float>(size_t{Count});
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, V, H, 2 * Count, rate, visible, V, means, H, 1.0f,
                model.weights.values, H);
    for (size_t s = 0; s < Count; ++s) {
      for (size_t i = 0; i < V; ++i) model.visible.bias[i] += rate * (v[s * V + i] - v_end[s * V + i]);
      for (size_t j = 0; j < H; ++j) model.hidden.bias[j] += rate * (h[s * H + j] + h_end[s * H + j]);
    }
  }

  void start(const VisibleState* samples, size_t sample_count) {
    for (size_t c = 0; c < Count; ++c) {
      for (size_t i = 0; i < V; ++i) visible[c * V + i] = samples[c % sample_count][i];
    }
  }

  /// Gibbs steps of all chains together.
  void run(const Model& model, size_t steps, Generator& rng) {
    for (size_t step = 0; step < steps; ++step) {
      up(model, visible, hidden);
      draw_states(hidden, Count * H, rng);
      down(model, hidden, visible);
      draw_states(visible, Count * V, rng);
    }
  }

 private:
  static void up(const Model& model, const float* v, float* h) {
    take_means<V, H>(model, CblasNoTrans, model.hidden.bias.values, v, h);
  }
  static void down(const Model& model, const float* h, float* v) {
    take_means<H, V>(model, CblasTrans, model.visible.bias.values, h, v);
  }

  // `way`: the weights as what states, by row, are multiplied with.
  template <size_t From, size_t To>
  static void take_means(const Model& model, CBLAS_TRANSPOSE way, const float* bias, const float* from, float* to) {
    spread(bias, to, To);
    if (Count == 1) {
      cblas_sgemv(CblasRowMajor, way == CblasTrans ? CblasNoTrans : CblasTrans, V, H, 1.0f, model.weights.values, H,
                  from, 1, 1.0f, to, 1);
    } else {
      cblas_sgemm(CblasRowMajor, CblasNoTrans, way, Count, To, From, 1.0f, from, From, model.weights.values, H, 1.0f,
                  to, To);
    }
    take_sigmoids<Count * To>(to);
  }

  template <size_t Size>
  static void take_sigmoids(float* x) {
    constexpr size_t some = 64, rest = Size % some;
    float inputs[some];
    for (size_t k = 0; k < Size - rest; k += some) {
      std::memcpy(inputs, x + k, sizeof inputs);
      rbm::kernels::sigmoids<some, 1>(inputs, some, x + k);
    }
    if (rest == 0) return;
    std::memcpy(inputs, x + Size - rest, rest * sizeof(float));
    rbm::kernels::sigmoids<(rest != 0 ? rest : 1), 1>(inputs, rest, x + Size - rest);
  }

  // The biases, as each sample's sums start with them.
  static void spread(const float* bias, float* sums, size_t units) {
    for (size_t s = 0; s < Count; ++s, sums += units) {
      for (size_t k = 0; k < units; ++k) sums[k] = bias[k];
    }
  }

  // As rbm::uniform, from a word that was drawn before.
  static float state(float mean, uint32_t word) {
    return rbm::choose(rbm::detail::uniform_of(word) < mean, 1.0f, 0.0f);
  }

  void draw_states(const float* RBM_RESTRICT from, float* RBM_RESTRICT to, size_t count, Generator& rng) {
    draw(rng, words, count);
    for (size_t k = 0; k < count; ++k) to[k] = state(from[k], words[k]);
  }

  // In place. Told apart, since a loop that looks whether its arrays overlap would not be SIMD where they are the same.
  void draw_states(float* states, size_t count, Generator& rng) {
    draw(rng, words, count);
    for (size_t k = 0; k < count; ++k) states[k] = state(states[k], words[k]);
  }

  // While it learns, of the data and then of the ends of the chains.
  alignas(64) float visible[2 * Count * V];
  alignas(64) float means[2 * Count * H];
  alignas(64) float hidden[Count * H];
  alignas(64) uint32_t words[Count * (size_t{V} > size_t{H} ? size_t{V} : size_t{H})];
};

}  // namespace benchmark

#endif  // BENCHMARK_OPENBLAS

#endif  // RBM_TESTS_BENCHMARK_OPENBLAS_HPP
