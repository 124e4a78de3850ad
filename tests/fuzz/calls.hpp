// A sequence of calls to one model, its trainer and all that samples from it, with the promise checked after each:
// refused, nothing has changed; ok, the model is sound, and states and results are numbers in their range.
//
// A model that rbm::check refuses is used, too. Then all that is promised is that calls end, that what a call refuses
// is as it was, and that epochs are refused.
// SPDX-License-Identifier: MIT

#ifndef RBM_TESTS_FUZZ_CALLS_HPP
#define RBM_TESTS_FUZZ_CALLS_HPP

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>

#include "../../rbm/evaluation/ais.hpp"
#include "../../rbm/rbm.hpp"
#include "../support/units.hpp"
#include "bytes.hpp"
#include "generator.hpp"
#include "promise.hpp"
#include "units.hpp"

namespace fuzz {

/// How many calls were made, of all sequences.
extern uint64_t operations;

/// All that calls may change, compared as bytes.
template <class Model, class Other, class Trainer, class Rng>
struct World {
  enum : size_t { samples_held = 5 };

  Model model;
  Other other;  // of the same units in another number type
  Trainer trainer;
  rbm::Vector<typename Model::VisibleState, samples_held> samples;
  rbm::GibbsChains<Model, 2> chains;
  rbm::Posterior<Model> posterior;
  rbm::ParallelTempering<Model, 3> tempering;
  rbm::Transposed<Model> transposed;
  rbm::Matrix<float, Model::visible_size, Model::visible_size> couplings;
  rbm::Vector<typename Model::Energy, 2> two;
  rbm::Vector<typename Model::Energy, 3> three;
  typename Model::HiddenState hidden;
  typename Model::VisibleState visible;
  float likelihood;
  double log_partition;
  rbm::Averages<Model> averages;
  rbm::PartitionEstimate estimate;
  size_t saturated;
  Rng rng;

  World() : rng(1) {}
};

template <class Model, class OtherNumber, size_t Batch, rbm::Extras Chosen, class Rng>
class Calls {
 public:
  static void run(Bytes& bytes) {
    static Calls sequence;
    model_in_use = __PRETTY_FUNCTION__;
    sequence.start(bytes);
    while (!bytes.empty()) sequence.call(bytes);
  }

 private:
  typedef typename Model::Visible Visible;
  typedef typename Model::Hidden Hidden;
  typedef typename Model::Scalar Scalar;
  typedef typename Model::VisibleState VisibleState;
  typedef typename Model::HiddenState HiddenState;
  typedef rbm::Status Status;
  typedef rbm::Rbm<Visible, Hidden, OtherNumber> Other;
  typedef rbm::Trainer<Model, Batch, Chosen> Trainer;
  typedef rbm::Arithmetic<Scalar> Ops;
  typedef Calls Self;

  template <bool>
  struct If {};
  template <rbm::Extras Extra>
  using Has = If<rbm::detail::has(Chosen, Extra)>;

  World<Model, Other, Trainer, Rng> world;
  unsigned char before[sizeof(World<Model, Other, Trainer, Rng>)];
  rbm::Likelihood<Model> likelihood;
  bool was_sound;  // the model, before the call

  void start(Bytes& bytes) {
    std::memset(static_cast<void*>(&world), 0, sizeof world);
    new (&world) World<Model, Other, Trainer, Rng>();
    rbm::Xorshift32 good(bytes.word());
    rbm::initialize(world.model, good);
    renew();
    world.posterior.evidence.forget();
    expect(world.tempering.set_geometric(0.5f) == Status::ok, "set_geometric refuses 0.5");
    for (auto& sample : world.samples) Hostile<Visible>::state(bytes, sample.values);
    seed(bytes, world.rng);
  }

  // What a model that was not sound leaves behind is not to be taken for what a sound one did.
  void renew() {
    rbm::Xorshift32 good(12345);
    new (&world.trainer) Trainer();
    world.chains.start_from_noise(good);
    world.posterior.chain.start_from_noise(good);
    world.tempering.chains.start_from_noise(good);
    Model::HiddenLayer::noise(world.hidden.values, good);
    Model::VisibleLayer::noise(world.visible.values, good);
  }

