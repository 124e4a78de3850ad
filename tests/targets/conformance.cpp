// The same seed gives the same bits on every target: models of a number type, NUMBER, learn, dream, judge and fill in,
// and checksums of what comes out are printed. conformance.expected has them for all targets. Three PARTs, learn, rules
// and edges, since the smallest target has no room for all.
// SPDX-License-Identifier: MIT

#include "../../examples/boards/board.hpp"
#include "../../examples/support/text.hpp"
#include "../../rbm/rbm.hpp"
#include "../support/crc.hpp"

namespace {

using rbm::Bernoulli;
using rbm::Status;

Board out;
bool refused = false;

void must(Status status) { refused = refused || status != Status::ok; }

void print_crc(const char* words, const Crc32& crc) {
  print(out, words);
  for (int shift = 28; shift >= 0; shift -= 4) {
    const uint8_t digit = static_cast<uint8_t>((crc.value() >> shift) & 15u);
    out.write(static_cast<uint8_t>(digit < 10 ? '0' + digit : 'a' + digit - 10));
  }
}

template <class Model>
void print_parameters(const char* words, const Model& model) {
  Crc32 crc;
  crc.add(model.weights.values, Model::visible_size * size_t{Model::hidden_size});
  for (size_t i = 0; i < Model::visible_size; ++i) crc.add(&model.visible.bias_of(i), 1);
  for (size_t j = 0; j < Model::hidden_size; ++j) crc.add(&model.hidden.bias_of(j), 1);
  print_crc(words, crc);
}

template <class Scalar>
struct Ends {
  static Scalar of(bool high) { return high ? Scalar::highest() : Scalar::lowest(); }
};
template <>
struct Ends<float> {
  static float of(bool high) { return high ? 16.0f : -16.0f; }
};

// Pictures of horizontal bars, 4x4, one pixel in sixteen flipped.
template <class Scalar>
void draw_bars(rbm::Vector<Scalar, 16>& v, rbm::Xorshift32& rng) {
  bool on = false;
  for (size_t i = 0; i < 16; ++i) {
    if (i % 4 == 0) on = rng() >= 0x80000000u;
    v[i] = Scalar(on != (rng() < 0x10000000u) ? 1 : 0);
  }
}

// One sample at a time; then a chain, energies, and a posterior under evidence.
template <class Scalar>
void online(uint32_t seed) {
  typedef rbm::Rbm<Bernoulli<16>, Bernoulli<8>, Scalar> Model;
  Model model;
  rbm::OnlineTrainer<Model> trainer;
  rbm::Xorshift32 rng(seed);
  rbm::initialize(model, rng);
  for (int step = 0; step < 400; ++step) {
    typename Model::VisibleState bars;
    draw_bars(bars, rng);
    must(trainer.step(model, bars, rng));
  }
  print_parameters(TEXT("CD-1 "), model);

  rbm::Posterior<Model> posterior;
  posterior.evidence.forget();
  posterior.evidence.clamp(0, true);
  must(posterior.evidence.observe(5, false, 0.1f));
  posterior.chain.start_from_noise(rng);
  must(posterior.run(model, 10, 30, rng));
  Crc32 crc;
  crc.add(posterior.chain.visible.values, 16);
  crc.add(posterior.mean.values, 16);
  const typename Model::Wide energies[] = {model.free_energy(posterior.chain.visible),
                                           model.energy(posterior.chain.visible, posterior.chain.hidden)};
  crc.add(energies, 2);
  print_crc(TEXT("  used "), crc);
}

// Batches with every rule of learning, spins and labels.
template <class Scalar>
void every_rule(uint32_t seed) {
  typedef rbm::Both<rbm::Spin<5>, rbm::Softmax<1, 3>> Visible;
  typedef rbm::Rbm<Visible, rbm::Spin<6>, Scalar> Model;
  Model model;
  rbm::Trainer<Model, 3, rbm::persistent | rbm::centred | rbm::with_momentum | rbm::penalised> trainer;
  trainer.options.l1 = 0.01f;
  trainer.options.l2 = 0.01f;
  trainer.options.sparsity_cost = 0.1f;
  trainer.options.largest_update = 1.0f;
  rbm::Xorshift32 rng(seed);
  rbm::initialize(model, rng);
  for (int step = 0; step < 60; ++step) {
    typename Model::VisibleState samples[3];
    for (size_t s = 0; s < 3; ++s) Model::VisibleLayer::noise(samples[s].values, rng);
    must(trainer.step(model, samples, 3, rng));
  }
  print_parameters(TEXT("rules "), model);
}

// Real values, for which 8 bits are too few.
template <class Scalar, bool HasRealUnits = rbm::Arithmetic<Scalar>::has_real_units>
struct Real {
  static constexpr rbm::Extras extras = rbm::Arithmetic<Scalar>::is_fixed ? rbm::scheduled : rbm::learned_variance;

