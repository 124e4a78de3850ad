// rbm/kernels/simd.hpp: Lanes<Type, Count>, some numbers that a processor computes with together.
//
// Left to itself a compiler keeps sums of many columns in memory, and adds up a dot product lane by lane: with GCC 12
// that takes twice to five times as long. So loops that matter name the registers that they hold. Lanes stand on the
// vector extensions of GCC and Clang; without vectors a register is one number. What else differs between processors is
// in processors.hpp.
// SPDX-License-Identifier: MIT

#ifndef RBM_KERNELS_SIMD_HPP
#define RBM_KERNELS_SIMD_HPP

#include <stddef.h>
#include <stdint.h>

#include "../config.hpp"
#include "../numbers/fixed.hpp"
#include "../numbers/flash.hpp"

namespace rbm {
namespace kernels {

template <class Scalar>
struct NumberOf {
  typedef Scalar type;
};
template <class Integer, int FractionBits>
struct NumberOf<Fixed<Integer, FractionBits>> {
  typedef Integer type;
};

/// The numbers that parameters, states and sums are kept in. A pointer to the first one's member would be one to an
/// array of one element.
inline const float* numbers_of(const float* x) { return x; }
inline float* numbers_of(float* x) { return x; }
inline const float* numbers_of(const InFlash<float>* x) { return reinterpret_cast<const float*>(x); }
template <class Integer, int FractionBits>
RBM_INLINE const Integer* numbers_of(const Fixed<Integer, FractionBits>* x) {
  return reinterpret_cast<const Integer*>(x);
}
template <class Integer, int FractionBits>
RBM_INLINE Integer* numbers_of(Fixed<Integer, FractionBits>* x) {
  return reinterpret_cast<Integer*>(x);
}
template <class Integer, int FractionBits>
RBM_INLINE const Integer* numbers_of(const InFlash<Fixed<Integer, FractionBits>>* x) {
  return reinterpret_cast<const Integer*>(x);
}

/// A register of `Bytes` bytes, which is a vector where that is more than one number.
template <class Type, size_t Bytes, bool IsVector = (Bytes > sizeof(Type))>
struct RegisterOf {
  typedef Type type __attribute__((vector_size(Bytes)));
};
template <class Type, size_t Bytes>
struct RegisterOf<Type, Bytes, false> {
  typedef Type type;
};

/// Count registers side by side: enough of them that none waits for the result of another.
template <class NumberType, size_t Count, size_t Bytes = RBM_VECTOR_BYTES>
struct Lanes {
  typedef NumberType Number;
  typedef typename RegisterOf<Number, Bytes>::type Register;

  enum : size_t { registers = Count, width = sizeof(Register) / sizeof(Number), size = Count * width };

