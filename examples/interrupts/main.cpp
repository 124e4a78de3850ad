// interrupts: a timer's interrupt takes samples while the main loop learns in slices, so that it is back in time for
// its other work. On an ATmega328P the timer is a real one, every quarter of a millisecond; elsewhere a tick comes
// between any two slices.
// SPDX-License-Identifier: MIT

#include "../../rbm/rbm.hpp"
#include "../boards/board.hpp"
#include "../data/digits.hpp"
#include "../support/text.hpp"

#ifdef __AVR_ATmega328P__
#include <avr/interrupt.h>
#include <avr/io.h>
#endif

typedef rbm::Rbm<rbm::Bernoulli<64>, rbm::Bernoulli<16>, rbm::Fixed<int8_t, 5>> Model;

static Model model;
static rbm::OnlineTrainer<Model, rbm::sliced> trainer;
static rbm::Xorshift32 rng{42};

// The sample of a place is the interrupt's while is_full is false, else the main loop's.
static Model::VisibleState samples[2];
static volatile bool is_full[2];  // one byte, as all that both use: it is read and written at once
static volatile uint8_t ticks;    // of the timer, modulo 256
static volatile uint8_t lost;     // samples for which there was no room

enum : uint16_t { most_samples = 1000, ticks_per_sample = 25, most_ticks_away = 4 };

// What comes before it in the program is done before, also for the compiler.
static void barrier() { __asm__ volatile("" ::: "memory"); }

static void on_tick() {
  static uint16_t taken;
  static uint8_t left = 1, place;
  ticks = static_cast<uint8_t>(ticks + 1);
  if (--left != 0) return;
  left = ticks_per_sample;
  if (is_full[place]) {
    lost = static_cast<uint8_t>(lost + 1);
    return;
  }
  rbm::unpack_flash_bits(digits_bits[taken], samples[place]);  // of a sensor, on a real board
  taken = taken + 1 < digits_training_count ? taken + 1 : 0;
  barrier();
  is_full[place] = true;
  place ^= 1;
}

#ifdef __AVR_ATmega328P__

ISR(TIMER2_COMPA_vect) { on_tick(); }

static void start_timer() {
  TCCR2A = 1 << WGM21;  // counts to OCR2A: 16 MHz / 32 / 125 is 4 kHz
  TCCR2B = 1 << CS21 | 1 << CS20;
  OCR2A = 124;
  TIMSK2 = 1 << OCIE2A;
  sei();
}
static void wait() {}

#else

static void start_timer() {}
static void wait() { on_tick(); }

#endif

static uint8_t longest_away = 0;  // ticks between two times that the main loop came to its other work

// What has to be done every millisecond: here, to see whether it is.
static void do_other_work() {
  static uint8_t last = 0;
  const uint8_t now = ticks, away = static_cast<uint8_t>(now - last);
  if (away > longest_away) longest_away = away;
  last = now;
}

static rbm::Status learn(const Model::VisibleState& sample) {
  rbm::Status status = trainer.begin(model, sample);
  while (status == rbm::Status::ok && trainer.is_learning()) {
    status = trainer.resume(16, rng);
    do_other_work();
    wait();
  }
  return status;
}

int main() {
  trainer.options.learning_rate = 0.02f;
  rbm::initialize(model, rng);
  start_timer();
  uint8_t place = 0;
  for (uint16_t learnt = 0; learnt < most_samples; ++learnt) {
    while (!is_full[place]) {
      do_other_work();
      wait();
    }
    barrier();
    if (learn(samples[place]) != rbm::Status::ok) return 1;
    barrier();
    is_full[place] = false;
    place ^= 1;
  }

  Board out;
  print(out, TEXT("samples learnt, each in slices while the next was taken: "));
  print(out, int32_t{most_samples});
  print(out, TEXT("\nsamples lost: "));
  print(out, int32_t{lost});
  print(out, TEXT("\nthe main loop was back after at most this many ticks of the timer: "));
  print(out, int32_t{longest_away});
  print(out, TEXT("\n"));
  return lost == 0 && longest_away <= most_ticks_away ? 0 : 1;
}
