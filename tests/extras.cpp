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
using rbm::mean_field;
using rbm::penalised;
using rbm::persistent;
using rbm::plain;
using rbm::scheduled;
using rbm::with_momentum;

typedef rbm::Rbm<rbm::Bernoulli<5>, rbm::Bernoulli<4>> Model;

template <class Layer>
std::vector<double> biases(const Layer& layer, size_t count) {
  std::vector<double> all;
  for (size_t i = 0; i < count; ++i) {
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
      : a(biases(model.visible, V)),
        b(biases(model.hidden, H)),
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
    const std::vector<double> now_a = biases(model.visible, V), now_b = biases(model.hidden, H);
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
template <class M, rbm::Extras Chosen, size_t Batch = 6, class Prepare>
void follow_rules(uint32_t seed, Prepare prepare) {
  rbm::Xorshift32 rng(seed * 0x9E3779B9u);
  M model;
  randomize(model, 0.3f, rng);
  static rbm::Trainer<M, Batch, Chosen> trainer;
  trainer = rbm::Trainer<M, Batch, Chosen>();
  trainer.options.learning_rate = 0.05f;
  prepare(trainer);
  double error = 0;
  Reference<M> reference(model);
  for (int step = 0; step < 30; ++step) {
    std::vector<typename M::VisibleState> samples(step % 3 == 2 ? Batch - Batch / 3 : Batch);
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
      rbm::Rbm<rbm::Joined<rbm::Bernoulli<3>, rbm::Softmax<2, 3>>, rbm::Joined<rbm::Spin<2>, rbm::Softmax<1, 4>>>>();
}

TEST_CASE("large batches follow the rules, tile by tile and, where a sample is grey, row by row") {
  typedef rbm::Rbm<rbm::Bernoulli<71>, rbm::Bernoulli<37>> Binary;
  typedef rbm::Rbm<rbm::Bernoulli<65>, rbm::Joined<rbm::Spin<2>, rbm::Softmax<1, 40>>> Labels;
  follow_rules<Binary, centred, 16>(1, Nothing());
  follow_rules<Binary, with_momentum, 70>(2, Nothing());
  follow_rules<Binary, penalised, 130>(3, AllPenalties());
  follow_rules<Binary, persistent | centred | with_momentum | penalised, 67>(4, Bound());
  follow_rules<Binary, centred | penalised | mean_field, 20>(5, AllPenalties());
  follow_rules<Labels, persistent | centred | with_momentum | penalised, 64>(6, Bound());
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
    double squares = 0;  // parameter by parameter: there is padding between the arrays
    for (size_t k = 0; k < 5 * 4; ++k) {
      squares += std::pow(double(model.weights.values[k]) - double(before.weights.values[k]), 2);
    }
    for (size_t i = 0; i < 5; ++i)
      squares += std::pow(double(model.visible.bias[i]) - double(before.visible.bias[i]), 2);
    for (size_t j = 0; j < 4; ++j) squares += std::pow(double(model.hidden.bias[j]) - double(before.hidden.bias[j]), 2);
    if (bound < 1) {
      CHECK(std::sqrt(squares) == doctest::Approx(double(bound)).epsilon(1e-5));
    } else {
      CHECK(std::sqrt(squares) > 0.02);
      CHECK(std::sqrt(squares) < 1);
    }
  }
}

namespace {

// The move of every parameter is that of the equations, but for the step that rounding may add, and the whole no longer
// than the bound. Nothing but the plain gradient goes into it.
template <class Number>
void check_bound(float rate, float bound) {
  CAPTURE(rate);
  CAPTURE(bound);
  typedef rbm::Rbm<rbm::Bernoulli<40>, rbm::Spin<33>, Number> Energy;
  rbm::Xorshift32 rng(8);
  Energy model;
  rbm::initialize(model, rng);
  const Energy before = model;
  rbm::OnlineTrainer<Energy, penalised> trainer;
  trainer.options.learning_rate = rate;
  trainer.options.largest_update = bound;
  typename Energy::VisibleState v;
  Energy::VisibleLayer::noise(v.values, rng);
  REQUIRE(trainer.step(model, v, rng) == rbm::Status::ok);
  std::vector<double> gradient, moved;
  for (size_t i = 0; i < 40; ++i) {
    const double v_end = double(trainer.visible[0][i]);
    gradient.push_back(double(v[i]) - v_end);
    moved.push_back(double(model.visible.bias[i]) - double(before.visible.bias[i]));
    for (size_t j = 0; j < 33; ++j) {
      gradient.push_back(double(v[i]) * double(trainer.hidden_data[0][j]) - v_end * double(trainer.hidden[0][j]));
      moved.push_back(double(model.weights(i, j)) - double(before.weights(i, j)));
    }
  }
  for (size_t j = 0; j < 33; ++j) {
    gradient.push_back(double(trainer.hidden_data[0][j]) - double(trainer.hidden[0][j]));
    moved.push_back(double(model.hidden.bias[j]) - double(before.hidden.bias[j]));
  }
  double squares = 0, worst = 0, rest = 0;
  for (double each : gradient) squares += std::pow(double(rate) * each, 2);
  const double scale = double(rate) * std::min(1.0, double(bound) / std::sqrt(squares));
  const double step = std::ldexp(1.0, -Number::fraction_bits);
  for (size_t k = 0; k < moved.size(); ++k) {
    worst = std::max(worst, std::fabs(moved[k] - scale * gradient[k]));
    rest += std::pow(moved[k], 2);
  }
  CHECK(worst <= 1.01 * step);
  // Rounding adds a quarter of the square of a step at most, on average, to each.
  CHECK(std::sqrt(rest) <= double(bound) + std::sqrt(0.3 * step * step * static_cast<double>(moved.size())));
}

}  // namespace

TEST_CASE("a bound on the update of integers is none more and none less, however far it is exceeded") {
  for (float rate : {0.1f, 1.0f, 20.0f, 60.0f}) {
    for (float bound : {0.1f, 1.0f, 10.0f, 120.0f}) {
      check_bound<rbm::Fixed<int16_t, 8>>(rate, bound);
      check_bound<rbm::Fixed<int16_t, 11>>(rate, std::min(bound, 10.0f));
      check_bound<rbm::Fixed<int8_t, 3>>(rate, std::min(bound, 10.0f));
    }
  }
}

TEST_CASE("the norm of integers' changes has room for any number of them") {
  typedef rbm::Arithmetic<rbm::Fixed<int8_t, 5>> Ops;
  Ops::SumOfSquares squares;
  double sum = 0;
  for (int k = 0; k < 3000000; ++k) {
    const auto change = Ops::Delta::from_raw(k % 3 == 0 ? INT32_MIN : k % 3 == 1 ? INT32_MAX : 1234567);
    squares.add(change);
    sum += std::pow(double(change), 2);
  }
  for (float bound : {0.5f, 1.0f, 127.0f}) {
    CHECK(double(squares.factor(Ops::Delta(bound))) == doctest::Approx(double(bound) / std::sqrt(sum)).epsilon(1e-3));
  }
}

TEST_CASE("the norm of floats' changes has room for the largest of them, and for small ones") {
  for (float size : {1e-12f, 0.1f, 1.0f, 1e6f, 1e20f, 1e22f}) {
    rbm::Arithmetic<float>::SumOfSquares squares;
    for (int k = 0; k < 100; ++k) squares.add(k % 2 == 0 ? size : -size);
    squares.add(1e-12f);
    const double root = std::sqrt(100 * std::pow(double(size), 2) + 1e-24);
    CHECK(double(squares.factor(1e-13f)) == doctest::Approx(1e-13 / root).epsilon(1e-5));
    CHECK(squares.factor(2e23f) == 1);
  }
  rbm::Arithmetic<float>::SumOfSquares both;  // many below 1 count for more than one beyond
  for (int k = 0; k < 300; ++k) both.add(0.9f);
  both.add(-2.0f);
  CHECK(double(both.factor(1)) == doctest::Approx(1 / std::sqrt(300 * 0.81 + 4)).epsilon(1e-5));
}

TEST_CASE("integers: extras leave parameters where they are that are larger than changes of other formats can be") {
  typedef rbm::Rbm<rbm::Bernoulli<2>, rbm::Bernoulli<2>, rbm::Fixed<int16_t, 4>> Large;
  typedef Large::Scalar Scalar;
  Large model = {{{Scalar(500), Scalar(-700), Scalar(2000), Scalar(0)}}, {{{Scalar(300), Scalar(0)}}}, {{{}}}};
  const Large before = model;
  rbm::OnlineTrainer<Large, with_momentum | penalised | centred> trainer;
  trainer.options.learning_rate = 0.0f;
  rbm::Xorshift32 rng(97);
  for (int step = 0; step < 10; ++step) REQUIRE(trainer.step(model, {{Scalar(1), Scalar(0)}}, rng) == rbm::Status::ok);
  CHECK(same_bits(model, before));
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

TEST_CASE("in integers the schedule falls as it does in floats, for any number of updates") {
  const rbm::FixedOption rate = 100.0f;
  for (float power : {0.01f, 0.1f, 1.0f}) {
    for (uint32_t steps : {1u, 2u, 3u, 1000u, 32148u, 0x7FFFFFFFu, 0xFFFFFFFEu, 0xFFFFFFFFu}) {
      for (uint32_t t : {0u, 1u, 2u, 1000u, 0x80000000u, 0xFFFFFFFEu, 0xFFFFFFFFu}) {
        CAPTURE(power);
        CAPTURE(steps);
        CAPTURE(t);
        const double got =
            double(static_cast<float>(rbm::detail::decayed_rate(rate, rbm::Schedule::power, t, steps, power)));
        CHECK(std::fabs(got - 100 * std::pow(1 + double(t) / steps, -double(power))) < 0.05);
      }
    }
  }
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
template <rbm::Extras Chosen>
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
  typedef rbm::Trainer<Model, 3, Chosen> Trainer;
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
  rbm::detail::BatchGradient<decltype(trainer)> gradient(trainer, batch);
  rbm::detail::update_with_extras(model, trainer, gradient, 0.1f, rng);
  rbm::detail::BatchGradient<decltype(trainer)> flipped_gradient(flipped_trainer, other);
  rbm::detail::update_with_extras(flipped, flipped_trainer, flipped_gradient, 0.1f, rng);
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
  CHECK(base <= 400 + sizeof(rbm::kernels::Active<64>) * (rbm::kernels::has_unit_bits ? 2 : 0));
  CHECK(sizeof(rbm::OnlineTrainer<Large, persistent>) <= base + small);
  CHECK(sizeof(rbm::OnlineTrainer<Large, penalised>) <= base + small);
  CHECK(sizeof(rbm::OnlineTrainer<Large, centred>) <= base + states + small);
  CHECK(sizeof(rbm::OnlineTrainer<Large, with_momentum>) <= base + weights + small);
  CHECK(sizeof(rbm::OnlineTrainer<Large, with_momentum>) >= base + weights);

  CHECK(rbm::OnlineTrainer<Model>().options.learning_rate == 0.1f);
  CHECK(rbm::OnlineTrainer<rbm::Rbm<rbm::Spin<3>, rbm::Softmax<1, 3>>>().options.learning_rate == 0.1f);
  CHECK(rbm::OnlineTrainer<rbm::Rbm<rbm::Gaussian<3>, rbm::Bernoulli<3>>>().options.learning_rate == 0.001f);
  CHECK(rbm::OnlineTrainer<rbm::Rbm<rbm::Bernoulli<3>, rbm::Gaussian<3>>>().options.learning_rate == 0.001f);
  typedef rbm::Joined<rbm::Bernoulli<3>, rbm::Relu<3>> Mixed;
  CHECK(rbm::OnlineTrainer<rbm::Rbm<Mixed, rbm::Bernoulli<3>>>().options.learning_rate == 0.001f);
  CHECK(rbm::OnlineTrainer<Model, persistent>().options.schedule == rbm::Schedule::power);
}

TEST_CASE("learned variances follow their gradient, and find those of the data") {
  typedef rbm::Rbm<rbm::Joined<rbm::Bernoulli<2>, rbm::Gaussian<3>>, rbm::Bernoulli<2>> Mixed;
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
  check(&Options::learning_rate, {-0.1f, 100.1f});
  check(&Options::schedule_power, {-0.1f, 1.1e6f});
  check(&Options::offset_rate, {-0.1f, 1.1f});
  check(&Options::momentum, {-0.1f, 1.0f, 1.1f});
  check(&Options::l1, {-0.1f});
  check(&Options::l2, {-0.1f, 10.0f});  // times the rate, 0.1, a whole weight
  check(&Options::sparsity_cost, {-0.1f});
  check(&Options::sparsity_target, {-1.1e6f, 1.1e6f});
  check(&Options::largest_update, {-0.1f});
  All trainer;
  trainer.options.schedule_steps = 0;
  refused(trainer, rbm::Status::out_of_range);
  trainer.options.schedule_steps = 1;
  trainer.options.schedule = static_cast<rbm::Schedule>(3);  // there is no such schedule
  refused(trainer, rbm::Status::out_of_range);

  typedef rbm::Rbm<rbm::Bernoulli<5>, rbm::Bernoulli<3>, rbm::Fixed<int8_t, 5>> Integers;
  rbm::OnlineTrainer<Integers, rbm::scheduled | rbm::penalised> of_integers;
  Integers narrow;
  rbm::initialize(narrow, rng);
  of_integers.options.l2 = 10.0f;
  CHECK(of_integers.step(narrow, {}, rng) == rbm::Status::out_of_range);
  of_integers.options.l2 = 9.0f;
  CHECK(of_integers.step(narrow, {}, rng) == rbm::Status::ok);
  of_integers.options.schedule = static_cast<rbm::Schedule>(200);
  CHECK(of_integers.step(narrow, {}, rng) == rbm::Status::out_of_range);

  typedef rbm::Rbm<rbm::Gaussian<2>, rbm::Bernoulli<2>> Real;
  Real real;
  rbm::initialize(real, rng);
  for (float bad : {-1.0f, nan_value}) {
    rbm::OnlineTrainer<Real, learned_variance> learner;
    learner.options.variance_rate = bad;
    CHECK(learner.step(real, {{1, 0}}, rng) == (bad < 0 ? rbm::Status::out_of_range : rbm::Status::not_finite));
  }
}

TEST_CASE("where chains of real units run away the model stays as it was") {
  typedef rbm::Rbm<rbm::Gaussian<3>, rbm::Gaussian<2>> Real;
  rbm::Xorshift32 rng(10);
  Real model;
  rbm::initialize(model, rng);
  for (float& weight : model.weights.values) weight = 3;  // far from normalizable
  rbm::Trainer<Real, 2, persistent> trainer;
  trainer.options.gibbs_steps = 20;
  const Real before = model;
  const Real::VisibleState samples[2] = {{{1, 2, 3}}, {{-1, 0, 1}}};
  CHECK(trainer.step(model, samples, 2, rng) == rbm::Status::not_finite);
  CHECK(same_bits(model, before));
  CHECK(trainer.particles == 0);
  CHECK(trainer.epoch(model, samples, 2, rng) == rbm::Status::not_normalizable);
  CHECK(same_bits(model, before));
  trainer.options.gibbs_steps = 1;
  CHECK(trainer.step(model, samples, 2, rng) == rbm::Status::ok);  // from the samples, anew

  for (float& weight : model.weights.values) weight = std::numeric_limits<float>::quiet_NaN();
  CHECK(trainer.step(model, samples, 2, rng) == rbm::Status::not_finite);
}

TEST_CASE("persistent: a smaller batch leaves the other particles alone, and a larger one adds to them") {
  for (uint32_t seed = 1; seed <= 20; ++seed) {  // chains that start apart may meet, but not for all seeds
    rbm::Xorshift32 rng(seed * 0x9E3779B9u), same(0);
    Model model = random_model<Model>(3.0f, seed * 0x9E3779B9u);
    rbm::Trainer<Model, 4, rbm::persistent> trainer;
    Model::VisibleState particles[4];
    size_t known = 0;
    for (size_t count : {2u, 1u, 3u, 2u, 1u, 4u, 3u}) {
      Model::VisibleState samples[4];
      for (auto& sample : samples) Model::VisibleLayer::noise(sample.values, rng);
      const Model before = model;
      same = rng;
      CHECK(trainer.step(model, samples, count, rng) == rbm::Status::ok);
      for (; known < count; ++known) particles[known] = samples[known];
      for (size_t s = 0; s < count; ++s) {
        Model::HiddenState h;
        before.sample_hidden(particles[s], h, same);
        before.sample_visible(h, particles[s], same);
      }
      for (size_t s = 0; s < known; ++s) CHECK(same_bits(trainer.visible[s], particles[s]));
      CHECK(trainer.particles == known);
      CHECK(rng.state == same.state);
    }
  }
}

TEST_CASE("a schedule alone does not make chains persistent") {
  Model one = random_model<Model>(1.0f, 32), two = one;
  rbm::Xorshift32 rng(0x9E3779B9u), same(0x9E3779B9u);
  rbm::OnlineTrainer<Model, rbm::scheduled> timed;
  rbm::OnlineTrainer<Model> untimed;
  timed.options.schedule = rbm::Schedule::constant;
  for (int step = 0; step < 10; ++step) {
    const Model::VisibleState sample = {{1, 0, static_cast<float>(step % 2), 0, 1}};
    CHECK(timed.step(one, sample, rng) == rbm::Status::ok);
    CHECK(untimed.step(two, sample, same) == rbm::Status::ok);
    CHECK(same_bits(one, two));
  }
  CHECK(rng.state == same.state);
  CHECK(!rbm::detail::has(rbm::scheduled, rbm::persistent));
  CHECK(rbm::detail::has(rbm::persistent, rbm::scheduled));
}

TEST_CASE("every option starts as it is documented") {
  typedef rbm::Rbm<rbm::Gaussian<2>, rbm::Bernoulli<2>> Real;
  const auto options = rbm::OnlineTrainer<Real, rbm::persistent | rbm::centred | rbm::with_momentum | rbm::penalised |
                                                    rbm::learned_variance>()
                           .options;
  CHECK(options.gibbs_steps == 1);
  CHECK(options.schedule == rbm::Schedule::power);
  CHECK(options.schedule_steps == 1000);
  CHECK(options.schedule_power == 1.0f);
  CHECK(options.offset_rate == 0.01f);
  CHECK(options.momentum == 0.5f);
  CHECK(options.l1 == 0.0f);
  CHECK(options.l2 == 0.0f);
  CHECK(options.sparsity_cost == 0.0f);
  CHECK(options.sparsity_target == 0.1f);
  CHECK(options.largest_update == 0.0f);
  CHECK(options.variance_rate == 0.001f);
  CHECK(options.check() == rbm::Status::ok);
}

TEST_CASE("means are those of the batch, not of the room for it: offsets and variances") {
  typedef rbm::Rbm<rbm::Gaussian<2>, rbm::Bernoulli<3>> Real;
  rbm::Xorshift32 rng(0x9E3779B9u);
  Real model;
  rbm::initialize(model, rng);
  rbm::Trainer<Real, 8, rbm::centred | rbm::learned_variance> trainer;
  trainer.options.variance_rate = 0.01f;
  const Real::VisibleState samples[2] = {{{1, 2}}, {{3, 5}}};
  CHECK(trainer.step(model, samples, 2, rng) == rbm::Status::ok);
  CHECK(double(trainer.visible_offset[0]) == doctest::Approx(2));
  CHECK(double(trainer.visible_offset[1]) == doctest::Approx(3.5));
  for (size_t i = 0; i < 2; ++i) {
    double squares = 0;
    for (size_t s = 0; s < 2; ++s) {
      squares += (std::pow(double(samples[s][i]), 2) - std::pow(double(trainer.visible[s][i]), 2)) / 2;
    }
    CHECK(double(model.visible.variance[i]) == doctest::Approx(std::exp(0.01 * squares / 2)).epsilon(1e-5));
  }
}

TEST_CASE("a chain has run away where any of its states has") {
  rbm::Xorshift32 rng(0x9E3779B9u);
  typedef rbm::Rbm<rbm::Bernoulli<1>, rbm::Gaussian<1>> Hidden;
  Hidden model;
  model.visible.clear();
  model.hidden.clear();
  model.weights(0, 0) = 1e20f;
  model.visible.bias[0] = 1e30f;  // on at the end of the chain, off in the sample
  rbm::OnlineTrainer<Hidden> trainer;
  CHECK(trainer.step(model, {{0}}, rng) == rbm::Status::not_finite);
  model.visible.bias[0] = -1e30f;  // a particle that is off, a sample that is on
  rbm::OnlineTrainer<Hidden, rbm::persistent> persistent;
  persistent.options.learning_rate = 0;
  CHECK(persistent.step(model, {{0}}, rng) == rbm::Status::ok);
  CHECK(persistent.step(model, {{1}}, rng) == rbm::Status::not_finite);

  typedef rbm::Rbm<rbm::Gaussian<1>, rbm::Bernoulli<1>> Visible;
  Visible other;
  other.visible.clear();
  other.hidden.clear();
  other.weights(0, 0) = 0;
  other.visible.bias[0] = 1e20f;
  rbm::OnlineTrainer<Visible> learner;
  CHECK(learner.step(other, {{0}}, rng) == rbm::Status::not_finite);
}

TEST_CASE("options: the first that is wrong, the edges, and times far below the scale of the schedule") {
  Model model = random_model<Model>(1.0f, 33);
  rbm::Xorshift32 rng(1);
  typedef rbm::OnlineTrainer<Model, rbm::scheduled | rbm::centred | rbm::penalised> Trainer;
  Trainer trainer;
  trainer.options.learning_rate = std::numeric_limits<float>::quiet_NaN();
  trainer.options.l1 = -1;
  CHECK(trainer.step(model, {{1, 0, 1, 0, 1}}, rng) == rbm::Status::not_finite);
  trainer = Trainer();
  trainer.options.learning_rate = -1;
  trainer.options.l1 = std::numeric_limits<float>::quiet_NaN();
  CHECK(trainer.step(model, {{1, 0, 1, 0, 1}}, rng) == rbm::Status::out_of_range);
  trainer = Trainer();
  trainer.options.offset_rate = 1.0001f;
  CHECK(trainer.step(model, {{1, 0, 1, 0, 1}}, rng) == rbm::Status::out_of_range);
  for (float target : {-0.5f, 2.0f}) {
    trainer = Trainer();
    trainer.options.sparsity_target = target;
    trainer.options.offset_rate = 1;
    CHECK(trainer.step(model, {{1, 0, 1, 0, 1}}, rng) == rbm::Status::ok);
  }
  trainer = Trainer();
  trainer.options.learning_rate = 1;
  trainer.options.schedule_steps = 10000000;
  trainer.options.schedule_power = 1e7f;
  trainer.updates = 1;
  CHECK(double(trainer.learning_rate()) == doctest::Approx(std::exp(-1.0)).epsilon(1e-5));
}

TEST_CASE("the variance of samples far from 0 is that about their mean") {
  typedef rbm::Rbm<rbm::Gaussian<1>, rbm::Bernoulli<1>> Real;
  rbm::Xorshift32 rng(1);
  Real model;
  const Real::VisibleState samples[3] = {{{10000}}, {{10001}}, {{10001}}};
  CHECK(rbm::initialize(model, samples, 3, rng) == rbm::Status::ok);
  CHECK(double(model.visible.variance[0]) == doctest::Approx(2.0 / 9).epsilon(1e-3));
}

TEST_CASE("Both has variances where either of its layers has") {
  typedef rbm::Joined<rbm::Gaussian<1>, rbm::Bernoulli<1>> First;
  typedef rbm::Joined<rbm::Bernoulli<1>, rbm::Gaussian<1>> Second;
  CHECK(bool{First::has_variance});
  CHECK(bool{Second::has_variance});
  CHECK(!bool{rbm::Joined<rbm::Spin<1>, rbm::Relu<1>>::has_variance});
}

TEST_CASE("variances learn at a rate that falls as the other one does") {
  typedef rbm::Rbm<rbm::Gaussian<2>, rbm::Bernoulli<2>> Real;
  rbm::Xorshift32 rng(40);
  Real model;
  rbm::initialize(model, rng);
  rbm::OnlineTrainer<Real, rbm::scheduled | rbm::learned_variance> trainer;
  trainer.options.variance_rate = 0.1f;
  trainer.options.schedule = rbm::Schedule::linear;
  trainer.options.schedule_steps = 2;
  const Real::VisibleState sample = {{3, -2}};
  const float half = model.visible.variance[0];
  CHECK(trainer.step(model, sample, rng) == rbm::Status::ok);
  CHECK(model.visible.variance[0] != half);
  CHECK(trainer.step(model, sample, rng) == rbm::Status::ok);
  const Real before = model;
  CHECK(trainer.step(model, sample, rng) == rbm::Status::ok);
  CHECK(same_bits(model, before));
  trainer.updates = 0xFFFFFFFFu;  // stays there
  CHECK(trainer.step(model, sample, rng) == rbm::Status::ok);
  CHECK(same_bits(model, before));
}

TEST_CASE("an epoch takes the mean of its samples, wherever the offsets were") {
  rbm::Xorshift32 rng(41);
  Model model = random_model<Model>(0.5f, 42);
  rbm::Trainer<Model, 2, rbm::centred> trainer;
  trainer.visible_offset.fill(1e8f);
  trainer.has_offsets = true;
  const Model::VisibleState sample = {{0.25f, 0, 1, 0, 1}};
  CHECK(trainer.epoch(model, &sample, 1, rng) == rbm::Status::ok);
  CHECK(same_bits(trainer.visible_offset, sample));
}

TEST_CASE("a model that holds NaN, and samples and rates beyond bounds, are refused") {
  rbm::Xorshift32 rng(43);
  Model model = random_model<Model>(0.5f, 44);
  model.weights(2, 1) = std::numeric_limits<float>::quiet_NaN();
  const Model before = model;
  rbm::OnlineTrainer<Model> trainer;
  CHECK(trainer.step(model, {{1, 0, 1, 0, 1}}, rng) == rbm::Status::not_finite);
  CHECK(same_bits(model, before));
  model = random_model<Model>(0.5f, 44);
  rbm::OnlineTrainer<Model, rbm::penalised> bounded;
  bounded.options.learning_rate = 101;
  const Model other = model;
  CHECK(bounded.step(model, {{1, 0, 1, 0, 1}}, rng) == rbm::Status::out_of_range);
  CHECK(same_bits(model, other));

  typedef rbm::Rbm<rbm::Gaussian<2>, rbm::Bernoulli<2>> Real;
  Real real;
  rbm::initialize(real, rng);
  rbm::OnlineTrainer<Real, rbm::centred | rbm::learned_variance> learner;
  const Real::VisibleState far = {{2e38f, 0}};
  CHECK(learner.epoch(real, &far, 1, rng) == rbm::Status::out_of_range);
  CHECK(learner.visible_offset[0] == 0);
  CHECK(rbm::initialize(real, &far, 1, rng) == rbm::Status::out_of_range);
}

TEST_CASE("a model that was not initialized has no variances, and does not learn") {
  typedef rbm::Rbm<rbm::Bernoulli<2>, rbm::Joined<rbm::Spin<1>, rbm::Gaussian<2>>> Real;
  Real model = {};
  const Real before = model;
  rbm::OnlineTrainer<Real> trainer;
  rbm::Xorshift32 rng(45);
  CHECK(trainer.step(model, {{1, 0}}, rng) == rbm::Status::out_of_range);
  CHECK(trainer.epoch(model, &trainer.visible[0], 1, rng) == rbm::Status::out_of_range);
  CHECK(same_bits(model, before));
  CHECK(rng.state == 45);
}

TEST_CASE("a hidden unit is pushed towards its target by rate times cost, of any size") {
  typedef rbm::Rbm<rbm::Bernoulli<1>, rbm::Bernoulli<1>> One;
  for (float rate : {0.25f, 0.5f, 1.0f}) {
    One model = {};  // whose data and reconstructions say the same of the hidden unit
    rbm::OnlineTrainer<One, rbm::penalised> trainer;
    rbm::Xorshift32 rng(6);
    trainer.options.learning_rate = rate;
    trainer.options.sparsity_cost = 2;
    trainer.options.sparsity_target = 0.75f;
    REQUIRE(trainer.step(model, {{1}}, rng) == rbm::Status::ok);
    CHECK(double(model.hidden.bias[0]) == doctest::Approx(2 * double(rate) * (0.75 - 0.5)));
  }
}
