// SPDX-License-Identifier: MIT

#include "../rbm/sampling/tempering.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <type_traits>

#include "../rbm/model/model.hpp"
#include "support/models.hpp"
#include "support/pairs.hpp"
#include "support/statistics.hpp"

namespace {

using rbm::Bernoulli;
using rbm::Gaussian;
using rbm::Relu;
using rbm::Softmax;
using rbm::Spin;
using rbm::Status;

const float nan_value = std::numeric_limits<float>::quiet_NaN();
const float infinite = std::numeric_limits<float>::infinity();

template <class Model>
struct CheckTempered {
  static void run() {
    const Model model = random_of<Model>(31);
    for (float t : {0.3f, 2.5f}) {
      CAPTURE(name_of<Model>());
      CAPTURE(t);
      CHECK(keeps_distribution(model, rbm::tempered(model, t), double(t), 2, 8000, 32));
    }
  }
};

// At t = 1 nothing is scaled, so the draws are those of the model itself.
template <class Model>
struct CheckUntempered {
  static void run() {
    const Model model = random_of<Model>(33);
    rbm::Xorshift32 rng(34), same(34);
    rbm::GibbsChain<Model> chain, plain;
    chain.start_from_noise(rng);
    plain.start_from_noise(same);
    (void)chain.run(rbm::tempered(model, 1.0f), 10, rng);
    (void)plain.run(model, 10, same);
    CAPTURE(name_of<Model>());
    CHECK(same_bits(chain.visible, plain.visible));
    CHECK(same_bits(chain.hidden, plain.hidden));
    CHECK(rng.state == same.state);
  }
};

// At the bounds a chain keeps to its distribution where that is known, and its states are such: draws, not NaN.
template <class Model>
void check_at_bound(float t) {
  const Model model = random_of<Model>(51);
  CAPTURE(name_of<Model>());
  CAPTURE(t);
  rbm::Xorshift32 rng(52);
  for (int run = 0; run < 50; ++run) {
    rbm::GibbsChain<Model> chain;
    chain.start_from_noise(rng);
    CHECK(chain.run(rbm::tempered(model, t), 3, rng) == Status::ok);
    CHECK(Model::check(&chain.visible, 1) == Status::ok);
    CHECK(Model::HiddenLayer::check(chain.hidden.values) == Status::ok);
  }
  const bool is_discrete = !Model::Visible::is_real && !Model::Hidden::is_real;
  if (is_discrete) CHECK(keeps_distribution(model, rbm::tempered(model, t), double(t), 2, 3000, 53));
}

template <class Model>
struct CheckBounds {
  static void run() {
    const bool is_fixed = rbm::Arithmetic<typename Model::Scalar>::is_fixed;
    const float least = is_fixed ? 1.0f / 1024 : 1e-6f, most = is_fixed ? 64.0f : 1e6f;
    check_at_bound<Model>(least);
    check_at_bound<Model>(most);

    const Model model = random_of<Model>(54);
    rbm::Xorshift32 rng(55);
    rbm::GibbsChain<Model> chain;
    chain.start_from_noise(rng);
    CHECK(rbm::anneal(model, chain, least, most, 9, rng) == Status::ok);
    CHECK(rbm::anneal(model, chain, most, least, 9, rng) == Status::ok);
    const rbm::GibbsChain<Model> before = chain;
    const uint32_t state = rng.state;
    const float smaller = 0.99f * least, larger = 1.01f * most;
    for (float beyond : {1e-40f, smaller, larger, 1e38f}) {
      CHECK(rbm::anneal(model, chain, beyond, 1.0f, 5, rng) == Status::out_of_range);
      CHECK(rbm::anneal(model, chain, 1.0f, beyond, 5, rng) == Status::out_of_range);
    }
    CHECK(same_bits(chain, before));
    CHECK(rng.state == state);

    rbm::ParallelTempering<Model, 3> tempering;
    CHECK(tempering.set_geometric(least) == Status::ok);
    CHECK(tempering.set_geometric(smaller) == Status::out_of_range);
    CHECK(tempering.set_geometric(1e-40f) == Status::out_of_range);
    CHECK(tempering.inverse_temperature[0] >= least);
    tempering.chains.start_from_noise(rng);
    CHECK(tempering.run(model, 5, rng) == Status::ok);
    tempering.inverse_temperature[1] = smaller;
    CHECK(tempering.run(model, 5, rng) == Status::out_of_range);
    CHECK(tempering.steps == 5);
  }
};

// A unit that notes at which inverse temperatures it is drawn.
struct Noting : Bernoulli<1> {
  template <class Scalar>
  struct Layer : rbm::detail::BiasLayer<Bernoulli<1>, Scalar> {
    static std::vector<float>& noted() {
      static std::vector<float> all;
      return all;
    }

