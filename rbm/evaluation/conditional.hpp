// rbm/evaluation/conditional.hpp: what a model says of one visible site, given all others: labels, and
// pseudo-likelihood; and of two: couplings.
//
// p(v_site = k | all other v) is proportional to exp(-F(v with site = k)): the partition function cancels. Where a
// label is among the visible units, as in Rbm<Joined<Bernoulli<64>, Softmax<1, 10>>, ...>, that is a classifier
// (Larochelle and Bengio 2008). A site is a unit of two states or a softmax group; that layer has the sites 0 ... 63
// and, with the label, 64.
//
// Summed out, hidden units leave the visible ones with the energy F(v). Its mixed difference in two units i and k, all
// others as they are in v,
//   J_ik(v) = - (F(+, +) - F(+, -) - F(-, +) + F(-, -)) / d^2
// with + and - their states on and off (1 and 0, of spins -1), d apart, is the coupling in a term -J_ik v_i v_k of the
// energy: of binary units the log odds ratio of i and k. Gaussian hidden units of variance S give W S W^T for any v, by
// the Hubbard-Stratonovich identity; of other units it depends on v, and is averaged over samples.
// SPDX-License-Identifier: MIT

#ifndef RBM_EVALUATION_CONDITIONAL_HPP
#define RBM_EVALUATION_CONDITIONAL_HPP

#include <stddef.h>
#include <stdint.h>

#include "../kernels/kernels.hpp"
#include "../layers/layer.hpp"
#include "../numbers/flash.hpp"
#include "../numbers/number.hpp"
#include "../numbers/random.hpp"
#include "../status.hpp"
#include "../storage.hpp"

