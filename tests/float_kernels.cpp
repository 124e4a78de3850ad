// The loops that floats take in packs, blocks and tiles, against the formulas written out: the same bits where
// additions are not fused with multiplications, and else within the rounding of as many additions. Sizes are 1, odd,
// prime, around every multiple of a vector or a block; states are off and on, with means between, real.
// SPDX-License-Identifier: MIT

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "../rbm/kernels/kernels.hpp"
#include "../rbm/numbers/random.hpp"

namespace {

using rbm::Vector;

enum States { off_or_on, grey, real, all_off };

template <size_t N>
void draw_states(Vector<float, N>& s, States kind, rbm::Xorshift32& rng) {
  for (float& unit : s) {
    const uint32_t word = rng();
    unit = word >> 31 != 0 ? 1.0f : 0.0f;
    if (kind == grey && (word & 3u) == 0) unit = rbm::uniform(rng);
    if (kind == real) unit = (word & 7u) == 0 ? 2.0f : 4 * rbm::uniform(rng) - 2;
    if (kind == all_off) unit = 0;
  }
}

template <size_t N>
void draw_parameters(float (&parameters)[N], rbm::Xorshift32& rng) {
  for (float& c : parameters) c = 2 * rbm::uniform(rng) - 1;
}

// Sums of `terms` terms of magnitude below 4, in floats: exact, or each addition rounded once more or less, of sums
// that grow as random ones do.
#if (defined(__FMA__) || defined(__ARM_FEATURE_FMA) || defined(__aarch64__)) && !defined(RBM_TESTS_NOT_FUSED)
bool agree(float a, float b, size_t terms) {
  const double n = static_cast<double>(terms);
  return std::fabs(double(a) - double(b)) <= 4.0 * n * 6e-8 * (1 + std::sqrt(n) / 4);
}
#else
bool agree(float a, float b, size_t) { return a == b; }
#endif

// Clang fuses within an expression, and the sums and products of lanes are functions.
#if defined(__clang__) && defined(__FMA__) && !defined(RBM_TESTS_NOT_FUSED)
bool agree_in_bits(float a, float b) { return std::fabs(a - b) <= 4e-7f * std::fabs(b); }
#else
bool agree_in_bits(float a, float b) { return rbm::to_bits(a) == rbm::to_bits(b); }
#endif

// Dot products are summed in 16 lanes, halves onto halves: what kernels.hpp promises.
template <size_t N>
float dot(const float* a, const float* b) {
  float lane[16] = {};
  for (size_t j = 0; j < N; ++j) lane[j % 16] += a[j] * b[j];
  for (size_t width = 8; width > 0; width /= 2) {
    for (size_t l = 0; l < width; ++l) lane[l] += lane[l + width];
  }
  return lane[0];
}

template <size_t V, size_t H>
struct Check {
  float weights[V * H], moved[V * H], expected_weights[V * H];
  rbm::Xorshift32 rng;

  explicit Check(uint32_t seed) : rng(seed * 0x9E3779B9u) { draw_parameters(weights, rng); }

  void sums(States kind) {
    Vector<float, V> v, to_visible, expected_visible;
    Vector<float, H> h, to_hidden, expected_hidden;
    draw_states(v, kind, rng);
    draw_states(h, kind, rng);
    draw_parameters(to_visible.values, rng);
    draw_parameters(to_hidden.values, rng);
    expected_visible = to_visible;
    expected_hidden = to_hidden;
    Vector<float, H> known = to_hidden;
    for (size_t i = 0; i < V; ++i) {
      for (size_t j = 0; j < H; ++j) expected_hidden[j] += v[i] * weights[i * H + j];
      expected_visible[i] += dot<H>(weights + i * H, h.values);
    }
    rbm::kernels::accumulate<V, H>(weights, v.values, H, to_hidden.values);
    rbm::kernels::dot_rows<H>(weights, h.values, V, to_visible.values);
    rbm::kernels::Active<V> on;
    on.find(v.values);
    rbm::kernels::accumulate<V, H>(&on, weights, v.values, H, known.values);
    bool same = true;
    for (size_t j = 0; j < H; ++j) same = same && agree(known[j], to_hidden[j], V);
    for (size_t i = 0; i < V; ++i) same = same && agree(to_visible[i], expected_visible[i], H);
    for (size_t j = 0; j < H; ++j) same = same && agree(to_hidden[j], expected_hidden[j], V);
    CHECK(same);
  }

