// One shape of the benchmark: the Makefile compiles this once for each, with BENCHMARK_VISIBLE and BENCHMARK_HIDDEN.
// SPDX-License-Identifier: MIT

#include "shape.hpp"

template void benchmark::measure_shape<BENCHMARK_VISIBLE, BENCHMARK_HIDDEN>(Run&);
