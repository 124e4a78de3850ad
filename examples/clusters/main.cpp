// A latent variable that is one of K: clusters of points, beside K-means, and handwritten digits as a mixture of 16.
//
// The hidden layer is one softmax group, so the model is a mixture of K distributions, and the gradient of its
// likelihood is exact: no chain, no chance but in where it starts. Read main() for how it is trained. An argument is a
// seed.
//
// SPDX-License-Identifier: MIT

#include "../../rbm/evaluation/likelihood.hpp"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "../data/digits.hpp"
#include "../support/show.hpp"

namespace {

using Mixture = rbm::Rbm<rbm::Gaussian<2>, rbm::Softmax<1, 3>>;
using Prototypes = rbm::Rbm<rbm::Bernoulli<64>, rbm::Softmax<1, 16>>;
using Point = Mixture::VisibleState;

constexpr size_t clusters = 3, count = 300, columns = 36, rows = 16;
constexpr unsigned epochs = 100;
const float centres[clusters][2] = {{-10.0f, -3.0f}, {2.0f, 5.0f}, {9.0f, -4.0f}};

Mixture mixture;
rbm::Trainer<Mixture, 30, rbm::exact | rbm::centred | rbm::scheduled> trainer;
Prototypes prototypes;
rbm::Trainer<Prototypes, 10, rbm::exact | rbm::centred | rbm::scheduled> digit_trainer;
Point points[count];
Prototypes::VisibleState digits[digits_count];

float squared_distance(const Point& a, const Point& b) {
  return (a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]);
}

size_t nearest(const Point& point, const std::vector<Point>& means) {
  size_t best = 0;
  for (size_t k = 1; k < means.size(); ++k) {
    if (squared_distance(point, means[k]) < squared_distance(point, means[best])) best = k;
  }
  return best;
}

/// Lloyd's algorithm: points go to the nearest mean, which becomes the mean of its points, until nothing moves. Each
/// mean starts at the point that is farthest from those before it.
std::vector<Point> k_means() {
  std::vector<Point> means(1, points[0]);
  while (means.size() < clusters) {
    size_t farthest = 0;
    float most = 0.0f;
    for (size_t s = 0; s < count; ++s) {
      const float distance = squared_distance(points[s], means[nearest(points[s], means)]);
      if (distance > most) farthest = s;
      most = distance > most ? distance : most;
    }
    means.push_back(points[farthest]);
  }
  for (float moved = 1.0f; moved > 0.0f;) {
    std::vector<Point> sums(clusters, Point{{0.0f, 0.0f}});
    float sizes[clusters] = {};
    for (const Point& point : points) {
      const size_t k = nearest(point, means);
      for (size_t i = 0; i < 2; ++i) sums[k][i] += point[i];
      sizes[k] += 1.0f;
    }
    moved = 0.0f;
    for (size_t k = 0; k < clusters; ++k) {
      for (size_t i = 0; i < 2; ++i) sums[k][i] /= sizes[k];
      moved += squared_distance(sums[k], means[k]);
    }
    means = sums;
  }
  return means;
}

/// The hidden unit that is most likely on.
size_t component_of(const Point& point) {
  Mixture::HiddenState h;
  mixture.mean_hidden(point, h);
  size_t best = 0;
  for (size_t k = 1; k < clusters; ++k) best = h[k] > h[best] ? k : best;
  return best;
}

/// The mean of the visible units where hidden unit k is on.
template <class Model>
typename Model::VisibleState mean_of(const Model& model, size_t k) {
  typename Model::HiddenState h = {};
  h[k] = 1.0f;
  typename Model::VisibleState mean;
  model.mean_visible(h, mean);
  return mean;
}

/// Writes points into a picture, as the letter of their cluster.
void plot(std::vector<std::string>& picture, size_t from, const Point& point, char letter) {
  const size_t column = static_cast<size_t>((point[0] + 15.0f) / 30.0f * static_cast<float>(columns));
  const size_t row = static_cast<size_t>((10.0f - point[1]) / 20.0f * static_cast<float>(rows));
  if (column < columns && row < rows) picture[row][from + column] = letter;
}

double log_likelihood(size_t first, size_t samples) {
  static rbm::Likelihood<Prototypes> likelihood;
  double log_partition = 0.0, result = 0.0;
  must(likelihood.log_partition(prototypes, log_partition));
  must(likelihood.mean_log_likelihood(prototypes, digits + first, samples, log_partition, result));
  return result;
}

}  // namespace

int main(int argc, char** argv) {
  rbm::Xorshift32 rng(argc > 1 ? static_cast<uint32_t>(std::strtoul(argv[1], nullptr, 10)) : 1);
  for (size_t s = 0; s < count; ++s) {
    for (size_t i = 0; i < 2; ++i) points[s][i] = centres[s % clusters][i] + 1.2f * rbm::normal(rng);
  }
  must(rbm::initialize(mixture, points, count, rng));  // a component in each cluster
  trainer.options.learning_rate = 0.1f;
  trainer.options.schedule = rbm::Schedule::linear;
  trainer.options.schedule_steps = epochs * count / 30;
  for (unsigned epoch = 0; epoch < epochs; ++epoch) must(trainer.epoch(mixture, points, count, rng));

  const std::vector<Point> means = k_means();
  size_t component[clusters], same = 0;  // of each of the means of K-means
  for (size_t k = 0; k < clusters; ++k) component[k] = component_of(means[k]);
  std::vector<std::string> picture(rows, std::string(2 * columns + 4, ' '));
  for (const Point& point : points) {
    const size_t k = component[nearest(point, means)];
    same += k == component_of(point);
    plot(picture, 0, point, static_cast<char>('a' + component_of(point)));
    plot(picture, columns + 4, point, static_cast<char>('a' + k));
  }
  std::printf("%-40s%s\n", "by the mixture", "by K-means");
  for (const std::string& row : picture) std::printf("%s\n", row.substr(0, row.find_last_not_of(' ') + 1).c_str());
  std::printf("%zu points of %zu are assigned alike\n", same, count);

  constexpr size_t training = digits_training_count;
  for (size_t s = 0; s < digits_count; ++s) rbm::unpack_flash_bits(digits_bits[s], digits[s]);
  must(rbm::initialize(prototypes, digits, training, rng));
  digit_trainer.options.learning_rate = 1.0f;
  digit_trainer.options.schedule = rbm::Schedule::linear;
  digit_trainer.options.schedule_steps = epochs * training / 10;
  for (unsigned epoch = 0; epoch < epochs; ++epoch) must(digit_trainer.epoch(prototypes, digits, training, rng));
  std::printf("\nwhat 16 components stand for, of 1500 digits\n");
  for (size_t k = 0; k < 16; k += 8) {
    std::vector<Prototypes::VisibleState> shown;
    for (size_t n = k; n < k + 8; ++n) shown.push_back(mean_of(prototypes, n));
    show(shown, 8, 8, " .:-=+*#");
  }
  std::printf("nats per digit: learned %.2f, held out %.2f\n", log_likelihood(0, training),
              log_likelihood(training, digits_count - training));
  return 0;
}