  // `count` states at a time: rows that are on, all rows, dot products, columns from tiles.
  template <size_t Count>
  void batch_sums(States kind) {
    static Vector<float, V> v[Count], to_visible[Count], by_columns[Count], expected_visible[Count], in_order[Count];
    static Vector<float, H> h[Count], to_hidden[Count], known[Count], dense[Count], expected_hidden[Count];
    static rbm::kernels::Active<V> on[Count];
    static rbm::kernels::Tile<V, H> tile;
    for (size_t s = 0; s < Count; ++s) {
      draw_states(v[s], kind, rng);
      draw_states(h[s], kind, rng);
      draw_parameters(to_visible[s].values, rng);
      draw_parameters(to_hidden[s].values, rng);
      by_columns[s] = expected_visible[s] = in_order[s] = to_visible[s];
      known[s] = dense[s] = expected_hidden[s] = to_hidden[s];
      on[s].find(v[s].values);
      for (size_t i = 0; i < V; ++i) {
        for (size_t j = 0; j < H; ++j) expected_hidden[s][j] += v[s][i] * weights[i * H + j];
        for (size_t j = 0; j < H; ++j) in_order[s][i] += weights[i * H + j] * h[s][j];
        expected_visible[s][i] += dot<H>(weights + i * H, h[s].values);
      }
    }
    rbm::kernels::accumulate_batch(weights, v, Count, to_hidden);
    rbm::kernels::accumulate_batch(weights, v, Count, known, on);
    rbm::kernels::accumulate_dense_batch(weights, v, Count, dense);
    rbm::kernels::dot_rows_of_batch(weights, h, Count, to_visible);
    rbm::kernels::accumulate_columns_of_batch(weights, h, Count, by_columns, tile);
    bool rows = true, all_rows = true, products = true, columns = true;
    for (size_t s = 0; s < Count; ++s) {
      for (size_t j = 0; j < H; ++j) {
        rows = rows && agree(to_hidden[s][j], expected_hidden[s][j], V) && agree(known[s][j], to_hidden[s][j], V);
        all_rows = all_rows && agree(dense[s][j], expected_hidden[s][j], V);
      }
      for (size_t i = 0; i < V; ++i) {
        products = products && agree(to_visible[s][i], expected_visible[s][i], H);
        columns = columns && agree(by_columns[s][i], in_order[s][i], H);
      }
    }
    CHECK(rows);
    CHECK(all_rows);
    CHECK(products);
    CHECK(columns);
  }

  // By tables, and as tables add without them.
  template <size_t Count>
  void table_sums(States kind) {
    static Vector<float, V> v[Count], to_visible[Count], in_fours_visible[Count];
    static Vector<float, H> h[Count], to_hidden[Count], in_fours_hidden[Count];
    static rbm::kernels::Active<V> on[Count];
    static rbm::kernels::Active<H> hidden_on[Count];
    double largest = 0;
    for (size_t s = 0; s < Count; ++s) {
      draw_states(v[s], kind, rng);
      draw_states(h[s], kind, rng);
      draw_parameters(to_visible[s].values, rng);
      draw_parameters(to_hidden[s].values, rng);
      in_fours_visible[s] = to_visible[s];
      in_fours_hidden[s] = to_hidden[s];
      on[s].find(v[s].values);
      hidden_on[s].find(h[s].values);
    }
    const Vector<float, H> before_hidden = to_hidden[0];
    const Vector<float, V> before_visible = to_visible[0];
    rbm::kernels::accumulate_in_fours<H>(weights, v, Count, in_fours_hidden->values);
    rbm::kernels::accumulate_columns_in_fours<V>(weights, h, Count, in_fours_visible->values);
    for (size_t j = 0; j < H; ++j) {
      double sum = double(before_hidden[j]);
      for (size_t i = 0; i < V; ++i) sum += double(v[0][i]) * double(weights[i * H + j]);
      largest = std::fmax(largest, std::fabs(sum - double(in_fours_hidden[0][j])));
    }
    for (size_t i = 0; i < V; ++i) {
      double sum = double(before_visible[i]);
      for (size_t j = 0; j < H; ++j) sum += double(h[0][j]) * double(weights[i * H + j]);
      largest = std::fmax(largest, std::fabs(sum - double(in_fours_visible[0][i])));
    }
    CHECK(largest < 1e-4);
#ifdef RBM_HAS_WIDE_LOOPS
    static rbm::kernels::Table<float> table;
    rbm::kernels::accumulate_by_table<V, H>(weights, on, Count, to_hidden->values, table);
    rbm::kernels::accumulate_columns_by_table<V, H>(weights, hidden_on, Count, to_visible->values, table);
    bool same = true;
    for (size_t s = 0; s < Count; ++s) {
      for (size_t j = 0; j < H; ++j) same = same && agree_in_bits(to_hidden[s][j], in_fours_hidden[s][j]);
      for (size_t i = 0; i < V; ++i) same = same && agree_in_bits(to_visible[s][i], in_fours_visible[s][i]);
    }
    CHECK(same);
#endif
  }

