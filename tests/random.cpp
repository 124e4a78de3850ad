// SPDX-License-Identifier: MIT

#include "../rbm/numbers/random.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <bitset>
#include <random>
#include <vector>

#include "../rbm/model/initialize.hpp"
#include "../rbm/numbers/integer_math.hpp"
#include "../rbm/training/trainer.hpp"
#include "support/models.hpp"
#include "support/pairs.hpp"
#include "support/statistics.hpp"

namespace {

// Marsaglia's recurrence as linear algebra over bits: the state times (1 + L^13)(1 + R^17)(1 + L^5).
typedef std::bitset<32> Bits;

Bits shift_and_add(const Bits& state, int left) {
  Bits sum = state;
  for (int i = 0; i < 32; ++i) {
    const int from = i - left;
    if (from >= 0 && from < 32)
      sum[static_cast<size_t>(i)] = state[static_cast<size_t>(i)] != state[static_cast<size_t>(from)];
  }
  return sum;
}

uint32_t next(uint32_t state) {
  return static_cast<uint32_t>(shift_and_add(shift_and_add(shift_and_add(Bits(state), 13), -17), 5).to_ulong());
}

// 1 with probability p.
template <class Rng>
float bernoulli(float p, Rng& rng) {
  float s;
  rbm::kernels::draw_binary<1>(&p, 1, &s, 0.0f, rng);
  return s;
}

// A generator that is stuck, and counts its words.
struct Stuck {
  uint32_t word, words;

  uint32_t operator()() {
    ++words;
    return word;
  }
};

// Words in bulk of a generator whose memory was zeroed.
template <size_t Count>
void check_words_after_zero() {
  rbm::Xorshift32 zero(1), seeded(0);
  zero.state = 0;
  uint32_t words[Count];
  rbm::draw_words(words, Count, zero);
  for (uint32_t word : words) CHECK(word == seeded());
  CHECK(zero.state == seeded.state);
  alignas(4) uint8_t bytes[Count], other_bytes[Count];
  alignas(4) uint16_t halves[Count], other_halves[Count];
  zero.state = 0;
  seeded = rbm::Xorshift32(0);
  rbm::integer::draw<Count>(bytes, Count, zero);
  rbm::integer::draw<Count>(other_bytes, Count, seeded);
  CHECK(same_bits(bytes, other_bytes));
  zero.state = 0;
  seeded = rbm::Xorshift32(0);
  rbm::integer::draw<Count>(halves, Count, zero);
  rbm::integer::draw<Count>(other_halves, Count, seeded);
  CHECK(same_bits(halves, other_halves));
}

template <class Scalar>
void check_learning_after_zero() {
  typedef rbm::Rbm<rbm::Bernoulli<20>, rbm::Bernoulli<24>, Scalar> Model;
  Model models[2];
  rbm::OnlineTrainer<Model> trainers[2];
  typename Model::VisibleState v;
  for (size_t i = 0; i < 20; ++i) v[i] = Scalar(static_cast<int>(i % 2));
  for (size_t k = 0; k < 2; ++k) {
    rbm::Xorshift32 rng(9);
    rbm::initialize(models[k], rng);
    trainers[k].options.learning_rate = 0.5f;
    for (uint32_t state : {0u, 2463534242u}) {
      rng.state = k == 0 ? state : 2463534242u;
      CHECK(trainers[k].step(models[k], v, rng) == rbm::Status::ok);
    }
  }
  CHECK(same_bits(models[0].weights.values, models[1].weights.values));
  CHECK(same_bits(models[0].visible.bias.values, models[1].visible.bias.values));
}

template <class Scalar>
void check_initialize_when_stuck(uint32_t word) {
  typedef rbm::Rbm<rbm::Bernoulli<3>, rbm::Bernoulli<2>, Scalar> Model;
  Model model;
  Stuck rng = {word, 0};
  rbm::initialize(model, rng);
  for (Scalar weight : model.weights.values) CHECK(std::fabs(double(weight)) < 0.1);
}

// A generator in zeroed memory begins as that of the default seed.
template <class Scalar>
void check_initialize_from_zero() {
  typedef rbm::Rbm<rbm::Bernoulli<20>, rbm::Bernoulli<10>, Scalar> Model;
  Model models[2];
  rbm::Xorshift32 zero(1), seeded(2463534242u);
  zero.state = 0;
  rbm::initialize(models[0], zero);
  rbm::initialize(models[1], seeded);
  CHECK(same_bits(models[0].weights.values, models[1].weights.values));
}

template <class Rng>
void check_bulk(Rng bulk) {
  Rng single = bulk;
  uint32_t words[8];
  rbm::draw_words(words, 1, bulk);
  CHECK(words[0] == single());
  rbm::draw_words(words, 7, bulk);
  for (size_t i = 0; i < 7; ++i) CHECK(words[i] == single());
  rbm::draw_words(words, 8, bulk);
  for (size_t i = 0; i < 8; ++i) CHECK(words[i] == single());
  CHECK(bulk() == single());
}

}  // namespace

