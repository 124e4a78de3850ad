// What a trainer does beyond CD-k at a constant rate: schedules, persistent chains, centring, momentum, penalties,
// learned variances. Every change is held against the rule written out in double, for the states that the trainer
// shows.
// SPDX-License-Identifier: MIT

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "../rbm/rbm.hpp"
#include "support/models.hpp"

namespace {

using rbm::centred;
using rbm::learned_variance;
using rbm::penalised;
using rbm::persistent;
using rbm::plain;
using rbm::scheduled;
using rbm::with_momentum;

typedef rbm::Rbm<rbm::Bernoulli<5>, rbm::Bernoulli<4>> Model;

template <class Layer, size_t N>
std::vector<double> biases(const Layer& layer, rbm::Size<N>) {
  std::vector<double> all;
  for (size_t i = 0; i < N; ++i) {
    all.push_back(double(layer.bias_of(i)));
  }
  return all;
}

template <class M>
void randomize(M& model, float deviation, rbm::Xorshift32& rng) {
  rbm::initialize(model, rng);
  for (float& weight : model.weights.values) weight = deviation * rbm::normal(rng);
  for (size_t i = 0; i < M::visible_size; ++i) {
    model.visible.bias_of(i) = deviation * rbm::normal(rng);
  }
  for (size_t j = 0; j < M::hidden_size; ++j) {
    model.hidden.bias_of(j) = deviation * rbm::normal(rng);
  }
}

// All parameters in double, and the rules, from the equations alone.
template <class M>
struct Reference {
  enum : size_t { V = M::visible_size, H = M::hidden_size };

  std::vector<double> w, a, b, last_w, last_a, last_b, mu, lambda;
  double momentum = 0, l1 = 0, l2 = 0, cost = 0, target = 0, largest = 0;
  bool is_centred = false;

  explicit Reference(const M& model)
      : a(biases(model.visible, rbm::Size<V>())),
        b(biases(model.hidden, rbm::Size<H>())),
        last_w(V * H, 0.0),
        last_a(V, 0.0),
        last_b(H, 0.0),
        mu(V, 0.0),
        lambda(H, 0.0) {
    for (float weight : model.weights.values) w.push_back(double(weight));
  }

  template <class Trainer>
  void update(const Trainer& trainer, const std::vector<typename M::VisibleState>& samples, double rate) {
    const double n = double(samples.size());
    std::vector<double> dw(V * H, 0.0), da(V, 0.0), db(H, 0.0);
    for (size_t s = 0; s < samples.size(); ++s) {
      for (size_t i = 0; i < V; ++i) {
        const double v = double(samples[s][i]), v_end = double(trainer.visible[s][i]);
        da[i] += (v - v_end) / n;
        for (size_t j = 0; j < H; ++j) {
          const double h = double(trainer.hidden_data[s][j]), h_end = double(trainer.hidden[s][j]);
          dw[i * H + j] += ((v - mu[i]) * (h - lambda[j]) - (v_end - mu[i]) * (h_end - lambda[j])) / n;
        }
      }
      for (size_t j = 0; j < H; ++j) {
        const double h = double(trainer.hidden_data[s][j]);
        db[j] += (h - double(trainer.hidden[s][j]) + cost * (target - h)) / n;
      }
    }
    double squares = 0;
    for (size_t i = 0; i < V * H; ++i) {
      dw[i] = rate * (dw[i] - l2 * w[i]) + momentum * last_w[i];
      squares += dw[i] * dw[i];
    }
    for (size_t i = 0; i < V; ++i) {
      da[i] = rate * da[i] + momentum * last_a[i];
      squares += da[i] * da[i];
    }
    for (size_t j = 0; j < H; ++j) {
      db[j] = rate * db[j] + momentum * last_b[j];
      squares += db[j] * db[j];
    }
    const double scale = largest > 0 && std::sqrt(squares) > largest ? largest / std::sqrt(squares) : 1;
    for (size_t i = 0; i < V; ++i) a[i] += last_a[i] = scale * da[i];
    for (size_t j = 0; j < H; ++j) b[j] += last_b[j] = scale * db[j];
    for (size_t i = 0; i < V; ++i) {
      for (size_t j = 0; j < H; ++j) {
        double& weight = w[i * H + j];
        const double old = weight;
        weight += last_w[i * H + j] = scale * dw[i * H + j];
        weight = weight > rate * l1 ? weight - rate * l1 : weight < -rate * l1 ? weight + rate * l1 : 0;
        if (is_centred) {  // a = a' - W lambda, b = b' - mu W
          a[i] -= (weight - old) * lambda[j];
          b[j] -= (weight - old) * mu[i];
        }
      }
    }
  }

