// rbm/options.hpp: what a trainer can be told, and what it starts with.
//
// A trainer has the options of contrastive divergence and those of the extras it was declared with, all in one struct,
// trainer.options: an extra that is not named costs no byte of RAM or code, and its options are not there to be set.
// SPDX-License-Identifier: MIT

#ifndef RBM_OPTIONS_HPP
#define RBM_OPTIONS_HPP

#include <stdint.h>

#include "math.hpp"
#include "status.hpp"

namespace rbm {

/// What a trainer does beyond CD-k at a constant rate. Combine them: Trainer<Model, 10, persistent | centred>.
enum Extras : unsigned {
  plain = 0,
  scheduled = 1,         // the learning rate falls
  persistent = 2 | 1,    // fantasy particles live on from update to update (Tieleman 2008), and the rate falls
  centred = 4,           // updates are made of v and h less their means (Melchior, Fischer and Wiskott 2016)
  with_momentum = 8,     // a part of each change is made again: keeps a copy of the weights
  penalised = 16,        // weight decay, a sparsity target, a bound on the size of an update
  learned_variance = 32  // the variances of Gaussian visible units are learned
};

constexpr Extras operator|(Extras a, Extras b) {
  return static_cast<Extras>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}

enum class Schedule : uint8_t {
  constant,  // r
  linear,    // r (1 - t / T), then 0
  power      // r (1 + t / T)^-power
};

namespace detail {

/// not_finite, out_of_range outside [least, most], or ok.
inline Status check_option(float value, float least, float most) {
  return !is_finite(value) ? Status::not_finite : value < least || value > most ? Status::out_of_range : Status::ok;
}

inline Status first_failure(Status a, Status b) { return a != Status::ok ? a : b; }

constexpr float unlimited() { return 3e38f; }

/// The options of any trainer.
struct ChainOptions {
  float learning_rate;              // added to a parameter per unit of its mean gradient; 0.1, or 0.001 with real units
  uint16_t gibbs_steps = 1;         // k of CD-k; at least 1
  bool mean_field_visible = false;  // the chain takes p(v | h) instead of a draw; not with learned_variance

  explicit constexpr ChainOptions(float rate) : learning_rate(rate) {}

  Status check() const {
    return first_failure(check_option(learning_rate, 0, unlimited()),
                         gibbs_steps == 0 ? Status::out_of_range : Status::ok);
  }
};

/// scheduled: how the learning rate r falls with the updates made, t.
struct ScheduleOptions {
  Schedule schedule = Schedule::power;
  uint32_t schedule_steps = 1000;  // T, in updates: epochs times samples over batch size; above 0
  float schedule_power = 1.0f;     // not negative

  float factor(uint32_t t) const {
    const float part = static_cast<float>(t) / static_cast<float>(schedule_steps);
    switch (schedule) {
      case Schedule::linear: return part < 1.0f ? 1.0f - part : 0.0f;
      case Schedule::power: return exp(-schedule_power * log1p(part));
      case Schedule::constant: break;
    }
    return 1.0f;
  }

  Status check() const {
    return first_failure(check_option(schedule_power, 0, unlimited()),
                         schedule_steps == 0 ? Status::out_of_range : Status::ok);
  }
};

/// centred: how fast the means are followed.
struct CentringOptions {
  float offset_rate = 0.01f;  // the share of the latest batch in the moving averages; 0 to 1

  Status check() const { return check_option(offset_rate, 0, 1); }
};

/// with_momentum (Polyak 1964; Hinton, A Practical Guide to Training Restricted Boltzmann Machines, 9).
struct MomentumOptions {
  float momentum = 0.5f;  // the part of the last change that is made again: the rate is in effect r / (1 - momentum)

  Status check() const {
    return first_failure(check_option(momentum, 0, 1), momentum == 1.0f ? Status::out_of_range : Status::ok);
  }
};

/// penalised. All are off at first; none is negative.
struct PenaltyOptions {
  float l2 = 0.0f;               // W -= rate l2 W
  float l1 = 0.0f;               // |W| -= rate l1, but not below 0
  float sparsity_cost = 0.0f;    // b += rate cost (target - mean of h over the data) (Lee, Ekanadham and Ng 2008)
  float sparsity_target = 0.1f;  // that mean: any value
  // Bound on the Euclidean norm of one change of all weights and biases, seen as update.hpp sees them: before L1, and
  // before the biases of a centred model follow W. 0 is none.
  float largest_update = 0.0f;

  Status check() const {
    Status status = check_option(l2, 0, unlimited());
    status = first_failure(status, check_option(l1, 0, unlimited()));
    status = first_failure(status, check_option(sparsity_cost, 0, unlimited()));
    status = first_failure(status, check_option(sparsity_target, -unlimited(), unlimited()));
    return first_failure(status, check_option(largest_update, 0, unlimited()));
  }
};

/// learned_variance. It needs sampled visible units: with mean_field_visible a step is out_of_range. Momentum,
/// penalties and the bound are for weights and biases alone; the schedule is for this rate, too.
struct VarianceOptions {
  float variance_rate = 0.001f;  // added to ln variance per unit of its mean gradient; not negative

  Status check() const { return check_option(variance_rate, 0, unlimited()); }
};

/// Part where it was asked for, and nothing otherwise.
template <class Part, bool Wanted>
struct Optional : Part {};

template <class Part>
struct Optional<Part, false> {
  Status check() const { return Status::ok; }
};

constexpr bool has(unsigned extras, unsigned extra) { return (extras & extra) == extra; }

template <unsigned Chosen>
using Scheduling = Optional<ScheduleOptions, has(Chosen, scheduled)>;
template <unsigned Chosen>
using Centring = Optional<CentringOptions, has(Chosen, centred)>;
template <unsigned Chosen>
using Momentum = Optional<MomentumOptions, has(Chosen, with_momentum)>;
template <unsigned Chosen>
using Penalties = Optional<PenaltyOptions, has(Chosen, penalised)>;
template <unsigned Chosen>
using Variances = Optional<VarianceOptions, has(Chosen, learned_variance)>;

}  // namespace detail

/// All options of a trainer with these extras, and their defaults.
template <unsigned Chosen>
struct TrainingOptions : detail::ChainOptions,
                         detail::Scheduling<Chosen>,
                         detail::Centring<Chosen>,
                         detail::Momentum<Chosen>,
                         detail::Penalties<Chosen>,
                         detail::Variances<Chosen> {
  explicit constexpr TrainingOptions(float rate)
      : detail::ChainOptions(rate),
        detail::Scheduling<Chosen>(),
        detail::Centring<Chosen>(),
        detail::Momentum<Chosen>(),
        detail::Penalties<Chosen>(),
        detail::Variances<Chosen>() {}

  /// not_finite or out_of_range for the first option that is, or ok.
  Status check() const {
    Status status = detail::ChainOptions::check();
    status = detail::first_failure(status, detail::Scheduling<Chosen>::check());
    status = detail::first_failure(status, detail::Centring<Chosen>::check());
    status = detail::first_failure(status, detail::Momentum<Chosen>::check());
    status = detail::first_failure(status, detail::Penalties<Chosen>::check());
    return detail::first_failure(status, detail::Variances<Chosen>::check());
  }
};

}  // namespace rbm

#endif  // RBM_OPTIONS_HPP
