// What main.cpp and the Arduino sketch share: a model of 64x16 units in 8 bits that learns the digits, which lie in
// flash as bits, and the pictures that it sends over the serial line.
//
// RAM: 1104 bytes of model, 112 of trainer, 64 of the digit at hand, some hundred of stack.
// SPDX-License-Identifier: MIT

#ifndef RBM_EXAMPLES_UNO_DIGITS_HPP
#define RBM_EXAMPLES_UNO_DIGITS_HPP

#include <rbm.hpp>

#include "digits.hpp"
#include "text.hpp"

using Digits = rbm::Rbm<rbm::Bernoulli<64>, rbm::Bernoulli<16>, rbm::Fixed<int8_t, 5>>;

enum : uint8_t { passes = 10, fantasies = 8 };
enum : uint16_t { most_error = 90 };  // what has learnt is below, in the measure of reconstruction_error

static Digits model;
static rbm::OnlineTrainer<Digits> trainer;
static rbm::Xorshift32 rng{42};
static Digits::VisibleState digit;

/// CD-1 on what was just seen. A function by itself, so that a profiler can time it.
extern "C" __attribute__((noinline)) rbm::Status on_sample(const Digits::VisibleState& v) {
  return trainer.step(model, v, rng);
}

inline void start() {
  trainer.options.learning_rate = 0.03f;
  rbm::initialize(model, rng);
}

/// One pass over the training digits.
inline rbm::Status learn() {
  rbm::Status status = rbm::Status::ok;
  for (uint16_t k = 0; k < digits_training_count && status == rbm::Status::ok; ++k) {
    rbm::unpack_flash_bits(digits_bits[k], digit);
    status = on_sample(digit);
  }
  return status;
}

/// What the model makes of a digit: the means of the hidden units, and of the pixels given these.
inline void reconstruct(const Digits::VisibleState& v, Digits::VisibleState& reconstruction) {
  Digits::HiddenState hidden;
  rbm::reconstruct(model, v, hidden, reconstruction);
}

inline bool is_on(Digits::Scalar pixel) { return pixel > Digits::Scalar(0.5f); }

/// The share of pixels that are wrong in reconstructions of the held-out digits, in steps of 1/1000.
inline uint16_t reconstruction_error() {
  uint32_t wrong = 0;
  for (uint16_t k = digits_training_count; k < digits_count; ++k) {
    Digits::VisibleState seen;
    rbm::unpack_flash_bits(digits_bits[k], digit);
    reconstruct(digit, seen);
    for (uint8_t i = 0; i < 64; ++i) wrong += is_on(seen[i]) != is_on(digit[i]);
  }
  return static_cast<uint16_t>(1000 * wrong / (64UL * (digits_count - digits_training_count)));
}

/// 8x8 pixels, a byte a row.
struct Picture {
  uint8_t rows[8];
};

inline Picture picture_of(const Digits::VisibleState& v) {
  Picture picture = {};
  for (uint8_t i = 0; i < 64; ++i) {
    picture.rows[i / 8] = static_cast<uint8_t>(picture.rows[i / 8] << 1 | (is_on(v[i]) ? 1 : 0));
  }
  return picture;
}

/// Pictures side by side.
template <class Out>
void draw(Out& out, const Picture* pictures, uint8_t count) {
  for (uint8_t row = 0; row < 8; ++row) {
    for (uint8_t p = 0; p < count; ++p) {
      print(out, TEXT("   "));
      for (uint8_t bits = pictures[p].rows[row], left = 8; left > 0; --left, bits = static_cast<uint8_t>(bits << 1)) {
        out.write(bits >= 128 ? '#' : '.');
      }
    }
    print(out, TEXT("\n"));
  }
}

/// The weights of eight hidden units side by side: pixels that turn the unit on, or off, strongly or a little.
template <class Out>
void draw_weights(Out& out, uint8_t first) {
  for (uint8_t row = 0; row < 8; ++row) {
    for (uint8_t j = first; j < first + 8; ++j) {
      print(out, TEXT(" "));
      for (uint8_t column = 0; column < 8; ++column) {
        const int8_t steps = model.weights(8 * row + column, j).raw;  // of 1/32
        out.write(steps > 40 ? '#' : steps > 16 ? '+' : steps < -40 ? '=' : steps < -16 ? '-' : ' ');
      }
    }
    print(out, TEXT("\n"));
  }
}

/// How far learning is: the error, a held-out digit with its reconstruction, and now and then the weights.
template <class Out>
uint16_t report(Out& out, uint8_t pass) {
  const uint16_t error = reconstruction_error();
  print(out, TEXT("\npass "));
  print(out, static_cast<int32_t>(pass));
  print(out, TEXT(": "));
  print(out, static_cast<int32_t>(error), 0, 1);
  print(out, TEXT(" % of the pixels wrong in reconstructions; a digit, and its own\n"));
  rbm::unpack_flash_bits(digits_bits[digits_training_count + pass], digit);
  Picture pair[2] = {picture_of(digit), {}};
  Digits::VisibleState seen;
  reconstruct(digit, seen);
  pair[1] = picture_of(seen);
  draw(out, pair, 2);
  if (pass % 3 == 1) {
    print(out, TEXT("weights: # + turn a unit on, = - off\n"));
    draw_weights(out, 0);
    print(out, TEXT("\n"));
    draw_weights(out, 8);
  }
  return error;
}

/// Chains that start at noise, and what they have come to after 100 steps.
template <class Out>
void dream(Out& out) {
  print(out, TEXT("\nfantasies\n"));
  Picture dreams[fantasies];
  for (Picture& picture : dreams) {
    rbm::GibbsChain<Digits> chain;
    chain.start_from_noise(rng);
    (void)chain.run(model, 100, rng);  // units that are off or on cannot run away
    model.mean_visible(chain.hidden, chain.visible);
    picture = picture_of(chain.visible);
  }
  draw(out, dreams, fantasies);
}

#endif  // RBM_EXAMPLES_UNO_DIGITS_HPP
