// The loops that integers take where units are off or on, against the plain ones: the same sums, and the same
// parameters and generator after a change, for every kind of tail, parameters up to the ends of their range, any rate.
// SPDX-License-Identifier: MIT

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <initializer_list>

#include "../rbm/rbm.hpp"
#include "support/models.hpp"

namespace {

using rbm::Fixed;
using rbm::Vector;

enum States { off_or_on, spins, grey, two_steps };

template <class Scalar, size_t N>
void draw_states(Vector<Scalar, N>& s, States kind, rbm::Xorshift32& rng) {
  for (Scalar& unit : s) {
    const uint32_t word = rng();
    unit = Scalar(static_cast<int>(word >> 31));
    if (kind == two_steps && (word & 1u) != 0) unit = Scalar::from_raw(2);  // of which all bits together are few
    if (kind == two_steps && (word & 30u) == 0 && sizeof(Scalar) == 2) unit = Scalar(2);  // a real unit
    if (kind == spins) unit = Scalar(word >> 31 != 0 ? 1 : -1);
    if (kind == grey && (word & 3u) == 0) {
      unit =
          Scalar::from_raw(static_cast<typename Scalar::Integer>((word >> 8) % static_cast<uint32_t>(Scalar::one())));
    }
  }
}

template <class Scalar, size_t N>
void draw_parameters(Scalar (&parameters)[N], rbm::Xorshift32& rng) {
  for (Scalar& c : parameters) {
    const uint32_t word = rng();
    c = Scalar::from_raw(static_cast<typename Scalar::Integer>(word >> 16));
    if ((word & 7u) == 0) c = Scalar::highest();
    if ((word & 7u) == 1) c = Scalar::lowest();
  }
}

// Weights and states, the sums that each layer's inputs start with, and what they become.
template <class Scalar, size_t V, size_t H>
struct Sums {
  typedef rbm::Arithmetic<Scalar> A;
  typedef typename A::Sum Sum;

  Scalar weights[V * H];
  Vector<Scalar, V> v;
  Vector<Scalar, H> h;
  Sum to_visible[V], to_hidden[H], expected_visible[V], expected_hidden[H];

  Sums(States kind, uint32_t seed) {
    rbm::Xorshift32 rng(seed * 0x9E3779B9u);
    draw_parameters(weights, rng);
    draw_states(v, kind, rng);
    draw_states(h, kind, rng);
    for (size_t i = 0; i < V; ++i) to_visible[i] = expected_visible[i] = Sum::from_raw(static_cast<int16_t>(17 * i));
    for (size_t j = 0; j < H; ++j) {
      to_hidden[j] = expected_hidden[j] = Sum::from_raw(static_cast<int16_t>(-13 * int(j)));
    }
    for (size_t i = 0; i < V; ++i) {
      for (size_t j = 0; j < H; ++j) {
        expected_visible[i] = A::multiply_add(expected_visible[i], weights[i * H + j], h[j]);
        expected_hidden[j] = A::multiply_add(expected_hidden[j], v[i], weights[i * H + j]);
      }
    }
  }