  double largest_difference(const M& model) const {
    const std::vector<double> now_a = biases(model.visible, rbm::Size<V>()),
                              now_b = biases(model.hidden, rbm::Size<H>());
    double most = 0;
    for (size_t i = 0; i < V * H; ++i) most = std::max(most, std::fabs(w[i] - double(model.weights.values[i])));
    for (size_t i = 0; i < V; ++i) most = std::max(most, std::fabs(a[i] - now_a[i]));
    for (size_t j = 0; j < H; ++j) most = std::max(most, std::fabs(b[j] - now_b[j]));
    return most;
  }
};

template <class M, class Trainer>
auto take_momentum(const Trainer& trainer, Reference<M>& reference, int) -> decltype(trainer.options.momentum, void()) {
  reference.momentum = double(trainer.options.momentum);
}
template <class M, class Trainer>
void take_momentum(const Trainer&, Reference<M>&, long) {}

template <class M, class Trainer>
auto take_penalties(const Trainer& trainer, Reference<M>& reference, int) -> decltype(trainer.options.l2, void()) {
  reference.l1 = double(trainer.options.l1);
  reference.l2 = double(trainer.options.l2);
  reference.cost = double(trainer.options.sparsity_cost);
  reference.target = double(trainer.options.sparsity_target);
  reference.largest = double(trainer.options.largest_update);
}
template <class M, class Trainer>
void take_penalties(const Trainer&, Reference<M>&, long) {}

template <class M, class Trainer>
auto take_offsets(const Trainer& trainer, Reference<M>& reference, int) -> decltype(trainer.visible_offset[0], void()) {
  reference.is_centred = true;
  for (size_t i = 0; i < M::visible_size; ++i) reference.mu[i] = double(trainer.visible_offset[i]);
  for (size_t j = 0; j < M::hidden_size; ++j) reference.lambda[j] = double(trainer.hidden_offset[j]);
}
template <class M, class Trainer>
void take_offsets(const Trainer&, Reference<M>&, long) {}

// Thirty updates, each of which must be what the rules make of the states that the trainer shows afterwards.
template <class M, unsigned Extras, class Prepare>
void follow_rules(uint32_t seed, Prepare prepare) {
  rbm::Xorshift32 rng(seed * 0x9E3779B9u);
  M model;
  randomize(model, 0.3f, rng);
  static rbm::Trainer<M, 6, Extras> trainer;
  trainer = rbm::Trainer<M, 6, Extras>();
  trainer.options.learning_rate = 0.05f;
  prepare(trainer);
  double error = 0;
  Reference<M> reference(model);
  for (int step = 0; step < 30; ++step) {
    std::vector<typename M::VisibleState> samples(step % 3 == 2 ? 4 : 6);
    for (auto& sample : samples) M::VisibleLayer::noise(sample.values, rng);
    const double rate = double(trainer.learning_rate());
    const Reference<M> before = reference;
    reference = Reference<M>(model);  // rounding does not add up
    reference.last_w = before.last_w;
    reference.last_a = before.last_a;
    reference.last_b = before.last_b;
    CHECK(trainer.step(model, samples.data(), samples.size(), rng) == rbm::Status::ok);
    take_momentum(trainer, reference, 0);
    take_penalties(trainer, reference, 0);
    take_offsets(trainer, reference, 0);
    reference.update(trainer, samples, rate);
    error = std::max(error, reference.largest_difference(model));
  }
  CHECK(error < 3e-6);
}

struct Nothing {
  template <class Trainer>
  void operator()(Trainer&) const {}
};

struct AllPenalties {
  template <class Trainer>
  void operator()(Trainer& trainer) const {
    trainer.options.l2 = 0.3f;
    trainer.options.l1 = 0.2f;
    trainer.options.sparsity_cost = 0.7f;
    trainer.options.sparsity_target = 0.2f;
  }
};

struct Bound {
  template <class Trainer>
  void operator()(Trainer& trainer) const {
    AllPenalties()(trainer);
    trainer.options.largest_update = 0.02f;
  }
};

template <class M>
void follow_all_rules() {
  follow_rules<M, plain>(1, Nothing());
  follow_rules<M, scheduled>(2, Nothing());
  follow_rules<M, persistent>(3, Nothing());
  follow_rules<M, centred>(4, Nothing());
  follow_rules<M, with_momentum>(5, Nothing());
  follow_rules<M, penalised>(6, Nothing());
  follow_rules<M, penalised>(7, AllPenalties());
  follow_rules<M, penalised>(8, Bound());
  follow_rules<M, persistent | centred | with_momentum>(9, Nothing());
  follow_rules<M, centred | penalised>(10, Bound());
  follow_rules<M, persistent | centred | with_momentum | penalised>(11, Bound());
}

}  // namespace