  // Sample by sample, and in sums over up to 64 samples where all are off or on.
  template <size_t Count>
  void changes(States kind) {
    static Vector<float, V> v[Count], v_end[Count];
    static Vector<float, H> h[Count], h_end[Count];
    static rbm::kernels::Active<V> on[Count], on_end[Count];
    for (size_t s = 0; s < Count; ++s) {
      draw_states(v[s], kind, rng);
      draw_states(v_end[s], kind, rng);
      draw_states(h[s], real, rng);
      draw_states(h_end[s], real, rng);
      on[s].find(v[s].values);
      on_end[s].find(v_end[s].values);
    }
    const float rate = 0.3f;
    const auto begin = [this] {
      for (size_t k = 0; k < V * H; ++k) moved[k] = expected_weights[k] = weights[k];
    };
    const auto same = [this] {
      bool result = true;
      for (size_t k = 0; k < V * H; ++k) result = result && agree(moved[k], expected_weights[k], Count);
      return result;
    };
    const auto update_one_by_one = [&](size_t first, size_t last) {
      for (size_t k = 0; k < V * H; ++k) {
        for (size_t s = first; s < last; ++s) {
          const size_t i = k / H, j = k % H;
          if (v[s][i] == 0 && v_end[s][i] == 0) continue;
          expected_weights[k] += rate * (v[s][i] * h[s][j] - v_end[s][i] * h_end[s][j]);
        }
      }
    };
    const rbm::kernels::Statistics<float, V, H> statistics = {v, h, v_end, h_end, Count};
    const rbm::kernels::Statistics<float, V, H> known = {v, h, v_end, h_end, Count, on, on_end};
    begin();
    rbm::kernels::update_weights(expected_weights, rate, known);
    rbm::kernels::update_weights(moved, rate, statistics);
    CHECK(same());
    begin();
    update_one_by_one(0, Count);
    rbm::kernels::update_weights(moved, rate, statistics);
    CHECK(same());

    if (kind != off_or_on && kind != all_off) return;
    begin();
    update_one_by_one(0, Count);
    rbm::kernels::update_weights_in_fours(moved, rate, statistics);
    bool close = true;  // added in another order
    for (size_t k = 0; k < V * H; ++k) close = close && std::fabs(moved[k] - expected_weights[k]) < 1e-5f * Count;
    CHECK(close);
#ifdef RBM_HAS_WIDE_LOOPS
    static rbm::kernels::Table<float> table;
    begin();
    rbm::kernels::update_weights_in_fours(expected_weights, rate, statistics);
    rbm::kernels::update_weights_by_tables<Count>(moved, rate, known, table);
    CHECK(same());
    static float gradient[64 * H], row_by_row[H];
    bool tiles = true;
    for (size_t i = 0; i < V; i += 64) {
      const size_t rows = V - i < 64 ? V - i : 64;
      rbm::kernels::make_gradient<H>(known, i, rows, 0, gradient);
      for (size_t k = 0; k < rows; ++k) {
        for (float& g : row_by_row) g = 0;
        rbm::kernels::add_gradient_in_order(statistics, i + k, 0, H, row_by_row);
        for (size_t j = 0; j < H; ++j) tiles = tiles && agree_in_bits(gradient[k * H + j], row_by_row[j]);
      }
    }
    CHECK(tiles);
    begin();  // of a batch that is not full
    rbm::kernels::update_weights_in_fours(expected_weights, rate, statistics.part(0, (Count + 1) / 2));
    rbm::kernels::update_weights_by_tables<Count>(moved, rate, known.part(0, (Count + 1) / 2), table);
    CHECK(same());
#endif
  }