  void call(Bytes& bytes) {
    typedef void (Calls::*Call)(Bytes&);
    static const Call calls[] = {
        &Self::step,          &Self::step,          &Self::step,           &Self::step,           &Self::epoch,
        &Self::epoch,         &Self::set_options,   &Self::set_options,    &Self::set_parameters, &Self::set_parameters,
        &Self::set_samples,   &Self::set_samples,   &Self::observe,        &Self::observe,        &Self::observe_all,
        &Self::run_posterior, &Self::run_posterior, &Self::denoise,        &Self::start_chains,   &Self::run_chains,
        &Self::run_chains,    &Self::anneal,        &Self::temper,         &Self::classify,       &Self::judge,
        &Self::use_model,     &Self::use_model,     &Self::read_couplings, &Self::convert,        &Self::initialize,
        &Self::enumerate,     &Self::draw};
    const Call chosen = calls[bytes.below(sizeof calls / sizeof calls[0])];
    ++operations;
    begin(world.rng);
    was_sound = rbm::check(world.model) == Status::ok;
    std::memcpy(before, static_cast<const void*>(&world), sizeof world);
    (this->*chosen)(bytes);
    if (!was_sound) renew();
  }

  template <class Part>
  bool is_as_before(const Part& part) const {
    const size_t offset = static_cast<size_t>(reinterpret_cast<const unsigned char*>(&part) -
                                              reinterpret_cast<const unsigned char*>(&world));
    return std::memcmp(static_cast<const void*>(&part), before + offset, sizeof part) == 0;
  }

  void refused() const { expect(is_as_before(world), "a refused call has changed something"); }

  // Learning.

  void step(Bytes& bytes) {
    const size_t counts[] = {1, Batch, Batch + 1, 0, static_cast<size_t>(-1), 1, Batch, 1};
    const size_t count = counts[bytes.below(sizeof counts / sizeof counts[0])];
    const size_t first = bytes.below(world.samples.size);
    const bool is_single = count <= Batch && first + count > world.samples.size;
    const Status status = is_single ? world.trainer.step(world.model, world.samples[first], world.rng)
                                    : world.trainer.step(world.model, world.samples.values + first, count, world.rng);
    if (count > Batch) expect(status == Status::too_large, "a step of more than a batch is not too large");
    if (status == Status::ok) {
      learnt(is_single ? 1 : count);
    } else if (is_as_before(world.rng)) {
      refused();
    } else {
      ran_away(status);
      expect(is_as_before(world.model), "a step without success has changed the model");
    }
  }

  void epoch(Bytes& bytes) {
    const size_t count = bytes.below(world.samples.size + 1);
    const Status status = world.trainer.epoch(world.model, world.samples.values, count, world.rng);
    if (!was_sound) expect(status != Status::ok, "an epoch takes a model that check refuses");
    if (status == Status::ok) {
      learnt(count < Batch ? count : Batch);
    } else if (is_as_before(world.rng)) {
      refused();
    } else {
      ran_away(status);
      expect(rbm::check(world.model) == Status::ok, "an epoch that ran away leaves a model that check refuses");
    }
  }

  // From batches that went with the first `count` chains.
  void learnt(size_t count) const {
    if (!was_sound) return;
    expect(is_sound(world.model), "learning, which is ok, leaves a parameter that is no number, or a variance of 0");
    expect(rbm::check(world.model) == Status::ok, "learning, which is ok, leaves a model that check refuses");
    for (size_t s = 0; s < count; ++s) {
      in_range(world.trainer.visible[s]);
      in_range_or_zero(world.trainer.hidden[s]);
      in_range_or_zero(world.trainer.hidden_data[s]);
    }
    offsets_are_numbers(Has<rbm::centred>());
    velocity_is_numbers(Has<rbm::with_momentum>());
  }
  void ran_away(Status status) const {
    expect(!Ops::is_fixed, "learning in integers moves the generator, then refuses");
    expect(status == Status::not_finite || status == Status::not_normalizable,
           "learning moves the generator, then refuses for another reason than that chains ran away");
    expect(is_as_before(world.trainer.options), "learning has changed the options");
    if (was_sound) {
      offsets_are_numbers(Has<rbm::centred>());
      velocity_is_numbers(Has<rbm::with_momentum>());
    }
  }

  void offsets_are_numbers(If<false>) const {}
  void offsets_are_numbers(If<true>) const {
    expect(are_numbers(world.trainer.visible_offset), "a visible offset is no number");
    expect(are_numbers(world.trainer.hidden_offset), "a hidden offset is no number");
  }
  void velocity_is_numbers(If<false>) const {}
  void velocity_is_numbers(If<true>) const {
    expect(are_numbers(world.trainer.weight_change) && are_numbers(world.trainer.visible_change) &&
               are_numbers(world.trainer.hidden_change),
           "the last change is no number");
  }