TEST_CASE("the generator follows Marsaglia's recurrence") {
  for (uint32_t seed : {1u, 42u, 2463534242u, 0x80000000u, 0xFFFFFFFFu}) {
    rbm::Xorshift32 rng(seed);
    uint32_t state = seed;
    for (int i = 0; i < 10; ++i) {
      state = next(state);
      CHECK(rng() == state);
    }
  }
  rbm::Xorshift32 paper(2463534242u);
  CHECK(paper() == 723471715u);  // the first value that the paper's program prints
}

TEST_CASE("the generator is never stuck and never gives 0") {
  rbm::Xorshift32 zero(0);
  rbm::Xorshift32 mapped(2463534242u);
  CHECK(zero() == mapped());
  rbm::Xorshift32 rng(7);
  bool ever_zero = false;
  for (int i = 0; i < 10000000; ++i) ever_zero = ever_zero || rng() == 0;
  CHECK_FALSE(ever_zero);
}

TEST_CASE("a generator in zeroed memory gives the words of the default seed") {
  rbm::Xorshift32 zero(1);
  zero.state = 0;
  CHECK(zero() == 723471715u);
  check_initialize_from_zero<rbm::Fixed<int16_t, 11>>();
  check_initialize_from_zero<rbm::Fixed<int8_t, 5>>();
  check_words_after_zero<1>();
  check_words_after_zero<3>();
  check_words_after_zero<4>();
  check_words_after_zero<21>();
  check_learning_after_zero<float>();
  check_learning_after_zero<rbm::Fixed<int16_t, 11>>();
  check_learning_after_zero<rbm::Fixed<int8_t, 5>>();

  rbm::XorshiftLanes lanes(1), seeded(0);
  uint32_t words[16];
  for (bool in_bulk : {false, true}) {
    std::memset(static_cast<void*>(&lanes), 0, sizeof lanes);
    seeded = rbm::XorshiftLanes(0);
    if (in_bulk) {
      lanes.draw(words, 16);
      for (uint32_t word : words) CHECK(word == seeded());
    }
    for (int i = 0; i < 600; ++i) CHECK(lanes() == seeded());
  }
  // One word of a lane that is not 0 is a state, if a poor one.
  for (size_t word = 0; word < 4; ++word) {
    std::memset(static_cast<void*>(&lanes), 0, sizeof lanes);
    lanes.words[word * rbm::XorshiftLanes::lanes] = 1;
    lanes();
    CHECK(lanes.words[rbm::XorshiftLanes::size - 1] == 0);  // of another lane, which stays where it was
  }
}

