// examples/anomaly/sensor.hpp: a pump with an accelerometer on its bearing, made of integers, so that every board sees
// the same windows. It stands in for the driver of a real sensor: put that in the place of Sensor::read, and the rest
// stays.
//
// The speed is an inverter's, and the pump has five modes. In each the flow wanders, and with it all that the flow
// makes. What is normal in one mode is a fault in another, as in real machines: a resonance of the base frame enlarges
// the first harmonic at one speed, recirculation at a throttled pump is as loud as a new pit of a race, and in a
// bearing under thrust each ball that enters the loaded zone gives a small shock, although the bearing is sound.
// SPDX-License-Identifier: MIT

#ifndef RBM_EXAMPLES_SENSOR_HPP
#define RBM_EXAMPLES_SENSOR_HPP

#include <stddef.h>
#include <stdint.h>

#include "../../rbm/numbers/random.hpp"
#include "features.hpp"

enum : size_t { window_size = 512 };
enum : uint32_t { sampling_rate = 3200 };

enum Mode : uint8_t {
  slow,       // 24 turns a second
  part,       // 30, which is a resonance of the frame
  throttled,  // 30, and the flow recirculates
  full,       // 36
  thrust,     // 36, and the bearing takes an axial force
  modes
};

enum Fault : uint8_t {
  none,
  imbalance,  // the first harmonic is twice as large
  outer,      // a pit in the outer race: a shock for every ball that passes it
  inner,      // a pit in the inner race: as strong as the load where it is, which changes as the shaft turns
  loose,      // the sensor's screw is loose: two sevenths of the high frequencies reach it
  faults
};

/// 160 ms of the sensor, in steps: 12 bits, 512 are 1 g. And the tachometer.
struct Window {
  int16_t samples[window_size];
  uint32_t turn;  // by how much the shaft turns in a sample: of 2^32 once
};

class Sensor {
 public:
  Mode mode;

  explicit constexpr Sensor(uint32_t seed) : mode(slow), rng_(seed), left_(0), flow_(2048), goal_(2048) {}

  /// After some windows the pump goes to another mode.
  void work() {
    if (left_-- != 0) return;
    mode = static_cast<Mode>((mode + 1 + below(modes - 1)) % modes);
    left_ = 8 + below(8);
  }

  /// The next window, which begins at any angle of the shaft: windows need not follow each other without a gap, and
  /// those in which the speed changes are left out, as is usual.
  void read(Fault fault, Window& window) {
    static const uint8_t turns[modes] = {24, 30, 30, 36, 36};  // a second
    static const int16_t levels[tones][modes] = {
        {60, 240, 190, 120, 130}, {50, 60, 80, 120, 190}, {60, 50, 90, 90, 55}};
    static const int16_t noises[modes] = {50, 60, 150, 70, 75};
    static const int16_t balls[modes] = {0, 0, 0, 0, 900};           // the shocks of a sound bearing
    static const int16_t pits[modes] = {750, 750, 1700, 800, 1600};  // and of a pit: with speed and load
    if (below(8) == 0) goal_ = static_cast<int32_t>(below(4096));
    flow_ += (goal_ - flow_) / 4;
    const int32_t more = 4096 + flow_ / 2;  // 1 to 1.5, in Q12
    const int32_t noise = scattered(noises[mode] * more >> 12, 20);
    const int32_t amplitudes[tones] = {scattered(levels[0][mode], 20) << (fault == imbalance ? 1 : 0),
                                       scattered(levels[1][mode] * more >> 12, 20), scattered(levels[2][mode], 20)};
    const int32_t shock = (balls[mode] * more >> 12) + (fault == outer ? pits[mode] : 0);
    window.turn = static_cast<uint32_t>(scattered(turns[mode] * (0xFFFFFFFFu / sampling_rate >> 8), 100)) << 8;

    const uint32_t outer_step = scaled(window.turn, skf_6205.outer()),
                   inner_step = scaled(window.turn, skf_6205.inner());
    uint32_t phase = rng_(), outer_phase = rng_(), inner_phase = rng_();
    int32_t ring[2] = {0, 0};
    for (int16_t& sample : window.samples) {
      // What excites the housing: noise, and a shock whenever a ball comes, which slips a bit. It rings at 1 kHz.
      const int32_t white = hiss();
      int32_t force = white * noise >> 7;
      outer_phase += outer_step;
      if (outer_phase < outer_step) {
        force += scattered(shock, 12);
        outer_phase += rng_() >> 6;
      }
      inner_phase += inner_step;
      if (inner_phase < inner_step) {
        const int32_t load = 4096 + sine(static_cast<uint16_t>(phase >> 16));
        force += fault == inner ? pits[mode] * load >> 12 : 0;
        inner_phase += rng_() >> 6;
      }
      const int32_t rings = force - ((170 * ring[0] + 207 * ring[1]) >> 8);
      ring[1] = ring[0];
      ring[0] = rings;

      int32_t sum = 0;
      for (uint32_t tone = 0; tone < tones; ++tone) {
        sum += amplitudes[tone] * sine(static_cast<uint16_t>((tone + 1) * (phase >> 16) + 9000 * tone));
      }
      sample = clamped(512 + (sum >> 12) + rings / (fault == loose ? 14 : 4) + (white >> 6));  // 512: gravity
      phase += window.turn;
    }
  }

 private:
  enum : uint32_t { tones = 3 };

  rbm::Xorshift32 rng_;
  uint32_t left_;        // windows to the next change of the mode
  int32_t flow_, goal_;  // 0 to 4096: the flow follows its set point

  uint32_t below(uint32_t n) { return rbm::below(n, rng_); }

  /// About normal, standard deviation 148: the sum of four bytes.
  int32_t hiss() {
    const uint32_t pairs = rng_();
    const uint32_t sums = (pairs & 0x00FF00FFu) + (pairs >> 8 & 0x00FF00FFu);
    return static_cast<int32_t>((sums & 0xFFFFu) + (sums >> 16)) - 510;
  }

  /// No window is quite like the one before: its parts differ by a standard deviation of one in `share`.
  int32_t scattered(int32_t x, int32_t share) { return x + x / share * hiss() / 148; }

  static int16_t clamped(int32_t x) { return static_cast<int16_t>(x < -2048 ? -2048 : x > 2047 ? 2047 : x); }
};

#endif  // RBM_EXAMPLES_SENSOR_HPP
