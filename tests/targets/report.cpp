// What README's tables of boards measure: 64x16 units, a model of NUMBER that learns digits. Functions to be timed have
// names; each is called for a hundred digits, after as many that warm the model up. With SMALLEST the program learns
// and gives the means of hidden units, no more. Without NUMBER only what is not the library's is left, so that sizes
// can be told apart.
// SPDX-License-Identifier: MIT

#include "../../examples/boards/board.hpp"
#include "../../examples/data/digits.hpp"
#include "../../examples/support/text.hpp"
#include "../../rbm/rbm.hpp"

#define APART extern "C" __attribute__((noinline))

#ifdef NUMBER
typedef rbm::Rbm<rbm::Bernoulli<64>, rbm::Bernoulli<16>, NUMBER> Model;
Model model;
rbm::OnlineTrainer<Model> trainer;
rbm::Xorshift32 rng{42};
Model::HiddenState hidden;
Model::VisibleState digit;
Model::Energy surprise;
#else
rbm::Vector<rbm::Fixed<int8_t, 5>, 64> digit;
#endif

volatile bool refused;

namespace {

// How much of the stack a call takes: fills it, calls, and looks what is left. Both times the same function has the
// same frame. AVR has no room for that, and its simulator looks at the stack pointer.
#ifdef __AVR__
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
}

APART void up_pass() {
#ifdef NUMBER
  model.mean_hidden(digit, hidden);
#endif
}

// In flash once: it warms the model up, and is timed.
APART void step() {
#ifdef NUMBER
  if (trainer.step(model, digit, rng) != rbm::Status::ok) refused = true;
#endif
}

APART void cd_1_step() { step(); }

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
      up_pass();
      cd_1_step();
      free_energy();
    }
  }
  print_stack(TEXT("up_pass "), up_pass);
  print_stack(TEXT("cd_1_step "), cd_1_step);
  print_stack(TEXT("free_energy "), free_energy);
  return refused ? 1 : 0;
}