TEST_CASE("draws end where a generator is stuck") {
  for (uint32_t word : {0u, 0xFFFFFFFFu, 1u, 0x80000000u, 0x7FFFFFFFu, 0xFFFFu, 0xFFFF0000u, 0x12345678u}) {
    CAPTURE(word);
    Stuck rng = {word, 0};
    CHECK(std::fabs(rbm::normal(rng)) < 8);
    CHECK(rng.words <= 2 * 40);
    rng.words = 0;
    const int32_t steps = rbm::integer::normal(rng);
    CHECK(std::abs(steps) < 8 * 4096);
    CHECK(rng.words <= 40);
    for (float x : {-1e30f, -30.0f, -1.0f, -0.0f, 0.0f, 0.5f, 30.0f, 1e30f}) {
      CAPTURE(x);
      rng.words = 0;
      const float s = rbm::rectified(x, rng);
      CHECK(s > 0);
      CHECK(s <= std::max(x, 0.0f) + 20);
      CHECK(rng.words <= 40 * 2 * 40);
    }
    rng.words = 0;
    for (uint32_t n : {1u, 2u, 3u, 10u, 0x80000001u, 0xFFFFFFFFu}) CHECK(rbm::below(n, rng) < n);
    CHECK(rng.words <= 6 * 40);
    int items[5] = {0, 1, 2, 3, 4};
    rbm::shuffle(items, 5, rng);
    std::sort(items, items + 5);
    for (int i = 0; i < 5; ++i) CHECK(items[i] == i);
    check_initialize_when_stuck<float>(word);
    check_initialize_when_stuck<rbm::Fixed<int16_t, 11>>(word);
    check_initialize_when_stuck<rbm::Fixed<int8_t, 5>>(word);
  }
  Stuck low = {0, 0}, high = {0xFFFFFFFFu, 0};
  CHECK(rbm::normal(low) == 0);
  CHECK(low.words == 2 * 40);
  low.words = 0;
  CHECK(rbm::integer::normal(low) == 0);
  CHECK(low.words == 40);
  CHECK(rbm::rectified(0.0f, low) == 1.0f);
  CHECK(rbm::rectified(-2.0f, low) == rbm::rectified_tail(2.0f));
  CHECK(rbm::rectified(-2.0f, high) == rbm::rectified_tail(2.0f));
}

TEST_CASE("numbers below 2^32 and more") {
  struct Words {
    const uint32_t* next;
    uint32_t operator()() { return *next++; }
  };
  const uint32_t given[] = {0xDEADBEEFu, 0, 5, 1, 7, 0, 3, 0x00000001u, 0x00000000u};
  Words words = {given};
  CHECK(rbm::below(0, words) == 0xDEADBEEFu);
  const uint64_t n = (uint64_t{1} << 32) + 1;  // 2^64 mod n = 1, so that only the first word of all is thrown away
  CHECK(rbm::detail::draw_below<uint64_t>(n, words) == 5);
  CHECK(rbm::detail::draw_below<uint64_t>(n, words) == 6);  // 2^32 + 7 = n + 6
  CHECK(words.next == given + 5);
  CHECK(rbm::detail::draw_below<uint64_t>(uint64_t{1} << 32, words) == 3);
  CHECK(rbm::detail::draw_below<uint64_t>(0, words) == uint64_t{1} << 32);
  CHECK(words.next == given + 9);
}

TEST_CASE("the generator serves the standard library") {
  rbm::Xorshift32 rng(5);
  std::vector<int> order = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  std::shuffle(order.begin(), order.end(), rng);
  std::sort(order.begin(), order.end());
  for (int i = 0; i < 10; ++i) CHECK(order[static_cast<size_t>(i)] == i);
  const double draw = std::uniform_real_distribution<double>(2, 3)(rng);
  CHECK(draw >= 2);
  CHECK(draw < 3);
  CHECK((rbm::Xorshift32::min)() == 1);
  CHECK((rbm::Xorshift32::max)() == 0xFFFFFFFFu);
}

TEST_CASE("the lanes follow Marsaglia's recurrence of 128 bits, one word from each in turn") {
  rbm::XorshiftLanes rng(42);
  const size_t lanes = rbm::XorshiftLanes::lanes;
  std::vector<uint32_t> state(rng.words, rng.words + rbm::XorshiftLanes::size);
  for (int step = 0; step < 9; ++step) {
    for (size_t lane = 0; lane < lanes; ++lane) {
      uint32_t* x = &state[lane];  // its last four words, `lanes` apart
      const uint32_t t = x[0] ^ (x[0] << 11), w = x[3 * lanes];
      const uint32_t next_word = w ^ (w >> 19) ^ t ^ (t >> 8);
      for (size_t k = 0; k < 3; ++k) x[k * lanes] = x[(k + 1) * lanes];
      x[3 * lanes] = next_word;
      CHECK(rng() == next_word);
    }
  }
}

