// Learning of deep Boltzmann machines: every step is the documented update, in double, for the means and particles that
// the trainer shows; particles are distributed as the model; exact likelihoods rise.
// SPDX-License-Identifier: MIT

#include "../rbm/deep/dbm_trainer.hpp"

#include <doctest/doctest.h>

#include <cstring>
#include <functional>
#include <limits>

#include "../rbm/deep/initialize.hpp"
#include "../rbm/deep/likelihood.hpp"
#include "support/likelihood.hpp"
#include "support/pairs.hpp"

namespace {

using namespace rbm;
using detail::part_of;

typedef Fixed<int16_t, 11> Fixed16;
typedef Fixed<int8_t, 5> Fixed8;
typedef Layers<Bernoulli<5>, Spin<4>, Bernoulli<3>> TwoHidden;
typedef Layers<Joined<Bernoulli<2>, Softmax<1, 3>>, Spin<3>, Softmax<1, 3>, Bernoulli<2>> Mixed;
typedef Layers<Gaussian<3>, Bernoulli<4>, Softmax<2, 3>, Spin<2>> Real;
typedef Layers<Bernoulli<70>, Bernoulli<37>, Spin<34>> Wide;  // more than a tile, and than a block of units
const Extras all_extras = centred | with_momentum | penalised;
typedef std::vector<Values> Rows;
typedef std::vector<size_t> Sizes;

struct EachParameter {
  std::function<double(bool, double)> f;  // of whether it is a variance, and what it was
  template <class Number>
  void operator()(Parameter kind, Number& x) {
    set(x, f(kind == Parameter::variance, double(x)));
  }
};

template <class Net>
Net changed(Net net, const std::function<double(bool, double)>& f) {
  EachParameter each = {f};
  each_parameter(each, net);
  return net;
}

template <class Net>
Net random_net(float deviation, Xorshift32& rng) {
  return changed(Net(), [&](bool is_variance, double) {
    return double(is_variance ? 0.5f + uniform(rng) : deviation * normal(rng));
  });
}

template <class Net>
std::vector<typename Net::Sample> noise(size_t count, Xorshift32& rng) {
  std::vector<typename Net::Sample> samples(count);
  for (auto& sample : samples) Net::template LayerOf<0>::noise(sample.values, rng);
  return samples;
}

// Biases of all layers, then weights.
template <class Net>
Values parameters_of(const Net& net) {
  Values all;
  changed(net, [&](bool is_variance, double x) { return is_variance ? x : (all.push_back(x), x); });
  return all;
}

template <class... Units, class Number>
Sizes sizes_of(const Dbm<Layers<Units...>, Number>&) {
  return {size_t{Units::size}...};
}

// What there is of each layer, or of state s of many, side by side.
template <class Number, size_t size>
Values flat(const Vector<Number, size>& units, size_t = 0, Values all = Values()) {
  for (Number unit : units) all.push_back(double(unit));
  return all;
}
template <class Number, size_t size, size_t count>
Values flat(const Vector<Vector<Number, size>, count>& states, size_t s, const Values& all) {
  return flat(states[s], 0, all);
}
template <class Part, class Units>
Values flat(const detail::PerLayer<Part, Units>& chain, size_t s = 0, const Values& all = Values()) {
  return flat(chain.first, s, all);
}
template <class Part, class First, class Second, class... More>
Values flat(const detail::PerLayer<Part, First, Second, More...>& chain, size_t s = 0, const Values& all = Values()) {
  return flat(chain.second, s, flat(chain.first, s, all));
}

// Calls visit(n, i, j) for the parameter n, the weight between the units i and j.
template <class Visit>
void each_weight(const Sizes& sizes, const Visit& visit) {
  size_t n = 0;
  for (size_t size : sizes) n += size;
  for (size_t k = 0, first = 0; k + 1 < sizes.size(); first += sizes[k++]) {
    for (size_t i = first; i < first + sizes[k]; ++i) {
      for (size_t j = first + sizes[k]; j < first + sizes[k] + sizes[k + 1]; ++j) visit(n++, i, j);
    }
  }
}

// What -E multiplies the parameters with: the units' states, then their products, each less its offset there.
Values statistics(const Sizes& sizes, const Values& s, const Values& offsets) {
  Values all = s;
  each_weight(sizes, [&](size_t, size_t i, size_t j) { all.push_back((s[i] - offsets[i]) * (s[j] - offsets[j])); });
  return all;
}

// Their average; without probabilities each state counts as much.
Values average(const Sizes& sizes, const Rows& states, const Values& offsets, const Values& p = Values()) {
  Values sums;
  for (size_t s = 0; s < states.size(); ++s) {
    const Values each = statistics(sizes, states[s], offsets);
    sums.resize(each.size(), 0);
    for (size_t n = 0; n < each.size(); ++n) sums[n] += each[n] * (p.empty() ? 1 / double(states.size()) : p[s]);
  }
  return sums;
}

double largest_difference(const Values& a, const Values& b) {
  double largest = a.size() == b.size() ? 0 : 1e9;
  for (size_t n = 0; n < std::min(a.size(), b.size()); ++n) largest = std::max(largest, std::fabs(a[n] - b[n]));
  return largest;
}

// Momentum 3/4, offsets that follow by 1/4, penalties and a bound.
template <class Trainer>
void choose_options(Trainer& trainer, float bound) {
  typedef typename Trainer::Option Option;
  trainer.options.learning_rate = 0.125f;
  trainer.options.gibbs_steps = 2;
  auto* const penalties = part_of<detail::PenaltyOptions<Option>>(&trainer.options);
  if (auto* const options = part_of<detail::MomentumOptions<Option>>(&trainer.options)) options->momentum = 0.75f;
  if (auto* const options = part_of<detail::CentringOptions<Option>>(&trainer.options)) options->offset_rate = 0.25f;
  if (penalties == nullptr) return;
  penalties->l1 = penalties->sparsity_target = 0.25f;
  penalties->l2 = 0.375f;
  penalties->sparsity_cost = 0.75f;
  penalties->largest_update = bound;
}

// What a trainer keeps, and the update from the equations alone.
template <class Trainer>
struct Rules {
  typedef typename Trainer::Model Net;

