// rbm/layers/both.hpp: two layers side by side as one: pixels and a label, numbers and switches.
// SPDX-License-Identifier: MIT

#ifndef RBM_LAYERS_BOTH_HPP
#define RBM_LAYERS_BOTH_HPP

#include "../flash.hpp"
#include "states.hpp"

namespace rbm {

namespace detail {

/// A block of the units of a layer that is the first, or second, of two: its type says of which.
template <class Block>
struct FirstBlock {
  enum : size_t { count = Block::count };
  static constexpr Block inner() { return Block(); }
};

template <class Block>
struct SecondBlock {
  enum : size_t { count = Block::count };
  static constexpr Block inner() { return Block(); }
};

template <class Walker, template <class> class Wrapped>
struct WrapBlocks {
  Walker& walker;

  template <class Block>
  void operator()(Block, size_t first) {
    walker(Wrapped<Block>(), first);
  }
};

}  // namespace detail

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
    can_be_off = bool{First::can_be_off} && bool{Second::can_be_off},
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
    detail::WrapBlocks<Walker, detail::FirstBlock> of_first = {walker};
    First::walk(first, of_first);
    detail::WrapBlocks<Walker, detail::SecondBlock> of_second = {walker};
    Second::walk(first + border, of_second);
  }

  template <class StoredType>
  struct Layer {
    typedef typename detail::Stored<StoredType>::Number Scalar;
    typedef typename Arithmetic<Scalar>::Sum Sum;
    typedef typename Arithmetic<Scalar>::Wide Wide;

    typename First::template Layer<StoredType> first;
    typename Second::template Layer<StoredType> second;

    template <class Block>
    void start_input(Block block, size_t i, Sum* x) const {
      in(block).start_input(block.inner(), i - start(block), x);
    }

    template <class Block>
    Wide cumulant(Block block, size_t i, const Sum* x) const {
      return in(block).cumulant(block.inner(), i - start(block), x);
    }

    template <class Block>
    void mean(Block block, size_t i, const Sum* x, Scalar* s) const {
      in(block).mean(block.inner(), i - start(block), x, s);
    }

    template <class Block, class Rng>
    void sample(Block block, size_t i, const Sum* x, Scalar* s, Rng& rng) const {
      in(block).sample(block.inner(), i - start(block), x, s, rng);
    }

    template <class Block, class Rng>
    void sample_with_mean(Block block, size_t i, const Sum* x, Scalar* s, Scalar* mean_of, Rng& rng) const {
      in(block).sample_with_mean(block.inner(), i - start(block), x, s, mean_of, rng);
    }

    template <class Block, class Rng>
    void sample_tempered(Block block, size_t i, Wide inverse_temperature, Sum* x, Scalar* s, Rng& rng) const {
      in(block).sample_tempered(block.inner(), i - start(block), inverse_temperature, x, s, rng);
    }

    template <class Rng>
    static void noise(Scalar* s, Rng& rng) {
      First::template Layer<Scalar>::noise(s, rng);
      Second::template Layer<Scalar>::noise(s + border, rng);
    }

    Wide energy(const Scalar* s) const { return first.energy(s) + second.energy(s + border); }

    bool is_proper() const { return first.is_proper() && second.is_proper(); }

    Sum width(size_t i) const { return i < border ? first.width(i) : second.width(i - border); }

    StoredType& bias_of(size_t i) { return i < border ? first.bias_of(i) : second.bias_of(i - border); }
    const StoredType& bias_of(size_t i) const { return i < border ? first.bias_of(i) : second.bias_of(i - border); }

    void clear() {
      first.clear();
      second.clear();
    }

    /// Visits the parameters of some layers of these units side by side, see parameters.hpp.
    template <class Visit, class... Layers>
    static void each_parameter(Visit& visit, Layers&... layers) {
      First::template Layer<StoredType>::each_parameter(visit, layers.first...);
      Second::template Layer<StoredType>::each_parameter(visit, layers.second...);
    }

    void learn(typename Arithmetic<Scalar>::Rate rate, const Scalar* data, const Scalar* model) {
      first.learn(rate, data, model);
      second.learn(rate, data + border, model + border);
    }

    template <class Block, class Rng>
    void learn(Block block, size_t i, typename Arithmetic<Scalar>::Rate rate, const Sum* g, Rng& rng) {
      in(block).learn(block.inner(), i - start(block), rate, g, rng);
    }

    template <class Block, class Rng>
    void add_to_bias(Block block, size_t i, const typename Arithmetic<Scalar>::Change* change, Rng& rng) {
      in(block).add_to_bias(block.inner(), i - start(block), change, rng);
    }

    template <class Block>
    void learn_variance(Block block, size_t i, const Sum* squares) {
      in(block).learn_variance(block.inner(), i - start(block), squares);
    }

    template <class Mean>
    void start_from(size_t i, Mean data_mean, Scalar data_variance, Mean margin) {
      i < border ? first.start_from(i, data_mean, data_variance, margin)
                 : second.start_from(i - border, data_mean, data_variance, margin);
    }

    static Status check(const Scalar* s) {
      const Status status = First::template Layer<Scalar>::check(s);
      return status != Status::ok ? status : Second::template Layer<Scalar>::check(s + border);
    }

   private:
    // The layer that a block belongs to, and where it starts.
    template <class Block>
    static size_t start(detail::FirstBlock<Block>) {
      return 0;
    }
    template <class Block>
    static size_t start(detail::SecondBlock<Block>) {
      return border;
    }
    template <class Block>
    const typename First::template Layer<StoredType>& in(detail::FirstBlock<Block>) const {
      return first;
    }
    template <class Block>
    typename First::template Layer<StoredType>& in(detail::FirstBlock<Block>) {
      return first;
    }
    template <class Block>
    const typename Second::template Layer<StoredType>& in(detail::SecondBlock<Block>) const {
      return second;
    }
    template <class Block>
    typename Second::template Layer<StoredType>& in(detail::SecondBlock<Block>) {
      return second;
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
      if (status == Status::ok) see(seen.values, noise);
      return status;
    }

    // The two halves of that.
    static Status check(const Scalar* seen, float noise) {
      const Status status = First::template Evidence<Scalar>::check(seen, noise);
      return status != Status::ok ? status : Second::template Evidence<Scalar>::check(seen + border, noise);
    }
    void see(const Scalar* seen, float noise) {
      first.see(seen, noise);
      second.see(seen + border, noise);
    }

    template <class Block, class SomeLayer, class Rng>
    void sample(detail::FirstBlock<Block> block, const SomeLayer& layer, size_t i, Sum* x, Scalar* s, Rng& rng) const {
      first.sample(block.inner(), layer.first, i, x, s, rng);
    }
    template <class Block, class SomeLayer, class Rng>
    void sample(detail::SecondBlock<Block> block, const SomeLayer& layer, size_t i, Sum* x, Scalar* s, Rng& rng) const {
      second.sample(block.inner(), layer.second, i - border, x, s, rng);
    }

    template <class Block, class SomeLayer>
    void mean(detail::FirstBlock<Block> block, const SomeLayer& layer, size_t i, Sum* x, Scalar* s) const {
      first.mean(block.inner(), layer.first, i, x, s);
    }
    template <class Block, class SomeLayer>
    void mean(detail::SecondBlock<Block> block, const SomeLayer& layer, size_t i, Sum* x, Scalar* s) const {
      second.mean(block.inner(), layer.second, i - border, x, s);
    }
  };

 private:
  enum : size_t { border = First::size };
};

}  // namespace rbm

#endif  // RBM_LAYERS_BOTH_HPP
