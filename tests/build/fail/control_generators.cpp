// error: none: generators of 32 bits and more, and those that do not tell how many they give.
// SPDX-License-Identifier: MIT
#include <random>

#include "../../../rbm/rbm.hpp"
static uint32_t function() { return 1; }
struct ToldLater {  // not to the compiler
  static uint32_t(min)();
  static uint32_t(max)();
  uint32_t operator()() { return 1; }
};
int main() {
  std::mt19937 word;
  std::mt19937_64 two_words;
  std::ranlux48 many_bits;
  std::independent_bits_engine<std::minstd_rand, 32, uint32_t> of_few;
  const auto lambda = [] { return 1u; };
  ToldLater told_later;
  const float sum = rbm::uniform(word) + rbm::normal(two_words) + rbm::uniform(many_bits) + rbm::uniform(of_few) +
                    rbm::uniform(lambda) + rbm::uniform(function) + rbm::uniform(told_later);
  return static_cast<int>(sum) + static_cast<int>(rbm::below(5, word));
}
