// What the figures depend on: compiler, flags, processor, and the kernels that OpenBLAS takes for it.
// SPDX-License-Identifier: MIT

#ifndef RBM_TESTS_BENCHMARK_MACHINE_HPP
#define RBM_TESTS_BENCHMARK_MACHINE_HPP

#include <unistd.h>

#include <cstdlib>
#include <ctime>
#include <fstream>
#include <string>

#include "openblas.hpp"

namespace benchmark {

inline std::string compiler() {
#if defined(__clang__)
  return __VERSION__;  // it begins with the name
#else
  return std::string("g++ ") + __VERSION__;
#endif
}

inline std::string processor() {
  std::ifstream lines("/proc/cpuinfo");
  for (std::string line; std::getline(lines, line);) {
    const size_t colon = line.find(": ");
    if (line.rfind("model name", 0) == 0 && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "an unknown processor";
}

inline std::string today() {
  const std::time_t now = std::time(nullptr);
  char written[32];
  std::strftime(written, sizeof written, "%Y-%m-%d", std::localtime(&now));
  return written;
}

/// OpenBLAS 0.3.21 does not know newer processors and takes kernels of the oldest for them. It reads the type to use
/// before main, so the program starts itself again with one that fits, unless the user chose.
inline void restart_with_core_type(char** arguments) {
#if defined(BENCHMARK_OPENBLAS) && defined(__x86_64__)
  setenv("OPENBLAS_NUM_THREADS", "1", 1);
  if (std::getenv("OPENBLAS_CORETYPE") != nullptr) return;
  const bool haswell = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const char* const type = __builtin_cpu_supports("avx512f") ? "SkylakeX" : haswell ? "Haswell" : nullptr;
  if (type == nullptr) return;
  setenv("OPENBLAS_CORETYPE", type, 1);
  execv("/proc/self/exe", arguments);  // where this fails, it goes on as it is
#else
  (void)arguments;
#endif
}

inline std::string openblas() {
#ifdef BENCHMARK_OPENBLAS
  openblas_set_num_threads(1);
  const char* const chosen = std::getenv("OPENBLAS_CORETYPE");
  return std::string(openblas_get_config()) + ", kernels of " + openblas_get_corename() +
         (chosen != nullptr ? std::string(" (OPENBLAS_CORETYPE=") + chosen + ")" : std::string()) + ", one thread";
#else
  return "none";
#endif
}

}  // namespace benchmark

#endif  // RBM_TESTS_BENCHMARK_MACHINE_HPP
