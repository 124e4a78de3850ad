// rbm/kernels/pack.hpp: floats that a processor adds and multiplies together, held in its registers.
//
// Left to itself a compiler keeps sums of many columns in memory, and adds up a dot product's lanes one by one:
// measured with GCC 12 that takes five times as long over rows of 64, and twice over dot products of 16. So there is
// one small type for it, on the vector extensions of GCC and Clang. Elsewhere, and where there are no vectors, a pack
// is of single floats; the results are the same for every width, since the order of additions is.
// SPDX-License-Identifier: MIT

#ifndef RBM_KERNELS_PACK_HPP
#define RBM_KERNELS_PACK_HPP

#include <stddef.h>
#include <stdint.h>

#include "../config.hpp"

namespace rbm {
namespace kernels {

#if RBM_VECTOR_BYTES > 4
typedef float Floats __attribute__((vector_size(RBM_VECTOR_BYTES)));
#else
typedef float Floats;
#endif

enum : size_t {
  width = sizeof(Floats) / sizeof(float),
#if RBM_LOOKS_AT_64
  pack_vectors = 8,  // as many sums as leave registers for what is added to them
#else
  pack_vectors = 16 / width,
#endif
  lanes = 16  // of a dot product
};

#if RBM_VECTOR_BYTES > 4
RBM_INLINE void load(Floats& x, const float* from) { RBM_COPY_BYTES(&x, from, sizeof x); }
RBM_INLINE void store(const Floats& x, float* to) { RBM_COPY_BYTES(to, &x, sizeof x); }
#else
RBM_INLINE void load(Floats& x, const float* from) { x = *from; }
RBM_INLINE void store(const Floats& x, float* to) { *to = x; }
#endif
enum : uint32_t { bits_of_one = 0x3F800000 };  // of 1.0f

/// The first `Count` floats, and zeros.
template <size_t Count>
RBM_INLINE void load_part(Floats& x, const float* from) {
  if (Count == width) {
    load(x, from);
  } else {
    x = Floats();
    RBM_COPY_BYTES(&x, from, Count * sizeof(float));
  }
}
RBM_INLINE void spread(Floats& x, float value) { x = value - Floats(); }

/// Count times `width` floats. Recursive, so that each vector has a name of its own and stays in a register.
template <size_t Count>
struct Pack {
  Floats first;
  Pack<Count - 1> rest;

  RBM_INLINE void clear() {
    first = Floats();
    rest.clear();
  }
  RBM_INLINE void get(const float* x) {
    load(first, x);
    rest.get(x + width);
  }
  RBM_INLINE void put(float* x) const {
    store(first, x);
    rest.put(x + width);
  }

  /// The first N floats, and zeros.
  template <size_t Length>
  RBM_INLINE void get_part(const float* x) {
    load_part<(Length < width ? Length : width)>(first, x);
    rest.template get_part<(Length < width ? 0 : Length - width)>(x + width);
  }

  RBM_INLINE void add(const float* x) {
    Floats other;
    load(other, x);
    first += other;
    rest.add(x + width);
  }

  /// to += this
  RBM_INLINE void add_to(float* to) const {
    Floats sum;
    load(sum, to);
    sum += first;
    store(sum, to);
    rest.add_to(to + width);
  }
  RBM_INLINE void subtract(const float* x) {
    Floats other;
    load(other, x);
    first -= other;
    rest.subtract(x + width);
  }
  RBM_INLINE void multiply(const Pack& x) {
    first *= x.first;
    rest.multiply(x.rest);
  }
  RBM_INLINE void scale(const Floats& factor) {
    first *= factor;
    rest.scale(factor);
  }

  /// += factor x
  RBM_INLINE void add_product(const Floats& factor, const float* x) {
    Floats other;
    load(other, x);
    first = first + factor * other;
    rest.add_product(factor, x + width);
  }

  RBM_INLINE void add_product(const Floats& factor, const Pack& x) {
    first = first + factor * x.first;
    rest.add_product(factor, x.rest);
  }

