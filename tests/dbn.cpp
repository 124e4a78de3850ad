// Deep belief networks: distributions by enumeration, dreams, and greedy training, of Dbms too.
// SPDX-License-Identifier: MIT

#include "../rbm/deep/dbn.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "../rbm/deep/initialize.hpp"
#include "../rbm/deep/likelihood.hpp"
#include "../rbm/deep/pretrainer.hpp"
#include "../rbm/evaluation/conditional.hpp"
#include "support/enumerate.hpp"

namespace {

using rbm::Bernoulli;
using rbm::Status;

typedef rbm::Dbn<rbm::Layers<Bernoulli<5>, Bernoulli<3>, Bernoulli<5>>> Small;

struct Randomise {
  rbm::Xorshift32& rng;
  template <class Number>
  void operator()(rbm::Parameter, Number& number) {
    number = static_cast<Number>(rbm::normal(rng));
  }
};

template <class Net>
Net random_net(uint32_t seed) {
  Net net;
  rbm::Xorshift32 rng{seed};
  Randomise randomise = {rng};
  rbm::each_parameter(randomise, net);
  return net;
}

/// ln p(v) of all v, from p(v | h) and the top's p(h) alone.
std::vector<double> exact(const Small& net) {
  const Enumeration<Small::Top> top(net.top());
  std::vector<double> p(32, 0);
  for (size_t h = 0; h < 8; ++h) {
    const auto hidden = state_of<rbm::Vector<float, 3>>(h);
    for (size_t v = 0; v < 32; ++v) {
      double conditional = top.visible[h];
      for (size_t i = 0; i < 5; ++i) {
        double x = double(net.rbm<0>().visible.bias[i]);
        for (size_t j = 0; j < 3; ++j) x += double(net.rbm<0>().weights(i, j)) * double(hidden[j]);
        conditional /= 1 + std::exp((v >> i & 1u) != 0 ? -x : x);
      }
      p[v] += conditional;
    }
  }
  for (double& each : p) each = std::log(each);
  return p;
}

template <class Net>
double log_likelihood(const Net& net, const typename Net::Sample& v) {
  static rbm::Likelihood<Net> likelihood;
  double log_partition = 0, result = 0;
  CHECK(likelihood.log_partition(net, log_partition) == Status::ok);
  CHECK(likelihood.mean_log_likelihood(net, &v, 1, log_partition, result) == Status::ok);
  return result;
}

template <class Type>
std::vector<unsigned char> bytes_of(const Type& object) {
  const unsigned char* const first = reinterpret_cast<const unsigned char*>(&object);
  return std::vector<unsigned char>(first, first + sizeof object);
}

}  // namespace

TEST_CASE("belief networks: ln p(v) is the sum over the lower hidden layer") {
  const Small net = random_net<Small>(1);
  const std::vector<double> p = exact(net);
  std::vector<Small::Sample> all;
  double mean = 0, total = 0;
  for (size_t v = 0; v < 32; ++v) {
    all.push_back(state_of<Small::Sample>(v));
    CHECK(log_likelihood(net, all[v]) == doctest::Approx(p[v]).epsilon(1e-6));
    mean += p[v] / 32;
    total += std::exp(log_likelihood(net, all[v]));
  }
  CHECK(total == doctest::Approx(1).epsilon(1e-10));
  // More samples than go through the states together.
  while (all.size() < 256) all.push_back(all[all.size() - 32]);
  while (all.size() < 320) all.push_back(all[5]);
  rbm::Likelihood<Small> likelihood;
  double log_partition = 0, result = 0;
  CHECK(likelihood.log_partition(net, log_partition) == Status::ok);
  CHECK(likelihood.mean_log_likelihood(net, all.data(), all.size(), log_partition, result) == Status::ok);
  CHECK(result == doctest::Approx((256 * mean + 64 * p[5]) / 320).epsilon(1e-6));
}

TEST_CASE("belief networks: with the transpose on top the distribution is that of the Rbm below") {
  Small net = random_net<Small>(2);
  net.start_transposed<1>();
  const Enumeration<Small::RbmOf<0>> below(net.rbm<0>());
  for (size_t v = 0; v < 32; ++v) {
    CHECK(log_likelihood(net, state_of<Small::Sample>(v)) == doctest::Approx(std::log(below.visible[v])).epsilon(1e-6));
  }
}

