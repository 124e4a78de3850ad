// Learning judged by the exact likelihood: bars and stripes, and the handwritten digits.
// SPDX-License-Identifier: MIT

#include <doctest/doctest.h>

#include <cfloat>
#include <cmath>
#include <string>

#include "../rbm/evaluation/likelihood.hpp"
#include "../rbm/rbm.hpp"
#include "support/enumerate.hpp"
#include "support/models.hpp"
#include "support/statistics.hpp"

namespace {

typedef rbm::Rbm<rbm::Bernoulli<64>, rbm::Bernoulli<16>> Digits;
typedef rbm::Rbm<rbm::Bernoulli<16>, rbm::Bernoulli<16>> Bars;

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

// 16 bars and 16 stripes on 4x4 pixels; the two that are both count twice, so the best total negative log-likelihood is
// -28 ln(1/32) - 4 ln(2/32) = 108.13 nats.
std::vector<rbm::Vector<float, 16>> bars_and_stripes() {
  std::vector<rbm::Vector<float, 16>> patterns;
  for (unsigned lines = 0; lines < 16; ++lines) {
    rbm::Vector<float, 16> bars, stripes;
    for (unsigned pixel = 0; pixel < 16; ++pixel) {
      bars[pixel] = static_cast<float>((lines >> (pixel / 4)) & 1u);
      stripes[pixel] = static_cast<float>((lines >> (pixel % 4)) & 1u);
    }
    patterns.push_back(bars);
    patterns.push_back(stripes);
  }
  return patterns;
}

// The total negative log-likelihood of bars and stripes after 20 000 full batches with 16 hidden units.
struct Curve {
  double lowest, last;
};

template <rbm::Extras Chosen, class Prepare>
Curve learn_bars_and_stripes(uint32_t seed, Prepare prepare) {
  const std::vector<Bars::VisibleState> patterns = bars_and_stripes();
  static Bars model;
  static rbm::Likelihood<Bars> likelihood;
  static rbm::Trainer<Bars, 32, Chosen> trainer;
  rbm::Xorshift32 rng(seed * 0x9E3779B9u);
  CHECK(rbm::initialize(model, patterns.data(), patterns.size(), rng) == rbm::Status::ok);
  trainer = rbm::Trainer<Bars, 32, Chosen>();
  prepare(trainer);
  Curve curve = {1e9, 0};
  for (int step = 1; step <= 20000; ++step) {
    CHECK(trainer.step(model, patterns.data(), patterns.size(), rng) == rbm::Status::ok);
    if (step % 1000 != 0) continue;
    double log_partition = 0, mean = 0;
    CHECK(likelihood.log_partition(model, log_partition) == rbm::Status::ok);
    CHECK(likelihood.mean_log_likelihood(model, patterns.data(), 32, log_partition, mean) == rbm::Status::ok);
    curve.last = -32 * mean;
    curve.lowest = std::min(curve.lowest, curve.last);
  }
  return curve;
}

// The held-out log-likelihood of digits, or of digits with black and white exchanged, after 200 epochs of centred
// PCD-1.
double learn_by_centred_pcd(uint32_t seed, bool inverted) {
  std::vector<Picture> all = digits(0, digits_count);
  for (Picture& picture : all) {
    for (float& pixel : picture) pixel = inverted ? 1 - pixel : pixel;
  }
  const auto held_out = all.begin() + digits_training_count;
  std::vector<Picture> training(all.begin(), held_out);
  rbm::Xorshift32 rng(seed);
  Digits model;
  CHECK(rbm::initialize(model, training.data(), training.size(), rng) == rbm::Status::ok);
  rbm::Trainer<Digits, 10, rbm::persistent | rbm::centred> trainer;
  trainer.options.schedule = rbm::Schedule::linear;
  trainer.options.schedule_steps = 200 * 150;
  for (int epoch = 0; epoch < 200; ++epoch) {
    rbm::shuffle(training.data(), training.size(), rng);
    CHECK(trainer.epoch(model, training.data(), training.size(), rng) == rbm::Status::ok);
  }
  return mean_log_likelihood(model, std::vector<Picture>(held_out, all.end()));
}

// The 4x4 Ising model with periodic boundaries, J = 1: all 65 536 states.
struct Lattice {
  typedef rbm::Vector<float, 16> State;

