// examples/anomaly/csv.cpp: the monitor of the firmware on a PC, for recordings in CSV files: one sample a line. It
// learns what is normal from recordings of a healthy bearing, and tells which windows of others are above the threshold
// and when the alarm is up, with the Mahalanobis distance beside it. An option holds for the files after it.
//
// Public sets, which are there to download, and have to be exported from their MATLAB files first:
//
//   python3 -c "import scipy.io as s; print(*s.loadmat('105.mat')['X105_DE_time'].ravel(), sep='\n')" > 105.csv
//
//   CWRU, Case Western Reserve University Bearing Data Center. Drive end: SKF 6205-2RS, 12000 samples a second (or
//   48000: then --average 4; look which it is of the normal files), 1797 to 1730 rpm, as the file says:
//     anomaly_csv --balls 9 --ball 7.94 --pitch 39.04 --rate 12000 --rpm 1797 --healthy 97.csv 105.csv 130.csv
//
//   MFPT, Society for Machinery Failure Prevention Technology. NICE bearing, 97656 or 48828 samples a second, 25 Hz; of
//   the struct `bearing` the field `gs`:
//     anomaly_csv --balls 8 --ball 0.235 --pitch 1.245 --rpm 1500 --rate 97656 --average 8 --healthy baseline_1.csv
//                 --healthy baseline_2.csv OuterRaceFault_1.csv --rate 48828 --average 4 InnerRaceFault_vload_1.csv
//
// These commands were not tried on the sets themselves, but on what --simulate writes. Of a machine with one speed and
// load expect no more of the model than of the distance.
// SPDX-License-Identifier: MIT

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include "features.hpp"
#include "monitor.hpp"
#include "sensor.hpp"

namespace {

const char usage[] =
    "usage: anomaly_csv [OPTION VALUE]... --healthy FILE... FILE...\n"
    "  --rate HZ      samples a second (12000)\n"
    "  --average N    takes the means of N samples each for samples: about 12000 a second are good (1)\n"
    "  --rpm N        turns of the shaft in a minute (1797)\n"
    "  --balls N, --ball D, --pitch D, --angle DEGREES: the bearing, in any unit (9, 7.94, 39.04, 0)\n"
    "  --column N     of the file, from 1 on; commas, semicolons or tabs are between them (1)\n"
    "  --window N     samples of a window, a multiple of 128; it should hold four turns or more (2048)\n"
    "  --hop N        samples from the start of a window to that of the next (512)\n"
    "or:    anomaly_csv --simulate FAULT MODE WINDOWS, as numbers: writes what sensor.hpp makes, for\n"
    "       --rate 3200 --window 512 --hop 512 --rpm 1440, 1800, 1800, 2160, 2160 in its five modes\n";

[[noreturn]] void fail(int status, const std::string& message) {
  std::fprintf(stderr, "anomaly_csv: %s\n%s", message.c_str(), status == 2 ? usage : "");
  std::exit(status);
}

enum Option { rate, average, rpm, balls, ball, pitch, angle, column, window, hop, options };
const char* const names[options] = {"--rate",  "--average", "--rpm",    "--balls",  "--ball",
                                    "--pitch", "--angle",   "--column", "--window", "--hop"};

struct Options {
  double values[options] = {12000, 1, 1797, 9, 7.94, 39.04, 0, 1, 2048, 512};

  double operator[](Option option) const { return values[option]; }
  size_t whole(Option option) const { return static_cast<size_t>(values[option]); }