  void set_options(Bytes& bytes) {
    if (bytes.below(4) == 0) new (&world.trainer.options) rbm::TrainingOptions<Chosen, typename Ops::Option>(0.1f);
    const Manner how = manner(bytes);
    const auto option = [&] {
      const float x = real(bytes, how);
      return how == Manner::calm ? std::fabs(x) : x;
    };
    auto& options = world.trainer.options;
    options.learning_rate = option();
    if (bytes.below(4) == 0) options.gibbs_steps = static_cast<uint16_t>(bytes.below(4));
    if (bytes.rarely()) options.gibbs_steps = 65535;
    set_schedule(Has<rbm::scheduled>(), bytes, option);
    set_offset_rate(Has<rbm::centred>(), option);
    set_momentum(Has<rbm::with_momentum>(), option);
    set_penalties(Has<rbm::penalised>(), bytes, option);
    set_variance_rate(Has<rbm::learned_variance>(), option);
  }

  template <class Option>
  void set_schedule(If<false>, Bytes&, Option) {}
  template <class Option>
  void set_schedule(If<true>, Bytes& bytes, Option option) {
    auto& options = world.trainer.options;
    const uint32_t ends[] = {0u, 1u, 2u, 1000u, 0xFFFFFFFFu, 0x80000000u, 0xFFFFFFFEu, 3u};
    options.schedule = static_cast<rbm::Schedule>(bytes.below(8) == 0 ? bytes.byte() : bytes.below(3));
    options.schedule_steps = ends[bytes.below(8)];
    options.schedule_power = option();
    if (bytes.below(2) == 0) world.trainer.updates = ends[bytes.below(8)];
  }
  template <class Option>
  void set_offset_rate(If<false>, Option) {}
  template <class Option>
  void set_offset_rate(If<true>, Option option) {
    world.trainer.options.offset_rate = option() / 4.0f;
  }
  template <class Option>
  void set_momentum(If<false>, Option) {}
  template <class Option>
  void set_momentum(If<true>, Option option) {
    world.trainer.options.momentum = option() / 4.0f;
  }
  template <class Option>
  void set_penalties(If<false>, Bytes&, Option) {}
  template <class Option>
  void set_penalties(If<true>, Bytes& bytes, Option option) {
    auto& options = world.trainer.options;
    options.l2 = bytes.below(2) == 0 ? 0.0f : option();
    options.l1 = bytes.below(2) == 0 ? 0.0f : option();
    options.sparsity_cost = bytes.below(2) == 0 ? 0.0f : option();
    options.sparsity_target = option();
    options.largest_update = bytes.below(2) == 0 ? 0.0f : option();
  }
  template <class Option>
  void set_variance_rate(If<false>, Option) {}
  template <class Option>
  void set_variance_rate(If<true>, Option option) {
    world.trainer.options.variance_rate = option();
  }

  void set_parameters(Bytes& bytes) {
    Manner how = manner(bytes);
    if (bytes.below(4) == 0) {  // one weight alone
      take_parameter(bytes, how,
                     world.model.weights.values[bytes.below(Model::visible_size * size_t{Model::hidden_size})]);
    } else {
      for (auto& weight : world.model.weights.values) take_parameter(bytes, how, weight);
      Hostile<Visible>::parameters(bytes, how, world.model.visible);
      Hostile<Hidden>::parameters(bytes, how, world.model.hidden);
    }
  }

  void set_samples(Bytes& bytes) {
    for (auto& sample : world.samples) Hostile<Visible>::state(bytes, sample.values);
    if (bytes.below(4) == 0) {
      Scalar& one = world.samples[bytes.below(world.samples.size)][bytes.below(Model::visible_size)];
      take(bytes, Manner::any, one);
    }
  }

  bool samples_are_in_range() const { return Model::check(world.samples.values, world.samples.size) == Status::ok; }

  void initialize(Bytes& bytes) {
    const size_t count = bytes.below(world.samples.size + 1);
    if (count == 5) {
      rbm::initialize(world.model, world.rng);
    } else {
      const Status status = rbm::initialize(world.model, world.samples.values, count, world.rng);
      if (status != Status::ok) return refused();
    }
    expect(rbm::check(world.model) == Status::ok, "initialize leaves a model that check refuses");
  }