  Sizes sizes;
  Values parameters, changes, offsets;  // the last changes; 0 without the extra

  Rules(Trainer& trainer, const Net& net) : sizes(sizes_of(net)), parameters(parameters_of(net)) {
    auto* const centring = part_of<detail::DeepOffsets<Net>>(&trainer);
    auto* const velocity = part_of<detail::DeepVelocity<Net>>(&trainer);
    Net last = {};
    if (velocity != nullptr) last.all_weights = velocity->weight_changes;
    changes = parameters_of(last);
    const Values of_biases = velocity != nullptr ? flat(velocity->changes) : Values();
    std::copy(of_biases.begin(), of_biases.end(), changes.begin());
    if (centring != nullptr) offsets = flat(centring->offsets);
    offsets.resize(parameters.size(), 0);
  }

  // The biases follow what became of the weights, once these were rounded.
  void update(const Rows& data, const Rows& model, double rate, double bound, const Values& after) {
    const bool is_penalised = detail::has(Trainer::extras, penalised);
    const double momentum = detail::has(Trainer::extras, with_momentum) ? 0.75 : 0, l1 = is_penalised ? 0.25 * rate : 0;
    const Values before = parameters, at_data = average(sizes, data, offsets),
                 of_model = average(sizes, model, offsets);
    double squares = 0;
    for (size_t n = 0; n < parameters.size(); ++n) {
      const bool is_weight = n >= data[0].size(), is_hidden = n >= sizes[0];
      const double penalty = is_weight ? 0.375 * parameters[n] : is_hidden ? 0.75 * (at_data[n] - 0.25) : 0;
      changes[n] = rate * (at_data[n] - of_model[n] - (is_penalised ? penalty : 0)) + momentum * changes[n];
      squares += changes[n] * changes[n];
    }
    const double scale = bound > 0 && std::sqrt(squares) > bound ? bound / std::sqrt(squares) : 1;
    for (size_t n = 0; n < parameters.size(); ++n) parameters[n] += changes[n] *= scale;
    each_weight(sizes, [&](size_t n, size_t i, size_t j) {
      parameters[n] -= parameters[n] > l1 ? l1 : parameters[n] < -l1 ? -l1 : parameters[n];
      parameters[i] -= (after[n] - before[n]) * offsets[j];
      parameters[j] -= (after[n] - before[n]) * offsets[i];
    });
  }
};

// Steps, and epochs of a batch; odd layers of particles end as means given the even ones. The result is what becomes of
// the parameters.
template <class AllLayers, class Number, Extras Chosen, size_t Batch, size_t Particles>
Values follow_rules(uint32_t seed, float bound = 0) {
  CAPTURE(seed);
  typedef Dbm<AllLayers, Number> Net;
  typedef DbmTrainer<Net, Batch, Particles, Chosen> Trainer;
  Xorshift32 rng(seed * 0x9E3779B9u);
  Net net = random_net<Net>(0.5f, rng);
  static Trainer trainer;
  trainer = Trainer();
  choose_options(trainer, bound);
  auto* const centring = part_of<detail::DeepOffsets<Net>>(&trainer);
  // A number is rounded once, but biases of a centred net once more where those of the layer above follow W. The
  // products of means are, too, which the rate makes small.
  const double step = sizeof(Number) == 4 ? 0 : std::ldexp(1.0, sizeof(Number) == 2 ? -11 : -5);
  const double once = 1.1 * step + 1e-6, twice = once + (centring != nullptr ? step : 0);
  size_t stopped[2] = {};
  for (int turn = 0; turn < 8; ++turn) {
    CAPTURE(turn);
    const bool is_epoch = turn % 3 == 2, is_long = turn % 2 == 1;
    auto samples = noise<Net>(turn % 4 == 1 ? Batch - Batch / 3 : Batch, rng);
    if (turn == 5) set(samples[0][0], 0.25);
    const uint16_t most = trainer.options.mean_field_steps = is_long ? 30 : 2;
    const Number tolerance = trainer.options.mean_field_tolerance = Number(is_long ? 0.05f : 0.0f);
    Rows expected, data, model;
    for (const auto& v : samples) {  // mean field from 0, or from the offsets
      typename Net::Means means;
      CHECK(net.mean_field(v, 0, means) == 0);
      if (centring != nullptr) means.states = centring->offsets.second;
      stopped[is_long] += net.continue_mean_field(v, most, means, tolerance) < most;
      expected.push_back(flat(means.states, 0, flat(v)));
    }
    const double rate = double(trainer.learning_rate());
    Rules<Trainer> rules(trainer, net);
    const Net before = net;
    REQUIRE((is_epoch ? trainer.epoch(net, samples.data(), samples.size(), rng)
                      : trainer.step(net, samples.data(), samples.size(), rng)) == Status::ok);

    const Rules<Trainer> after(trainer, net);
    for (size_t s = 0; s < samples.size(); ++s) {
      data.push_back(flat(trainer.all_means, s, flat(samples[s])));
      CHECK(largest_difference(data[s], expected[s]) < 1e-6);
      CHECK(&trainer.template means_of<2>()[s] == &trainer.all_means.second.first[s]);
    }
    for (size_t p = 0; p < Particles; ++p) {
      model.push_back(flat(trainer.all_particles, p));
      Values sides[2];
      for (size_t k = 0, i = 0; k < rules.sizes.size(); ++k) {
        for (size_t left = rules.sizes[k]; left > 0; --left) sides[k % 2].push_back(model[p][i++]);
      }
      typename Net::HiddenState odd;
      before.mean_hidden(to_state<typename Net::VisibleState>(sides[0]), odd);
      CHECK(largest_difference(sides[1], flat(odd)) < 1e-6);
    }
    const Values mean = average(rules.sizes, data, rules.offsets);
    for (size_t i = 0; i < data[0].size() && centring != nullptr; ++i) {
      rules.offsets[i] += (turn == 0 || (is_epoch && i < rules.sizes[0]) ? 1 : 0.25) * (mean[i] - rules.offsets[i]);
    }
    CHECK(largest_difference(rules.offsets, after.offsets) < once);
    rules.offsets = after.offsets;
    rules.update(data, model, rate, double(bound), after.parameters);
    for (size_t n = 0; n < after.parameters.size(); ++n) {
      CHECK(std::fabs(rules.parameters[n] - after.parameters[n]) < (n < data[0].size() ? twice : once));
    }
    CHECK((!detail::has(Chosen, with_momentum) || largest_difference(rules.changes, after.changes) < once));
  }
  CHECK(stopped[0] == 0);
  CHECK(stopped[1] > 0);
  return parameters_of(net);
}

template <class AllLayers, class Number, size_t Batch, size_t Particles>
void follow_all_rules() {
  follow_rules<AllLayers, Number, plain, Batch, Particles>(1);
  follow_rules<AllLayers, Number, centred, Batch, Particles>(2);
  follow_rules<AllLayers, Number, with_momentum, Batch, Particles>(3);
  follow_rules<AllLayers, Number, penalised, Batch, Particles>(4);
  follow_rules<AllLayers, Number, penalised, Batch, Particles>(5, 0.0625f);
  const Values first = follow_rules<AllLayers, Number, all_extras, Batch, Particles>(6, 0.0625f);
  CHECK(first == follow_rules<AllLayers, Number, all_extras, Batch, Particles>(6, 0.0625f));
}

// Average statistics of all joint states, or of those that begin with v.
template <class... Units>
Values exact_averages(const Dbm<Layers<Units...>>& net, const Values& v = Values()) {
  Rows states(1);
  for (const Rows& layer : {all_states<Units>()...}) {
    Rows longer;
    for (const Values& more : layer) {
      for (Values s : states) {
        s.insert(s.end(), more.begin(), more.end());
        longer.push_back(s);
      }
    }
    states = longer;
  }
  const Values parameters = parameters_of(net), zeros(states[0].size(), 0);
  Values logs;
  for (const Values& s : states) {
    const Values all = statistics(sizes_of(net), s, zeros);
    logs.push_back(same_values(v, s.data()) ? 0 : -1e9);
    for (size_t n = 0; n < all.size(); ++n) logs.back() += parameters[n] * all[n];
  }
  return average(sizes_of(net), states, zeros, normalised(logs));
}

// An exact step: the means of the data less the average over all joint states, and no particles.
template <class AllLayers>
void check_exact_step(uint32_t seed) {
  typedef Dbm<AllLayers> Net;
  Xorshift32 rng(seed * 0x9E3779B9u);
  Net net = random_net<Net>(0.6f, rng);
  const Values before = parameters_of(net), of_model = exact_averages(net);
  static DbmTrainer<Net, 3, 1, exact> trainer;
  trainer.options.learning_rate = 0.125f;
  const auto samples = noise<Net>(3, rng);
  const Xorshift32 old = rng;
  REQUIRE(trainer.step(net, samples.data(), 3, rng) == Status::ok);
  CHECK(rng.state == old.state);
  Rows data;
  for (size_t s = 0; s < 3; ++s) data.push_back(flat(trainer.all_means, s, flat(samples[s])));
  const Values at_data = average(sizes_of(net), data, Values(data[0].size(), 0)), after = parameters_of(net);
  for (size_t n = 0; n < after.size(); ++n) {
    CHECK(std::fabs(after[n] - before[n] - 0.125 * (at_data[n] - of_model[n])) < 1e-5);
  }
}

// Particles after many steps that learn nothing, of some 4000 chains that know nothing of each other: all averages of
// what -E is made of within 4.9 standard errors, each a false alarm in a million.
template <class AllLayers, size_t Particles>
void check_stationary(uint32_t seed) {
  typedef Dbm<AllLayers> Net;
  Xorshift32 rng(seed * 0x9E3779B9u);
  Net net = random_net<Net>(0.6f, rng);
  const Values before = parameters_of(net), exact = exact_averages(net);
  std::vector<Average> got(exact.size());
  static DbmTrainer<Net, 2, Particles> trainer;
  trainer.options.learning_rate = 0;
  trainer.options.mean_field_steps = 1;
  for (size_t chains = 0; chains < 4000; chains += Particles) {
    trainer.particles = 0;
    const auto samples = noise<Net>(2, rng);
    for (int step = 0; step < 20; ++step) REQUIRE(trainer.step(net, samples.data(), 2, rng) == Status::ok);
    for (size_t p = 0; p < Particles; ++p) {
      const Values all = statistics(sizes_of(net), flat(trainer.all_particles, p), Values(exact.size(), 0));
      for (size_t n = 0; n < all.size(); ++n) got[n].add(all[n]);
    }
  }
  CHECK(parameters_of(net) == before);
  for (size_t n = 0; n < got.size(); ++n) CHECK(std::fabs(got[n].mean - exact[n]) < 4.9 * got[n].standard_error());
}

// The mean log-likelihood over the last 20 epochs.
template <size_t Batch, size_t Particles, class Net>
double learn(Net& net, const std::vector<typename Net::Sample>& samples, float rate, int epochs, Xorshift32& rng) {
  DbmTrainer<Net, Batch, Particles, centred> trainer;
  trainer.options.learning_rate = rate;
  double sum = 0;
  for (int epoch = 1; epoch <= epochs; ++epoch) {
    REQUIRE(trainer.epoch(net, samples.data(), samples.size(), rng) == Status::ok);
    if (epoch > epochs - 20) sum += mean_log_likelihood(net, samples) / 20;
  }
  return sum;
}

}  // namespace

