// The library's step of 64x16 units in 8 bits, in C by hand: what README's tables of boards call "by hand".
// SPDX-License-Identifier: MIT

#ifndef RBM_TESTS_BY_HAND_H
#define RBM_TESTS_BY_HAND_H

#include <stdint.h>

enum { by_hand_visible = 64, by_hand_hidden = 16 };

struct by_hand {
  int8_t weights[by_hand_visible][by_hand_hidden], a[by_hand_visible], b[by_hand_hidden];  // in steps of 1/32
  uint32_t seed;                                                                           // not 0
  uint32_t rate;                                                                           // of learning, in Q24
};
extern struct by_hand by_hand;

// One CD-1 step. A unit is on where its byte is not 0.
void by_hand_step(const uint8_t* v);

// p(h | v), in steps of 1/32.
void by_hand_mean_hidden(const uint8_t* v, int8_t* mean);

#endif
