// examples/anomaly/sensor.hpp: a motor with an accelerometer on it, made of integers, so that every board sees the same
// windows. It stands in for the driver of a real sensor: put that in the place of Sensor::read, and the rest stays.
//
// The shaft turns 80 times a second, and the sensor gives 1600 samples a second. Load, speed and temperature wander,
// each to a set point that changes now and then. Load raises the harmonics of the shaft and the noise, each by another
// factor; speed moves the harmonics and raises the first; heat raises the noise and damps the fourth harmonic. So the
// level of the vibration says little, and how its parts go together says much.
// SPDX-License-Identifier: MIT

#ifndef RBM_EXAMPLES_SENSOR_HPP
#define RBM_EXAMPLES_SENSOR_HPP

#include <stddef.h>
#include <stdint.h>

#include "../../rbm/numbers/random.hpp"

enum : size_t { axes = 3, window_size = 128 };

/// 80 ms of the three axes, in steps of the sensor: 12 bits, -2048 to 2047, 512 are 1 g.
struct Window {
  int16_t samples[axes][window_size];
};

enum class Fault : uint8_t {
  none,
  imbalance,  // the first harmonic is twice as large on both radial axes
  bearing,    // short clicks about once a revolution, as of a damaged race that passes the load
  stuck       // one axis stops at some sample of the window's first third, and repeats it, give or take one step
};

class Sensor {
 public:
  explicit constexpr Sensor(uint32_t seed) : rng_(seed), load_(), speed_(), heat_() {}

  /// The next window, which begins at any angle of the shaft: windows need not follow each other without a gap.
  void read(Fault fault, Window& window) {
    load_.move(2, rng_);
    speed_.move(2, rng_);
    heat_.move(3, rng_);
    // Speed from 0.96 to 1.06, less up to 0.02 of slip, in Q12; 80 turns a second are 3277 / 2^16 of a turn a sample.
    const int32_t speed = 3932 + speed_.now * 410 / 4096 - load_.now * 82 / 4096;
    const int32_t step = 3277 * speed / 4096;
    const uint16_t start = static_cast<uint16_t>(rng_());
    const int32_t noise = scattered((20 + load_.now * 32 / 4096) * (4096 + heat_.now / 3) / 4096);
    for (size_t axis = 0; axis < axes; ++axis) {
      int32_t amplitudes[tones];
      for (size_t tone = 0; tone < tones; ++tone) amplitudes[tone] = amplitude(axis, tone, speed);
      if (fault == Fault::imbalance && axis != 2) amplitudes[0] *= 2;
      const int32_t gravity = axis == 2 ? 512 : 0;
      vibrate(window.samples[axis], gravity, amplitudes, static_cast<uint16_t>(start + 21000 * axis), step, noise);
    }
    if (fault == Fault::bearing) click(window, step, noise);
    if (fault == Fault::stuck) stick(window.samples[below(axes)]);
  }

 private:
  enum : size_t { tones = 3 };

  /// Between 0 and 4096; it follows a set point.
  struct Condition {
    int32_t now, goal;
    uint32_t left;  // windows to the next set point

    constexpr Condition() : now(2048), goal(2048), left(0) {}

    void move(int slowness, rbm::Xorshift32& rng) {
      if (left-- == 0) {
        goal = static_cast<int32_t>(rng() >> 20);
        left = (1u << slowness) + (rng() >> 28);
      }
      now += (goal - now) / (1 << slowness);
    }
  };

  rbm::Xorshift32 rng_;
  Condition load_, speed_, heat_;

  size_t below(uint32_t n) { return rbm::below(n, rng_); }

  /// About normal, standard deviation 148: the sum of four bytes.
  int32_t hiss() {
    const uint32_t pairs = rng_();
    const uint32_t sums = (pairs & 0x00FF00FFu) + (pairs >> 8 & 0x00FF00FFu);
    return static_cast<int32_t>((sums & 0xFFFFu) + (sums >> 16)) - 510;
  }

  /// No window is quite like the one before: its parts differ by a standard deviation of 4 %.
  int32_t scattered(int32_t x) { return x + x * hiss() / 3700; }

  int32_t amplitude(size_t axis, size_t tone, int32_t speed) {
    // At no load, what full load adds, and how much of that each axis has, in Q6.
    static const int16_t idle[tones] = {70, 70, 90}, loaded[tones] = {120, 140, 200};
    static const uint8_t share[tones][axes] = {{64, 56, 36}, {40, 52, 48}, {50, 44, 60}};
    int32_t level = idle[tone] + loaded[tone] * load_.now / 4096;
    if (tone == 0) level = level * speed / 4096 * speed / 4096;
    if (tone == 2) level -= level * heat_.now / 16384;
    return scattered(level * share[tone][axis] / 64);
  }

  /// sin(2 pi phase / 2^16), in Q12: a parabola, and a parabola of that. Error at most 0.001.
  static int32_t sine(uint16_t phase) {
    const int32_t x = static_cast<int16_t>(phase);  // half turns in Q15
    const int32_t y = (x * (32768 - (x < 0 ? -x : x))) >> 16;
    return y + ((((y * (y < 0 ? -y : y)) >> 12) - y) * 922 >> 12);
  }

  void vibrate(int16_t* samples, int32_t offset, const int32_t* amplitudes, uint16_t phase, int32_t step,
               int32_t noise) {
    static const uint8_t harmonics[tones] = {1, 2, 4};
    int32_t rumble = 0;
    for (size_t n = 0; n < window_size; ++n) {
      int32_t sum = 0;
      for (size_t tone = 0; tone < tones; ++tone) {
        sum += amplitudes[tone] * sine(static_cast<uint16_t>(harmonics[tone] * (phase + 5000 * tone)));
      }
      const int32_t white = hiss();
      rumble += (white - rumble) >> 3;
      samples[n] = held(offset + (sum >> 12) + ((white + rumble) * noise >> 7));
      phase = static_cast<uint16_t>(phase + step);
    }
  }

  void click(Window& window, int32_t step, int32_t noise) {
    static const int8_t ring[4] = {64, -48, 24, -8};
    static const uint8_t share[axes] = {64, 52, 40};
    const size_t period = static_cast<size_t>(65536 / step);
    const int32_t force = 120 + 7 * noise / 2;
    for (size_t n = below(static_cast<uint32_t>(period)); n + 5 < window_size; n += period) {
      const size_t at = n + below(2);  // balls slip
      const int32_t hit = scattered(force);
      for (size_t axis = 0; axis < axes; ++axis) {
        for (size_t k = 0; k < 4; ++k) {
          int16_t& sample = window.samples[axis][at + k];
          sample = held(sample + hit * ring[k] * share[axis] / 4096);
        }
      }
    }
  }

  void stick(int16_t* samples) {
    const size_t first = below(window_size / 3);
    for (size_t n = first + 1; n < window_size; ++n) {
      samples[n] = held(samples[first] + static_cast<int32_t>(below(3)) - 1);
    }
  }

  static int16_t held(int32_t x) { return static_cast<int16_t>(x < -2048 ? -2048 : x > 2047 ? 2047 : x); }
};

#endif  // RBM_EXAMPLES_SENSOR_HPP
