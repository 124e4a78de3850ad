// rbm/random.hpp: a generator of 32 random bits in four bytes of state, and draws made from it.
//
// Every function that draws takes the generator as its last argument: any type whose call gives 32 random bits will do,
// such as std::mt19937. A type that tells by static functions min() and max() that it gives fewer, such as
// std::minstd_rand, does not compile. What tells nothing, a function or a lambda, is taken at its word: rand(), of 31
// bits, would be wrong.
// SPDX-License-Identifier: MIT

#ifndef RBM_RANDOM_HPP
#define RBM_RANDOM_HPP

#include <stddef.h>
#include <stdint.h>

#include "config.hpp"
#include "math.hpp"
#include "storage.hpp"

namespace rbm {

namespace detail {

#if defined(__AVR_HAVE_MUL__) && defined(__GNUC__)
// A chip that shifts by one bit at a time takes five times as long over the lines below. Here a shift to the left is a
// product of each byte with 32, whose halves go to two bytes: D C B A, from the highest.
RBM_INLINE uint32_t xorshift(uint32_t x) {
  uint8_t by32, byte;
  __asm__(
      "ldi %1,32"
      "\n mul %C0,%1\n eor %D0,r0\n mul %B0,%1\n eor %D0,r1\n eor %C0,r0\n mul %A0,%1\n eor %C0,r1\n eor %B0,r0"
      "\n mov %2,%D0\n lsr %2\n eor %B0,%2\n mov %2,%C0\n ror %2\n eor %A0,%2"
      "\n mul %D0,%1\n eor %D0,r0\n mul %C0,%1\n eor %D0,r1\n eor %C0,r0\n mul %B0,%1\n eor %C0,r1\n eor %B0,r0"
      "\n mul %A0,%1\n eor %B0,r1\n eor %A0,r0\n clr r1"
      : "+r"(x), "=&d"(by32), "=&r"(byte));
  return x;
}
#else
RBM_INLINE uint32_t xorshift(uint32_t x) {
  x ^= x << 13;
  x ^= x >> 17;
  x ^= x << 5;
  return x;
}
#endif

}  // namespace detail

/// Marsaglia's xorshift with the shifts 13, 17, 5 (J. Stat. Soft. 8, 14, 2003): all 2^32 - 1 words but 0 in one cycle.
/// The seed is the state before the first word, and 0 stands for 2463534242. Words follow from the bits of the state,
/// so the first few after a small seed are alike for all small seeds: take seeds of many bits where single draws count.
/// It also serves where the standard library wants a generator.
struct Xorshift32 {
  typedef uint32_t result_type;

  uint32_t state;  // never 0

  explicit constexpr Xorshift32(uint32_t seed) : state(seed == 0 ? 2463534242u : seed) {}

  RBM_INLINE uint32_t operator()() { return state = detail::xorshift(state); }

  // In parentheses, since Arduino defines macros of these names.
  static constexpr uint32_t(min)() { return 1u; }
  static constexpr uint32_t(max)() { return 0xFFFFFFFFu; }
};

/// Marsaglia's xorshift of 128 bits (J. Stat. Soft. 8, 14, 2003) in 64 lanes, for hosts: 1 KB of state, words in
/// bulk, and a constructor that runs. The stream takes one word from each lane in turn, and each lane is a generator of
/// period 2^128 - 1 whose state is made of the seed. (Xorshift32 has gone through all of its words after some seconds
/// on a host.)
struct XorshiftLanes {
  typedef uint32_t result_type;

  enum : size_t { lanes = 64, held = 4 * lanes };

  uint32_t words[held];  // the last four of each lane, which are its state
  size_t taken;          // of these words

  explicit XorshiftLanes(uint32_t seed) : taken(held) {
    // Words that are all different; other seeds have others, not the same ones elsewhere.
    for (size_t i = 0; i < held; ++i) words[i] = mix(mix(static_cast<uint32_t>(i) + 1) ^ seed);
  }

  uint32_t operator()() {
    if (taken == held) go_on();
    return words[taken++];
  }

  /// The words of `Count` calls.
  template <size_t Count>
  void draw(uint32_t* to) {
    if (Count <= held && Count <= held - taken) {
      RBM_COPY_BYTES(to, words + taken, Count * sizeof(uint32_t));
      taken += Count;
    } else {
      for (size_t i = 0; i < Count; ++i) to[i] = (*this)();
    }
  }

  static constexpr uint32_t(min)() { return 0u; }
  static constexpr uint32_t(max)() { return 0xFFFFFFFFu; }

 private:
  // The last steps of MurmurHash3: one word for each.
  static uint32_t mix(uint32_t x) {
    x = (x ^ (x >> 16)) * 0x85EBCA6Bu;
    x = (x ^ (x >> 13)) * 0xC2B2AE35u;
    return x ^ (x >> 16);
  }

