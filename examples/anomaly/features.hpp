// examples/anomaly/features.hpp: what the model sees of a window, in integers. For each axis: the logarithms of the
// energies of four octaves, and how impulsive the highest of them is. Gravity and slow offsets fall out. Then the scale
// of each feature, learned from the stream.
// SPDX-License-Identifier: MIT

#ifndef RBM_EXAMPLES_FEATURES_HPP
#define RBM_EXAMPLES_FEATURES_HPP

#include <stddef.h>
#include <stdint.h>

#include "../../rbm/numbers/fixed.hpp"
#include "../../rbm/numbers/integer_math.hpp"
#include "../../rbm/storage.hpp"
#include "sensor.hpp"

enum : size_t { octaves = 4, features_of_axis = octaves + 1, features = axes * features_of_axis };

typedef rbm::Vector<int16_t, features> Features;  // nats, in steps of 2^-10

/// ln (x + 1)
inline int16_t log_of(uint32_t x) { return static_cast<int16_t>(rbm::integer::log(x + 1) >> 6); }

/// Splits an axis into octaves from the highest on, each by the two halves of a filter of four taps, (1 3 3 1) and
/// (1 -3 3 -1): the shaft's turns do not leak into the high octaves. The samples serve as scratch.
/// Scaling: samples of 12 bits become 13 bits of the high half; 63 squares of them have 30 bits.
inline void extract(int16_t* samples, int16_t* feature) {
  size_t count = window_size;
  for (size_t octave = 0; octave < octaves; ++octave) {
    count = count / 2 - 1;
    uint32_t energy = 0, peak = 0;
    for (size_t i = 0; i < count; ++i) {
      const int16_t* x = samples + 2 * i;
      const int32_t outer = x[0] - x[3], inner = x[2] - x[1];
      const int32_t high = (outer + 3 * inner) >> 2;
      const uint32_t square = static_cast<uint32_t>(high * high);
      energy += square;
      if (square > peak) peak = square;
      samples[i] = static_cast<int16_t>((x[0] + x[3] + 3 * (x[1] + x[2]) + 4) >> 3);
    }
    feature[octave] = log_of(energy);
    if (octave == 0) {
      feature[octaves] = static_cast<int16_t>(log_of(peak) - log_of(energy / static_cast<uint32_t>(count)));
    }
  }
}

/// The logarithm of the energy of the vibration on all axes: all that a simple monitor looks at.
inline int16_t level_of(const Window& window) {
  int64_t energy = 0;
  for (size_t axis = 0; axis < axes; ++axis) {
    int32_t sum = 0, squares = 0;
    for (int32_t x : window.samples[axis]) {
      sum += x;
      squares += x * x;
    }
    energy += squares - int64_t{sum} * sum / static_cast<int32_t>(window_size);
  }
  return log_of(static_cast<uint32_t>(energy));
}

/// Mean and variance of each feature, and which part of the variance is noise. The noise is what remains between
/// windows that follow each other, in which speed, load and temperature are nearly the same.
class Scale {
 public:
  typedef rbm::Fixed<int32_t, 12> Number;

  void learn(const Features& x) {
    for (size_t i = 0; i < features; ++i) {
      const int32_t jump = count_ == 0 ? 0 : x[i] - last_[i];
      sums_[i] += x[i];
      squares_[i] += int32_t{x[i]} * x[i];
      jumps_[i] += jump * jump;
      last_[i] = x[i];
    }
    ++count_;
  }

  void finish() {
    for (size_t i = 0; i < features; ++i) {
      mean_[i] = sums_[i] / count_;
      const int64_t variance = (squares_[i] - int64_t{mean_[i]} * (2 * sums_[i] - count_ * mean_[i])) / count_ + 1;
      deviation_[i] = static_cast<int32_t>(rbm::integer::sqrt(static_cast<uint32_t>(variance)));
      noise_[i] = Number::from_raw(static_cast<int32_t>((jumps_[i] / 2 / count_) * 4096 / variance));
    }
  }

  /// How many standard deviations from its mean a feature is, at most 15.
  Number operator()(size_t i, int16_t x) const {
    const int32_t most = 15 * 4096, z = (x - mean_[i]) * 4096 / deviation_[i];
    return Number::from_raw(z < -most ? -most : z > most ? most : z);
  }

  /// The part of a feature's variance that is noise.
  Number noise(size_t i) const { return noise_[i]; }

 private:
  int32_t count_;
  int32_t sums_[features];
  int64_t squares_[features], jumps_[features];
  int16_t last_[features];
  int32_t mean_[features], deviation_[features];
  Number noise_[features];
};

#endif  // RBM_EXAMPLES_FEATURES_HPP
