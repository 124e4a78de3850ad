// Generators for fuzzing: good ones, and those that are stuck, as one is that was read from broken memory or hardware.
// SPDX-License-Identifier: MIT

#ifndef RBM_TESTS_FUZZ_GENERATOR_HPP
#define RBM_TESTS_FUZZ_GENERATOR_HPP

#include <cstdint>

#include "../../rbm/numbers/random.hpp"
#include "bytes.hpp"
#include "promise.hpp"

namespace fuzz {

/// Xorshift, or words that are always the same, or two in turn. It counts its calls, so that one that is stuck, too, is
/// seen to move on, and an endless loop is found.
struct Generator {
  rbm::Xorshift32 good;
  uint32_t stuck[2];
  bool is_good;
  uint64_t calls;

  explicit Generator(uint32_t seed) : good(seed), stuck(), is_good(true), calls(0) {}

  uint32_t operator()() {
    if (++calls > most_calls) fail("the generator is asked without end");
    return is_good ? good() : stuck[calls % 2];
  }

 private:
  // 65535 Gibbs steps of rectified units ask 10^9 times where the generator is stuck.
  static const uint64_t most_calls = uint64_t{1} << 33;
};

/// Three quarters of them good.
inline void seed(Bytes& bytes, Generator& rng) {
  static const uint32_t words[] = {0u, 0xFFFFFFFFu, 0x80000000u, 0x7FFFFFFFu, 1u, 0x1FFu};
  const size_t count = sizeof words / sizeof words[0];
  rng.good.state = bytes.word() | 1u;
  rng.calls = 0;
  rng.is_good = bytes.below(4) != 0;
  const size_t first = bytes.below(count);
  rng.stuck[0] = words[first];
  rng.stuck[1] = bytes.below(4) != 0 ? words[first] : words[bytes.below(count)];
}

/// Some of them with the state 0 of memory that was cleared.
inline void seed(Bytes& bytes, rbm::Xorshift32& rng) { rng.state = bytes.below(8) == 0 ? 0u : bytes.word(); }

inline void seed(Bytes& bytes, rbm::XorshiftLanes& rng) { rng = rbm::XorshiftLanes(bytes.word()); }

/// Before a call, whose own words count.
inline void begin(Generator& rng) { rng.calls = 0; }
template <class Rng>
void begin(Rng&) {}

}  // namespace fuzz

#endif  // RBM_TESTS_FUZZ_GENERATOR_HPP
