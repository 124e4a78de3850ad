// examples/anomaly/monitor.hpp: learns what windows are normal, and says how surprising a window is.
//
// The model is an RBM of Gaussian visible units, the features, and one softmax site for all hidden units: of 28 states
// one is on. p(v) is then a mixture of 28 Gaussians with the variances of the features' noise, and the free energy is
// -ln p(v) but for a constant: what a machine with several modes asks for. Each state begins at a window that was seen
// (place), and that is what finds the faults of main.cpp: with no step of CD-1 after it as many are found, and faster
// learning does harm, as the modes' free energies drift apart. Learning is for what changes in service. From small
// random weights the same states, or 16 Bernoulli units, find far fewer.
// SPDX-License-Identifier: MIT

#ifndef RBM_EXAMPLES_MONITOR_HPP
#define RBM_EXAMPLES_MONITOR_HPP

#include <stddef.h>
#include <stdint.h>

#include "../../rbm/rbm.hpp"
#include "features.hpp"

typedef rbm::Fixed<int32_t, 12> Score;

/// Mean and variance of each feature, and which part of the variance is noise: the median of the jumps between windows
/// that follow each other, most of which are of the same mode. A mean of jumps would be that of the changes of mode.
class Scale {
 public:
  void learn(const Features& x) {
    for (size_t i = 0; i < features; ++i) {
      const int32_t jump = count_ == 0 ? 0 : x[i] < last_[i] ? last_[i] - x[i] : x[i] - last_[i];
      median_[i] += jump > median_[i] ? 4 : -4;
      sums_[i] += x[i];
      squares_[i] += int32_t{x[i]} * x[i];
      last_[i] = x[i];
    }
    ++count_;
  }

  void finish() {
    for (size_t i = 0; i < features; ++i) {
      mean_[i] = sums_[i] / count_;
      variance_[i] =
          static_cast<int32_t>((squares_[i] - int64_t{mean_[i]} * (2 * sums_[i] - count_ * mean_[i])) / count_ + 1);
      deviation_[i] = static_cast<int32_t>(rbm::integer::sqrt(static_cast<uint32_t>(variance_[i])));
    }
  }

  /// How many standard deviations from its mean a feature is, at most 15.
  Score operator()(size_t i, int16_t x) const {
    const int32_t most = 15 * 4096, z = (x - mean_[i]) * 4096 / deviation_[i];
    return Score::from_raw(z < -most ? -most : z > most ? most : z);
  }

  /// The part of a feature's variance that is noise: jumps have the variance 2 s^2 and the median 0.954 s.
  Score noise(size_t i) const {
    return Score::from_raw(static_cast<int32_t>(int64_t{median_[i]} * median_[i] * 4500 / variance_[i]));
  }

 private:
  int32_t count_;
  int32_t sums_[features];
  int64_t squares_[features];
  int32_t median_[features], mean_[features], variance_[features], deviation_[features];
  int16_t last_[features];
};

/// The squared Mahalanobis distance (x - mean)^T C^-1 (x - mean) with the covariance C = L D L^T of what was learned.
/// In floats, also where the model is in integers: the small elements of D would ask for scaling.
class Mahalanobis {
 public:
  void learn(const float* x) {
    count_ += 1.0f;
    for (size_t i = 0; i < features; ++i) {
      mean_[i] += x[i];
      for (size_t j = 0; j <= i; ++j) factors_[i][j] += x[i] * x[j];
    }
  }

  void finish() {
    for (float& mean : mean_) mean /= count_;
    for (size_t i = 0; i < features; ++i) {
      for (size_t j = 0; j <= i; ++j) {
        float c = factors_[i][j] / count_ - mean_[i] * mean_[j];
        for (size_t k = 0; k < j; ++k) c -= factors_[i][k] * factors_[j][k] * factors_[k][k];
        factors_[i][j] = i == j ? c : c / factors_[j][j];
      }
    }
  }

  float distance(const float* x) const {
    float y[features], sum = 0.0f;
    for (size_t i = 0; i < features; ++i) {
      y[i] = x[i] - mean_[i];
      for (size_t j = 0; j < i; ++j) y[i] -= factors_[i][j] * y[j];
      sum += y[i] * y[i] / factors_[i][i];
    }
    return sum;
  }

 private:
  float count_, mean_[features], factors_[features][features];  // D on the diagonal, L below
};