TEST_CASE("an exact step is the gradient by enumeration of the even or odd layers") {
  check_exact_step<TwoHidden>(1);
  check_exact_step<Mixed>(2);
  check_exact_step<Layers<Bernoulli<3>, Bernoulli<6>, Spin<2>, Softmax<1, 4>, Bernoulli<2>>>(3);
}

TEST_CASE("every step is the update of the equations, from means by mean field") {
  follow_all_rules<TwoHidden, float, 10, 100>();
  follow_rules<Mixed, float, plain, 5, 3>(8);
  follow_rules<Mixed, float, all_extras, 5, 3>(9);
  follow_rules<Real, float, plain, 5, 3>(10);
  follow_rules<Real, float, all_extras, 10, 100>(11, 0.0625f);
  follow_rules<Wide, float, all_extras, 6, 70>(12, 0.0625f);
  follow_rules<Wide, float, plain, 6, 3>(13);  // particles one by one
}

TEST_CASE("integers make the same update, each parameter rounded up or down by less than a step") {
  follow_all_rules<Mixed, Fixed16, 5, 3>();
  follow_rules<TwoHidden, Fixed16, plain, 10, 100>(8);
  follow_rules<Real, Fixed16, all_extras, 3, 5>(9, 0.0625f);
  follow_rules<TwoHidden, Fixed8, plain, 10, 100>(10);
  follow_rules<Mixed, Fixed8, all_extras, 5, 3>(11);
}

