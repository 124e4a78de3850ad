// rbm/kernels/processors.hpp: what of Lanes differs between processors.
//
// How narrow integers are widened and narrowed again, what compilers make too many instructions of, and what GCC has no
// vectors of on Helium.
// SPDX-License-Identifier: MIT

#ifndef RBM_KERNELS_PROCESSORS_HPP
#define RBM_KERNELS_PROCESSORS_HPP

#include <stddef.h>
#include <stdint.h>

#include "../config.hpp"
#include "../numbers/fixed.hpp"
#include "../numbers/math.hpp"
#include "simd.hpp"

namespace rbm {
namespace kernels {

enum : size_t {
  block_size = 32  // units whose inputs or changes are made at a time, in registers or on the stack
};

/// The most units of a layer that are taken at a time.
template <size_t Length>
constexpr size_t most_of_block() {
  return Length < block_size ? Length : size_t{block_size};
}

/// Where there are vectors, functions know how many units most layers give them, and are there for each such number.
/// Elsewhere one of each is in flash, for any number up to this.
template <size_t Most>
constexpr size_t most_at_once() {
  return RBM_VECTOR_BYTES > 4 || Most > block_size ? Most : size_t{block_size};
}
template <size_t Most>
RBM_INLINE bool is_known(size_t count) {
  return RBM_VECTOR_BYTES > 4 && count == Most;
}

}  // namespace kernels
}  // namespace rbm

#if RBM_VECTOR_BYTES >= 4

