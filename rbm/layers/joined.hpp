// rbm/layers/joined.hpp: two layers side by side as one: pixels and a label, numbers and switches.
// SPDX-License-Identifier: MIT

#ifndef RBM_LAYERS_JOINED_HPP
#define RBM_LAYERS_JOINED_HPP

#include "layer.hpp"

namespace rbm {

/// The units of First, then those of Second. Either may itself be Joined. A state is one vector; parameters and
/// evidence are those of the two layers, `first` and `second`, each of which counts its units from 0.
template <class First, class Second>
struct Joined {
  enum : size_t {
    size = size_t{First::size} + size_t{Second::size},
    block_size =
        size_t{First::block_size} > size_t{Second::block_size} ? size_t{First::block_size} : size_t{Second::block_size},
    sites = size_t{First::sites} + size_t{Second::sites},
    most_states = size_t{First::most_states} > size_t{Second::most_states} ? size_t{First::most_states}
                                                                           : size_t{Second::most_states}
  };
  enum : bool {
    is_real = bool{First::is_real} || bool{Second::is_real},
    is_gaussian = bool{First::is_gaussian} && bool{Second::is_gaussian},
    is_binary = bool{First::is_binary} && bool{Second::is_binary},
    are_alike = false,
    has_variance = bool{First::has_variance} || bool{Second::has_variance}
  };

  static constexpr int off(size_t i) { return i < first_size ? First::off(i) : Second::off(i - first_size); }
  static constexpr size_t first_unit(size_t site) {
    return site < First::sites ? First::first_unit(site) : first_size + Second::first_unit(site - First::sites);
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

  static RBM_INLINE Block block_at(size_t first) {
    return first < first_size ? First::block_at(first) : Block{first, Second::block_at(first - first_size).count};
  }

  template <class StoredType>
  struct Layer {
    typedef typename detail::Stored<StoredType>::Number Scalar;
    typedef typename Arithmetic<Scalar>::Sum Sum;
    typedef typename Arithmetic<Scalar>::Energy Energy;

    typename First::template Layer<StoredType> first;
    typename Second::template Layer<StoredType> second;

    Energy cumulant(Block block, const Sum* x) const {
      return is_first(block) ? first.cumulant(of_first(block), x) : second.cumulant(of_second(block), x);
    }

    void mean(Block block, const Sum* x, Scalar* s) const {
      is_first(block) ? first.mean(of_first(block), x, s) : second.mean(of_second(block), x, s);
    }

    template <class Rng>
    void sample(Block block, const Sum* x, Scalar* s, Rng& rng, const Scalar* means = nullptr) const {
      is_first(block) ? first.sample(of_first(block), x, s, rng, means)
                      : second.sample(of_second(block), x, s, rng, means);
    }

    template <class Rng>
    void sample_tempered(Block block, Energy inverse_temperature, Sum* x, Scalar* s, Rng& rng) const {
      is_first(block) ? first.sample_tempered(of_first(block), inverse_temperature, x, s, rng)
                      : second.sample_tempered(of_second(block), inverse_temperature, x, s, rng);
    }

    template <class Rng>
    static void noise(Scalar* s, Rng& rng) {
      First::template Layer<Scalar>::noise(s, rng);
      Second::template Layer<Scalar>::noise(s + first_size, rng);
    }

    Energy energy(const Scalar* s) const { return first.energy(s) + second.energy(s + first_size); }

    bool is_proper() const { return first.is_proper() && second.is_proper(); }

    Sum variance_of(size_t i) const {
      return i < first_size ? first.variance_of(i) : second.variance_of(i - first_size);
    }

    StoredType& bias_of(size_t i) { return i < first_size ? first.bias_of(i) : second.bias_of(i - first_size); }
    const StoredType& bias_of(size_t i) const {
      return i < first_size ? first.bias_of(i) : second.bias_of(i - first_size);
    }

    void clear() {
      first.clear();
      second.clear();
    }

    /// Visits the parameters of some layers of these units side by side, see model/parameters.hpp.
    template <class Visit, class... Layers>
    static void each_parameter(Visit& visit, Layers&... layers) {
      First::template Layer<StoredType>::each_parameter(visit, layers.first...);
      Second::template Layer<StoredType>::each_parameter(visit, layers.second...);
    }

    void learn(typename Arithmetic<Scalar>::Rate rate, const Scalar* data, const Scalar* model) {
      first.learn(rate, data, model);
      second.learn(rate, data + first_size, model + first_size);
    }

    void learn_variance(size_t i, Sum square) {
      i < first_size ? first.learn_variance(i, square) : second.learn_variance(i - first_size, square);
    }

    void initialize_unit(size_t i, typename Arithmetic<Scalar>::Mean data_mean, Scalar data_variance,
                         typename Arithmetic<Scalar>::Mean margin) {
      i < first_size ? first.initialize_unit(i, data_mean, data_variance, margin)
                     : second.initialize_unit(i - first_size, data_mean, data_variance, margin);
    }

    static Status check(const Scalar* s) {
      const Status status = First::template Layer<Scalar>::check(s);
      return status != Status::ok ? status : Second::template Layer<Scalar>::check(s + first_size);
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

    /// The units of both layers were seen like this, with noise of this size in the sense of each layer: a probability,
    /// or the variance of real units. Errors as those of the layers.
    Status observe(const Vector<Scalar, size>& seen, float noise) {
      const Status status = check(seen.values, noise);
      if (status == Status::ok) set_observed(seen.values, noise);
      return status;
    }

    // observe() in two parts: check() says whether it can be, set_observed() stores it.
    static Status check(const Scalar* seen, float noise) {
      const Status status = First::template Evidence<Scalar>::check(seen, noise);
      return status != Status::ok ? status : Second::template Evidence<Scalar>::check(seen + first_size, noise);
    }
    void set_observed(const Scalar* seen, float noise) {
      first.set_observed(seen, noise);
      second.set_observed(seen + first_size, noise);
    }

    template <class SomeLayer, class Rng>
    void sample(Block block, const SomeLayer& layer, Sum* x, Scalar* s, Rng& rng) const {
      is_first(block) ? first.sample(of_first(block), layer.first, x, s, rng)
                      : second.sample(of_second(block), layer.second, x, s, rng);
    }

    template <class SomeLayer>
    void mean(Block block, const SomeLayer& layer, Sum* x, Scalar* s) const {
      is_first(block) ? first.mean(of_first(block), layer.first, x, s)
                      : second.mean(of_second(block), layer.second, x, s);
    }
  };

 private:
  enum : size_t { first_size = First::size };

  // A block is one of Blocks<Joined>, and so one of the blocks of one of the layers, which counts its units from 0.
  static RBM_INLINE bool is_first(Block block) { return block.first < first_size; }
  static RBM_INLINE Block of_first(Block block) { return First::block_at(block.first); }
  static RBM_INLINE Block of_second(Block block) { return Second::block_at(block.first - first_size); }
};

}  // namespace rbm

#endif  // RBM_LAYERS_JOINED_HPP
