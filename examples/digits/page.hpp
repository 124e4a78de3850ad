// Writes the report as one self-contained HTML page: two curves and the pictures, as inline SVG.
// SPDX-License-Identifier: MIT

#ifndef RBM_EXAMPLES_PAGE_HPP
#define RBM_EXAMPLES_PAGE_HPP

#include <algorithm>
#include <cmath>
#include <cstdarg>
#include <cstdio>
#include <string>
#include <vector>

#include "report.hpp"

class Page {
 public:
  explicit Page(const Report& report) {
    add(head());
    add("<h1>Handwritten digits, learnt by a Restricted Boltzmann Machine</h1>\n");
    add("<p>64 visible and 64 hidden Bernoulli units learnt 1500 digits of 8&times;8 pixels by contrastive divergence "
        "(CD-1, batches of 10, %u epochs, learning rate %g falling to 0, seed %u). Training took %.2f seconds. The "
        "other 297 digits were held out.</p>\n",
        report.epochs, static_cast<double>(report.learning_rate), static_cast<unsigned>(report.seed), report.seconds);
    if (!report.integers.empty()) add("<p>Numbers of the model: %s.</p>\n", report.integers.c_str());

    add("<h2>Learning</h2>\n<div class=charts>\n");
    std::vector<double> errors, gaps;
    for (const Epoch& epoch : report.curve) {
      errors.push_back(epoch.reconstruction_error);
      gaps.push_back(epoch.free_energy_gap);
    }
    chart("Reconstruction error, % of pixels", errors);
    chart("Free-energy gap, held out less training, nats", gaps);
    add("</div>\n<p class=note>The error is that of the training digits after one pass up and down. The gap is the "
        "mean "
        "free energy of the held-out digits less that of as many training digits: it grows when the model begins to "
        "know those better than digits in general.</p>\n");

    add("<h2>Digits and their reconstructions</h2>\n");
    for (const Strip& strip : report.reconstructions) show(strip);

    add("<h2>Fantasies</h2>\n");
    show(report.fantasies);

    add("<h2>Noise removed</h2>\n");
    for (size_t s = 0; s < report.denoising.size(); ++s) {
      show(report.denoising[s]);
    }
    add("<table><tr><th>Pixels wrong, over all 297 held-out digits</th><th></th></tr>\n");
    for (size_t s = 1; s < report.denoising.size(); ++s) {
      add("<tr><td>%s</td><td>%.2f&nbsp;%%</td></tr>\n", report.denoising[s].caption.c_str(), report.bit_errors[s - 1]);
    }
    add("</table>\n");

    add("<h2>What the hidden units look for</h2>\n");
    show_signed(report.weights);
    add("<p class=note><span class=positive>&#9632;</span> pixels that excite the unit, "
        "<span class=negative>&#9632;</span> pixels that inhibit it.</p>\n");
    add("<footer class=note>Digits: E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine "
        "Learning Repository (1998), doi 10.24432/C50P49, CC BY 4.0; thresholded.</footer>\n</main>\n</html>\n");
  }

  /// False if the file could not be written.
  bool save(const std::string& path) const {
    std::FILE* file = std::fopen(path.c_str(), "w");
    if (file == nullptr) return false;
    const bool written = std::fwrite(text_.data(), 1, text_.size(), file) == text_.size();
    return std::fclose(file) == 0 && written;
  }

 private:
  std::string text_;

#ifdef __GNUC__
  __attribute__((format(printf, 2, 3)))
#endif
  void
  add(const char* format, ...) {
    char line[1024];
    va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    text_ += line;
  }

  void add(const std::string& text) { text_ += text; }

