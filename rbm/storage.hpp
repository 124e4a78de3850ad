// rbm/storage.hpp: Vector and Matrix, plain data of fixed size.
//
// Vector and Matrix are aggregates without constructors: a static one costs no start-up code, a const one with an
// initialiser can live in read-only memory. Each is aligned as far as that adds no byte to it, and no further than
// malloc and new promise; declare a model `alignas(64)` to align it to the cache lines of a large machine.
// SPDX-License-Identifier: MIT

#ifndef RBM_STORAGE_HPP
#define RBM_STORAGE_HPP

#include <stddef.h>
#include <stdint.h>

// Constant data that are declared RBM_IN_FLASH stay in flash also on AVR, where they must be read in a way of their
// own.
#ifdef __AVR__
#include <avr/pgmspace.h>
#ifdef __clang__
// Clang ignores PROGMEM, with a warning, and would read from flash what it has put into RAM. It can name the section.
#define RBM_IN_FLASH __attribute__((section(".progmem.data")))
#else
#define RBM_IN_FLASH PROGMEM
#endif
namespace rbm {
inline uint8_t read_flash(const uint8_t* address) { return pgm_read_byte(address); }
inline int8_t read_flash(const int8_t* address) { return static_cast<int8_t>(pgm_read_byte(address)); }
inline int16_t read_flash(const int16_t* address) { return static_cast<int16_t>(pgm_read_word(address)); }
inline float read_flash(const float* address) {
#ifdef __clang__
  // In words, since it has no registers for assembly whose result is of 32 bits.
  const uint16_t* const words = reinterpret_cast<const uint16_t*>(address);
  const uint32_t bits = pgm_read_word(words) | static_cast<uint32_t>(pgm_read_word(words + 1)) << 16;
  float number;
  __builtin_memcpy(&number, &bits, sizeof number);
  return number;
#else
  return pgm_read_float(address);
#endif
}
}  // namespace rbm
#else
#define RBM_IN_FLASH
namespace rbm {
template <class Number>
Number read_flash(const Number* address) {
  return *address;
}
}  // namespace rbm
#endif

namespace rbm {

namespace detail {

// The largest power of two that divides a size, at most that of the strictest basic type.
constexpr size_t alignment(size_t bytes) {
  return (bytes & (~bytes + 1)) < alignof(max_align_t) ? (bytes & (~bytes + 1)) : alignof(max_align_t);
}

// Whether an array can be so large: at most half of the address space, as compilers have it. Sizes would wrap silently.
constexpr bool can_hold(size_t count, size_t bytes_each) {
  return bytes_each == 0 || count <= static_cast<size_t>(-1) / 2 / bytes_each;
}

}  // namespace detail

/// `Length` values in a row.
template <class ElementType, size_t Length>
struct alignas(ElementType) alignas(detail::alignment(Length * sizeof(ElementType))) Vector {
  typedef ElementType Element;

  static_assert(Length > 0, "rbm: a vector needs at least one element");
  static_assert(detail::can_hold(Length, sizeof(Element)),
                "rbm: a vector this large does not fit into the address space: take a smaller layer or batch");

  enum : size_t { size = Length };

  Element values[Length];

  Element& operator[](size_t i) { return values[i]; }
  const Element& operator[](size_t i) const { return values[i]; }

  Element* begin() { return values; }
  Element* end() { return values + Length; }
  const Element* begin() const { return values; }
  const Element* end() const { return values + Length; }

  void fill(const Element& value) {
    for (Element& element : values) element = value;
  }
};

/// Exchanges two values. Vectors element by element, so that no copy of a whole one stands on the stack.
template <class Element>
void exchange(Element& a, Element& b) {
  const Element copy = a;
  a = b;
  b = copy;
}

template <class Element, size_t Length>
void exchange(Vector<Element, Length>& a, Vector<Element, Length>& b) {
  for (size_t i = 0; i < Length; ++i) exchange(a[i], b[i]);
}

/// Rows x Columns values, one row after the other without gaps.
template <class Element, size_t Rows, size_t Columns>
struct alignas(Element) alignas(detail::alignment(Rows* Columns * sizeof(Element))) Matrix {
  static_assert(Rows > 0 && Columns > 0, "rbm: a matrix needs at least one row and one column");
  static_assert(
      detail::can_hold(Columns, sizeof(Element)) && detail::can_hold(Rows, Columns * sizeof(Element)),
      "rbm: a matrix this large does not fit into the address space: take smaller layers or narrower numbers");

  enum : size_t { rows = Rows, columns = Columns };

  Element values[Rows * Columns];

  Element& operator()(size_t row, size_t column) { return values[row * Columns + column]; }
  const Element& operator()(size_t row, size_t column) const { return values[row * Columns + column]; }

  /// The Columns values of one row.
  Element* row(size_t i) { return values + i * Columns; }
  const Element* row(size_t i) const { return values + i * Columns; }
};

/// Unpacks `Length` bits into zeros and ones. The highest bit of a byte comes first, so that a picture of eight columns
/// whose rows are bytes reads from left to right; `bits` holds (Length + 7) / 8 bytes.
template <bool IsInFlash = false, class Element, size_t Length>
void unpack_bits(const uint8_t* bits, Vector<Element, Length>& out) {
  // A byte is shifted by one bit at a time, since small chips can do no more.
  uint8_t byte = 0;
  for (size_t i = 0; i < Length; ++i) {
    const uint8_t* next = bits + i / 8;
    byte = i % 8 != 0 ? static_cast<uint8_t>(byte << 1) : IsInFlash ? read_flash(next) : *next;
    out[i] = static_cast<Element>(byte >= 128 ? 1 : 0);
  }
}

/// Unpacks bits from an array that is declared PROGMEM, which on AVR needs reads of its own; elsewhere unpack_bits.
template <class Element, size_t Length>
void unpack_flash_bits(const uint8_t* bits, Vector<Element, Length>& out) {
  unpack_bits<true>(bits, out);
}

}  // namespace rbm

#endif  // RBM_STORAGE_HPP
