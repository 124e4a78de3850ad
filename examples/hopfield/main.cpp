// A memory that finds what it was shown from a noisy copy: Hopfield's network, as an RBM that needs no training.
//
// Read store() for how: a Gaussian hidden unit for each picture, with the picture as its weights. Summed out, such
// units leave the couplings W W^T between spins, which is Hebb's rule, and Gibbs steps at a falling temperature are
// the recall. More pictures than about 0.14 for each spin disturb each other.
// SPDX-License-Identifier: MIT

#include <cmath>
#include <cstdio>
#include <vector>

#include "../support/show.hpp"

namespace {

constexpr size_t side = 10, spins = side * side, drawn = 5;

template <size_t Pictures>
using Memory = rbm::Rbm<rbm::Spin<spins>, rbm::Gaussian<Pictures>>;
using Picture = rbm::Vector<float, spins>;

const char drawings[side][12 * drawn] = {"##......##  ...####...  ##########  ##......##  ####..####",
                                         "##......##  ..######..  ##########  .##....##.  ####..####",
                                         "##......##  .##....##.  ##........  ..##..##..  ####..####",
                                         "##......##  ##......##  ##........  ...####...  ####..####",
                                         "##########  ##......##  ########..  ....##....  ..........",
                                         "##########  ##......##  ########..  ....##....  ..........",
                                         "##......##  ##......##  ##........  ...####...  ####..####",
                                         "##......##  .##....##.  ##........  ..##..##..  ####..####",
                                         "##......##  ..######..  ##########  .##....##.  ####..####",
                                         "##......##  ...####...  ##########  ##......##  ####..####"};

rbm::Xorshift32 rng{20240229};

/// 1 for the same picture, 0 for one that has nothing to do with it, -1 for its negative.
double overlap(const Picture& a, const Picture& b) {
  float sum = 0;
  for (size_t i = 0; i < spins; ++i) sum += a[i] * b[i];
  return static_cast<double>(sum) / spins;
}

template <size_t Pictures>
void store(const std::vector<Picture>& pictures, Memory<Pictures>& memory) {
  memory.visible.clear();
  memory.hidden.clear();  // no biases, variances of 1
  for (size_t p = 0; p < Pictures; ++p) {
    for (size_t i = 0; i < spins; ++i) memory.weights(i, p) = pictures[p][i] / std::sqrt(static_cast<float>(spins));
  }
}

/// A quarter of the spins flipped.
Picture with_noise(Picture picture) {
  for (float& spin : picture) spin = rbm::uniform(rng) < 0.25f ? -spin : spin;
  return picture;
}

/// Cools the noisy picture: at the temperature 1 all would be forgotten, from 1/5 to 1/20 it is put right.
template <size_t Pictures>
Picture recall(const Memory<Pictures>& memory, const Picture& noisy) {
  static rbm::GibbsChain<Memory<Pictures>> chain;
  chain.start(noisy);
  must(rbm::anneal(memory, chain, 5.0f, 20.0f, 100, rng));
  return chain.visible;
}

void recall_drawings() {
  static Memory<drawn> memory;
  std::vector<Picture> stored(drawn), noisy, recalled;
  for (size_t i = 0; i < spins; ++i) {
    for (size_t p = 0; p < drawn; ++p) stored[p][i] = drawings[i / side][12 * p + i % side] == '#' ? 1.0f : -1.0f;
  }
  store(stored, memory);
  for (const Picture& picture : stored) noisy.push_back(with_noise(picture));
  for (const Picture& picture : noisy) recalled.push_back(recall(memory, picture));
  for (const std::vector<Picture>* row : {&stored, &noisy, &recalled}) {
    std::printf(row == &stored ? "stored\n" : row == &noisy ? "a quarter of the spins flipped\n" : "recalled\n");
    show(*row, side, side, ".#", -1.0f);
    for (size_t p = 0; p < drawn; ++p) std::printf("   overlap %.2f", overlap((*row)[p], stored[p]));
    std::printf("\n\n");
  }

  static rbm::Matrix<float, spins, spins> couplings;
  must(rbm::effective_couplings(memory, stored.data(), 1, couplings));
  float farthest = 0;
  for (size_t i = 0; i < spins; ++i) {
    for (size_t k = 0; k < i; ++k) {
      for (const Picture& picture : stored) couplings(i, k) -= picture[i] * picture[k] / static_cast<float>(spins);
      farthest = std::fmax(farthest, std::fabs(couplings(i, k)));
    }
  }
  std::printf("no coupling of two spins is more than %.0e from Hebb's rule\n", static_cast<double>(farthest));
}

/// Stores random pictures, twenty times over, and recalls each of them.
template <size_t Pictures>
void recall_random_pictures() {
  static Memory<Pictures> memory;
  std::vector<Picture> stored(Pictures);
  double sum = 0;
  for (int round = 0; round < 20; ++round) {
    for (Picture& picture : stored) rbm::Spin<spins>::noise(picture.values, rng);
    store(stored, memory);
    for (const Picture& picture : stored) sum += overlap(recall(memory, with_noise(picture)), picture);
  }
  std::printf("%8zu %9.2f %9.2f\n", Pictures, Pictures / 100.0, sum / (20 * Pictures));
}

}  // namespace

int main() {
  recall_drawings();
  std::printf("\nrandom pictures, recalled from an overlap of 0.5\npictures  per spin   overlap\n");
  recall_random_pictures<5>();
  recall_random_pictures<10>();
  recall_random_pictures<15>();
  recall_random_pictures<20>();
  recall_random_pictures<30>();
  return 0;
}
