// rbm/layers/both.hpp: two layers side by side as one: pixels and a label, numbers and switches.
// SPDX-License-Identifier: MIT

#ifndef RBM_LAYERS_BOTH_HPP
#define RBM_LAYERS_BOTH_HPP

#include "states.hpp"

namespace rbm {

/// The units of First, then those of Second. Either may be Both again. A state is one vector; parameters and evidence
/// are those of the two layers, `first` and `second`, each of which counts its units from 0.
template <class First, class Second>
struct Both {
  enum : size_t {
    size = size_t{First::size} + size_t{Second::size},
    sites = size_t{First::sites} + size_t{Second::sites},
    most_states = size_t{First::most_states} > size_t{Second::most_states} ? size_t{First::most_states}
                                                                           : size_t{Second::most_states}
  };
  enum : bool {
    is_real = bool{First::is_real} || bool{Second::is_real},
    is_gaussian = bool{First::is_gaussian} && bool{Second::is_gaussian},
    has_variance = bool{First::has_variance} || bool{Second::has_variance}
  };

  static constexpr float learning_rate() {
    return First::learning_rate() < Second::learning_rate() ? First::learning_rate() : Second::learning_rate();
  }
  static constexpr int off(size_t i) { return i < border ? First::off(i) : Second::off(i - border); }
  static constexpr size_t first_unit(size_t site) {
    return site < First::sites ? First::first_unit(site) : border + Second::first_unit(site - First::sites);
  }
  static constexpr size_t units(size_t site) {
    return site < First::sites ? First::units(site) : Second::units(site - First::sites);
  }
  static constexpr size_t states(size_t site) {
    return site < First::sites ? First::states(site) : Second::states(site - First::sites);
  }
  static constexpr int value(size_t site, size_t state, size_t u) {
    return site < First::sites ? First::value(site, state, u) : Second::value(site - First::sites, state, u);
  }

  template <class Walker>
  static void walk(size_t first, Walker& walker) {
    First::walk(first, walker);
    Second::walk(first + border, walker);
  }

  /// Blocks of units lie on one side of the border, so each call is passed to one of the layers.
  template <class Scalar>
  struct Layer {
    typedef typename Arithmetic<Scalar>::Sum Sum;

    typename First::template Layer<Scalar> first;
    typename Second::template Layer<Scalar> second;

    template <size_t Count>
    void start_input(size_t i, Sum* x) const {
      i < border ? first.template start_input<Count>(i, x) : second.template start_input<Count>(i - border, x);
    }

    template <size_t Count>
    Sum cumulant(size_t i, const Sum* x) const {
      return i < border ? first.template cumulant<Count>(i, x) : second.template cumulant<Count>(i - border, x);
    }

    template <size_t Count>
    void mean(size_t i, const Sum* x, Scalar* s) const {
      i < border ? first.template mean<Count>(i, x, s) : second.template mean<Count>(i - border, x, s);
    }

    template <size_t Count, class Rng>
    void sample(size_t i, const Sum* x, Scalar* s, Rng& rng) const {
      i < border ? first.template sample<Count>(i, x, s, rng) : second.template sample<Count>(i - border, x, s, rng);
    }

    template <size_t Count, class Rng>
    void sample_tempered(size_t i, Sum inverse_temperature, Sum* x, Scalar* s, Rng& rng) const {
      i < border ? first.template sample_tempered<Count>(i, inverse_temperature, x, s, rng)
                 : second.template sample_tempered<Count>(i - border, inverse_temperature, x, s, rng);
    }

    template <class Rng>
    static void noise(Scalar* s, Rng& rng) {
      First::template Layer<Scalar>::noise(s, rng);
      Second::template Layer<Scalar>::noise(s + border, rng);
    }

    Sum energy(const Scalar* s) const { return first.energy(s) + second.energy(s + border); }

    Sum width(size_t i) const { return i < border ? first.width(i) : second.width(i - border); }

    void clear() {
      first.clear();
      second.clear();
    }

    template <class OtherLayer>
    void copy(const OtherLayer& other) {
      first.copy(other.first);
      second.copy(other.second);
    }

    void learn(typename Arithmetic<Scalar>::Rate rate, const Scalar* data, const Scalar* model) {
      first.learn(rate, data, model);
      second.learn(rate, data + border, model + border);
    }

    template <size_t Count>
    void add_to_bias(size_t i, const Sum* change) {
      i < border ? first.template add_to_bias<Count>(i, change)
                 : second.template add_to_bias<Count>(i - border, change);
    }

    template <size_t Count>
    void learn_variance(size_t i, const Sum* squares) {
      i < border ? first.template learn_variance<Count>(i, squares)
                 : second.template learn_variance<Count>(i - border, squares);
    }

    void start_from(size_t i, float mean, float variance, float margin) {
      i < border ? first.start_from(i, mean, variance, margin) : second.start_from(i - border, mean, variance, margin);
    }

    static Status check(const Scalar* s) {
      const Status status = First::template Layer<Scalar>::check(s);
      return status != Status::ok ? status : Second::template Layer<Scalar>::check(s + border);
    }
  };

  template <class ScalarType>
  struct Evidence {
    typedef ScalarType Scalar;
    typedef typename Arithmetic<Scalar>::Sum Sum;

    typename First::template Evidence<Scalar> first;
    typename Second::template Evidence<Scalar> second;

    /// Nothing is known of any unit: where evidence starts.
    void forget() {
      first.forget();
      second.forget();
    }

    template <size_t Count, class Rng>
    void sample(const Layer<Scalar>& layer, size_t i, Sum* x, Scalar* s, Rng& rng) const {
      i < border ? first.template sample<Count>(layer.first, i, x, s, rng)
                 : second.template sample<Count>(layer.second, i - border, x, s, rng);
    }

    template <size_t Count>
    void mean(const Layer<Scalar>& layer, size_t i, Sum* x, Scalar* s) const {
      i < border ? first.template mean<Count>(layer.first, i, x, s)
                 : second.template mean<Count>(layer.second, i - border, x, s);
    }
  };

 private:
  enum : size_t { border = First::size };
};

}  // namespace rbm

#endif  // RBM_LAYERS_BOTH_HPP
