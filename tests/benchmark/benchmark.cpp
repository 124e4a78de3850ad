// make bench: how fast the library learns and samples, against this machine's limits and OpenBLAS; make bench-peers:
// against scikit-learn.
//
//   benchmark FOLDER SOURCES [PYTHON]
//
// FOLDER is for benchmark.csv and benchmark.svg, and has a folder benchmark for what is passed to sklearn.py; SOURCES
// is where this file is; with PYTHON, one that has scikit-learn, there is nothing but the comparison with it.
// SPDX-License-Identifier: MIT

#include <cmath>
#include <cstdio>
#include <string>

#include "chart.hpp"
#include "machine.hpp"
#include "must.hpp"
#include "run.hpp"
#include "samples.hpp"
#include "table.hpp"

namespace benchmark {

extern template void measure_shape<64, 16>(Run&);
extern template void measure_shape<64, 64>(Run&);
extern template void measure_shape<784, 128>(Run&);
extern template void measure_shape<784, 500>(Run&);

namespace {

void print(const Limits& limits) {
  std::printf("limits of one core: %.1f thousand million multiply-adds/s\n", 1e-9 * limits.multiply_adds);
  for (const Level& level : limits.levels) {
    const std::string size = level.capacity > 0                ? text("of %.0f KB", level.capacity / 1024)
                             : &level == &limits.levels.back() ? "or larger"
                                                               : "of unknown size";
    std::printf("  %-6s %-15s %6.1f GB/s read, %6.1f GB/s updated in place (measured in %.0f KB)\n", level.name.c_str(),
                size.c_str(), 1e-9 * level.read, 1e-9 * level.update, level.tested / 1024);
  }
}

// Whether OpenBLAS learns what we learn: else the ratios compare different work.
bool print_agreements(const Run& run) {
  bool agree = true;
  for (const Agreement& each : run.agreements) {
    std::printf("  %-7s batches of %2zu, %zu updates: %6.3f %% ours, %6.3f %% OpenBLAS\n", each.shape.c_str(),
                each.batch, each.updates, each.ours, each.theirs);
    agree = agree && std::fabs(each.ours - each.theirs) < 0.1 * each.ours;
  }
  return agree;
}

}  // namespace

}  // namespace benchmark

int main(int count, char** arguments) {
  using namespace benchmark;
  restart_with_core_type(arguments);
  if (count < 3) fail("benchmark FOLDER SOURCES [PYTHON]");
  const std::string folder = arguments[1], sources = arguments[2], python = count > 3 ? arguments[3] : "";

  const std::string built = compiler() + " " + BENCHMARK_FLAGS;
  std::printf("date: %s\ncompiler: %s\nprocessor: %s\n", today().c_str(), built.c_str(), processor().c_str());
  std::printf("data: 64 visible units, %zu digits, %.1f %% of the units on; 784, %zu pictures of strokes, %.1f %%\n",
              Data<64>::samples().size(), 100 * share_on(Data<64>::samples()), Data<784>::samples().size(),
              100 * share_on(Data<784>::samples()));
  std::fflush(stdout);

  Run run = {measure_limits(),
             Sklearn(python, sources + "/sklearn.py", folder + "/benchmark"),
             !python.empty(),
             Recorded(sources + "/instructions.expected"),
             python.empty() ? [](const Row& row) { print(row); } : [](const Row& row) { print_peers(row); },
             {},
             {},
             {}};
  if (run.is_of_peers) {
    if (run.sklearn.version.empty()) fail("scikit-learn does not run");
    print_head_of_peers(run);
  } else {
    std::printf("OpenBLAS: %s\n", openblas().c_str());
    print(run.limits);
    std::printf("\n");
    print_head();
  }
  measure_shape<64, 16>(run);
  measure_shape<64, 64>(run);
  measure_shape<784, 128>(run);
  measure_shape<784, 500>(run);
  if (run.is_of_peers) return std::fflush(stdout) == 0 && std::ferror(stdout) == 0 ? 0 : 1;
  print_legend();

  bool agree = true;
  if (!run.agreements.empty()) {
    std::printf("\nunits reconstructed wrong after the same training, from the same start\n");
    agree = print_agreements(run);
  }

  measure_extras();
  measure_evaluation();
  measure_growth(run);
  std::printf("\nhow cost grows: ns per weight of a CD-1 step, batch 1, square models, 13 %% of v on, half of h\n");
  std::printf("  %-11s %8s %8s\n", "", "float", "int16");
  for (const Point& point : run.points) {
    for (const Point& other : run.points) {
      if (point.numbers != "float" || other.numbers != "int16" || point.units != other.units) continue;
      std::printf("  %4zu x %-4zu %8.3f %8.3f\n", point.units, point.units, point.nanoseconds(), other.nanoseconds());
    }
  }

  const std::string csv = folder + "/benchmark.csv", svg = folder + "/benchmark.svg";
  if (!save_csv(run, csv)) fail("cannot write " + csv);
  if (!Chart(run, processor() + ", " + built + ", " + today()).save(svg)) fail("cannot write " + svg);
  std::printf("\n%s, %s\n", csv.c_str(), svg.c_str());
  if (!agree) fail("OpenBLAS does not learn what the library learns");
  return std::fflush(stdout) == 0 && std::ferror(stdout) == 0 ? 0 : 1;
}
