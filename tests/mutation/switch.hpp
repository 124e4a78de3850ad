// Included first by every test that is built with mutants: which of them are reached, and which one is chosen.
// SPDX-License-Identifier: MIT

#ifndef TESTS_MUTATION_SWITCH_HPP
#define TESTS_MUTATION_SWITCH_HPP

extern "C" unsigned char mutant_reached[];
extern "C" int mutant_chosen;

static inline bool mutant_is(int number) {
  mutant_reached[number] = 1;
  return mutant_chosen == number;
}

// Hundreds of switches in functions that are inlined by force would make objects and compile times many times as large.
#define always_inline unused

#endif  // TESTS_MUTATION_SWITCH_HPP
