// Deep Boltzmann machines against the dense Rbm between their even and their odd layers, all of whose states are
// summed, and against mean field in double on it.
// SPDX-License-Identifier: MIT

#include "../rbm/deep/dbm.hpp"

#include <doctest/doctest.h>

#include <functional>

#include "../rbm/deep/likelihood.hpp"
#include "../rbm/evaluation/ais.hpp"
#include "../rbm/sampling/tempering.hpp"
#include "support/joint.hpp"
#include "support/models.hpp"

namespace {

using rbm::Bernoulli;
using rbm::Dbm;
using rbm::Gaussian;
using rbm::Layers;
using rbm::Relu;
using rbm::Spin;
using rbm::Status;

typedef rbm::Joined<Bernoulli<2>, rbm::Softmax<1, 3>> Labelled;
typedef Layers<Labelled, Bernoulli<3>, rbm::Softmax<1, 3>, Spin<2>> Four;
typedef Dbm<Four> FourLayers;
typedef Dbm<Four, rbm::Fixed<int16_t, 11>> FourOfFixed;
typedef Dbm<Layers<Bernoulli<3>, Spin<2>, Bernoulli<2>>> ThreeLayers;
typedef Dbm<Layers<Labelled, Spin<3>>> TwoLayers;
typedef Dbm<Layers<Bernoulli<2>, Spin<2>, Bernoulli<2>, Spin<1>, Bernoulli<2>>> FiveLayers;
typedef Dbm<Layers<Gaussian<2>, Spin<3>, Relu<1>, Bernoulli<2>>> RealEven;
typedef Dbm<Layers<Spin<3>, Relu<2>, Bernoulli<2>, Gaussian<1>>> RealOdd;
typedef Dbm<Layers<Bernoulli<33>, Spin<3>, Bernoulli<40>>> WideEven;  // more than a block of units
typedef Dbm<Layers<Bernoulli<2>, Spin<36>, Bernoulli<2>, Bernoulli<33>>> WideOdd;
typedef Dbm<Layers<Gaussian<2>, Gaussian<3>, Gaussian<2>, Gaussian<1>>> Gaussians;

struct SetEach {
  std::function<double(double)> f;

  template <class Number>
  void operator()(rbm::Parameter, Number& x) {
    set(x, f(double(x)));
  }
};

// Parameters are multiples of 1/64: sums of them are exact.
template <class Net>
Net random_net(float deviation, uint32_t seed) {
  rbm::Xorshift32 rng(seed * 0x9E3779B9u);
  Net net = {};
  net.visible.clear();
  net.hidden.clear();
  SetEach draw = {[&](double x) {  // variances are 1 so far
    return x == 1 ? 0.5 + rng.next() % 64 / 64.0 : std::round(64 * double(deviation * rbm::normal(rng))) / 64;
  }};
  rbm::each_parameter(draw, net);
  return net;
}

template <class Net>
std::vector<typename Net::Sample> samples_of(size_t count, uint32_t seed) {
  std::vector<typename Net::Sample> samples;
  for (const auto& v : noise_samples<Net>(count, seed)) {  // of all even layers
    samples.push_back(to_state<typename Net::Sample>(Values(v.begin(), v.end())));
  }
  return samples;
}

template <class Net>
using DenseOf = rbm::Rbm<typename Net::Visible, typename Net::Hidden, typename Net::Scalar>;

template <class Net>
DenseOf<Net> dense(const Net& net) {
  DenseOf<Net> model = {{}, net.visible, net.hidden};
  for (size_t i = 0; i < Net::visible_size; ++i) {
    for (size_t j = 0; j < Net::hidden_size; ++j) model.weights(i, j) = net.weight(i, j);
  }
  return model;
}

template <class State>
double largest_error(const State& got, const Values& expected) {
  double largest = 0;
  for (size_t i = 0; i < expected.size(); ++i) largest = std::max(largest, std::fabs(double(got[i]) - expected[i]));
  return largest;
}

// ln Z of units with these weighted sums.
template <class Units, class Layer>
double log_total(const Layer& layer, const Values& sums) {
  double total = 0;
  for (const Distribution& site : distributions<Units>(layer, sums)) total += site.log_total;
  return total;
}

// ln p(v) + ln Z: over the states of the odd layers, with p(v | h), or of the even ones above v.
template <class Net>
double log_density(const Net& net, const typename Net::Sample& sample) {
  typedef typename Net::template UnitsOf<0> First;
  const auto model = dense(net);
  const Values v(sample.begin(), sample.end());
  Values logs;
  if (is_discrete<typename Net::Hidden>() && Net::hidden_size < 20) {
    for (const Values& h : all_states<typename Net::Hidden>()) {
      const Values sums = sums_to_visible(model, h);
      logs.push_back(-free_energy_of_hidden(model, h) - log_total<First>(net.template layer<0>(), sums));
      for (size_t i = 0; i < v.size(); ++i) logs.back() += sums[i] * v[i];
      logs.back() -= energy_of_layer<First>(net.template layer<0>(), v);
    }
  } else {
    for (const Values& even : all_states<typename Net::Visible>()) {
      if (same_values(v, even.data())) logs.push_back(-free_energy_of_visible(model, even));
    }
  }
  return log_sum_exp(logs);
}

// The means of the layers from k on, in the states of their sides.
template <size_t k, class Net, bool IsThere = (k < Net::depth)>
struct Sides {
  static void copy(const typename Net::Means& means, Values& side, Values& other) {
    for (auto mean : means.template layer<k>()) side.push_back(double(mean));
    Sides<k + 1, Net>::copy(means, other, side);
  }
};
template <size_t k, class Net>
struct Sides<k, Net, false> {
  static void copy(const typename Net::Means&, Values&, Values&) {}
};

// Mean field by its definition, from zeros.
template <class Net>
struct Field {
  typedef typename Net::Visible Visible;
  typedef typename Net::Hidden Hidden;
  typedef typename Net::template UnitsOf<0> First;

