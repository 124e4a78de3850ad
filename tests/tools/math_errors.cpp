// The largest error of each function of rbm/math.hpp over all 2^32 floats, in units in the last place of the exact
// result, against the double functions of libm. `make math-errors` runs it (minutes); math.hpp quotes what it prints.
// Names of functions as arguments choose them. It exits with 1 where a function gives NaN or an infinity that the exact
// one does not, or an error as large as its limit below.
// SPDX-License-Identifier: MIT

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <thread>
#include <vector>

#include "../../rbm/numbers/math.hpp"
#include "../support/ulp.hpp"

namespace {

struct Function {
  const char* name;
  float (*fast)(float);
  double (*exact)(double);
  double (*error)(float, double);
  double limit;
};

const Function functions[] = {
    {"exp", rbm::exp, exact::exp, ulps, 3},
    {"log", rbm::log, exact::log, ulps, 3},
    {"log1p", rbm::log1p, exact::log1p, ulps, 3},
    {"sigmoid", rbm::sigmoid, exact::sigmoid, ulps, 3},
    {"softplus", rbm::softplus, exact::softplus, ulps, 3},
    {"sqrt", rbm::sqrt, exact::sqrt, ulps, 3},
    {"tanh", rbm::tanh, exact::tanh, ulps, 3},
    {"log_two_cosh", rbm::log_two_cosh, exact::log_two_cosh, ulps, 3},
    {"rectified_mean", rbm::rectified_mean, exact::rectified_mean, ulps, 10},
    {"rectified_cumulant", rbm::rectified_cumulant, exact::rectified_cumulant, ulps_from_one, 10},
};

struct Worst {
  double error;
  float at;
};

Worst search(const Function& function, uint64_t first, uint64_t last) {
  Worst worst = {0, 0};
  for (uint64_t bits = first; bits < last; ++bits) {
    const float x = rbm::from_bits(static_cast<uint32_t>(bits));
    const double error = function.error(function.fast(x), function.exact(static_cast<double>(x)));
    if (error > worst.error) worst = {error, x};
  }
  return worst;
}

}  // namespace

int main(int count, char** names) {
  bool good = true;
  for (const Function& function : functions) {
    const auto asked_for = [&](const char* name) { return std::strcmp(name, function.name) == 0; };
    if (count > 1 && std::none_of(names + 1, names + count, asked_for)) continue;
    const unsigned parts = std::max(1u, std::thread::hardware_concurrency());
    std::vector<Worst> found(parts);
    std::vector<std::thread> threads;
    for (unsigned part = 0; part < parts; ++part) {
      threads.emplace_back([&, part] {
        found[part] = search(function, (uint64_t{part} << 32) / parts, (uint64_t{part + 1} << 32) / parts);
      });
    }
    for (std::thread& thread : threads) thread.join();
    const Worst worst =
        *std::max_element(found.begin(), found.end(), [](const Worst& a, const Worst& b) { return a.error < b.error; });
    std::printf("%-18s  %.2f ulp at %.9g\n", function.name, worst.error, static_cast<double>(worst.at));
    std::fflush(stdout);
    good = good && worst.error < function.limit;
  }
  return good ? 0 : 1;
}