TEST_CASE("belief networks: the up pass goes through the means, or draws, of each layer") {
  typedef rbm::Dbn<rbm::Layers<Bernoulli<4>, rbm::Spin<3>, Bernoulli<2>, Bernoulli<3>>> Net;
  const Net net = random_net<Net>(3);
  const Net::Sample v = {{1, 0, 1, 1}};
  Net::Means means = {}, draws = {}, by_hand = {};
  net.mean_hidden(v, means);
  rbm::Xorshift32 rng{5}, same{5};
  net.sample_hidden(v, draws, rng);
  net.rbm<0>().mean_hidden(v, by_hand.layer<1>());
  net.rbm<1>().mean_hidden(by_hand.layer<1>(), by_hand.layer<2>());
  net.rbm<2>().mean_hidden(by_hand.layer<2>(), by_hand.layer<3>());
  CHECK(bytes_of(means) == bytes_of(by_hand));
  net.rbm<0>().sample_hidden(v, by_hand.layer<1>(), same);
  net.rbm<1>().sample_hidden(by_hand.layer<1>(), by_hand.layer<2>(), same);
  net.rbm<2>().sample_hidden(by_hand.layer<2>(), by_hand.layer<3>(), same);
  CHECK(bytes_of(draws) == bytes_of(by_hand));
  CHECK(rng.state == same.state);
}

TEST_CASE("belief networks: dreams have the network's distribution" * doctest::test_suite("sampling")) {
  const Small net = random_net<Small>(4);
  const std::vector<double> p = exact(net);
  rbm::DbnChain<Small> chain;
  rbm::Xorshift32 rng{6};
  chain.start(net, state_of<Small::Sample>(9));
  CHECK(chain.run(net, 100, rng) == Status::ok);
  const size_t dreams = 40000;
  std::vector<double> seen(32, 0);
  for (size_t n = 0; n < dreams; ++n) {
    CHECK(chain.run(net, 5, rng) == Status::ok);
    seen[index_of(chain.visible)] += 1;
  }
  // Of 31 degrees of freedom and draws that hardly depend on each other: above 75 in one run of 50 000.
  double chi_square = 0;
  for (size_t v = 0; v < 32; ++v) {
    const double expected = double(dreams) * std::exp(p[v]);
    chi_square += (seen[v] - expected) * (seen[v] - expected) / expected;
  }
  CHECK(chi_square < 75);
}

TEST_CASE("belief networks: dreams under evidence about the label" * doctest::test_suite("sampling")) {
  typedef rbm::Dbn<rbm::Layers<Bernoulli<3>, Bernoulli<2>, Bernoulli<2>>, float, rbm::Softmax<1, 3>> Net;
  const Net net = random_net<Net>(14);
  rbm::DbnChain<Net> chain;
  rbm::Xorshift32 rng{15};
  for (size_t label = 0; label < 3; ++label) {
    for (const bool is_seen :
         {false, true}) {  // unit 1 of the layer beside the label was seen on, wrong one time in ten
      Net::Top::VisibleEvidence evidence;
      evidence.forget();
      evidence.second.clamp(0, label);
      if (is_seen) CHECK(evidence.first.observe(1, true, 0.1f) == Status::ok);

      std::vector<double> p(8, 0);  // of v, by enumeration of both hidden layers
      double total = 0;
      for (size_t h = 0; h < 4; ++h) {
        Net::Top::VisibleState beside = {{float(h & 1u), float(h >> 1)}};
        beside[2 + label] = 1;
        double of_hidden = 0;
        for (size_t t = 0; t < 4; ++t) {
          double energy = -double(net.top().visible.second.bias[label]);
          for (size_t i = 0; i < 2; ++i) energy -= double(net.top().visible.first.bias[i]) * double(beside[i]);
          for (size_t j = 0; j < 2; ++j) {
            if ((t >> j & 1u) == 0) continue;
            energy -= double(net.top().hidden.bias[j]);
            for (size_t i = 0; i < 5; ++i) energy -= double(net.top().weights(i, j)) * double(beside[i]);
          }
          of_hidden += std::exp(-energy);
        }
        if (is_seen) of_hidden *= h >> 1 != 0 ? 0.9 : 0.1;
        total += of_hidden;
        for (size_t v = 0; v < 8; ++v) {
          double conditional = of_hidden;
          for (size_t i = 0; i < 3; ++i) {
            double x = double(net.rbm<0>().visible.bias[i]);
            for (size_t j = 0; j < 2; ++j) x += double(net.rbm<0>().weights(i, j)) * double(beside[j]);
            conditional /= 1 + std::exp((v >> i & 1u) != 0 ? -x : x);
          }
          p[v] += conditional;
        }
      }

      chain.start_from_noise(rng);
      CHECK(chain.run(net, evidence, 100, rng) == Status::ok);
      const size_t dreams = 20000;
      std::vector<double> seen(8, 0);
      for (size_t n = 0; n < dreams; ++n) {
        CHECK(chain.run(net, evidence, 5, rng) == Status::ok);
        seen[index_of(chain.visible)] += 1;
      }
      CHECK(chain.top.visible[2 + label] == 1.0f);
      double chi_square = 0;
      for (size_t v = 0; v < 8; ++v) {
        const double expected = double(dreams) * p[v] / total;
        chi_square += (seen[v] - expected) * (seen[v] - expected) / expected;
      }
      CHECK(chi_square < 34);  // of 7 degrees of freedom: above in one run of 50 000
    }
  }
}

