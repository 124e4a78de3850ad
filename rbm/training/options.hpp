// rbm/training/options.hpp: what a trainer can be told, what it starts with, and what its extras keep.
//
// A trainer has the options of contrastive divergence and those of the extras it was declared with, all in one struct,
// trainer.options: an extra that is not named costs no byte of RAM or code, and its options are not there to be set.
// Options are floats; a trainer of a fixed-point model turns them into integers where they are set, once. Where nothing
// else is said an option is at most 1e6, in fixed-point models a larger one counts as 127.
// SPDX-License-Identifier: MIT

#ifndef RBM_TRAINING_OPTIONS_HPP
#define RBM_TRAINING_OPTIONS_HPP

#include <stddef.h>
#include <stdint.h>

#include "../config.hpp"
#include "../kernels/active.hpp"
#include "../numbers/fixed.hpp"
#include "../numbers/integer_math.hpp"
#include "../numbers/math.hpp"
#include "../status.hpp"
#include "../storage.hpp"

namespace rbm {

/// What a trainer does beyond CD-k at a constant rate. Combine them: Trainer<Model, 10, persistent | centred>.
enum Extras : unsigned {
  plain = 0,
  scheduled = 1,          // the learning rate falls
  persistent = 2 | 1,     // fantasy particles live on from update to update (Tieleman 2008), and the rate falls
  centred = 4,            // updates are made of v and h less their means (Melchior, Fischer and Wiskott 2016)
  with_momentum = 8,      // a part of each change is made again: keeps a copy of the weights
  penalised = 16,         // weight decay, a sparsity target, a bound on the size of an update
  learned_variance = 32,  // the variances of Gaussian visible units are learned
  mean_field = 64,        // chains take p(v | h) instead of a draw of v
  sliced = 128,           // a step can be made in slices, between which the program does other things
  exact = 256             // the model's averages by enumeration, where a layer has at most 2^16 states, not by chains
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

inline bool is_number(float x) { return is_finite(x); }
inline bool is_number(FixedOption x) { return x != FixedOption::lowest(); }

/// not_finite, out_of_range outside [Least, Most], or ok; Least is 0 or -Most. Within these bounds nothing that a
/// trainer makes of options overflows; all that a FixedOption can be is.
template <int32_t Least = 0, int32_t Most = 1000000, class Option>
Status check_option(Option value) {
  constexpr Option least(static_cast<float>(Least)), most(static_cast<float>(Most));
  if (!is_number(value)) return Status::not_finite;
  return is_between(value, least, most) || kernels::is_off(value) ? Status::ok : Status::out_of_range;
}

constexpr int32_t most_rate(float) { return 100; }
constexpr int32_t most_rate(FixedOption) { return 127; }

/// The options of any trainer.
template <class Option>
struct ChainOptions {
  // Added to a parameter per unit of its mean gradient, at most 100; starts as 0.1, or 0.001 with real units.
  Option learning_rate;
  uint16_t gibbs_steps = 1;  // k of CD-k; at least 1

  explicit constexpr ChainOptions(Option rate) : learning_rate(rate) {}

  Status check() const {
    return first_failure(check_option<0, most_rate(Option(0.0f))>(learning_rate),
                         gibbs_steps == 0 ? Status::out_of_range : Status::ok);
  }
};

/// The learning rate after t updates, where it began as `rate`.
inline float decayed_rate(float rate, Schedule schedule, uint32_t t, uint32_t steps, float power) {
  const float part = static_cast<float>(t) / static_cast<float>(steps);
  if (schedule == Schedule::linear) return rate * (part < 1.0f ? 1.0f - part : 0.0f);
  if (schedule == Schedule::power) return rate * exp(-power * log1p(part));
  return rate;
}

/// Scaling: the factor in Q24. Linear, from 56 bits by a division; else e^-y with y in Q12, from ln((T + t) / T) in Q16
/// times the power in Q24. Where T + t has more than 32 bits, half of it is taken and ln 2 in Q16 added. The logarithm
/// is at least 0, where rounding could make it less for a small t.
inline FixedOption decayed_rate(FixedOption rate, Schedule schedule, uint32_t t, uint32_t steps, FixedOption power) {
  if (schedule == Schedule::constant) return rate;
  int32_t factor = 0;
  if (schedule == Schedule::linear && t < steps) {
    factor = static_cast<int32_t>((static_cast<uint64_t>(steps - t) << 24) / steps);
  } else if (schedule == Schedule::power) {
    const bool halved = steps > 0xFFFFFFFFu - t;
    const uint32_t sum = halved ? steps / 2 + t / 2 : steps + t;
    const int32_t log_sum = integer::log(sum) + (halved ? 45426 : 0);
    const int32_t part = log_sum - integer::log(steps);
    const uint64_t y = (static_cast<uint64_t>(part > 0 ? part : 0) * static_cast<uint64_t>(power.raw)) >> 28;
    factor = integer::exp_of_minus(y < 0x10000u ? static_cast<uint32_t>(y) : 0x10000u);
  }
  return rate * FixedOption::from_raw(factor);
}

/// scheduled: how the learning rate r falls with the updates made, t.
template <class Option>
struct ScheduleOptions {
  Schedule schedule = Schedule::power;
  uint32_t schedule_steps = 1000;  // T, in updates: epochs times samples over batch size; above 0
  Option schedule_power = 1.0f;    // not negative

  Option rate_after(uint32_t t, Option rate) const {
    return decayed_rate(rate, schedule, t, schedule_steps, schedule_power);
  }

