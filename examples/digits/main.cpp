// Learns handwritten digits and shows what was learnt: reconstructions, fantasies, noise removed, and the weights.
//
// Read learn() for how a model is trained, and show_what_was_learnt() for what can be done with it.
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
  std::string page = "digits.html";
};

const float flip_probability = 0.15f;
const size_t shown = 16;  // pictures in a strip

// Fixed memory, laid out by the compiler: their sizes are all that learning and denoising need.
Model model;
rbm::Trainer<Model, 10> trainer;
rbm::Posterior<Model> posterior;

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

Picture reconstruction_of(const Picture& picture) {
  Model::HiddenState hidden;
  Picture reconstruction;
  rbm::reconstruct(model, picture, hidden, reconstruction);
  return reconstruction;
}

double mean_free_energy(const std::vector<Picture>& pictures, size_t count) {
  double sum = 0;
  for (size_t s = 0; s < count; ++s) sum += static_cast<double>(model.free_energy(pictures[s]));
  return sum / static_cast<double>(count);
}

void learn(const Settings& settings, std::vector<Picture> training, const std::vector<Picture>& held_out,
           rbm::Xorshift32& rng, const Terminal& terminal, Report& report) {
  typedef std::chrono::steady_clock Clock;
  const std::vector<Picture> in_order = training;
  must(rbm::initialize(model, training.data(), training.size(), rng));
  for (unsigned number = 1; number <= settings.epochs; ++number) {
    const auto start = Clock::now();
    trainer.options.learning_rate =
        settings.learning_rate * (1.0f - static_cast<float>(number - 1) / static_cast<float>(settings.epochs));
    rbm::shuffle(training.data(), training.size(), rng);
    must(trainer.epoch(model, training.data(), training.size(), rng));
    report.seconds += std::chrono::duration<double>(Clock::now() - start).count();

    Epoch epoch = {number, 0, 0};
    for (const Picture& picture : in_order)
      epoch.reconstruction_error += pixels_wrong(reconstruction_of(picture), picture);
    epoch.reconstruction_error /= static_cast<double>(in_order.size());
    // Of as many training digits as there are held-out ones.
    epoch.free_energy_gap = mean_free_energy(held_out, held_out.size()) - mean_free_energy(in_order, held_out.size());
    report.curve.push_back(epoch);
    terminal.progress(epoch, settings.epochs);
  }
}

void show_what_was_learnt(const std::vector<Picture>& held_out, rbm::Xorshift32& rng, Report& report) {
  report.reconstructions = {{"held-out digits", {}}, {"their reconstructions: one pass up and down", {}}};
  for (size_t s = 0; s < shown; ++s) {
    report.reconstructions[0].pictures.push_back(held_out[s]);
    report.reconstructions[1].pictures.push_back(reconstruction_of(held_out[s]));
  }

  report.fantasies.caption = "what the model dreams: 16 chains from noise, 5000 Gibbs steps each, p(v | h)";
  for (size_t s = 0; s < shown; ++s) {
    static rbm::GibbsChain<Model> chain;
    chain.start_from_noise(rng);
    chain.run(model, 5000, rng);
    Picture fantasy;
    model.mean_visible(chain.hidden, fantasy);
    report.fantasies.pictures.push_back(fantasy);
  }

  report.weights.caption = "the weights of each of the 64 hidden units";
  float squares = 0;
  for (float weight : model.weights.values) squares += weight * weight;
  // Full ink from three times the typical weight on: a few are much larger, and would leave the others pale.
  const float full = 3.0f * std::sqrt(squares / static_cast<float>(Model::visible_size * size_t{Model::hidden_size}));
  for (size_t j = 0; j < Model::hidden_size; ++j) {
    Picture weights;
    for (size_t i = 0; i < Model::visible_size; ++i) {
      weights[i] = std::fmax(-1.0f, std::fmin(1.0f, model.weights(i, j) / full));
    }
    report.weights.pictures.push_back(weights);
  }

  report.denoising = {{"held-out digits", {}},
                      {"15 % of the pixels flipped", {}},
                      {"after one up-down pass", {}},
                      {"denoised: the mean of the posterior", {}}};
  report.bit_errors = {0, 0, 0};
  for (size_t s = 0; s < held_out.size(); ++s) {
    Picture noisy = held_out[s];
    for (float& pixel : noisy) pixel = rbm::uniform(rng) < flip_probability ? 1.0f - pixel : pixel;
    must(rbm::denoise(model, noisy, flip_probability, 100, 500, posterior, rng));
    const Picture stages[] = {held_out[s], noisy, reconstruction_of(noisy), posterior.mean};
    for (size_t stage = 0; stage < 4; ++stage) {
      if (s < shown) report.denoising[stage].pictures.push_back(stages[stage]);
      if (stage > 0) {
        report.bit_errors[stage - 1] += pixels_wrong(stages[stage], held_out[s]) / static_cast<double>(held_out.size());
      }
    }
  }
}

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
    if (option != "--epochs" && option != "--seed" && option != "--learning-rate" && option != "--page") {
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
    } else {
      if (*value == '\0') refuse(option + " takes the name of a file");
      settings.page = value;
    }
  }
  return settings;
}

std::vector<Picture> pictures(size_t first, size_t last) {
  std::vector<Picture> unpacked(last - first);
  for (size_t s = first; s < last; ++s) rbm::unpack_flash_bits(digits_bits[s], unpacked[s - first]);
  return unpacked;
}

}  // namespace

int main(int count, char** arguments) {
  const Settings settings = parse(count, arguments);
  std::FILE* page = std::fopen(settings.page.c_str(), "a");  // better to know now than after hours of learning
  if (page == nullptr) fail(cannot_write(settings.page));
  std::fclose(page);

  const std::vector<Picture> training = pictures(0, digits_training_count);
  const std::vector<Picture> held_out = pictures(digits_training_count, digits_count);
  rbm::Xorshift32 rng(settings.seed);
  const Terminal terminal;
  Report report = {};
  report.epochs = settings.epochs;
  report.seed = settings.seed;
  report.learning_rate = settings.learning_rate;

  std::printf("%zu handwritten digits to learn from, %zu held out; 64 visible, 64 hidden units\n", training.size(),
              held_out.size());
  std::printf("memory: %zu bytes of model, %zu of trainer\n", sizeof model, sizeof trainer);
  std::printf("reconstruction error: of training digits; free-energy gap: held-out less training, nats\n\n");
  learn(settings, training, held_out, rng, terminal, report);
  show_what_was_learnt(held_out, rng, report);
  print(report, terminal);

  if (!Page(report).save(settings.page)) fail(cannot_write(settings.page));
  std::printf("\nthe same with the learning curve, for a browser: %s\n", settings.page.c_str());
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) fail(cannot_write("standard output"));
  return 0;
}