  std::vector<double> probability, cumulative;
  double temperature;

  explicit Lattice(double t) : temperature(t) {
    double sum = 0;
    for (size_t s = 0; s < 65536; ++s) {
      probability.push_back(std::exp(-energy(s) / t));
      sum += probability.back();
    }
    double below = 0;
    for (double& p : probability) {
      p /= sum;
      below += p;
      cumulative.push_back(below);
    }
  }

  static double spin(size_t s, size_t x, size_t y) { return (s >> (x % 4 + 4 * (y % 4))) & 1u ? 1 : -1; }

  static double energy(size_t s) {
    double sum = 0;
    for (size_t y = 0; y < 4; ++y) {
      for (size_t x = 0; x < 4; ++x) sum -= spin(s, x, y) * (spin(s, x + 1, y) + spin(s, x, y + 1));
    }
    return sum;
  }

  static double magnetisation(size_t s) {
    double sum = 0;
    for (size_t i = 0; i < 16; ++i) sum += spin(s, i % 4, i / 4);
    return std::fabs(sum);
  }

  static State state(size_t s) {
    State v;
    for (size_t i = 0; i < 16; ++i) v[i] = static_cast<float>(spin(s, i % 4, i / 4));
    return v;
  }

  State draw(rbm::Xorshift32& rng) const {
    const double u = (double(rng()) + 0.5) / 4294967296.0;
    return state(static_cast<size_t>(std::lower_bound(cumulative.begin(), cumulative.end(), u) - cumulative.begin()));
  }

  // Energy, |magnetisation| and specific heat per spin under some probabilities of the states.
  struct Physics {
    double energy, magnetisation, specific_heat;
  };