  /// += x y
  RBM_INLINE void add_products(const float* x, const Pack& y) {
    Floats other;
    load(other, x);
    first = first + other * y.first;
    rest.add_products(x + width, y.rest);
  }
  RBM_INLINE void add_products(const Pack& x, const Pack& y) {
    first = first + x.first * y.first;
    rest.add_products(x.rest, y.rest);
  }
};

template <>
struct Pack<0> {
  RBM_INLINE void clear() {}
  RBM_INLINE void get(const float*) {}
  RBM_INLINE void put(float*) const {}
  template <size_t Length>
  RBM_INLINE void get_part(const float*) {}
  RBM_INLINE void add(const float*) {}
  RBM_INLINE void add_to(float*) const {}
  RBM_INLINE void subtract(const float*) {}
  RBM_INLINE void multiply(const Pack&) {}
  RBM_INLINE void scale(const Floats&) {}
  RBM_INLINE void add_product(const Floats&, const float*) {}
  RBM_INLINE void add_product(const Floats&, const Pack&) {}
  RBM_INLINE void add_products(const float*, const Pack&) {}
  RBM_INLINE void add_products(const Pack&, const Pack&) {}
};

#if RBM_LOOKS_AT_64

typedef float FourFloats __attribute__((vector_size(16)));
typedef float EightFloats __attribute__((vector_size(32)));

/// The sum of both halves of a vector, until four floats are left.
RBM_INLINE void fold(const FourFloats& x, float* four) { RBM_COPY_BYTES(four, &x, sizeof x); }
#if RBM_VECTOR_BYTES >= 32
RBM_INLINE void fold(const EightFloats& x, float* four) {
  FourFloats half[2];
  RBM_COPY_BYTES(half, &x, sizeof x);
  fold(half[0] + half[1], four);
}
#endif
#if RBM_VECTOR_BYTES >= 64
RBM_INLINE void fold(const Floats& x, float* four) {
  EightFloats half[2];
  RBM_COPY_BYTES(half, &x, sizeof x);
  fold(half[0] + half[1], four);
}
#endif

/// 16 lanes, halves onto halves until four are left.
RBM_INLINE void fold(const Pack<1>& x, float* four) { fold(x.first, four); }
RBM_INLINE void fold(const Pack<2>& x, float* four) { fold(x.first + x.rest.first, four); }
RBM_INLINE void fold(const Pack<4>& x, float* four) {
  fold((x.first + x.rest.rest.first) + (x.rest.first + x.rest.rest.rest.first), four);
}

#else

static_assert(width <= 4, "rbm: wider vectors need RBM_LOOKS_AT_64, on a processor of 64 bits");

/// The I-th vector of a pack.
template <size_t Which>
struct At {
  template <size_t Count>
  static RBM_INLINE const Floats& of(const Pack<Count>& x) {
    return At<Which - 1>::of(x.rest);
  }
};
template <>
struct At<0> {
  template <size_t Count>
  static RBM_INLINE const Floats& of(const Pack<Count>& x) {
    return x.first;
  }
};

/// What vector I is of `Left` when halves were added onto halves until so many were left.
template <size_t Left, size_t Which, size_t Count>
struct Folded {
  static RBM_INLINE Floats of(const Pack<Count>& x) {
    return Folded<2 * Left, Which, Count>::of(x) + Folded<2 * Left, Which + Left, Count>::of(x);
  }
};
template <size_t Which, size_t Count>
struct Folded<Count, Which, Count> {
  static RBM_INLINE Floats of(const Pack<Count>& x) { return At<Which>::of(x); }
};

/// The sum of 16 lanes, halves onto halves, until one vector is left, or one float.
RBM_INLINE Floats fold(const Pack<lanes / width>& x) { return Folded<1, 0, lanes / width>::of(x); }
RBM_INLINE float sum(const Pack<lanes / width>& x) {
  const Floats vector = fold(x);
#if RBM_VECTOR_BYTES > 4
  return (vector[0] + vector[2]) + (vector[1] + vector[3]);
#else
  return vector;
#endif
}

#endif

}  // namespace kernels
}  // namespace rbm

#endif  // RBM_KERNELS_PACK_HPP