  static std::string head() {
    return "<!DOCTYPE html>\n<html lang=en>\n<meta charset=utf-8>\n"
           "<meta name=viewport content=\"width=device-width, initial-scale=1\">\n<title>Handwritten digits, learnt by "
           "a Restricted Boltzmann Machine</title>\n<style>\n"
           ":root { --ink: #1c2430; --soft: #667080; --paper: #fbfaf7; --tile: #ffffff; --line: #dcd9d2; "
           "--curve: #2b6cb0; --positive: #c2410c; --negative: #1d4ed8; }\n"
           "@media (prefers-color-scheme: dark) { :root { --ink: #e6e8ec; --soft: #98a1b0; --paper: #14171c; "
           "--tile: #1d2128; --line: #333a45; --curve: #63a4e8; --positive: #fb923c; --negative: #7aa2ff; } }\n"
           "body { background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; margin: 0; }\n"
           "main { max-width: 56rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }\n"
           "h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .75rem; }\n"
           "h2 { font-size: 1.15rem; margin: 2.5rem 0 .5rem; }\n"
           "footer { margin-top: 3rem; } p { max-width: 44rem; margin: .4rem 0; }\n"
           ".note, .caption { color: var(--soft); font-size: .9rem; }\n"
           ".caption { margin: .9rem 0 .3rem; }\n"
           ".strip { display: grid; grid-template-columns: repeat(16, 1fr); gap: .4rem; }\n"
           "@media (max-width: 48rem) { .strip { grid-template-columns: repeat(8, 1fr); } }\n"
           ".strip svg { background: var(--tile); border: 1px solid var(--line); border-radius: 3px; width: 100%; "
           "display: block; }\n"
           ".strip rect { fill: var(--ink); } .strip .p, .positive { fill: var(--positive); color: var(--positive); }\n"
           ".strip .n, .negative { fill: var(--negative); color: var(--negative); }\n"
           ".charts { display: flex; flex-wrap: wrap; gap: 1.5rem; } .charts svg { flex: 1 1 22rem; min-width: 0; }\n"
           ".charts text { fill: var(--soft); font: 11px system-ui, sans-serif; } "
           ".charts .title { fill: var(--ink); font-size: 12.5px; }\n"
           ".charts line { stroke: var(--line); } "
           ".charts polyline { fill: none; stroke: var(--curve); stroke-width: 2; stroke-linejoin: round; }\n"
           ".charts circle { fill: var(--curve); }\n"
           "table { border-collapse: collapse; margin-top: 1.2rem; } td, th { text-align: left; font-weight: normal; "
           "padding: .3rem 1.5rem .3rem 0; border-bottom: 1px solid var(--line); } th { color: var(--soft); "
           "font-size: .9rem; } td + td { text-align: right; padding-right: 0; font-variant-numeric: tabular-nums; }\n"
           "</style>\n<main>\n";
  }

  // The step between the lines of an axis of this length: 1, 2 or 5 times a power of ten, three to six of them.
  static double nice_step(double length) {
    const double power = std::pow(10.0, std::floor(std::log10(length / 3)));
    const double part = length / 3 / power;
    return power * (part >= 5 ? 5 : part >= 2 ? 2 : 1);
  }

  // One point an epoch, the first at epoch 1.
  void chart(const char* title, const std::vector<double>& values) {
    const double left = 42, top = 26, width = 350, height = 160;
    double low = 0, high = 0;
    for (double value : values) {
      low = std::min(low, value);
      high = std::max(high, value);
    }
    if (high - low < 1e-6) high = low + 1;
    const double step = nice_step(high - low);
    low = std::floor(low / step) * step;
    high = std::ceil(high / step) * step;
    const double last = std::max<double>(2, static_cast<double>(values.size()));
    const auto x = [&](double epoch) { return left + width * (epoch - 1) / (last - 1); };
    const auto y = [&](double value) { return top + height * (high - value) / (high - low); };

    add("<svg viewBox=\"0 0 400 220\" role=img aria-label=\"%s\"><text class=title x=0 y=12>%s</text>\n", title, title);
    for (int mark = 0; low + mark * step <= high + step / 2; ++mark) {
      const double value = low + mark * step;
      add("<line x1=%.1f x2=%.1f y1=%.1f y2=%.1f /><text x=%.1f y=%.1f text-anchor=end>%g</text>\n", left, left + width,
          y(value), y(value), left - 6, y(value) + 4, std::fabs(value) < step / 2 ? 0.0 : value);
    }
    add("<text x=%.1f y=%.1f text-anchor=middle>1</text><text x=%.1f y=%.1f text-anchor=end>%.0f</text>"
        "<text x=%.1f y=%.1f text-anchor=middle>epoch</text>\n",
        left, top + height + 16, left + width, top + height + 16, last, left + width / 2, top + height + 16);
    add("<polyline points=\"");
    for (size_t i = 0; i < values.size(); ++i) add("%.1f,%.1f ", x(static_cast<double>(i) + 1), y(values[i]));
    add("\"/>\n");
    if (!values.empty()) {
      add("<circle cx=%.1f cy=%.1f r=3 />\n", x(static_cast<double>(values.size())), y(values.back()));
    }
    add("</svg>\n");
  }

  // Only what is not blank is drawn; opacity is the pixel's size.
  void picture(const Picture& pixels, bool with_sign) {
    add("<svg viewBox=\"0 0 8 8\" shape-rendering=crispEdges>");
    for (size_t i = 0; i < 64; ++i) {
      const double size = std::fabs(static_cast<double>(pixels[i]));
      if (size < 0.02) continue;
      const char* sign = !with_sign ? "" : pixels[i] > 0 ? " class=p" : " class=n";
      add("<rect x=%zu y=%zu width=1 height=1%s", i % 8, i / 8, sign);
      if (size < 0.995) add(" opacity=%.2f", size);
      add(" />");
    }
    add("</svg>\n");
  }

  void strip(const Strip& strip, bool with_sign) {
    add("<p class=caption>%s</p>\n<div class=strip>\n", strip.caption.c_str());
    for (const Picture& one : strip.pictures) picture(one, with_sign);
    add("</div>\n");
  }

  void show(const Strip& one) { strip(one, false); }
  void show_signed(const Strip& one) { strip(one, true); }
};

#endif  // RBM_EXAMPLES_PAGE_HPP
