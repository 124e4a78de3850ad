// One model of digits and their labels, used in three ways: to say which digit a picture shows, to complete a picture
// of which only the upper half is known, and to dream a digit that was asked for.
//
// Read Model and digit() for how layers of two kinds stand side by side, 64 pixels and a group of ten units of which
// one is on. complete() clamps pixels and asks for the others, dream() clamps the label and asks for the pixels.
// SPDX-License-Identifier: MIT

#include <cstdio>
#include <vector>

#include "../data/digits.hpp"
#include "../support/show.hpp"

namespace {

constexpr size_t pixels = 64, labels = 10, label_site = 64, each = 20;  // dreams of each label

using Model = rbm::Rbm<rbm::Joined<rbm::Bernoulli<pixels>, rbm::Softmax<1, labels>>, rbm::Bernoulli<128>>;
using Digit = Model::VisibleState;

Model model;
rbm::Trainer<Model, 50, rbm::persistent | rbm::centred | rbm::penalised> trainer;
rbm::Posterior<Model> posterior;
rbm::Xorshift32 rng{20240229};

Digit digit(size_t s) {
  rbm::Vector<float, pixels> picture;
  rbm::unpack_flash_bits(digits_bits[s], picture);
  Digit both;
  for (size_t i = 0; i < pixels; ++i) both[i] = picture[i];
  for (size_t k = 0; k < labels; ++k) both[pixels + k] = k == digits_labels[s] ? 1.0f : 0.0f;
  return both;
}

/// The most likely label of a picture, whatever label it comes with.
size_t most_likely_label(const Digit& picture) {
  rbm::Vector<float, labels> probabilities;
  must(rbm::classify(model, picture, label_site, probabilities));
  size_t best = 0;
  for (size_t k = 1; k < labels; ++k) best = probabilities[k] > probabilities[best] ? k : best;
  return best;
}

double percent_wrong(size_t first, size_t last) {
  size_t wrong = 0;
  for (size_t s = first; s < last; ++s) wrong += most_likely_label(digit(s)) != digits_labels[s];
  return 100.0 * static_cast<double>(wrong) / static_cast<double>(last - first);
}

void learn() {
  std::vector<Digit> training;
  for (size_t s = 0; s < digits_training_count; ++s) training.push_back(digit(s));
  must(rbm::initialize(model, training.data(), training.size(), rng));
  const uint32_t epochs = 200;
  trainer.options.learning_rate = 0.5f;
  trainer.options.schedule = rbm::Schedule::linear;
  trainer.options.schedule_steps = epochs * digits_training_count / 50;
  trainer.options.l2 = 0.001f;
  for (uint32_t epoch = 1; epoch <= epochs; ++epoch) {
    rbm::shuffle(training.data(), training.size(), rng);
    must(trainer.epoch(model, training.data(), training.size(), rng));
    if (epoch % 40 != 0) continue;
    std::printf("epoch %3u   wrong labels: %5.2f %% of the 1500 learned digits, %5.2f %% of the 297 held out\n",
                static_cast<unsigned>(epoch), percent_wrong(0, digits_training_count),
                percent_wrong(digits_training_count, digits_count));
  }
}

/// Clamps the upper half of eight held-out digits; neither the lower one nor the label is known.
void complete() {
  std::vector<Digit> originals, halves, completed;
  for (size_t s = digits_training_count; s < digits_training_count + 8; ++s) {
    const Digit original = digit(s);
    Digit half = original;
    posterior.evidence.forget();
    for (size_t i = 0; i < pixels / 2; ++i) posterior.evidence.first.clamp(i, original[i] > 0.5f);
    for (size_t i = pixels / 2; i < pixels; ++i) half[i] = 0.5f;  // shown as a question mark
    posterior.chain.start_from_noise(rng);
    must(posterior.run(model, 500, 2000, rng));
    originals.push_back(original);
    halves.push_back(half);
    completed.push_back(posterior.mean);
  }
  std::printf("\nheld-out digits\n");
  show(originals, 8, 8, " .:-=+*#");
  std::printf("\nwhat is known of them\n");
  show(halves, 8, 8, " .:-?+*#");
  std::printf("\ncompleted: the mean of the posterior\n");
  show(completed, 8, 8, " .:-=+*#");
}

/// Clamps the label, and lets chains from noise find pictures of it.
void dream() {
  size_t right = 0;
  std::vector<Digit> dreams(labels);
  for (size_t label = 0; label < labels; ++label) {
    posterior.evidence.forget();
    posterior.evidence.second.clamp(0, label);
    for (size_t d = 0; d < each; ++d) {
      posterior.chain.start_from_noise(rng);
      must(posterior.chain.run(model, posterior.evidence, 1000, rng));
      right += most_likely_label(posterior.chain.visible) == label;
    }
    model.mean_visible(posterior.chain.hidden, dreams[label]);
  }
  std::printf("\ndreams of 0, 1 ... 9: the last of %zu chains each, p(v | h)\n", each);
  show(dreams, 8, 8, " .:-=+*#");
  std::printf("\n%.1f %% of %zu dreams are taken for the digit that was asked for\n",
              100.0 * static_cast<double>(right) / static_cast<double>(labels * each), labels * each);
}

}  // namespace

int main() {
  learn();
  complete();
  dream();
  return 0;
}