  DenseOf<Net> model;
  typename Net::template LayerOf<0> lowest;
  Values v, even, odd;
  double rest;  // what the even layers above v add to the bound: of each unit ln Z less weighted sum times mean

  Field(const Net& net, const typename Net::Sample& sample)
      : model(dense(net)), lowest(net.template layer<0>()), odd(Net::hidden_size, 0) {
    for (auto unit : sample) v.push_back(double(unit));
    even = v;
    even.resize(Net::visible_size, 0);
  }

  double sweep() {  // the largest change
    const Values old_odd = odd, old_even = even;
    odd = means_of(distributions<Hidden>(model.hidden, sums_to_hidden(model, even)));
    const Values sums = sums_to_visible(model, odd);
    const Values means = means_of(distributions<Visible>(model.visible, sums));
    rest = log_total<Visible>(model.visible, sums) - log_total<First>(lowest, sums);
    for (size_t i = v.size(); i < even.size(); ++i) rest -= sums[i] * (even[i] = means[i]);
    return std::max(largest_error(odd, old_odd), largest_error(even, old_even));
  }

  // -E + entropy, plus ln Z. The odd layers answer once more, so that all they add is their ln Z.
  double bound() const {
    return rest + log_total<Hidden>(model.hidden, sums_to_hidden(model, even)) - energy_of_layer<First>(lowest, v);
  }

  double error(const typename Net::Means& means) const {
    Values got_even = v, got_odd;
    Sides<1, Net>::copy(means, got_odd, got_even);
    return std::max(largest_error(got_even, even), largest_error(got_odd, odd));
  }
};

}  // namespace

