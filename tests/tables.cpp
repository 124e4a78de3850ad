// Sums and gradients of integers by tables, against sums written out; those of floats are in float_kernels.cpp.
// SPDX-License-Identifier: MIT

#include "../rbm/kernels/tables.hpp"

#include <doctest/doctest.h>

#include "../rbm/kernels/update_batches.hpp"
#include "../rbm/numbers/number.hpp"
#include "../rbm/numbers/random.hpp"

#ifdef RBM_HAS_WIDE_LOOPS

namespace {

using rbm::Vector;

template <class Scalar, size_t N>
void draw_states(Vector<Scalar, N>& s, rbm::Xorshift32& rng) {
  for (Scalar& unit : s) unit = Scalar(rng() >> 31 != 0 ? 1 : 0);
}

// The gradient of a tile, and in which rows a unit is on; sums of all states by a table.
template <class Scalar, size_t V, size_t H, size_t Columns, size_t Count>
void check_tables(size_t first, uint32_t seed) {
  typedef typename rbm::Arithmetic<Scalar>::Sum Sum;
  typedef typename Sum::Integer Integer;
  CAPTURE(V);
  CAPTURE(H);
  rbm::Xorshift32 rng(seed * 0x9E3779B9u);
  static Vector<Scalar, V> v[2][Count];
  static Vector<Scalar, H> h[2][Count];
  static rbm::kernels::Active<V> on[2][Count];
  static rbm::kernels::Active<H> hidden_on[Count];
  for (size_t e = 0; e < 2; ++e) {
    for (size_t s = 0; s < Count; ++s) {
      draw_states(v[e][s], rng);
      draw_states(h[e][s], rng);
      v[e][s][V / 2] = Scalar(0);
      if (V > 2) v[e][s][0] = Scalar(e == 1 && s == 0 ? 1 : 0);  // in one sample of the model only
      on[e][s].find(v[e][s].values);
      CHECK(on[e][s].binary);
    }
  }
  static rbm::kernels::Table<Integer> table;
  const rbm::kernels::Statistics<Scalar, V, H> batch = {v[0], h[0], v[1], h[1], Count, on[0], on[1]};
  bool same = true;
  for (size_t row = 0; row < V; row += 64) {
    const size_t rows = V - row < 64 ? V - row : 64;
    static Sum gradient[64 * Columns];
    uint64_t seen[64];
    rbm::kernels::make_gradient<Columns>(batch, row, rows, first, gradient, seen, table);
    for (size_t k = 0; k < rows; ++k) {
      bool is_on = false;
      for (size_t s = 0; s < Count; ++s) is_on = is_on || v[0][s][row + k].raw != 0 || v[1][s][row + k].raw != 0;
      same = same && is_on == (seen[k] != 0);
      for (size_t j = 0; j < Columns; ++j) {
        int sum = 0;
        for (size_t s = 0; s < Count; ++s) {
          sum += (v[0][s][row + k].raw != 0 ? h[0][s][first + j].raw : 0) -
                 (v[1][s][row + k].raw != 0 ? h[1][s][first + j].raw : 0);
        }
        same = same && gradient[k * Columns + j].raw == sum;
      }
    }
  }
  CHECK(same);

  Scalar weights[V * H];
  for (Scalar& weight : weights) weight = Scalar::from_raw(static_cast<typename Scalar::Integer>(rng() >> 16));
  static Sum to_hidden[Count * H], to_visible[Count * V];
  for (size_t s = 0; s < Count; ++s) hidden_on[s].find(h[0][s].values);
  for (size_t k = 0; k < Count * H; ++k) to_hidden[k] = Sum::from_raw(static_cast<Integer>(k % 100));
  for (size_t k = 0; k < Count * V; ++k) to_visible[k] = Sum::from_raw(static_cast<Integer>(k % 50));
  using rbm::kernels::numbers_of;
  rbm::kernels::accumulate_by_table<V, H>(numbers_of(weights), on[0], Count, numbers_of(to_hidden), table);
  rbm::kernels::accumulate_columns_by_table<V, H>(numbers_of(weights), hidden_on, Count, numbers_of(to_visible), table);
  for (size_t s = 0; s < Count; ++s) {
    for (size_t j = 0; j < H; ++j) {
      int sum = static_cast<int>((s * H + j) % 100);
      for (size_t i = 0; i < V; ++i) sum += v[0][s][i].raw != 0 ? weights[i * H + j].raw : 0;
      same = same && to_hidden[s * H + j].raw == sum;
    }
    for (size_t i = 0; i < V; ++i) {
      int sum = static_cast<int>((s * V + i) % 50);
      for (size_t j = 0; j < H; ++j) sum += h[0][s][j].raw != 0 ? weights[i * H + j].raw : 0;
      same = same && to_visible[s * V + i].raw == sum;
    }
  }
  CHECK(same);
}

}  // namespace

TEST_CASE("integers: sums and gradients by tables are those of the formulas") {
  for (uint32_t seed = 1; seed <= 3; ++seed) {
    check_tables<rbm::Fixed<int8_t, 5>, 64, 16, 16, 100>(0, seed);
    check_tables<rbm::Fixed<int8_t, 5>, 131, 75, 32, 64>(32, seed);
    check_tables<rbm::Fixed<int8_t, 4>, 7, 75, 11, 17>(64, seed);
    check_tables<rbm::Fixed<int16_t, 11>, 64, 16, 16, 100>(0, seed);
    check_tables<rbm::Fixed<int16_t, 12>, 131, 75, 32, 65>(32, seed);
    check_tables<rbm::Fixed<int16_t, 8>, 1, 3, 3, 2>(0, seed);
  }
}

#endif