  void check() const {
    for (Option option : {average, balls, column, window, hop}) {
      const double x = values[option];
      if (!(x >= 1 && x <= (option == balls ? 100 : 1e6) && x == std::floor(x))) {
        fail(2, std::string(names[option]) + " is a whole number from 1 to " + (option == balls ? "100" : "1000000"));
      }
    }
    if (whole(window) % blocks != 0) fail(2, "--window is a multiple of 128");
    if (!(values[rate] > 0 && values[rpm] > 0 && values[ball] > 0 && values[pitch] > values[ball]) ||
        !(std::fabs(values[angle]) < 90)) {
      fail(2, "--rate, --rpm and --ball are above 0, --pitch is above --ball, --angle is below 90");
    }
    // Twice BPFI is the highest rate that a feature looks at, half of one in a block the highest that there is.
    const double blocks_a_turn =
        values[rate] / values[average] / values[window] * static_cast<double>(blocks) * 60 / values[rpm];
    if (values[balls] * (1 + values[ball] / values[pitch]) >= blocks_a_turn / 2) {
      fail(2, "--window is too long for this --rpm and --rate");
    }
  }
};

struct File {
  std::string name;
  Options given;
  bool is_healthy;
  std::vector<double> samples;
  std::vector<Features> windows;
};

/// The samples of a column, averaged. The first line may be a header.
void read(File& file) {
  std::ifstream in(file.name);
  if (!in) fail(1, file.name + ": cannot be read");
  std::string line;
  double sum = 0, mean = 0;
  size_t count = 0;
  for (size_t number = 1; std::getline(in, line); ++number) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    size_t start = 0;
    for (size_t c = 1; c < file.given.whole(column) && start != std::string::npos; ++c) {
      start = line.find_first_of(",;\t", start);
      if (start != std::string::npos) ++start;
    }
    const char* field = start == std::string::npos ? "" : line.c_str() + start;
    char* end = nullptr;
    const double x = std::strtod(field, &end);
    if (end == field || !std::strchr(" ,;\t\r", *end) || !std::isfinite(x)) {
      if (number == 1) continue;
      fail(1, file.name + ": no number in line " + std::to_string(number));
    }
    sum += x;
    if (++count % file.given.whole(average) == 0) {
      file.samples.push_back(sum / file.given[average]);
      mean += file.samples.back();
      sum = 0;
    }
  }
  if (in.bad()) fail(1, file.name + ": cannot be read to its end");
  if (file.samples.size() < file.given.whole(window)) {
    fail(1, file.name + ": too few samples for a window: " + std::to_string(file.samples.size()) + " of " +
                std::to_string(file.given.whole(window)));
  }
  mean /= static_cast<double>(file.samples.size());
  for (double& x : file.samples) x -= mean;
}

/// The features of all windows; samples become integers of 14 bits.
void extract_all(File& file, double steps) {
  const Options& o = file.given;
  const Bearing bearing = {
      static_cast<int32_t>(o[balls]),
      static_cast<int32_t>(65536 * o[ball] / o[pitch] * std::cos(o[angle] * 3.14159265358979 / 180))};
  const uint32_t turn = static_cast<uint32_t>(4294967296.0 * o[rpm] / 60 * o[average] / o[rate]);
  const size_t size = o.whole(window);
  std::vector<int16_t> x(size);
  for (size_t first = 0; first + size <= file.samples.size(); first += o.whole(hop)) {
    for (size_t n = 0; n < size; ++n) {
      const double s = file.samples[first + n] * steps;
      x[n] = static_cast<int16_t>(s < -8191 ? -8191 : s > 8191 ? 8191 : s);
    }
    file.windows.emplace_back();
    extract(x.data(), size / blocks, turn, bearing, file.windows.back());
  }
}

Scale scale;
Monitor<float> monitor;
Mahalanobis distance;
Threshold distance_threshold;
rbm::Xorshift32 rng(20240229);

Monitor<float>::State scaled(const Features& x) {
  Monitor<float>::State z;
  for (size_t i = 0; i < features; ++i) z[i] = static_cast<float>(scale(i, x[i]));
  return z;
}

void must(rbm::Status status) {
  if (status != rbm::Status::ok) fail(1, std::string("learning was refused: ") + rbm::to_string(status));
}

/// Learns from three quarters of each healthy file, and takes the thresholds from the last one.
void learn(const std::vector<File>& files) {
  std::vector<Features> normal, later;
  for (const File& file : files) {
    if (!file.is_healthy) continue;
    const auto split = file.windows.begin() + static_cast<std::ptrdiff_t>(file.windows.size() * 3 / 4);
    normal.insert(normal.end(), file.windows.begin(), split);
    later.insert(later.end(), split, file.windows.end());
  }
  const size_t states = monitor.model.hidden_size;
  if (normal.size() < 3 * states || later.size() < states) {
    fail(1, "too few samples of a healthy bearing: " + std::to_string(normal.size() + later.size()) + " windows of " +
                std::to_string(4 * states));
  }
  for (const Features& x : normal) scale.learn(x);
  scale.finish();
  monitor.start(scale, rng);
  for (size_t j = 0, w = 0; j < states; ++j) {
    for (; w < (j + 1) * normal.size() / states; ++w) monitor.consider(scaled(normal[w]));
    monitor.place(j);
  }
  const size_t steps = 4000;
  monitor.trainer.options.learning_rate = 0.03f;
  monitor.trainer.options.schedule = rbm::Schedule::linear;
  monitor.trainer.options.schedule_steps = static_cast<uint32_t>(steps);
  for (size_t step = 0; step < steps; ++step) {
    if (step % normal.size() == 0) rbm::shuffle(normal.data(), normal.size(), rng);
    must(monitor.learn(scaled(normal[step % normal.size()]), rng));
  }
  for (const Features& x : normal) distance.learn(scaled(x).values);
  distance.finish();
  distance_threshold.start();
  for (const Features& x : later) {
    monitor.threshold.learn(monitor.score(scaled(x)));
    distance_threshold.learn(Score(distance.distance(scaled(x).values)));
  }
  monitor.trainer.options.schedule = rbm::Schedule::constant;
  monitor.trainer.options.learning_rate = 0.03f;
  std::printf("learnt from %zu windows; of %zu later ones 3 are at or above each threshold\n", normal.size(),
              later.size());
}

