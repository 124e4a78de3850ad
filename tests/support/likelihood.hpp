// The exact log-likelihood of a model, in a line.
// SPDX-License-Identifier: MIT

#ifndef RBM_TESTS_LIKELIHOOD_HPP
#define RBM_TESTS_LIKELIHOOD_HPP

#include <doctest/doctest.h>

#include <vector>

#include "../../rbm/evaluation/likelihood.hpp"

/// The mean of ln p(v) over some samples. Likelihoods of deep models are in rbm/deep/likelihood.hpp.
template <class Model>
double mean_log_likelihood(const Model& model, const std::vector<typename Model::Sample>& samples) {
  static rbm::Likelihood<Model> likelihood;
  double log_partition = 0, mean = 0;
  REQUIRE(likelihood.log_partition(model, log_partition) == rbm::Status::ok);
  REQUIRE(likelihood.mean_log_likelihood(model, samples.data(), samples.size(), log_partition, mean) ==
          rbm::Status::ok);
  return mean;
}

#endif  // RBM_TESTS_LIKELIHOOD_HPP
