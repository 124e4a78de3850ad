// The driver: sequences of calls made from bytes, with hostile values, and the promise checked after each call.
//
// Of libFuzzer (FUZZ_LIBFUZZER, clang -fsanitize=fuzzer) it is the target. By itself it makes random inputs:
//   fuzz --seconds S --operations N --seed K --output FOLDER   until either is reached, or an input breaks a promise
//   fuzz --keep-going ...                                      all promises that are broken, each with its first input
//   fuzz --replay FILE...                                      inputs of the corpus
// An input that breaks a promise, crashes or does not end is written to the output folder.
// SPDX-License-Identifier: MIT

#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "bytes.hpp"
#include "promise.hpp"
#include "rows.hpp"

#ifdef FUZZ_LIBFUZZER
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
#endif

namespace fuzz {

uint64_t operations = 0;
const char* model_in_use = "";

namespace {

template <size_t Part>
void run_row(size_t part, size_t row, Bytes& bytes) {
  if (part == Part) {
    const Table& chosen = table<Part>();
    chosen.rows[row % chosen.count](bytes);
  } else {
    run_row<(Part + 1) % parts>(part, row, bytes);
  }
}

void run_input(const uint8_t* data, size_t size) {
  Bytes bytes(data, size);
  const size_t part = bytes.below(parts), row = bytes.byte();
  run_row<0>(part, row, bytes);
}

#ifndef FUZZ_LIBFUZZER

typedef std::vector<uint8_t> Input;

Input current;
std::string output = ".";

// Also called where a signal has come: only what is safe there, as far as that can be.
std::string write_current() {
  uint32_t hash = 2166136261u;
  for (uint8_t byte : current) hash = (hash ^ byte) * 16777619u;
  char name[32];
  std::snprintf(name, sizeof name, "/fault-%08x", static_cast<unsigned>(hash));
  std::ofstream(output + name, std::ios::binary)
      .write(reinterpret_cast<const char*>(current.data()), static_cast<std::streamsize>(current.size()));
  return output + name;
}

void died() { std::fprintf(stderr, "fuzz: this input crashes: %s\n", write_current().c_str()); }

void signalled(int number) {
  const std::string file = write_current();
  std::fprintf(stderr, "fuzz: this input %s: %s (%s)\n", number == SIGALRM ? "does not end" : "crashes", file.c_str(),
               model_in_use);
  _exit(1);
}

// Bytes by xorshift of 64 bits, from a seed.
struct Random {
  uint64_t state;

  uint64_t operator()() {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
  }

  void fill(Input& input) {
    input.resize(16 + (*this)() % 512);
    for (size_t i = 0; i < input.size(); i += 8) {
      const uint64_t word = (*this)();
      std::memcpy(input.data() + i, &word, input.size() - i < 8 ? input.size() - i : 8);
    }
  }
};

struct Broken {
  uint64_t times;
  std::string file;
};
std::map<std::string, Broken> broken;  // by promise and model

// Whether all promises were kept; notes which was not.
bool run_current() {
  try {
    run_input(current.data(), current.size());
    return true;
  } catch (const Failure& failure) {
    const std::string name = std::string(failure.what) + "\n    " + model_in_use;
    Broken& entry = broken[name];
    if (entry.times++ == 0) {
      entry.file = write_current();
      std::fprintf(stderr, "fuzz: %s\n    %s\n", name.c_str(), entry.file.c_str());
    }
    return false;
  }
}

int report(double seconds) {
  for (const auto& each : broken) {
    std::printf("%8llu x %s\n    %s\n", static_cast<unsigned long long>(each.second.times), each.first.c_str(),
                each.second.file.c_str());
  }
  std::printf("fuzz: %llu operations, %.0f a second; promises broken: %zu\n",
              static_cast<unsigned long long>(operations),
              static_cast<double>(operations) / (seconds > 0 ? seconds : 1), broken.size());
  return broken.empty() ? 0 : 1;
}

int replay(int count, char** files) {
  for (int i = 0; i < count; ++i) {
    std::ifstream file(files[i], std::ios::binary);
    if (!file) {
      std::fprintf(stderr, "fuzz: %s cannot be read\n", files[i]);
      return 2;
    }
    current.assign(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    ::alarm(60);
    if (!run_current()) std::fprintf(stderr, "fuzz: by %s\n", files[i]);
  }
  std::printf("fuzz checks: %d passed, %d failed\n", count - static_cast<int>(broken.size()),
              static_cast<int>(broken.size()));
  return broken.empty() ? 0 : 1;
}

int run_random(double seconds, uint64_t most, uint64_t seed, bool keep_going) {
  Random random = {seed * 0x9E3779B97F4A7C15u + 1};
  const auto began = std::chrono::steady_clock::now();
  const auto elapsed = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count(); };
  for (uint64_t inputs = 0; operations < most; ++inputs) {
    if (inputs % 64 == 0 && elapsed() > seconds) break;
    ::alarm(60);
    random.fill(current);
    if (!run_current() && !keep_going) break;
  }
  return report(elapsed());
}

#endif

}  // namespace
}  // namespace fuzz

#ifdef FUZZ_LIBFUZZER

// libFuzzer writes the input itself, when this aborts.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const int counts = std::atexit(
      [] { std::fprintf(stderr, "fuzz: %llu operations\n", static_cast<unsigned long long>(fuzz::operations)); });
  static_cast<void>(counts);
  try {
    fuzz::run_input(data, size);
  } catch (const fuzz::Failure& failure) {
    std::fprintf(stderr, "fuzz: %s\n    %s\n", failure.what, fuzz::model_in_use);
    std::abort();
  }
  return 0;
}

#else

extern "C" void __sanitizer_set_death_callback(void (*callback)()) __attribute__((weak));

int main(int count, char** arguments) {
  if (__sanitizer_set_death_callback) __sanitizer_set_death_callback(fuzz::died);
  for (int number : {SIGALRM, SIGABRT, SIGFPE}) ::signal(number, fuzz::signalled);
  if (!__sanitizer_set_death_callback) ::signal(SIGSEGV, fuzz::signalled);
  double seconds = 1e9;
  uint64_t most = UINT64_MAX, seed = 1;
  bool keep_going = false;
  for (int i = 1; i < count; ++i) {
    const std::string name = arguments[i];
    if (name == "--replay") return fuzz::replay(count - i - 1, arguments + i + 1);
    if (name == "--keep-going") {
      keep_going = true;
    } else if (name == "--seconds" && i + 1 < count) {
      seconds = std::atof(arguments[++i]);
    } else if (name == "--operations" && i + 1 < count) {
      most = std::strtoull(arguments[++i], nullptr, 10);
    } else if (name == "--seed" && i + 1 < count) {
      seed = std::strtoull(arguments[++i], nullptr, 10);
    } else if (name == "--output" && i + 1 < count) {
      fuzz::output = arguments[++i];
    } else {
      std::fprintf(stderr, "fuzz: there is no %s: see tests/fuzz/fuzz.cpp\n", name.c_str());
      return 2;
    }
  }
  return fuzz::run_random(seconds, most, seed, keep_going);
}

#endif
