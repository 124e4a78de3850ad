// The chart, an SVG of three panels: how many times as fast as OpenBLAS, how much of what the machine allows, and how
// cost grows with the model.
// SPDX-License-Identifier: MIT

#ifndef RBM_TESTS_BENCHMARK_CHART_HPP
#define RBM_TESTS_BENCHMARK_CHART_HPP

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "run.hpp"
#include "table.hpp"

namespace benchmark {

class Chart {
 public:
  /// `of` says where it was measured, and when.
  Chart(const Run& whole, const std::string& of) : run(whole), machine(of) {}

  bool save(const std::string& file) {
    svg.str("");
    svg << "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 960 1250\" width=\"960\" height=\"1250\" "
           "font-family=\"sans-serif\" font-size=\"12\" fill=\"#333\">\n"
           "<rect width=\"960\" height=\"1250\" fill=\"#fff\"/>\n";
    const auto openblas = [](const Row& row) { return row.over_openblas; };
    const auto share = [](const Row& row) { return 100 * row.limit_share; };
    write(70, 22, machine, "fill=\"#666\"");
    write(70, 50, "How many times as fast as OpenBLAS (float32, one thread); red where it is faster",
          "font-size=\"15\"");
    write(70, 68,
          "B: CD-1 in batches of 1, 10, 100; C: Gibbs sampling by 1 and 100 chains, the faster way where there are two",
          "fill=\"#666\"");
    bars({70, 84, 870, 290}, {0.5, 2}, 1, openblas, "OpenBLAS was not there");
    write(70, 454, "Percent of what the units that are on would allow (adds, or bytes of the weights)",
          "font-size=\"15\"");
    bars({70, 488, 870, 280}, {1, 100}, 1e-9, share, "");
    growth({70, 890, 870, 290});
    svg << "</svg>\n";
    std::ofstream out(file);
    out << svg.str();
    return bool(out.flush());
  }

 private:
  struct Box {
    double x, y, width, height;
    double bottom() const { return y + height; }
    double right() const { return x + width; }
  };

  // A logarithmic axis from `least` on; where a value is, from 0 to 1.
  struct Axis {
    double least, most;
    double at(double value) const { return std::log(value / least) / std::log(most / least); }
    // Whole steps of 1, 2 and 5 around all values.
    void take(double value) {
      while (value < least) least = step(least, -1);
      while (value > most) most = step(most, 1);
    }
    static double step(double value, int way) {
      const double power = std::pow(10.0, std::floor(std::log10(value) + 1e-9));
      const int digit = static_cast<int>(value / power + 0.5);
      return way > 0 ? power * (digit == 1 ? 2 : digit == 2 ? 5 : 10) : power * (digit == 1 ? 0.5 : digit == 2 ? 1 : 2);
    }
    std::vector<double> ticks() const {
      std::vector<double> all;
      for (double value = least; value < 1.001 * most; value = step(value, 1)) all.push_back(value);
      return all;
    }
  };

  static std::string number(double value) {
    char written[32];
    std::snprintf(written, sizeof written, "%g", value);
    return written;
  }

  static const char* colour(const std::string& numbers) {
    return numbers == "float" ? "#3b6ea5" : numbers == "int16" ? "#d08a2e" : "#6a9a4c";
  }

  void line(double x1, double y1, double x2, double y2, const char* stroke, const char* more = "") {
    svg << "<line x1=\"" << x1 << "\" y1=\"" << y1 << "\" x2=\"" << x2 << "\" y2=\"" << y2 << "\" stroke=\"" << stroke
        << "\" " << more << "/>\n";
  }

  void write(double x, double y, const std::string& words, const char* more = "") {
    svg << "<text x=\"" << x << "\" y=\"" << y << "\" " << more << ">" << words << "</text>\n";
  }

  void key(double x, double y, const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      svg << "<rect x=\"" << x << "\" y=\"" << y - 9 << "\" width=\"10\" height=\"10\" fill=\"" << colour(name)
          << "\"/>\n";
      write(x + 15, y, name);
      x += 65;
    }
  }

  void horizontal(const Box& box, const Axis& axis) {
    for (const double value : axis.ticks()) {
      const double y = box.bottom() - box.height * axis.at(value);
      line(box.x, y, box.right(), y, "#e4e4e4");
      write(box.x - 8, y + 4, number(value), "text-anchor=\"end\"");
    }
  }

