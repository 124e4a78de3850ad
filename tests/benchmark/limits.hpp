// What this machine can do at most on one core, measured: multiply-adds, and bytes read and updated in place from each
// cache and from memory; and what a row of the table could reach by it.
// SPDX-License-Identifier: MIT

#ifndef RBM_TESTS_BENCHMARK_LIMITS_HPP
#define RBM_TESTS_BENCHMARK_LIMITS_HPP

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace benchmark {

struct Level {
  std::string name;
  double capacity;  // bytes; 0 where it is not known
  double tested;    // bytes of the working set
  double read;      // bytes a second
  double update;    // bytes a second that are read, added to and written back, each counted once
};

struct Limits {
  double multiply_adds;       // of floats, a second
  std::vector<Level> levels;  // from the fastest on; the last is memory

  /// The smallest level that holds so many bytes.
  const Level& holding(double bytes) const {
    for (const Level& level : levels) {
      if (bytes <= level.capacity) return level;
    }
    return levels.back();
  }
};

Limits measure_limits();

/// What a step, of a batch or of all chains, cannot do without.
struct Work {
  double weights;     // bytes of all weights
  double bytes_read;  // of weights, each once a pass for all samples
  double bytes_updated;
  double multiply_adds;  // one for each weight and sample
  double lanes;          // how many sums there are in the place of one float: 2 for sums of 16 bits
};

struct Bound {
  double seconds;
  const char* by;
};

/// A step takes at least the larger of two times: its bytes at the bandwidth of the smallest level that holds the
/// weights, and its multiply-adds at their rate. What they are is counted from the units that are on:
///   up       rows of W of visible units that are on
///   down     all of W; with W^T the rows of hidden units that are on
///   update   rows of units that are on at the data or at the end of the chain, read and written
/// For the bytes a row counts once a pass where it is needed by any sample of the batch (or any chain), for the
/// multiply-adds once for each sample.
inline Bound bound(const Limits& limits, const Work& work) {
  const Level& level = limits.holding(work.weights);
  const double moving = work.bytes_read / level.read + work.bytes_updated / level.update;
  const double adding = work.multiply_adds / (limits.multiply_adds * work.lanes);
  return {std::max(moving, adding), moving > adding ? level.name.c_str() : "adds"};
}

}  // namespace benchmark

#endif  // RBM_TESTS_BENCHMARK_LIMITS_HPP
