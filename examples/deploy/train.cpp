// deploy, on the host: learns the digits with 64 hidden units in float, converts the model to 8 bits and writes it as a
// C++ header, which examples/deploy/main.cpp includes: build/deploy/digits_model.hpp. `make firmware` runs it.
// SPDX-License-Identifier: MIT

#include <cstdio>
#include <vector>

#include "../../rbm/rbm.hpp"
#include "../data/digits.hpp"
#include "../support/show.hpp"

namespace {

using Learned = rbm::Rbm<rbm::Bernoulli<64>, rbm::Bernoulli<64>>;
using Deployed = rbm::Rbm<rbm::Bernoulli<64>, rbm::Bernoulli<64>, rbm::Fixed<int8_t, 5>>;

Learned learned;
Deployed deployed;
rbm::Trainer<Learned, 10> trainer;

void write(const char* what, const rbm::Fixed<int8_t, 5>* numbers, size_t count) {
  std::printf("    // %s\n", what);
  for (size_t i = 0; i < count; ++i) {
    std::printf("%s%d%s", i % 16 == 0 ? "    " : " ", numbers[i].raw, i + 1 == count ? "" : i % 16 == 15 ? ",\n" : ",");
  }
}

}  // namespace

int main() {
  std::vector<Learned::VisibleState> digits(digits_training_count);
  for (size_t k = 0; k < digits.size(); ++k) rbm::unpack_bits(digits_bits[k], digits[k]);
  rbm::Xorshift32 rng(42);
  must(rbm::initialize(learned, digits.data(), digits.size(), rng));
  trainer.options.learning_rate = 0.05f;
  for (int epoch = 0; epoch < 60; ++epoch) {
    rbm::shuffle(digits.data(), digits.size(), rng);
    must(trainer.epoch(learned, digits.data(), digits.size(), rng));
  }
  size_t saturated = 0;
  must(rbm::convert(learned, deployed, saturated));

  std::printf(
      "// A model of 8x8 digits. Made by examples/deploy/train.cpp; %zu of its parameters were out of range.\n"
      "// SPDX-License-Identifier: MIT\n\n"
      "#ifndef DIGITS_MODEL_HPP\n#define DIGITS_MODEL_HPP\n\n"
      "#include <rbm.hpp>\n\n"
      "typedef rbm::Rbm<rbm::Bernoulli<64>, rbm::Bernoulli<64>, rbm::InFlash<rbm::Fixed<int8_t, 5>>> DigitsModel;\n\n"
      "static const DigitsModel digits_model RBM_IN_FLASH = {\n",
      saturated);
  std::printf("    {{\n");
  write("weights, a row for each visible unit, in steps of 1/32", deployed.weights.values, 64 * 64);
  std::printf("}},\n    {{{\n");
  write("visible biases", deployed.visible.bias.values, 64);
  std::printf("}}},\n    {{{\n");
  write("hidden biases", deployed.hidden.bias.values, 64);
  std::printf("}}}};\n\n#endif  // DIGITS_MODEL_HPP\n");
  return 0;
}
