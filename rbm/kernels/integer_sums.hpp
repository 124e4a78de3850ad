// rbm/kernels/integer_sums.hpp: the sums of sums.hpp for integers of 8 and 16 bits, where there are vectors.
//
// The order of additions does not matter to integers that cannot overflow, so that these sums have the same bits.
// SPDX-License-Identifier: MIT

#ifndef RBM_KERNELS_INTEGER_SUMS_HPP
#define RBM_KERNELS_INTEGER_SUMS_HPP

#include <stddef.h>
#include <stdint.h>

#include "../arithmetic.hpp"
#include "../config.hpp"
#include "../storage.hpp"
#include "sums.hpp"
#include "units_on.hpp"

#if RBM_VECTOR_BYTES > 4

namespace rbm {
namespace kernels {

/// Count vectors of sums, to which narrower integers are added.
template <class Integer, class Sum, size_t Count>
struct IntegerPack {
  typedef Sum Sums __attribute__((vector_size(RBM_VECTOR_BYTES)));
  typedef Integer Integers __attribute__((vector_size(RBM_VECTOR_BYTES / 2)));

  enum : size_t { sums = RBM_VECTOR_BYTES / sizeof(Sum) };

  Sums first;
  IntegerPack<Integer, Sum, Count - 1> rest;

  RBM_INLINE void get(const Sum* x) {
    RBM_COPY_BYTES(&first, x, sizeof first);
    rest.get(x + sums);
  }
  RBM_INLINE void put(Sum* x) const {
    RBM_COPY_BYTES(x, &first, sizeof first);
    rest.put(x + sums);
  }
  RBM_INLINE void add(const Integer* x) {
    Integers narrow;
    RBM_COPY_BYTES(&narrow, x, sizeof narrow);
    first += __builtin_convertvector(narrow, Sums);
    rest.add(x + sums);
  }
};

template <class Integer, class Sum>
struct IntegerPack<Integer, Sum, 0> {
  RBM_INLINE void get(const Sum*) {}
  RBM_INLINE void put(Sum*) const {}
  RBM_INLINE void add(const Integer*) {}
};

/// Adds the row of a unit to sums of neighbouring columns.
template <size_t Columns, size_t HiddenSize, class Integer, class Sum>
struct AddIntegers {
  enum : size_t {
    vectors = Columns * sizeof(Sum) / RBM_VECTOR_BYTES,
    few = Columns * sizeof(Sum) % RBM_VECTOR_BYTES / sizeof(Sum)
  };

  const Integer* weights;
  Sum* last;  // the sums that are left over
  IntegerPack<Integer, Sum, vectors> sum;