    template <class Rng>
    void sample_tempered(rbm::Block, float inverse_temperature, float*, float*, Rng&) const {
      noted().push_back(inverse_temperature);
    }
  };
};

typedef rbm::Rbm<Spin<3>, Bernoulli<3>> Small;

// p(v, h)^t, normalised, of all joint states: v changes fastest.
Values joint_probabilities(const Small& model, double t) {
  Values logs;
  for (const Values& h : all_states<Bernoulli<3>>()) {
    for (const Values& v : all_states<Spin<3>>()) logs.push_back(-t * energy_of_pair(model, v, h));
  }
  return normalised(logs);
}

// Two far modes: all units up, all units down, and one somewhat likelier than the other.
typedef rbm::Rbm<Spin<8>, Spin<8>> Bimodal;
Bimodal bimodal() {
  Bimodal model = {};
  for (float& weight : model.weights.values) weight = 0.5f;
  for (float& bias : model.visible.bias) bias = 0.04f;
  return model;
}

bool is_up(const Bimodal::VisibleState& v) {
  float sum = 0;
  for (float spin : v) sum += spin;
  return sum > 0;
}

}  // namespace

TEST_CASE("all pairings: a chain at another temperature keeps p(v, h)^t" * doctest::test_suite("sampling")) {
  for_each_pair<CheckTempered>(AllUnits());
}

TEST_CASE("all pairings: at t = 1 a chain is the model's") { for_each_pair<CheckUntempered>(AllUnits()); }

// A temperature scales what each layer is given, whatever gave it: so each type of unit on either side, in floats
// beside another two, of which one is discrete. All pairs are above, at temperatures within the bounds.
TEST_CASE("all units: inverse temperatures at their bounds are right, and refused beyond" *
          doctest::test_suite("sampling")) {
  for_each_match<CheckBounds>(AllUnits(), rotated(AllUnits()));
  for_each_match<CheckBounds>(AllUnits(), rotated(rotated(rotated(rotated(AllUnits())))));
  for_each_match<CheckBounds, rbm::Fixed<int16_t, 11>>(UnitsOf16Bits(), rotated(UnitsOf16Bits()));
  for_each_match<CheckBounds, rbm::Fixed<int8_t, 5>>(UnitsOf8Bits(), rotated(UnitsOf8Bits()));
}

TEST_CASE("annealing refuses where a Gaussian variance would round away") {
  typedef rbm::Rbm<Bernoulli<2>, Gaussian<2>, rbm::Fixed<int16_t, 8>> Model;
  Model model = {};
  model.hidden.variance.fill(rbm::Fixed<int16_t, 8>(1.0f));
  rbm::Xorshift32 rng(56);
  rbm::GibbsChain<Model> chain;
  chain.start_from_noise(rng);
  CHECK(rbm::anneal(model, chain, 1.0f, 64.0f, 5, rng) == Status::ok);
  model.hidden.variance[1] = rbm::Fixed<int16_t, 8>(0.5f);
  CHECK(rbm::anneal(model, chain, 1.0f, 64.0f, 5, rng) == Status::out_of_range);
  CHECK(rbm::anneal(model, chain, 64.0f, 1.0f, 5, rng) == Status::out_of_range);
  CHECK(rbm::anneal(model, chain, 1.0f, 32.0f, 5, rng) == Status::ok);
  CHECK(rbm::anneal(model, chain, 1.0f, 35.0f, 5, rng) == Status::out_of_range);  // 3.7 steps are left
}

