// deploy, on the device: a model that was learnt elsewhere lies in flash, takes no RAM, and removes the noise from what
// comes in: digits of which 15 % of the pixels are flipped.
// SPDX-License-Identifier: MIT

#include "../boards/board.hpp"
#include "digits.hpp"
#include "digits_model.hpp"
#include "text.hpp"

namespace {

enum : uint8_t { digits_taken = 24, digits_shown = 3 };

using State = DigitsModel::VisibleState;

rbm::Posterior<DigitsModel> posterior;
rbm::Xorshift32 rng{7};
Board out;

bool is_on(DigitsModel::Scalar pixel) { return pixel > DigitsModel::Scalar(0.5f); }

int32_t wrong_pixels(const State& digit, const State& seen) {
  int32_t wrong = 0;
  for (uint8_t i = 0; i < 64; ++i) wrong += is_on(seen[i]) != is_on(digit[i]);
  return wrong;
}

void draw_row(const State& v, uint8_t row) {
  print(out, TEXT("   "));
  for (uint8_t i = 0; i < 8; ++i) out.write(is_on(v[8 * row + i]) ? '#' : '.');
}

}  // namespace

int main() {
  int32_t before = 0, after = 0;
  for (uint8_t k = 0; k < digits_taken; ++k) {
    State digit;
    rbm::unpack_flash_bits(digits_bits[digits_training_count + 7 * k], digit);
    State noisy = digit;  // what a sensor would give
    for (auto& pixel : noisy) {
      if (rbm::below(100, rng) < 15) pixel = DigitsModel::Scalar(is_on(pixel) ? 0 : 1);
    }
    if (rbm::denoise(digits_model, noisy, 0.15f, 20, 60, posterior, rng) != rbm::Status::ok) return 1;
    before += wrong_pixels(digit, noisy);
    after += wrong_pixels(digit, posterior.mean);
    for (uint8_t row = 0; k < digits_shown && row < 8; ++row) {
      draw_row(digit, row);
      draw_row(noisy, row);
      draw_row(posterior.mean, row);
      print(out, TEXT("\n"));
    }
    if (k < digits_shown) print(out, TEXT("\n"));
  }
  const int32_t pixels = 64 * int32_t{digits_taken};
  print(out, TEXT("pixels wrong: "));
  print(out, 1000 * before / pixels, 0, 1);
  print(out, TEXT(" % as seen, "));
  print(out, 1000 * after / pixels, 0, 1);
  print(out, TEXT(" % denoised\n"));
  return 3 * after < 2 * before ? 0 : 1;
}
