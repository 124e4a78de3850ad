// rbm/kernels/update_binary.hpp: changes of 8-bit parameters after one sample, of units that are all off or on.
//
// A parameter moves by the rate times 1, 0 or -1, rounded by a byte: that of its row plus that of its column, modulo
// 256. So the bytes of all parameters are evenly distributed, and those of any two independent, for V + H bytes of a
// random generator instead of V H. A bias is the weight of a unit that is always on, whose byte is 0.
// SPDX-License-Identifier: MIT

#ifndef RBM_KERNELS_UPDATE_BINARY_HPP
#define RBM_KERNELS_UPDATE_BINARY_HPP

#include <stddef.h>
#include <stdint.h>

#include "../config.hpp"
#include "../numbers/fixed.hpp"
#include "active.hpp"
#include "processors.hpp"
#include "simd.hpp"
#include "statistics.hpp"

namespace rbm {
namespace kernels {

/// Moves a parameter by the rate, in steps of Q8 and at most 0x7F00, up or, where `flip` is -1, down.
template <int FractionBits>
RBM_INLINE void move_binary(Fixed<int8_t, FractionBits>& parameter, uint16_t rate, uint8_t draw, int8_t flip) {
  const uint8_t steps = static_cast<uint8_t>(static_cast<uint16_t>(rate + draw) >> 8);
  const int8_t old = static_cast<int8_t>(parameter.raw ^ flip);  // ~x falls where x rises
  const int8_t moved = static_cast<int8_t>(static_cast<uint8_t>(old) + steps);
  parameter.raw = static_cast<int8_t>((moved < old ? int8_t{127} : moved) ^ flip);
}

/// The rows that change after one sample, one after the other: those of units that are on at the data (k = 1), in the
/// model (2), or in both (3).
template <size_t Length, class Scalar, bool HasBits = has_unit_bits>
class ChangingRows {
 public:
  template <size_t HiddenSize>
  explicit RBM_INLINE ChangingRows(const Statistics<Scalar, Length, HiddenSize>& sample)
      : end(0), data(0), model(0), left(0) {
    on.find(sample.of_data(0), sample.visible_data->values, 0);
    on_model.find(sample.of_model(0), sample.visible_model->values, 0);
  }

  RBM_INLINE bool next(size_t& i, uint8_t& k) {
    for (; left == 0; end += 64) {
      if (end >= Length) return false;
      data = on.words[end / 64];
      model = on_model.words[end / 64];
      left = data | model;
    }
    const unsigned bit = static_cast<unsigned>(__builtin_ctzll(left));
    left &= left - 1;
    i = end - 64 + bit;
    k = static_cast<uint8_t>(((data >> bit) & 1u) + 2 * ((model >> bit) & 1u));
    return true;
  }

 private:
  Active<Length> on, on_model;
  size_t end;                  // of the units that were looked at
  uint64_t data, model, left;  // bits of the last 64, and which are still to come
};
template <size_t Length, class Scalar>
class ChangingRows<Length, Scalar, false> {
 public:
  template <size_t HiddenSize>
  explicit RBM_INLINE ChangingRows(const Statistics<Scalar, Length, HiddenSize>& sample)
      : v(sample.visible_data->values), v_model(sample.visible_model->values), end(0) {}

  RBM_INLINE bool next(size_t& i, uint8_t& k) {
    while (end < Length) {
      i = end++;
      k = static_cast<uint8_t>(!is_off(v[i]) + 2 * !is_off(v_model[i]));
      if (k != 0) return true;
    }
    return false;
  }

 private:
  const Scalar *v, *v_model;
  size_t end;
};

#if RBM_VECTOR_BYTES > 4

template <int FractionBits>
struct MoveBinaryColumns {
  int8_t* c;
  int16_t rate, row_draw;
  const uint8_t* draws;
  const int8_t* difference;