  void check_visible() const {
    for (size_t i = 0; i < V; ++i) CHECK(to_visible[i].raw == expected_visible[i].raw);
  }
  void check_hidden() const {
    for (size_t j = 0; j < H; ++j) CHECK(to_hidden[j].raw == expected_hidden[j].raw);
  }
};

template <class Scalar, size_t V, size_t H>
void check_sums(States kind, uint32_t seed) {
  CAPTURE(V);
  CAPTURE(H);
  CAPTURE(kind);
  CAPTURE(seed);
  Sums<Scalar, V, H> sums(kind, seed);
  rbm::kernels::dot_rows<H>(sums.weights, sums.h.values, V, sums.to_visible);
  sums.check_visible();
  Sums<Scalar, V, H> known = sums;
  rbm::kernels::accumulate<V, H>(sums.weights, sums.v.values, H, sums.to_hidden);
  sums.check_hidden();
  rbm::kernels::Active<V> on;
  on.find(known.v.values);
  rbm::kernels::accumulate<V, H>(&on, known.weights, known.v.values, H, known.to_hidden);
  known.check_hidden();
}

// One parameter after a binary update, from its definition.
template <class Scalar>
Scalar moved(Scalar c, int change, int rate, int row_draw, int column_draw) {
  const int steps = (rate + (row_draw + column_draw) % 256) / 256;
  return Scalar::saturated(c.raw + change * steps);
}

// All parameters of an 8-bit model after one sample of units that are off or on. A block of columns draws a byte for
// each, then one for each row that changes, four from a word.
template <class Model>
void check_binary_update(int rate, uint32_t seed) {
  typedef typename Model::Scalar Scalar;
  constexpr size_t V = Model::visible_size, H = Model::hidden_size;
  CAPTURE(V);
  CAPTURE(H);
  CAPTURE(rate);
  CAPTURE(seed);
  rbm::Xorshift32 rng(seed * 0x9E3779B9u);
  Model model;
  Vector<Scalar, V> v[2];
  Vector<Scalar, H> h[2];
  draw_parameters(model.weights.values, rng);
  for (size_t s = 0; s < 2; ++s) draw_states(v[s], off_or_on, rng), draw_states(h[s], off_or_on, rng);
  Scalar a[V], b[H];
  draw_parameters(a, rng);
  draw_parameters(b, rng);
  for (size_t i = 0; i < V; ++i) model.visible.bias_of(i) = a[i];
  for (size_t j = 0; j < H; ++j) model.hidden.bias_of(j) = b[j];

  Model plain = model;
  rbm::Xorshift32 fast_rng(seed + 1), plain_rng(seed + 1);
  rbm::detail::IntegerUpdate<Model, true>::apply(model, {&v[0], &h[0], &v[1], &h[1], 1}, static_cast<uint16_t>(rate),
                                                 fast_rng);
  const auto on = [](Scalar unit) { return unit == Scalar(1) ? 1 : 0; };
  for (size_t first = 0; first < H; first += 32) {
    const size_t count = H - first < 32 ? H - first : 32;
    alignas(4) uint8_t draws[32], four[4];
    rbm::integer::draw<32>(draws, count, plain_rng);
    for (size_t j = first; j < first + count; ++j) {
      plain.hidden.bias_of(j) = moved(b[j], on(h[0][j]) - on(h[1][j]), rate, 0, draws[j - first]);
    }
    for (size_t i = 0, rows = 0; i < V; ++i) {
      if (on(v[0][i]) + on(v[1][i]) == 0) continue;
      if (rows % 4 == 0) rbm::integer::draw<4>(four, 4, plain_rng);
      const int draw = four[rows++ % 4];
      for (size_t j = first; j < first + count; ++j) {
        const int change = on(v[0][i]) * on(h[0][j]) - on(v[1][i]) * on(h[1][j]);
        plain.weights(i, j) = moved(plain.weights(i, j), change, rate, draw, draws[j - first]);
      }
      if (first == 0) plain.visible.bias_of(i) = moved(a[i], on(v[0][i]) - on(v[1][i]), rate, draw, 0);
    }
  }
  CHECK(same_bits(model, plain));
  CHECK(fast_rng.state == plain_rng.state);
}

// Changes of weights, whatever loops a processor has for them, against the plain ones.
template <class Scalar, size_t V, size_t H, size_t First, size_t Columns, size_t Count, class Rng>
void check_columns(typename rbm::Arithmetic<Scalar>::Rate rate, States kind, uint32_t seed) {
  CAPTURE(V);
  CAPTURE(H);
  CAPTURE(Count);
  CAPTURE(kind);
  CAPTURE(seed);
  rbm::Xorshift32 random(seed * 0x9E3779B9u);
  Scalar fast[V * H], plain[V * H];
  Vector<Scalar, V> v[2 * Count];
  Vector<Scalar, H> h[2 * Count];
  draw_parameters(fast, random);
  std::memcpy(plain, fast, sizeof plain);
  for (size_t s = 0; s < 2 * Count; ++s) draw_states(v[s], s < Count && seed % 2 == 0 ? off_or_on : kind, random);
  for (auto& states : h) draw_states(states, sizeof(Scalar) == 1 ? spins : grey, random);
  for (auto& states : v) states[V / 2] = Scalar(0);  // a row that takes no draws

  Rng a(seed + 1), b(seed + 1);
  const rbm::kernels::Statistics<Scalar, V, H> statistics = {v, h, v + Count, h + Count, Count};
  rbm::kernels::Active<V> units[2 * Count];
  for (size_t s = 0; s < 2 * Count; ++s) units[s].find(v[s].values);
  const rbm::kernels::Statistics<Scalar, V, H> known = {v, h, v + Count, h + Count, Count, units, units + Count};
  Scalar same[V * H];
  std::memcpy(same, fast, sizeof same);
  Rng c_rng(seed + 1);
  rbm::kernels::update_weights(same, rate, known, First, Columns, c_rng);
  rbm::kernels::update_weights(fast, rate, statistics, First, Columns, a);
  CHECK(std::memcmp(fast, same, sizeof fast) == 0);
  for (size_t i = 0; i < V; ++i) {
    bool on = false;
    for (const auto& states : v) on = on || states[i] != Scalar(0);
    if (!on) continue;
    typename rbm::Arithmetic<Scalar>::Sum g[Columns] = {};
    rbm::kernels::add_gradient(statistics, i, First, Columns, g);
    alignas(4) typename rbm::Arithmetic<Scalar>::Draw draws[Columns];
    rbm::integer::draw<Columns>(draws, Columns, b);
    for (size_t j = 0; j < Columns; ++j) {
      Scalar& c = plain[i * H + First + j];
      c = rbm::Arithmetic<Scalar>::moved(c, rbm::Arithmetic<Scalar>::steps(rate, g[j].raw, draws[j]));
    }
  }
  CHECK(std::memcmp(fast, plain, sizeof plain) == 0);
  CHECK(a() == b());
}

template <class Scalar>
void check_all_columns(typename rbm::Arithmetic<Scalar>::Rate rate) {
  for (States kind : {off_or_on, spins, grey, two_steps}) {
    for (uint32_t seed = 1; seed <= 5; ++seed) {
      check_columns<Scalar, 1, 1, 0, 1, 1, rbm::Xorshift32>(rate, kind, seed);
      check_columns<Scalar, 9, 16, 0, 16, 1, rbm::Xorshift32>(rate, kind, seed);
      check_columns<Scalar, 300, 40, 3, 32, 1, rbm::XorshiftLanes>(rate, kind, seed);
      check_columns<Scalar, 64, 40, 3, 29, 1, rbm::Xorshift32>(rate, kind, seed);
      check_columns<Scalar, 9, 24, 0, 24, 3, rbm::XorshiftLanes>(rate, kind, seed);
      check_columns<Scalar, 7, 40, 5, 31, 66, rbm::Xorshift32>(rate, kind, seed);
    }
  }
}

template <class Scalar>
void check_all_sums() {
  for (States kind : {off_or_on, spins, grey, two_steps}) {
    for (uint32_t seed = 1; seed <= 30; ++seed) {
      check_sums<Scalar, 1, 1>(kind, seed);
      check_sums<Scalar, 7, 8>(kind, seed);
      check_sums<Scalar, 8, 7>(kind, seed);
      check_sums<Scalar, 13, 17>(kind, seed);
      check_sums<Scalar, 64, 16>(kind, seed);
      check_sums<Scalar, 33, 31>(kind, seed);
    }
  }
}

#if RBM_VECTOR_BYTES > 4

// Probabilities in lanes are those of single inputs.
template <class Scalar, int Slope>
void check_probabilities() {
  typedef rbm::Arithmetic<Scalar> A;
  typedef typename A::SumInteger Energy;
  typedef rbm::kernels::Lanes<Energy, 2> L;
  const int range = sizeof(Energy) == 2 ? 32768 : 10 * static_cast<int>(Scalar::one());
  uint32_t wrong = 0;
  const auto check = [&wrong](const Energy* x) {
    Energy p[L::size];
    store(rbm::kernels::probabilities<Slope>(rbm::kernels::load<L>(x), Scalar()), p);
    for (size_t l = 0; l < L::size; ++l) {
      wrong += static_cast<uint32_t>(p[l]) != static_cast<uint32_t>(A::template probability<Slope>(x[l]));
    }
  };
  Energy x[L::size];
  for (int first = -range; first < range; first += static_cast<int>(L::size)) {
    for (size_t l = 0; l < L::size; ++l) x[l] = static_cast<Energy>(first + static_cast<int>(l));
    check(x);
  }
  for (Energy end : {rbm::detail::IntegerTraits<Energy>::lowest(), rbm::detail::IntegerTraits<Energy>::highest()}) {
    for (size_t l = 0; l < L::size; ++l) x[l] = static_cast<Energy>(end / 2 + static_cast<Energy>(l));
    x[0] = end;
    check(x);
  }
  CHECK(wrong == 0);
}

#endif

// Draws and means of many units are those of one at a time.
template <class Scalar, int Off, size_t Count, class Rng>
void check_units() {
  typedef rbm::Arithmetic<Scalar> A;
  rbm::Xorshift32 random(7);
  Rng a(11), b(11);
  for (int k = 0; k < 100; ++k) {
    typename A::Sum x[Count];
    for (auto& input : x) input.raw = static_cast<int16_t>(static_cast<int16_t>(random()) >> (k % 2 == 0 ? 0 : 6));
    Scalar drawn[Count], means[Count], expected[Count];
    rbm::kernels::sample_binary<Count, Off>(x, Count, drawn, a);
    rbm::kernels::binary_means<Count, Off>(x, Count, means);
    alignas(4) typename A::Draw draws[Count];
    rbm::integer::draw<Count>(draws, Count, b);
    for (size_t i = 0; i < Count; ++i) {
      expected[i] = Scalar(A::template is_on<1 - Off>(x[i].raw, draws[i]) ? 1 : Off);
    }
    CHECK(std::memcmp(drawn, expected, sizeof expected) == 0);
    for (size_t i = 0; i < Count; ++i) expected[i] = Off == 0 ? A::sigmoid(x[i]) : A::tanh(x[i]);
    CHECK(std::memcmp(means, expected, sizeof expected) == 0);
    CHECK(a() == b());
  }
}

template <class Scalar, class Rng>
void check_all_units() {
  check_units<Scalar, 0, 1, Rng>();
  check_units<Scalar, 0, 16, Rng>();
  check_units<Scalar, 0, 29, Rng>();
  check_units<Scalar, 0, 32, Rng>();
  check_units<Scalar, -1, 16, Rng>();
  check_units<Scalar, -1, 31, Rng>();
}

// Units that are off or on but for one, in every place, which is in any of the states that tell the kinds apart.
template <class Scalar, size_t Length>
void check_kinds_of_states() {
  for (float state : {0.0f, 1.0f, -1.0f, 0.5f, -0.5f, 1.5f}) {
    for (size_t place = 0; place < Length; ++place) {
      Scalar s[Length];
      for (size_t j = 0; j < Length; ++j) s[j] = Scalar(static_cast<int>(j % 3 % 2));
      s[place] = Scalar(state);
      const bool off_or_on = s[place] == Scalar(0) || s[place] == Scalar(1);
      CHECK(rbm::kernels::are_binary(s, Length) == off_or_on);
      CHECK(rbm::kernels::are_ternary(s, Length) == (off_or_on || s[place] == Scalar(-1)));
    }
  }
}

}  // namespace

