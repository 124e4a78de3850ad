// rbm/numbers/fixed.hpp: Fixed<Integer, FractionBits>, a number without an FPU: one integer that counts steps of
// 2^-FractionBits.
//
// Everything saturates, nothing wraps: a result beyond the range is the nearest end of it. Conversions, products and
// quotients round to the nearest step; stochastic rounding, which learning needs, is in integer_math.hpp. Right shifts
// of negative integers are taken to round down, as every compiler has them (and C++20 says).
// SPDX-License-Identifier: MIT

#ifndef RBM_NUMBERS_FIXED_HPP
#define RBM_NUMBERS_FIXED_HPP

#include <stdint.h>

#include "../config.hpp"

namespace rbm {

namespace detail {

/// The ends of an integer type, and the types of twice its width and without a sign.
template <class Integer, class WiderType, class UnsignedType>
struct TraitsOf {
  typedef WiderType Wider;
  typedef UnsignedType Unsigned;
  enum : int { bits = 8 * sizeof(Integer) };
  static constexpr Integer highest() { return static_cast<Integer>(static_cast<Unsigned>(-1) / 2); }
  static constexpr Integer lowest() { return static_cast<Integer>(-highest() - 1); }
};

template <class Integer>
struct IntegerTraits;
template <>
struct IntegerTraits<int8_t> : TraitsOf<int8_t, int16_t, uint8_t> {};
template <>
struct IntegerTraits<int16_t> : TraitsOf<int16_t, int32_t, uint16_t> {};
template <>
struct IntegerTraits<int32_t> : TraitsOf<int32_t, int64_t, uint32_t> {};

/// An integer clamped to the range of a narrower type.
template <class Integer, class From>
constexpr Integer saturate(From x) {
  return x > From(IntegerTraits<Integer>::highest())  ? IntegerTraits<Integer>::highest()
         : x < From(IntegerTraits<Integer>::lowest()) ? IntegerTraits<Integer>::lowest()
                                                      : static_cast<Integer>(x);
}

/// x / 2^bits to the nearest integer, halves upwards; bits > 0. It cannot overflow.
template <class Integer>
constexpr Integer shift_down(Integer x, int bits) {
  return static_cast<Integer>((x >> bits) + ((x >> (bits - 1)) & 1));
}

/// x 2^bits, saturated; the product is made in the type of x, as wide as Integer or wider.
template <class Integer, class From>
constexpr Integer shift_up(From x, int bits) {
  return x > (From(IntegerTraits<Integer>::highest()) >> bits)  ? IntegerTraits<Integer>::highest()
         : x < (From(IntegerTraits<Integer>::lowest()) >> bits) ? IntegerTraits<Integer>::lowest()
                                                                : static_cast<Integer>(x * (From(1) << bits));
}

/// a / b to the nearest integer, halves away from zero.
template <class Integer>
constexpr Integer divide(Integer a, Integer b) {
  return static_cast<Integer>((a + ((a < 0) == (b < 0) ? b / 2 : -(b / 2))) / b);
}

/// The types that a Fixed converts to and from as real numbers. (double is for likelihood.hpp, on hosts.)
template <class Number, class Then>
struct IfReal {};
template <class Then>
struct IfReal<float, Then> {
  typedef Then type;
};
template <class Then>
struct IfReal<double, Then> {
  typedef Then type;
};

/// An integer, and the fraction that it lost, rounded: halves go away from zero.
template <class Integer, class Real>
constexpr Integer round_half_away(Integer whole, Real rest) {
  return static_cast<Integer>(whole + (rest >= Real(0.5f)) - (rest <= Real(-0.5f)));
}
/// A scaled real number to the nearest integer, saturated; NaN is 0. Without an addition that could round, so that it
/// is the same also where the processor has wider registers than a float.
template <class Integer, class Real>
constexpr Integer nearest(Real x) {
  return x >= Real(IntegerTraits<Integer>::highest()) ? IntegerTraits<Integer>::highest()
         : x > Real(IntegerTraits<Integer>::lowest())
             ? round_half_away<Integer>(static_cast<Integer>(x), x - static_cast<Real>(static_cast<Integer>(x)))
         : x <= Real(IntegerTraits<Integer>::lowest()) ? IntegerTraits<Integer>::lowest()
                                                       : Integer(0);
}

}  // namespace detail

/// raw 2^-FractionBits. Models take Fixed<int8_t, 1 ... 6> and Fixed<int16_t, 1 ... 14>: 1, the state of a unit that is
/// on, must be among the numbers. Plain data; `Fixed()` leaves it unset.
template <class IntegerType, int FractionBits>
struct Fixed {
  typedef IntegerType Integer;
  typedef detail::IntegerTraits<Integer> Traits;
  typedef typename Traits::Wider Wider;

  enum : int { bits = Traits::bits, fraction_bits = FractionBits };
  static_assert(FractionBits > 0 && FractionBits < bits - 1, "rbm: a Fixed must hold the numbers 1 and 1/2");

  Integer raw;