namespace rbm {

namespace detail {

/// Adds what the units of other sites give to a block of inputs, a few at a time in a copy where those of the site are
/// off. Not inlined: GCC 12 would warn of columns of a whole layer, which a block of a larger one does not have.
template <class Model>
RBM_NOINLINE void add_other_sites(const Model& model, const typename Model::VisibleState& v, size_t site, Block block,
                                  typename Model::Sum* x) {
  typedef typename Model::Scalar Scalar;
  constexpr size_t most = kernels::most_of_block<Model::visible_size>();
  const size_t first_unit = Model::Visible::first_unit(site), units = Model::Visible::units(site);
  for (Block some : Blocks<EqualBlocks<Model::visible_size, most>>()) {
    Scalar others[most];
    for (size_t i = 0; i < most; ++i) {
      const size_t unit = some.first + i;
      const bool is_of_site = unit >= first_unit && unit - first_unit < units;
      others[i] = i >= some.count || is_of_site ? Scalar(0) : v[unit];
    }
    kernels::accumulate<most, Model::hidden_size>(model.weights.row(some.first) + block.first, others, block.count, x);
  }
}

/// log_probability[k] = ln p(v_site = k | all other v) for each state k of the site. Its own units are not read: the
/// inputs are sums over all others, to which each state in turn is added.
///
/// Scaling: cumulants grow with the layer, so from those of a block the first state's are taken off before they are
/// added up: what is left is how far the states are apart. False where that, or the cumulant of a block, is beyond the
/// range of Energy.
template <class Model>
bool find_conditional(const Model& model, const typename Model::VisibleState& v, size_t site,
                      typename Model::Energy* log_probability) {
  typedef typename Model::Visible Visible;
  typedef typename Model::Scalar Scalar;
  typedef typename Model::Sum Sum;
  typedef typename Model::Energy Energy;
  typedef Arithmetic<Scalar> Ops;
  static_assert(size_t{Visible::sites} > 0,
                "rbm: the conditional of a site needs visible units with a finite number of states");
  const size_t states = Visible::states(site), units = Visible::units(site), first_unit = Visible::first_unit(site);
  for (size_t k = 0; k < states; ++k) {
    log_probability[k] = Energy(0);
    for (size_t u = 0; u < units; ++u) {
      const Energy bias = static_cast<Energy>(static_cast<Sum>(number(model.visible.bias_of(first_unit + u))));
      log_probability[k] += Energy(Visible::value(site, k, u)) * bias;
    }
  }
  bool fits = true;
  for (Block block : Blocks<typename Model::Hidden>()) {
    Sum x[Model::Hidden::block_size], y[Model::Hidden::block_size];
    start_input(model.hidden, block, x);
    add_other_sites(model, v, site, block, x);
    Energy of_first(0);
    for (size_t k = 0; k < states; ++k) {
      for (size_t j = 0; j < block.count; ++j) y[j] = x[j];
      for (size_t u = 0; u < units; ++u) {
        const Scalar unit = Scalar(Visible::value(site, k, u));
        if (!equal(unit, Scalar(0)))
          kernels::accumulate_row(unit, model.weights.row(first_unit + u) + block.first, block.count, y);
      }
      const Energy cumulant = model.hidden.cumulant(block, y);
      if (k == 0) of_first = cumulant;
      log_probability[k] += cumulant - of_first;
      fits = fits && Ops::is_finite(cumulant) && Ops::is_finite(cumulant - of_first);
      fits = fits && Ops::is_finite(log_probability[k]);
    }
  }
  Energy most = log_probability[0], total(0);
  for (size_t k = 1; k < states; ++k) most = log_probability[k] > most ? log_probability[k] : most;
  for (size_t k = 0; k < states; ++k) total += Ops::exp(log_probability[k] - most);
  const Energy log_total = Ops::log(total);
  for (size_t k = 0; k < states; ++k) log_probability[k] = (log_probability[k] - most) - log_total;
  return fits;
}

/// The mean over samples of the sum over all sites of ln p(v_site | all other v), from `sites` of them, site_at(0),
/// site_at(1) ..., which stand for all.
template <class Model, class SiteAt>
Status average_log_conditionals(const Model& model, const typename Model::VisibleState* samples, size_t count,
                                size_t sites, float& result, const SiteAt& site_at) {
  typedef typename Model::Visible Visible;
  static_assert(!Visible::is_real, "rbm: a pseudo-likelihood needs visible units of finitely many states");
  Status status = Model::check(samples, count);
  float mean = 0.0f;
  for (size_t s = 0; s < count && status == Status::ok; ++s) {
    float sum = 0.0f;
    for (size_t n = 0; n < sites && status == Status::ok; ++n) {
      Vector<typename Model::Energy, Visible::most_states> log_probability;
      const size_t site = site_at(n), unit = Visible::first_unit(site);
      if (!find_conditional(model, samples[s], site, log_probability.values)) status = Status::not_finite;
      for (size_t k = 0; k < Visible::states(site) && status == Status::ok; ++k) {
        // How much of state k the site is in: all, nothing, or of a mean the state's probability.
        const bool is_group = Visible::units(site) > 1;
        const float off = static_cast<float>(Visible::off(unit));
        const float on = (static_cast<float>(samples[s][is_group ? unit + k : unit]) - off) / (1.0f - off);
        const float share = is_group || k == 1 ? on : 1.0f - on;
        if (equal(share, 0.0f)) continue;
        if (!Arithmetic<typename Model::Scalar>::is_finite(log_probability[k])) status = Status::not_finite;
        sum += share * static_cast<float>(log_probability[k]);
      }
    }
    mean += (sum * static_cast<float>(Visible::sites / sites) - mean) / static_cast<float>(s + 1);
  }
  if (status == Status::ok && !is_finite(mean)) status = Status::not_finite;
  if (status == Status::ok) result = mean;
  return status;
}

}  // namespace detail

/// p(v_site = k | all other v) for each of the K = `States` states of a visible site; K is 2 for a unit of two states,
/// off first. What v holds at the site itself does not matter. Real units have no sites: after Gaussian units a label
/// is site 0. Errors, which leave the probabilities as they were: out_of_range where there is no such site or it has
/// not K states, not_finite where the model or the rest of the state holds NaN, or free energies are beyond the range
/// of the number type (of integers: the states' 2^19 apart, or the cumulants of 32 hidden units that large). Free
/// energies of size F that nearly cancel leave floats an error of F / 10^7. The stack holds K values.
template <class Model, size_t States>
Status classify(const Model& model, const typename Model::VisibleState& v, size_t site,
                Vector<typename Model::Energy, States>& probabilities) {
  if (site >= Model::Visible::sites || Model::Visible::states(site) != States) return Status::out_of_range;
  typedef Arithmetic<typename Model::Scalar> Ops;
  Vector<typename Model::Energy, States> log_probability;
  if (!detail::find_conditional(model, v, site, log_probability.values)) return Status::not_finite;
  for (size_t k = 0; k < States; ++k) probabilities[k] = Ops::exp(log_probability[k]);
  return Status::ok;
}

/// The mean over samples of sum over sites of ln p(v_site | all other v), in nats (Besag 1975): a likelihood that needs
/// no partition function. Its maximum is where that of the likelihood is, if the model can represent the data.
/// What lies between the states of a unit counts as a mean, as it does where a model learns.
/// Errors, which leave the result as it was: out_of_range where there are no samples or what is wrong with one;
/// not_finite.
template <class Model>
Status pseudo_log_likelihood(const Model& model, const typename Model::VisibleState* samples, size_t count,
                             float& result) {
  return detail::average_log_conditionals(model, samples, count, Model::Visible::sites, result,
                                          [](size_t n) { return n; });
}

/// An estimate of the pseudo-log-likelihood, from one random site of each sample, times the number of sites: right on
/// average, and as many times cheaper. Errors as of pseudo_log_likelihood(); the generator has moved on.
template <class Model, class Rng>
Status stochastic_pseudo_log_likelihood(const Model& model, const typename Model::VisibleState* samples, size_t count,
                                        float& result, Rng& rng) {
  return detail::average_log_conditionals(model, samples, count, 1, result, [&rng](size_t) {
    return static_cast<size_t>(below(uint32_t{Model::Visible::sites}, rng));
  });
}

/// The couplings between all visible units, in nats, averaged over `count` samples; symmetric, the diagonal is 0. For
/// units of two states they are what is defined above; others count as if they could be 0 and 1. They are differences
/// of cumulants, and lose as many digits as these are larger: with Gaussian hidden units keep real samples near 0.
/// Errors, which leave the couplings as they were: out_of_range where there are no samples; what is wrong with a
/// sample. And not_finite where a coupling is no number, of parameters near the bounds of check(): then the others are
/// of no use.
template <class Model>
Status effective_couplings(const Model& model, const typename Model::VisibleState* samples, size_t count,
                           Matrix<float, Model::visible_size, Model::visible_size>& couplings) {
  typedef typename Model::Sum Sum;
  const Status status = Model::check(samples, count);
  if (status != Status::ok) return status;
  for (float& coupling : couplings.values) coupling = 0.0f;
  for (size_t s = 0; s < count; ++s) {
    const typename Model::VisibleState& v = samples[s];
    for (Block block : Blocks<typename Model::Hidden>()) {
      Sum x[Model::Hidden::block_size], y[Model::Hidden::block_size];
      model.hidden_inputs(v, block, x);
      for (size_t i = 0; i < Model::visible_size; ++i) {
        for (size_t k = 0; k < i; ++k) {
          const int off_i = Model::Visible::off(i), off_k = Model::Visible::off(k);
          // The hidden units' part of -F with the two visible units in these states.
          const auto cumulant = [&](int state_i, int state_k) {
            const Sum move_i = Sum(state_i) - static_cast<Sum>(v[i]), move_k = Sum(state_k) - static_cast<Sum>(v[k]);
            for (size_t j = 0; j < block.count; ++j) {
              y[j] = x[j] + move_i * static_cast<Sum>(detail::number(model.weights(i, block.first + j))) +
                     move_k * static_cast<Sum>(detail::number(model.weights(k, block.first + j)));
            }
            return static_cast<float>(model.hidden.cumulant(block, y));
          };
          const float mixed = (cumulant(1, 1) - cumulant(1, off_k)) - (cumulant(off_i, 1) - cumulant(off_i, off_k));
          couplings(i, k) += 1.0f / static_cast<float>(count) * mixed / static_cast<float>((1 - off_i) * (1 - off_k));
          couplings(k, i) = couplings(i, k);
        }
      }
    }
  }
  bool finite = true;
  for (const float& coupling : couplings.values) finite = finite && is_finite(coupling);
  return finite ? Status::ok : Status::not_finite;
}

}  // namespace rbm

#endif  // RBM_EVALUATION_CONDITIONAL_HPP