TEST_CASE("an epoch is its batches in their order, and its visible offsets are the means of all samples") {
  typedef Dbm<Mixed> Net;
  Xorshift32 rng(0x9E3779B9u);
  Net net = random_net<Net>(0.5f, rng), by_hand = net;
  const auto samples = noise<Net>(8, rng);
  Xorshift32 same = rng;
  DbmTrainer<Net, 5, 3> trainer, other;
  DbmTrainer<Net, 5, 3, centred> centring;
  REQUIRE(trainer.epoch(net, samples.data(), 8, rng) == Status::ok);
  REQUIRE(other.step(by_hand, samples.data(), 5, same) == Status::ok);
  REQUIRE(other.step(by_hand, &samples[5], 3, same) == Status::ok);
  CHECK(parameters_of(net) == parameters_of(by_hand));
  CHECK(rng.state == same.state);
  REQUIRE(centring.epoch(net, samples.data(), 8, rng) == Status::ok);
  Average mean;
  for (const auto& sample : samples) mean.add(double(sample[1]));
  CHECK(std::fabs(double(centring.extra_states<0>().visible_offset[1]) - mean.mean) < 1e-6);
}

TEST_CASE("a step under evidence imputes what is missing by mean field, then learns from it") {
  typedef Dbm<Mixed> Net;
  Xorshift32 rng(0x9E3779B9u);
  Net net = random_net<Net>(1, rng), by_hand = net;
  auto samples = noise<Net>(2, rng);
  Net::VisibleEvidence evidence[2];
  DbmTrainer<Net, 2, 3> trainer, other;
  DbmTrainer<Net, 1, 3, centred> centring, other_centring;
  std::vector<Net::VisibleState> expected(2);  // the means given the means of the odd layers
  for (size_t s = 0; s < 2; ++s) {
    evidence[s].forget();
    evidence[s].first.clamp(s, true);
    Net::Means means;
    net.mean_field(samples[s], trainer.options.mean_field_steps, means);
    Values odd = flat(means.layer<3>(), 0, flat(means.layer<1>()));
    net.mean_visible(to_state<Net::HiddenState>(odd), expected[s]);
    expected[s][s] = 1;
  }
  Xorshift32 same = rng;
  REQUIRE(trainer.step(net, samples.data(), evidence, 2, rng) == Status::ok);
  for (size_t s = 0; s < 2; ++s) {
    for (size_t i = 0; i < 5; ++i) CHECK(std::fabs(double(samples[s][i]) - double(expected[s][i])) < 1e-6);
  }
  REQUIRE(other.step(by_hand, samples.data(), 2, same) == Status::ok);
  for (size_t s = 0; s < 2; ++s) {  // of one sample, which moves the offset
    REQUIRE(centring.step(net, samples[s], evidence[s], rng) == Status::ok);
    REQUIRE(other_centring.step(by_hand, samples[s], same) == Status::ok);
  }
  CHECK(parameters_of(net) == parameters_of(by_hand));
  CHECK(rng.state == same.state);
}

