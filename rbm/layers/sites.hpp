// rbm/layers/sites.hpp: what layers share: blocks of units, sites and their states, the range of a state.
//
// A site is what is drawn at once: one unit, or a group of which one unit is on. Discrete layers number the states of
// each of their sites, so that all can be enumerated.
// SPDX-License-Identifier: MIT

#ifndef RBM_LAYERS_SITES_HPP
#define RBM_LAYERS_SITES_HPP

#include <stddef.h>
#include <stdint.h>

#include "../kernels/kernels.hpp"
#include "../numbers/number.hpp"
#include "../status.hpp"
#include "../storage.hpp"

namespace rbm {

/// Neighbouring units of a layer, a few that are taken at a time.
struct Block {
  size_t first, count;
};

/// All units of a layer, one block after the other: for (Block block : Blocks<Units>()).
template <class Units>
struct Blocks {
  struct Iterator {
    size_t first;

    RBM_INLINE Block operator*() const { return Units::block_at(first); }
    RBM_INLINE void operator++() { first += Units::block_at(first).count; }
    RBM_INLINE bool operator!=(Iterator other) const { return first != other.first; }
  };

  RBM_INLINE Iterator begin() const { return {0}; }
  RBM_INLINE Iterator end() const { return {Units::size}; }
};

/// What a parameter is.
enum class Parameter : uint8_t { bias, variance, weight };

namespace detail {

/// `Length` units, of which a block has at most `Most`. The inputs of a block live on the stack, which so does not grow
/// with the layer.
template <size_t Length, size_t Most>
struct EqualBlocks {
  enum : size_t { size = Length, block_size = Most };

  /// The block that begins at this unit.
  static RBM_INLINE Block block_at(size_t first) {
    return {first, Length % Most == 0 || Length - first >= Most ? Most : Length % Most};
  }
};

/// Whether no value is outside [least, most], where least is 0 or -most; false also for some that are not.
template <size_t Length, class Scalar>
bool are_inside(const Scalar*, Scalar, Scalar) {
  return false;
}

// Positive floats are ordered as their bits, and those of NaN are above all: a few instructions without an FPU, too.
template <size_t Length>
bool are_inside(const float* s, float least, float most) {
  const uint32_t digits = least < 0.0f ? 0x7FFFFFFFu : 0xFFFFFFFFu, largest = to_bits(most);
  uint32_t outside = 0;
  for (size_t i = 0; i < Length; ++i) outside |= static_cast<uint32_t>((to_bits(s[i]) & digits) > largest);
  return outside == 0;
}

/// not_finite where a value is NaN or infinite, out_of_range outside [least, most], or ok.                   s [Length]
template <size_t Length, class Scalar>
Status check_range(const Scalar* s, Scalar least, Scalar most) {
  if (Arithmetic<Scalar>::is_fixed) {
    bool inside = true;
    for (size_t i = 0; i < Length && inside; ++i) inside = s[i] >= least && s[i] <= most;
    return inside ? Status::ok : Status::out_of_range;
  }
  if (are_inside<Length>(s, least, most)) return Status::ok;
  bool inside = true;
  for (size_t i = 0; i < Length; ++i) inside = inside && s[i] >= least && s[i] <= most;
  if (inside) return Status::ok;
  bool finite = true;
  for (size_t i = 0; i < Length; ++i) finite = finite && Arithmetic<Scalar>::is_finite(s[i]);
  return finite ? Status::out_of_range : Status::not_finite;
}

/// `Length` units that are Off or 1; what lies between counts as a mean.
template <size_t Length, int Off>
struct TwoStates : EqualBlocks<Length, kernels::most_of_block<Length>()> {
  static_assert(Length > 0, "rbm: a layer needs at least one unit");

  enum : size_t { sites = Length, most_states = 2 };
  enum : bool {
    is_real = false,
    is_gaussian = false,
    has_variance = false,
    can_be_off = Off == 0,          // 0, so that its weights count for nothing
    mean_is_probability = Off == 0  // of a unit to be on
  };

  /// What TrainingOptions start with.
  static constexpr float learning_rate() { return 0.1f; }

  /// The state of a unit that is not on, where on is 1.
  static constexpr int off(size_t) { return Off; }

  /// A site's units, its states, and the value of its u-th unit in one of them.
  static constexpr size_t first_unit(size_t site) { return site; }
  static constexpr size_t units(size_t) { return 1; }
  static constexpr size_t states(size_t) { return 2; }
  static constexpr int value(size_t, size_t state, size_t) { return state != 0 ? 1 : Off; }

  template <class Scalar, class Sum>
  static void mean(size_t count, const Sum* x, Scalar* s) {
    kernels::binary_means<TwoStates::block_size, Off>(x, count, s);
  }

  template <class Scalar, class Sum, class Rng>
  static void sample(size_t count, const Sum* x, Scalar* s, Rng& rng) {
    kernels::sample_binary<TwoStates::block_size, Off>(x, count, s, rng);
  }

  /// On with probability 1/2.
  template <class Scalar, class Rng>
  static void noise(Scalar* s, Rng& rng) {
    kernels::draw_fair<Off>(s, Length, rng);
  }

  /// not_finite, out_of_range outside [Off, 1], or ok.
  template <class Scalar>
  static Status check(const Scalar* s) {
    const bool compares_at_once = kernels::has_unit_bits && Arithmetic<Scalar>::is_fixed && Off == 0;
    if (compares_at_once && kernels::are_binary(s, Length)) return Status::ok;
    return check_range<Length>(s, Scalar(Off), Scalar(1));
  }
};

/// `Length` units that are real numbers.
template <size_t Length>
struct RealStates : EqualBlocks<Length, kernels::most_of_block<Length>()> {
  static_assert(Length > 0, "rbm: a layer needs at least one unit");

  enum : size_t { sites = 0, most_states = 0 };
  enum : bool { is_real = true, can_be_off = false, mean_is_probability = false };

  static constexpr float learning_rate() { return 0.001f; }

  /// The largest magnitude of a state: check.hpp says why. Data of such a scale are to be scaled down to learn from.
  static constexpr float most() { return 1e6f; }

  static constexpr int off(size_t) { return 0; }

  // Of no site.
  static constexpr size_t first_unit(size_t) { return 0; }
  static constexpr size_t units(size_t) { return 0; }
  static constexpr size_t states(size_t) { return 0; }
  static constexpr int value(size_t, size_t, size_t) { return 0; }
};

}  // namespace detail
}  // namespace rbm

#endif  // RBM_LAYERS_SITES_HPP