// Sums are exact unless units are real, so draws by the same random numbers are the same.
TEST_CASE_TEMPLATE("energies, means, and draws at all temperatures, are those of the dense Rbm", Net, TwoLayers,
                   ThreeLayers, FourLayers, FiveLayers, FourOfFixed, RealEven, RealOdd, WideEven, WideOdd) {
  const double tolerance = rbm::Arithmetic<typename Net::Scalar>::is_fixed ? 0.002 : 1e-5;
  const Net net = random_net<Net>(0.8f, 1);
  const DenseOf<Net> model = dense(net);
  rbm::ParallelTempering<Net, 5> tempering;
  rbm::ParallelTempering<DenseOf<Net>, 5> same_tempering;
  CHECK(tempering.set_geometric(0.3f) == same_tempering.set_geometric(0.3f));
  const auto samples = samples_of<Net>(5, 2);
  CHECK(tempering.chains.start(samples.data(), 5) == Status::ok);
  for (size_t c = 0; c < 5; ++c) {
    Values start(samples[c].begin(), samples[c].end());
    start.resize(Net::visible_size, 0);
    CHECK(same_values(start, tempering.chains[c].visible.values));
    same_tempering.chains[c].start(to_state<typename Net::VisibleState>(start));
  }
  rbm::Xorshift32 rng(3), same(3);
  CHECK(tempering.run(net, 20, rng) == Status::ok);
  CHECK(same_tempering.run(model, 20, same) == Status::ok);
  typename Net::VisibleEvidence nothing;
  nothing.forget();
  for (size_t c = 0; c < 5; ++c) {
    CHECK(tempering.chains[c].run(net, 2, rng) == Status::ok);
    CHECK(tempering.chains[c].run(net, nothing, 2, rng) == Status::ok);
    CHECK(same_tempering.chains[c].run(model, 4, same) == Status::ok);
    const typename Net::VisibleState v = tempering.chains[c].visible;
    const typename Net::HiddenState h = tempering.chains[c].hidden;
    CHECK((Net::has_real || same_bits(v, same_tempering.chains[c].visible)));
    CHECK((Net::has_real || same_bits(h, same_tempering.chains[c].hidden)));
    CHECK(near(double(net.energy(v, h)), energy_of_pair(model, v, h), tolerance));
    typename Net::VisibleState mean_v;
    typename Net::HiddenState mean_h;
    net.mean_hidden(v, mean_h);
    net.mean_visible(h, mean_v);
    const auto odd = distributions<typename Net::Hidden>(model.hidden, sums_to_hidden(model, v));
    const auto even = distributions<typename Net::Visible>(model.visible, sums_to_visible(model, h));
    CHECK(largest_error(mean_h, means_of(odd)) < tolerance);
    CHECK(largest_error(mean_v, means_of(even)) < tolerance);
  }
}

TEST_CASE_TEMPLATE("ln Z, averages and likelihoods are exact, and all p(v) sum to 1", Net, TwoLayers, ThreeLayers,
                   FourLayers, FiveLayers, RealEven, RealOdd) {
  typedef typename Net::template UnitsOf<0> First;
  const Net net = random_net<Net>(0.8f, 4);
  const Moments exact = exact_moments(dense(net));
  rbm::Likelihood<Net> likelihood;
  rbm::Averages<Net> averages;
  double log_z = 0, log_p = 0, expected = 0, sum = 0;
  CHECK(likelihood.log_partition(net, log_z) == Status::ok);
  CHECK(near(log_z, exact.log_partition, 1e-11));
  CHECK(likelihood.model_averages(net, log_z, averages) == Status::ok);
  CHECK(largest_error(averages.weights.values, exact.weights) < 1e-9);
  CHECK(largest_error(averages.visible, exact.visible) < 1e-9);
  CHECK(largest_error(averages.hidden, exact.hidden) < 1e-9);
  const auto samples = samples_of<Net>(5, 5);
  CHECK(likelihood.mean_log_likelihood(net, samples.data(), 5, log_z, log_p) == Status::ok);
  for (const auto& v : samples) expected += (log_density(net, v) - log_z) / 5;
  CHECK(near(log_p, expected, 1e-11));
  for (const Values& state : all_states<First>()) {
    const auto v = to_state<typename Net::Sample>(state);
    CHECK(likelihood.mean_log_likelihood(net, &v, 1, log_z, log_p) == Status::ok);
    sum += std::exp(log_p);
  }
  CHECK((!is_discrete<First>() || std::fabs(sum - 1) < 1e-11));
}