TEST_CASE("words in bulk are those of as many calls, wherever the lanes are") {
  rbm::XorshiftLanes bulk(7), single(7);
  uint32_t words[300];
  for (int round = 0; round < 50; ++round) {
    const auto check = [&](size_t count) {
      bool same = true;
      for (size_t k = 0; k < count; ++k) same = same && words[k] == single();
      CHECK(same);
    };
    bulk.draw(words, 1), check(1);
    bulk.draw(words, 16), check(16);
    bulk.draw(words, 64), check(64);
    bulk.draw(words, 77), check(77);
    bulk.draw(words, 256), check(256);
    bulk.draw(words, 300), check(300);
    CHECK(bulk() == single());
  }
  alignas(4) uint8_t bytes[7];
  alignas(4) uint16_t halves[5];
  uint32_t word = 0;
  rbm::integer::draw<7>(bytes, 7, bulk);  // four from a word, the lowest first, and the rest of the last word is lost
  for (size_t i = 0; i < 7; ++i) {
    word = i % 4 == 0 ? single() : word >> 8;
    CHECK(int(bytes[i]) == int(word & 255u));
  }
  rbm::integer::draw<5>(halves, 5, bulk);
  for (size_t i = 0; i < 5; ++i) {
    word = i % 2 == 0 ? single() : word >> 16;
    CHECK(int(halves[i]) == int(word & 65535u));
  }
  CHECK(bulk() == single());
}

TEST_CASE("words in bulk are those of as many calls, of any generator") {
  check_bulk(rbm::Xorshift32(7));
  check_bulk(rbm::XorshiftLanes(7));
  check_bulk(std::mt19937(7));
}

TEST_CASE("lanes have states of their own for every seed") {
  rbm::XorshiftLanes first(1);
  CHECK(first() == 1737986022u);  // the same words everywhere
  for (int skipped = 0; skipped < 1000; ++skipped) first();
  CHECK(first() == 620470252u);
  for (uint32_t seed : {0u, 1u, 2u, 0x9E3779B9u, 0xFFFFFFFFu}) {
    rbm::XorshiftLanes rng(seed);
    std::vector<uint32_t> words(rng.words, rng.words + rbm::XorshiftLanes::size);
    std::sort(words.begin(), words.end());
    CHECK(std::unique(words.begin(), words.end()) == words.end());
  }
}

TEST_CASE("streams of lanes from neighbouring, and from often used, seeds have nothing in common") {
  for (uint32_t apart : {1u, 2u, 0x9E3779B9u, 0x85EBCA6Bu, 0x80000000u}) {
    rbm::XorshiftLanes first(5), second(5 + apart);
    std::vector<uint32_t> words(4096), others(4096);
    for (uint32_t& word : words) word = first();
    for (uint32_t& word : others) word = second();
    std::sort(words.begin(), words.end());
    size_t shared = 0;
    for (uint32_t word : others) shared += std::binary_search(words.begin(), words.end(), word);
    CAPTURE(apart);
    CHECK(shared < 3);  // by chance: 0.004 on average
  }
}

TEST_CASE("words of lanes are spread evenly, and do not depend on their neighbours") {  // false alarm: 1e-6 each
  const double draws = 1 << 20;
  for (size_t apart : {size_t{1}, size_t{63}, size_t{64}, size_t{128}, size_t{256}}) {
    rbm::XorshiftLanes rng(3);
    std::vector<uint32_t> last(apart);
    for (uint32_t& word : last) word = rng();
    std::vector<double> counts(256, 0);
    for (int i = 0; i < static_cast<int>(draws); ++i) {
      uint32_t& before = last[static_cast<size_t>(i) % apart];
      const uint32_t word = rng();
      counts[(word >> 28) * 16 + (before >> 28)] += 1;  // the highest four bits of both
      before = word;
    }
    CAPTURE(apart);
    CHECK(chi_square(counts, std::vector<double>(256, draws / 256)) < chi_square_limit(255, 4.75));
  }
}

TEST_CASE("uniform draws are spread evenly in (0, 1)") {  // false alarm: 1e-6
  rbm::Xorshift32 rng(11);
  std::vector<double> counts(256, 0);
  const double draws = 1000000;
  float least = 1, most = 0;
  for (int i = 0; i < static_cast<int>(draws); ++i) {
    const float u = rbm::uniform(rng);
    least = std::min(least, u);
    most = std::max(most, u);
    counts[static_cast<size_t>(u * 256)] += 1;
  }
  CHECK(least > 0);
  CHECK(most < 1);
  CHECK(chi_square(counts, std::vector<double>(256, draws / 256)) < chi_square_limit(255, 4.75));

  const auto lowest = [] { return 0u; };
  const auto highest = [] { return 0xFFFFFFFFu; };
  CHECK(rbm::uniform(lowest) > 0);
  CHECK(rbm::uniform(highest) < 1);
  CHECK(rbm::uniform(lowest) + rbm::uniform(highest) == 1);
}