TEST_CASE("integers: states that are off or on, or whole, are told from others") {
  check_kinds_of_states<Fixed<int8_t, 5>, 5>();
  check_kinds_of_states<Fixed<int8_t, 5>, 67>();
  check_kinds_of_states<Fixed<int16_t, 11>, 5>();
  check_kinds_of_states<Fixed<int16_t, 11>, 67>();
}

TEST_CASE("integers: sums over units that are off or on are those of the products") {
  check_all_sums<Fixed<int8_t, 5>>();
  check_all_sums<Fixed<int8_t, 6>>();
  check_all_sums<Fixed<int16_t, 11>>();
}

TEST_CASE("integers: eight columns in registers, and what they say about the states") {
  typedef Fixed<int8_t, 5> Scalar;
  typedef rbm::Arithmetic<Scalar>::Sum Sum;
  rbm::Xorshift32 rng(5);
  for (States kind : {off_or_on, spins, grey, two_steps}) {
    Scalar weights[11 * 10];
    Vector<Scalar, 11> v;
    draw_parameters(weights, rng);
    draw_states(v, kind, rng);
    Sum sums[8] = {}, expected[8] = {};
    uint8_t bits = 0;
    for (size_t i = 0; i < 11; ++i) {
      bits = static_cast<uint8_t>(bits | static_cast<uint8_t>(v[i].raw));
      if (v[i] == Scalar(1)) rbm::kernels::accumulate_row(v[i], weights + 10 * i + 2, 8, expected);
    }
    CHECK(int(rbm::kernels::accumulate_eight<11, 10>(weights + 2, v.values, sums)) == int(bits));
    for (size_t j = 0; j < 8; ++j) CHECK(sums[j].raw == expected[j].raw);
  }
}

