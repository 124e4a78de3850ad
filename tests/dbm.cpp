// Deep Boltzmann machines against the dense Rbm between their even and their odd layers, all of whose joint states are
// summed, and against mean field in double on that Rbm. Tests by chance have a false alarm of 1e-6 a check.
// SPDX-License-Identifier: MIT

#include "../rbm/deep/dbm.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <limits>

#include "../rbm/deep/likelihood.hpp"
#include "../rbm/evaluation/ais.hpp"
#include "../rbm/sampling/tempering.hpp"
#include "support/joint.hpp"
#include "support/models.hpp"

namespace {

using rbm::Bernoulli;
using rbm::Gaussian;
using rbm::Softmax;
using rbm::Spin;
using rbm::Status;

typedef rbm::Fixed<int16_t, 11> Fixed16;
template <class... Units>
using Deep = rbm::Dbm<rbm::Layers<Units...>>;
template <class Net>
using DenseOf = rbm::Rbm<typename Net::Visible, typename Net::Hidden>;

typedef rbm::Joined<Bernoulli<2>, Softmax<1, 3>> Labelled;
typedef Deep<Bernoulli<3>, Bernoulli<2>, Spin<2>> Binary;
typedef Deep<Labelled, Bernoulli<3>, Softmax<1, 3>, Spin<2>> FourLayers;
typedef Deep<Gaussian<2>, Spin<3>, rbm::Relu<1>, Bernoulli<2>> RealEven;
typedef Deep<Spin<3>, rbm::Relu<2>, Bernoulli<2>, Gaussian<1>> RealOdd;
typedef Deep<Labelled, Spin<3>> TwoLayers;

const double untouched = -123.25;

struct SetEach {
  std::function<double(double)> f;

  template <class Number>
  void operator()(rbm::Parameter, Number& x) {
    set(x, f(double(x)));
  }
};

template <class Net>
Net random_net(float weights, uint32_t seed) {
  rbm::Xorshift32 rng(seed * 0x9E3779B9u);
  Net net = {};
  SetEach draw = {[&](double) { return double(weights * rbm::normal(rng)); }};
  rbm::each_parameter(draw, net);
  Truth<typename Net::Visible>::randomise(net.visible, 0.7f, rng);
  Truth<typename Net::Hidden>::randomise(net.hidden, 0.7f, rng);
  return net;
}

// The dense Rbm. At inverse temperature t discrete units have all parameters times t.
template <class Net>
DenseOf<Net> dense(const Net& net, double t = 1) {
  DenseOf<Net> model;
  rbm::detail::CopyParameter copy;
  Net::VisibleLayer::each_parameter(copy, net.visible, model.visible);
  Net::HiddenLayer::each_parameter(copy, net.hidden, model.hidden);
  for (size_t i = 0; i < Net::visible_size; ++i) {
    for (size_t j = 0; j < Net::hidden_size; ++j) set(model.weights(i, j), double(net.weight(i, j)));
  }
  SetEach scale = {[=](double x) { return t * x; }};
  rbm::each_parameter(scale, model);
  return model;
}

// The first layer of states of all even ones.
template <class Net>
std::vector<typename Net::Sample> samples_of(size_t count, uint32_t seed) {
  std::vector<typename Net::Sample> samples;
  for (const auto& v : noise_samples<Net>(count, seed)) {
    samples.push_back(to_state<typename Net::Sample>(Values(v.begin(), v.end())));
  }
  return samples;
}

// ln of the sums, or integrals, over each site from this unit on.
template <class Units, class Layer>
double log_totals(const Layer& layer, const Values& sums, size_t first) {
  double total = 0;
  for (const Site& site : Truth<Units>::sites()) {
    if (site.first >= first) total += distributions<Units>(layer, sums)[&site - &*Truth<Units>::sites().begin()].log_total;
  }
  return total;
}
}