TEST_CASE_TEMPLATE("mean field, and its bound, which is exact where the upper weights are 0", Net, ThreeLayers,
                   FourLayers, FiveLayers, FourOfFixed, RealEven, RealOdd, WideEven, WideOdd) {
  typedef typename Net::Scalar Scalar;
  typedef rbm::Rbm<typename Net::template UnitsOf<0>, typename Net::template UnitsOf<1>, Scalar> Lowest;
  const bool is_fixed = rbm::Arithmetic<Scalar>::is_fixed;
  Net net = random_net<Net>(1, 6);
  const Lowest lowest = {net.template weights<0>(), net.template layer<0>(), net.template layer<1>()};
  rbm::Likelihood<Net> likelihood;
  rbm::Likelihood<Lowest> of_lowest;
  typename Net::Means means, same;
  std::memset(static_cast<void*>(&same), 0x3F, sizeof same);
  for (bool is_deep : {true, false}) {
    if (!is_deep) net.all_weights = decltype(net.all_weights)();
    net.template weights<0>() = lowest.weights;
    double log_z = 0, lowest_log_z = 0;
    CHECK(likelihood.log_partition(net, log_z) == Status::ok);
    CHECK(of_lowest.log_partition(lowest, lowest_log_z) == Status::ok);
    for (const auto& v : samples_of<Net>(3, 7)) {
      double log_p = 0, lowest_log_p = 0, bound = -HUGE_VAL;
      CHECK(likelihood.mean_log_likelihood(net, &v, 1, log_z, log_p) == Status::ok);
      CHECK(near(log_p, log_density(net, v) - log_z, 1e-10));
      CHECK(of_lowest.mean_log_likelihood(lowest, &v, 1, lowest_log_z, lowest_log_p) == Status::ok);
      CHECK(near(log_p, lowest_log_p, 1e-10) == !is_deep);
      CHECK(likelihood.lower_bound(net, v, 0, log_z, bound) == Status::out_of_range);
      CHECK(bound == -HUGE_VAL);
      Field<Net> field(net, v);
      for (uint32_t sweeps = 1; sweeps <= 20; ++sweeps) {
        const double change = field.sweep(), last = bound;
        CHECK(likelihood.lower_bound(net, v, sweeps, log_z, bound) == Status::ok);
        CHECK(near(bound, field.bound() - log_z, 1e-10));
        CHECK(bound < log_p + 1e-11);
        CHECK(bound > last - 1e-11);
        CHECK((is_deep || (near(bound, log_p, 1e-10) && (sweeps == 1 || change == 0))));
        std::memset(static_cast<void*>(&means), 0x3F, sizeof means);  // mean field begins at 0
        CHECK(net.mean_field(v, sweeps, means) <= sweeps);
        CHECK(field.error(means) < (is_fixed ? 0.005 : 1e-5));
      }
      net.mean_field(v, 6, same);
      net.continue_mean_field(v, 14, same);
      CHECK(same_bits(same, means));
      for (float tolerance : {0.1f, 1e-3f, 1e-5f}) {
        uint32_t sweeps = 1;
        for (field = Field<Net>(net, v); field.sweep() > double(tolerance);) ++sweeps;  // it converges
        CHECK((is_fixed || net.mean_field(v, sweeps + 1, means, Scalar(tolerance)) == sweeps));
      }
    }
  }
}

TEST_CASE("mean field ends where neither the odd nor the even layers moved") {
  ThreeLayers still = {};  // its spins stay at 0, and the layer above goes to 1/2
  ThreeLayers::Means means;
  CHECK(still.mean_field({{1, 0, 1}}, 9, means, 0.1f) == 2);
  still.layer<2>().bias.fill(-20);  // that layer stays at 0, too
  means.layer<1>().fill(1);         // what was there does not count
  CHECK(still.mean_field({{1, 0, 1}}, 9, means, 0.1f) == 1);
}

TEST_CASE_TEMPLATE("Gibbs steps leave p alone, and tempered ones p^t" * doctest::test_suite("sampling"), Net, TwoLayers,
                   ThreeLayers, FourLayers, FourOfFixed, RealEven, RealOdd) {
  const Net net = random_net<Net>(0.8f, 8);
  CHECK(keeps_distribution(dense(net), net, 1, 3, 10000, 9));  // chi-square with a false alarm in a million
  for (float t : {0.4f, 2.5f}) CHECK(keeps_distribution(dense(net), rbm::tempered(net, t), double(t), 3, 10000, 9));
}

// The means of 60 000 steps have standard errors of about 0.0005.
TEST_CASE_TEMPLATE("what was seen of v gives all even units their mean" * doctest::test_suite("sampling"), Net,
                   FourLayers, FourOfFixed) {
  const Net net = random_net<Net>(0.8f, 10);
  const std::vector<Values> states = all_states<typename Net::Visible>();
  const auto noisy = to_state<typename Net::Sample>({1, 0, 0, 1, 0});
  rbm::Posterior<Net> posterior;
  rbm::Xorshift32 rng(11);
  for (bool is_noisy : {true, false}) {  // else the first pixel is known, and the label is not
    if (is_noisy) CHECK(rbm::denoise(net, noisy, 0.2f, 100, 60000, posterior, rng) == Status::ok);
    posterior.evidence.forget();
    posterior.evidence.first.clamp(0, true);
    CHECK(posterior.evidence.first.observe(1, false, 0.2f) == Status::ok);
    posterior.chain.start_from_noise(rng);
    if (!is_noisy) CHECK(posterior.run(net, 100, 60000, rng) == Status::ok);
    Values p = visible_probabilities(dense(net)), exact(Net::visible_size, 0);
    double total = 0;
    for (size_t s = 0; s < p.size(); ++s) {
      const bool first = states[s][0] == 1, second = states[s][1] == 1, label = states[s][3] == 1;
      p[s] *= (second ? 0.2 : 0.8) * (is_noisy ? (first ? 0.8 : 0.2) * (label ? 0.8 : 0.1) : first ? 1 : 0);
      total += p[s];
      for (size_t i = 0; i < exact.size(); ++i) exact[i] += p[s] * states[s][i];
    }
    for (double& mean : exact) mean /= total;
    CHECK(largest_error(posterior.mean, exact) < 0.005);
  }
}

