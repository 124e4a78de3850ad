// rbm/kernels/statistics.hpp: the states of a batch at the data and of the model, which make the gradient.
//
// d ln L / dW_ij = <v_i h_j>_data - <v_i h_j>_model. Rows of units that are off in all states give nothing.
// SPDX-License-Identifier: MIT

#ifndef RBM_KERNELS_STATISTICS_HPP
#define RBM_KERNELS_STATISTICS_HPP

#include <stddef.h>
#include <stdint.h>

#include "../config.hpp"
#include "../numbers/math.hpp"
#include "../numbers/number.hpp"
#include "../storage.hpp"
#include "accumulate.hpp"
#include "active.hpp"

namespace rbm {
namespace kernels {

/// Which visible units are on in the states of a batch, or null where that is not known.
template <size_t Length, bool HasBits = has_unit_bits>
struct StatisticsActive {
  const Active<Length>*on_data, *on_model;

  StatisticsActive(const Active<Length>* of_v, const Active<Length>* of_v_model)
      : on_data(of_v), on_model(of_v_model) {}
  RBM_INLINE const Active<Length>* of_data(size_t s) const { return on_data == nullptr ? nullptr : on_data + s; }
  RBM_INLINE const Active<Length>* of_model(size_t s) const { return on_model == nullptr ? nullptr : on_model + s; }
};
template <size_t Length>
struct StatisticsActive<Length, false> {
  StatisticsActive(const Active<Length>*, const Active<Length>*) {}
  RBM_INLINE const Active<Length>* of_data(size_t) const { return nullptr; }
  RBM_INLINE const Active<Length>* of_model(size_t) const { return nullptr; }
};

/// A batch's statistics: `count` states at the data, and of the model, at the end of the chains.
template <class ScalarType, size_t VisibleSize, size_t HiddenSize>
struct Statistics : StatisticsActive<VisibleSize> {
  typedef ScalarType Scalar;

  const Vector<Scalar, VisibleSize>* visible_data;
  const Vector<Scalar, HiddenSize>* hidden_data;
  const Vector<Scalar, VisibleSize>* visible_model;
  const Vector<Scalar, HiddenSize>* hidden_model;
  size_t count;

  Statistics(const Vector<Scalar, VisibleSize>* v, const Vector<Scalar, HiddenSize>* h,
             const Vector<Scalar, VisibleSize>* v_model, const Vector<Scalar, HiddenSize>* h_model, size_t sample_count,
             const Active<VisibleSize>* data_units = nullptr, const Active<VisibleSize>* model_units = nullptr)
      : StatisticsActive<VisibleSize>(data_units, model_units),
        visible_data(v),
        hidden_data(h),
        visible_model(v_model),
        hidden_model(h_model),
        count(sample_count) {}

  /// The statistics of `most` samples from `first` on.
  Statistics part(size_t first, size_t most) const {
    return {visible_data + first, hidden_data + first,  visible_model + first, hidden_model + first, most,
            this->of_data(first), this->of_model(first)};
  }

  /// At most 64 samples from `first` on.
  Statistics part_of_64(size_t first) const { return part(first, count - first < 64 ? count - first : size_t{64}); }

  /// Whether the visible units of sample s, and of its chain, are all off or on.
  RBM_INLINE bool is_binary(size_t s) const {
    return are_binary(this->of_data(s), visible_data[s].values) &&
           are_binary(this->of_model(s), visible_model[s].values);
  }
};

#if RBM_VECTOR_BYTES > 4
template <class State, class Number>
struct AddDifferences {
  const State *data, *model;
  size_t stride, samples;
  Number* x;

  template <class Vec>
  RBM_INLINE void run(size_t j) const {
    Vec sum = load<Vec>(x + j);
    for (size_t s = 0; s < samples; ++s) {
      sum = sum + (load_as<Vec>(data + s * stride + j) - load_as<Vec>(model + s * stride + j));
    }
    store(sum, x + j);
  }
};
#endif

/// x_j += sum_s (data_sj - model_sj) for `count` <= Most units of `samples` states, which are `stride` apart. x [count]
template <size_t Most, class Scalar, class Sum>
RBM_INLINE void add_differences(const Scalar* data, const Scalar* model, size_t stride, size_t samples, size_t count,
                                Sum* RBM_RESTRICT x) {
#if RBM_VECTOR_BYTES > 4
  typedef typename NumberOf<Scalar>::type State;
  typedef typename NumberOf<Sum>::type Number;
  if (has_unit_bits && samples > 1) {
    each_column<Number, Most, 1>(
        count, AddDifferences<State, Number>{numbers_of(data), numbers_of(model), stride, samples, numbers_of(x)});
    return;
  }
#endif
  for (size_t s = 0; s < samples; ++s, data += stride, model += stride) {
    for (size_t j = 0; j < count; ++j) x[j] += static_cast<Sum>(data[j]) - static_cast<Sum>(model[j]);
  }
}
template <size_t Most, size_t Length, class Scalar, class Sum>
RBM_INLINE void add_differences(const Vector<Scalar, Length>* data, const Vector<Scalar, Length>* model, size_t samples,
                                size_t first, size_t count, Sum* RBM_RESTRICT x) {
  add_differences<Most>(data->values + first, model->values + first, Length, samples, count, x);
}

/// g_j += sum_s (v_si h_sj - v'_si h'_sj) for row i and the `count` columns from `first` on: the gradient of a piece of
/// a row.                                                                                                     g [count]
template <class Scalar, size_t VisibleSize, size_t HiddenSize, class Sum>
RBM_INLINE void add_gradient(const Statistics<Scalar, VisibleSize, HiddenSize>& statistics, size_t i, size_t first,
                             size_t count, Sum* RBM_RESTRICT g) {
  for (size_t s = 0; s < statistics.count; ++s) {
    const Scalar v = statistics.visible_data[s][i], v_model = statistics.visible_model[s][i];
    if (detail::equal(v, Scalar(0)) && detail::equal(v_model, Scalar(0))) continue;
    add_row(v, statistics.hidden_data[s].values + first, count, g);
    add_row(Scalar(0) - v_model, statistics.hidden_model[s].values + first, count, g);
  }
}

/// Whether visible unit i is not off in all states.
template <class Scalar, size_t VisibleSize, size_t HiddenSize>
RBM_INLINE bool is_row_on(const Statistics<Scalar, VisibleSize, HiddenSize>& statistics, size_t i) {
  bool on = false;
  for (size_t s = 0; s < statistics.count; ++s) {
    on = on || !is_off(statistics.visible_data[s][i]) || !is_off(statistics.visible_model[s][i]);
  }
  return on;
}

}  // namespace kernels
}  // namespace rbm

#endif  // RBM_KERNELS_STATISTICS_HPP
