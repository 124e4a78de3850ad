// Ends the program where the library refuses what it is given.
// SPDX-License-Identifier: MIT

#ifndef RBM_TESTS_BENCHMARK_MUST_HPP
#define RBM_TESTS_BENCHMARK_MUST_HPP

#include <cstdio>
#include <cstdlib>
#include <string>

#include "../../rbm/rbm.hpp"

namespace benchmark {

[[noreturn]] inline void fail(const std::string& what) {
  std::fflush(stdout);
  std::fprintf(stderr, "benchmark: %s\n", what.c_str());
  std::exit(1);
}

inline void must(rbm::Status status) {
  if (status != rbm::Status::ok) fail(rbm::to_string(status));
}

}  // namespace benchmark

#endif  // RBM_TESTS_BENCHMARK_MUST_HPP
