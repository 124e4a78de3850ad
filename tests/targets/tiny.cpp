// The smallest learner: 16x8 units in 8 bits learn bars and stripes of 4x4 pixels, for chips like an ATtiny85, which
// has 8 KB of flash, 512 bytes of RAM and no multiplier. What is printed is the checksum of the model, and how many
// pixels are wrong in reconstructions, of 512: a part of conformance.expected, the same on all boards.
// SPDX-License-Identifier: MIT

#include "../../examples/boards/board.hpp"
#include "../../examples/support/text.hpp"
#include "../../rbm/rbm.hpp"
#include "../support/crc.hpp"

typedef rbm::Rbm<rbm::Bernoulli<16>, rbm::Bernoulli<8>, rbm::Fixed<int8_t, 5>> Model;

static Model model;
static rbm::OnlineTrainer<Model> trainer;
static rbm::Xorshift32 rng{42};
static Model::VisibleState picture;

enum : uint8_t { pictures = 32 };
enum : uint16_t { steps = 8000, most_wrong = 80 };

// Rows or columns, each on or off: the empty and the full picture are there twice.
static void draw_bars(uint8_t number) {
  for (uint8_t i = 0; i < 16; ++i) {
    const uint8_t bar = number < pictures / 2 ? i / 4 : i % 4;
    picture[i] = Model::Scalar((number >> bar & 1) != 0 ? 1 : 0);
  }
}

// A function by itself, so that a simulator can time it.
extern "C" __attribute__((noinline)) rbm::Status on_sample() { return trainer.step(model, picture, rng); }

static uint16_t wrong_pixels() {
  uint16_t wrong = 0;
  for (uint8_t number = 0; number < pictures; ++number) {
    draw_bars(number);
    model.sample_hidden(picture, trainer.hidden[0], rng);
    model.sample_visible(trainer.hidden[0], trainer.visible[0], rng);
    for (uint8_t i = 0; i < 16; ++i) wrong += trainer.visible[0][i] != picture[i];
  }
  return wrong;
}

int main() {
  bool refused = false;
  trainer.options.learning_rate = 0.05f;
  rbm::initialize(model, rng);
  for (uint16_t step = 0; step < steps; ++step) {
    draw_bars(static_cast<uint8_t>(rng() >> 27));
    refused |= on_sample() != rbm::Status::ok;
  }
  const uint16_t wrong = wrong_pixels();
  Board out;
  print(out, TEXT("CD-1 "));
  print_hex(out, crc_of(model));
  print(out, TEXT("  wrong "));
  print(out, static_cast<int32_t>(wrong));
  print(out, TEXT("\n"));
  return refused || wrong > most_wrong ? 1 : 0;
}
