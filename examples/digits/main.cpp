// Learns handwritten digits and shows what was learnt: reconstructions, fantasies, noise removed, and the weights.
//
// Read Machine::learn() for how a model is trained, and Machine::show_what_was_learnt() for what can be done with it:
// both are the same whether its numbers are floats or integers of 16 or 8 bits.
// SPDX-License-Identifier: MIT

#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "../data/digits.hpp"
#include "page.hpp"
#include "report.hpp"
#include "terminal.hpp"

namespace {

struct Settings {
  unsigned epochs = 100;
  uint32_t seed = 1;
  float learning_rate = 0.05f;
  std::string numbers = "float";
  std::string page = "digits.html";
};

const float flip_probability = 0.15f;
const size_t shown = 16;  // pictures in a strip

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "digits: %s\n", what.c_str());
  std::exit(1);
}

std::string cannot_write(const std::string& file) { return "cannot write " + file + ": " + std::strerror(errno); }

void must(rbm::Status status) {
  if (status != rbm::Status::ok) fail(rbm::to_string(status));
}

// Percent of the pixels that are on the wrong side of 1/2.
double pixels_wrong(const Picture& guess, const Picture& truth) {
  int wrong = 0;
  for (size_t i = 0; i < Picture::size; ++i) wrong += (guess[i] > 0.5f) != (truth[i] > 0.5f);
  return 100.0 * wrong / static_cast<double>(size_t{Picture::size});
}

// The units of a layer as they are drawn, whatever numbers the model is made of.
template <class State>
Picture picture_of(const State& state) {
  Picture picture;
  for (size_t i = 0; i < Picture::size; ++i) picture[i] = static_cast<float>(state[i]);
  return picture;
}

// A model and what works on it. Fixed memory: its size is all that learning, dreaming and denoising need.
template <class Number>
struct Machine {
  typedef rbm::Rbm<rbm::Bernoulli<64>, rbm::Bernoulli<64>, Number> Model;
  typedef typename Model::VisibleState Digit;  // 8x8 pixels, row by row, as the model sees them

  Model model;
  rbm::Trainer<Model, 10> trainer;
  rbm::GibbsChain<Model> chain;
  rbm::Posterior<Model> posterior;

  Picture reconstruction_of(const Digit& digit) const {
    typename Model::HiddenState hidden;
    Digit reconstruction;
    rbm::reconstruct(model, digit, hidden, reconstruction);
    return picture_of(reconstruction);
  }

  double mean_free_energy(const std::vector<Digit>& digits, size_t count) const {
    double sum = 0;
    for (size_t s = 0; s < count; ++s) sum += static_cast<double>(model.free_energy(digits[s]));
    return sum / static_cast<double>(count);
  }

  void learn(const Settings& settings, std::vector<Digit> training, const std::vector<Digit>& held_out,
             rbm::Xorshift32& rng, const Terminal& terminal, Report& report) {
    typedef std::chrono::steady_clock Clock;
    const std::vector<Digit> in_order = training;
    must(rbm::initialize(model, training.data(), training.size(), rng));
    for (unsigned number = 1; number <= settings.epochs; ++number) {
      const auto start = Clock::now();
      trainer.options.learning_rate =
          settings.learning_rate * (1.0f - static_cast<float>(number - 1) / static_cast<float>(settings.epochs));
      rbm::shuffle(training.data(), training.size(), rng);
      must(trainer.epoch(model, training.data(), training.size(), rng));
      report.seconds += std::chrono::duration<double>(Clock::now() - start).count();

      Epoch epoch = {number, 0, 0};
      for (const Digit& digit : in_order)
        epoch.reconstruction_error += pixels_wrong(reconstruction_of(digit), picture_of(digit));
      epoch.reconstruction_error /= static_cast<double>(in_order.size());
      // Of as many training digits as there are held-out ones.
      epoch.free_energy_gap = mean_free_energy(held_out, held_out.size()) - mean_free_energy(in_order, held_out.size());
      report.curve.push_back(epoch);
      terminal.progress(epoch, settings.epochs);
    }
  }

