// The loops that integers take where units are off or on, against the plain ones: the same sums, and the same
// parameters and generator after a change, for every kind of tail, parameters up to the ends of their range, any rate.
// SPDX-License-Identifier: MIT

#include <doctest/doctest.h>

#include <cstring>
#include <initializer_list>

#include "../rbm/kernels.hpp"
#include "../rbm/random.hpp"

namespace {

using rbm::Fixed;
using rbm::Size;
using rbm::Vector;

enum States { off_or_on, spins, grey };

template <class Scalar, size_t N>
void draw_states(Vector<Scalar, N>& s, States kind, rbm::Xorshift32& rng) {
  for (Scalar& unit : s) {
    const uint32_t word = rng();
    unit = Scalar(static_cast<int>(word >> 31));
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

template <class Scalar, size_t V, size_t H>
void check_sums(States kind, uint32_t seed) {
  typedef rbm::Arithmetic<Scalar> A;
  typedef typename A::Sum Sum;
  CAPTURE(V);
  CAPTURE(H);
  CAPTURE(kind);
  CAPTURE(seed);
  rbm::Xorshift32 rng(seed * 0x9E3779B9u);
  Scalar weights[V * H];
  Vector<Scalar, V> v;
  Vector<Scalar, H> h;
  draw_parameters(weights, rng);
  draw_states(v, kind, rng);
  draw_states(h, kind, rng);

  Sum to_visible[V], to_hidden[H], expected_visible[V], expected_hidden[H];
  for (size_t i = 0; i < V; ++i) to_visible[i] = expected_visible[i] = Sum::from_raw(static_cast<int16_t>(17 * i));
  for (size_t j = 0; j < H; ++j) to_hidden[j] = expected_hidden[j] = Sum::from_raw(static_cast<int16_t>(-13 * int(j)));
  for (size_t i = 0; i < V; ++i) {
    for (size_t j = 0; j < H; ++j) {
      expected_visible[i] = A::multiply_add(expected_visible[i], weights[i * H + j], h[j]);
      expected_hidden[j] = A::multiply_add(expected_hidden[j], v[i], weights[i * H + j]);
    }
  }
  rbm::kernels::add_row_products<V, H>(weights, h.values, to_visible);
  for (size_t i = 0; i < V; ++i) CHECK(to_visible[i].raw == expected_visible[i].raw);
  rbm::kernels::add_rows<H, V, H>(weights, v.values, to_hidden);
  for (size_t j = 0; j < H; ++j) CHECK(to_hidden[j].raw == expected_hidden[j].raw);
}

// Changes by units that are on: of weights, for the columns from First on, and of biases.
template <int F, size_t V, size_t H, size_t First, size_t Columns>
void check_changes(int16_t rate, uint32_t seed) {
  typedef Fixed<int8_t, F> Scalar;
  CAPTURE(V);
  CAPTURE(H);
  CAPTURE(rate);
  CAPTURE(seed);
  rbm::Xorshift32 rng(seed * 0x9E3779B9u);
  Scalar fast[V * H], plain[V * H];
  Vector<Scalar, V> v[2];
  Vector<Scalar, H> h[2];
  draw_parameters(fast, rng);
  std::memcpy(plain, fast, sizeof plain);
  for (size_t s = 0; s < 2; ++s) draw_states(v[s], off_or_on, rng), draw_states(h[s], off_or_on, rng);

  rbm::Xorshift32 a(seed + 1), b(seed + 1);
  rbm::kernels::nudge_columns_by_units_on<Columns>(fast, rate, First, v[0], h[0], v[1], h[1], a);
  rbm::kernels::nudge_columns<Columns>(plain, rate, First, 1, &v[0], &h[0], &v[1], &h[1], b);
  CHECK(std::memcmp(fast, plain, sizeof plain) == 0);
  CHECK(a.state == b.state);

  rbm::kernels::nudge_by_units_on<V>(fast, rate, v[0].values, v[1].values, a);
  typename rbm::Arithmetic<Scalar>::Sum g[V] = {};
  rbm::kernels::add_differences<V>(0, 1, &v[0], &v[1], g);
  rbm::kernels::nudge<V>(plain, rate, g, b);
  CHECK(std::memcmp(fast, plain, sizeof plain) == 0);
  CHECK(a.state == b.state);
}

template <class Scalar>
void check_all_sums() {
  for (States kind : {off_or_on, spins, grey}) {
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

}  // namespace

TEST_CASE("integers: sums over units that are off or on are those of the products") {
  check_all_sums<Fixed<int8_t, 5>>();
  check_all_sums<Fixed<int8_t, 6>>();
  check_all_sums<Fixed<int16_t, 11>>();
}

TEST_CASE("integers: eight columns in registers, and what they say about the states") {
  typedef Fixed<int8_t, 5> Scalar;
  typedef rbm::Arithmetic<Scalar>::Sum Sum;
  rbm::Xorshift32 rng(5);
  for (States kind : {off_or_on, spins, grey}) {
    Scalar weights[11 * 10];
    Vector<Scalar, 11> v;
    draw_parameters(weights, rng);
    draw_states(v, kind, rng);
    Sum sums[8] = {}, expected[8] = {};
    uint8_t bits = 0;
    for (size_t i = 0; i < 11; ++i) {
      bits = static_cast<uint8_t>(bits | static_cast<uint8_t>(v[i].raw));
      if (v[i] == Scalar(1)) rbm::kernels::add_row<8>(v[i], weights + 10 * i + 2, expected);
    }
    CHECK(int(rbm::kernels::add_eight_columns<11, 10>(weights + 2, v.values, sums)) == int(bits));
    for (size_t j = 0; j < 8; ++j) CHECK(sums[j].raw == expected[j].raw);
  }
}

TEST_CASE("integers: changes by units that are on are those of the statistics") {
  for (int rate : {0, 1, 163, 255, 256, 257, 5000, 32766}) {
    for (uint32_t seed = 1; seed <= 40; ++seed) {
      check_changes<5, 1, 1, 0, 1>(static_cast<int16_t>(rate), seed);
      check_changes<5, 9, 16, 0, 16>(static_cast<int16_t>(rate), seed);
      check_changes<6, 13, 11, 0, 11>(static_cast<int16_t>(rate), seed);
      check_changes<1, 6, 39, 32, 7>(static_cast<int16_t>(rate), seed);
    }
  }
}

TEST_CASE("integers: spins differ by 2, also where 2 is no parameter") {
  typedef Fixed<int8_t, 6> Scalar;  // up to 127/64
  typedef rbm::Arithmetic<Scalar>::Sum Sum;
  const Vector<Scalar, 2> data[1] = {{{Scalar(1), Scalar(-1)}}}, model[1] = {{{Scalar(-1), Scalar(1)}}};
  Sum g[2] = {};
  rbm::kernels::add_differences<2>(0, 1, data, model, g);
  CHECK(g[0] == Sum(2));
  CHECK(g[1] == Sum(-2));
}