  // Each lane's next four words, where the last four were.
  RBM_APART void go_on() {
    for (size_t k = 0; k < 4; ++k) step(words + k * lanes, words + (k + 3) % 4 * lanes);
    taken = 0;
  }

  static void step(uint32_t* RBM_RESTRICT oldest, const uint32_t* RBM_RESTRICT latest) {
    for (size_t l = 0; l < lanes; ++l) {
      const uint32_t t = oldest[l] ^ (oldest[l] << 11);
      oldest[l] = latest[l] ^ (latest[l] >> 19) ^ t ^ (t >> 8);
    }
  }
};

namespace detail {

RBM_VECTORISED float uniform_of(uint32_t word) {
  return from_bits((word >> 9) | 0x3F800000u) - 0.99999994f;  // (1 + k 2^-23) - (1 - 2^-24), which is exact
}

// Whether a generator that tells its range gives all words, or all but one, which is what Xorshift32 gives.
template <class Rng, uint64_t span = static_cast<uint64_t>((Rng::max)()) - static_cast<uint64_t>((Rng::min)())>
constexpr bool gives_words(int) {
  return span >= 0xFFFFFFFEu;
}
template <class Rng>
constexpr bool gives_words(long) {
  return true;
}

}  // namespace detail

/// 32 random bits: every draw of the library begins here.
template <class Rng>
RBM_INLINE uint32_t draw_word(Rng& rng) {
  static_assert(detail::gives_words<Rng>(0),
                "rbm: this generator gives fewer than 32 random bits: take rbm::Xorshift32 or std::mt19937");
  return static_cast<uint32_t>(rng());
}

/// The words of `Count` calls.
template <size_t Count, class Rng>
void draw_words(uint32_t* words, Rng& rng) {
  for (size_t i = 0; i < Count; ++i) words[i] = draw_word(rng);
}
// Its state in a register: elsewhere it might be one of the words.
template <size_t Count>
void draw_words(uint32_t* words, Xorshift32& rng) {
  constexpr size_t whole = Count - Count % 4;
  Xorshift32 held = rng;
  for (size_t i = 0; i < whole; i += 4) {
    words[i] = held();
    words[i + 1] = held();
    words[i + 2] = held();
    words[i + 3] = held();
  }
  for (size_t i = whole; i < Count; ++i) words[i] = held();
  rng = held;
}
template <size_t Count>
void draw_words(uint32_t* words, XorshiftLanes& rng) {
  rng.draw<Count>(words);
}

/// A draw from the 2^23 numbers (k + 1/2) / 2^23, evenly spread in the open interval (0, 1).
template <class Rng>
float uniform(Rng& rng) {
  return detail::uniform_of(draw_word(rng));
}

/// A draw from the standard normal distribution, by the ratio of uniforms (Kinderman and Monahan 1977). It takes 2.7
/// words on average.
template <class Rng>
float normal(Rng& rng) {
  for (;;) {
    const float u = uniform(rng);
    const float x = 1.71552777f * (uniform(rng) - 0.5f) / u;  // sqrt(8 / e)
    if (x * x <= -4.0f * log(u)) return x;
  }
}

/// A draw from the normal distribution of mean x and variance 1, given that it is positive. It takes 5.5 words on
/// average at worst: normal draws for x >= 0, below that exponential ones, of which some are rejected (Robert 1995).
template <class Rng>
float rectified(float x, Rng& rng) {
  if (x >= 0.0f) {
    for (;;) {
      const float s = x + normal(rng);
      if (!(s <= 0.0f)) return s;
    }
  }
  const float tail = rectified_tail(-x);
  const float rate = tail - x;  // of the exponential that has the shape of the tail
  for (;;) {
    const float s = -log(uniform(rng)) / rate;
    const float beyond = s - tail;
    if (!(uniform(rng) >= exp(-0.5f * beyond * beyond))) return s;  // so that NaN ends the loop, too
  }
}

/// A draw from 0, 1 ... n - 1, all equally likely; n > 0.
template <class Rng>
uint32_t below(uint32_t n, Rng& rng) {
  const uint32_t rest = (0u - n) % n;  // 2^32 mod n: the words that would make the small numbers more likely
  for (;;) {
    const uint32_t word = draw_word(rng);
    if (word >= rest) return word % n;
  }
}

/// Puts `count` items into random order, in place (Fisher and Yates).
template <class Item, class Rng>
void shuffle(Item* items, size_t count, Rng& rng) {
  for (size_t left = count; left > 1; --left) {
    const size_t chosen = static_cast<size_t>(below(static_cast<uint32_t>(left), rng));
    if (chosen != left - 1) exchange(items[chosen], items[left - 1]);
  }
}

}  // namespace rbm

#endif  // RBM_RANDOM_HPP
