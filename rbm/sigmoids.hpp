// rbm/sigmoids.hpp: the sigmoids of many inputs, which most of a small model's time goes into.
//
// They have the bits of rbm::sigmoid. A plain loop over it becomes SIMD, but what GCC 12 makes of it waits for one
// result after the other: four vectors side by side take two thirds of the time. Helium has no vectors of quotients,
// nor GCC those of comparisons.
// SPDX-License-Identifier: MIT

#ifndef RBM_SIGMOIDS_HPP
#define RBM_SIGMOIDS_HPP

#include <stddef.h>
#include <stdint.h>

#include "config.hpp"
#include "math.hpp"

namespace rbm {

#if RBM_LOOKS_AT_64 && !defined(__clang__)

namespace detail {

/// Count vectors of floats.
template <size_t Count>
struct Vectors {
  typedef float Floats __attribute__((vector_size(RBM_VECTOR_BYTES)));
  typedef int32_t Bits __attribute__((vector_size(RBM_VECTOR_BYTES)));

  Floats of[Count];
};

#define RBM_EACH_VECTOR _Pragma("GCC unroll 8") for (size_t k = 0; k < Count; ++k)

template <size_t Count>
RBM_INLINE Vectors<Count> operator*(const Vectors<Count>& a, const Vectors<Count>& b) {
  Vectors<Count> result;
  RBM_EACH_VECTOR result.of[k] = a.of[k] * b.of[k];
  return result;
}
template <size_t Count>
RBM_INLINE Vectors<Count> operator*(const Vectors<Count>& a, float b) {
  Vectors<Count> result;
  RBM_EACH_VECTOR result.of[k] = a.of[k] * b;
  return result;
}
template <size_t Count>
RBM_INLINE Vectors<Count> operator+(const Vectors<Count>& a, const Vectors<Count>& b) {
  Vectors<Count> result;
  RBM_EACH_VECTOR result.of[k] = a.of[k] + b.of[k];
  return result;
}
template <size_t Count>
RBM_INLINE Vectors<Count> operator+(const Vectors<Count>& a, float b) {
  Vectors<Count> result;
  RBM_EACH_VECTOR result.of[k] = a.of[k] + b;
  return result;
}
template <size_t Count>
RBM_INLINE Vectors<Count> operator-(const Vectors<Count>& a, const Vectors<Count>& b) {
  Vectors<Count> result;
  RBM_EACH_VECTOR result.of[k] = a.of[k] - b.of[k];
  return result;
}
template <size_t Count>
RBM_INLINE Vectors<Count> operator-(const Vectors<Count>& a, float b) {
  Vectors<Count> result;
  RBM_EACH_VECTOR result.of[k] = a.of[k] - b;
  return result;
}

/// sigmoid, for as many inputs as there are in Count vectors.
template <size_t Count>
RBM_INLINE void sigmoids_in_vectors(float slope, const float* x, float* s) {
  typedef Vectors<Count> Many;
  typedef typename Many::Floats Floats;
  typedef typename Many::Bits Bits;
  enum : size_t { width = sizeof(Floats) / sizeof(float) };

  Many input, y, sum, e;
  RBM_EACH_VECTOR RBM_COPY_BYTES(&input.of[k], x + k * width, sizeof(Floats));
  input = input * slope;
  RBM_EACH_VECTOR {
    const Floats negative = reinterpret_cast<Floats>(reinterpret_cast<Bits>(input.of[k]) | INT32_MIN),
                 least = -104.0f - Floats();
    y.of[k] = negative < least ? least : negative;
  }
  e = exponential_rest(y, sum) + 1.0f;
  RBM_EACH_VECTOR e.of[k] *= reinterpret_cast<Floats>((reinterpret_cast<Bits>(sum.of[k]) + 191) << 23);
  e = e * 5.42101086e-20f;
  const Many divisor = e + 1.0f;
  RBM_EACH_VECTOR {
    const Floats quotient = (input.of[k] < 0.0f ? e.of[k] : 1.0f - Floats()) / divisor.of[k];
    RBM_COPY_BYTES(s + k * width, &quotient, sizeof quotient);
  }
}

}  // namespace detail

#undef RBM_EACH_VECTOR

/// s_i = sigmoid(slope x_i)                                                                                x, s [Count]
template <size_t Count>
RBM_INLINE void sigmoids(float slope, const float* RBM_RESTRICT x, float* RBM_RESTRICT s) {
  constexpr size_t width = RBM_VECTOR_BYTES / sizeof(float), many = 4 * width, whole = Count - Count % many,
                   vectors = (Count - whole) / width;
  for (size_t i = 0; i < whole; i += many) detail::sigmoids_in_vectors<4>(slope, x + i, s + i);
  if (vectors != 0) detail::sigmoids_in_vectors<(vectors != 0 ? vectors : 1)>(slope, x + whole, s + whole);
  for (size_t i = whole + vectors * width; i < Count; ++i) s[i] = sigmoid(slope * x[i]);
}

#elif RBM_VECTORS_COMPARE

template <size_t Count>
RBM_INLINE_ON_HOSTS void sigmoids(float slope, const float* RBM_RESTRICT x, float* RBM_RESTRICT s) {
  for (size_t i = 0; i < Count; ++i) s[i] = sigmoid(slope * x[i]);
}

#else

// Some at a time, of which the quotients are made one by one.
template <size_t Count>
RBM_INLINE void sigmoids(float slope, const float* RBM_RESTRICT x, float* RBM_RESTRICT s) {
  constexpr size_t some = Count < 16 ? 4 : 16, whole = Count - Count % some;
  for (size_t first = 0; first < whole; first += some) {
    float divisor[some];
    for (size_t i = 0; i < some; ++i) {
      const uint32_t input = to_bits(slope * x[first + i]), negative = 0u - (input >> 31);
      const float e = detail::exp_of_negative(from_bits(input | 0x80000000u));
      s[first + i] = from_bits((to_bits(e) & negative) | (0x3F800000u & ~negative));
      divisor[i] = 1.0f + e;
    }
    constexpr size_t quarter = some / 4;
    float* quotient = s + first;
    for (size_t i = 0; i < quarter; ++i) {
      quotient[i] /= divisor[i];
      quotient[i + quarter] /= divisor[i + quarter];
      quotient[i + 2 * quarter] /= divisor[i + 2 * quarter];
      quotient[i + 3 * quarter] /= divisor[i + 3 * quarter];
    }
  }
  for (size_t i = whole; i < Count; ++i) s[i] = sigmoid(slope * x[i]);
}

#endif

}  // namespace rbm

#endif  // RBM_SIGMOIDS_HPP
