// The number types that are measured, and what they are called.
// SPDX-License-Identifier: MIT

#ifndef RBM_TESTS_BENCHMARK_NUMBERS_HPP
#define RBM_TESTS_BENCHMARK_NUMBERS_HPP

#include <cstdint>

#include "../../rbm/rbm.hpp"

namespace benchmark {

typedef rbm::Fixed<int16_t, 11> Int16;
typedef rbm::Fixed<int8_t, 5> Int8;

inline const char* name_of(float) { return "float"; }
inline const char* name_of(Int16) { return "int16"; }
inline const char* name_of(Int8) { return "int8"; }

/// Whether layers of so many units are within what the sums of the number type hold.
template <class Number, size_t V, size_t H>
constexpr bool model_fits() {
  return rbm::Arithmetic<Number>::template sum_fits<V, false>() &&
         rbm::Arithmetic<Number>::template sum_fits<H, false>();
}

}  // namespace benchmark

#endif  // RBM_TESTS_BENCHMARK_NUMBERS_HPP