  // Bars that start at `base`, or where that is less at the axis; those below it are red.
  template <class Value>
  void bars(const Box& box, Axis axis, double base, const Value& value_of, const char* nothing) {
    key(box.right() - 195, box.y - 34, {"float", "int16", "int8"});

    // By shape, then by task and count, then by numbers.
    std::vector<std::pair<std::string, std::vector<std::pair<std::string, std::map<std::string, double>>>>> shapes;
    for (const Row& row : run.rows) {
      const double value = value_of(row);
      if (!(value > 0)) continue;
      axis.take(value);
      if (shapes.empty() || shapes.back().first != row.shape()) shapes.push_back({row.shape(), {}});
      auto& groups = shapes.back().second;
      const std::string name = (row.task == "train" ? "B" : "C") + std::to_string(row.count);
      auto group = std::find_if(groups.begin(), groups.end(), [&](const auto& each) { return each.first == name; });
      if (group == groups.end()) group = groups.insert(group, {name, {}});
      double& best = group->second[row.numbers];
      best = std::max(best, value);
    }
    if (shapes.empty()) {
      write(box.x, box.y + 40, nothing);
      return;
    }

    horizontal(box, axis);
    const double wide = 10;
    double count = 0;
    for (const auto& shape : shapes) {
      for (const auto& group : shape.second) count += static_cast<double>(group.second.size());
    }
    size_t groups = 0;
    for (const auto& shape : shapes) groups += shape.second.size();
    const double gap = (box.width - count * wide) / (static_cast<double>(groups) + static_cast<double>(shapes.size()));
    const double one = box.bottom() - box.height * axis.at(std::max(base, axis.least));
    double x = box.x + 0.5 * gap;
    for (const auto& shape : shapes) {
      const double start = x;
      x += 0.5 * gap;
      for (const auto& group : shape.second) {
        const double first = x;
        for (const char* numbers : {"float", "int16", "int8"}) {
          const auto bar = group.second.find(numbers);
          if (bar == group.second.end()) continue;
          const double y = box.bottom() - box.height * axis.at(bar->second);
          svg << "<rect x=\"" << x << "\" y=\"" << std::min(y, one) << "\" width=\"" << wide - 1 << "\" height=\""
              << std::fabs(y - one) << "\" fill=\"" << colour(numbers)
              << (bar->second < base ? "\" stroke=\"#c22\" stroke-width=\"2" : "") << "\"><title>" << shape.first << " "
              << group.first << " " << numbers << ": " << ratio(bar->second) << "</title></rect>\n";
          if (bar->second < base) {
            const std::string at = number(x + 0.5 * wide - 3) + " " + number(std::max(y, one) + 5);
            svg << "<text transform=\"translate(" << at << ") rotate(90)\" font-size=\"9\" fill=\"#c22\">"
                << ratio(bar->second) << "</text>\n";
          }
          x += wide;
        }
        write(0.5 * (first + x), box.bottom() + 16, group.first, "text-anchor=\"middle\" font-size=\"10\"");
        x += gap;
      }
      write(0.5 * (start + x - gap), box.bottom() + 36, shape.first, "text-anchor=\"middle\"");
      x += 0.5 * gap;
      if (&shape != &shapes.back()) {
        line(x - 0.75 * gap, box.y, x - 0.75 * gap, box.bottom() + 40, "#ccc");
      }
    }
    line(box.x, one, box.right(), one, "#333");
  }

  void growth(const Box& box) {
    write(box.x, box.y - 34,
          "How cost grows: ns per weight of a CD-1 step, batch 1, square models of 16 to 4096 units a side",
          "font-size=\"15\"");
    write(box.x, box.y - 16, "13 % of the visible units on, half of the hidden ones", "fill=\"#666\"");
    key(box.right() - 130, box.y - 16, {"float", "int16"});

    Axis y = {1, 1}, x = {1e30, 0};
    for (const Point& point : run.points) {
      y.take(point.nanoseconds());
      x.least = std::min(x.least, 0.7 * point.bytes);
      x.most = std::max(x.most, 1.4 * point.bytes);
    }
    if (run.points.empty()) return;
    horizontal(box, y);
    const auto across = [&](double bytes) { return box.x + box.width * x.at(bytes); };
    double bytes = 1024;
    for (const char* name : {"1 KB", "4 KB", "16 KB", "64 KB", "256 KB", "1 MB", "4 MB", "16 MB", "64 MB"}) {
      if (bytes > x.least && bytes < x.most) {
        line(across(bytes), box.bottom(), across(bytes), box.bottom() + 4, "#999");
        write(across(bytes), box.bottom() + 18, name, "text-anchor=\"middle\"");
      }
      bytes *= 4;
    }
    write(box.x + 0.5 * box.width, box.bottom() + 38, "bytes of weights", "text-anchor=\"middle\"");
    for (const Level& level : run.limits.levels) {
      if (!(level.capacity > x.least && level.capacity < x.most)) continue;
      line(across(level.capacity), box.y, across(level.capacity), box.bottom(), "#999", "stroke-dasharray=\"4 3\"");
      write(across(level.capacity) - 4, box.y + 14, level.name, "text-anchor=\"end\" fill=\"#666\"");
    }
    for (const char* numbers : {"float", "int16"}) {
      std::ostringstream path;
      std::string dots;
      for (const Point& point : run.points) {
        if (point.numbers != numbers) continue;
        const std::string px = number(across(point.bytes));
        const std::string py = number(box.bottom() - box.height * y.at(point.nanoseconds()));
        path << px << "," << py << " ";
        dots += "<circle cx=\"" + px + "\" cy=\"" + py + "\" r=\"3\" fill=\"" + colour(numbers) + "\"><title>" +
                std::to_string(point.units) + "x" + std::to_string(point.units) + " " + numbers + ": " +
                number(point.nanoseconds()) + " ns</title></circle>\n";
      }
      svg << "<polyline points=\"" << path.str() << "\" fill=\"none\" stroke=\"" << colour(numbers)
          << "\" stroke-width=\"1.5\"/>\n"
          << dots;
    }
    line(box.x, box.bottom(), box.right(), box.bottom(), "#333");
  }

  const Run& run;
  const std::string machine;
  std::ostringstream svg;
};

}  // namespace benchmark

#endif  // RBM_TESTS_BENCHMARK_CHART_HPP
