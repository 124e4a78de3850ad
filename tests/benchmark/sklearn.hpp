// Rates of scikit-learn's BernoulliRBM: runs sklearn.py on the same samples and reads what it prints.
// SPDX-License-Identifier: MIT

#ifndef RBM_TESTS_BENCHMARK_SKLEARN_HPP
#define RBM_TESTS_BENCHMARK_SKLEARN_HPP

#include <cstddef>
#include <cstdio>
#include <fstream>
#include <map>
#include <string>

#include "must.hpp"
#include "samples.hpp"

namespace benchmark {

class Sklearn {
 public:
  /// `python` has the package, or is empty: then nothing is known. The samples go to files in `folder`.
  Sklearn(const std::string& python, const std::string& script, const std::string& folder) {
    if (python.empty()) return;
    write(Data<64>::samples(), folder + "/samples-64");
    write(Data<784>::samples(), folder + "/samples-784");
    const std::string command = "'" + python + "' '" + script + "' '" + folder + "'";
    std::FILE* const pipe = popen(command.c_str(), "r");
    if (pipe == nullptr) return;
    char line[200], text[100];
    while (std::fgets(line, sizeof line, pipe) != nullptr) {
      size_t visible = 0, hidden = 0, batch = 0;
      double rate = 0;
      if (std::sscanf(line, "%zu %zu %zu %lf", &visible, &hidden, &batch, &rate) == 4) {
        rates[key(visible, hidden, batch)] = rate;
      } else if (std::sscanf(line, "version %99s", text) == 1) {
        version = text;
      }
    }
    if (pclose(pipe) != 0) version.clear();
  }

  /// Samples a second, or 0.
  double rate(size_t visible, size_t hidden, size_t batch) const {
    const auto found = rates.find(key(visible, hidden, batch));
    return found == rates.end() ? 0.0 : found->second;
  }

  std::string version;  // empty where the package is not there

 private:
  static std::string key(size_t visible, size_t hidden, size_t batch) {
    return std::to_string(visible) + " " + std::to_string(hidden) + " " + std::to_string(batch);
  }

  template <size_t V>
  static void write(const Samples<V>& samples, const std::string& file) {
    std::ofstream out(file, std::ios::binary);
    for (const auto& sample : samples) {
      for (const float unit : sample) out.put(unit > 0.5f ? '\1' : '\0');
    }
    if (!out.flush()) fail("cannot write " + file);
  }

  std::map<std::string, double> rates;
};

}  // namespace benchmark

#endif  // RBM_TESTS_BENCHMARK_SKLEARN_HPP
