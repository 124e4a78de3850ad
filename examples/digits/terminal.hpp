// Shows the report in a terminal: a progress bar that moves and pictures in shades where there is a terminal for them,
// plain lines and letters where there is none.
// SPDX-License-Identifier: MIT

#ifndef RBM_EXAMPLES_TERMINAL_HPP
#define RBM_EXAMPLES_TERMINAL_HPP

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include <sys/ioctl.h>
#include <unistd.h>

#include "report.hpp"

class Terminal {
 public:
  Terminal() : rich_(isatty(STDOUT_FILENO) != 0 && knows_colours() && knows_blocks()) {}

  void progress(const Epoch& epoch, unsigned epochs) const {
    if (!rich_ && epoch.number != epochs && epoch.number % std::max(1u, epochs / 10) != 0) return;
    const std::string number = std::to_string(epoch.number), all = std::to_string(epochs);
    const unsigned most = 30;
    const unsigned others = 62 + 2 * static_cast<unsigned>(all.size());  // columns beside the bar, one left free
    const unsigned columns = rich_ ? width() : 80;
    const unsigned bar = columns < others ? 0 : std::min(most, columns - others);
    const unsigned done = static_cast<unsigned>(uint64_t{epoch.number} * bar / epochs);

    std::printf("%sepoch %s%s/%s ", rich_ ? "\r" : "", std::string(all.size() - number.size(), ' ').c_str(),
                number.c_str(), all.c_str());
    for (unsigned i = 0; i < bar; ++i) {
      std::fputs(rich_ ? (i < done ? "\xE2\x96\x88" : "\xE2\x96\x91") : (i < done ? "#" : "."), stdout);
    }
    std::printf(bar > 0 ? " reconstruction error %5.2f %%, free-energy gap %6.3f" : "error %5.2f %%, gap %6.3f",
                epoch.reconstruction_error, std::round(epoch.free_energy_gap * 1000) / 1000 + 0.0);
    std::fputs(rich_ && epoch.number < epochs ? "" : "\n", stdout);
    std::fflush(stdout);
  }

  /// Pictures whose pixels are probabilities, eight in a row.
  void show(const Strip& strip) const { draw(strip, &Terminal::grey); }

  /// Pictures whose pixels are between -1 and 1, eight in a row.
  void show_signed(const Strip& strip) const { draw(strip, &Terminal::red_or_blue); }

  /// How signed pictures are to be read.
  const char* signed_legend() const {
    return rich_ ? "red excites, blue inhibits" : "# + excite, = - inhibit, strongly and weakly";
  }

 private:
  struct Colour {
    int code;     // of 256
    char letter;  // instead
  };

  bool rich_;

  static bool knows_colours() {
    const char* term = std::getenv("TERM");
    const char* no_colour = std::getenv("NO_COLOR");
    return term != nullptr && std::strcmp(term, "dumb") != 0 && (no_colour == nullptr || *no_colour == '\0');
  }

  static bool knows_blocks() {
    for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
      const char* locale = std::getenv(name);
      if (locale == nullptr || *locale == '\0') continue;
      return std::strstr(locale, "UTF-8") != nullptr || std::strstr(locale, "utf8") != nullptr;
    }
    return false;
  }

  static unsigned width() {
    winsize size = {};
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
  }

  static Colour grey(float value) {
    const int step = std::min(23, std::max(0, static_cast<int>(value * 24)));
    const int letter = std::min(9, std::max(0, static_cast<int>(value * 10)));
    return {232 + step, " .:-=+*%#@"[letter]};
  }

  static Colour red_or_blue(float value) {
    static const int blues[] = {234, 17, 18, 19, 20, 21};
    static const int reds[] = {234, 52, 88, 124, 160, 196};
    const float size = value < 0 ? -value : value;
    const int step = std::min(5, static_cast<int>(size * 6));
    const char letter = size < 0.2f ? '.' : value > 0 ? (size < 0.5f ? '+' : '#') : (size < 0.5f ? '-' : '=');
    return {value < 0 ? blues[step] : reds[step], letter};
  }

  void draw(const Strip& strip, Colour (*colour)(float)) const {
    const size_t across = 8;
    std::printf("%s\n", strip.caption.c_str());
    for (size_t first = 0; first < strip.pictures.size(); first += across) {
      const size_t last = std::min(first + across, strip.pictures.size());
      for (size_t row = 0; row < 8; row += rich_ ? 2 : 1) {
        for (size_t p = first; p < last; ++p) {
          for (size_t column = 0; column < 8; ++column) {
            const Colour upper = colour(strip.pictures[p][row * 8 + column]);
            if (rich_) {  // an upper half block: the foreground above, the background below
              const Colour lower = colour(strip.pictures[p][(row + 1) * 8 + column]);
              std::printf("\x1b[38;5;%d;48;5;%dm\xE2\x96\x80", upper.code, lower.code);
            } else {
              std::putchar(upper.letter);
            }
          }
          std::printf("%s%s", rich_ ? "\x1b[0m" : "", p + 1 < last ? "  " : "");
        }
        std::putchar('\n');
      }
      std::putchar('\n');
    }
  }
};

#endif  // RBM_EXAMPLES_TERMINAL_HPP
