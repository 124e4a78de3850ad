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

/// Defined where eight sums of 16 bits fit into the processor's registers, but little else does.
#if defined(__AVR__) && !defined(RBM_SUMS_IN_REGISTERS)
#define RBM_SUMS_IN_REGISTERS
#endif

/// The bytes of a vector register: 64, 32 or 16; 4 where floats are added one by one, 1 where that takes a subroutine.
#ifndef RBM_VECTOR_BYTES
#if defined(RBM_SUMS_IN_REGISTERS) || (defined(__arm__) && !defined(__ARM_FP)) || \
    (defined(__riscv) && !defined(__riscv_flen)) || defined(__mips_soft_float) || !defined(__GNUC__)
#define RBM_VECTOR_BYTES 1
#elif !defined(__clang__) && __GNUC__ < 9
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

/// Defined where loops may take many registers and much code: with vectors, but not with Helium's eight.
#if RBM_VECTOR_BYTES > 4 && !defined(__ARM_FEATURE_MVE)
#define RBM_HAS_WIDE_LOOPS
#endif

/// Functions that become part of their caller, lambdas too, since a call would cost more than they do; and functions
/// that do not, since one copy of them is in flash for all callers, and their frames on the stack do not add up.
#if defined(__GNUC__) && defined(__OPTIMIZE__)
#define RBM_ALWAYS_INLINE __attribute__((always_inline))
#define RBM_NOINLINE __attribute__((noinline))
#else
#define RBM_ALWAYS_INLINE
#define RBM_NOINLINE
#endif
#define RBM_INLINE inline RBM_ALWAYS_INLINE
/// Functions of some hundred instructions, of which processors that have to be small have one copy.
#if RBM_VECTOR_BYTES <= 4
#define RBM_SUBROUTINE inline RBM_NOINLINE
#else
#define RBM_SUBROUTINE inline
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