TEST_CASE("updates of every combination of rules are those of the equations") {
  follow_all_rules<Model>();
  follow_all_rules<rbm::Rbm<rbm::Spin<40>, rbm::Spin<35>>>();  // more units than are taken at a time
  follow_all_rules<rbm::Rbm<rbm::Gaussian<4>, rbm::Bernoulli<3>>>();
  follow_all_rules<
      rbm::Rbm<rbm::Both<rbm::Bernoulli<3>, rbm::Softmax<2, 3>>, rbm::Both<rbm::Spin<2>, rbm::Softmax<1, 4>>>>();
}

TEST_CASE("a bound makes the change that long, and no longer") {
  for (float bound : {0.01f, 1000.0f}) {
    rbm::Xorshift32 rng(1);
    Model model;
    randomize(model, 1.0f, rng);
    const Model before = model;
    rbm::OnlineTrainer<Model, penalised> trainer;
    trainer.options.largest_update = bound;
    CHECK(trainer.step(model, {{1, 0, 1, 1, 0}}, rng) == rbm::Status::ok);
    double squares = 0;
    const float* from = before.weights.values;
    const float* to = model.weights.values;
    for (size_t i = 0; i < sizeof(Model) / sizeof(float); ++i) squares += std::pow(double(to[i]) - double(from[i]), 2);
    if (bound < 1) {
      CHECK(std::sqrt(squares) == doctest::Approx(double(bound)).epsilon(1e-5));
    } else {
      CHECK(std::sqrt(squares) > 0.02);
      CHECK(std::sqrt(squares) < 1);
    }
  }
}

TEST_CASE("L1 makes weights exactly 0, L2 does not") {
  for (bool l1 : {true, false}) {
    rbm::Xorshift32 rng(2);
    Model model;
    randomize(model, 0.1f, rng);
    rbm::OnlineTrainer<Model, penalised> trainer;
    (l1 ? trainer.options.l1 : trainer.options.l2) = 5.0f;
    for (int step = 0; step < 50; ++step) CHECK(trainer.step(model, {{0, 0, 1, 0, 1}}, rng) == rbm::Status::ok);
    int zeros = 0;
    for (float weight : model.weights.values) zeros += weight == 0.0f;
    if (l1) CHECK(zeros >= 15);
    if (!l1) CHECK(zeros == 0);
  }
}

TEST_CASE("sparsity: the hidden units' mean goes to its target") {
  rbm::Xorshift32 rng(3);
  Model model;
  randomize(model, 0.5f, rng);
  rbm::Trainer<Model, 8, penalised> trainer;
  trainer.options.sparsity_cost = 5.0f;
  trainer.options.sparsity_target = 0.2f;
  std::vector<Model::VisibleState> data(8);
  for (auto& sample : data) Model::VisibleLayer::noise(sample.values, rng);
  for (int step = 0; step < 500; ++step) CHECK(trainer.step(model, data.data(), 8, rng) == rbm::Status::ok);
  for (size_t j = 0; j < 4; ++j) {
    double mean = 0;
    for (size_t s = 0; s < 8; ++s) mean += double(trainer.hidden_data[s][j]) / 8;
    CHECK(std::fabs(mean - 0.2) < 0.05);
  }
}