  RBM_INLINE void operator()(size_t i) {
    const Integer* row = weights + i * HiddenSize;
    sum.add(row);
    for (size_t j = 0; j < few; ++j) last[j] = static_cast<Sum>(last[j] + row[Columns - few + j]);
  }
};

template <size_t Columns, size_t HiddenSize, size_t Rows, class Integer, class Sum>
void add_integers(const UnitsOn<Rows>& on, const Integer* weights, Sum* RBM_RESTRICT x) {
  typedef AddIntegers<Columns, HiddenSize, Integer, Sum> Add;
  Add add;
  add.weights = weights;
  add.last = x + Columns - Add::few;
  add.sum.get(x);
  on.each(add);
  add.sum.put(x);
}

template <size_t Columns, size_t HiddenSize, size_t Rows, class Integer, int FractionBits, class Sum>
void add_integer_rows(Size<Rows>, const Fixed<Integer, FractionBits>* weights, const Fixed<Integer, FractionBits>* v,
                      Sum* RBM_RESTRICT x) {
  constexpr size_t at_a_time = 8 * RBM_VECTOR_BYTES / sizeof(Sum), whole = Columns - Columns % at_a_time;
  UnitsOn<Rows> on;
  on.look(v);
  if (on.are_ones) {
    for (size_t j = 0; j < whole; j += at_a_time) add_integers<at_a_time, HiddenSize>(on, &weights[j].raw, &x[j].raw);
    if (whole < Columns) {
      add_integers<(whole < Columns ? Columns - whole : 1), HiddenSize>(on, &weights[whole].raw, &x[whole].raw);
    }
  } else {
    for (size_t i = 0; i < Rows; ++i) add_row<Columns>(v[i], weights + i * HiddenSize, x);
  }
}

template <size_t Columns, size_t HiddenSize, class Integer, int FractionBits, class Sum>
void add_integer_rows(Size<0>, const Fixed<Integer, FractionBits>*, const Fixed<Integer, FractionBits>*, Sum*) {}

#if RBM_HAS_PAIRS

/// add_rows in pairs, for `Vectors` vectors of columns, whose sums stay in registers. On a small processor a branch for
/// each unit takes less than the bits of UnitsOn.
template <size_t VisibleSize, size_t HiddenSize, size_t Vectors, class Weight, class Integer, int FractionBits,
          class Sum>
RBM_INLINE void add_vectors_of_rows(Size<Vectors>, const Weight* RBM_RESTRICT weights,
                                    const Fixed<Integer, FractionBits>* RBM_RESTRICT v, Sum* RBM_RESTRICT x) {
  typedef detail::Pairs<Integer> Pairs;
  typedef Fixed<Integer, FractionBits> Scalar;
  typename Pairs::Lanes even[Vectors], odd[Vectors];
  for (size_t k = 0; k < Vectors; ++k) Pairs::load_wide(&x[k * Pairs::numbers].raw, even[k], odd[k]);
  bool others = false;  // units that are neither -1, 0 nor 1
  const Weight* row = weights;
  for (size_t i = 0; i < VisibleSize; ++i, row += HiddenSize) {
    if (v[i] == Scalar(0)) continue;
    if (v[i] == Scalar(1)) {
      for (size_t k = 0; k < Vectors; ++k) {
        const typename Pairs::Words words = Pairs::load(&row[k * Pairs::numbers].raw);
        even[k] += Pairs::even(words);
        odd[k] += Pairs::odd(words);
      }
    } else if (v[i] == Scalar(-1)) {
      for (size_t k = 0; k < Vectors; ++k) {
        const typename Pairs::Words words = Pairs::load(&row[k * Pairs::numbers].raw);
        even[k] -= Pairs::even(words);
        odd[k] -= Pairs::odd(words);
      }
    } else {
      others = true;
    }
  }
  for (size_t k = 0; k < Vectors; ++k) Pairs::store_wide(even[k], odd[k], &x[k * Pairs::numbers].raw);
  for (size_t i = 0; i < VisibleSize && others; ++i) {
    if (v[i] != Scalar(1) && v[i] != Scalar(-1)) add_row<Vectors * Pairs::numbers>(v[i], weights + i * HiddenSize, x);
  }
}

template <size_t VisibleSize, size_t HiddenSize, class Weight, class Integer, int FractionBits, class Sum>
RBM_INLINE void add_vectors_of_rows(Size<0>, const Weight*, const Fixed<Integer, FractionBits>*, Sum*) {}

template <size_t Columns, size_t VisibleSize, size_t HiddenSize, class Weight, class Integer, int FractionBits,
          class Sum>
void add_rows_of_pairs(const Weight* RBM_RESTRICT weights, const Fixed<Integer, FractionBits>* RBM_RESTRICT v,
                       Sum* RBM_RESTRICT x) {
  constexpr size_t numbers = detail::Pairs<Integer>::numbers, vectors = Columns / numbers, whole = vectors * numbers;
  for (size_t k = 0; k + 1 < vectors; k += 2) {
    add_vectors_of_rows<VisibleSize, HiddenSize>(Size<2>(), weights + k * numbers, v, x + k * numbers);
  }
  constexpr size_t most = (vectors - vectors % 2) * numbers;
  add_vectors_of_rows<VisibleSize, HiddenSize>(Size<vectors % 2>(), weights + most, v, x + most);
  for (size_t i = 0; i < VisibleSize && whole < Columns; ++i)
    add_row<Columns - whole>(v[i], weights + i * HiddenSize + whole, x + whole);
}

#endif

#if RBM_PAIRS

template <size_t Columns, size_t VisibleSize, size_t HiddenSize, class Weight, class Integer, int FractionBits,
          class Sum>
void add_rows(const Weight* RBM_RESTRICT weights, const Fixed<Integer, FractionBits>* RBM_RESTRICT v,
              Sum* RBM_RESTRICT x) {
  add_rows_of_pairs<Columns, VisibleSize, HiddenSize>(weights, v, x);
}

#else

template <size_t Columns, size_t VisibleSize, size_t HiddenSize, class Integer, int FractionBits, class Sum>
void add_rows(const Fixed<Integer, FractionBits>* RBM_RESTRICT weights,
              const Fixed<Integer, FractionBits>* RBM_RESTRICT v, Sum* RBM_RESTRICT x) {
  constexpr size_t whole = VisibleSize - VisibleSize % rows_looked_at;
  for (size_t i = 0; i < whole; i += rows_looked_at) {
    add_integer_rows<Columns, HiddenSize>(Size<rows_looked_at>(), weights + i * HiddenSize, v + i, x);
  }
  add_integer_rows<Columns, HiddenSize>(Size<VisibleSize - whole>(), weights + whole * HiddenSize, v + whole, x);
}

#endif

}  // namespace kernels
}  // namespace rbm

#endif

#endif  // RBM_KERNELS_INTEGER_SUMS_HPP