TEST_CASE_TEMPLATE("the gradient of ln p(v) is an average over the posterior less one over the model", Net,
                   Dbm<TwoHidden>, Dbm<Mixed>) {
  Xorshift32 rng(0x9E3779B9u);
  const Net net = random_net<Net>(0.7f, rng);
  const Values of_model = exact_averages(net);
  for (const auto& v : noise<Net>(3, rng)) {
    const Values posterior = exact_averages(net, flat(v));
    for (size_t n = 0; n < of_model.size(); ++n) {
      double slope = 0;
      for (double end : {-1, 1}) {
        size_t left = n;
        const Net moved = changed(net, [&](bool, double x) { return left-- == 0 ? x + end / 256 : x; });
        slope += 128 * end * mean_log_likelihood(moved, {v});
      }
      CHECK(std::fabs(slope - (posterior[n] - of_model[n])) < 2e-5);
    }
  }
}

TEST_CASE("a refused step or epoch leaves every bit of net, trainer and generator") {
  typedef Dbm<Mixed> Net;
  static DbmTrainer<Net, 3, 5, all_extras> trainer;
  Xorshift32 rng(0x9E3779B9u);
  Net net = random_net<Net>(0.5f, rng);
  const float nan_value = std::numeric_limits<float>::quiet_NaN();
  std::vector<Net::Sample> samples(4, Net::Sample{{1, 0, 0, 1, 0}});
  auto& options = trainer.options;
  const auto good_options = options;
  static Net::VisibleEvidence evidence[4];  // nothing is known
  REQUIRE(trainer.step(net, samples.data(), 3, rng) == Status::ok);
  const auto refused = [&](Status expected, size_t count) {
    static unsigned char bytes[sizeof trainer];
    std::memcpy(bytes, &trainer, sizeof trainer);
    const Values before = parameters_of(net);
    const uint32_t state = rng.state;
    const auto same = samples;
    CHECK(trainer.step(net, samples.data(), evidence, count, rng) == expected);
    CHECK(std::memcmp(same.data(), samples.data(), sizeof samples[0] * samples.size()) == 0);
    CHECK(trainer.step(net, samples.data(), count, rng) == expected);
    CHECK((count == 4 || trainer.epoch(net, samples.data(), count, rng) == expected));
    CHECK(parameters_of(net) == before);
    CHECK(std::memcmp(bytes, &trainer, sizeof trainer) == 0);
    CHECK(rng.state == state);
    options = good_options;
  };
  refused(Status::out_of_range, 0);
  refused(Status::too_large, 4);
  for (size_t s = 0; s < 3; ++s) {
    for (float bad : {nan_value, infinity(), -0.01f, 1.01f}) {
      samples[s][2] = bad;
      refused(is_finite(bad) ? Status::out_of_range : Status::not_finite, 3);
    }
    samples[s][2] = 0;
  }
  refused((options.mean_field_steps = 0, Status::out_of_range), 3);
  refused((options.mean_field_tolerance = -0.001f, Status::out_of_range), 3);
  refused((options.mean_field_tolerance = nan_value, Status::out_of_range), 3);
  refused((options.offset_rate = 1.001f, Status::out_of_range), 3);
  refused((options.learning_rate = nan_value, Status::not_finite), 3);
  CHECK(trainer.step(net, samples.data(), 3, rng) == Status::ok);
}

