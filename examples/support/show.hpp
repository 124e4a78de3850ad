// What the examples share: pictures in plain text, and an end where a call was refused.
// SPDX-License-Identifier: MIT

#ifndef RBM_EXAMPLES_SHOW_HPP
#define RBM_EXAMPLES_SHOW_HPP

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "../../rbm/rbm.hpp"

/// Ends the program where a call was refused. A firmware has better things to do; an example has not.
inline void must(rbm::Status status) {
  if (status == rbm::Status::ok) return;
  std::fprintf(stderr, "refused: %s\n", rbm::to_string(status));
  std::exit(1);
}

/// Prints pictures of `columns` x `rows` pixels side by side. A pixel becomes one of the letters, the first of them for
/// `off` and the last for 1. What states hold after their pixels, a label, is not shown.
template <class State>
void show(const std::vector<State>& pictures, size_t columns, size_t rows, const char* letters, float off = 0.0f) {
  const float count = static_cast<float>(std::strlen(letters));
  for (size_t row = 0; row < rows; ++row) {
    for (const State& picture : pictures) {
      std::printf("   ");
      for (size_t column = 0; column < columns; ++column) {
        const float part = (picture[row * columns + column] - off) / (1.0f - off);
        std::putchar(letters[static_cast<size_t>(part < 1.0f ? part * count : count - 1.0f)]);
      }
    }
    std::putchar('\n');
  }
}

#endif  // RBM_EXAMPLES_SHOW_HPP
