// examples/anomaly/features.hpp: what the model sees of a window of samples, in integers.
//
// Of the low frequencies the first three harmonics of the shaft. Of the high ones the energy, and by how much they are
// modulated at the rates at which balls pass a fault of the outer or the inner race. A ball that hits a pit makes the
// housing ring, so that the rate is not in the signal's spectrum, but in that of its envelope: the signal is high-pass
// filtered, rectified and low-pass filtered (envelope demodulation; Randall and Antoni, Rolling element bearing
// diagnostics, Mech. Syst. Signal Process. 25, 2011). Gravity and slow offsets fall out.
// SPDX-License-Identifier: MIT

#ifndef RBM_EXAMPLES_FEATURES_HPP
#define RBM_EXAMPLES_FEATURES_HPP

#include <stddef.h>
#include <stdint.h>

#include "../../rbm/numbers/integer_math.hpp"
#include "../../rbm/storage.hpp"

/// The geometry of a rolling bearing whose inner race turns.
struct Bearing {
  int32_t balls;
  int32_t ratio;  // d / D cos a in Q16, of the diameters of ball and pitch circle, and the contact angle

  /// BPFO / fr and BPFI / fr in Q16: how many balls pass a point of the outer or inner race while the shaft turns once.
  constexpr int32_t outer() const { return balls * (65536 - ratio) / 2; }
  constexpr int32_t inner() const { return balls * (65536 + ratio) / 2; }
};

/// SKF 6205-2RS: balls of 7.94 mm on a circle of 39.04 mm. BPFO is 3.585 fr, BPFI 5.415 fr.
constexpr Bearing skf_6205 = {9, 13329};

enum Feature : size_t { first_harmonic, high_energy = 3, outer_race, inner_race, features };
enum : size_t { blocks = 128 };  // of a window: each is averaged to one sample of low frequency

typedef rbm::Vector<int16_t, features> Features;  // natural logarithms, in Q10

/// A rate in turns a sample, of which 2^32 are one, times a factor in Q16.
inline uint32_t scaled(uint32_t turn, int32_t factor) {
  return static_cast<uint32_t>(uint64_t{turn} * static_cast<uint32_t>(factor) >> 16);
}

/// sin(2 pi phase / 2^16), in Q12: a parabola, and a parabola of that. Error at most 0.001.
inline int32_t sine(uint16_t phase) {
  const int32_t x = static_cast<int16_t>(phase);  // half turns in Q15
  const int32_t y = (x * (32768 - (x < 0 ? -x : x))) >> 16;
  return y + ((((y * (y < 0 ? -y : y)) >> 12) - y) * 922 >> 12);
}

/// ln (x + 1), in Q10.
inline int16_t log_of(uint64_t x) {
  int32_t halvings = 0;
  for (++x; x >> 32 != 0; x >>= 1) ++halvings;
  return static_cast<int16_t>((rbm::integer::log(static_cast<uint32_t>(x)) + halvings * 45426) >> 6);
}

/// Takes off the mean, and multiplies by a Hann window, without which strong tones would leak to other frequencies.
inline void taper(int32_t* x) {
  int32_t sum = 0;
  for (size_t i = 0; i < blocks; ++i) sum += x[i];
  for (size_t i = 0; i < blocks; ++i) {
    const int32_t hann = 4096 - sine(static_cast<uint16_t>(512 * i + 16640));  // 0 to 2, in Q12
    x[i] = (x[i] - sum / static_cast<int32_t>(blocks)) * (hann >> 1) >> 12;
  }
}

/// 256 |sum x e^(i phase)|^2 at a rate of `step` / 2^32 turns a block.
/// Scaling: 17 bits and a sine in Q12 are 29 bits; of 128 such products less 8 bits the sum has 28.
inline uint64_t power(const int32_t* x, uint32_t step) {
  int32_t re = 0, im = 0;
  uint32_t phase = 0;
  for (size_t i = 0; i < blocks; ++i, phase += step) {
    const uint16_t angle = static_cast<uint16_t>(phase >> 16);
    re += x[i] * sine(angle) >> 8;
    im += x[i] * sine(static_cast<uint16_t>(angle + 16384)) >> 8;
  }
  return static_cast<uint64_t>(int64_t{re} * re) + static_cast<uint64_t>(int64_t{im} * im);
}

/// The features of `blocks` x `length` samples of at most 14 bits, in which the shaft turns by `turn` / 2^32 a sample.
/// A window should hold four turns or more; what is above an eighth of the sampling rate counts as high.
inline void extract(const int16_t* x, size_t length, uint32_t turn, const Bearing& bearing, Features& feature) {
  int32_t low[blocks], envelope[blocks];
  uint64_t energy = 0, level = 0;
  const int32_t divisor = static_cast<int32_t>(length);
  for (size_t i = 0, n = 0; i < blocks; ++i) {
    int32_t sum = 0, rectified = 0;
    for (size_t k = 0; k < length; ++k, ++n) {
      const int16_t* s = x + (n < 3 ? 0 : n - 3);
      const int32_t high = (s[0] - s[3] + 3 * (s[2] - s[1])) >> 2;  // the third difference
      energy += static_cast<uint32_t>(high * high);
      rectified += high < 0 ? -high : high;
      sum += x[n];
    }
    low[i] = 4 * sum / divisor;
    envelope[i] = 4 * rectified / divisor;
    level += static_cast<uint32_t>(envelope[i]);
  }
  taper(low);
  taper(envelope);

  const uint32_t step = turn * static_cast<uint32_t>(length);
  for (uint32_t k = 0; k < 3; ++k) feature[first_harmonic + k] = log_of(power(low, step * (k + 1)) >> 10);
  feature[high_energy] = log_of(energy);
  // The power p at a rate and at twice the rate, over the square of the envelope's mean, in units of which noise alone
  // has about 2. Of ln (4 + p) - ln 4 noise scatters little, and a fault is still many times as large.
  const uint64_t noise = 10 * level * level / (blocks * blocks) + 1;
  const uint32_t rates[2] = {scaled(step, bearing.outer()), scaled(step, bearing.inner())};
  for (size_t race = 0; race < 2; ++race) {
    const uint64_t modulation = power(envelope, rates[race]) + power(envelope, 2 * rates[race]);
    feature[outer_race + race] = static_cast<int16_t>(log_of(modulation / noise + 1023) - log_of(1023));
  }
}

/// The logarithm of the energy of the vibration: all that a simple monitor looks at.
inline int16_t level_of(const int16_t* x, size_t size) {
  int64_t sum = 0, squares = 0;
  for (size_t n = 0; n < size; ++n) {
    sum += x[n];
    squares += int32_t{x[n]} * x[n];
  }
  return log_of(static_cast<uint64_t>(squares - sum * sum / static_cast<int64_t>(size)));
}

#endif  // RBM_EXAMPLES_FEATURES_HPP