  Register part[Count];
};

/// As many registers of as many bytes, of another number.
template <class Vec, class Number>
using LanesOf = Lanes<Number, Vec::registers, sizeof(typename Vec::Register)>;

// GCC keeps an array in registers only where each index is a constant.
#if defined(__clang__) || (defined(__GNUC__) && __GNUC__ >= 8)
#define RBM_UNROLLED _Pragma("GCC unroll 16")
#else
#define RBM_UNROLLED
#endif

// Where code may be large.
#ifdef RBM_HAS_WIDE_LOOPS
#define RBM_UNROLLED_ON_HOSTS _Pragma("GCC unroll 8")
#else
#define RBM_UNROLLED_ON_HOSTS
#endif

/// Vec with f(k) in register k.
template <class Vec, class Function>
RBM_INLINE Vec each_register(Function f) {
  Vec x;
  RBM_UNROLLED
  for (size_t k = 0; k < Vec::registers; ++k) x.part[k] = static_cast<typename Vec::Register>(f(k));
  return x;
}

// A copy of four bytes would pass through an integer register, so that single numbers are assigned.
template <class Register, class Type>
RBM_INLINE void load_register(Register& to, const Type* from) {
  RBM_COPY_BYTES(&to, from, sizeof to);
}
template <class Type>
RBM_INLINE void load_register(Type& to, const Type* from) {
  to = *from;
}
template <class Register, class Type>
RBM_INLINE void store_register(const Register& from, Type* to) {
  RBM_COPY_BYTES(to, &from, sizeof from);
}
template <class Type>
RBM_INLINE void store_register(const Type& from, Type* to) {
  *to = from;
}

template <class Vec>
RBM_INLINE Vec load(const typename Vec::Number* from) {
  Vec x;
  RBM_UNROLLED
  for (size_t k = 0; k < Vec::registers; ++k) load_register(x.part[k], from + k * Vec::width);
  return x;
}
template <class Type, size_t Count, size_t Bytes>
RBM_INLINE void store(const Lanes<Type, Count, Bytes>& x, Type* to) {
  RBM_UNROLLED
  for (size_t k = 0; k < Count; ++k) store_register(x.part[k], to + k * x.width);
}

/// An address that is kept in one register: GCC 12 has one for each of a row's vectors on Helium.
template <class Type>
RBM_INLINE const Type* one_address(const Type* address) {
#ifdef __ARM_FEATURE_MVE
  __asm__("" : "+r"(address));
#endif
  return address;
}

/// All lanes alike.
template <class Vec>
RBM_INLINE Vec broadcast(typename Vec::Number value) {
  return each_register<Vec>([&](size_t) RBM_ALWAYS_INLINE { return value - typename Vec::Register(); });
}

#define RBM_LANES_OPERATOR(op)                                                                                   \
  template <class Type, size_t Count, size_t Bytes>                                                              \
  RBM_INLINE Lanes<Type, Count, Bytes> operator op(const Lanes<Type, Count, Bytes>& a,                           \
                                                   const Lanes<Type, Count, Bytes>& b) {                         \
    return each_register<Lanes<Type, Count, Bytes>>([&](size_t k)                                                \
                                                        RBM_ALWAYS_INLINE { return a.part[k] op b.part[k]; });   \
  }                                                                                                              \
  template <class Type, size_t Count, size_t Bytes>                                                              \
  RBM_INLINE Lanes<Type, Count, Bytes> operator op(const Lanes<Type, Count, Bytes>& a,                           \
                                                   typename Lanes<Type, Count, Bytes>::Number b) {               \
    return each_register<Lanes<Type, Count, Bytes>>([&](size_t k) RBM_ALWAYS_INLINE { return a.part[k] op b; }); \
  }
RBM_LANES_OPERATOR(+)
RBM_LANES_OPERATOR(-)
RBM_LANES_OPERATOR(*)
RBM_LANES_OPERATOR(&)
RBM_LANES_OPERATOR(|)
RBM_LANES_OPERATOR(^)
#undef RBM_LANES_OPERATOR

/// Shifts of each number; those to the right keep the sign.
template <class Type, size_t Count, size_t Bytes>
RBM_INLINE Lanes<Type, Count, Bytes> operator<<(const Lanes<Type, Count, Bytes>& a, int bits) {
  return each_register<Lanes<Type, Count, Bytes>>(
      [&](size_t k) RBM_ALWAYS_INLINE { return a.part[k] << static_cast<Type>(bits); });
}
template <class Type, size_t Count, size_t Bytes>
RBM_INLINE Lanes<Type, Count, Bytes> operator>>(const Lanes<Type, Count, Bytes>& a, int bits) {
  return each_register<Lanes<Type, Count, Bytes>>(
      [&](size_t k) RBM_ALWAYS_INLINE { return a.part[k] >> static_cast<Type>(bits); });
}

/// The bits of numbers as other numbers of their size.
template <class To, class From>
RBM_INLINE To bits_as(const From& a) {
  To x;
  RBM_UNROLLED
  for (size_t k = 0; k < To::registers; ++k) RBM_COPY_BYTES(&x.part[k], &a.part[k], sizeof x.part[k]);
  return x;
}

/// a < b ? yes : no in each lane.
template <class Vec>
RBM_INLINE Vec where_less(const Vec& a, const Vec& b, const Vec& yes, const Vec& no) {
  return each_register<Vec>([&](size_t k)
                                RBM_ALWAYS_INLINE { return a.part[k] < b.part[k] ? yes.part[k] : no.part[k]; });
}

/// All bits set where a number is not 0, else none.
template <class Vec>
RBM_INLINE Vec is_not_zero(const Vec& x) {
  return each_register<Vec>([&](size_t k) RBM_ALWAYS_INLINE { return x.part[k] != typename Vec::Register(); });
}

// Of such a comparison with its own operands GCC makes one instruction.
template <class Vec>
RBM_INLINE Vec smaller(const Vec& a, const Vec& b) {
  return each_register<Vec>([&](size_t k) RBM_ALWAYS_INLINE { return a.part[k] < b.part[k] ? a.part[k] : b.part[k]; });
}
template <class Vec>
RBM_INLINE Vec larger(const Vec& a, const Vec& b) {
  return each_register<Vec>([&](size_t k) RBM_ALWAYS_INLINE { return a.part[k] < b.part[k] ? b.part[k] : a.part[k]; });
}

/// Within [least, most].
template <class Vec>
RBM_INLINE Vec clamped(const Vec& x, typename Vec::Number least, typename Vec::Number most) {
  return smaller(larger(x, broadcast<Vec>(least)), broadcast<Vec>(most));
}

/// How many sums leave registers for what is added to them, of 16 vectors and more, of 8, or of an FPU's 32 floats; and
/// what a function of each number takes, which hardly any of them waits for on a board.
#if __SIZEOF_POINTER__ == 8 || (defined(RBM_HAS_WIDE_LOOPS) && !defined(__i386__))
enum : size_t { sums_at_a_time = 8, functions_at_a_time = 4 };
#else
enum : size_t { sums_at_a_time = RBM_VECTOR_BYTES > 4 ? 4 : 16, functions_at_a_time = 1 };
#endif

/// The next smaller lanes: half as many registers, then narrower ones, then a single number.
template <class Vec>
struct Fewer;
template <class Type, size_t Count, size_t Bytes>
struct Fewer<Lanes<Type, Count, Bytes>> {
  typedef Lanes<Type, (RBM_VECTOR_BYTES > 4 ? Count / 2 : 1), Bytes> type;
};
template <class Type, size_t Bytes>
struct Fewer<Lanes<Type, 1, Bytes>> {
  typedef Lanes<Type, 1, (Bytes > 16 ? Bytes / 2 : sizeof(Type))> type;
};

/// Calls body.run<Vec>(j) for the columns from j on where they are enough, then for those that are left.
template <size_t Most, class Vec, bool IsSingle = (Vec::size == 1), bool Fits = (size_t{Vec::size} <= Most)>
struct Columns {
  template <class Body>
  static RBM_INLINE void run(size_t j, size_t count, const Body& body) {
    const size_t full = count - (count - j) % Vec::size;
    for (; j < full; j += Vec::size) body.template run<Vec>(j);
    Columns<Most, typename Fewer<Vec>::type>::run(full, count, body);
  }
};
template <size_t Most, class Vec>
struct Columns<Most, Vec, false, false> : Columns<Most, typename Fewer<Vec>::type> {};
template <size_t Most, class Vec>
struct Columns<Most, Vec, true, true> {
  template <class Body>
  static RBM_INLINE void run(size_t j, size_t count, const Body& body) {
    for (; j < count; ++j) body.template run<Vec>(j);
  }
};

/// Calls body.run<Vec>(j) for `count` <= Most columns of Type, Vec::size of them from j on: for as many registers at
/// a time as there are, or as are asked for, then for fewer, then for single numbers.
template <class Type, size_t Most, size_t Registers = sums_at_a_time, class Body>
RBM_INLINE void each_column(size_t count, const Body& body) {
  Columns<Most, Lanes<Type, Registers>>::run(0, count, body);
}

}  // namespace kernels
}  // namespace rbm

#endif  // RBM_KERNELS_SIMD_HPP