  Physics physics(const std::vector<double>& p) const {
    double e = 0, squares = 0, m = 0;
    for (size_t s = 0; s < 65536; ++s) {
      e += p[s] * energy(s);
      squares += p[s] * energy(s) * energy(s);
      m += p[s] * magnetisation(s);
    }
    return {e / 16, m / 16, (squares - e * e) / (temperature * temperature) / 16};
  }
};

double percent_off(double got, double expected) { return 100 * std::fabs(got / expected - 1); }

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

// The weights after an epoch as one number (FNV-1a).
#ifdef RBM_TESTS_SAME_FLOATS
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

// What follows takes seconds each, and the same bits come out of it wherever those of the test above do.
TEST_SUITE_BEGIN("long");

TEST_CASE("bars and stripes: CD-1 reaches the likelihood that CD-1 reaches") {
  typedef rbm::Rbm<rbm::Bernoulli<16>, rbm::Bernoulli<32>> Model;
  const std::vector<Model::VisibleState> patterns = bars_and_stripes();
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

TEST_CASE("bars and stripes: CD-10, and persistent CD with a falling rate") {
  Average ten, one, falling, constant;
  double lowest = 0;
  for (uint32_t seed = 1; seed <= 3; ++seed) {
    ten.add(learn_bars_and_stripes<rbm::plain>(seed, [](rbm::Trainer<Bars, 32>& trainer) {
              trainer.options.gibbs_steps = 10;
            }).last);
    const Curve curve = learn_bars_and_stripes<rbm::plain>(seed, [](rbm::Trainer<Bars, 32>&) {});
    one.add(curve.last);
    lowest += curve.lowest / 3;
    falling.add(learn_bars_and_stripes<rbm::persistent>(seed, [](rbm::Trainer<Bars, 32, rbm::persistent>&) {}).last);
    constant.add(learn_bars_and_stripes<rbm::persistent>(seed, [](rbm::Trainer<Bars, 32, rbm::persistent>& trainer) {
                   trainer.options.schedule = rbm::Schedule::constant;
                 }).last);
  }
  MESSAGE(
      "bars and stripes 4x4, 16 hidden, 20 000 full batches at 0.1: total negative log-likelihood, mean of 3 seeds: ",
      "CD-10 ", ten.mean, ", CD-1 ", one.mean, " after ", lowest, " at its best, PCD-1 with a falling rate ",
      falling.mean, ", with a constant rate ", constant.mean);
  CHECK(ten.mean <= 135);
  CHECK(falling.mean <= 140);
  CHECK(one.mean > lowest + 20);     // CD-1 turns down
  CHECK(constant.mean > 1.5 * 140);  // chains that lag behind
}

TEST_CASE("digits: centred persistent CD, blind to exchanged black and white") {
  Average upright, inverted;
  for (uint32_t seed = 1; seed <= 3; ++seed) {
    upright.add(learn_by_centred_pcd(seed, false));
    inverted.add(learn_by_centred_pcd(seed, true));
  }
  MESSAGE("digits 64x16, centred PCD-1, batches of 10, 200 epochs: held-out log-likelihood, mean of 3 seeds: ",
          upright.mean, ", black and white exchanged: ", inverted.mean);
  CHECK(upright.mean >= -18.4);
  CHECK(std::fabs(inverted.mean - upright.mean) <= 0.2);
}

TEST_CASE("digits with grey levels: real units of both layers learn, and stay normalizable") {
  typedef rbm::Rbm<rbm::Gaussian<64>, rbm::Relu<16>> Model;
  std::vector<Picture> training = digits(0, digits_training_count),
                       held_out = digits(digits_training_count, digits_count);
  rbm::Xorshift32 noise(1);
  for (auto* pictures : {&training, &held_out}) {
    for (Picture& picture : *pictures) {
      for (float& pixel : picture) pixel += rbm::uniform(noise) / 4;
    }
  }
  for (size_t i = 0; i < 64; ++i) {  // each pixel with mean 0 and deviation 1 over the training part
    double sum = 0, squares = 0;
    for (const Picture& picture : training) sum += double(picture[i]);
    const double mean = sum / static_cast<double>(training.size());
    for (const Picture& picture : training) squares += std::pow(double(picture[i]) - mean, 2);
    const double deviation = std::sqrt(squares / static_cast<double>(training.size()));
    for (auto* pictures : {&training, &held_out}) {
      for (Picture& picture : *pictures) picture[i] = static_cast<float>((double(picture[i]) - mean) / deviation);
    }
  }
  static rbm::Likelihood<Model> likelihood;
  for (bool as_advised : {false, true}) {
    CAPTURE(as_advised);
    rbm::Xorshift32 rng(7);
    Model model;
    REQUIRE(rbm::initialize(model, training.data(), training.size(), rng) == rbm::Status::ok);
    rbm::Trainer<Model, 10> trainer;
    if (as_advised) {  // what README says of real units
      trainer.options.learning_rate = 0.01f;
      trainer.options.gibbs_steps = 10;
    }
    for (int epoch = 0; epoch < (as_advised ? 10 : 30); ++epoch) {
      rbm::shuffle(training.data(), training.size(), rng);
      REQUIRE(trainer.epoch(model, training.data(), training.size(), rng) == rbm::Status::ok);
      REQUIRE(likelihood.check(model) == rbm::Status::ok);
    }
    double squares = 0;
    for (const Picture& picture : held_out) {
      Model::HiddenState h;
      Picture reconstruction;
      rbm::reconstruct(model, picture, h, reconstruction);
      for (size_t i = 0; i < 64; ++i) squares += std::pow(double(picture[i]) - double(reconstruction[i]), 2);
    }
    const double error = squares / static_cast<double>(64 * held_out.size());
    MESSAGE("Gaussian x rectified units, " << std::string(as_advised ? "as advised" : "defaults") << ": squared error "
                                           << error);
    CHECK(error < 0.9);  // of about 1, which a model that learns nothing leaves
  }
}

TEST_CASE("digits with labels: the free energy classifies") {
  typedef rbm::Rbm<rbm::Joined<rbm::Bernoulli<64>, rbm::Softmax<1, 10>>, rbm::Bernoulli<128>> Model;
  static Model model;
  static rbm::Trainer<Model, 10, rbm::scheduled> trainer;
  const std::vector<Picture> pictures = digits(0, digits_count);
  std::vector<Model::VisibleState> all(digits_count);
  for (size_t s = 0; s < digits_count; ++s) {
    all[s].fill(0);
    for (size_t i = 0; i < 64; ++i) all[s][i] = pictures[s][i];
    all[s][64 + digits_labels[s]] = 1;
  }
  Average wrong;
  for (uint32_t seed = 1; seed <= 3; ++seed) {
    std::vector<Model::VisibleState> training(all.begin(), all.begin() + digits_training_count);
    rbm::Xorshift32 rng(seed * 0x9E3779B9u);
    CHECK(rbm::initialize(model, training.data(), training.size(), rng) == rbm::Status::ok);
    trainer = rbm::Trainer<Model, 10, rbm::scheduled>();
    trainer.options.schedule = rbm::Schedule::linear;
    trainer.options.schedule_steps = 200 * 150;
    for (int epoch = 0; epoch < 200; ++epoch) {
      rbm::shuffle(training.data(), training.size(), rng);
      CHECK(trainer.epoch(model, training.data(), training.size(), rng) == rbm::Status::ok);
    }
    int errors = 0;
    for (size_t s = digits_training_count; s < digits_count; ++s) {
      rbm::Vector<float, 10> p;
      CHECK(rbm::classify(model, all[s], 64, p) == rbm::Status::ok);
      errors += std::max_element(p.begin(), p.end()) - p.begin() != digits_labels[s];
    }
    wrong.add(100.0 * errors / (digits_count - digits_training_count));
  }
  MESSAGE("digits with labels, 128 hidden, CD-1, batches of 10, 200 epochs: held-out error in %, mean of 3 seeds: ",
          wrong.mean, " +- ", wrong.standard_error());
  CHECK(wrong.mean <= 12);
}

TEST_CASE("Ising: a spin model learns the lattice's physics") {
  typedef rbm::Rbm<rbm::Spin<16>, rbm::Spin<16>> Model;
  for (double temperature : {1.5, 2.27, 3.0}) {
    const Lattice lattice(temperature);
    const Lattice::Physics exact = lattice.physics(lattice.probability);
    Average energy_off, magnetisation_off, specific_heat_off, neighbours, others;
    for (uint32_t seed = 1; seed <= 4; ++seed) {
      rbm::Xorshift32 rng(seed * 0x9E3779B9u);
      Model model;
      rbm::initialize(model, rng);
      static rbm::Trainer<Model, 50, rbm::scheduled> trainer;
      trainer = rbm::Trainer<Model, 50, rbm::scheduled>();
      trainer.options.learning_rate = 0.05f;
      trainer.options.schedule = rbm::Schedule::linear;
      trainer.options.schedule_steps = 20000;
      for (int step = 0; step < 20000; ++step) {
        rbm::Vector<Lattice::State, 50> samples;
        for (Lattice::State& sample : samples) sample = lattice.draw(rng);
        CHECK(trainer.step(model, samples.values, 50, rng) == rbm::Status::ok);
      }

      std::vector<double> learnt;
      double sum = 0;
      for (size_t s = 0; s < 65536; ++s) {
        learnt.push_back(std::exp(-double(model.free_energy(Lattice::state(s)))));
        sum += learnt.back();
      }
      for (double& p : learnt) p /= sum;
      const Lattice::Physics of_model = lattice.physics(learnt);
      energy_off.add(percent_off(of_model.energy, exact.energy));
      magnetisation_off.add(percent_off(of_model.magnetisation, exact.magnetisation));
      specific_heat_off.add(percent_off(of_model.specific_heat, exact.specific_heat));

      // What the hidden spins do to the visible ones is the lattice: J = 1 / T between neighbours, nothing else.
      static rbm::Matrix<float, 16, 16> couplings;
      std::vector<Lattice::State> samples(500);
      for (Lattice::State& sample : samples) sample = lattice.draw(rng);
      CHECK(rbm::effective_couplings(model, samples.data(), 500, couplings) == rbm::Status::ok);
      for (size_t i = 0; i < 16; ++i) {
        for (size_t k = 0; k < i; ++k) {
          const size_t across = (i % 4 + 4 - k % 4) % 4, down = (i / 4 + 4 - k / 4) % 4;
          const bool adjacent = (across == 0 && down % 2 == 1) || (down == 0 && across % 2 == 1);
          (adjacent ? neighbours : others).add(double(couplings(i, k)));
        }
      }
      if (seed > 1) continue;

      // The averages of 400 chains, each over 100 states that are 20 steps apart, lie within 5 standard errors of the
      // enumerated model. False alarm: 1e-6.
      Average energy, magnetisation;
      rbm::GibbsChain<Model> chain;
      for (int i = 0; i < 400; ++i) {
        chain.start(lattice.draw(rng));
        double e = 0, m = 0;
        for (int k = 0; k < 100; ++k) {
          (void)chain.run(model, 20, rng);
          size_t s = 0;
          for (size_t unit = 0; unit < 16; ++unit) s |= static_cast<size_t>(chain.visible[unit] > 0) << unit;
          e += Lattice::energy(s) / 16 / 100;
          m += Lattice::magnetisation(s) / 16 / 100;
        }
        energy.add(e);
        magnetisation.add(m);
      }
      CHECK(std::fabs(energy.mean - of_model.energy) < 5 * energy.standard_error());
      CHECK(std::fabs(magnetisation.mean - of_model.magnetisation) < 5 * magnetisation.standard_error());
    }
    MESSAGE("Ising 4x4, T = ", temperature, ", 16 hidden spins, CD-1, % off the exact energy: ", energy_off.mean,
            ", |magnetisation|: ", magnetisation_off.mean, ", specific heat: ", specific_heat_off.mean,
            "; couplings times T: ", temperature * neighbours.mean, " between neighbours, ", temperature * others.mean,
            " between others; means of 4 seeds");
    CHECK(energy_off.mean <= 1.5);
    CHECK(magnetisation_off.mean <= 1.5);
    CHECK(specific_heat_off.mean <= 6);
    CHECK(std::fabs(temperature * others.mean) < 0.1);
    // Where it is cold nearly all samples are all up or all down, and what tells neighbours apart is learned last.
    if (temperature > 2) CHECK(temperature * neighbours.mean == doctest::Approx(1).epsilon(0.1));
  }
}

TEST_SUITE_END();

TEST_CASE("digits: 30 % of the pixels of the training digits are missing") {
  const std::vector<Picture> complete = digits(0, digits_training_count),
                             held_out = digits(digits_training_count, digits_count);
  const uint32_t epochs = 200;
  // The held-out log-likelihood after centred persistent CD, with this share of the pixels missing at random.
  const auto learn = [&](float missing) {
    Digits model;
    rbm::Xorshift32 rng{1};
    rbm::Trainer<Digits, 10, rbm::persistent | rbm::centred> trainer;
    std::vector<Picture> training = complete;
    std::vector<Digits::VisibleEvidence> evidence(training.size());
    for (size_t s = 0; s < training.size(); ++s) {
      CHECK(evidence[s].observe(training[s], 0.0f) == rbm::Status::ok);
      for (size_t i = 0; i < 64; ++i) {
        if (!(rbm::uniform(rng) < missing)) continue;
        evidence[s].forget(i);
        training[s][i] = 0.5f;
      }
    }
    CHECK(rbm::initialize(model, training.data(), training.size(), rng) == rbm::Status::ok);
    trainer.options.schedule = rbm::Schedule::linear;
    trainer.options.schedule_steps = epochs * digits_training_count / 10;
    for (uint32_t epoch = 0; epoch < epochs; ++epoch) {
      for (size_t s = 0; s < training.size(); s += 10) {
        CHECK(trainer.step(model, training.data() + s, evidence.data() + s, 10, rng) == rbm::Status::ok);
      }
    }
    return mean_log_likelihood(model, held_out);
  };
  const double whole = learn(0.0f), incomplete = learn(0.3f);
  MESSAGE("digits 64x16, centred PCD-1, 200 epochs: held-out log-likelihood ", whole, ", with 30 % missing ",
          incomplete);
  CHECK(incomplete > whole - 0.6);
  CHECK(incomplete > -18.9);
}