TEST_CASE("the learning rate follows its schedule") {
  rbm::Xorshift32 rng(4);
  Model model;
  rbm::initialize(model, rng);
  rbm::OnlineTrainer<Model, scheduled> trainer;
  trainer.options.learning_rate = 0.2f;
  trainer.options.schedule_steps = 8;
  trainer.options.schedule_power = 0.5f;
  CHECK(trainer.options.schedule == rbm::Schedule::power);
  for (int t = 0; t < 12; ++t) {
    CHECK(double(trainer.learning_rate()) == doctest::Approx(0.2 / std::sqrt(1 + t / 8.0)).epsilon(1e-6));
    trainer.options.schedule = rbm::Schedule::constant;
    CHECK(trainer.learning_rate() == 0.2f);
    trainer.options.schedule = rbm::Schedule::linear;
    CHECK(double(trainer.learning_rate()) == doctest::Approx(t < 8 ? 0.2 * (1 - t / 8.0) : 0).epsilon(1e-6));
    const Model before = model;
    CHECK(trainer.step(model, {{1, 0, 1, 0, 1}}, rng) == rbm::Status::ok);
    if (t >= 8) CHECK(same_bits(model, before));
    trainer.options.schedule = rbm::Schedule::power;
    CHECK(trainer.updates == static_cast<uint32_t>(t + 1));
  }
  trainer.updates = 0;
  CHECK(trainer.learning_rate() == 0.2f);
}

TEST_CASE("a persistent chain goes on where it was, whatever the samples are") {
  for (unsigned k : {1u, 3u}) {
    rbm::Xorshift32 rng(5), same(5);
    Model model;
    randomize(model, 1.0f, rng);
    same = rng;
    rbm::Trainer<Model, 3, persistent> trainer;
    trainer.options.gibbs_steps = static_cast<uint16_t>(k);
    trainer.options.schedule = rbm::Schedule::constant;
    std::vector<Model::VisibleState> particles;
    for (int step = 0; step < 20; ++step) {
      std::vector<Model::VisibleState> samples(step == 0 ? 2 : 3);  // the third particle starts an update later
      for (size_t s = 0; s < samples.size(); ++s) {
        for (size_t i = 0; i < 5; ++i) samples[s][i] = static_cast<float>((step + static_cast<int>(s * i)) % 2);
      }
      const Model before = model;
      CHECK(trainer.step(model, samples.data(), samples.size(), rng) == rbm::Status::ok);
      while (particles.size() < samples.size()) particles.push_back(samples[particles.size()]);
      for (size_t s = 0; s < samples.size(); ++s) {
        Model::HiddenState h;
        for (unsigned i = 0; i < k; ++i) {
          before.sample_hidden(particles[s], h, same);
          before.sample_visible(h, particles[s], same);
        }
        CHECK(same_bits(trainer.visible[s], particles[s]));
        before.mean_hidden(particles[s], h);
        CHECK(same_bits(trainer.hidden[s], h));
        before.mean_hidden(samples[s], h);
        CHECK(same_bits(trainer.hidden_data[s], h));
      }
    }
    CHECK(rng.state == same.state);
    CHECK(trainer.particles == 3);
    trainer.particles = 0;  // starts them anew
    const Model::VisibleState sample = {{1, 1, 0, 0, 1}};
    Model::VisibleState v = sample;
    Model::HiddenState h;
    for (unsigned i = 0; i < k; ++i) {
      model.sample_hidden(v, h, same);
      model.sample_visible(h, v, same);
    }
    CHECK(trainer.step(model, sample, rng) == rbm::Status::ok);
    CHECK(same_bits(trainer.visible[0], v));
  }
}

