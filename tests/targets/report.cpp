// What README's tables of boards measure: 64x16 units, a model of NUMBER that learns digits. Functions to be timed have
// names; each is called for a hundred digits, after as many that warm the model up. With SMALLEST the program learns
// and gives the means of hidden units, no more; with BY_HAND it does so in C without the library. Without NUMBER only
// what is not the library's is left, so that sizes can be told apart. With SLICED it makes each step at once and, of
// another model, in slices. With CHECKSUM it prints that of the parameters
// and of the last means, not the stack: the smallest and the one by hand come to the same bits.
// SPDX-License-Identifier: MIT

#include "../../examples/boards/board.hpp"
#include "../../examples/data/digits.hpp"
#include "../../examples/support/text.hpp"
#include "../../rbm/rbm.hpp"
#include "../support/crc.hpp"
extern "C" {
#include "by_hand.h"
}

#define APART extern "C" __attribute__((noinline))

#ifdef NUMBER
typedef rbm::Rbm<rbm::Bernoulli<64>, rbm::Bernoulli<16>, NUMBER> Model;
Model model;
#ifdef SLICED
rbm::OnlineTrainer<Model, rbm::sliced> trainer;
#else
rbm::OnlineTrainer<Model> trainer;
#endif
rbm::Xorshift32 rng{42};
Model::HiddenState hidden;
Model::VisibleState digit;
Model::Energy surprise;
#else
typedef rbm::Fixed<int8_t, 5> Number;
rbm::Vector<Number, 64> digit;
#endif
#ifdef BY_HAND
Number hidden[by_hand_hidden];
const uint8_t* pixels() { return reinterpret_cast<const uint8_t*>(digit.values); }
#endif

volatile bool refused;

namespace {

// How much of the stack a call takes: fills it, calls, and looks what is left. Both times the same function has the
// same frame. AVR has no room for that, and its simulator looks at the stack pointer.
#if defined(CHECKSUM) || defined(SLICED)
#elif defined(__AVR__)
void print_stack(const char*, void (*)()) {}
#else
enum : uint16_t { stack_size = 2048 };

__attribute__((noinline)) uint16_t untouched(bool fill) {
  uint8_t area[stack_size];
  volatile uint8_t* stack = area;
  __asm__("" : "+r"(stack));  // what is there is read on purpose
  uint16_t count = 0;
  if (fill) {
    for (uint16_t i = 0; i < stack_size; ++i) stack[i] = 0xA5;
  } else {
    while (count < stack_size && stack[count] == 0xA5) ++count;
  }
  return count;
}

void print_stack(const char* words, void (*call)()) {
  Board out;
  untouched(true);
  call();
  const uint16_t left = untouched(false);
  print(out, words);
  print(out, int32_t{stack_size} - left);
  print(out, TEXT("\n"));
}
#endif

}  // namespace

APART void prepare() {
#ifdef NUMBER
  trainer.options.learning_rate = 0.02f;
#ifndef SMALLEST
  rbm::initialize(model, rng);
#endif
#endif
#ifdef BY_HAND
  by_hand.seed = 42;
  by_hand.rate = 335544;  // 0.02
#endif
}

APART void up_pass() {
#ifdef NUMBER
  model.mean_hidden(digit, hidden);
#endif
#ifdef BY_HAND
  by_hand_mean_hidden(pixels(), &hidden[0].raw);
#endif
}

// In flash once: it warms the model up, and is timed.
APART void step() {
#ifdef NUMBER
  if (trainer.step(model, digit, rng) != rbm::Status::ok) refused = true;
#endif
#ifdef BY_HAND
  by_hand_step(pixels());
#endif
}

APART void cd_1_step() { step(); }

#ifdef SLICED
APART void slice_of_16() {
  if (trainer.resume(16, rng) != rbm::Status::ok) refused = true;
}

APART void slice_of_64() {
  if (trainer.resume(64, rng) != rbm::Status::ok) refused = true;
}

void learn_in_slices(void (*slice)()) {
  if (trainer.begin(model, digit) != rbm::Status::ok) refused = true;
  while (trainer.is_learning()) slice();
}
#endif

APART void free_energy() {
#if defined(NUMBER) && !defined(SMALLEST)
  surprise = model.free_energy(digit);
#endif
}

int main() {
  prepare();
  for (uint16_t k = 0; k < 200; ++k) {
    rbm::unpack_flash_bits(digits_bits[k], digit);
    if (k < 100) {
      step();
    } else {
#ifdef SLICED
      learn_in_slices(slice_of_16);
      learn_in_slices(slice_of_64);
#endif
      up_pass();
      cd_1_step();
      free_energy();
    }
  }
#ifdef SLICED
#elif defined(CHECKSUM)
  Board out;
  Crc32 means;
#ifdef BY_HAND
  Crc32 parameters;
  parameters.add(reinterpret_cast<const Number*>(&by_hand.weights[0][0]), sizeof by_hand.weights);
  parameters.add(reinterpret_cast<const Number*>(by_hand.a), sizeof by_hand.a);
  parameters.add(reinterpret_cast<const Number*>(by_hand.b), sizeof by_hand.b);
  const uint32_t crc = parameters.value();
  means.add(hidden, by_hand_hidden);
#else
  const uint32_t crc = crc_of(model);
  means.add(hidden.values, Model::hidden_size);
#endif
  print(out, TEXT("CD-1 "));
  print_hex(out, crc);
  print(out, TEXT("  means "));
  print_hex(out, means.value());
  print(out, TEXT("\n"));
#else
  print_stack(TEXT("up_pass "), up_pass);
  print_stack(TEXT("cd_1_step "), cd_1_step);
  print_stack(TEXT("free_energy "), free_energy);
#endif
  return refused ? 1 : 0;
}
