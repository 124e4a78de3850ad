// What is for hosts only, instantiated for real and discrete units.
// SPDX-License-Identifier: MIT

#include "../../rbm/evaluation/ais.hpp"
#include "../../rbm/evaluation/likelihood.hpp"
#include "everything.hpp"

template <class Visible, class Hidden>
double use_on_host(uint32_t seed) {
  typedef rbm::Rbm<Visible, Hidden> Model;
  static Model model;
  static rbm::Likelihood<Model> likelihood;
  static rbm::Averages<Model> averages;
  static rbm::Ais<Model> ais;
  static rbm::Vector<typename Model::VisibleState, 2> samples;
  rbm::Xorshift32 rng(seed);
  for (auto& sample : samples) Model::VisibleLayer::noise(sample.values, rng);
  double sum = 0.0;
  rbm::PartitionEstimate estimate = {};
  rbm::Status status = rbm::initialize(model, samples.values, 2, rng);
  status = likelihood.log_partition(model, sum);
  status = likelihood.mean_log_likelihood(model, samples.values, 2, sum, sum);
  status = likelihood.model_averages(model, sum, averages);
  status = likelihood.data_averages(model, samples.values, 2, averages);
  ais.set_base(model);
  status = ais.set_base(model, samples.values, 2);
  status = ais.forward(model, 3, 2, estimate, rng);
  status = ais.reverse(model, 3, samples.values, 2, estimate, rng);
  return sum + estimate.log_partition + static_cast<double>(rbm::to_string(status)[0]);
}

int main() {
  typedef rbm::Joined<rbm::Joined<rbm::Spin<3>, rbm::Softmax<2, 3>>, rbm::Joined<rbm::Gaussian<2>, rbm::Relu<2>>> All;
  const double sum = use_on_host<All, rbm::Bernoulli<3>>(1) + use_on_host<rbm::Bernoulli<3>, All>(2) +
                     use_on_host<rbm::Gaussian<2>, rbm::Gaussian<2>>(3);
  return sum < 1e9 ? 0 : 1;
}