TEST_CASE("greedy training: each Rbm learns, as by its own trainer, what the layers below draw") {
  typedef rbm::Dbn<rbm::Layers<Bernoulli<6>, Bernoulli<4>, Bernoulli<3>, Bernoulli<2>>> Net;
  Net net = random_net<Net>(5), other = net;
  Net::Sample samples[3] = {{{1, 0, 1, 0, 0, 1}}, {{0, 1, 1, 0, 1, 1}}, {{1, 1, 1, 0, 0, 0}}};
  rbm::Pretrainer<Net, 3, rbm::persistent | rbm::centred> greedy;
  rbm::Trainer<Net::RbmOf<2>, 3, rbm::persistent | rbm::centred> trainer;
  greedy.options.learning_rate = trainer.options.learning_rate = 0.3f;
  rbm::Xorshift32 rng{7};
  CHECK(greedy.step(net, 0, samples, 3, rng) == Status::ok);  // another layer before: it starts anew
  other.rbm<0>() = net.rbm<0>();
  rbm::Xorshift32 same = rng;
  for (int step = 0; step < 3; ++step) {
    CHECK(greedy.step(net, 2, samples, 3, rng) == Status::ok);
    rbm::Vector<float, 3> inputs[3];
    Net::Means states;
    for (size_t s = 0; s < 3; ++s) {
      other.rbm<0>().sample_hidden(samples[s], states.layer<1>(), same);
      other.rbm<1>().sample_hidden(states.layer<1>(), inputs[s], same);
    }
    CHECK(trainer.step(other.rbm<2>(), inputs, 3, same) == Status::ok);
  }
  CHECK(bytes_of(net.rbm<0>()) == bytes_of(other.rbm<0>()));
  CHECK(bytes_of(net.rbm<1>()) == bytes_of(other.rbm<1>()));
  CHECK(bytes_of(net.rbm<2>()) == bytes_of(other.rbm<2>()));
  CHECK(rng.state == same.state);
}

TEST_CASE("greedy training: no more memory than the largest trainer and what it learns from") {
  typedef rbm::Dbn<rbm::Layers<Bernoulli<64>, Bernoulli<16>, Bernoulli<8>>, rbm::Fixed<int8_t, 5>> Net;
  typedef rbm::Pretrainer<Net, 1> Greedy;
  CHECK(sizeof(Greedy) <= sizeof(rbm::OnlineTrainer<Net::RbmOf<0>>) + sizeof(Net::Sample) + sizeof(Net::Means) + 48);
}