  static void learn(uint32_t seed) {
    typedef rbm::Rbm<rbm::Gaussian<4>, Bernoulli<5>, Scalar> Model;
    Model model;
    rbm::OnlineTrainer<Model, extras> trainer;
    trainer.options.learning_rate = 0.01f;
    rbm::Xorshift32 rng(seed);
    rbm::initialize(model, rng);
    typename Model::VisibleState sample;
    for (int step = 0; step < 100; ++step) {
      Model::VisibleLayer::noise(sample.values, rng);
      must(trainer.step(model, sample, rng));
    }
    print_parameters(TEXT("  real "), model);
  }
};

template <class Scalar>
struct Real<Scalar, false> {
  static void learn(uint32_t) {}
};

// Spins whose parameters are at the ends of their range.
template <class Scalar>
void extremes(uint32_t seed) {
  typedef rbm::Rbm<rbm::Spin<9>, rbm::Spin<7>, Scalar> Model;
  Model model;
  rbm::OnlineTrainer<Model> trainer;
  trainer.options.learning_rate = 1.0f;
  rbm::Xorshift32 rng(seed);
  rbm::initialize(model, rng);
  for (size_t k = 0; k < 63; ++k) {
    if (k % 3 != 0) model.weights.values[k] = Ends<Scalar>::of(k % 3 == 1);
  }
  typename Model::VisibleState sample;
  for (int step = 0; step < 40; ++step) {
    Model::VisibleLayer::noise(sample.values, rng);
    must(trainer.step(model, sample, rng));
  }
  print_parameters(TEXT("extremes "), model);
}

// A constant in flash.
template <class Scalar>
struct Constant {
  typedef rbm::Rbm<rbm::Both<rbm::Spin<3>, Bernoulli<2>>, Bernoulli<2>, rbm::InFlash<Scalar>> Model;
  static const Model model;
};

template <class Scalar>
const typename Constant<Scalar>::Model Constant<Scalar>::model RBM_IN_FLASH = {
    {{9, -20, 31, 4, -25, 16, 7, -18, 29, 10}}, {{{{11, -12, 13}}}, {{{14, -15}}}}, {{{16, 17}}}};

template <class Scalar>
void flash(uint32_t seed) {
  typedef typename Constant<Scalar>::Model Model;
  const Model& model = Constant<Scalar>::model;
  rbm::GibbsChain<Model> chain;
  rbm::Xorshift32 rng(seed);
  chain.start_from_noise(rng);
  Crc32 crc;
  for (int step = 0; step < 20; ++step) {
    chain.run(model, 1, rng);
    crc.add(chain.visible.values, Model::visible_size);
    const typename Model::Wide energies[] = {model.free_energy(chain.visible),
                                             model.energy(chain.visible, chain.hidden)};
    crc.add(energies, 2);
  }
  print_crc(TEXT("  flash "), crc);
}

template <class Scalar>
void learn() {
  online<Scalar>(1);
  Real<Scalar>::learn(2);
}

template <class Scalar>
void rules() {
  every_rule<Scalar>(3);
}

template <class Scalar>
void edges() {
  extremes<Scalar>(4);
  flash<Scalar>(5);
}

}  // namespace

int main() {
  PART<NUMBER>();
  print(out, TEXT("\n"));
  return refused ? 1 : 0;
}
