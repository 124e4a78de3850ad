// Statistical tests with a stated false-alarm rate. Seeds are fixed, so a test that passes once passes always; the rate
// says how unlikely it is that correct code with another seed would fail.
// SPDX-License-Identifier: MIT

#ifndef RBM_TESTS_STATISTICS_HPP
#define RBM_TESTS_STATISTICS_HPP

#include <cmath>
#include <cstddef>
#include <vector>

/// Mean, and the standard error of the mean, of the values added.
struct Average {
  double count = 0, mean = 0, squares = 0;

  void add(double value) {
    count += 1;
    const double old = mean;
    mean += (value - mean) / count;
    squares += (value - old) * (value - mean);
  }

  double standard_error() const { return std::sqrt(squares / (count - 1) / count); }
};

/// Pearson's chi-square of counts against equal expectations.
inline double chi_square(const std::vector<double>& observed, const std::vector<double>& expected) {
  double sum = 0;
  for (size_t i = 0; i < observed.size(); ++i) {
    sum += (observed[i] - expected[i]) * (observed[i] - expected[i]) / expected[i];
  }
  return sum;
}

/// The value that a chi-square exceeds with the probability of a normal variable above z (Wilson and Hilferty 1931);
/// z = 4.75 is one in a million.
inline double chi_square_limit(double degrees, double z) {
  const double spread = 2 / (9 * degrees);
  return degrees * std::pow(1 - spread + z * std::sqrt(spread), 3);
}

/// Half the sum of |p - q|.
inline double total_variation(const std::vector<double>& p, const std::vector<double>& q) {
  double sum = 0;
  for (size_t i = 0; i < p.size(); ++i) sum += std::fabs(p[i] - q[i]);
  return sum / 2;
}

/// What the total variation between p and the frequencies of `samples` draws from p is on average.
inline double total_variation_floor(const std::vector<double>& p, double samples) {
  const double pi = 3.14159265358979323846;
  double sum = 0;
  for (double probability : p) sum += std::sqrt(2 * probability * (1 - probability) / (pi * samples));
  return sum / 2;
}

#endif  // RBM_TESTS_STATISTICS_HPP
