// The table on the terminal, a line as soon as it is measured, and the machine-readable file.
// SPDX-License-Identifier: MIT

#ifndef RBM_TESTS_BENCHMARK_TABLE_HPP
#define RBM_TESTS_BENCHMARK_TABLE_HPP

#include <cstdio>
#include <string>

#include "row.hpp"
#include "run.hpp"

namespace benchmark {

/// A number in so many digits, or "-" for none.
inline std::string text(const char* format, double value) {
  if (!(value > 0)) return "-";
  char written[64];
  std::snprintf(written, sizeof written, format, value);
  return written;
}

/// Three digits of a ratio.
inline std::string ratio(double value) { return text(value < 9.995 ? "%.2f" : value < 99.95 ? "%.1f" : "%.0f", value); }

inline void print_head() {
  std::printf("%-5s %-7s %-7s %5s %-9s | %10s %8s %8s %9s | %4s %4s %4s | %5s %-6s | %-10s | %8s %8s\n", "", "", "",
              "count", "", "per s", "Mflips/s", "ns", "bytes", "v", "v'", "h", "limit", "by", "OpenBLAS", "-O3",
              "avx2");
}

/// The ratio to OpenBLAS; where we are slower it stands out.
inline std::string over_openblas(const Row& row) {
  return ratio(row.over_openblas) + (row.over_openblas > 0 && row.over_openblas < 1 ? " SLOWER" : "");
}

inline void print(const Row& row) {
  std::printf("%-5s %-7s %-7s %5zu %-9s | %10.0f %8.0f %8.4f %9zu | %4s %4.1f %4.1f | %5.1f %-6s | %-11s | %8s %8s\n",
              row.task.c_str(), row.shape().c_str(), row.numbers.c_str(), row.count, row.way.c_str(), row.rate,
              1e-6 * row.flips(), row.nanoseconds(), row.bytes, text("%.1f", 100 * row.data_on).c_str(),
              100 * row.model_on, 100 * row.hidden_on, 100 * row.limit_share, row.limited_by.c_str(),
              over_openblas(row).c_str(), text("%.1f", row.plain_instructions / 1000).c_str(),
              text("%.1f", row.avx2_instructions / 1000).c_str());
  std::fflush(stdout);
}

/// The rows that compare with scikit-learn.
inline void print_head_of_peers(const Run& run) {
  std::printf(
      "samples/s by CD-1, floats, and of BernoulliRBM of scikit-learn %s by PCD-1: the faster of fit, in float32,\n"
      "and partial_fit, which may be in float64\n%-8s %5s %12s %12s %8s\n",
      run.sklearn.version.c_str(), "", "batch", "ours", "theirs", "times");
}

inline void print_peers(const Row& row) {
  std::printf("%-8s %5zu %12.0f %12.0f %8s\n", row.shape().c_str(), row.count, row.rate, row.rate / row.over_sklearn,
              ratio(row.over_sklearn).c_str());
  std::fflush(stdout);
}

/// What the columns say, after the table.
inline void print_legend() {
  std::printf(
      "\n"
      "train: samples/s by CD-1 in batches of `count`; gibbs: steps/s of `count` chains\n"
      "Mflips/s: million units drawn a second; ns: per sample and weight\n"
      "bytes: of the model and its trainer or chains; v, v', h: %% of units on in the data, in the model, hidden\n"
      "limit: %% of what the units that are on would allow, and what bounds it: adds, or the level that holds W\n"
      "OpenBLAS: how many times as fast as it is; it computes in float32\n"
      "-O3, avx2: thousands of instructions a step as recorded, plain x86-64 and with AVX2 and FMA\n");
#ifndef BENCHMARK_OPENBLAS
  std::printf("no OpenBLAS: get it by `apt install libopenblas-dev`\n");
#endif
}

/// All rows, then the points of the curve; false where the file cannot be written.
inline bool save_csv(const Run& run, const std::string& file) {
  std::FILE* const out = std::fopen(file.c_str(), "w");
  if (out == nullptr) return false;
  std::fprintf(out,
               "kind,visible,hidden,numbers,count,way,per_second,flips_per_second,ns_per_weight,bytes,data_on,model_on,"
               "hidden_on,limit_share,limited_by,over_openblas,plain_instructions,avx2_instructions\n");
  for (const Row& row : run.rows) {
    std::fprintf(out, "%s,%zu,%zu,%s,%zu,%s,%.6g,%.6g,%.6g,%zu,%s,%.4f,%.4f,%.4f,%s,%s,%s,%s\n", row.task.c_str(),
                 row.visible, row.hidden, row.numbers.c_str(), row.count, row.way.c_str(), row.rate, row.flips(),
                 row.nanoseconds(), row.bytes, row.data_on > 0 ? text("%.4f", row.data_on).c_str() : "", row.model_on,
                 row.hidden_on, row.limit_share, row.limited_by.c_str(),
                 row.over_openblas > 0 ? text("%.4f", row.over_openblas).c_str() : "",
                 row.plain_instructions > 0 ? text("%.0f", row.plain_instructions).c_str() : "",
                 row.avx2_instructions > 0 ? text("%.0f", row.avx2_instructions).c_str() : "");
  }
  for (const Point& point : run.points) {
    std::fprintf(out, "growth,%zu,%zu,%s,1,W,%.6g,,%.6g,%.0f,,,,,,,,\n", point.units, point.units,
                 point.numbers.c_str(), point.rate, point.nanoseconds(), point.bytes);
  }
  return std::fclose(out) == 0;
}

}  // namespace benchmark

#endif  // RBM_TESTS_BENCHMARK_TABLE_HPP