TEST_CASE("where chains run away the net stays as it was, and particles start anew") {
  typedef Dbm<Layers<Gaussian<2>, Bernoulli<2>, Spin<1>>> Net;
  DbmTrainer<Net, 2, 3, centred> trainer;
  Xorshift32 rng(0x9E3779B9u);
  Net net, good;
  initialize(good, rng);
  const Net::Sample samples[2] = {{{1, 2}}, {{-1, 0}}};
  for (float huge :
       {1e20f, 1e8f}) {  // an input of a hidden unit is infinity less infinity; visible units are too large
    REQUIRE(trainer.step(net = good, samples, 2, rng) == Status::ok);
    CHECK(trainer.particles == 3);
    net.weights<0>() = {{huge, huge, huge, -huge}};
    const Values before = parameters_of(net);
    CHECK(trainer.step(net, samples, 2, rng) == Status::not_finite);
    CHECK(parameters_of(net) == before);
    CHECK(trainer.particles == 0);
  }
  CHECK(trainer.updates == 2);

  typedef Dbm<Layers<Bernoulli<1>, Gaussian<1>, Bernoulli<1>>> Inner;
  Inner inner = {};
  inner.layer<1>().clear();
  inner.weights<0>() = {{1e20f}};
  DbmTrainer<Inner, 1> one;
  one.options.learning_rate = 0;
  inner.layer<0>().bias[0] = 1e30f;  // a particle that is on, at a sample that is off; then the other way round
  CHECK(one.step(inner, {{0}}, rng) == Status::not_finite);
  inner.layer<0>().bias[0] = -1e30f;
  CHECK(one.step(inner, {{0}}, rng) == Status::ok);
  CHECK(one.step(inner, {{1}}, rng) == Status::not_finite);
}