TEST_CASE("annealing goes from the first inverse temperature to the last, both included, in equal parts") {
  typedef rbm::Rbm<Bernoulli<1>, Noting> Model;
  const Model model = {};
  std::vector<float>& noted = Model::HiddenLayer::noted();
  rbm::GibbsChain<Model> chain = {};
  rbm::Xorshift32 rng(35);
  CHECK(rbm::anneal(model, chain, 0.25f, 2.0f, 8, rng) == Status::ok);
  CHECK(noted.size() == 8);
  for (size_t step = 0; step < noted.size(); ++step) {
    CHECK(double(noted[step]) == doctest::Approx(0.25 * (1 + static_cast<double>(step))).epsilon(1e-6));
  }
  noted.clear();
  CHECK(rbm::anneal(model, chain, 3.0f, 0.5f, 6, rng) == Status::ok);
  CHECK(noted.size() == 6);
  CHECK(noted.front() == 3.0f);
  CHECK(noted.back() == 0.5f);
  noted.clear();
  CHECK(rbm::anneal(model, chain, 0.1f, 0.7f, 1, rng) == Status::ok);
  CHECK(noted == std::vector<float>(1, 0.7f));
}

TEST_CASE("annealing is a chain that is run at one temperature after the other") {
  typedef rbm::Rbm<Softmax<2, 3>, Relu<2>> Model;
  const Model model = random_pair<Model>(1.0f, 1.0f, 36);
  rbm::Xorshift32 rng(37), same(37);
  rbm::GibbsChain<Model> chain, by_hand;
  chain.start_from_noise(rng);
  by_hand.start_from_noise(same);
  CHECK(rbm::anneal(model, chain, 0.5f, 2.0f, 4, rng) == Status::ok);
  for (float t : {0.5f, 1.0f, 1.5f, 2.0f}) (void)by_hand.run(rbm::tempered(model, t), 1, same);
  CHECK(same_bits(chain.visible, by_hand.visible));
  CHECK(same_bits(chain.hidden, by_hand.hidden));
  CHECK(rng.state == same.state);
}

TEST_CASE("annealing refuses what makes no sense, and changes nothing") {
  const Small model = random_pair<Small>(1.0f, 1.0f, 38);
  rbm::Xorshift32 rng(39);
  rbm::GibbsChain<Small> chain;
  chain.start_from_noise(rng);
  const rbm::GibbsChain<Small> before = chain;
  const uint32_t state = rng.state;
  for (float bad : {0.0f, -1.0f, -0.0f}) {
    CHECK(rbm::anneal(model, chain, bad, 1.0f, 5, rng) == Status::out_of_range);
    CHECK(rbm::anneal(model, chain, 0.5f, bad, 5, rng) == Status::out_of_range);
  }
  for (float bad : {nan_value, infinite, -infinite}) {
    CHECK(rbm::anneal(model, chain, bad, 1.0f, 5, rng) == Status::not_finite);
    CHECK(rbm::anneal(model, chain, 0.5f, bad, 5, rng) == Status::not_finite);
  }
  CHECK(rbm::anneal(model, chain, 0.5f, 1.0f, 0, rng) == Status::out_of_range);
  CHECK(same_bits(chain, before));
  CHECK(rng.state == state);
}

TEST_CASE("annealing down to t = 1 ends in the model's distribution") {  // false alarm: 1e-6
  const Small model = random_pair<Small>(1.0f, 1.0f, 40);
  const Values exact = visible_probabilities(model);
  const Index<Spin<3>> index;
  Counts counts(exact.size());
  rbm::Xorshift32 rng(41);
  for (int run = 0; run < 10000; ++run) {
    rbm::GibbsChain<Small> chain;
    chain.start_from_noise(rng);
    if (rbm::anneal(model, chain, 0.05f, 1.0f, 40, rng) != Status::ok) FAIL("refused");
    counts.add(index(chain.visible));
  }
  CHECK(counts.fit(exact));
}