  void show_what_was_learnt(const std::vector<Digit>& held_out, rbm::Xorshift32& rng, Report& report) {
    report.reconstructions = {{"held-out digits", {}}, {"their reconstructions: one pass up and down", {}}};
    for (size_t s = 0; s < shown; ++s) {
      report.reconstructions[0].pictures.push_back(picture_of(held_out[s]));
      report.reconstructions[1].pictures.push_back(reconstruction_of(held_out[s]));
    }

    report.fantasies.caption = "what the model dreams: 16 chains from noise, 5000 Gibbs steps each, p(v | h)";
    for (size_t s = 0; s < shown; ++s) {
      chain.start_from_noise(rng);
      must(chain.run(model, 5000, rng));
      Digit fantasy;
      model.mean_visible(chain.hidden, fantasy);
      report.fantasies.pictures.push_back(picture_of(fantasy));
    }

    report.weights.caption = "the weights of each of the 64 hidden units";
    float squares = 0;
    for (Number weight : model.weights.values) squares += static_cast<float>(weight) * static_cast<float>(weight);
    // Full ink from three times the typical weight on: a few are much larger, and would leave the others pale.
    const float full = 3.0f * std::sqrt(squares / static_cast<float>(Model::visible_size * size_t{Model::hidden_size}));
    for (size_t j = 0; j < Model::hidden_size; ++j) {
      Picture weights;
      for (size_t i = 0; i < Model::visible_size; ++i) {
        weights[i] = std::fmax(-1.0f, std::fmin(1.0f, static_cast<float>(model.weights(i, j)) / full));
      }
      report.weights.pictures.push_back(weights);
    }

    report.denoising = {{"held-out digits", {}},
                        {"15 % of the pixels flipped", {}},
                        {"after one up-down pass", {}},
                        {"denoised: the mean of the posterior", {}}};
    report.bit_errors = {0, 0, 0};
    for (size_t s = 0; s < held_out.size(); ++s) {
      Digit noisy = held_out[s];
      for (Number& pixel : noisy) pixel = rbm::uniform(rng) < flip_probability ? Number(1) - pixel : pixel;
      must(rbm::denoise(model, noisy, flip_probability, 100, 500, posterior, rng));
      const Picture stages[] = {picture_of(held_out[s]), picture_of(noisy), reconstruction_of(noisy),
                                picture_of(posterior.mean)};
      for (size_t stage = 0; stage < 4; ++stage) {
        if (s < shown) report.denoising[stage].pictures.push_back(stages[stage]);
        if (stage > 0) {
          report.bit_errors[stage - 1] += pixels_wrong(stages[stage], stages[0]) / static_cast<double>(held_out.size());
        }
      }
    }
  }
};

// Laid out by the compiler. Integers of 16 bits count steps of 1/2048, those of 8 bits steps of 1/32.
Machine<float> of_floats;
Machine<rbm::Fixed<int16_t, 11>> of_16_bits;
Machine<rbm::Fixed<int8_t, 5>> of_8_bits;

void print(const Report& report, const Terminal& terminal) {
  std::printf("\n");
  for (const Strip& strip : report.reconstructions) terminal.show(strip);
  terminal.show(report.fantasies);
  std::printf("%s; ", terminal.signed_legend());
  terminal.show_signed(report.weights);
  for (const Strip& strip : report.denoising) terminal.show(strip);
  std::printf("pixels wrong, over all 297 held-out digits\n");
  for (size_t s = 1; s < report.denoising.size(); ++s) {
    std::printf("  %-38s %5.2f %%\n", report.denoising[s].caption.c_str(), report.bit_errors[s - 1]);
  }
}

const char usage[] =
    "usage: digits [options]\n"
    "Learns 1500 handwritten digits and shows what was learnt.\n"
    "  --epochs N         passes over the digits, 1 to 100000 (default 100)\n"
    "  --seed N           of the random generator, 0 to 4294967295 (default 1)\n"
    "  --learning-rate X  at the start, above 0 and at most 10; it falls to 0 (default 0.05)\n"
    "  --numbers TYPE     of the model: float, int16 or int8 (default float)\n"
    "  --page FILE        where to write the page (default digits.html)\n"
    "  --help             this text\n";

[[noreturn]] void refuse(const std::string& what) {
  std::fprintf(stderr, "digits: %s\n%s", what.c_str(), usage);
  std::exit(2);
}