TEST_CASE("offsets: the first batch's means, then moving averages; of all samples in an epoch") {
  rbm::Xorshift32 rng(6);
  Model model;
  randomize(model, 0.5f, rng);
  rbm::Trainer<Model, 2, centred> trainer;
  trainer.options.offset_rate = 0.25f;
  double mu[5] = {}, lambda[4] = {};
  for (int step = 0; step < 5; ++step) {
    Model::VisibleState samples[2];
    for (auto& sample : samples) Model::VisibleLayer::noise(sample.values, rng);
    CHECK(trainer.step(model, samples, 2, rng) == rbm::Status::ok);
    const double share = step == 0 ? 1 : 0.25;
    for (size_t i = 0; i < 5; ++i) {
      mu[i] += share * ((double(samples[0][i]) + double(samples[1][i])) / 2 - mu[i]);
      CHECK(double(trainer.visible_offset[i]) == doctest::Approx(mu[i]).epsilon(1e-6));
    }
    for (size_t j = 0; j < 4; ++j) {
      lambda[j] += share * ((double(trainer.hidden_data[0][j]) + double(trainer.hidden_data[1][j])) / 2 - lambda[j]);
      CHECK(double(trainer.hidden_offset[j]) == doctest::Approx(lambda[j]).epsilon(1e-6));
    }
  }
  std::vector<Model::VisibleState> data(7);
  for (auto& sample : data) Model::VisibleLayer::noise(sample.values, rng);
  CHECK(trainer.epoch(model, data.data(), 7, rng) == rbm::Status::ok);
  for (size_t i = 0; i < 5; ++i) {
    double mean = 0;
    for (const auto& sample : data) mean += double(sample[i]) / 7;
    CHECK(double(trainer.visible_offset[i]) == doctest::Approx(mean).epsilon(1e-6));
  }
  CHECK(trainer.hidden_offset[0] > 0);
}

// The model that gives flipped data the same probabilities has -a, b + sum_i W_i and -W. A centred update of it from
// flipped states must lead to the model that belongs in the same way to the other's updated one; a plain update does
// not.
template <unsigned Extras>
double flip_difference() {
  rbm::Xorshift32 rng(7);
  Model model, flipped;
  randomize(model, 0.5f, rng);
  const auto flip = [](const Model& from) {
    Model to = from;
    for (size_t i = 0; i < 5; ++i) {
      to.visible.bias[i] = -from.visible.bias[i];
      for (size_t j = 0; j < 4; ++j) {
        to.weights(i, j) = -from.weights(i, j);
        to.hidden.bias[j] += from.weights(i, j);
      }
    }
    return to;
  };
  flipped = flip(model);
  typedef rbm::Trainer<Model, 3, Extras> Trainer;
  Trainer trainer, flipped_trainer;
  rbm::Vector<Model::VisibleState, 3> data, ends, flipped_data, flipped_ends;
  rbm::Vector<Model::HiddenState, 3> h_data, h_end;
  for (size_t s = 0; s < 3; ++s) {
    Model::VisibleLayer::noise(data[s].values, rng);
    Model::VisibleLayer::noise(ends[s].values, rng);
    for (size_t i = 0; i < 5; ++i) flipped_data[s][i] = 1 - data[s][i];
    for (size_t i = 0; i < 5; ++i) flipped_ends[s][i] = 1 - ends[s][i];
    model.mean_hidden(data[s], h_data[s]);
    model.mean_hidden(ends[s], h_end[s]);
  }
  CHECK(trainer.step(model, data.values, 3, rng) == rbm::Status::ok);  // only to have offsets
  flipped_trainer = trainer;
  model = flip(flipped);
  struct Flip {
    static void offsets(rbm::Trainer<Model, 3, centred>& t) {
      for (float& x : t.visible_offset) x = 1 - x;
    }
    static void offsets(rbm::Trainer<Model, 3, with_momentum>&) {}
  };
  Flip::offsets(flipped_trainer);
  const rbm::detail::Statistics<Model> batch = {data.values, h_data.values, ends.values, h_end.values, 3};
  const rbm::detail::Statistics<Model> other = {flipped_data.values, h_data.values, flipped_ends.values, h_end.values,
                                                3};
  rbm::detail::Update<Trainer>(model, trainer, batch, 0.1f).run();
  rbm::detail::Update<Trainer>(flipped, flipped_trainer, other, 0.1f).run();
  const Model expected = flip(model);
  double most = 0;
  for (size_t i = 0; i < 20; ++i) {
    most = std::max(most, std::fabs(double(expected.weights.values[i]) - double(flipped.weights.values[i])));
  }
  for (size_t i = 0; i < 5; ++i) {
    most = std::max(most, std::fabs(double(expected.visible.bias[i]) - double(flipped.visible.bias[i])));
  }
  for (size_t j = 0; j < 4; ++j) {
    most = std::max(most, std::fabs(double(expected.hidden.bias[j]) - double(flipped.hidden.bias[j])));
  }
  return most;
}