// 300 runs whose ln w is off by 0.1 on average tell its sign by 4 errors; three errors miss ln Z once in 100.
TEST_CASE_TEMPLATE("AIS brackets ln Z" * doctest::test_suite("sampling"), Net, FourLayers, RealEven, RealOdd) {
  const Net net = random_net<Net>(1, 12);
  const double log_z = exact_moments(dense(net)).log_partition;
  const auto samples = samples_of<Net>(9, 13);
  const uint32_t temperatures = Net::has_real ? 40 : 3;
  rbm::Ais<Net> ais;
  int brackets = 0;
  for (uint32_t seed = 1; seed <= 10; ++seed) {
    rbm::Xorshift32 rng(seed * 0x9E3779B9u);
    rbm::PartitionEstimate low = {}, high = {};
    const auto draws = exact_samples(dense(net), 300, rng);
    ais.set_base(net);
    if (seed % 2 == 0) CHECK(ais.set_base(net, samples.data(), 9) == Status::ok);
    for (size_t i = 0; i < Net::visible_size; ++i) {  // of the layers above v samples say nothing
      CHECK((ais.base.bias_of(i) == net.visible.bias_of(i)) == (seed % 2 != 0 || i >= Net::Sample::size));
    }
    CHECK(ais.forward(net, temperatures, 300, low, rng) == Status::ok);
    CHECK(ais.reverse(net, temperatures, draws.data(), 300, high, rng) == Status::ok);
    CHECK(std::max(low.high - low.low, high.high - high.low) < 1);
    brackets += low.mean_log_weight < log_z && log_z < high.mean_log_weight && low.low < log_z && log_z < low.high &&
                high.low < log_z && log_z < high.high;
  }
  CHECK(brackets >= 9);
}