unsigned long whole_number(const std::string& option, const char* text, unsigned long least, unsigned long most) {
  char* end = nullptr;
  errno = 0;
  const unsigned long value = std::strtoul(text, &end, 10);
  const bool digits_only = *text != '\0' && std::strspn(text, "0123456789") == std::strlen(text);
  if (!digits_only || errno != 0 || value < least || value > most) {
    refuse(option + " takes a whole number from " + std::to_string(least) + " to " + std::to_string(most) + ", not \"" +
           text + "\"");
  }
  return value;
}

Settings parse(int count, char** arguments) {
  Settings settings;
  for (int i = 1; i < count; ++i) {
    std::string option = arguments[i];
    if (option == "--help") {
      std::fputs(usage, stdout);
      std::exit(0);
    }
    const size_t equals = option.find('=');
    const bool joined = equals != std::string::npos;
    const char* value = joined ? arguments[i] + equals + 1 : i + 1 < count ? arguments[i + 1] : nullptr;
    option = option.substr(0, equals);
    if (option != "--epochs" && option != "--seed" && option != "--learning-rate" && option != "--numbers" &&
        option != "--page") {
      refuse("unknown option \"" + option + "\"");
    }
    if (value == nullptr) refuse(option + " needs a value");
    if (!joined) ++i;

    if (option == "--epochs") {
      settings.epochs = static_cast<unsigned>(whole_number(option, value, 1, 100000));
    } else if (option == "--seed") {
      settings.seed = static_cast<uint32_t>(whole_number(option, value, 0, 4294967295ul));
    } else if (option == "--learning-rate") {
      char* end = nullptr;
      settings.learning_rate = std::strtof(value, &end);
      if (end == value || *end != '\0' || !(settings.learning_rate > 0.0f && settings.learning_rate <= 10.0f)) {
        refuse(option + " takes a number above 0 and at most 10, not \"" + value + "\"");
      }
    } else if (option == "--numbers") {
      settings.numbers = value;
      if (settings.numbers != "float" && settings.numbers != "int16" && settings.numbers != "int8") {
        refuse(option + " takes float, int16 or int8, not \"" + value + "\"");
      }
    } else {
      if (*value == '\0') refuse(option + " takes the name of a file");
      settings.page = value;
    }
  }
  return settings;
}

template <class Digit>
std::vector<Digit> digits(size_t first, size_t last) {
  std::vector<Digit> unpacked(last - first);
  for (size_t s = first; s < last; ++s) rbm::unpack_flash_bits(digits_bits[s], unpacked[s - first]);
  return unpacked;
}

template <class Number>
void run(Machine<Number>& machine, const Settings& settings, const Terminal& terminal, Report& report) {
  typedef typename Machine<Number>::Digit Digit;
  const std::vector<Digit> training = digits<Digit>(0, digits_training_count);
  const std::vector<Digit> held_out = digits<Digit>(digits_training_count, digits_count);
  rbm::Xorshift32 rng(settings.seed);

  std::printf("%zu handwritten digits to learn from, %zu held out; 64 visible, 64 hidden units\n", training.size(),
              held_out.size());
  if (!report.integers.empty()) std::printf("numbers: %s\n", report.integers.c_str());
  std::printf("memory: %zu bytes of model, %zu of trainer\n", sizeof machine.model, sizeof machine.trainer);
  std::printf("reconstruction error: of training digits; free-energy gap: held-out less training, nats\n\n");
  machine.learn(settings, training, held_out, rng, terminal, report);
  machine.show_what_was_learnt(held_out, rng, report);
  print(report, terminal);
}

}  // namespace

int main(int count, char** arguments) {
  const Settings settings = parse(count, arguments);
  std::FILE* page = std::fopen(settings.page.c_str(), "a");  // better to know now than after hours of learning
  if (page == nullptr) fail(cannot_write(settings.page));
  std::fclose(page);

  const Terminal terminal;
  Report report = {};
  report.epochs = settings.epochs;
  report.seed = settings.seed;
  report.learning_rate = settings.learning_rate;

  if (settings.numbers == "int8") {
    report.integers = "8-bit integers";
    run(of_8_bits, settings, terminal, report);
  } else if (settings.numbers == "int16") {
    report.integers = "16-bit integers";
    run(of_16_bits, settings, terminal, report);
  } else {
    run(of_floats, settings, terminal, report);
  }

  if (!Page(report).save(settings.page)) fail(cannot_write(settings.page));
  std::printf("\nthe same with the learning curve, for a browser: %s\n", settings.page.c_str());
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) fail(cannot_write("standard output"));
  return 0;
}