  // Sampling.

  template <class State>
  static bool is_zero(const State& state) {
    bool zero = true;
    for (const auto& s : state.values) zero = zero && s == Scalar(0);
    return zero;
  }
  static void in_range(const VisibleState& v) {
    expect(Model::VisibleLayer::check(v.values) == Status::ok || is_zero(v), "a visible state is out of range");
  }
  static void in_range_or_zero(const HiddenState& h) {
    expect(Model::HiddenLayer::check(h.values) == Status::ok || is_zero(h), "a hidden state is out of range");
  }
  static void in_range(const rbm::GibbsChain<Model>& chain) {
    in_range(chain.visible);
    in_range_or_zero(chain.hidden);
  }

  // What ran on the model, and changed neither it nor the trainer.
  void ran(Status status) const {
    if (status != Status::ok && is_as_before(world.rng)) return refused();
    expect(is_as_before(world.model) && is_as_before(world.trainer) && is_as_before(world.samples),
           "a chain has changed the model");
    if (status == Status::ok) return;
    expect(!Ops::is_fixed, "a chain of integers moves the generator, then refuses");
    expect(status == Status::not_finite, "a chain refuses for another reason than that it ran away");
    expect(Model::Visible::is_real || Model::Hidden::is_real || !was_sound, "a chain of states off and on ran away");
  }

  void start_chains(Bytes& bytes) {
    const size_t count = bytes.below(world.samples.size + 1);
    if (bytes.below(2) == 0) {
      world.chains.start_from_noise(world.rng);
    } else if (samples_are_in_range() || count == 0) {
      if (world.chains.start(world.samples.values, count) != Status::ok) return refused();
    }
    for (const auto& chain : world.chains.chains) in_range(chain);
  }

  uint32_t steps(Bytes& bytes) { return bytes.rarely() ? 65536u : static_cast<uint32_t>(bytes.below(4)); }

  void run_chains(Bytes& bytes) {
    const uint32_t count = static_cast<uint32_t>(bytes.below(4));
    Status status = Status::ok;
    switch (bytes.below(5)) {
      case 0: status = world.chains.run(world.model, count, world.rng); break;
      case 1: status = world.chains.run(world.model, world.posterior.evidence, count, world.rng); break;
      case 2: {
        const float t = std::ldexp(1.0f, static_cast<int>(bytes.below(16)) - 10);
        status = world.chains.run(rbm::tempered(world.model, t), count, world.rng);
        break;
      }
      case 3:
        world.transposed.copy(world.model);
        status = world.chains.run(world.transposed, count, world.rng);
        break;
      default:
        world.transposed.copy(world.model);
        status = world.chains.run(world.transposed, world.posterior.evidence, count, world.rng);
    }
    std::memcpy(
        before + (reinterpret_cast<unsigned char*>(&world.transposed) - reinterpret_cast<unsigned char*>(&world)),
        static_cast<const void*>(&world.transposed), sizeof world.transposed);
    ran(status);
    if (status == Status::ok && was_sound) {
      for (const auto& chain : world.chains.chains) in_range(chain);
    }
    if (status != Status::ok) renew_chains();
  }

  // Where a chain ended that ran away is not said.
  void renew_chains() {
    rbm::Xorshift32 good(54321);
    world.chains.start_from_noise(good);
    world.posterior.chain.start_from_noise(good);
    world.tempering.chains.start_from_noise(good);
  }

  void anneal(Bytes& bytes) {
    const Manner how = manner(bytes);
    const float first = real(bytes, how), last = real(bytes, how);
    const uint32_t count = static_cast<uint32_t>(bytes.below(4));
    const Status status = rbm::anneal(world.model, world.chains[0], first, last, count, world.rng);
    ran(status);
    if (status == Status::ok && was_sound) in_range(world.chains[0]);
    if (status == Status::ok) expect(first > 0.0f && last > 0.0f && count > 0, "anneal takes what it says it refuses");
    if (status != Status::ok) renew_chains();
  }