TEST_CASE("what cannot be used is refused, and leaves results as they were") {
  typedef Dbm<Layers<Bernoulli<35>, Spin<36>, Bernoulli<2>>> Large;
  const ThreeLayers net = random_net<ThreeLayers>(1, 14);
  rbm::Likelihood<ThreeLayers> likelihood;
  rbm::Ais<ThreeLayers> ais;
  rbm::Averages<ThreeLayers> averages;
  std::memset(static_cast<void*>(&averages), 0x3F, sizeof averages);
  const rbm::Averages<ThreeLayers> same = averages;
  rbm::PartitionEstimate estimate = {};
  rbm::Xorshift32 rng(17);
  double result = 7, huge = 0;
  const auto refused = [&](const ThreeLayers& of, const ThreeLayers::Sample& v, double log_z, Status status) {
    return likelihood.mean_log_likelihood(of, &v, 1, log_z, result) == status &&
           likelihood.lower_bound(of, v, 5, log_z, result) == status;
  };
  const ThreeLayers::Sample v = {{1, 0, 1}};
  CHECK(likelihood.mean_log_likelihood(net, &v, 0, 1, result) == Status::out_of_range);
  CHECK(refused(net, {{1, 0, 1.5f}}, 1, Status::out_of_range));
  CHECK(refused(net, {{1, 0, NAN}}, 1, Status::not_finite));
  CHECK(refused(net, v, HUGE_VAL, Status::not_finite));
  CHECK(likelihood.model_averages(net, HUGE_VAL, averages) == Status::not_finite);
  for (size_t n = 0; n < 7 + 6 + 4; ++n) {
    for (double wrong : {1e23, double(NAN), HUGE_VAL, -HUGE_VAL}) {
      ThreeLayers broken = net;
      size_t at = 0;
      SetEach break_one = {[&](double x) { return at++ == n ? wrong : x; }};
      rbm::each_parameter(break_one, broken);
      CHECK(rbm::check(broken) == (wrong == 1e23 ? Status::out_of_range : Status::not_finite));
      if (wrong == 1e23) {  // which has a likelihood
        CHECK(likelihood.log_partition(broken, huge) == Status::ok);
        CHECK(near(huge, exact_moments(dense(broken)).log_partition, 1e-11));
        continue;
      }
      ais.set_base(broken);
      CHECK(ais.forward(broken, 1, 2, estimate, rng) == Status::not_finite);
      CHECK(refused(broken, v, 1, Status::not_finite));
      CHECK(likelihood.log_partition(broken, result) == Status::not_finite);
      CHECK(likelihood.model_averages(broken, 1, averages) == Status::not_finite);
    }
  }
  CHECK(rbm::Likelihood<Large>().log_partition(random_net<Large>(1, 15), result) == Status::too_large);
  const Gaussians strong = random_net<Gaussians>(3, 16), weak = random_net<Gaussians>(0.2f, 16);
  CHECK(rbm::check(strong) == Status::not_normalizable);
  CHECK(rbm::Likelihood<Gaussians>().log_partition(strong, result) == Status::not_normalizable);
  rbm::Ais<Gaussians> of_strong;
  of_strong.set_base(strong);
  CHECK(of_strong.forward(strong, 1, 2, estimate, rng) == Status::not_normalizable);
  CHECK(of_strong.likelihood.mean_log_likelihood(strong, samples_of<Gaussians>(1, 18).data(), 1, 1, result) ==
        Status::not_normalizable);
  CHECK(result == 7);
  CHECK(rng.state == 17);
  CHECK(same_bits(averages, same));
  CHECK(same_bits(estimate, rbm::PartitionEstimate()));
  CHECK(rbm::Likelihood<Gaussians>().log_partition(weak, result) == Status::ok);
  CHECK(near(result, log_partition_of_gaussians(dense(weak)), 1e-11));
}

TEST_CASE("layers, weights and parts are where their numbers say, and visited in that order") {
  static constexpr Dbm<Layers<Bernoulli<1>, Spin<2>, Bernoulli<1>>> constant = {
      {{{1, 2}}, {{{3, 4}}}}, {{{{5}}}, {{{6}}}}, {{{7, 8}}}};
  CHECK(constant.energy({{1, 1}}, {{1, -1}}) == -(1 - 2 + 3 - 4 + 5 + 6 + 7 - 8));

  Gaussians net = {};
  double count = 0;
  SetEach number = {[&](double) { return ++count; }};
  rbm::each_parameter(number, net);
  const std::vector<float> numbers = {net.layer<0>().bias[0],    net.layer<1>().bias[0], net.layer<2>().bias[0],
                                      net.layer<3>().bias[0],    net.weights<0>()(0, 0), net.weights<0>()(1, 0),
                                      net.weights<1>()(0, 0),    net.weights<1>()(2, 1), net.weights<2>()(0, 0),
                                      net.layer<3>().variance[0]};
  CHECK(numbers == std::vector<float>{1, 5, 11, 15, 17, 20, 23, 28, 29, 16});
  CHECK(count == 30);

  net = Gaussians();
  net.visible.clear();
  net.hidden.clear();
  const Gaussians::VisibleState v = {{1, 2, 3, 4}};
  const Gaussians::HiddenState h = {{5, 6, 7, 8}};
  const auto falls_by = [&](float& parameter) {  // where it grows by 1
    const float before = net.energy(v, h);
    parameter += 1;
    const float after = net.energy(v, h);
    parameter -= 1;
    return before - after;
  };
  CHECK(falls_by(net.layer<0>().bias[1]) == Gaussians::part<0>(v.values)[1]);
  CHECK(falls_by(net.layer<1>().bias[2]) == Gaussians::part<1>(h.values)[2]);
  CHECK(falls_by(net.layer<2>().bias[0]) == 3);
  CHECK(falls_by(net.layer<3>().bias[0]) == 8);
  CHECK(falls_by(net.weights<0>()(0, 1)) == 1 * 6);
  CHECK(falls_by(net.weights<1>()(2, 0)) == 7 * 3);
  CHECK(falls_by(net.weights<2>()(1, 0)) == Gaussians::part<2>(v.values)[1] * Gaussians::part<3>(h.values)[0]);
}