TEST_CASE("annealing far down finds the state of lowest energy in most runs") {
  typedef rbm::Rbm<Spin<6>, Spin<5>> Model;
  const Model model = random_pair<Model>(1.0f, 1.0f, 42);
  double lowest = 0;
  for (const Values& v : all_states<Spin<6>>()) {
    for (const Values& h : all_states<Spin<5>>()) lowest = std::min(lowest, energy_of_pair(model, v, h));
  }
  rbm::Xorshift32 rng(43);
  int found = 0, found_at_once = 0;
  for (int run = 0; run < 200; ++run) {
    rbm::GibbsChain<Model> chain;
    chain.start_from_noise(rng);
    if (rbm::anneal(model, chain, 0.05f, 5.0f, 200, rng) != Status::ok) FAIL("refused");
    found += energy_of_pair(model, chain.visible, chain.hidden) < lowest + 1e-9;
    chain.start_from_noise(rng);
    (void)chain.run(rbm::tempered(model, 5.0f), 200, rng);
    found_at_once += energy_of_pair(model, chain.visible, chain.hidden) < lowest + 1e-9;
  }
  CHECK(found > 150);
  CHECK(found_at_once < found);
}

TEST_CASE("parallel tempering: temperatures are spread by equal factors, up to 1") {
  rbm::ParallelTempering<Small, 5> tempering;
  tempering.exchanged.fill(7);
  tempering.steps = 7;
  CHECK(tempering.set_geometric(0.0625f) == Status::ok);
  for (size_t c = 0; c < 5; ++c) {
    CHECK(double(tempering.inverse_temperature[c]) ==
          doctest::Approx(std::pow(2.0, static_cast<double>(c) - 4)).epsilon(1e-6));
  }
  CHECK(tempering.inverse_temperature[4] == 1.0f);
  for (uint32_t count : tempering.exchanged) CHECK(count == 0);
  CHECK(tempering.steps == 0);

  tempering.exchanged.fill(3);
  tempering.steps = 3;
  for (float bad : {0.0f, -0.5f, 1.0f, 2.0f}) CHECK(tempering.set_geometric(bad) == Status::out_of_range);
  for (float bad : {nan_value, infinite, -infinite}) CHECK(tempering.set_geometric(bad) == Status::not_finite);
  CHECK(double(tempering.inverse_temperature[0]) == doctest::Approx(0.0625).epsilon(1e-6));
  for (uint32_t count : tempering.exchanged) CHECK(count == 3);
  CHECK(tempering.steps == 3);
  CHECK(&tempering.cold() == &tempering.chains[4]);
}