  void temper(Bytes& bytes) {
    if (bytes.below(2) == 0) {
      const Status status = world.tempering.set_geometric(std::fabs(real(bytes, manner(bytes))) / 4.0f);
      if (status != Status::ok) return refused();
      for (float t : world.tempering.inverse_temperature.values) {
        expect(is_number(t) && t > 0.0f && t <= 1.0f, "set_geometric makes a temperature that is none");
      }
      if (bytes.below(8) == 0) world.tempering.steps = 0xFFFFFFFFu;
    } else {
      const uint32_t count = static_cast<uint32_t>(bytes.below(4));
      const Status status = world.tempering.run(world.model, count, world.rng);
      ran(status);
      if (status == Status::ok && was_sound) {
        for (const auto& chain : world.tempering.chains.chains) in_range(chain);
      }
      if (status != Status::ok) renew_chains();
    }
  }

  void observe(Bytes& bytes) {
    if (bytes.below(8) == 0) world.posterior.evidence.forget();
    std::memcpy(before, static_cast<const void*>(&world), sizeof world);
    const Status status = Hostile<Visible>::observe(bytes, world.posterior.evidence);
    if (status != Status::ok) return refused();
    expect(Hostile<Visible>::is_sound(world.posterior.evidence), "evidence is no number");
  }
  void observe_all(Bytes& bytes) {
    const Status status =
        world.posterior.evidence.observe(world.samples[bytes.below(2)], std::fabs(real(bytes, manner(bytes))));
    if (status != Status::ok) return refused();
    expect(Hostile<Visible>::is_sound(world.posterior.evidence), "evidence is no number");
  }

  // A mean is between states; of real units at the end of their range it may be just beyond.
  void posterior_ran(Status status) {
    ran(status);
    if (status == Status::ok) {
      expect(are_numbers(world.posterior.mean), "the mean of a posterior is no number");
      if (was_sound) {
        // In few steps the means of a large group are all 0.
        const bool is_coarse = Ops::is_fixed && size_t{Visible::size} > 20;
        expect(Visible::is_real || is_coarse || Model::VisibleLayer::check(world.posterior.mean.values) == Status::ok,
               "the mean of a posterior is out of range");
        in_range(world.posterior.chain);
      }
    } else if (!is_as_before(world.posterior)) {
      renew_chains();
      world.posterior.evidence.forget();
    }
  }

  void run_posterior(Bytes& bytes) {
    const uint32_t burn_in = static_cast<uint32_t>(bytes.below(4));
    const uint32_t count = bytes.below(16) == 0 ? 0xFFFFFFFFu : steps(bytes);
    const Status status = world.posterior.run(world.model, burn_in, count, world.rng);
    posterior_ran(status);
    if (count == 0 || count > (uint32_t{1} << 20)) expect(status != Status::ok, "a posterior of no steps, or too many");
  }

  void denoise(Bytes& bytes) {
    const float noise = std::fabs(real(bytes, manner(bytes))) / (bytes.below(2) == 0 ? 1.0f : 4.0f);
    const uint32_t burn_in = static_cast<uint32_t>(bytes.below(2)), count = steps(bytes);
    const VisibleState& noisy = world.samples[bytes.below(2)];
    const Status status = rbm::denoise(world.model, noisy, noise, burn_in, count, world.posterior, world.rng);
    posterior_ran(status);
  }

  // The model's own functions, given states that are in range.
  void use_model(Bytes& bytes) {
    VisibleState v;
    HiddenState h;
    Hostile<Visible>::state(bytes, v.values);
    Hostile<Hidden>::state(bytes, h.values);
    world.model.mean_hidden(v, world.hidden);
    if (was_sound) expect(are_numbers(world.hidden), "the mean of the hidden units is no number");
    world.model.mean_visible(h, world.visible);
    if (was_sound) expect(are_numbers(world.visible), "the mean of the visible units is no number");
    world.model.sample_hidden(v, world.hidden, world.rng);
    if (was_sound) expect(are_numbers(world.hidden), "a draw of the hidden units is no number");
    world.model.sample_visible(h, world.visible, world.rng);
    if (was_sound) expect(are_numbers(world.visible), "a draw of the visible units is no number");
    const auto energy = world.model.energy(v, h);
    const auto free_energy = world.model.free_energy(v);
    if (was_sound) expect(is_energy(double(energy), v, h), "an energy is wrong");
    if (was_sound) expect(free_energy == free_energy, "a free energy is NaN");  // it is infinite near the bounds
    rbm::reconstruct(world.model, v, world.hidden, world.visible);
    expect(is_as_before(world.model), "a function of the model has changed it");
  }

