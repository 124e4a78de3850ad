// The generator of random words that the benchmark gives to the library and to OpenBLAS alike.
// SPDX-License-Identifier: MIT

#ifndef RBM_TESTS_BENCHMARK_GENERATOR_HPP
#define RBM_TESTS_BENCHMARK_GENERATOR_HPP

#include <cstddef>
#include <cstdint>

#include "../../rbm/rbm.hpp"

namespace benchmark {

typedef rbm::XorshiftLanes Generator;

/// Many words at once: one by one where the generator knows no other way.
template <class Rng>
void draw_each(Rng& rng, uint32_t* words, size_t count, long) {
  for (size_t i = 0; i < count; ++i) words[i] = rng();
}

template <class Rng>
auto draw_each(Rng& rng, uint32_t* words, size_t count, int) -> decltype(rng.template draw<32>(words)) {
  for (; count >= 32; count -= 32, words += 32) rng.template draw<32>(words);
  draw_each(rng, words, count, 0l);
}

inline void draw(Generator& rng, uint32_t* words, size_t count) { draw_each(rng, words, count, 0); }

}  // namespace benchmark

#endif  // RBM_TESTS_BENCHMARK_GENERATOR_HPP