/// The third highest score of n normal windows. A new score has any rank among them with the same probability, so 3 in
/// n + 1 normal windows are above; as windows that follow each other are alike, that is rough.
struct Threshold {
  Score highest[3];  // from the highest on

  void start() {
    for (Score& score : highest) score = Score::lowest();
  }
  void learn(Score score) {
    for (Score& other : highest) {
      if (score > other) rbm::exchange(score, other);
    }
  }
  bool is_exceeded(Score score) const { return score > highest[2]; }
};

/// An alarm is up while 3 of the last 5 windows are above the threshold. Where a share p of normal windows is, and
/// independently, that is so with a probability of 10 p^3 at most: for p = 0.001 in one window of 10^8, which are 185
/// days of windows of 160 ms. With 2 of 5 it would be 10 p^2, one in 4 hours, with single windows one in 3 minutes. A
/// fault that is seen in 95 % of the windows raises the alarm within 3 windows with probability 0.86, within 5 with
/// 0.999: to ask for more than 3 would only be later.
class Alarm {
 public:
  enum : int32_t { k = 3, n = 5 };

  void add(bool is_above) { recent_ = static_cast<uint8_t>((recent_ << 1 | (is_above ? 1 : 0)) & ((1 << n) - 1)); }
  bool is_up() const {
    int32_t count = 0;
    for (int32_t window = 0; window < n; ++window) count += recent_ >> window & 1;
    return count >= k;
  }

 private:
  uint8_t recent_;
};

/// Variances are about 1/50 here and hidden biases some hundred, so that integers have six bits after the point.
template <class Number>
struct Roomy {
  typedef Number type;
};
template <class Integer, int Bits>
struct Roomy<rbm::Fixed<Integer, Bits>> {
  typedef rbm::Fixed<Integer, 6> type;
};

template <class Number>
struct Monitor {
  typedef rbm::Rbm<rbm::Gaussian<features>, rbm::Softmax<1, 28>, typename Roomy<Number>::type> Model;
  typedef typename Model::Scalar Scalar;
  typedef typename Model::VisibleState State;

  Model model;
  rbm::OnlineTrainer<Model, rbm::scheduled> trainer;
  Threshold threshold;
  Alarm alarm;
  State candidate;
  Score highest;

  constexpr Monitor() : model(), trainer(), threshold(), alarm(), candidate(), highest() {}  // no code before main

  /// A model of no windows, with the variances of the noise. Below 1/50 learning would be slow: means move by variance
  /// times rate.
  void start(const Scale& scale, rbm::Xorshift32& rng) {
    rbm::initialize(model, rng);
    const Score least(0.02f), most(1.0f);
    for (size_t i = 0; i < features; ++i) {
      const Score noise = scale.noise(i);
      model.visible.variance[i] = static_cast<Scalar>(noise < least ? least : noise > most ? most : noise);
    }
    model.hidden.bias.fill(Scalar(-500));  // a state that has not begun is never on
    threshold.start();
    highest = Score::lowest();
  }

  /// The next state to begin may begin at this window: it does at the most surprising of those since the last, so that
  /// no mode is left out.
  void consider(const State& x) {
    if (score(x) <= highest) return;
    highest = score(x);
    candidate = x;
  }

  /// Hidden state j begins at the window x that was chosen: its mean is variance times weight, and its bias takes back
  /// the height of the Gaussian, x^2 / (2 variance).
  void place(size_t j) {
    Score height(0);
    for (size_t i = 0; i < features; ++i) {
      const Score x(candidate[i]), input = x / Score(model.visible.variance[i]);
      model.weights(i, j) = static_cast<Scalar>(input);
      height += x * input;
    }
    model.hidden.bias[j] = static_cast<Scalar>(-height / Score(2));
    highest = Score::lowest();
  }

  rbm::Status learn(const State& x, rbm::Xorshift32& rng) { return trainer.step(model, x, rng); }

  /// How surprising a window is, in nats.
  Score score(const State& x) const { return Score(model.free_energy(x)); }

  /// A window in service. What is above the threshold is not learnt, and nothing is while an alarm is up, lest a fault
  /// become normal.
  bool watch(const State& x, bool learns_always, rbm::Xorshift32& rng, rbm::Status& status) {
    const bool is_above = threshold.is_exceeded(score(x));
    alarm.add(is_above);
    if (learns_always || (!is_above && !alarm.is_up())) status = learn(x, rng);
    return is_above;
  }
};

#endif  // RBM_EXAMPLES_MONITOR_HPP
