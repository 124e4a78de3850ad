// examples/anomaly/main.cpp: a vibration sensor on a pump learns on the device what is normal, and then raises an alarm
// where something is not. Windows come one at a time and none is kept; nobody says which mode the pump is in, or what a
// fault looks like.
//
//   1. learn_scale(): means and variances of the features (features.hpp), and how large their noise is
//   2. learn_normal(): an RBM (monitor.hpp) learns which features go together, one window a step
//   3. learn_thresholds(): scores that one normal window in a thousand is above
//   4. watch(): normal windows and four faults that the model has never seen, in each mode; sensor.hpp makes them.
//      Learning goes on, and stops while an alarm is up
//   5. wear(): a long fault is still found at its end, but not by a monitor that learns whatever comes
//
// Three other monitors are given the same windows and the threshold of the same rank: the Mahalanobis distance with the
// covariance of all features, the same with a mean and covariance for each mode, and the total energy. The first is as
// good where a fault leaves what any mode makes of the features, as that of the inner race does. It is blind where
// a fault does what a change of mode does, too: that is what its covariance allows for. The second is the best of all:
// where a controller tells the mode, and there are few, take that one. The model comes near it without being told.
//
// The exit status is 0 if the model finds at least 95 % of each fault with at most 1 % of false alarms, window by
// window, and the long fault to its end.
// SPDX-License-Identifier: MIT

#include <stddef.h>
#include <stdint.h>

#include "../../rbm/rbm.hpp"
#include "../boards/board.hpp"
#include "../support/text.hpp"
#include "features.hpp"
#include "monitor.hpp"
#include "sensor.hpp"

#ifndef NUMBER
#define NUMBER float
#endif
#ifndef SEED
#define SEED 20240229
#endif

namespace {

enum : int32_t { scale_windows = 600, windows_between_states = 16, learning_windows = 4000, threshold_windows = 3000 };
enum : int32_t { normal_windows = 400, fault_windows = 100, long_windows = 2000, last_windows = 100 };
enum Detector : uint8_t { by_model, by_distance, by_distance_in_mode, by_energy, detectors };

const uint32_t seed = SEED;
Sensor sensor(seed);
Scale scale;
Monitor<NUMBER> monitor, careless;
rbm::Xorshift32 rng(~seed);
Mahalanobis distance, distance_in_mode[modes];
Threshold thresholds[detectors];  // that of the model is the monitor's
Board board;

Window window;
Features seen;
Monitor<NUMBER>::State state;  // the features in standard deviations
float deviations[features];    // the same
Score scores[detectors];
rbm::Status status = rbm::Status::ok;  // of the last step; learning ends where one is refused

void look(Fault fault) {
  sensor.read(fault, window);
  extract(window.samples, window_size / blocks, window.turn, skf_6205, seen);
}

void look_and_scale(Fault fault) {
  look(fault);
  for (size_t i = 0; i < features; ++i) {
    const Score z = scale(i, seen[i]);
    state[i] = static_cast<Monitor<NUMBER>::Scalar>(z);
    deviations[i] = static_cast<float>(z);
  }
}

void judge_by_others() {
  scores[by_distance] = Score(distance.distance(deviations));
  scores[by_distance_in_mode] = Score(distance_in_mode[sensor.mode].distance(deviations));
  scores[by_energy] = Score::from_raw(level_of(window.samples, window_size));
}

void learn_scale() {
  for (int32_t w = 0; w < scale_windows; ++w) {
    sensor.work();
    look(none);
    scale.learn(seen);
  }
  scale.finish();
}

/// The states of the hidden site begin each at one of some windows.
void learn_normal() {
  monitor.start(scale, rng);
  for (size_t j = 0; j < monitor.model.hidden_size; ++j) {
    for (int32_t w = 0; w < windows_between_states; ++w) {
      sensor.work();
      look_and_scale(none);
      monitor.consider(state);
    }
    monitor.place(j);
  }
  monitor.trainer.options.learning_rate = 0.03f;
  monitor.trainer.options.schedule = rbm::Schedule::linear;
  monitor.trainer.options.schedule_steps = learning_windows + learning_windows / 16;
  for (int32_t w = 0; w < learning_windows && status == rbm::Status::ok; ++w) {
    sensor.work();
    look_and_scale(none);
    status = monitor.learn(state, rng);
    distance.learn(deviations);
    distance_in_mode[sensor.mode].learn(deviations);
  }
  distance.finish();
  for (Mahalanobis& each : distance_in_mode) each.finish();
}

void learn_thresholds() {
  for (Threshold& threshold : thresholds) threshold.start();
  for (int32_t w = 0; w < threshold_windows; ++w) {
    sensor.work();
    look_and_scale(none);
    judge_by_others();
    monitor.threshold.learn(monitor.score(state));
    for (size_t d = by_distance; d < detectors; ++d) thresholds[d].learn(scores[d]);
  }
}

void say(const char* words, int32_t number) {
  print(board, words);
  print(board, number);
}

void print_row(const char* name, const int32_t* above, int32_t windows) {
  print(board, TEXT("\n"));
  print(board, name);
  print(board, windows, 5);
  for (size_t d = 0; d < detectors; ++d) print(board, above[d] * 10000 / windows, 13, 2);
}

/// Watches a fault in each mode, prints which windows are above the thresholds, and after how many windows the alarm is
/// up. Returns how many are above the model's threshold, and in `alarms` during how many the alarm is up.
int32_t watch(const char* name, Fault fault, int32_t windows, int32_t& alarms) {
  const char* const names[modes] = {TEXT("  slow       "), TEXT("  part       "), TEXT("  throttled  "),
                                    TEXT("  full       "), TEXT("  thrust     ")};
  int32_t total[detectors] = {};
  alarms = 0;
  print(board, name);
  for (uint8_t mode = 0; mode < modes; ++mode) {
    int32_t above[detectors] = {}, delay = 0;
    sensor.mode = static_cast<Mode>(mode);
    monitor.alarm = Alarm();
    for (int32_t w = 1; w <= windows && status == rbm::Status::ok; ++w) {
      look_and_scale(fault);
      judge_by_others();
      above[by_model] += monitor.watch(state, false, rng, status) ? 1 : 0;
      for (size_t d = by_distance; d < detectors; ++d) above[d] += thresholds[d].is_exceeded(scores[d]) ? 1 : 0;
      alarms += monitor.alarm.is_up() ? 1 : 0;
      if (delay == 0 && monitor.alarm.is_up()) delay = w;
    }
    print_row(names[mode], above, windows);
    if (delay != 0) print(board, delay, 8);
    for (size_t d = 0; d < detectors; ++d) total[d] += above[d];
  }
  print_row(TEXT("  all        "), total, windows * modes);
  print(board, TEXT("\n"));
  return total[by_model];
}

/// A fault that lasts. Prints how many of its last windows are above the threshold, with learning that an alarm stops,
/// and with learning that goes on.
bool wear() {
  monitor.alarm = Alarm();
  careless = monitor;
  sensor.mode = full;
  int32_t found[2] = {};
  for (int32_t w = 0; w < long_windows && status == rbm::Status::ok; ++w) {
    look_and_scale(imbalance);
    const bool counts = w >= long_windows - last_windows;
    found[0] += monitor.watch(state, false, rng, status) && counts ? 1 : 0;
    if (status == rbm::Status::ok) found[1] += careless.watch(state, true, rng, status) && counts ? 1 : 0;
  }
  say(TEXT("an imbalance of "), int32_t{long_windows});
  say(TEXT(" windows; of the last 100 are found: "), found[0]);
  say(TEXT(" where an alarm stops learning, "), found[1]);
  print(board, TEXT(" where nothing does\n"));
  return found[0] >= last_windows * 95 / 100;
}

}  // namespace