TEST_CASE("belief networks with a label: the top Rbm learns it, and tells it") {
  typedef rbm::Dbn<rbm::Layers<Bernoulli<6>, Bernoulli<6>, Bernoulli<8>>, float, rbm::Softmax<1, 2>> Net;
  typedef rbm::Vector<float, 2> Label;
  static Net net;
  static rbm::Pretrainer<Net, 10, rbm::persistent | rbm::centred> greedy;
  rbm::Xorshift32 rng{8};
  std::vector<Net::Sample> samples(200);
  std::vector<Label> labels(200);
  for (size_t s = 0; s < 200; ++s) {  // the left or the right half is on, a pixel in ten is wrong
    for (size_t i = 0; i < 6; ++i)
      samples[s][i] = ((i < 3) == (s % 2 == 0)) != (rbm::uniform(rng) < 0.1f) ? 1.0f : 0.0f;
    labels[s] = s % 2 == 0 ? Label{{1, 0}} : Label{{0, 1}};
  }
  CHECK(rbm::initialize(net, samples.data(), 200, rng) == Status::ok);
  for (size_t k = 0; k < 2; ++k) {
    for (int epoch = 0; epoch < 60; ++epoch) {
      CHECK(greedy.epoch(net, k, samples.data(), labels.data(), 200, rng) == Status::ok);
    }
  }
  static rbm::DbnChain<Net> chain;
  size_t wrong = 0;
  for (size_t s = 0; s < 200; ++s) {
    rbm::Vector<float, 2> p;
    chain.start(net, samples[s]);
    CHECK(rbm::classify(net.top(), chain.top.visible, 6, p) == Status::ok);
    wrong += (p[0] > 0.5f) != (s % 2 == 0);
  }
  CHECK(wrong <= 12);  // two of three pixels are wrong in 2.8 % of the halves; 50 % without the label
  rbm::Vector<float, 2> none[1] = {{{1, 1}}};
  const auto before = bytes_of(net);
  const uint32_t state = rng.state;
  CHECK(greedy.step(net, 1, samples.data(), none, 1, rng) == Status::out_of_range);
  CHECK(bytes_of(net) == before);
  CHECK(rng.state == state);
}

TEST_CASE("greedy training of a Dbm: what comes from one side only counts twice") {
  typedef rbm::Dbm<rbm::Layers<Bernoulli<1>, Bernoulli<1>, Bernoulli<1>>> Net;
  // All inputs are at least 10 in magnitude, so units follow their sign but in one case of 20 000. The upper bias moves
  // by the rate if its unit is on at the data, and off at the end of the chain.
  const auto change_of_upper = [](size_t k, float lower_bias, float upper_bias) {
    Net net = {};
    net.weights<0>()(0, 0) = k == 0 ? 20.0f : 60.0f;  // so that layer 1 is on where it is the lower one
    net.weights<1>()(0, 0) = 20;
    net.layer<0>().bias[0] = net.layer<1>().bias[0] = net.layer<2>().bias[0] = 10;
    (k == 0 ? net.layer<0>().bias[0] : net.layer<1>().bias[0]) = lower_bias;
    float& upper = k == 0 ? net.layer<1>().bias[0] : net.layer<2>().bias[0];
    upper = upper_bias;
    rbm::Pretrainer<Net, 1> pretrainer;
    pretrainer.options.learning_rate = 1;
    rbm::Xorshift32 rng{9};
    const Net::Sample on = {{1}};
    CHECK(pretrainer.step(net, k, &on, 1, rng) == Status::ok);
    if (k > 0) CHECK(net.layer<1>().bias[0] == lower_bias);  // it has what it learnt as the upper one
    return double(upper) - double(upper_bias);
  };
  CHECK(std::fabs(change_of_upper(0, -10, -30)) < 0.01);      // up: 2 x 20 - 30 > 0; down: 20 - 10 > 0
  CHECK(std::fabs(change_of_upper(0, -30, -30) - 1) < 0.01);  // down: 20 - 30 < 0
  CHECK(std::fabs(change_of_upper(1, -30, -10)) < 0.01);      // up: 20 - 10 > 0; down: 2 x 20 - 30 > 0
  CHECK(std::fabs(change_of_upper(1, -50, -10) - 1) < 0.01);  // down: 2 x 20 - 50 < 0
  CHECK(std::fabs(change_of_upper(1, -50, -30)) < 0.01);      // up: 20 - 30 < 0
}

