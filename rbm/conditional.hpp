// rbm/conditional.hpp: what a model says of one visible site, given all others: labels, and pseudo-likelihood.
//
// p(v_site = k | all other v) is proportional to exp(-F(v with site = k)): the partition function cancels. Where a
// label is among the visible units, as in Rbm<Both<Bernoulli<64>, Softmax<1, 10>>, ...>, that is a classifier
// (Larochelle and Bengio 2008). A site is a unit of two states or a softmax group; that layer has the sites 0 ... 63
// and, with the label, 64.
// SPDX-License-Identifier: MIT

#ifndef RBM_CONDITIONAL_HPP
#define RBM_CONDITIONAL_HPP

#include <stddef.h>
#include <stdint.h>

#include "arithmetic.hpp"
#include "flash.hpp"
#include "random.hpp"
#include "status.hpp"
#include "storage.hpp"

namespace rbm {

namespace detail {

/// The conditional of one site: log_probability[k] = ln p(v_site = k | all other v).
template <class Model>
struct SiteConditional {
  typedef typename Model::Visible Visible;
  typedef typename Model::Sum Sum;
  typedef typename Model::Wide Wide;
  typedef Arithmetic<typename Model::Scalar> Ops;

  static_assert(size_t{Visible::sites} > 0,
                "rbm: the conditional of a site needs visible units with a finite number of states");

  const Model& model;
  const typename Model::VisibleState& v;
  size_t site;
  Wide* log_probability;  // [states of the site]

  void run() {
    const size_t states = Visible::states(site);
    for (size_t k = 0; k < states; ++k) {
      log_probability[k] = Wide(0);
      for (size_t u = 0; u < Visible::units(site); ++u) {
        const Sum bias = static_cast<Sum>(number(model.visible.bias_of(Visible::first_unit(site) + u)));
        log_probability[k] += static_cast<Wide>(bias * change(k, u));
      }
    }
    model.visit_hidden_inputs(v, *this);

    Wide most = log_probability[0], total(0);
    for (size_t k = 1; k < states; ++k) most = log_probability[k] > most ? log_probability[k] : most;
    for (size_t k = 0; k < states; ++k) total += Ops::exp(log_probability[k] - most);
    for (size_t k = 0; k < states; ++k) log_probability[k] -= most + Ops::log(total);
  }

  /// The inputs of a block of hidden units, as they would be in each of the site's states.
  template <class Block>
  void operator()(Block block, size_t first, const Sum* x) {
    for (size_t k = 0; k < Visible::states(site); ++k) {
      Sum y[Block::count];
      for (size_t j = 0; j < Block::count; ++j) y[j] = x[j];
      for (size_t u = 0; u < Visible::units(site); ++u) {
        const Sum moved = change(k, u);
        if (detail::equal(moved, Sum(0))) continue;
        const auto* row = model.weights.row(Visible::first_unit(site) + u) + first;
        for (size_t j = 0; j < Block::count; ++j) y[j] += moved * static_cast<Sum>(number(row[j]));
      }
      log_probability[k] += model.hidden.cumulant(block, first, y);
    }
  }

  /// The state that the site is in; as many as there are where it is in none.
  size_t state() const {
    for (size_t k = 0; k < Visible::states(site); ++k) {
      bool same = true;
      for (size_t u = 0; u < Visible::units(site); ++u) same = same && detail::equal(change(k, u), Sum(0));
      if (same) return k;
    }
    return Visible::states(site);
  }

  // How far unit u of the site is from its value in state k.
  Sum change(size_t k, size_t u) const {
    return Sum(Visible::value(site, k, u)) - static_cast<Sum>(v[Visible::first_unit(site) + u]);
  }
};

/// ln p(v_site | all other v) is added to a sum. out_of_range where the site is in none of its states.
template <class Model>
Status add_log_probability(const Model& model, const typename Model::VisibleState& v, size_t site, float& sum) {
  Vector<typename Model::Wide, Model::Visible::most_states> log_probability;
  SiteConditional<Model> conditional = {model, v, site, log_probability.values};
  const size_t state = conditional.state();
  if (state == Model::Visible::states(site)) return Status::out_of_range;
  conditional.run();
  sum += static_cast<float>(log_probability[state]);
  return Status::ok;
}

}  // namespace detail

/// p(v_site = k | all other v) for each of the K = `States` states of a visible site; K is 2 for a unit of two states,
/// off first. What v holds at the site itself does not matter. Real units have no sites: after Gaussian units a label
/// is site 0. Errors, which leave the probabilities as they were: out_of_range where there is no such site or it has
/// not K states, not_finite where the model or the state holds NaN. The stack holds K values.
template <class Model, size_t States>
Status classify(const Model& model, const typename Model::VisibleState& v, size_t site,
                Vector<typename Model::Wide, States>& probabilities) {
  if (site >= Model::Visible::sites || Model::Visible::states(site) != States) return Status::out_of_range;
  typedef Arithmetic<typename Model::Scalar> Ops;
  Vector<typename Model::Wide, States> log_probability;
  detail::SiteConditional<Model> conditional = {model, v, site, log_probability.values};
  conditional.run();
  for (const typename Model::Wide& p : log_probability) {
    if (!Ops::is_finite(p)) return Status::not_finite;
  }
  for (size_t k = 0; k < States; ++k) probabilities[k] = Ops::exp(log_probability[k]);
  return Status::ok;
}

/// The mean over samples of sum over sites of ln p(v_site | all other v), in nats (Besag 1975): a likelihood that needs
/// no partition function. Its maximum is where that of the likelihood is, if the model can represent the data.
/// Errors, which leave the result as it was: out_of_range where there are no samples or a unit is in none of its
/// states; not_finite.
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

/// The same from one random site of each sample, times the number of sites: right on average, and as many times
/// cheaper. Errors as above; the generator has moved on.
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

#endif  // RBM_CONDITIONAL_HPP
