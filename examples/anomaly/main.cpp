// examples/anomaly/main.cpp: a vibration sensor on a motor learns on the device what is normal, and then raises an
// alarm where something is not. Windows come one at a time and none is kept; nobody says what a fault looks like.
//
//   1. learn_scale(): means and variances of the features (features.hpp), and how large their noise is
//   2. learn_normal(): a Gaussian-Bernoulli RBM learns how the features go together, one window a step
//   3. learn_thresholds(): the free energy that one normal window in a thousand is above
//   4. watch(): normal windows and three faults that the model has never seen; sensor.hpp makes them
//
// Two simple monitors are given the same thresholds: how far each feature is from its mean, whatever the others are
// (the sum of squared deviations), and the total energy. Load moves all features together, so that these must allow for
// much. The exit status is 0 if the model finds at least 95 % of each fault with at most 1 % of false alarms.
// SPDX-License-Identifier: MIT

#include <stddef.h>
#include <stdint.h>

#include "../../rbm/rbm.hpp"
#include "../boards/board.hpp"
#include "../support/text.hpp"
#include "features.hpp"
#include "sensor.hpp"

#ifndef NUMBER
#define NUMBER float
#endif

namespace {

/// Integers have nine bits after the point here: hidden biases grow to about 50, and with nine 64 is the end.
template <class Number>
struct Roomy {
  typedef Number type;
};
template <class Integer, int Bits>
struct Roomy<rbm::Fixed<Integer, Bits>> {
  typedef rbm::Fixed<Integer, 9> type;
};

typedef rbm::Rbm<rbm::Gaussian<features>, rbm::Bernoulli<16>, Roomy<NUMBER>::type> Model;
typedef rbm::Fixed<int32_t, 12> Score;

enum : int32_t { scale_windows = 600, learning_windows = 8000, threshold_windows = 3000 };
enum : int32_t { normal_windows = 2000, fault_windows = 400 };
enum Detector : uint8_t { by_model, by_deviations, by_energy, detectors };

/// The third highest score of 3000 normal windows, the quantile of 99.9 %. A new score has any rank among them with the
/// same probability, so 3 in 3001 normal windows are above. Windows that follow each other are alike, which makes that
/// rougher, but 1 % is far.
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

const uint32_t seed = 20240229;
Sensor sensor(seed);
Scale scale;
Model model;
rbm::OnlineTrainer<Model, rbm::scheduled | rbm::centred> trainer;
rbm::Xorshift32 rng(~seed);
Threshold thresholds[detectors];
Board board;

Window window;
Features seen;
Model::VisibleState state;  // the features in standard deviations
Score scores[detectors];

void look(Fault fault) {
  sensor.read(fault, window);
  scores[by_energy] = Score::from_raw(level_of(window));
  for (size_t axis = 0; axis < axes; ++axis) {
    extract(window.samples[axis], seen.values + axis * features_of_axis);
  }
}

void normalise() {
  for (size_t i = 0; i < features; ++i) state[i] = static_cast<Model::Scalar>(scale(i, seen[i]));
}

void judge() {
  scores[by_model] = Score(model.free_energy(state));
  scores[by_deviations] = Score(0);
  for (size_t i = 0; i < features; ++i) scores[by_deviations] += Score(state[i]) * Score(state[i]);
}

void learn_scale() {
  for (int32_t w = 0; w < scale_windows; ++w) {
    look(Fault::none);
    scale.learn(seen);
  }
  scale.finish();
}

/// A visible unit's variance is that of its noise: what remains to be explained when the hidden units have said what
/// load, speed and temperature are. Real units want a centred trainer: with a plain one the hidden biases have far to
/// go whenever a weight changes.
rbm::Status learn_normal() {
  rbm::initialize(model, rng);
  const Score least(0.15f), most(1.0f);  // with less there is less overlap between hidden units, and learning is slow
  for (size_t i = 0; i < features; ++i) {
    const Score noise = scale.noise(i);
    model.visible.variance[i] = static_cast<Model::Scalar>(noise < least ? least : noise > most ? most : noise);
  }
  trainer.options.learning_rate = 0.15f;
  trainer.options.schedule = rbm::Schedule::linear;
  trainer.options.schedule_steps = learning_windows + learning_windows / 16;
  trainer.options.offset_rate = 0.06f;  // the means of the last 17 windows or so
  rbm::Status status = rbm::Status::ok;
  for (int32_t w = 0; w < learning_windows && status == rbm::Status::ok; ++w) {
    look(Fault::none);
    normalise();
    status = trainer.step(model, state, rng);
  }
  return status;
}

void learn_thresholds() {
  for (Threshold& threshold : thresholds) threshold.start();
  for (int32_t w = 0; w < threshold_windows; ++w) {
    look(Fault::none);
    normalise();
    judge();
    for (size_t d = 0; d < detectors; ++d) thresholds[d].learn(scores[d]);
  }
}

/// Prints the alarms in %, and returns how many windows in 10000 alarm the model.
int32_t watch(Fault fault, int32_t windows) {
  int32_t alarms[detectors] = {};
  for (int32_t w = 0; w < windows; ++w) {
    look(fault);
    normalise();
    judge();
    for (size_t d = 0; d < detectors; ++d) alarms[d] += thresholds[d].is_exceeded(scores[d]) ? 1 : 0;
  }
  print(board, windows, 5);
  for (int32_t alarm : alarms) print(board, alarm * 10000 / windows, 14, 2);
  print(board, TEXT("\n"));
  return alarms[by_model] * 10000 / windows;
}

}  // namespace

int main() {
  print(board, TEXT("RAM in bytes: model "));
  print(board, static_cast<int32_t>(sizeof model));
  print(board, TEXT(", trainer "));
  print(board, static_cast<int32_t>(sizeof trainer));
  print(board, TEXT(", scale "));
  print(board, static_cast<int32_t>(sizeof scale));
  print(board, TEXT(", window "));
  print(board, static_cast<int32_t>(sizeof window));

  learn_scale();
  if (learn_normal() != rbm::Status::ok) return 1;
  learn_thresholds();

  print(board, TEXT("\nalarms in %  windows   free energy    deviations  total energy\n"));
  print(board, TEXT("normal         "));
  bool good = watch(Fault::none, normal_windows) <= 100;
  print(board, TEXT("imbalance      "));
  good = watch(Fault::imbalance, fault_windows) >= 9500 && good;
  print(board, TEXT("bearing        "));
  good = watch(Fault::bearing, fault_windows) >= 9500 && good;
  print(board, TEXT("stuck axis     "));
  good = watch(Fault::stuck, fault_windows) >= 9500 && good;
  print(board, good ? TEXT("good\n") : TEXT("not good enough\n"));
  return good ? 0 : 1;
}
