// SPDX-License-Identifier: MIT

#include "../rbm/storage.hpp"

#include <doctest/doctest.h>

#include <type_traits>

template <class T, class Element, size_t Count>
void check_plain() {
  static_assert(std::is_trivial<T>::value && std::is_standard_layout<T>::value, "plain data");
  CHECK(sizeof(T) == Count * sizeof(Element));  // alignment adds no byte
  CHECK(alignof(T) <= alignof(max_align_t));    // new and malloc align enough
}

TEST_CASE("vectors and matrices are plain data without a byte of padding") {
  check_plain<rbm::Vector<float, 1>, float, 1>();
  check_plain<rbm::Vector<float, 3>, float, 3>();
  check_plain<rbm::Vector<float, 64>, float, 64>();
  check_plain<rbm::Vector<int8_t, 7>, int8_t, 7>();
  check_plain<rbm::Vector<double, 5>, double, 5>();
  check_plain<rbm::Vector<rbm::Vector<float, 3>, 10>, float, 30>();
  check_plain<rbm::Matrix<float, 5, 3>, float, 15>();
  check_plain<rbm::Matrix<float, 784, 500>, float, 784 * 500>();
  CHECK(alignof(rbm::Vector<float, 64>) == alignof(max_align_t));
  CHECK(alignof(rbm::Matrix<float, 64, 16>) == alignof(max_align_t));
}

TEST_CASE("a matrix is row after row") {
  const rbm::Matrix<int, 2, 3> matrix = {{1, 2, 3, 4, 5, 6}};
  CHECK(matrix(0, 2) == 3);
  CHECK(matrix(1, 0) == 4);
  CHECK(matrix.row(1)[2] == 6);
  rbm::Matrix<int, 2, 3> copy = matrix;
  copy(1, 1) = 50;
  CHECK(copy.values[4] == 50);
  CHECK(copy.row(1) == copy.values + 3);
}

TEST_CASE("a vector can be walked through") {
  const rbm::Vector<int, 4> vector = {{1, 2, 3, 4}};
  int sum = 0;
  for (int value : vector) sum += value;
  CHECK(sum == 10);
  CHECK(vector.size == 4);
  CHECK(vector.end() - vector.begin() == 4);
}

TEST_CASE("bits unpack from the highest bit of each byte") {
  const uint8_t bits[] = {0xA0, 0x0F};
  rbm::Vector<float, 12> out;
  rbm::unpack_bits(bits, out);
  const float expected[12] = {1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  for (size_t i = 0; i < 12; ++i) CHECK(out[i] == expected[i]);
  rbm::Vector<uint8_t, 16> whole;
  rbm::unpack_flash_bits(bits, whole);
  for (size_t i = 0; i < 16; ++i) CHECK(int(whole[i]) == (i == 0 || i == 2 || i >= 12 ? 1 : 0));
}

TEST_CASE("values are exchanged, vectors element by element") {
  rbm::Vector<rbm::Vector<int, 2>, 2> a = {{{{1, 2}}, {{3, 4}}}}, b = {{{{5, 6}}, {{7, 8}}}};
  rbm::exchange(a, b);
  CHECK(a[0][0] == 5);
  CHECK(a[1][1] == 8);
  CHECK(b[0][0] == 1);
  CHECK(b[1][1] == 4);
}
