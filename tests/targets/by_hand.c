// What a firmware engineer might write in an afternoon for one model: CD-1 of 64x16 binary units, one sample at a time,
// that comes to the same bits as the library, without checks of its arguments, other sizes, numbers, units or rules.
// The step in words is in rbm/training/update.hpp and rbm/kernels/update_binary.hpp.
// SPDX-License-Identifier: MIT

#include "by_hand.h"

enum { visible = by_hand_visible, hidden = by_hand_hidden };

struct by_hand by_hand;
static uint8_t v_model[visible], h_data[hidden], h_model[hidden];

// Xorshift32. On AVR a shift to the left by 5 is a product with 32; shifts by one bit at a time take five times as
// long.
static uint32_t next_word(void) {
  uint32_t x = by_hand.seed;
#if defined(__AVR_HAVE_MUL__) && !defined(__clang__)
  uint8_t by32, byte;
  __asm__(
      "ldi %1,32"
      "\n mul %C0,%1\n eor %D0,r0\n mul %B0,%1\n eor %D0,r1\n eor %C0,r0\n mul %A0,%1\n eor %C0,r1\n eor %B0,r0"
      "\n mov %2,%D0\n lsr %2\n eor %B0,%2\n mov %2,%C0\n ror %2\n eor %A0,%2"
      "\n mul %D0,%1\n eor %D0,r0\n mul %C0,%1\n eor %D0,r1\n eor %C0,r0\n mul %B0,%1\n eor %C0,r1\n eor %B0,r0"
      "\n mul %A0,%1\n eor %B0,r1\n eor %A0,r0\n clr r1"
      : "+r"(x), "=&d"(by32), "=&r"(byte));
#else
  x ^= x << 13;
  x ^= x >> 17;
  x ^= x << 5;
#endif
  return by_hand.seed = x;
}

// curvature away^2 / 2^16, by products that an 8-bit multiplier makes at once.
static uint8_t parabola(uint8_t away, uint8_t curvature) {
  const uint16_t square = (uint16_t)((uint16_t)away * away);
  const uint16_t low = (uint16_t)((uint16_t)(uint8_t)square * curvature);
  return (uint8_t)((uint16_t)((uint16_t)(uint8_t)(square >> 8) * curvature + (low >> 8)) >> 8);
}

// 256 sigmoid(x / 32): the tail of -|x| is two parabolas.
static uint16_t sigmoid(int16_t x) {
  const uint16_t y = (uint16_t)(x < 0 ? -2 * x : 2 * x);
  uint8_t tail = 0;
  if (y < 178) {
    tail = (uint8_t)(parabola((uint8_t)(212 - y), 169) + 13);
  } else if (y < 357) {
    tail = (uint8_t)(parabola((uint8_t)(357 - y), 28) + 1);
  }
  return x < 0 ? tail : (uint16_t)(256 - tail);
}

// A word of the generator draws four units.
static void draw_units(const int16_t* x, uint8_t* s, uint8_t count) {
  uint32_t word = 0;
  for (uint8_t i = 0; i < count; ++i, word >>= 8) {
    if (i % 4 == 0) word = next_word();
    s[i] = (uint8_t)word < sigmoid(x[i]);
  }
}

static void sum_hidden(const uint8_t* v, int16_t* x) {
  for (uint8_t j = 0; j < hidden; ++j) x[j] = by_hand.b[j];
  const int8_t* weight = by_hand.weights[0];
  for (uint8_t i = 0; i < visible; ++i, weight += hidden) {
    if (v[i] == 0) continue;
    for (uint8_t j = 0; j < hidden; ++j) x[j] = (int16_t)(x[j] + weight[j]);
  }
}

static void sample_hidden(const uint8_t* v, uint8_t* h) {
  int16_t x[hidden];
  sum_hidden(v, x);
  draw_units(x, h, hidden);
}

static void sample_visible(const uint8_t* h, uint8_t* v) {
  uint8_t on[hidden], count = 0;
  for (uint8_t j = 0; j < hidden; ++j) {
    if (h[j] != 0) on[count++] = j;
  }
  const int8_t* weight = by_hand.weights[0];
  for (uint8_t i = 0; i < visible; i = (uint8_t)(i + 4)) {
    int16_t x[4];
    for (uint8_t k = 0; k < 4; ++k, weight += hidden) {
      int16_t sum = by_hand.a[i + k];
      for (uint8_t n = 0; n < count; ++n) sum = (int16_t)(sum + weight[on[n]]);
      x[k] = sum;
    }
    draw_units(x, v + i, 4);
  }
}

// Up, or with a flip of -1 down, by the rate, in steps of Q8, rounded by a draw: ~c falls where c rises.
static inline void move(int8_t* c, int8_t flip, uint16_t rate, uint8_t draw) {
  const int8_t old = (int8_t)(*c ^ flip);
  const uint8_t steps = (uint8_t)((uint16_t)(rate + draw) >> 8);
  const int8_t moved = (int8_t)((uint8_t)old + steps);
  *c = (int8_t)((moved < old ? 127 : moved) ^ flip);
}

void by_hand_step(const uint8_t* v) {
  sample_hidden(v, h_data);
  sample_visible(h_data, v_model);
  sample_hidden(v_model, h_model);

  const uint16_t rate = (uint16_t)(((by_hand.rate << 5) + (next_word() & 0xFFFF)) >> 16);
  struct column {
    uint8_t j, draw;
    int8_t flip;
  } columns[4][hidden];  // that change in a row whose unit is on at the data, in the model, or in both: 1, 2, 3
  uint8_t counts[4] = {0, 0, 0, 0};
  uint32_t word = 0;
  for (uint8_t j = 0; j < hidden; ++j, word >>= 8) {
    if (j % 4 == 0) word = next_word();
    const struct column up = {j, (uint8_t)word, 0}, down = {j, (uint8_t)word, -1};
    if (h_data[j] != 0) columns[1][counts[1]++] = up;
    if (h_model[j] != 0) columns[2][counts[2]++] = down;
    if (h_data[j] == h_model[j]) continue;
    columns[3][counts[3]++] = h_data[j] != 0 ? up : down;
    move(&by_hand.b[j], h_data[j] != 0 ? 0 : -1, rate, (uint8_t)word);
  }
  for (uint8_t i = 0, rows = 0; i < visible; ++i) {
    const uint8_t k = (uint8_t)((v[i] != 0) + 2 * v_model[i]);
    if (k == 0) continue;
    word = rows++ % 4 == 0 ? next_word() : word >> 8;
    const uint8_t row_draw = (uint8_t)word;
    int8_t* const row = by_hand.weights[i];
    const struct column* c = columns[k];
    for (uint8_t left = counts[k]; left > 0; --left, ++c) {
      move(row + c->j, c->flip, rate, (uint8_t)(row_draw + c->draw));
    }
    if (k != 3) move(&by_hand.a[i], k == 1 ? 0 : -1, rate, row_draw);
  }
}

void by_hand_mean_hidden(const uint8_t* v, int8_t* mean) {
  int16_t x[hidden];
  sum_hidden(v, x);
  for (uint8_t j = 0; j < hidden; ++j) mean[j] = (int8_t)((sigmoid(x[j]) + 4) >> 3);
}