void watch(const File& file) {
  size_t above = 0, above_distance = 0, up = 0, first_up = 0;
  monitor.alarm = Alarm();
  for (size_t w = 0; w < file.windows.size(); ++w) {
    const Monitor<float>::State z = scaled(file.windows[w]);
    rbm::Status status = rbm::Status::ok;
    above += monitor.watch(z, false, rng, status) ? 1 : 0;
    must(status);
    above_distance += distance_threshold.is_exceeded(Score(distance.distance(z.values))) ? 1 : 0;
    if (monitor.alarm.is_up() && up++ == 0) first_up = w + 1;
  }
  const double percent = 100.0 / static_cast<double>(file.windows.size());
  std::printf("%-28s %7zu %12.2f %12.2f %12.2f", file.name.c_str(), file.windows.size(),
              percent * static_cast<double>(above), percent * static_cast<double>(above_distance),
              percent * static_cast<double>(up));
  std::printf(first_up == 0 ? "\n" : " %8zu\n", first_up);
}

int simulate(int fault, int mode, int windows) {
  if (fault < 0 || fault >= faults || mode < 0 || mode >= modes || windows < 1) fail(2, "nothing to simulate");
  Sensor sensor(static_cast<uint32_t>(20240229 + 100 * fault + 7919 * mode));
  sensor.mode = static_cast<Mode>(mode);
  Window made;
  for (int w = 0; w < windows; ++w) {
    sensor.read(static_cast<Fault>(fault), made);
    for (int16_t x : made.samples) std::printf("%.4f\n", x / 512.0);
  }
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  if (count == 5 && std::strcmp(arguments[1], "--simulate") == 0) {
    return simulate(std::atoi(arguments[2]), std::atoi(arguments[3]), std::atoi(arguments[4]));
  }
  std::vector<File> files;
  Options given;
  for (int i = 1; i < count; ++i) {
    const std::string name = arguments[i];
    if (name == "--help") return std::fputs(usage, stdout) < 0 ? 1 : 0;
    const bool is_healthy = name == "--healthy";
    size_t option = 0;
    while (option < options && name != names[option]) ++option;
    if (option == options && !is_healthy && name.compare(0, 2, "--") == 0) fail(2, "unknown option \"" + name + "\"");
    if ((option != options || is_healthy) && ++i == count) fail(2, name + " needs a value");
    if (option == options) {
      given.check();
      files.push_back(File{arguments[i], given, is_healthy, {}, {}});
      continue;
    }
    char* end = nullptr;
    given.values[option] = std::strtod(arguments[i], &end);
    if (end == arguments[i] || *end != '\0') fail(2, name + " needs a number");
  }

  double squares = 0, samples = 0;
  for (File& file : files) {
    read(file);
    if (!file.is_healthy) continue;
    for (double x : file.samples) squares += x * x;
    samples += static_cast<double>(file.samples.size());
  }
  if (samples == 0) fail(2, "a recording of a healthy bearing is needed: --healthy FILE");
  if (squares == 0) fail(1, "the healthy recordings are constant");
  for (File& file : files) extract_all(file, 64 / std::sqrt(squares / samples));  // 128 times the RMS is the most
  learn(files);
  std::printf("%-28s %7s %12s %12s %12s %8s\n", "% of windows above", "windows", "free energy", "distance",
              "alarm is up", "first at");
  for (const File& file : files) watch(file);
  return 0;
}
