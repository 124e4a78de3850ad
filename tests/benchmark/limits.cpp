// The machine's limits: loops over the compiler's own vectors, as wide as the build allows.
// SPDX-License-Identifier: MIT

#include "limits.hpp"

#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <memory>

#include "timing.hpp"

namespace benchmark {

namespace {

#if defined(__AVX512F__)
constexpr size_t width = 16;
#elif defined(__AVX__)
constexpr size_t width = 8;
#else
constexpr size_t width = 4;
#endif

typedef float Lanes __attribute__((vector_size(width * sizeof(float))));

// The compiler must take these to be used, and changed.
inline void keep(Lanes& lanes) { __asm__ volatile("" : "+x"(lanes)); }
inline void forget(void* memory) { __asm__ volatile("" : : "r"(memory) : "memory"); }

// A limit is what can be reached, so noise does not count.
template <class Work>
double least_time(Work&& work) {
  const std::vector<double> each = times(work, run_seconds, 5);
  return *std::min_element(each.begin(), each.end());
}

double multiply_adds_a_second() {
  constexpr size_t chains = 12;  // more than latency times throughput, and few enough for 16 registers
  const auto work = [](size_t count) {
    Lanes sums[chains], factor = Lanes{} + 0.999f, term = Lanes{} + 0.001f;
    for (size_t c = 0; c < chains; ++c) sums[c] = Lanes{} + static_cast<float>(c);
    keep(factor);
    keep(term);
    for (size_t i = 0; i < 1000 * count; ++i) {
      for (size_t c = 0; c < chains; ++c) sums[c] = sums[c] * factor + term;
    }
    for (Lanes& sum : sums) keep(sum);
  };
  return 1000.0 * chains * width / least_time(work);
}

// Of floats that are as many as 8 vectors, so that the loops need no rest.
struct Floats {
  std::unique_ptr<char[]> memory;
  Lanes* first;
  size_t vectors;

  explicit Floats(double bytes) : memory(new char[static_cast<size_t>(bytes) + 64]()) {
    const uintptr_t address = reinterpret_cast<uintptr_t>(memory.get());
    first = reinterpret_cast<Lanes*>((address + 63) / 64 * 64);
    vectors = static_cast<size_t>(bytes) / sizeof(Lanes) / 8 * 8;
  }

  double bytes() const { return static_cast<double>(vectors * sizeof(Lanes)); }

  double read_rate() const {
    const auto work = [this](size_t count) {
      Lanes sums[8] = {};
      for (size_t n = 0; n < count; ++n) {
        forget(first);
        for (size_t i = 0; i < vectors; i += 8) {
          for (size_t c = 0; c < 8; ++c) sums[c] += first[i + c];
        }
      }
      for (Lanes& sum : sums) keep(sum);
    };
    return bytes() / least_time(work);
  }

  double update_rate() const {
    const auto work = [this](size_t count) {
      Lanes term = Lanes{} + 0.001f;
      keep(term);
      for (size_t n = 0; n < count; ++n) {
        forget(first);
        for (size_t i = 0; i < vectors; i += 8) {
          for (size_t c = 0; c < 8; ++c) first[i + c] += term;
        }
      }
    };
    return bytes() / least_time(work);
  }
};

Level level(const std::string& name, long capacity, double tested) {
  const Floats floats(tested);
  return {name, static_cast<double>(std::max(0l, capacity)), floats.bytes(), floats.read_rate(), floats.update_rate()};
}

// Bytes of this processor's cache, or 0: as the system tells, or where it does not, the C library. That one takes the
// caches of all cores together for one on some machines.
long cache_size(int level, int option) {
  for (int index = 0; index < 8; ++index) {
    const std::string folder = "/sys/devices/system/cpu/cpu0/cache/index" + std::to_string(index) + "/";
    int found = 0;
    std::string type;
    long size = 0;
    std::ifstream(folder + "level") >> found;
    std::ifstream(folder + "type") >> type;
    std::ifstream(folder + "size") >> size;  // "512K"
    if (found == level && type != "Instruction" && size > 0) return 1024 * size;
  }
  return sysconf(option);
}

Limits measure_once() {
  Limits limits = {multiply_adds_a_second(), {}};
  const struct {
    const char* name;
    int option;
    double otherwise;  // what is tested where the size is not known
  } caches[] = {{"L1", _SC_LEVEL1_DCACHE_SIZE, 32768.0},
                {"L2", _SC_LEVEL2_CACHE_SIZE, 262144.0},
                {"L3", _SC_LEVEL3_CACHE_SIZE, 4194304.0}};
  double largest = 0, smaller = 1e9;
  for (const auto& cache : caches) {
    const long size = cache_size(static_cast<int>(limits.levels.size()) + 1, cache.option);
    // Half of it, and no more than some times the one before: others may have their share of a large cache.
    const double half = std::min(0.5 * (size > 0 ? static_cast<double>(size) : cache.otherwise), 4.0 * smaller);
    limits.levels.push_back(level(cache.name, size, half));
    smaller = size > 0 ? static_cast<double>(size) : cache.otherwise;
    largest = std::max(largest, smaller);
  }
  // Far beyond the last cache, but not more than a small machine can spare.
  limits.levels.push_back(level("memory", 0, std::min(256e6, std::max(64e6, 8.0 * largest))));
  return limits;
}

}  // namespace

// The best of some rounds: a machine that is shared can be slow for longer than one measurement takes.
Limits measure_limits() {
  Limits best = measure_once();
  for (int round = 0; round < 3; ++round) {
    const Limits limits = measure_once();
    best.multiply_adds = std::max(best.multiply_adds, limits.multiply_adds);
    for (size_t l = 0; l < best.levels.size(); ++l) {
      best.levels[l].read = std::max(best.levels[l].read, limits.levels[l].read);
      best.levels[l].update = std::max(best.levels[l].update, limits.levels[l].update);
    }
  }
  return best;
}

}  // namespace benchmark