TEST_CASE(
    "Bernoulli draws: eight in a row take each of their 256 values as often as they should") {  // false alarm: 4e-6
  for (float p : {0.5f, 0.25f, 0.7f, 0.9f}) {
    rbm::Xorshift32 rng(13);
    const double rounds = 200000;
    std::vector<double> counts(256, 0);
    std::vector<double> expected;
    for (size_t word = 0; word < 256; ++word) {
      const double ones = static_cast<double>(std::bitset<8>(word).count());
      expected.push_back(rounds * std::pow(double(p), ones) * std::pow(1 - double(p), 8 - ones));
    }
    for (int round = 0; round < static_cast<int>(rounds); ++round) {
      size_t word = 0;
      for (int bit = 0; bit < 8; ++bit) word = 2 * word + (bernoulli(p, rng) == 1.0f);
      counts[word] += 1;
    }
    // Values that are expected less than ten times are taken together.
    std::vector<double> observed_bins(1, 0), expected_bins(1, 0);
    for (size_t word = 0; word < 256; ++word) {
      if (expected[word] < 10) {
        observed_bins[0] += counts[word];
        expected_bins[0] += expected[word];
      } else {
        observed_bins.push_back(counts[word]);
        expected_bins.push_back(expected[word]);
      }
    }
    if (expected_bins[0] < 10) {
      observed_bins.erase(observed_bins.begin());
      expected_bins.erase(expected_bins.begin());
    }
    CAPTURE(p);
    CHECK(chi_square(observed_bins, expected_bins) <
          chi_square_limit(static_cast<double>(expected_bins.size()) - 1, 4.75));
  }
}

TEST_CASE("a Bernoulli draw is certain at 0 and at 1") {
  rbm::Xorshift32 rng(17);
  double ones = 0, zeros = 0;
  for (int i = 0; i < 1000000; ++i) {
    ones += double(bernoulli(1.0f, rng));
    zeros += 1 - double(bernoulli(0.0f, rng));
  }
  CHECK(ones == 1000000);
  CHECK(zeros == 1000000);
}

TEST_CASE("normal draws follow the normal distribution") {  // false alarm: 1e-6 + 6e-5
  rbm::Xorshift32 rng(19);
  const double draws = 1000000;
  std::vector<double> counts(62, 0), expected(62, 0);  // 60 bins of width 0.1 in [-3, 3] and two tails
  Average value, square, fourth;
  for (int i = 0; i < static_cast<int>(draws); ++i) {
    const double x = double(rbm::normal(rng));
    value.add(x);
    square.add(x * x);
    fourth.add(x * x * x * x);
    counts[x < -3 ? 0 : x >= 3 ? 61 : 1 + static_cast<size_t>((x + 3) * 10)] += 1;
  }
  for (size_t bin = 0; bin < 62; ++bin) {
    const auto below = [](double x) { return std::erfc(-x / std::sqrt(2.0)) / 2; };
    const double from = bin == 0 ? 0 : below(-3 + 0.1 * (static_cast<double>(bin) - 1));
    const double to = bin == 61 ? 1 : below(-3 + 0.1 * static_cast<double>(bin));
    expected[bin] = draws * (to - from);
  }
  CHECK(chi_square(counts, expected) < chi_square_limit(61, 4.75));
  CHECK(std::fabs(value.mean) < 4.3 * value.standard_error());
  CHECK(std::fabs(square.mean - 1) < 4.3 * square.standard_error());
  CHECK(std::fabs(fourth.mean - 3) < 4.3 * fourth.standard_error());
}

TEST_CASE("rectified draws follow a normal distribution cut off at 0, from few words") {  // false alarm: 1e-6 each
  struct Counting {
    rbm::Xorshift32 rng;
    double words;
    uint32_t operator()() {
      words += 1;
      return rng();
    }
  };
  for (float x : {-1000.0f, -20.0f, -2.0f, -0.5f, -0.001f, 0.0f, 0.5f, 3.0f, 1000.0f}) {
    CAPTURE(x);
    const Site positive = {0, {}, 0};
    const Distribution exact(positive, 40, [&](const Values& s) { return double(x) * s[0] - s[0] * s[0] / 2; });
    Counting rng = {rbm::Xorshift32(37), 0};
    Counts counts(exact.bins.size());
    Average value;
    const int draws = 40000;
    for (int draw = 0; draw < draws; ++draw) {
      const float s = rbm::rectified(x, rng);
      counts.add(exact.bin_of(&s));
      value.add(double(s));
    }
    CHECK(exact.bins.size() > 15);
    CHECK(counts.fit(exact.bins));
    CHECK(std::fabs(value.mean - exact.mean(0)) < 4.9 * value.standard_error());
    CHECK(rng.words / draws < (x < 0 ? 2.8 : 5.5));
  }
}

