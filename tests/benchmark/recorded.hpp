// The recorded counts of instructions, from instructions.expected: lines of build, shape, numbers, batch and count.
// SPDX-License-Identifier: MIT

#ifndef RBM_TESTS_BENCHMARK_RECORDED_HPP
#define RBM_TESTS_BENCHMARK_RECORDED_HPP

#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "row.hpp"

namespace benchmark {

class Recorded {
 public:
  /// Where there is no file, nothing is known.
  explicit Recorded(const std::string& file) {
    std::ifstream lines(file);
    for (std::string line; std::getline(lines, line);) {
      std::istringstream words(line);
      std::string build, shape, numbers, batch;
      double count = 0;
      if (line.rfind("#", 0) != 0 && words >> build >> shape >> numbers >> batch >> count) {
        counts[build + " " + shape + " " + numbers + " " + batch] = count;
      }
    }
  }

  void fill_in(Row& row) const {
    if (row.task != "train") return;
    const std::string rest = " " + row.shape() + " " + row.numbers + " " + std::to_string(row.count);
    row.plain_instructions = find("plain" + rest);
    row.avx2_instructions = find("avx2" + rest);
  }

 private:
  double find(const std::string& key) const {
    const auto found = counts.find(key);
    return found == counts.end() ? 0.0 : found->second;
  }

  std::map<std::string, double> counts;
};

}  // namespace benchmark

#endif  // RBM_TESTS_BENCHMARK_RECORDED_HPP
