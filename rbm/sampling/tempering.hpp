// rbm/sampling/tempering.hpp: sampling at other temperatures: p(v, h)^t, normalised, with the inverse temperature t.
//
// Where t is small all states are alike and a chain goes anywhere; at t = 1 it is the model's. Annealing lowers the
// temperature of one chain. Parallel tempering runs a chain at each of several and lets neighbours exchange their
// states, so that the chain at t = 1 visits regions it would not find by itself (Desjardins et al. 2010).
//
// t is within [1e-6, 1e6], in integers within [1/1024, 64]. There all products with t are finite where check(model) is
// ok, and Gaussian units of a variance up to 1e4 stay within their range of 1e6. In integers t counts in steps of
// 1/4096, and what is beyond the range saturates: hot Gaussian states at its ends; cold inputs too, which makes units
// certain, but of a softmax group those whose inputs both saturate are equally likely.
// SPDX-License-Identifier: MIT

#ifndef RBM_SAMPLING_TEMPERING_HPP
#define RBM_SAMPLING_TEMPERING_HPP

#include <stddef.h>
#include <stdint.h>

#include "../layers/layer.hpp"
#include "../numbers/math.hpp"
#include "../numbers/number.hpp"
#include "../numbers/random.hpp"
#include "../status.hpp"
#include "../storage.hpp"
#include "gibbs.hpp"

namespace rbm {

/// A model, or its Transposed, seen at another temperature: what a GibbsChain runs on. It refers to the model, which
/// must outlive it.
template <class Sampler>
struct Tempered {
  typedef typename Sampler::Model Model;
  typedef typename Sampler::Sum Sum;
  typedef typename Sampler::Energy Energy;

  const Sampler& sampler;
  Energy inverse_temperature;  // within the bounds above

  template <class Rng>
  void sample_hidden(const typename Sampler::VisibleState& v, typename Sampler::HiddenState& h, Rng& rng) const {
    const auto& layer = detail::model_of(sampler).hidden;
    detail::each_input<typename Model::Hidden>(
        sampler.all_hidden_inputs(v, h), [&](Block block, Sum* x) RBM_ALWAYS_INLINE {
          layer.sample_tempered(block, inverse_temperature, x, h.values + block.first, rng);
        });
  }

  template <class Rng>
  void sample_visible(const typename Sampler::HiddenState& h, typename Sampler::VisibleState& v, Rng& rng) const {
    const auto& layer = detail::model_of(sampler).visible;
    detail::each_input<typename Model::Visible>(
        sampler.all_visible_inputs(h, v), [&](Block block, Sum* x) RBM_ALWAYS_INLINE {
          layer.sample_tempered(block, inverse_temperature, x, v.values + block.first, rng);
        });
  }
};

/// The model at an inverse temperature, for GibbsChain::run. It is not checked: beyond the bounds above draws are not
/// those of the model, and real ones may be NaN.
template <class Sampler>
Tempered<Sampler> tempered(const Sampler& sampler, float inverse_temperature) {
  return {sampler, static_cast<typename Sampler::Energy>(inverse_temperature)};
}

namespace detail {

template <class Model>
Status check_inverse_temperature(float t) {
  constexpr bool is_fixed = Arithmetic<typename Model::Scalar>::is_fixed;
  constexpr float least = is_fixed ? 1.0f / 1024.0f : 1e-6f, most = is_fixed ? 64.0f : 1e6f;
  return !is_finite(t) ? Status::not_finite : t >= least && t <= most ? Status::ok : Status::out_of_range;
}

/// Whether variances over t are at least 4 steps of the number type, so that rounding changes them by 1/8 at most.
template <class Layer>
bool keeps_variances(const Layer& layer, size_t size, float t) {
  typedef typename Layer::Scalar Scalar;
  typedef typename Layer::Energy Energy;
  const Energy eightfold = Energy(8) * static_cast<Energy>(t);
  for (size_t i = 0; i < size; ++i) {
    const Energy variance = static_cast<Energy>(layer.variance_of(i));
    if (variance > Energy(0) && !(static_cast<Scalar>(variance / eightfold) > Scalar(0))) return false;
  }
  return true;
}

template <class Model>
Status check_inverse_temperature(const Model& model, float t) {
  const Status status = check_inverse_temperature<Model>(t);
  if (status != Status::ok) return status;
  const bool keeps_all =
      keeps_variances(model.visible, Model::visible_size, t) && keeps_variances(model.hidden, Model::hidden_size, t);
  return keeps_all ? Status::ok : Status::out_of_range;
}

/// The inverse temperature of a step from 1 to `steps`. A weighted mean, which rounding does not take beyond its ends.
inline float inverse_temperature_at(float first, float last, uint32_t step, uint32_t steps) {
  const float part = steps > 1 ? static_cast<float>(step - 1) / static_cast<float>(steps - 1) : 1.0f;
  return first * (1.0f - part) + last * part;
}

}  // namespace detail

/// Runs a chain for `steps` steps while the inverse temperature goes from `first` to `last` in equal parts. Ending at 1
/// it gives a draw that is better mixed than a plain chain's; going on to large values, a state of low energy.
/// Errors, which change nothing: out_of_range where an inverse temperature is beyond the bounds above, there is no
/// step, or a Gaussian variance over the larger one is below 4 steps of integers; not_finite. And not_finite as from
/// GibbsChain::run, where the chain has run.
template <class Model, class Rng, class Sampler>
Status anneal(const Sampler& sampler, GibbsChain<Model>& chain, float first, float last, uint32_t steps, Rng& rng) {
  const Model& model = detail::model_of(sampler);
  Status status =
      first_failure(detail::check_inverse_temperature(model, first), detail::check_inverse_temperature(model, last));
  if (status == Status::ok && steps == 0) status = Status::out_of_range;
  for (uint32_t step = 1; step <= steps && status == Status::ok; ++step) {
    status = chain.run(tempered(sampler, detail::inverse_temperature_at(first, last, step, steps)), 1, rng);
  }
  return status;
}

/// Chains at `Count` inverse temperatures. `set_geometric` sets them, or set all members by hand; start the chains;
/// then `run`.
template <class Model, size_t Count>
struct ParallelTempering {
  static_assert(Count > 1, "rbm: parallel tempering needs at least two temperatures to exchange between");