TEST_CASE("numbers below n are equally likely") {  // false alarm: 1e-6 each
  rbm::Xorshift32 rng(23);
  for (uint32_t n : {1u, 2u, 3u, 10u, 255u}) {
    std::vector<double> counts(n, 0);
    for (int i = 0; i < 100000; ++i) counts[rbm::below(n, rng)] += 1;
    CAPTURE(n);
    if (n > 1) CHECK(chi_square(counts, std::vector<double>(n, 100000.0 / n)) < chi_square_limit(n - 1.0, 4.75));
  }
  // A bound just above half of all words: a plain remainder would give the lower numbers twice as often.
  double low = 0;
  for (int i = 0; i < 100000; ++i) low += rbm::below(0xC0000000u, rng) < 0x40000000u;
  CHECK(std::fabs(low / 100000 - 1 / 3.0) < 4.9 * std::sqrt(2 / 9.0 / 100000));
}

TEST_CASE("draws at their edges, from given words") {
  struct Words {
    const uint32_t* next;
    uint32_t operator()() { return *next++; }
  };
  // A uniform draw is (k + 1/2) / 2^23 from the highest 23 bits; at p itself a Bernoulli draw is 0.
  const uint32_t half[] = {0x80000000u, 0x7FFFFFFFu, 0x80000000u};
  Words words = {half};
  CHECK(rbm::uniform(words) == 0.5f + 5.9604645e-8f);
  CHECK(rbm::uniform(words) == 0.5f - 5.9604645e-8f);
  CHECK(bernoulli(0.5f + 5.9604645e-8f, words) == 0);
  // Below 3 the first 2^32 mod 3 = 1 words are thrown away, and no more.
  const uint32_t few[] = {0, 1, 2, 0, 3};
  words.next = few;
  CHECK(rbm::below(3, words) == 1);
  CHECK(words.next == few + 2);
  CHECK(rbm::below(3, words) == 2);
  CHECK(rbm::below(3, words) == 0);
  CHECK(words.next == few + 5);
  // One item, or none, needs no word; n items need n - 1.
  int items[3] = {1, 2, 3};
  rbm::Xorshift32 rng(31), same(31);
  rbm::shuffle(items, 0, rng);
  rbm::shuffle(items, 1, rng);
  CHECK(rng.state == same.state);
  rbm::shuffle(items, 3, rng);
  same();
  same();
  CHECK(rng.state == same.state);
}

TEST_CASE("a shuffle of 2^32 items takes two words for the first, and one for the others") {
  if (sizeof(size_t) < 8) return;
  struct Few {  // ends with an exception, before any item is exchanged
    uint32_t words[3];
    size_t taken;
    uint32_t operator()() {
      if (taken == 3) throw taken;
      return words[taken++];
    }
  } rng = {{12345u, 0xFFFFFFFFu, 0xFFFFFFFEu}, 0};  // those that leave an item where it is
  int item = 0;
  int* volatile items = &item;  // which the compiler does not know to be one
  CHECK_THROWS_AS(rbm::shuffle(static_cast<int*>(items), static_cast<size_t>(uint64_t{1} << 32), rng), size_t);
  CHECK(rng.taken == 3);
}

TEST_CASE("a shuffle takes every order equally often") {  // false alarm: 1e-6
  rbm::Xorshift32 rng(29);
  std::vector<double> counts(24, 0);
  for (int round = 0; round < 100000; ++round) {
    int items[4] = {0, 1, 2, 3};
    rbm::shuffle(items, 4, rng);
    size_t rank = 0;  // of the permutation
    for (int i = 0; i < 4; ++i) {
      size_t smaller = 0;
      for (int j = i + 1; j < 4; ++j) smaller += items[j] < items[i];
      rank = rank * static_cast<size_t>(4 - i) + smaller;
    }
    counts[rank] += 1;
  }
  CHECK(chi_square(counts, std::vector<double>(24, 100000.0 / 24)) < chi_square_limit(23, 4.75));
}
