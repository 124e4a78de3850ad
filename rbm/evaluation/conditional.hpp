// rbm/evaluation/conditional.hpp: what a model says of one visible site, given all others: labels, and
// pseudo-likelihood.
//
// p(v_site = k | all other v) is proportional to exp(-F(v with site = k)): the partition function cancels. Where a
// label is among the visible units, as in Rbm<Joined<Bernoulli<64>, Softmax<1, 10>>, ...>, that is a classifier
// (Larochelle and Bengio 2008). A site is a unit of two states or a softmax group; that layer has the sites 0 ... 63
// and, with the label, 64.
// SPDX-License-Identifier: MIT

#ifndef RBM_EVALUATION_CONDITIONAL_HPP
#define RBM_EVALUATION_CONDITIONAL_HPP

#include <stddef.h>
#include <stdint.h>

#include "../kernels/kernels.hpp"
#include "../layers/sites.hpp"
#include "../numbers/flash.hpp"
#include "../numbers/number.hpp"
#include "../numbers/random.hpp"
#include "../status.hpp"
#include "../storage.hpp"

namespace rbm {

namespace detail {

/// The conditional of one site: log_probability[k] = ln p(v_site = k | all other v). The site's own units are not read:
/// the inputs are sums over all others, to which each state in turn is added.
///
/// Scaling: cumulants grow with the layer, so from those of a block the first state's are taken off before they are
/// added up: what is left is how far the states are apart. Where that, or the cumulant of a block, is beyond the range
/// of Energy, `fits` is false.
template <class Model>
struct SiteConditional {
  typedef typename Model::Visible Visible;
  typedef typename Model::Scalar Scalar;
  typedef typename Model::Sum Sum;
  typedef typename Model::Energy Energy;
  typedef Arithmetic<Scalar> Ops;

  static_assert(size_t{Visible::sites} > 0,
                "rbm: the conditional of a site needs visible units with a finite number of states");

  const Model& model;
  const typename Model::VisibleState& v;
  size_t site;
  Energy* log_probability;  // [states of the site]
  bool fits;

  void run() {
    const size_t states = Visible::states(site), first_unit = Visible::first_unit(site);
    for (size_t k = 0; k < states; ++k) {
      log_probability[k] = Energy(0);
      for (size_t u = 0; u < Visible::units(site); ++u) {
        const Energy bias = static_cast<Energy>(static_cast<Sum>(number(model.visible.bias_of(first_unit + u))));
        log_probability[k] += Energy(Visible::value(site, k, u)) * bias;
      }
    }
    for (Block block : Blocks<typename Model::Hidden>()) add_block(block);

    Energy most = log_probability[0], total(0);
    for (size_t k = 0; k < states; ++k) {
      fits = fits && Ops::is_finite(log_probability[k]);
      most = log_probability[k] > most ? log_probability[k] : most;
    }
    for (size_t k = 0; k < states; ++k) total += Ops::exp(log_probability[k] - most);
    const Energy log_total = Ops::log(total);
    for (size_t k = 0; k < states; ++k) log_probability[k] = (log_probability[k] - most) - log_total;
  }

  /// The inputs of a block of hidden units, as they would be in each of the site's states.
  void add_block(Block block) {
    const size_t first_unit = Visible::first_unit(site), units = Visible::units(site);
    Sum x[Model::Hidden::block_size], y[Model::Hidden::block_size];
    model.hidden.start_input(block, x);
    add_others(block, x);
    Energy of_first(0);
    for (size_t k = 0; k < Visible::states(site); ++k) {
      for (size_t j = 0; j < block.count; ++j) y[j] = x[j];
      for (size_t u = 0; u < units; ++u) {
        const Scalar unit = Scalar(Visible::value(site, k, u));
        if (!equal(unit, Scalar(0)))
          kernels::accumulate_row(unit, model.weights.row(first_unit + u) + block.first, block.count, y);
      }
      const Energy cumulant = model.hidden.cumulant(block, y);
      fits = fits && Ops::is_finite(cumulant);
      if (k == 0) of_first = cumulant;
      log_probability[k] += cumulant - of_first;
      fits = fits && Ops::is_finite(cumulant - of_first) && Ops::is_finite(log_probability[k]);
    }
  }

