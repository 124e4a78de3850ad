// The table of models that are fuzzed.
// SPDX-License-Identifier: MIT

#ifndef RBM_TESTS_FUZZ_ROWS_HPP
#define RBM_TESTS_FUZZ_ROWS_HPP

#include <cstddef>

#include "bytes.hpp"

namespace fuzz {

typedef void (*Run)(Bytes& bytes);

struct Table {
  const Run* rows;
  size_t count;
};

enum : size_t { parts = 16 };

/// One for each object of rows.cpp.
template <size_t Part>
const Table& table();

}  // namespace fuzz

#endif  // RBM_TESTS_FUZZ_ROWS_HPP