// Every chain starts at an exact draw of its own temperature and has its distribution still, jointly over v and h,
// after steps that try either set of pairs; and neighbours exchange as often as they should. False alarm: 1e-6 each.
TEST_CASE("parallel tempering: exchanges leave the distribution of every temperature alone") {
  const Small model = random_pair<Small>(1.2f, 0.8f, 44);
  const size_t count = 3;
  rbm::ParallelTempering<Small, count> tempering;
  CHECK(tempering.set_geometric(0.2f) == Status::ok);
  std::vector<Values> exact;
  std::vector<Chooser> choose;
  for (float t : tempering.inverse_temperature) {
    exact.push_back(joint_probabilities(model, double(t)));
    choose.push_back(Chooser(visible_probabilities(model, double(t))));
  }
  const std::vector<Values> visible = all_states<Spin<3>>(), hidden = all_states<Bernoulli<3>>();
  const Index<Spin<3>> visible_index;
  const Index<Bernoulli<3>> hidden_index;
  rbm::Xorshift32 rng(45);
  for (uint32_t steps : {1u, 2u, 3u}) {
    const int runs = 20000;
    std::vector<Counts> counts(count, Counts(64));
    double exchanged[count - 1] = {};
    for (int run = 0; run < runs; ++run) {
      tempering.steps = 0;
      tempering.exchanged.fill(0);
      for (size_t c = 0; c < count; ++c) {
        tempering.chains[c].start(to_state<Small::VisibleState>(visible[choose[c](rng)]));
      }
      (void)tempering.run(model, steps, rng);
      for (size_t c = 0; c < count; ++c) {
        counts[c].add(visible_index(tempering.chains[c].visible) + 8 * hidden_index(tempering.chains[c].hidden));
      }
      for (size_t c = 0; c + 1 < count; ++c) exchanged[c] += tempering.exchanged[c];
    }
    CAPTURE(steps);
    for (size_t c = 0; c < count; ++c) CHECK(counts[c].fit(exact[c]));
    // One try of the first pair in one step; in two steps one of the second pair.
    for (size_t c = 0; c + 1 < count && c < steps && steps < 3; ++c) {
      const double apart = double(tempering.inverse_temperature[c + 1]) - double(tempering.inverse_temperature[c]);
      double p = 0;
      for (size_t hot = 0; hot < 64; ++hot) {
        for (size_t cold = 0; cold < 64; ++cold) {
          const double hot_energy = energy_of_pair(model, visible[hot % 8], hidden[hot / 8]);
          const double cold_energy = energy_of_pair(model, visible[cold % 8], hidden[cold / 8]);
          p += exact[c][hot] * exact[c + 1][cold] * std::min(1.0, std::exp(apart * (cold_energy - hot_energy)));
        }
      }
      CHECK(std::fabs(exchanged[c] / runs - p) < 4.9 * std::sqrt(p * (1 - p) / runs));
    }
  }
}

TEST_CASE("parallel tempering: at one temperature for all, every try succeeds, in its turn") {
  const Small model = random_pair<Small>(1.0f, 1.0f, 46);
  rbm::ParallelTempering<Small, 4> tempering;
  CHECK(tempering.set_geometric(0.5f) == Status::ok);
  tempering.inverse_temperature.fill(0.7f);
  rbm::Xorshift32 rng(47);
  tempering.chains.start_from_noise(rng);
  (void)tempering.run(model, 5, rng);
  CHECK(tempering.steps == 5);
  CHECK(tempering.exchanged[0] == 3);
  CHECK(tempering.exchanged[1] == 2);
  CHECK(tempering.exchanged[2] == 3);
  (void)tempering.run(model, 1, rng);  // goes on with the other pairs
  CHECK(tempering.exchanged[0] == 3);
  CHECK(tempering.exchanged[1] == 3);
  CHECK(tempering.steps == 6);
  (void)tempering.run(model, 0, rng);
  CHECK(tempering.steps == 6);
}

// The definition, written out for three chains of real units.
TEST_CASE("parallel tempering is a step of each chain, then exchanges of neighbours") {
  typedef rbm::Rbm<Gaussian<2>, Spin<2>> Model;
  const Model model = random_pair<Model>(1.0f, 1.0f, 48);
  rbm::ParallelTempering<Model, 3> tempering;
  CHECK(tempering.set_geometric(0.3f) == Status::ok);
  rbm::Xorshift32 rng(49), same(49);
  rbm::GibbsChain<Model> chains[3];
  tempering.chains.start_from_noise(rng);
  for (auto& chain : chains) chain.start_from_noise(same);
  uint32_t exchanged[2] = {};
  for (uint32_t step = 0; step < 200; ++step) {
    (void)tempering.run(model, 1, rng);
    for (size_t c = 0; c < 3; ++c) (void)chains[c].run(rbm::tempered(model, tempering.inverse_temperature[c]), 1, same);
    const size_t c = step % 2;
    const double t_hot = double(tempering.inverse_temperature[c]);
    const double t_cold = double(tempering.inverse_temperature[c + 1]);
    const double hot = energy_of_pair(model, chains[c].visible, chains[c].hidden);
    const double cold = energy_of_pair(model, chains[c + 1].visible, chains[c + 1].hidden);
    if (double(rbm::uniform(same)) < std::exp((t_hot - t_cold) * (hot - cold))) {
      std::swap(chains[c], chains[c + 1]);
      ++exchanged[c];
    }
    for (size_t k = 0; k < 3; ++k) {
      CHECK(same_bits(tempering.chains[k].visible, chains[k].visible));
      CHECK(same_bits(tempering.chains[k].hidden, chains[k].hidden));
    }
  }
  CHECK(rng.state == same.state);
  for (size_t c = 0; c < 2; ++c) {
    CHECK(tempering.exchanged[c] == exchanged[c]);
    CHECK(exchanged[c] > 10);
    CHECK(exchanged[c] < 90);
  }
}

