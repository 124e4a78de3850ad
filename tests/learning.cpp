// Learning judged by the exact likelihood: bars and stripes, and the handwritten digits.
// SPDX-License-Identifier: MIT

#include <doctest/doctest.h>

#include <cfloat>

#include "../rbm/rbm.hpp"
#include "support/enumerate.hpp"
#include "support/models.hpp"
#include "support/statistics.hpp"

namespace {

typedef rbm::Rbm<rbm::Bernoulli<64>, rbm::Bernoulli<16>> Digits;

double mean_log_likelihood(const Digits& model, const std::vector<Picture>& pictures) {
  const double log_partition = exact_log_partition(model);
  double sum = 0;
  for (const Picture& picture : pictures) sum += exact_log_likelihood(model, log_partition, picture);
  return sum / static_cast<double>(pictures.size());
}

// The mean held-out log-likelihood in nats after 50 epochs, averaged over five seeds.
template <size_t Batch>
double learn_digits(float learning_rate) {
  std::vector<Picture> training = digits(0, digits_training_count);
  const std::vector<Picture> held_out = digits(digits_training_count, digits_count);
  Average average;
  for (uint32_t seed = 1; seed <= 5; ++seed) {
    rbm::Xorshift32 rng(seed);
    Digits model;
    CHECK(rbm::initialize(model, training.data(), training.size(), rng) == rbm::Status::ok);
    rbm::Trainer<Digits, Batch> trainer;
    trainer.options.learning_rate = learning_rate;
    for (int epoch = 0; epoch < 50; ++epoch) {
      rbm::shuffle(training.data(), training.size(), rng);
      CHECK(trainer.epoch(model, training.data(), training.size(), rng) == rbm::Status::ok);
    }
    average.add(mean_log_likelihood(model, held_out));
  }
  return average.mean;
}

}  // namespace

TEST_CASE("the two exact log-likelihoods agree") {
  typedef rbm::Rbm<rbm::Bernoulli<6>, rbm::Bernoulli<5>> Small;
  const Small model = random_model<Small>(1.0f, 1);
  const Enumeration<Small> exact(model);
  CHECK(exact_log_partition(model) == doctest::Approx(exact.log_partition).epsilon(1e-12));
  for (size_t v = 0; v < exact.visible_states; ++v) {
    const double log_likelihood = exact_log_likelihood(model, exact.log_partition, state_of<Small::VisibleState>(v));
    CHECK(log_likelihood == doctest::Approx(std::log(exact.visible[v])).epsilon(1e-9));
  }
}

TEST_CASE("bars and stripes: CD-1 reaches the likelihood that CD-1 reaches") {
  // 16 bars and 16 stripes on 4x4 pixels; the two that are both count twice, so the best is
  // -28 ln(1/32) - 4 ln(2/32) = 108.13 nats. Enumerated over the visible side: 65 536 states.
  typedef rbm::Rbm<rbm::Bernoulli<16>, rbm::Bernoulli<32>> Model;
  std::vector<Model::VisibleState> patterns;
  for (unsigned lines = 0; lines < 16; ++lines) {
    Model::VisibleState bars, stripes;
    for (unsigned pixel = 0; pixel < 16; ++pixel) {
      bars[pixel] = static_cast<float>((lines >> (pixel / 4)) & 1u);
      stripes[pixel] = static_cast<float>((lines >> (pixel % 4)) & 1u);
    }
    patterns.push_back(bars);
    patterns.push_back(stripes);
  }

  Average average;
  for (uint32_t seed = 1; seed <= 10; ++seed) {
    rbm::Xorshift32 rng(seed);
    Model model = {};
    for (float& weight : model.weights.values) weight = 0.2f * rbm::uniform(rng) - 0.1f;
    rbm::Trainer<Model, 32> trainer;
    for (int step = 0; step < 1000; ++step) {
      CHECK(trainer.step(model, patterns.data(), patterns.size(), rng) == rbm::Status::ok);
    }
    std::vector<double> terms;
    for (size_t v = 0; v < 65536; ++v) {
      terms.push_back(exact_log_likelihood(model, 0, state_of<Model::VisibleState>(v)));
    }
    const double log_partition = log_sum_exp(terms);
    double negative_log_likelihood = 0;
    for (const auto& pattern : patterns) negative_log_likelihood -= exact_log_likelihood(model, log_partition, pattern);
    average.add(negative_log_likelihood);
  }
  MESSAGE("bars and stripes 4x4, 32 hidden, CD-1, 1000 full batches: total negative log-likelihood, mean of 10 seeds: ",
          average.mean, " +- ", average.standard_error(), " (no model can be below ",
          28 * std::log(32.0) + 4 * std::log(16.0), ")");
  CHECK(std::fabs(average.mean - 191) < 5);
}

// The weights after an epoch as one number (FNV-1a). Every compiler, standard and optimisation gives these bits, unless
// it fuses multiplications and additions or has registers wider than a float. RBM_TESTS_NOT_FUSED says that a build
// which could fuse does not (-ffp-contract=off).
#if defined(__FP_FAST_FMAF) || defined(__FMA__) || defined(__ARM_FEATURE_FMA)
#define RBM_TESTS_CAN_FUSE
#endif
#if FLT_EVAL_METHOD == 0 && (!defined(RBM_TESTS_CAN_FUSE) || defined(RBM_TESTS_NOT_FUSED))
TEST_CASE("the same seed gives the same bits") {
  const std::vector<Picture> training = digits(0, digits_training_count);
  rbm::Xorshift32 rng(42);
  Digits model;
  CHECK(rbm::initialize(model, training.data(), training.size(), rng) == rbm::Status::ok);
  rbm::Trainer<Digits, 10> trainer;
  CHECK(trainer.epoch(model, training.data(), training.size(), rng) == rbm::Status::ok);
  uint32_t hash = 2166136261u;
  for (float weight : model.weights.values) {
    const uint32_t bits = rbm::to_bits(weight);
    for (int shift = 0; shift < 32; shift += 8) hash = (hash ^ ((bits >> shift) & 255u)) * 16777619u;
  }
  CHECK(hash == 3256270527u);
}
#endif

TEST_CASE("digits: mini-batches of 10") {
  const double log_likelihood = learn_digits<10>(0.05f);
  MESSAGE("digits 64x16, CD-1, batches of 10, 50 epochs: held-out log-likelihood, mean of 5 seeds: ", log_likelihood);
  CHECK(log_likelihood >= -18.8);
}

TEST_CASE("digits: one sample at a time") {
  const double log_likelihood = learn_digits<1>(0.02f);
  MESSAGE("digits 64x16, CD-1, one sample at a time, 50 epochs: held-out log-likelihood, mean of 5 seeds: ",
          log_likelihood);
  CHECK(log_likelihood >= -19.3);
}
