// Times of two competitors that run in turn, so that both meet the same noise: medians of their times and, of each
// pair, of the ratio.
// SPDX-License-Identifier: MIT

#ifndef RBM_TESTS_BENCHMARK_TIMING_HPP
#define RBM_TESTS_BENCHMARK_TIMING_HPP

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <vector>

namespace benchmark {

inline double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const size_t half = values.size() / 2;
  return values.size() % 2 != 0 ? values[half] : 0.5 * (values[half - 1] + values[half]);
}

/// Seconds that work(count) takes.
template <class Work>
double seconds(Work&& work, size_t count) {
  typedef std::chrono::steady_clock Clock;
  const Clock::time_point start = Clock::now();
  work(count);
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// How many times the work is done in so many seconds; at least once. It also warms up.
template <class Work>
size_t repeats(Work&& work, double wanted) {
  for (size_t count = 1;; count *= 4) {
    const double taken = seconds(work, count);
    if (taken > 0.2 * wanted) {
      return std::max(size_t{1}, static_cast<size_t>(static_cast<double>(count) * wanted / taken));
    }
  }
}

constexpr double run_seconds = 0.012;

/// Times of one piece of work, of so many runs.
template <class Work>
std::vector<double> times(Work&& work, double run = run_seconds, size_t runs = 9) {
  const size_t count = repeats(work, run);
  std::vector<double> each;
  for (size_t r = 0; r < runs; ++r) each.push_back(seconds(work, count) / static_cast<double>(count));
  return each;
}

struct Pair {
  double ours;   // seconds a piece of work
  double ratio;  // theirs / ours
};

/// Eleven pairs of runs; where one piece of work takes longer than a run should, fewer, but not below five.
template <class Ours, class Theirs>
Pair time_pair(Ours&& ours, Theirs&& theirs) {
  const size_t our_count = repeats(ours, run_seconds), their_count = repeats(theirs, run_seconds);
  std::vector<double> our_times, ratios;
  double total = 0;
  for (size_t pair = 0; pair < 5 || (pair < 11 && total < 0.4); ++pair) {
    const double our_run = seconds(ours, our_count), their_run = seconds(theirs, their_count);
    total += our_run + their_run;
    our_times.push_back(our_run / static_cast<double>(our_count));
    ratios.push_back(their_run / static_cast<double>(their_count) / our_times.back());
  }
  return {median(our_times), median(ratios)};
}

}  // namespace benchmark

#endif  // RBM_TESTS_BENCHMARK_TIMING_HPP