// False alarm: 1e-5.
TEST_CASE("parallel tempering visits both modes as often as it should, where a plain chain stays in one") {
  const Bimodal model = bimodal();
  const std::vector<Values> states = all_states<Spin<8>>();
  const Values exact = visible_probabilities(model);
  double up = 0, level = 0;
  for (size_t v = 0; v < states.size(); ++v) {
    double sum = 0;
    for (double spin : states[v]) sum += spin;
    up += sum > 0 ? exact[v] : 0;
    level += sum == 0 ? exact[v] : 0;
  }
  CHECK(up > 0.6);
  CHECK(up < 0.7);
  CHECK(level < 1e-4);

  const uint32_t rounds = 50, steps = 400;
  rbm::Xorshift32 rng(50);
  rbm::GibbsChain<Bimodal> plain;
  Bimodal::VisibleState down;
  down.fill(-1);
  plain.start(down);
  uint32_t plain_up = 0;
  for (uint32_t step = 0; step < rounds * steps; ++step) {
    (void)plain.run(model, 1, rng);
    plain_up += is_up(plain.visible);
  }
  CHECK(plain_up < 10);

  rbm::ParallelTempering<Bimodal, 6> tempering;
  CHECK(tempering.set_geometric(0.08f) == Status::ok);
  CHECK(tempering.chains.start(&down, 1) == Status::ok);
  (void)tempering.run(model, 400, rng);
  Average share;  // of rounds far longer than the chain remembers
  for (uint32_t round = 0; round < rounds; ++round) {
    uint32_t cold_up = 0;
    for (uint32_t step = 0; step < steps; ++step) {
      (void)tempering.run(model, 1, rng);
      cold_up += is_up(tempering.cold().visible);
    }
    share.add(static_cast<double>(cold_up) / steps);
  }
  CHECK(share.standard_error() < 0.03);
  CHECK(std::fabs(share.mean - up) < 5 * share.standard_error());
}

TEST_CASE("where real units run away, annealing and parallel tempering say so") {
  typedef rbm::Rbm<Gaussian<2>, Relu<2>> Model;
  const Model model = {{{3, 3, 3, 3}}, {{{0, 0}}, {{1, 1}}}, {{{0, 0}}}};  // far from normalizable
  rbm::Xorshift32 rng(93);
  rbm::GibbsChain<Model> chain;
  chain.start({{1, 1}});
  CHECK(rbm::anneal(model, chain, 0.5f, 1.0f, 1, rng) == Status::ok);
  chain.start({{1, 1}});
  CHECK(rbm::anneal(model, chain, 0.5f, 1.0f, 100, rng) == Status::not_finite);
  rbm::ParallelTempering<Model, 2> tempering;
  REQUIRE(tempering.set_geometric(0.5f) == Status::ok);
  tempering.chains.start_from_noise(rng);
  CHECK(tempering.run(model, 100, rng) == Status::not_finite);
  CHECK(tempering.steps < 100);
}

TEST_CASE("temperatures stay between the first and the last, in more steps than floats have, too") {
  const uint32_t steps = (uint32_t{1} << 24) + 2;
  for (uint32_t step : {1u, 2u, steps / 2, steps - 1, steps}) {
    CHECK(rbm::detail::inverse_temperature_at(64.0f, 1e-6f, step, steps) >= 1e-6f);
    CHECK(rbm::detail::inverse_temperature_at(1e-6f, 64.0f, step, steps) <= 64.0f);
  }
  CHECK(rbm::detail::inverse_temperature_at(64.0f, 1e-6f, steps, steps) == 1e-6f);
}