  /// How much of state k the site is in: all, nothing, or of a mean the state's probability.
  float share(size_t k) const {
    const size_t unit = Visible::first_unit(site);
    if (Visible::units(site) > 1) return static_cast<float>(v[unit + k]);
    const float off = static_cast<float>(Visible::off(unit)), on = (static_cast<float>(v[unit]) - off) / (1.0f - off);
    return k == 1 ? on : 1.0f - on;
  }

 private:
  // What visible units give a block of inputs, a few at a time in a copy where those of the site are off. Not inlined:
  // GCC 12 would warn of columns of a whole layer, which a block of a larger one does not have.
  RBM_NOINLINE void add_others(Block block, Sum* x) const {
    constexpr size_t most = kernels::most_of_block<Model::visible_size>();
    const size_t first_unit = Visible::first_unit(site), units = Visible::units(site);
    for (Block some : Blocks<EqualBlocks<Model::visible_size, most>>()) {
      Scalar others[most];
      for (size_t i = 0; i < most; ++i) {
        const size_t unit = some.first + i;
        const bool is_of_site = unit >= first_unit && unit - first_unit < units;
        others[i] = i >= some.count || is_of_site ? Scalar(0) : v[unit];
      }
      kernels::accumulate<most, Model::hidden_size>(model.weights.row(some.first) + block.first, others, block.count,
                                                    x);
    }
  }
};

/// ln p(v_site | all other v) is added to a sum, of a mean its expectation. not_finite.
template <class Model>
Status add_log_probability(const Model& model, const typename Model::VisibleState& v, size_t site, float& sum) {
  Vector<typename Model::Energy, Model::Visible::most_states> log_probability;
  SiteConditional<Model> conditional = {model, v, site, log_probability.values, true};
  conditional.run();
  if (!conditional.fits) return Status::not_finite;
  for (size_t k = 0; k < Model::Visible::states(site); ++k) {
    const float share = conditional.share(k);
    if (equal(share, 0.0f)) continue;
    if (!Arithmetic<typename Model::Scalar>::is_finite(log_probability[k])) return Status::not_finite;
    sum += share * static_cast<float>(log_probability[k]);
  }
  return Status::ok;
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
  detail::SiteConditional<Model> conditional = {model, v, site, log_probability.values, true};
  conditional.run();
  if (!conditional.fits) return Status::not_finite;
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
  static_assert(!Model::Visible::is_real, "rbm: a pseudo-likelihood needs visible units of finitely many states");
  Status status = Model::check(samples, count);
  float mean = 0.0f;
  for (size_t s = 0; s < count && status == Status::ok; ++s) {
    float sum = 0.0f;
    for (size_t site = 0; site < Model::Visible::sites && status == Status::ok; ++site) {
      status = detail::add_log_probability(model, samples[s], site, sum);
    }
    mean += (sum - mean) / static_cast<float>(s + 1);
  }
  if (status == Status::ok && !is_finite(mean)) status = Status::not_finite;
  if (status == Status::ok) result = mean;
  return status;
}

/// An estimate of the pseudo-log-likelihood, from one random site of each sample, times the number of sites: right on
/// average, and as many times cheaper. Errors as of pseudo_log_likelihood(); the generator has moved on.
template <class Model, class Rng>
Status stochastic_pseudo_log_likelihood(const Model& model, const typename Model::VisibleState* samples, size_t count,
                                        float& result, Rng& rng) {
  static_assert(!Model::Visible::is_real, "rbm: a pseudo-likelihood needs visible units of finitely many states");
  Status status = Model::check(samples, count);
  float mean = 0.0f;
  for (size_t s = 0; s < count && status == Status::ok; ++s) {
    float sum = 0.0f;
    const size_t site = static_cast<size_t>(below(uint32_t{Model::Visible::sites}, rng));
    status = detail::add_log_probability(model, samples[s], site, sum);
    mean += (sum * static_cast<float>(size_t{Model::Visible::sites}) - mean) / static_cast<float>(s + 1);
  }
  if (status == Status::ok && !is_finite(mean)) status = Status::not_finite;
  if (status == Status::ok) result = mean;
  return status;
}

}  // namespace rbm

#endif  // RBM_EVALUATION_CONDITIONAL_HPP
