// rbm/numbers/flash.hpp: numbers that stay in flash.
//
// A const model is in read-only memory on most machines, and nothing is needed there. AVR copies constants to RAM
// unless they are declared to stay, and then they must be read with an instruction of their own: a model of InFlash
// numbers is read so, and on AVR it must be declared RBM_IN_FLASH, static or at namespace scope, in the first 64 KB of
// flash; it is never copied as a whole. It can do all that a const model can; elsewhere it is one. Integers count
// steps:
//
//   typedef rbm::Rbm<rbm::Bernoulli<2>, rbm::Bernoulli<3>, rbm::InFlash<rbm::Fixed<int8_t, 5>>> Small;
//   static const Small model RBM_IN_FLASH = {{{32, -32, 64, 0, 16, -8}}, {{{7, 8}}}, {{{9, 10, 11}}}};
//
// SPDX-License-Identifier: MIT

#ifndef RBM_NUMBERS_FLASH_HPP
#define RBM_NUMBERS_FLASH_HPP

#include <stdint.h>

#include "../config.hpp"
#include "../storage.hpp"
#include "fixed.hpp"

#ifdef __AVR__
#define RBM_IN_FLASH PROGMEM
#else
#define RBM_IN_FLASH
#endif

namespace rbm {

namespace detail {

/// An integer that must fit: where one of a constant does not, this function without a body is asked for at run time.
int steps_in_flash_are_out_of_range();
constexpr int held_steps(int steps, int least, int most) {
  return steps < least || steps > most ? steps_in_flash_are_out_of_range() : steps;
}

}  // namespace detail

/// A float, or a Fixed as the number of steps that it is, in a constant that is declared RBM_IN_FLASH.
template <class Number>
struct InFlash;

template <>
struct InFlash<float> {
  float value;

  InFlash() = default;
  constexpr InFlash(float x) : value(x) {}

  operator float() const {
#ifdef __AVR__
    return pgm_read_float(&value);
#else
    return value;
#endif
  }
};

template <int FractionBits>
struct InFlash<Fixed<int8_t, FractionBits>> {
  int8_t raw;

  InFlash() = default;
  constexpr InFlash(int steps) : raw(static_cast<int8_t>(detail::held_steps(steps, -128, 127))) {}
  template <class Real>
  InFlash(Real) = delete;  // a number of steps is meant

  operator Fixed<int8_t, FractionBits>() const {
    return Fixed<int8_t, FractionBits>::from_raw(
        static_cast<int8_t>(read_flash(reinterpret_cast<const uint8_t*>(&raw))));
  }
};

template <int FractionBits>
struct InFlash<Fixed<int16_t, FractionBits>> {
  int16_t raw;

  InFlash() = default;
  constexpr InFlash(int steps) : raw(static_cast<int16_t>(detail::held_steps(steps, -32767 - 1, 32767))) {}
  template <class Real>
  InFlash(Real) = delete;

  operator Fixed<int16_t, FractionBits>() const {
#ifdef __AVR__
    return Fixed<int16_t, FractionBits>::from_raw(static_cast<int16_t>(pgm_read_word(&raw)));
#else
    return Fixed<int16_t, FractionBits>::from_raw(raw);
#endif
  }
};

namespace detail {

/// The number that is stored, whether in flash or not.
template <class StoredType>
struct Stored {
  typedef StoredType Number;
  enum : bool { is_in_flash = false };
};

template <class NumberType>
struct Stored<InFlash<NumberType>> {
  typedef NumberType Number;
  enum : bool { is_in_flash = true };
};

template <class Number>
RBM_INLINE const Number& number(const Number& stored) {
  return stored;
}

template <class Number>
RBM_INLINE Number number(const InFlash<Number>& stored) {
  return stored;
}

}  // namespace detail

}  // namespace rbm

#endif  // RBM_NUMBERS_FLASH_HPP