TEST_CASE("8 bits: one sample of units that are off or on changes the parameters as defined") {
  using rbm::Bernoulli;
  using rbm::Softmax;
  for (int rate : {0, 1, 163, 255, 256, 257, 5000, 0x7F00}) {
    for (uint32_t seed = 1; seed <= 40; ++seed) {
      check_binary_update<rbm::Rbm<Bernoulli<1>, Bernoulli<1>, Fixed<int8_t, 5>>>(rate, seed);
      check_binary_update<rbm::Rbm<Bernoulli<9>, Bernoulli<16>, Fixed<int8_t, 5>>>(rate, seed);
      check_binary_update<rbm::Rbm<Bernoulli<13>, Bernoulli<11>, Fixed<int8_t, 6>>>(rate, seed);
      check_binary_update<rbm::Rbm<Bernoulli<6>, Bernoulli<39>, Fixed<int8_t, 1>>>(rate, seed);
      check_binary_update<rbm::Rbm<rbm::Joined<Bernoulli<5>, Softmax<2, 3>>, rbm::Joined<Softmax<7, 5>, Bernoulli<4>>,
                                   Fixed<int8_t, 5>>>(rate, seed);
    }
  }
}

// Of each parameter the mean, and of any two the product, whose expectation is that of independent ones. False alarm:
// 1e-6 for each of 190, 2e-4 in all.
TEST_CASE("8 bits: updates are rounded right on average, and those of any two parameters independently") {
  typedef rbm::Rbm<rbm::Bernoulli<4>, rbm::Bernoulli<3>, Fixed<int8_t, 5>> Model;
  typedef Model::Scalar Scalar;
  constexpr size_t parameters = 4 * 3 + 4 + 3;
  constexpr int updates = 40000;
  Model::VisibleState v[2] = {};
  Model::HiddenState h[2] = {};
  v[0].fill(Scalar(1));
  h[0].fill(Scalar(1));
  rbm::Xorshift32 rng(20);
  const int rate = 100;
  double both[parameters][parameters] = {};
  for (int k = 0; k < updates; ++k) {
    Model model = {};
    rbm::detail::IntegerUpdate<Model, true>::apply(model, {&v[0], &h[0], &v[1], &h[1], 1}, rate, rng);
    int steps[parameters];
    for (size_t i = 0; i < 12; ++i) steps[i] = model.weights.values[i].raw;
    for (size_t i = 0; i < 4; ++i) steps[12 + i] = model.visible.bias[i].raw;
    for (size_t i = 0; i < 3; ++i) steps[16 + i] = model.hidden.bias[i].raw;
    for (size_t a = 0; a < parameters; ++a) {
      for (size_t b = 0; b <= a; ++b) both[a][b] += steps[a] * steps[b];
    }
  }
  for (size_t a = 0; a < parameters; ++a) {
    for (size_t b = 0; b <= a; ++b) {
      CAPTURE(a);
      CAPTURE(b);
      const double p = a == b ? rate / 256.0 : rate * rate / 65536.0;  // steps are 0 or 1
      CHECK(std::fabs(both[a][b] - updates * p) < 4.9 * std::sqrt(updates * p * (1 - p)));
    }
  }
}