TEST_CASE("greedy training of a Dbm: a better start than none") {
  typedef rbm::Dbm<rbm::Layers<Bernoulli<8>, Bernoulli<4>, Bernoulli<3>>> Net;
  static Net net;
  static rbm::Pretrainer<Net, 10, rbm::scheduled> pretrainer;
  static rbm::Likelihood<Net> likelihood;
  rbm::Xorshift32 rng{10};
  std::vector<Net::Sample> samples(200);
  for (Net::Sample& v : samples) {
    for (size_t i = 0; i < 8; ++i) v[i] = i % 4 == 0 ? (rbm::uniform(rng) < 0.5f ? 1.0f : 0.0f) : v[i - 1];
  }
  CHECK(rbm::initialize(net, samples.data(), 200, rng) == Status::ok);
  double log_partition = 0, before = 0, after = 0;
  CHECK(likelihood.log_partition(net, log_partition) == Status::ok);
  CHECK(likelihood.mean_log_likelihood(net, samples.data(), 200, log_partition, before) == Status::ok);
  for (size_t k = 0; k < 2; ++k) {
    for (int epoch = 0; epoch < 30; ++epoch) {
      CHECK(pretrainer.epoch(net, k, samples.data(), 200, rng) == Status::ok);
    }
  }
  CHECK(likelihood.log_partition(net, log_partition) == Status::ok);
  CHECK(likelihood.mean_log_likelihood(net, samples.data(), 200, log_partition, after) == Status::ok);
  CHECK(before < -5.4);  // -8 ln 2 = -5.55: the units are independent
  CHECK(after > -4.5);   // of four pictures, so -1.39 at best, which DbmTrainer goes on to
}

TEST_CASE("greedy training: what is refused changes nothing") {
  Small net = random_net<Small>(11);
  typedef rbm::Dbm<rbm::Layers<Bernoulli<5>, Bernoulli<3>, Bernoulli<5>>> Deep;
  Deep deep = random_net<Deep>(12);
  const auto before = bytes_of(net), deep_before = bytes_of(deep);
  static rbm::Pretrainer<Small, 2> greedy;
  static rbm::Pretrainer<Deep, 2> pretrainer;
  rbm::Xorshift32 rng{13};
  Small::Sample samples[3] = {{{1, 0, 1, 0, 0}}, {{0, 1, 1, 0, 1}}, {{0, 2, 1, 0, 1}}};
  const auto check_both = [&](Status expected, size_t k, const Small::Sample* v, size_t count) {
    const auto same = bytes_of(greedy), deep_same = bytes_of(pretrainer);  // what was learnt before is not given up
    CHECK(greedy.step(net, k, v, count, rng) == expected);
    CHECK(pretrainer.step(deep, k, v, count, rng) == expected);
    CHECK(bytes_of(greedy) == same);
    CHECK(bytes_of(pretrainer) == deep_same);
  };
  check_both(Status::out_of_range, 2, samples, 1);
  check_both(Status::out_of_range, 0, samples, 0);
  check_both(Status::out_of_range, 1, samples, 0);
  check_both(Status::out_of_range, 0, samples + 2, 1);
  check_both(Status::out_of_range, 1, samples + 2, 1);
  check_both(Status::too_large, 0, samples, 3);
  check_both(Status::too_large, 1, samples, 3);
  greedy.options.gibbs_steps = pretrainer.options.gibbs_steps = 0;
  for (size_t k = 0; k < 2; ++k) check_both(Status::out_of_range, k, samples, 1);
  CHECK(greedy.epoch(net, 1, samples, 3, rng) == Status::out_of_range);
  CHECK(pretrainer.epoch(deep, 1, samples, 3, rng) == Status::out_of_range);
  CHECK(bytes_of(net) == before);
  CHECK(bytes_of(deep) == deep_before);
  typedef rbm::Layers<Bernoulli<5>, rbm::Gaussian<3>, Bernoulli<5>> Between;
  static rbm::Dbn<Between> real = {};  // with variances of 0
  static rbm::Dbm<Between> deep_real = {};
  real.rbm<1>().visible.clear();
  static rbm::Pretrainer<rbm::Dbn<Between>, 2> of_real;
  rbm::Pretrainer<rbm::Dbm<Between>, 2> of_deep_real;
  CHECK(of_real.options.learning_rate == 0.001f);
  const auto same = bytes_of(of_real);
  CHECK(of_real.step(real, 1, samples, 1, rng) == Status::out_of_range);
  CHECK(of_deep_real.step(deep_real, 1, samples, 1, rng) == Status::out_of_range);
  CHECK(bytes_of(of_real) == same);
  CHECK(rng.state == 13);
}