TEST_SUITE_BEGIN("sampling");

TEST_CASE("particles are distributed as the model, one by one and layer by layer") {
  check_stationary<Layers<Bernoulli<3>, Spin<2>, Softmax<1, 3>>, 10>(1);
  check_stationary<Mixed, 5>(2);
  check_stationary<Mixed, 64>(3);
  check_stationary<Layers<Spin<3>, Bernoulli<3>, Bernoulli<2>>, 80>(4);  // of which a tile holds the weights
}

TEST_SUITE_END();
TEST_SUITE_BEGIN("long");

TEST_CASE_TEMPLATE("bars and stripes: three layers learn from small random weights", Number, float, Fixed16) {
  typedef Dbm<Layers<Bernoulli<16>, Bernoulli<12>, Bernoulli<8>>, Number> Net;
  std::vector<typename Net::Sample> patterns(32);  // the two that are both are there twice
  for (size_t n = 0; n < 512; ++n) set(patterns[n / 16][n % 16], double(n / 32 >> (n & 16 ? n / 4 : n) % 4 & 1));
  Average reached;
  for (uint32_t seed : {1u, 2u}) {
    Xorshift32 rng(seed * 0x9E3779B9u);
    Net net;
    REQUIRE(initialize(net, patterns.data(), 32, rng) == Status::ok);
    reached.add(learn<32, 32>(net, patterns, 0.2f, 1500, rng));
  }
  MESSAGE("bars and stripes 4x4, 16-12-8 centred, 1500 full batches, mean of 2 seeds: log-likelihood ", reached.mean,
          " (independent pixels -11.09, no model above -3.38)");
  CHECK(reached.mean > -5);
}