  template <class Vec>
  RBM_INLINE void run(size_t j) const {
    const Vec draw = (load_as<Vec>(draws + j) + row_draw) & int16_t{0xFF};
    const Vec steps = ((draw + rate) >> 8) * (load_as<Vec>(difference + j) >> FractionBits);
    store_saturated(load_as<Vec>(c + j) + steps, c + j);
  }
};

/// How a row of `count` <= Most weights changes where its unit is on at the data, in the model, or in both (k = 1, 2,
/// 3): one of three ways, made once for all rows.
template <size_t Most, int FractionBits>
class BinaryChanges {
  typedef Fixed<int8_t, FractionBits> Scalar;

 public:
  RBM_INLINE BinaryChanges(const Scalar* h, const Scalar* h_model, const uint8_t* column_draws, size_t columns)
      : rising(numbers_of(h)), draws(column_draws), count(columns) {
    for (size_t j = 0; j < count; ++j) {
      falling[j] = static_cast<int8_t>(-h_model[j].raw);
      both[j] = static_cast<int8_t>(h[j].raw - h_model[j].raw);
    }
  }

  RBM_INLINE void apply(size_t k, uint16_t rate, uint8_t row_draw, Scalar* weights) const {
    const MoveBinaryColumns<FractionBits> body = {numbers_of(weights), static_cast<int16_t>(rate), row_draw, draws,
                                                  k == 1   ? rising
                                                  : k == 2 ? falling
                                                           : both};
    each_column<int16_t, Most, functions_at_a_time>(count, body);
  }

 private:
  const int8_t* rising;
  int8_t falling[Most], both[Most];
  const uint8_t* draws;
  size_t count;
};

#else

/// A hidden unit that is on, and its byte.
struct BinaryColumn {
  uint8_t column, draw;
};

template <int FractionBits>
RBM_NOINLINE void move_columns(const BinaryColumn* list, uint8_t count, uint16_t rate, uint8_t row_draw, int8_t flip,
                               Fixed<int8_t, FractionBits>* weights) {
  for (; count != 0; --count, ++list) {
    move_binary(weights[list->column], rate, static_cast<uint8_t>(list->draw + row_draw), flip);
  }
}

/// How a row changes, by two lists: of the units that are on at the data, and of those in the model. Both begin with
/// those that are not on in the other.
template <size_t Most, int FractionBits>
class BinaryChanges {
  typedef Fixed<int8_t, FractionBits> Scalar;

 public:
  RBM_INLINE BinaryChanges(const Scalar* h, const Scalar* h_model, const uint8_t* draws, size_t count) {
    list_columns(h, h_model, draws, static_cast<uint8_t>(count), rising, rises + 1, rises + 3);
    list_columns(h_model, h, draws, static_cast<uint8_t>(count), falling, falls + 2, falls + 3);
    rises[2] = falls[1] = 0;
  }

  RBM_INLINE void apply(uint8_t k, uint16_t rate, uint8_t row_draw, Scalar* weights) const {
    move_columns(rising, rises[k], rate, row_draw, 0, weights);
    move_columns(falling, falls[k], rate, row_draw, -1, weights);
  }

 private:
  static RBM_NOINLINE void list_columns(const Scalar* h, const Scalar* other, const uint8_t* draws, uint8_t count,
                                        BinaryColumn* list, uint8_t* all, uint8_t* alone) {
    BinaryColumn *first = list, *last = list + count;
    for (uint8_t j = 0; j < count; ++j) {
      if (is_off(h[j])) continue;
      BinaryColumn& next = is_off(other[j]) ? *first++ : *--last;
      next.column = j;
      next.draw = draws[j];
    }
    *alone = static_cast<uint8_t>(first - list);
    for (const BinaryColumn* const end = list + count; last != end; ++last) *first++ = *last;
    *all = static_cast<uint8_t>(first - list);
  }

  BinaryColumn rising[Most], falling[Most];
  uint8_t rises[4], falls[4];  // how many columns of these, by k
};

#endif

}  // namespace kernels
}  // namespace rbm

#endif  // RBM_KERNELS_UPDATE_BINARY_HPP