  template <size_t Count>
  static void all() {
    for (States kind : {off_or_on, grey, real, all_off}) {
      CAPTURE(V);
      CAPTURE(H);
      CAPTURE(kind);
      for (uint32_t seed = 1; seed <= 5; ++seed) {
        static Check check(0);
        check = Check(seed);
        check.sums(kind);
        check.template batch_sums<Count>(kind);
        if (kind == off_or_on || kind == all_off) check.template table_sums<Count>(kind);
        check.template changes<Count>(kind);
      }
    }
  }
};

template <size_t Count>
void check_sigmoids(rbm::Xorshift32& rng) {
  const float infinity = rbm::infinity(),
              special[] = {0.0f,    -0.0f,   infinity, -infinity, -87.4f,
                           -103.0f, -1e-40f, 104.5f,   -104.5f,   rbm::from_bits(0x7FC00000u),
                           -90.0f,  1e-30f,  -1e30f,   88.8f,     -88.8f};
  float x[Count], s[Count];
  for (float slope : {1.0f, 2.0f}) {
    for (float& input : x) {
      const uint32_t word = rng();
      input =
          (word & 7u) == 0 ? special[(word >> 8) % (sizeof special / sizeof *special)] : 40 * rbm::uniform(rng) - 20;
    }
    if (slope < 1.5f) {
      rbm::kernels::sigmoids<Count, 1>(x, Count, s);
    } else {
      rbm::kernels::sigmoids<Count, 2>(x, Count, s);
    }
    bool same = true;
    for (size_t i = 0; i < Count; ++i) {
      const float expected = rbm::sigmoid(slope * x[i]);
      same = same && (agree_in_bits(s[i], expected) || (s[i] != s[i] && expected != expected));
    }
    CAPTURE(Count);
    CHECK(same);
  }
}

}  // namespace

TEST_CASE("floats: sums and changes in packs, blocks and tiles are those of the formulas") {
  Check<1, 1>::all<1>();
  Check<2, 3>::all<2>();
  Check<7, 8>::all<3>();
  Check<16, 15>::all<4>();
  Check<17, 16>::all<5>();
  Check<13, 19>::all<7>();
  Check<9, 18>::all<3>();
  Check<31, 64>::all<9>();
  Check<64, 65>::all<65>();
  Check<61, 127>::all<64>();
  Check<71, 131>::all<130>();
}

TEST_CASE("floats: rows are more than what is looked at together, and columns more than a tile has") {
  Check<257, 9>::all<3>();
  Check<521, 33>::all<6>();
  Check<67, 257>::all<5>();
}

TEST_CASE("the sigmoids of many inputs are those of one") {
  rbm::Xorshift32 rng(3);
  for (float far : {-105.0f, -200.0f, -1e30f, -std::numeric_limits<float>::infinity()}) {
    CHECK(rbm::sigmoid(far) == 0.0f);
    CHECK(rbm::sigmoid(-far) == 1.0f);
  }
  for (int round = 0; round < 200; ++round) {
    check_sigmoids<1>(rng);
    check_sigmoids<3>(rng);
    check_sigmoids<4>(rng);
    check_sigmoids<13>(rng);
    check_sigmoids<16>(rng);
    check_sigmoids<31>(rng);
    check_sigmoids<32>(rng);
    check_sigmoids<67>(rng);
  }
}

namespace {

// Many draws at once are those of one at a time, and on is exactly 1.
template <size_t Count>
void check_draws(float off) {
  rbm::Xorshift32 rng(Count), same(Count);
  float p[Count], s[Count];
  bool right = true;
  for (int round = 0; round < 50; ++round) {
    for (size_t i = 0; i < Count; ++i) p[i] = rbm::uniform(rng);
    same = rng;
    rbm::kernels::draw_binary<Count>(p, Count, s, off, rng);
    for (size_t i = 0; i < Count; ++i) right = right && s[i] == (rbm::uniform(same) < p[i] ? 1.0f : off);
    for (size_t i = 0; i < Count; ++i) p[i] = rbm::uniform(same);  // what will be drawn: not below itself
    rbm::kernels::draw_binary<Count>(p, Count, s, off, rng);
    for (size_t i = 0; i < Count; ++i) right = right && s[i] == off;
  }
  CAPTURE(Count);
  CHECK(right);
}

}  // namespace

TEST_CASE("floats: many units are drawn as one at a time") {
  check_draws<1>(0);
  check_draws<5>(-1);
  check_draws<16>(0);
  check_draws<21>(-1);
  check_draws<47>(0);
}
