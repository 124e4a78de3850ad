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

namespace rbm {

/// A float, or a Fixed as the number of steps that it is, in a constant that is declared RBM_IN_FLASH.
template <class Number>
struct InFlash;

template <>
struct InFlash<float> {
  float value;

  InFlash() = default;
  constexpr InFlash(float x) : value(x) {}

  operator float() const { return read_flash(&value); }
};

namespace detail {

/// A number of steps that does not fit is no constant: this function without a body would be called at run time.
int steps_in_flash_are_out_of_range();

}  // namespace detail

template <class Integer, int FractionBits>
struct InFlash<Fixed<Integer, FractionBits>> {
  typedef Fixed<Integer, FractionBits> Number;

  Integer raw;

  InFlash() = default;
  constexpr InFlash(int steps)
      : raw(static_cast<Integer>(
            steps == detail::saturate<Integer>(steps) ? steps : detail::steps_in_flash_are_out_of_range())) {}
  template <class Real>
  InFlash(Real) = delete;  // a number of steps is meant

  operator Number() const { return Number::from_raw(read_flash(&raw)); }
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