  // Whether an energy is that of the definition, but for rounding; integers have no terms beyond their range.
  bool is_energy(double energy, const VisibleState& v, const HiddenState& h) const {
    double truth = 0, size = 0, largest = 1;
    const auto add = [&](double term, double part) {
      truth += term;
      size += std::fabs(term) + std::fabs(part);
    };
    for (size_t i = 0; i < Model::visible_size; ++i) {
      const double s = double(v[i]);
      largest = std::fmax(largest, std::fabs(s));
      add(Truth<Visible>::energy(world.model.visible, i, s), double(world.model.visible.bias_of(i)) * s);
    }
    for (size_t j = 0; j < Model::hidden_size; ++j) {
      const double s = double(h[j]);
      largest = std::fmax(largest, std::fabs(s));
      add(Truth<Hidden>::energy(world.model.hidden, j, s), double(world.model.hidden.bias_of(j)) * s);
      for (size_t i = 0; i < Model::visible_size; ++i) add(-double(v[i]) * double(world.model.weights(i, j)) * s, 0);
    }
    const double terms = static_cast<double>((Model::visible_size + 1) * (Model::hidden_size + size_t{1}));
    if (!Ops::is_fixed) return std::fabs(energy - truth) <= terms * size * 1.2e-7 + 1e-30;
    const double of_variances = step_of(Scalar(0)) < 1.0 / 4096 ? 1.0 / 16 : 0.0;  // energies have those in Q12
    return size > 262144.0 ||
           std::fabs(energy - truth) <= terms * largest * (step_of(Scalar(0)) + 1.0 / 4096) + size * of_variances;
  }
  static double step_of(float) { return 0; }
  template <class Integer, int FractionBits>
  static double step_of(rbm::Fixed<Integer, FractionBits>) {
    return std::ldexp(1.0, -FractionBits);
  }

  // Judging.

  void classify(Bytes& bytes) { classify_if(If<(size_t{Visible::sites} > 0)>(), bytes); }
  void classify_if(If<false>, Bytes&) {}
  void classify_if(If<true>, Bytes& bytes) {
    const size_t site = bytes.below(2 * size_t{Visible::sites});
    if (bytes.below(2) == 0) {
      classify_site(site, world.samples[0], world.two);
    } else {
      classify_site(site, world.samples[0], world.three);
    }
  }
  template <class Probabilities>
  void classify_site(size_t site, const VisibleState& v, Probabilities& probabilities) {
    if (Model::VisibleLayer::check(v.values) != Status::ok) return;
    if (rbm::classify(world.model, v, site, probabilities) != Status::ok) return refused();
    double sum = 0;
    for (const auto& p : probabilities.values) {
      expect(is_number(p), "the probability of a class is no number");
      expect(double(p) >= 0 && double(p) <= 1.001, "the probability of a class is none");
      sum += double(p);
    }
    expect(std::fabs(sum - 1) < 0.005, "the probabilities of classes do not sum to 1");
  }

  void judge(Bytes& bytes) { judge_if(If<!bool{Visible::is_real}>(), bytes); }
  void judge_if(If<false>, Bytes&) {}
  void judge_if(If<true>, Bytes& bytes) {
    const size_t count = bytes.below(world.samples.size + 1);
    const bool stochastic = bytes.below(2) == 0;
    const Status status = stochastic
                              ? rbm::stochastic_pseudo_log_likelihood(world.model, world.samples.values, count,
                                                                      world.likelihood, world.rng)
                              : rbm::pseudo_log_likelihood(world.model, world.samples.values, count, world.likelihood);
    if (status != Status::ok) {
      world.rng = *reinterpret_cast<const Rng*>(
          before + (reinterpret_cast<unsigned char*>(&world.rng) - reinterpret_cast<unsigned char*>(&world)));
      return refused();
    }
    expect(is_number(world.likelihood), "a pseudo-likelihood is no number");
    expect(world.likelihood <= 0.01f, "a pseudo-likelihood is above 1");
  }

  void read_couplings(Bytes& bytes) {
    const size_t count = bytes.below(3);
    const Status status = rbm::effective_couplings(world.model, world.samples.values, count, world.couplings);
    if (status == Status::not_finite &&
        Model::check(world.samples.values, count) == Status::ok) {  // of the parameters: couplings are of no use then
      std::memset(static_cast<void*>(&world.couplings), 0, sizeof world.couplings);
      expect(is_as_before(world.model) && is_as_before(world.samples), "couplings have changed the model");
    } else if (status != Status::ok) {
      refused();
    } else {
      expect(are_numbers(world.couplings), "a coupling is no number");
    }
  }