TEST_CASE("a centred update does not see whether the data are flipped") {
  CHECK(flip_difference<centred>() < 1e-6);
  CHECK(flip_difference<with_momentum>() > 1e-3);
}

TEST_CASE("what is not asked for costs no memory, and defaults suit the units") {
  typedef rbm::Rbm<rbm::Bernoulli<64>, rbm::Bernoulli<16>> Large;
  const size_t states = (64 + 16) * sizeof(float);
  const size_t weights = sizeof(Large);
  const size_t small = 64;  // options, counters, alignment
  const size_t base = sizeof(rbm::OnlineTrainer<Large>);
  CHECK(base == 400);
  CHECK(sizeof(rbm::OnlineTrainer<Large, persistent>) <= base + small);
  CHECK(sizeof(rbm::OnlineTrainer<Large, penalised>) <= base + small);
  CHECK(sizeof(rbm::OnlineTrainer<Large, centred>) <= base + states + small);
  CHECK(sizeof(rbm::OnlineTrainer<Large, with_momentum>) <= base + weights + small);
  CHECK(sizeof(rbm::OnlineTrainer<Large, with_momentum>) >= base + weights);

  CHECK(rbm::OnlineTrainer<Model>().options.learning_rate == 0.1f);
  CHECK(rbm::OnlineTrainer<rbm::Rbm<rbm::Spin<3>, rbm::Softmax<1, 3>>>().options.learning_rate == 0.1f);
  CHECK(rbm::OnlineTrainer<rbm::Rbm<rbm::Gaussian<3>, rbm::Bernoulli<3>>>().options.learning_rate == 0.001f);
  CHECK(rbm::OnlineTrainer<rbm::Rbm<rbm::Bernoulli<3>, rbm::Gaussian<3>>>().options.learning_rate == 0.001f);
  typedef rbm::Both<rbm::Bernoulli<3>, rbm::Relu<3>> Mixed;
  CHECK(rbm::OnlineTrainer<rbm::Rbm<Mixed, rbm::Bernoulli<3>>>().options.learning_rate == 0.001f);
  CHECK(rbm::OnlineTrainer<Model, persistent>().options.schedule == rbm::Schedule::power);
}

TEST_CASE("learned variances follow their gradient, and find those of the data") {
  typedef rbm::Rbm<rbm::Both<rbm::Bernoulli<2>, rbm::Gaussian<3>>, rbm::Bernoulli<2>> Mixed;
  rbm::Xorshift32 rng(8);
  Mixed model;
  randomize(model, 0.3f, rng);
  model.visible.second.variance = {{0.5f, 1.0f, 2.0f}};
  rbm::Trainer<Mixed, 4, learned_variance> trainer;
  trainer.options.variance_rate = 0.01f;
  for (int step = 0; step < 20; ++step) {
    const Mixed before = model;
    std::vector<Mixed::VisibleState> samples(4);
    for (auto& sample : samples) Mixed::VisibleLayer::noise(sample.values, rng);
    CHECK(trainer.step(model, samples.data(), 4, rng) == rbm::Status::ok);
    for (size_t i = 0; i < 3; ++i) {
      double squares = 0;
      for (size_t s = 0; s < 4; ++s) {
        squares += (std::pow(double(samples[s][2 + i]), 2) - std::pow(double(trainer.visible[s][2 + i]), 2)) / 4;
      }
      const double old = double(before.visible.second.variance[i]);
      CHECK(double(model.visible.second.variance[i]) ==
            doctest::Approx(old * std::exp(0.01 * squares / (2 * old))).epsilon(1e-5));
    }
  }

  // Independent units with variances 0.25 and 4, from a start at 1. The estimate scatters with the rate.
  typedef rbm::Rbm<rbm::Gaussian<2>, rbm::Bernoulli<1>> Noise;
  Noise noise;
  rbm::initialize(noise, rng);
  rbm::Trainer<Noise, 20, learned_variance> learner;
  learner.options.learning_rate = 0;  // no weights, so the model is its biases and variances
  learner.options.variance_rate = 0.02f;
  for (float& weight : noise.weights.values) weight = 0;
  for (int step = 0; step < 3000; ++step) {
    std::vector<Noise::VisibleState> samples(20);
    for (auto& sample : samples) sample = {{0.5f * rbm::normal(rng), 2.0f * rbm::normal(rng)}};
    CHECK(learner.step(noise, samples.data(), 20, rng) == rbm::Status::ok);
  }
  CHECK(double(noise.visible.variance[0]) == doctest::Approx(0.25).epsilon(0.15));
  CHECK(double(noise.visible.variance[1]) == doctest::Approx(4).epsilon(0.15));
}