  Fixed() = default;
  explicit constexpr Fixed(int x) : raw(detail::shift_up<Integer, int32_t>(x, FractionBits)) {}

  /// The nearest number, halves away from zero; NaN becomes 0.
  template <class Real>
  explicit constexpr Fixed(Real x, typename detail::IfReal<Real, int>::type = 0)
      : raw(detail::nearest<Integer>(x * static_cast<Real>(one()))) {}

  /// The nearest number in another format, halves upwards.
  template <class Other, int OtherBits>
  RBM_INLINE explicit constexpr Fixed(Fixed<Other, OtherBits> x)
      : raw(OtherBits > FractionBits
                ? detail::saturate<Integer>(detail::shift_down(static_cast<int32_t>(x.raw), OtherBits - FractionBits))
                : detail::shift_up<Integer>(static_cast<int32_t>(x.raw), FractionBits - OtherBits)) {}

  static RBM_INLINE constexpr Fixed from_raw(Integer raw) { return Fixed(Raw(), raw); }
  /// The nearest number to this many steps.
  template <class Wide>
  static RBM_INLINE constexpr Fixed saturated(Wide steps) {
    return from_raw(detail::saturate<Integer>(steps));
  }
  static constexpr Fixed highest() { return from_raw(Traits::highest()); }
  static constexpr Fixed lowest() { return from_raw(Traits::lowest()); }

  template <class Real, class = typename detail::IfReal<Real, int>::type>
  explicit constexpr operator Real() const {
    return static_cast<Real>(raw) / static_cast<Real>(one());
  }

  /// 1 in steps.
  static constexpr Wider one() { return static_cast<Wider>(Wider(1) << FractionBits); }

  constexpr Fixed operator-() const { return saturated(-static_cast<Wider>(raw)); }

  friend constexpr Fixed operator+(Fixed a, Fixed b) { return saturated(static_cast<Wider>(a.raw) + b.raw); }
  friend constexpr Fixed operator-(Fixed a, Fixed b) { return saturated(static_cast<Wider>(a.raw) - b.raw); }
  friend constexpr Fixed operator*(Fixed a, Fixed b) {
    return saturated(detail::shift_down<Wider>(static_cast<Wider>(static_cast<Wider>(a.raw) * b.raw), FractionBits));
  }

  /// To the nearest number, halves away from zero. Division by 0 saturates, and 0 / 0 is 0.
  friend constexpr Fixed operator/(Fixed a, Fixed b) {
    return b.raw != 0  ? saturated(detail::divide<Wider>(static_cast<Wider>(a.raw * one()), b.raw))
           : a.raw > 0 ? highest()
           : a.raw < 0 ? lowest()
                       : a;
  }

  Fixed& operator+=(Fixed other) { return *this = *this + other; }
  Fixed& operator-=(Fixed other) { return *this = *this - other; }
  Fixed& operator*=(Fixed other) { return *this = *this * other; }

  friend constexpr bool operator==(Fixed a, Fixed b) { return a.raw == b.raw; }
  friend constexpr bool operator!=(Fixed a, Fixed b) { return a.raw != b.raw; }
  friend constexpr bool operator<(Fixed a, Fixed b) { return a.raw < b.raw; }
  friend constexpr bool operator>(Fixed a, Fixed b) { return a.raw > b.raw; }
  friend constexpr bool operator<=(Fixed a, Fixed b) { return a.raw <= b.raw; }
  friend constexpr bool operator>=(Fixed a, Fixed b) { return a.raw >= b.raw; }

 private:
  struct Raw {};
  constexpr Fixed(Raw, Integer steps) : raw(steps) {}
};

/// An option of a trainer whose model has no floats: given as a float, kept as an integer from then on, in steps of
/// 2^-24 up to 127. What is no number stays none, so that a check can refuse it.
struct FixedOption : Fixed<int32_t, 24> {
  typedef Fixed<int32_t, 24> Number;

  constexpr FixedOption(Number x) : Number(x) {}
  constexpr FixedOption(float x)
      : Number(!(x - x >= 0.0f) ? Number::lowest()
               : x > most()     ? Number(most())
               : x < -most()    ? Number(-most())
                                : Number(x)) {}

  static constexpr float most() { return 127.0f; }
};

constexpr bool is_between(FixedOption x, FixedOption least, FixedOption most) { return x >= least && x <= most; }

namespace detail {

/// x == y, of floats by other words than the operator, of which -Wfloat-equal warns; compilers make one comparison of
/// it.
template <class Real>
RBM_INLINE constexpr typename IfReal<Real, bool>::type equal(Real x, Real y) {
#if defined(__GNUC__)
  return !__builtin_islessgreater(x, y) && !__builtin_isunordered(x, y);
#else
  return x <= y && x >= y;
#endif
}
template <class Integer, int FractionBits>
RBM_INLINE constexpr bool equal(Fixed<Integer, FractionBits> x, Fixed<Integer, FractionBits> y) {
  return x.raw == y.raw;
}

}  // namespace detail
}  // namespace rbm

#endif  // RBM_NUMBERS_FIXED_HPP