  void convert(Bytes& bytes) {
    if (bytes.below(2) == 0) {
      if (rbm::convert(world.model, world.other, world.saturated) != Status::ok) return refused();
      if (was_sound) {
        expect(is_sound(world.other), "convert makes a model that is not sound");
        expect(rbm::check(world.other) == Status::ok, "convert makes a model that check refuses");
      }
    } else {
      const bool other_was_sound = rbm::check(world.other) == Status::ok;
      if (rbm::convert(world.other, world.model, world.saturated) != Status::ok) return refused();
      if (other_was_sound) {
        expect(rbm::check(world.model) == Status::ok, "convert back makes a model that check refuses");
      }
    }
  }

  void enumerate(Bytes& bytes) {
    const size_t count = bytes.below(3);
    Status status = Status::ok;
    switch (bytes.below(6)) {
      case 0:
        status = likelihood.log_partition(world.model, world.log_partition, [](double) { return false; });
        if (status == Status::ok) expect(is_number(world.log_partition), "ln Z is no number");
        break;
      case 1: {
        double result = 0;
        status = likelihood.mean_log_likelihood(world.model, world.samples.values, count, world.log_partition, result);
        if (status == Status::ok) expect(is_number(result), "a likelihood is no number");
        break;
      }
      case 2: status = likelihood.model_averages(world.model, world.log_partition, world.averages); break;
      case 3:
        status = likelihood.data_averages(world.model, world.samples.values, count, world.averages);
        if (status == Status::ok) expect(are_numbers(world.averages.weights), "an average of data is no number");
        break;
      default: estimate(If<!Ops::is_fixed>(), bytes); return;
    }
    if (status != Status::ok) refused();
  }

  void estimate(If<false>, Bytes&) {}
  void estimate(If<true>, Bytes& bytes) {
    static rbm::Ais<Model> ais;
    const uint32_t temperatures = static_cast<uint32_t>(bytes.below(4)), runs = static_cast<uint32_t>(bytes.below(5));
    ais.set_base(world.model);
    if (bytes.below(2) == 0 && ais.set_base(world.model, world.samples.values, 2) != Status::ok) return refused();
    const Status status = bytes.below(2) == 0 ? ais.forward(world.model, temperatures, runs, world.estimate, world.rng)
                                              : ais.reverse(world.model, temperatures, world.samples.values, runs,
                                                            world.estimate, world.rng);
    ran(status == Status::not_normalizable || status == Status::out_of_range ? Status::not_finite : status);
    if (status == Status::ok) expect(is_number(world.estimate.log_partition), "an estimate of ln Z is no number");
    if (status != Status::ok) expect(is_as_before(world.estimate), "an estimate was refused, and has changed");
  }

  // What stands beside models.

  void draw(Bytes& bytes) {
    switch (bytes.below(6)) {
      case 0: rbm::shuffle(world.samples.values, bytes.below(world.samples.size + 1), world.rng); break;
      case 1: {
        const uint32_t n = bytes.word() >> bytes.below(32) | 1u;
        expect(rbm::below(n, world.rng) < n, "below(n) is not");
        break;
      }
      case 2: expect(is_number(rbm::normal(world.rng)), "a normal draw is no number"); break;
      case 3: {
        const float x = real(bytes, manner(bytes));
        const float s = rbm::rectified(x, world.rng);
        if (is_number(x)) expect(s >= 0.0f && is_number(s), "a rectified draw is no number, or negative");
        break;
      }
      case 4: {
        const float u = rbm::uniform(world.rng);
        expect(u > 0.0f && u < 1.0f, "uniform is 0 or 1");
        break;
      }
      default: {
        uint8_t bits[(Model::visible_size + 7) / 8];
        for (uint8_t& byte : bits) byte = bytes.byte();
        rbm::unpack_bits(bits, world.visible);
        for (size_t i = 0; i < Model::visible_size; ++i) {
          expect(world.visible[i] == Scalar(bits[i / 8] >> (7 - i % 8) & 1), "a bit is unpacked to another");
        }
        Model::VisibleLayer::noise(world.visible.values, world.rng);
      }
    }
  }
};

}  // namespace fuzz

#endif  // RBM_TESTS_FUZZ_CALLS_HPP