TEST_CASE("options outside their range are refused, and change nothing") {
  rbm::Xorshift32 rng(9);
  Model model;
  randomize(model, 0.5f, rng);
  typedef rbm::OnlineTrainer<Model, persistent | centred | with_momentum | penalised> All;
  const float nan_value = std::numeric_limits<float>::quiet_NaN();
  const float infinite = std::numeric_limits<float>::infinity();
  const Model before = model;
  const auto refused = [&](All& trainer, rbm::Status expected) {
    const uint32_t state = rng.state;
    CHECK(trainer.step(model, {{1, 0, 1, 0, 1}}, rng) == expected);
    CHECK(same_bits(model, before));
    CHECK(rng.state == state);
    CHECK(trainer.updates == 0);
    CHECK(trainer.particles == 0);
    CHECK(!trainer.has_offsets);
  };
  const auto check = [&](float rbm::TrainingOptions<All::extras>::*option, std::initializer_list<float> outside) {
    for (float value : {nan_value, infinite, -infinite}) {
      All trainer;
      trainer.options.*option = value;
      refused(trainer, rbm::Status::not_finite);
    }
    for (float value : outside) {
      All trainer;
      trainer.options.*option = value;
      refused(trainer, rbm::Status::out_of_range);
    }
  };
  typedef rbm::TrainingOptions<All::extras> Options;
  check(&Options::learning_rate, {-0.1f});
  check(&Options::schedule_power, {-0.1f});
  check(&Options::offset_rate, {-0.1f, 1.1f});
  check(&Options::momentum, {-0.1f, 1.0f, 1.1f});
  check(&Options::l1, {-0.1f});
  check(&Options::l2, {-0.1f});
  check(&Options::sparsity_cost, {-0.1f});
  check(&Options::sparsity_target, {});
  check(&Options::largest_update, {-0.1f});
  All trainer;
  trainer.options.schedule_steps = 0;
  refused(trainer, rbm::Status::out_of_range);

  typedef rbm::Rbm<rbm::Gaussian<2>, rbm::Bernoulli<2>> Real;
  Real real;
  rbm::initialize(real, rng);
  for (float bad : {-1.0f, nan_value}) {
    rbm::OnlineTrainer<Real, learned_variance> learner;
    learner.options.variance_rate = bad;
    CHECK(learner.step(real, {{1, 0}}, rng) == (bad < 0 ? rbm::Status::out_of_range : rbm::Status::not_finite));
  }
  rbm::OnlineTrainer<Real, learned_variance> learner;
  learner.options.mean_field_visible = true;  // a mean has no variance to compare
  CHECK(learner.step(real, {{1, 0}}, rng) == rbm::Status::out_of_range);
}

TEST_CASE("where chains of real units run away the model stays as it was") {
  typedef rbm::Rbm<rbm::Gaussian<3>, rbm::Gaussian<2>> Real;
  rbm::Xorshift32 rng(10);
  Real model;
  rbm::initialize(model, rng);
  for (float& weight : model.weights.values) weight = 3;  // far from normalizable
  rbm::Trainer<Real, 2, persistent> trainer;
  trainer.options.learning_rate = 0;
  const Real before = model;
  const Real::VisibleState samples[2] = {{{1, 2, 3}}, {{-1, 0, 1}}};
  rbm::Status status = rbm::Status::ok;
  int steps = 0;
  while (status == rbm::Status::ok && steps < 100) {
    status = trainer.step(model, samples, 2, rng);
    ++steps;
  }
  CHECK(status == rbm::Status::not_finite);
  CHECK(steps > 3);
  CHECK(same_bits(model, before));
  CHECK(trainer.particles == 0);
  CHECK(trainer.step(model, samples, 2, rng) == rbm::Status::ok);  // from the samples, anew

  for (float& weight : model.weights.values) weight = std::numeric_limits<float>::quiet_NaN();
  CHECK(trainer.step(model, samples, 2, rng) == rbm::Status::not_finite);
}
