// rbm/config.hpp: the version, and the few things that compilers spell differently.
// SPDX-License-Identifier: MIT

#ifndef RBM_CONFIG_HPP
#define RBM_CONFIG_HPP

#if __cplusplus < 201103L && !(defined(_MSVC_LANG) && _MSVC_LANG >= 201103L)
#error "rbm needs C++11: compile with -std=c++11 or newer"
#endif

#if defined(__FAST_MATH__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__ > 0)
#error \
    "rbm needs NaN and infinity: compile without -ffast-math and -ffinite-math-only, which its loops gain nothing from"
#endif

#define RBM_VERSION_MAJOR 0
#define RBM_VERSION_MINOR 1
#define RBM_VERSION_PATCH 0
#define RBM_VERSION_STRING "0.1.0"
/// One number that grows with every release: 10000 major + 100 minor + patch.
#define RBM_VERSION (RBM_VERSION_MAJOR * 10000L + RBM_VERSION_MINOR * 100 + RBM_VERSION_PATCH)

/// The pointer is the only way to its data while it lives, so that loops vectorise.
#define RBM_RESTRICT __restrict

/// A type whose values a caller must look at; `(void)` before the call says that the caller means it.
#if defined(__clang__)
#define RBM_MUST_USE [[clang::warn_unused_result]]
#elif defined(__GNUC__) && __GNUC__ >= 7
#define RBM_MUST_USE [[nodiscard]]
#else
#define RBM_MUST_USE
#endif

/// 1 where eight sums of 16 bits fit into the processor's registers, but little else does.
#ifndef RBM_SUMS_IN_REGISTERS
#ifdef __AVR__
#define RBM_SUMS_IN_REGISTERS 1
#else
#define RBM_SUMS_IN_REGISTERS 0
#endif
#endif

/// The bytes of a vector register of floats: 64, 32, 16, or 4 where floats are added one by one.
#ifndef RBM_VECTOR_BYTES
#if RBM_SUMS_IN_REGISTERS || !(defined(__clang__) || (defined(__GNUC__) && __GNUC__ >= 9))
#define RBM_VECTOR_BYTES 4
#elif defined(__AVX512F__) && __SIZEOF_POINTER__ == 8
#define RBM_VECTOR_BYTES 64
#elif defined(__AVX__) && __SIZEOF_POINTER__ == 8
#define RBM_VECTOR_BYTES 32
#elif defined(__SSE__) || defined(__ARM_NEON) || (defined(__ARM_FEATURE_MVE) && (__ARM_FEATURE_MVE & 2)) || \
    defined(__VSX__) || defined(__wasm_simd128__)
#define RBM_VECTOR_BYTES 16
#else
#define RBM_VECTOR_BYTES 4
#endif
#endif

/// 0 where GCC has no vectors of float comparisons and quotients: Helium.
#ifndef RBM_VECTORS_COMPARE
#if defined(__ARM_FEATURE_MVE)
#define RBM_VECTORS_COMPARE 0
#else
#define RBM_VECTORS_COMPARE 1
#endif
#endif

/// 1 where states of 64 units are looked at together, as bits of a word, rather than one by one.
#ifndef RBM_LOOKS_AT_64
#if RBM_VECTOR_BYTES > 4 && defined(__SIZEOF_POINTER__) && __SIZEOF_POINTER__ == 8
#define RBM_LOOKS_AT_64 1
#else
#define RBM_LOOKS_AT_64 0
#endif
#endif

/// 1 where there are instructions for floats.
#ifndef RBM_HAS_FPU
#if defined(__AVR__) || (defined(__arm__) && !defined(__ARM_FP)) || (defined(__riscv) && !defined(__riscv_flen)) || \
    defined(__mips_soft_float)
#define RBM_HAS_FPU 0
#else
#define RBM_HAS_FPU 1
#endif
#endif

/// Whether vectors can be of words that hold two narrow integers each (arithmetic/pairs.hpp), the first in the low
/// bits; and whether they are to be, because the processor does not widen narrow integers well.
#if RBM_VECTOR_BYTES > 4 && defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define RBM_HAS_PAIRS 1
#else
#define RBM_HAS_PAIRS 0
#endif
#ifndef RBM_PAIRS
#ifdef __ARM_FEATURE_MVE
#define RBM_PAIRS RBM_HAS_PAIRS
#else
#define RBM_PAIRS 0
#endif
#endif

/// A function that is part of its caller, or one that is not: what is left to the compiler has too few registers, or
/// calls where there is one instruction to do.
#if defined(__GNUC__)
#define RBM_INLINE inline __attribute__((always_inline))
#define RBM_APART __attribute__((noinline))
#else
#define RBM_INLINE inline
#define RBM_APART
#endif

/// One that is not where memory is short: it is in flash once, and frames of parts of a step lie on the stack one after
/// the other.
#if !RBM_LOOKS_AT_64
#define RBM_APART_ON_BOARDS RBM_APART
#else
#define RBM_APART_ON_BOARDS
#endif

/// A function of which loops are to become SIMD: a call within would keep them from it.
#if RBM_VECTOR_BYTES > 4
#define RBM_VECTORISED RBM_INLINE
#else
#define RBM_VECTORISED inline
#endif

/// The same on hosts only, where code may be large.
#if RBM_LOOKS_AT_64
#define RBM_INLINE_ON_HOSTS RBM_INLINE
#else
#define RBM_INLINE_ON_HOSTS inline
#endif

/// Copies a few bytes as one load and one store, also where the build turns builtins off (-ffreestanding,
/// -fno-builtin).
#if defined(__GNUC__)
#define RBM_COPY_BYTES(to, from, count) __builtin_memcpy(to, from, count)
#else
#include <string.h>
#define RBM_COPY_BYTES(to, from, count) memcpy(to, from, count)
#endif

#endif  // RBM_CONFIG_HPP