namespace rbm {
namespace kernels {

template <class To, class From>
RBM_INLINE To convert_vector(const From& from) {
  return __builtin_convertvector(from, To);
}
#if RBM_VECTOR_BYTES == 32 && defined(__AVX2__) && !defined(__clang__)
// GCC 12 makes four instructions of these.
#define RBM_WIDEN(Wide, Narrow, Argument, builtin)                                  \
  template <>                                                                       \
  RBM_INLINE RegisterOf<Wide, 32>::type convert_vector<RegisterOf<Wide, 32>::type>( \
      const RegisterOf<Narrow, 16>::type& from) {                                   \
    return reinterpret_cast<RegisterOf<Wide, 32>::type>(                            \
        builtin(reinterpret_cast<RegisterOf<Argument, 16>::type>(from)));           \
  }
RBM_WIDEN(int16_t, int8_t, char, __builtin_ia32_pmovsxbw256)
RBM_WIDEN(int16_t, uint8_t, char, __builtin_ia32_pmovzxbw256)
RBM_WIDEN(int32_t, int16_t, int16_t, __builtin_ia32_pmovsxwd256)
RBM_WIDEN(uint32_t, uint16_t, int16_t, __builtin_ia32_pmovzxwd256)
RBM_WIDEN(int32_t, uint16_t, int16_t, __builtin_ia32_pmovzxwd256)
#undef RBM_WIDEN
#elif RBM_VECTOR_BYTES == 16 && defined(__SSE2__) && !defined(__clang__)
// GCC 12 makes six to eight of these: each number twice, or after a zero, then shifted.
#define RBM_WIDEN(Wide, Narrow, other, shift, ...)                                                   \
  template <>                                                                                        \
  RBM_INLINE RegisterOf<Wide, 16>::type convert_vector<RegisterOf<Wide, 16>::type>(                  \
      const RegisterOf<Narrow, 8>::type& from) {                                                     \
    RegisterOf<Narrow, 16>::type x = {};                                                             \
    RBM_COPY_BYTES(&x, &from, sizeof from);                                                          \
    const RegisterOf<Narrow, 16>::type mask = {__VA_ARGS__};                                         \
    return reinterpret_cast<RegisterOf<Wide, 16>::type>(__builtin_shuffle(x, other, mask)) >> shift; \
  }
RBM_WIDEN(int16_t, int8_t, x, 8, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7)
RBM_WIDEN(int16_t, uint8_t, (x ^ x), 0, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
RBM_WIDEN(int32_t, int16_t, x, 16, 0, 0, 1, 1, 2, 2, 3, 3)
RBM_WIDEN(uint32_t, uint16_t, (x ^ x), 0, 0, 8, 1, 9, 2, 10, 3, 11)
RBM_WIDEN(int32_t, uint16_t, (x ^ x), 0, 0, 8, 1, 9, 2, 10, 3, 11)
#undef RBM_WIDEN
#endif

// Numbers of one type as those of another, in a vector or alone.
template <bool IsVector>
struct Convert {
  template <class To, class From>
  static RBM_INLINE To as(const From& from) {
    return convert_vector<To>(from);
  }
};
template <>
struct Convert<false> {
  template <class To, class From>
  static RBM_INLINE To as(const From& from) {
    return static_cast<To>(from);
  }
};

#ifndef __ARM_FEATURE_MVE

/// Negative numbers, but none below `least`. NaN stays.
template <class Vec>
RBM_INLINE Vec raise_negative(const Vec& x, float least) {
  return larger(x, broadcast<Vec>(least));
}

template <class Type, size_t Count, size_t Bytes>
RBM_INLINE Lanes<Type, Count, Bytes> operator/(const Lanes<Type, Count, Bytes>& a, const Lanes<Type, Count, Bytes>& b) {
  return each_register<Lanes<Type, Count, Bytes>>([&](size_t k) RBM_ALWAYS_INLINE { return a.part[k] / b.part[k]; });
}

/// Narrow integers as wider ones: Vec::size of them.
template <class Vec, class Narrow>
RBM_INLINE Vec load_as(const Narrow* from) {
  typedef typename RegisterOf<Narrow, sizeof(Narrow) * Vec::width>::type Part;
  return each_register<Vec>([&](size_t k) RBM_ALWAYS_INLINE {
    Part narrow;
    load_register(narrow, from + k * Vec::width);
    return Convert<(Vec::width > 1)>::template as<typename Vec::Register>(narrow);
  });
}

#else

template <class Vec>
RBM_INLINE Vec raise_negative(const Vec& x, float least) {
  typedef LanesOf<Vec, int32_t> Bits;  // which are ordered as the magnitudes are, NaN above all
  const Bits magnitude = bits_as<Bits>(x) & 0x7FFFFFFF,
             bound = broadcast<Bits>(static_cast<int32_t>(to_bits(least) & 0x7FFFFFFFu));
  return bits_as<Vec>(where_less(broadcast<Bits>(0x7F800000), magnitude, magnitude, smaller(magnitude, bound)) |
                      INT32_MIN);
}

template <class Type, size_t Count, size_t Bytes>
RBM_INLINE Lanes<Type, Count, Bytes> operator/(const Lanes<Type, Count, Bytes>& a, const Lanes<Type, Count, Bytes>& b) {
  typedef Lanes<Type, Count, Bytes> Vec;
  Type dividend[Vec::size], divisor[Vec::size];
  store(a, dividend);
  store(b, divisor);
  __asm__ volatile("" : : "r"(dividend), "r"(divisor) : "memory");  // through memory, which takes fewer instructions
  RBM_UNROLLED
  for (size_t i = 0; i < Vec::size; ++i) dividend[i] /= divisor[i];
  return load<Vec>(dividend);
}

// Helium widens as it loads and narrows as it stores, which GCC makes no use of.
#define RBM_WIDENING_LOAD(Wide, Narrow, instruction)                                                      \
  RBM_INLINE void widen(RegisterOf<Wide, RBM_VECTOR_BYTES>::type& to, const Narrow* from) {               \
    __asm__(instruction " %q0, [%1]"                                                                      \
            : "=w"(to)                                                                                    \
            : "l"(from), "m"(*reinterpret_cast<const Narrow(*)[RBM_VECTOR_BYTES / sizeof(Wide)]>(from))); \
  }
RBM_WIDENING_LOAD(int16_t, int8_t, "vldrb.s16")
RBM_WIDENING_LOAD(int16_t, uint8_t, "vldrb.u16")
RBM_WIDENING_LOAD(int32_t, int16_t, "vldrh.s32")
RBM_WIDENING_LOAD(int32_t, uint16_t, "vldrh.u32")
RBM_WIDENING_LOAD(uint32_t, uint16_t, "vldrh.u32")
RBM_WIDENING_LOAD(int32_t, int8_t, "vldrb.s32")
RBM_WIDENING_LOAD(int32_t, uint8_t, "vldrb.u32")
RBM_WIDENING_LOAD(int32_t, int32_t, "vldrw.32")
#undef RBM_WIDENING_LOAD

template <class Wide, class Narrow>
RBM_INLINE void widen(Wide& to, const Narrow* from) {
  to = *from;
}

template <class Vec, class Narrow>
RBM_INLINE Vec load_as(const Narrow* from) {
  Vec x;
  RBM_UNROLLED
  for (size_t k = 0; k < Vec::registers; ++k) widen(x.part[k], from + k * Vec::width);
  return x;
}
#endif

// Stores one register as narrow integers, saturated, for which x86 and Helium have instructions.
template <class Type, size_t Bytes, class Narrow>
RBM_INLINE void write_saturated(const Lanes<Type, 1, Bytes>& x, Narrow* to) {
  typedef Lanes<Type, 1, Bytes> Vec;
  typedef typename RegisterOf<Narrow, sizeof(Narrow) * Vec::width>::type Part;
  const Vec in_range = clamped(x, detail::IntegerTraits<Narrow>::lowest(), detail::IntegerTraits<Narrow>::highest());
  store_register(Convert<(Vec::width > 1)>::template as<Part>(in_range.part[0]), to);
}
#if defined(__SSE2__) && RBM_VECTOR_BYTES <= 32
RBM_INLINE RegisterOf<int16_t, 16>::type pack(RegisterOf<int32_t, 16>::type a, RegisterOf<int32_t, 16>::type b) {
  return __builtin_ia32_packssdw128(a, b);
}
RBM_INLINE RegisterOf<int8_t, 16>::type pack(RegisterOf<int16_t, 16>::type a, RegisterOf<int16_t, 16>::type b) {
  return reinterpret_cast<RegisterOf<int8_t, 16>::type>(__builtin_ia32_packsswb128(a, b));
}
template <class Type, class Narrow>
RBM_INLINE void pack_register(const Lanes<Type, 1, 16>& x, Narrow* to) {
  const auto packed = pack(x.part[0], x.part[0]);
  RBM_COPY_BYTES(to, &packed, 8);
}
template <class Type, class Narrow>
RBM_INLINE void pack_register(const Lanes<Type, 1, 32>& x, Narrow* to) {
  Lanes<Type, 1, 16> half[2];
  RBM_COPY_BYTES(half, &x, sizeof x);
  store_register(pack(half[0].part[0], half[1].part[0]), to);
}
RBM_INLINE void write_saturated(const Lanes<int32_t, 1, 16>& x, int16_t* to) { pack_register(x, to); }
RBM_INLINE void write_saturated(const Lanes<int32_t, 1, 32>& x, int16_t* to) { pack_register(x, to); }
RBM_INLINE void write_saturated(const Lanes<int16_t, 1, 16>& x, int8_t* to) { pack_register(x, to); }
RBM_INLINE void write_saturated(const Lanes<int16_t, 1, 32>& x, int8_t* to) { pack_register(x, to); }
#elif defined(__ARM_FEATURE_MVE)
// Saturated, a number is in the low half of its lane, of which the other half is not stored.
RBM_INLINE void write_saturated(const Lanes<int16_t, 1, 16>& x, int8_t* to) {
  RegisterOf<int16_t, 16>::type y = x.part[0];
  __asm__("vqmovnb.s16 %q0, %q1" : "+w"(y) : "w"(x.part[0]));
  __asm__("vstrb.16 %q1, [%2]" : "=m"(*reinterpret_cast<int8_t(*)[8]>(to)) : "w"(y), "l"(to));
}
RBM_INLINE void write_saturated(const Lanes<int32_t, 1, 16>& x, int16_t* to) {
  RegisterOf<int32_t, 16>::type y = x.part[0];
  __asm__("vqmovnb.s32 %q0, %q1" : "+w"(y) : "w"(x.part[0]));
  __asm__("vstrh.32 %q1, [%2]" : "=m"(*reinterpret_cast<int16_t(*)[4]>(to)) : "w"(y), "l"(to));
}
RBM_INLINE void write_saturated(const Lanes<int32_t, 1, 16>& x, int8_t* to) {
  const RegisterOf<int32_t, 16>::type y = clamped(x, -128, 127).part[0];
  __asm__("vstrb.32 %q1, [%2]" : "=m"(*reinterpret_cast<int8_t(*)[4]>(to)) : "w"(y), "l"(to));
}
#endif

/// Stores x as narrow integers, saturated.
template <class Narrow, class Type, size_t Count, size_t Bytes>
RBM_INLINE void store_saturated(const Lanes<Type, Count, Bytes>& x, Narrow* to) {
  RBM_UNROLLED
  for (size_t k = 0; k < Count; ++k) write_saturated(Lanes<Type, 1, Bytes>{{x.part[k]}}, to + k * x.width);
}

/// Floats as they are.
template <class Vec>
RBM_INLINE Vec load_as(const float* from) {
  return load<Vec>(from);
}

/// All bits that any of some narrow integers has.
template <class Integer>
RBM_INLINE uint32_t any_bits(const Integer* from, size_t count) {
  typedef Lanes<Integer, 1> Vec;
  const size_t full = count - count % Vec::size;
  uint32_t all = 0;
  if (full > 0) {
    Vec bits = load<Vec>(from);
    for (size_t i = Vec::size; i < full; i += Vec::size) bits = bits | load<Vec>(from + i);
    uint32_t words[sizeof bits / sizeof(uint32_t)];
    RBM_COPY_BYTES(words, &bits, sizeof words);
    for (uint32_t word : words) all |= word;
    for (int width = 16; width >= 8 * static_cast<int>(sizeof(Integer)); width /= 2) all |= all >> width;
  }
  for (size_t i = full; i < count; ++i) all |= static_cast<uint32_t>(from[i]);
  return all & ((uint32_t{1} << (8 * sizeof(Integer))) - 1);
}

/// sum_i a_i b_i of narrow integers, which compilers have an instruction for; not of Helium.
#ifdef __ARM_FEATURE_MVE
#define RBM_DOT_OF_REGISTERS(Integer, instruction)                                    \
  RBM_INLINE int32_t dot_registers(int32_t sum, const Integer* a, const Integer* b) { \
    RegisterOf<Integer, RBM_VECTOR_BYTES>::type x, y;                                 \
    load_register(x, a);                                                              \
    load_register(y, b);                                                              \
    __asm__(instruction " %0, %q1, %q2" : "+Te"(sum) : "w"(x), "w"(y));               \
    return sum;                                                                       \
  }
RBM_DOT_OF_REGISTERS(int8_t, "vmlava.s8")
RBM_DOT_OF_REGISTERS(int16_t, "vmlava.s16")
#undef RBM_DOT_OF_REGISTERS
#endif
template <class Integer>
RBM_INLINE int32_t dot_integers(const Integer* a, const Integer* b, size_t count) {
  int32_t sum = 0;
  size_t i = 0;
#ifdef __ARM_FEATURE_MVE
  constexpr size_t width = RBM_VECTOR_BYTES / sizeof(Integer);
  for (const size_t full = count - count % width; i < full; i += width) sum = dot_registers(sum, a + i, b + i);
#endif
  for (; i < count; ++i) sum += static_cast<int32_t>(a[i]) * b[i];
  return sum;
}

}  // namespace kernels
}  // namespace rbm

#endif

#endif  // RBM_KERNELS_PROCESSORS_HPP
