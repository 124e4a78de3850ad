// What is measured: a row of the table, and a point of the curve of costs.
// SPDX-License-Identifier: MIT

#ifndef RBM_TESTS_BENCHMARK_ROW_HPP
#define RBM_TESTS_BENCHMARK_ROW_HPP

#include <cstddef>
#include <string>

namespace benchmark {

/// What a rate is not known of is 0 here, and "-" in the table.
struct Row {
  std::string task;  // train or gibbs
  size_t visible, hidden;
  std::string numbers;
  size_t count;     // samples of a batch, or chains
  std::string way;  // what the chains read: W, or W and W^T
  double rate;      // samples or chain steps a second
  size_t bytes;     // of the model and of what works on it
  double data_on, model_on, hidden_on;
  double limit_share;
  std::string limited_by;
  double over_openblas, over_sklearn;
  double plain_instructions, avx2_instructions;  // recorded, of one step

  double weights() const { return static_cast<double>(visible * hidden); }
  double nanoseconds() const { return 1e9 / (rate * weights()); }
  /// Units drawn a second: a step of CD-1 draws h once, in 8 bits twice, and v once; one of a chain each once.
  double flips() const {
    return rate * static_cast<double>(visible + hidden * (task == "train" && numbers == "int8" ? 2 : 1));
  }
  std::string shape() const { return std::to_string(visible) + "x" + std::to_string(hidden); }
};

/// CD-1, one sample at a time, of a square model.
struct Point {
  std::string numbers;
  size_t units;
  double bytes;  // of weights
  double rate;

  double nanoseconds() const { return 1e9 / (rate * static_cast<double>(units * units)); }
};

}  // namespace benchmark

#endif  // RBM_TESTS_BENCHMARK_ROW_HPP
