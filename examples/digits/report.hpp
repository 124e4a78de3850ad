// What the example measured and drew: filled by main.cpp, shown by terminal.hpp and page.hpp.
// SPDX-License-Identifier: MIT

#ifndef RBM_EXAMPLES_REPORT_HPP
#define RBM_EXAMPLES_REPORT_HPP

#include <cstdint>
#include <string>
#include <vector>

#include "../../rbm/rbm.hpp"

typedef rbm::Vector<float, 64> Picture;  // 8x8 pixels, row by row

struct Epoch {
  unsigned number;
  double reconstruction_error;  // percent of the pixels of a training digit that one up-down pass gets wrong
  double free_energy_gap;       // mean free energy of the held-out digits less that of as many training digits, nats
};

/// A row of pictures with the same meaning.
struct Strip {
  std::string caption;
  std::vector<Picture> pictures;
};

struct Report {
  unsigned epochs;
  uint32_t seed;
  float learning_rate;
  std::string integers;  // what numbers the model is made of; empty if they are floats
  double seconds;        // spent on training

  std::vector<Epoch> curve;
  std::vector<Strip> reconstructions;  // pixels in [0, 1]
  Strip fantasies;                     // pixels in [0, 1]
  Strip weights;                       // in [-1, 1]
  std::vector<Strip> denoising;        // pixels in [0, 1]
  std::vector<double> bit_errors;  // percent over all held-out digits, one for each strip of denoising but the first
};

#endif  // RBM_EXAMPLES_REPORT_HPP
