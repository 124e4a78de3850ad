// rbm/numbers/random.hpp: a generator of 32 random bits in four bytes of state, and draws made from it.
//
// Every function that draws takes the generator as its last argument: any type whose call gives 32 random bits will do,
// such as std::mt19937. A type that tells by static functions min() and max() that it gives fewer, such as
// std::minstd_rand, does not compile. What tells nothing, a function or a lambda, is taken at its word: rand(), of 31
// bits, would be wrong.
// SPDX-License-Identifier: MIT

#ifndef RBM_NUMBERS_RANDOM_HPP
#define RBM_NUMBERS_RANDOM_HPP

#include <stddef.h>
#include <stdint.h>

#include "../config.hpp"
#include "../storage.hpp"
#include "math.hpp"

namespace rbm {

/// Marsaglia's xorshift with the shifts 13, 17, 5 (J. Stat. Soft. 8, 14, 2003): all 2^32 - 1 words but 0 in one cycle.
/// The seed is the state before the first word. 0 stands for 2463534242, also where memory was zeroed: no state is
/// stuck. Words follow from the bits of the state, so the first few after a small seed are alike for all small seeds:
/// take seeds of many bits where single draws count. It also serves where the standard library wants a generator.
struct Xorshift32 {
  typedef uint32_t result_type;

  uint32_t state;

  explicit constexpr Xorshift32(uint32_t seed) : state(seed == 0 ? 2463534242u : seed) {}

  RBM_INLINE uint32_t operator()() {
    ensure_nonzero();
    return next();
  }

  /// A call in two steps: for many words in turn one look at the state is enough, since none leads to 0.
  RBM_INLINE void ensure_nonzero() {
    if (state == 0) state = 2463534242u;
  }
  RBM_INLINE uint32_t next() {
#if defined(__AVR_HAVE_MUL__) && defined(__GNUC__)
    // A chip that shifts by one bit at a time takes five times as long over the lines below. Here a shift to the left
    // is a product of each byte with 32, whose halves go to two bytes: D C B A, from the highest.
    uint8_t by32, byte;
    __asm__(
        "ldi %1,32"
        "\n mul %C0,%1\n eor %D0,r0\n mul %B0,%1\n eor %D0,r1\n eor %C0,r0\n mul %A0,%1\n eor %C0,r1\n eor %B0,r0"
        "\n mov %2,%D0\n lsr %2\n eor %B0,%2\n mov %2,%C0\n ror %2\n eor %A0,%2"
        "\n mul %D0,%1\n eor %D0,r0\n mul %C0,%1\n eor %D0,r1\n eor %C0,r0\n mul %B0,%1\n eor %C0,r1\n eor %B0,r0"
        "\n mul %A0,%1\n eor %B0,r1\n eor %A0,r0\n clr r1"
        : "+r"(state), "=&d"(by32), "=&r"(byte));
#else
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
#endif
    return state;
  }

  // In parentheses, since Arduino defines macros of these names.
  static constexpr uint32_t(min)() { return 1u; }
  static constexpr uint32_t(max)() { return 0xFFFFFFFFu; }
};

/// Marsaglia's xorshift of 128 bits (J. Stat. Soft. 8, 14, 2003) in 64 lanes, for hosts: 1 KB of state, words in
/// bulk, and a constructor that runs. The stream takes one word from each lane in turn, and each lane is a generator of
/// period 2^128 - 1 whose state is made of the seed; zeroed memory acts as the seed 0. (Xorshift32 has gone through all
/// of its words after some seconds on a host.)
struct XorshiftLanes {
  typedef uint32_t result_type;

  enum : size_t { lanes = 64, size = 4 * lanes };

  uint32_t words[size];  // the last four of each lane, which are its state
  size_t left;           // of these words; none in memory that was zeroed

  explicit XorshiftLanes(uint32_t seed) : left(0) {
    // Words that are all different; other seeds have others, not the same ones elsewhere.
    for (size_t i = 0; i < size; ++i) words[i] = mix(mix(static_cast<uint32_t>(i) + 1) ^ seed);
  }

  uint32_t operator()() {
    if (left == 0) refill();
    return words[size - left--];
  }