  Status check() const {
    const bool is_schedule =
        schedule == Schedule::constant || schedule == Schedule::linear || schedule == Schedule::power;
    return first_failure(check_option(schedule_power),
                         schedule_steps == 0 || !is_schedule ? Status::out_of_range : Status::ok);
  }
};

/// centred: how fast the means are followed.
template <class Option>
struct CentringOptions {
  Option offset_rate = 0.01f;  // the share of the latest batch in the moving averages; 0 to 1

  Status check() const { return check_option<0, 1>(offset_rate); }
};

/// with_momentum (Polyak 1964; Hinton, A Practical Guide to Training Restricted Boltzmann Machines, 9).
template <class Option>
struct MomentumOptions {
  Option momentum = 0.5f;  // the part of the last change that is made again: the rate is in effect r / (1 - momentum)

  Status check() const {
    constexpr Option one(1.0f);
    return first_failure(check_option(momentum), momentum < one ? Status::ok : Status::out_of_range);
  }
};

/// penalised. All are off at first; none is negative.
template <class Option>
struct PenaltyOptions {
  Option l2 = 0.0f;               // W -= rate l2 W; rate l2 is below 1, or W would change its sign and grow
  Option l1 = 0.0f;               // |W| -= rate l1, but not below 0
  Option sparsity_cost = 0.0f;    // b += rate cost (target - mean of h over the data) (Lee, Ekanadham and Ng 2008)
  Option sparsity_target = 0.1f;  // that mean: any value
  // Bound on the Euclidean norm of one change of all weights and biases, seen as extras.hpp sees them: before L1, and
  // before the biases of a centred model follow W. 0 is none.
  Option largest_update = 0.0f;

  Status check(Option learning_rate) const {
    constexpr Option one(1.0f);
    Status status = check_option(l2);
    status = first_failure(status, check_option(l1));
    status = first_failure(status, check_option(sparsity_cost));
    status = first_failure(status, check_option<-1000000>(sparsity_target));
    status = first_failure(status, check_option(largest_update));
    return first_failure(status, learning_rate * l2 < one ? Status::ok : Status::out_of_range);
  }
};

/// learned_variance. Momentum, penalties and the bound are for weights and biases alone; the schedule is for this rate,
/// too.
template <class Option>
struct VarianceOptions {
  Option variance_rate = 0.001f;  // added to ln variance per unit of its mean gradient; not negative

  Status check() const { return check_option(variance_rate); }
};

/// scheduled: how many updates were made. Set it to 0 to begin the schedule anew.
struct UpdateCounter {
  uint32_t updates = 0;

  void count_update() { updates += updates != 0xFFFFFFFFu; }
};

/// persistent: how many fantasy particles there are. Each starts at the first sample it meets; 0 starts all anew.
struct Particles {
  size_t particles = 0;

  void keep_particles(size_t count) { particles = count > particles ? count : particles; }
};

/// centred: the offsets. They start with the means of the first batch.
template <class Model>
struct Offsets {
  typename Model::VisibleState visible_offset = {};
  typename Model::HiddenState hidden_offset = {};
  bool has_offsets = false;
};

/// with_momentum: the last change.
template <class Model>
struct Velocity {
  Matrix<typename Model::Scalar, Model::visible_size, Model::hidden_size> weight_change = {};
  typename Model::VisibleState visible_change = {};
  typename Model::HiddenState hidden_change = {};
};

/// What an extra adds to a trainer, or to its options; nothing where it was not asked for.
template <class Part, bool Wanted>
struct Optional : Part {};
template <class Part>
struct Optional<Part, false> {};

/// Chooses among functions of one name, so that only the chosen one is compiled.
template <size_t>
struct Choice {};

/// That part of a trainer or of its options. It is null where there is none, and must not be used: what does use it
/// stands behind an `if (has(extras, extra))`.
template <class Part>
RBM_INLINE Part* part_of(Part* whole) {
  return whole;
}
template <class Part>
RBM_INLINE Part* part_of(const void*) {
  return nullptr;
}

constexpr bool has(unsigned extras, unsigned extra) { return (extras & extra) == extra; }

}  // namespace detail

/// All options of a trainer with these extras, and their defaults.
template <unsigned Chosen, class Option = float>
struct TrainingOptions : detail::ChainOptions<Option>,
                         detail::Optional<detail::ScheduleOptions<Option>, detail::has(Chosen, scheduled)>,
                         detail::Optional<detail::CentringOptions<Option>, detail::has(Chosen, centred)>,
                         detail::Optional<detail::MomentumOptions<Option>, detail::has(Chosen, with_momentum)>,
                         detail::Optional<detail::PenaltyOptions<Option>, detail::has(Chosen, penalised)>,
                         detail::Optional<detail::VarianceOptions<Option>, detail::has(Chosen, learned_variance)> {
  explicit constexpr TrainingOptions(Option rate) : detail::ChainOptions<Option>(rate) {}

  /// not_finite or out_of_range for the first option that is, or ok.
  Status check() const {
    Status status = detail::ChainOptions<Option>::check();
    if (detail::has(Chosen, scheduled)) status = first_failure(status, part<detail::ScheduleOptions>()->check());
    if (detail::has(Chosen, centred)) status = first_failure(status, part<detail::CentringOptions>()->check());
    if (detail::has(Chosen, with_momentum)) status = first_failure(status, part<detail::MomentumOptions>()->check());
    if (detail::has(Chosen, penalised)) {
      status = first_failure(status, part<detail::PenaltyOptions>()->check(this->learning_rate));
    }
    if (detail::has(Chosen, learned_variance)) status = first_failure(status, part<detail::VarianceOptions>()->check());
    return status;
  }

 private:
  template <template <class> class Options>
  const Options<Option>* part() const {
    return detail::part_of<const Options<Option>>(this);
  }
};

}  // namespace rbm

#endif  // RBM_TRAINING_OPTIONS_HPP