TEST_CASE_TEMPLATE("real visible units learn two clusters", Number, float, Fixed16) {
  typedef Dbm<Layers<Gaussian<2>, Bernoulli<4>, Bernoulli<2>>, Number> Net;
  Xorshift32 rng(0x9E3779B9u);
  std::vector<typename Net::Sample> points(500);  // about (1, -1) and (-1, 1)
  for (size_t n = 0; n < 1000; ++n) set(points[n / 2][n % 2], (n % 4 % 3 == 0 ? 1 : -1) + 0.3 * double(normal(rng)));
  Net net;
  initialize(net, rng);
  net.template layer<0>().variance.fill(Number(0.1f));
  const double before = mean_log_likelihood(net, points), after = learn<10, 10>(net, points, 0.02f, 60, rng);
  MESSAGE("two clusters: log-likelihood ", after, ", before ", before, " (independent units -2.9)");
  CHECK(after > before + 8);
}

TEST_CASE("centred: nets with black and white exchanged learn the same distribution") {
  typedef Dbm<Layers<Bernoulli<16>, Bernoulli<8>, Bernoulli<4>>> Net;
  Average reached[2];
  for (uint32_t n = 0; n < 40; ++n) {
    std::vector<Net::Sample> samples(8);  // single lines of 4x4 pixels
    for (size_t s = 0; s < 8; ++s) {
      for (size_t i = 0; i < 16; ++i) set(samples[s][i], (s < 4 ? i / 4 : 4 + i % 4) == s);
    }
    Xorshift32 rng((n / 2 + 1) * 0x9E3779B9u);
    Net net;
    REQUIRE(initialize(net, samples.data(), 8, rng) == Status::ok);
    for (size_t i = 0; i < 16 && n % 2 == 1; ++i) {  // the same distribution of the other pixels
      for (Net::Sample& sample : samples) sample[i] = 1 - sample[i];
      net.layer<0>().bias[i] *= -1;
      for (size_t j = 0; j < 8; ++j) {
        net.layer<1>().bias[j] += net.weights<0>()(i, j);
        net.weights<0>()(i, j) *= -1;
      }
    }
    reached[n % 2].add(learn<8, 100>(net, samples, 1, 100, rng));
  }
  MESSAGE("single lines: log-likelihood ", reached[0].mean, ", black and white exchanged ", reached[1].mean);
  CHECK(reached[0].mean > -6.5);  // independent pixels -9
  CHECK(std::fabs(reached[0].mean - reached[1].mean) < 0.08);
}

TEST_SUITE_END();