TEST_CASE("integers: changes of weights, one sample and batches, are those of the statistics") {
  for (int rate : {0, 1, 163, 256, 5000}) check_all_columns<Fixed<int8_t, 5>>(static_cast<uint16_t>(rate));
  for (int shift : {0, 1, 5, 15, 16, 17, 22, 28}) {
    check_all_columns<Fixed<int16_t, 11>>({shift < 5 ? 3 : 500, static_cast<uint8_t>(shift)});
  }
}

TEST_CASE("integers: spins differ by 2, also where 2 is no parameter") {
  typedef Fixed<int8_t, 6> Scalar;  // up to 127/64
  typedef rbm::Arithmetic<Scalar>::Sum Sum;
  const Vector<Scalar, 2> data[1] = {{{Scalar(1), Scalar(-1)}}}, model[1] = {{{Scalar(-1), Scalar(1)}}};
  Sum g[2] = {};
  rbm::kernels::add_differences<2>(data, model, 1, 0, 2, g);
  CHECK(g[0] == Sum(2));
  CHECK(g[1] == Sum(-2));
}

TEST_CASE("integers: draws and means of many units are those of single units") {
  check_all_units<Fixed<int8_t, 5>, rbm::Xorshift32>();
  check_all_units<Fixed<int8_t, 6>, rbm::XorshiftLanes>();
  check_all_units<Fixed<int16_t, 11>, rbm::Xorshift32>();
  check_all_units<Fixed<int16_t, 14>, rbm::XorshiftLanes>();
#if RBM_VECTOR_BYTES > 4
  check_probabilities<Fixed<int8_t, 1>, 1>();
  check_probabilities<Fixed<int8_t, 5>, 1>();
  check_probabilities<Fixed<int8_t, 5>, 2>();
  check_probabilities<Fixed<int8_t, 6>, 2>();
  check_probabilities<Fixed<int16_t, 1>, 1>();
  check_probabilities<Fixed<int16_t, 11>, 1>();
  check_probabilities<Fixed<int16_t, 11>, 2>();
  check_probabilities<Fixed<int16_t, 12>, 1>();
  check_probabilities<Fixed<int16_t, 13>, 2>();
  check_probabilities<Fixed<int16_t, 14>, 1>();
#endif
}