  GibbsChains<Model, Count> chains;  // the last one is the coldest
  Vector<float, Count> inverse_temperature;
  Vector<uint32_t, Count - 1> exchanged;  // how often chains c and c + 1 exchanged their states
  uint32_t steps;                         // of which there were so many; half of them try a given pair

  /// Inverse temperatures from `hottest` to 1, each the same factor above the one before; counts start anew.
  /// out_of_range where `hottest` is not below 1, or beyond the bounds above; not_finite.
  Status set_geometric(float hottest) {
    Status status = detail::check_inverse_temperature<Model>(hottest);
    if (status == Status::ok && hottest >= 1.0f) status = Status::out_of_range;
    if (status != Status::ok) return status;
    const float whole = log(hottest) / static_cast<float>(Count - 1);
    inverse_temperature[0] = hottest;
    for (size_t c = 1; c < Count; ++c) inverse_temperature[c] = exp(whole * static_cast<float>(Count - 1 - c));
    exchanged.fill(0);
    steps = 0;
    return Status::ok;
  }

  /// Each step is one Gibbs step of every chain, then every other pair of neighbours exchanges its states with
  /// probability min(1, exp((t_c - t_d) (E_c - E_d))), which leaves every chain's distribution alone.
  /// Errors, which change nothing: out_of_range where an inverse temperature is beyond the bounds of the first lines,
  /// or a Gaussian variance over it is below 4 steps of integers; not_finite. And not_finite where a chain ran away in
  /// a step, after which there is no other.
  template <class Rng, class Sampler>
  Status run(const Sampler& sampler, uint32_t count, Rng& rng) {
    const Model& model = detail::model_of(sampler);
    Status status = Status::ok;
    for (float t : inverse_temperature) {
      status = first_failure(status, detail::check_inverse_temperature(model, t));
    }
    for (uint32_t step = 0; step < count && status == Status::ok; ++step, ++steps) {
      for (size_t c = 0; c < Count; ++c) {
        status = first_failure(status, chains[c].run(tempered(sampler, inverse_temperature[c]), 1, rng));
      }
      for (size_t c = steps % 2; c + 1 < Count; c += 2) {
        GibbsChain<Model>& hot = chains[c];
        GibbsChain<Model>& cold = chains[c + 1];
        const float energies_apart = static_cast<float>(model.energy(cold.visible, cold.hidden)) -
                                     static_cast<float>(model.energy(hot.visible, hot.hidden));
        if (uniform(rng) < exp((inverse_temperature[c + 1] - inverse_temperature[c]) * energies_apart)) {
          exchange(hot.visible, cold.visible);
          exchange(hot.hidden, cold.hidden);
          ++exchanged[c];
        }
      }
    }
    return status;
  }

  /// The chain at t = 1, if `set_geometric` set the temperatures.
  const GibbsChain<Model>& cold() const { return chains[Count - 1]; }
};

}  // namespace rbm

#endif  // RBM_SAMPLING_TEMPERING_HPP
