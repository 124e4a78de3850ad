// One run of the benchmark: what its parts need to know, and where they put what they measure.
// SPDX-License-Identifier: MIT

#ifndef RBM_TESTS_BENCHMARK_RUN_HPP
#define RBM_TESTS_BENCHMARK_RUN_HPP

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "limits.hpp"
#include "recorded.hpp"
#include "row.hpp"
#include "sklearn.hpp"

namespace benchmark {

/// How well the same training went, with the library and with OpenBLAS.
struct Agreement {
  std::string shape;
  size_t batch, updates;
  double ours, theirs;  // percent of units that are reconstructed wrong
};

struct Run {
  Limits limits;
  Sklearn sklearn;
  bool is_of_peers;  // only the rows that compare with scikit-learn
  Recorded recorded;
  std::function<void(const Row&)> show;
  std::vector<Row> rows;
  std::vector<Agreement> agreements;
  std::vector<Point> points;

  void add(const Row& row) {
    rows.push_back(row);
    show(row);
  }
};

/// All rows of one shape. Each shape is a program part of its own, see shape.cpp, so that they compile side by side.
template <size_t V, size_t H>
void measure_shape(Run& run);

/// The curve of costs.
void measure_growth(Run& run);

/// What the extras cost; printed, not kept.
void measure_extras();

/// What exact likelihoods and AIS cost; printed, not kept.
void measure_evaluation();

}  // namespace benchmark

#endif  // RBM_TESTS_BENCHMARK_RUN_HPP