  /// The words of `count` calls, and of as many as fill these bytes.
  RBM_INLINE void draw(uint32_t* to, size_t count) { fill(to, count * sizeof *to); }
  RBM_INLINE void fill(void* to, size_t bytes) {
    const size_t count = words_of(bytes);
    if (count > size || count > left) return fill_slowly(static_cast<uint8_t*>(to), bytes);
    RBM_COPY_BYTES(to, words + (size - left), bytes);
    left -= count;
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

  static constexpr size_t words_of(size_t bytes) { return (bytes + sizeof(uint32_t) - 1) / sizeof(uint32_t); }

  RBM_NOINLINE void fill_slowly(uint8_t* to, size_t bytes) {
    while (bytes > 0) {
      if (left == 0) refill();
      const size_t rest = left * sizeof(uint32_t), now = bytes < rest ? bytes : rest;
      RBM_COPY_BYTES(to, words + (size - left), now);
      left -= words_of(now);
      to += now;
      bytes -= now;
    }
  }

  // Each lane's next four words, where the last four were. They are all 0 in memory that was zeroed, and nowhere else.
  RBM_NOINLINE void refill() {
    if ((words[0] | words[lanes] | words[2 * lanes] | words[3 * lanes]) == 0) *this = XorshiftLanes(0);
    for (size_t k = 0; k < 4; ++k) step(words + k * lanes, words + (k + 3) % 4 * lanes);
    left = size;
  }

  static void step(uint32_t* RBM_RESTRICT oldest, const uint32_t* RBM_RESTRICT latest) {
    for (size_t l = 0; l < lanes; ++l) {
      const uint32_t t = oldest[l] ^ (oldest[l] << 11);
      oldest[l] = latest[l] ^ (latest[l] >> 19) ^ t ^ (t >> 8);
    }
  }
};

namespace detail {

RBM_INLINE float uniform_of(uint32_t word) {
  return difference(from_bits((word >> 9) | 0x3F800000u), 0.99999994f);  // (1 + k 2^-23) - (1 - 2^-24), which is exact
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
                "rbm: this generator gives fewer than 32 random bits: take one of 32, such as rbm::Xorshift32");
  return static_cast<uint32_t>(rng());
}

namespace detail {

/// Before many words of a generator, and each of them. The words of a rate, and of what is changed by it, follow those
/// of the chains.
template <class Rng>
RBM_INLINE void ensure_nonzero(Rng&) {}
RBM_INLINE void ensure_nonzero(Xorshift32& rng) { rng.ensure_nonzero(); }
template <class Rng>
RBM_INLINE uint32_t next_word(Rng& rng) {
  return draw_word(rng);
}
RBM_INLINE uint32_t next_word(Xorshift32& rng) { return rng.next(); }

/// How often a draw is tried where some are rejected, so that it ends also where a generator is stuck. At most every
/// second try is rejected, all of them with probability 2^-40: that much a draw is biased by what is taken then.
enum : uint8_t { most_tries = 40 };

/// A number below n, of which 0 stands for one more than there is room for.
template <class Unsigned, class Rng>
Unsigned draw_below(Unsigned n, Rng& rng) {
  const Unsigned rest = n == 0 ? 0 : (0 - n) % n;  // 2^bits mod n: words that would make the small numbers more likely
  Unsigned word = 0;
  for (uint8_t tries = most_tries; tries > 0; --tries) {
    word = draw_word(rng);
    if (sizeof word > sizeof(uint32_t)) word = (word << 16 << 16) | draw_word(rng);
    if (word >= rest) break;
  }
  return n == 0 ? word : word % n;
}

}  // namespace detail

/// The words of `count` calls.
template <class Rng>
void draw_words(uint32_t* words, size_t count, Rng& rng) {
  for (size_t i = 0; i < count; ++i) words[i] = draw_word(rng);
}
// Of a local copy: `words` might alias the state.
inline void draw_words(uint32_t* words, size_t count, Xorshift32& rng) {
  Xorshift32 local = rng;
  local.ensure_nonzero();
  for (; count >= 4; count -= 4, words += 4) {
    words[0] = local.next();
    words[1] = local.next();
    words[2] = local.next();
    words[3] = local.next();
  }
  for (size_t i = 0; i < count; ++i) words[i] = local.next();
  rng = local;
}
inline void draw_words(uint32_t* words, size_t count, XorshiftLanes& rng) { rng.draw(words, count); }

/// A draw from the 2^23 numbers (k + 1/2) / 2^23, evenly spread in the open interval (0, 1).
template <class Rng>
float uniform(Rng& rng) {
  return detail::uniform_of(draw_word(rng));
}

/// A draw from the standard normal distribution, by the ratio of uniforms (Kinderman and Monahan 1977). It takes 2.7
/// words on average: of the tries 27 % are rejected, and after 40 the draw is 0.
template <class Rng>
float normal(Rng& rng) {
  for (uint8_t tries = detail::most_tries; tries > 0; --tries) {
    const float u = uniform(rng);
    const float x = 1.71552777f * difference(uniform(rng), 0.5f) / u;  // sqrt(8 / e)
    if (x * x <= -4.0f * log(u)) return x;
  }
  return 0.0f;
}

/// A draw from the normal distribution of mean x and variance 1, given that it is positive. It takes 5.5 words on
/// average at worst: normal draws for x >= 0, below that exponential ones, of which some are rejected (Robert 1995).
/// After 40 tries it is x + 1, or for x < 0 the mean.
template <class Rng>
float rectified(float x, Rng& rng) {
  if (x >= 0.0f) {
    for (uint8_t tries = detail::most_tries; tries > 0; --tries) {
      const float s = x + normal(rng);
      if (!(s <= 0.0f)) return s;
    }
    return x + 1.0f;
  }
  const float tail = rectified_tail(-x);
  const float rate = tail - x;  // of the exponential that has the shape of the tail
  for (uint8_t tries = detail::most_tries; tries > 0; --tries) {
    const float s = -log(uniform(rng)) / rate;
    const float beyond = s - tail;
    if (!(uniform(rng) >= exp(-0.5f * beyond * beyond))) return s;  // so that NaN ends the loop, too
  }
  return tail;
}

/// A draw from 0, 1 ... n - 1, all equally likely; n = 0 stands for 2^32. Words that are rejected are less than half of
/// all, and the 40th is taken.
template <class Rng>
uint32_t below(uint32_t n, Rng& rng) {
  return detail::draw_below<uint32_t>(n, rng);
}

/// Puts `count` items into random order, in place (Fisher and Yates). From 2^32 items on, two words choose one.
template <class Item, class Rng>
void shuffle(Item* items, size_t count, Rng& rng) {
  for (size_t left = count; left > 1; --left) {
    const bool is_word = left == static_cast<uint32_t>(left);
    const size_t chosen = static_cast<size_t>(is_word ? below(static_cast<uint32_t>(left), rng)
                                                      : detail::draw_below<uint64_t>(left, rng));
    if (chosen != left - 1) exchange(items[chosen], items[left - 1]);
  }
}

}  // namespace rbm

#endif  // RBM_NUMBERS_RANDOM_HPP