int main() {
  say(TEXT("RAM in bytes: model "), static_cast<int32_t>(sizeof monitor.model));
  say(TEXT(", trainer "), static_cast<int32_t>(sizeof monitor.trainer));
  say(TEXT(", scale "), static_cast<int32_t>(sizeof scale));
  say(TEXT(", window "), static_cast<int32_t>(sizeof window));

  learn_scale();
  learn_normal();
  learn_thresholds();
  monitor.trainer.options.schedule = rbm::Schedule::constant;  // in service, to follow what changes slowly
  monitor.trainer.options.learning_rate = 0.03f;

  print(board, TEXT("\nabove the threshold, in %: distances are those of Mahalanobis; alarm: after so many windows\n"));
  print(board, TEXT("           windows  free energy     distance  ..with mode       energy   alarm\n"));
  const char* const names[faults] = {TEXT("normal"), TEXT("imbalance"), TEXT("outer race"), TEXT("inner race"),
                                     TEXT("loose sensor")};
  int32_t alarms = 0;
  const int32_t false_windows = watch(names[none], none, normal_windows, alarms), all = normal_windows * modes;
  const float p = static_cast<float>(false_windows) / static_cast<float>(all);
  say(TEXT("  the alarm is up in "), alarms);
  say(TEXT(" windows; if they were independent, it would be in "), static_cast<int32_t>(1e10f * p * p * p + 0.5f));
  print(board, TEXT(" of 10^9\n"));
  bool good = false_windows * 100 <= all;
  for (uint8_t fault = imbalance; fault < faults; ++fault) {
    const int32_t found = watch(names[fault], static_cast<Fault>(fault), fault_windows, alarms);
    good = good && found * 100 >= fault_windows * modes * 95;
  }
  good = wear() && good && status == rbm::Status::ok;
  print(board, good ? TEXT("good\n") : TEXT("not good enough\n"));
  return good ? 0 : 1;
}
