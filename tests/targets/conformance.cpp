// The same seed gives the same bits on every target: models of a number type, NUMBER, learn, dream, judge and fill in,
// and checksums of what comes out are printed. conformance.expected has them for all targets. Five PARTs, learn, rules,
// edges, dbm and dbn, since the smallest target has no room for all.
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

void print_crc(const char* words, uint32_t crc) {
  print(out, words);
  print_hex(out, crc);
}

// So many updates, each from a batch of noise.
template <size_t Batch, class Model, class Trainer>
void learn_noise(Model& model, Trainer& trainer, int updates, rbm::Xorshift32& rng) {
  for (int update = 0; update < updates; ++update) {
    typename Model::VisibleState samples[Batch];
    for (auto& sample : samples) Model::VisibleLayer::noise(sample.values, rng);
    must(trainer.step(model, samples, Batch, rng));
  }
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

// One sample at a time, every other one in slices; then a chain, energies, and a posterior under evidence.
template <class Scalar>
void online(uint32_t seed) {
  typedef rbm::Rbm<Bernoulli<16>, Bernoulli<8>, Scalar> Model;
  Model model;
  rbm::OnlineTrainer<Model, rbm::sliced> trainer;
  rbm::Xorshift32 rng(seed);
  rbm::initialize(model, rng);
  for (int step = 0; step < 400; ++step) {
    typename Model::VisibleState bars;
    draw_bars(bars, rng);
#if defined(__AVR__) && defined(__clang__)
    const bool at_once = true;  // its code has no room for slices
#else
    const bool at_once = step % 2 == 0;
#endif
    if (at_once) {
      must(trainer.step(model, bars, rng));
    } else {
      must(trainer.begin(model, bars));
      while (trainer.is_learning()) must(trainer.resume(5, rng));
    }
  }
  print_crc(TEXT("CD-1 "), crc_of(model));

  rbm::Posterior<Model> posterior;
  posterior.evidence.forget();
  posterior.evidence.clamp(0, true);
  must(posterior.evidence.observe(5, false, 0.1f));
  posterior.chain.start_from_noise(rng);
  must(posterior.run(model, 10, 30, rng));
  Crc32 crc;
  crc.add(posterior.chain.visible.values, 16);
  crc.add(posterior.mean.values, 16);
  const typename Model::Energy energies[] = {model.free_energy(posterior.chain.visible),
                                             model.energy(posterior.chain.visible, posterior.chain.hidden)};
  crc.add(energies, 2);
  print_crc(TEXT("  used "), crc.value());
}

// Batches with every rule of learning, spins and labels.
template <class Scalar>
void every_rule(uint32_t seed) {
  typedef rbm::Joined<rbm::Spin<5>, rbm::Softmax<1, 3>> Visible;
  typedef rbm::Rbm<Visible, rbm::Spin<6>, Scalar> Model;
  Model model;
  rbm::Trainer<Model, 3, rbm::persistent | rbm::centred | rbm::with_momentum | rbm::penalised> trainer;
  trainer.options.l1 = 0.01f;
  trainer.options.l2 = 0.01f;
  trainer.options.sparsity_cost = 0.1f;
  trainer.options.largest_update = 1.0f;
  rbm::Xorshift32 rng(seed);
  rbm::initialize(model, rng);
  learn_noise<3>(model, trainer, 60, rng);
  print_crc(TEXT("rules "), crc_of(model));
}

// Real values, for which 8 bits are too few.
template <class Scalar, bool HasRealUnits = !rbm::Arithmetic<Scalar>::is_8_bit>
struct Real {
  static constexpr rbm::Extras extras = rbm::Arithmetic<Scalar>::is_fixed ? rbm::scheduled : rbm::learned_variance;

  static void learn(uint32_t seed) {
    typedef rbm::Rbm<rbm::Gaussian<4>, Bernoulli<5>, Scalar> Model;
    Model model;
    rbm::OnlineTrainer<Model, extras> trainer;
    trainer.options.learning_rate = 0.01f;
    rbm::Xorshift32 rng(seed);
    rbm::initialize(model, rng);
    learn_noise<1>(model, trainer, 100, rng);
    print_crc(TEXT("  real "), crc_of(model));
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
  learn_noise<1>(model, trainer, 40, rng);
  print_crc(TEXT("extremes "), crc_of(model));
}

// A constant in flash.
template <class Scalar>
struct Constant {
  typedef rbm::Rbm<rbm::Joined<rbm::Spin<3>, Bernoulli<2>>, Bernoulli<2>, rbm::InFlash<Scalar>> Model;
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
    (void)chain.run(model, 1, rng);
    crc.add(chain.visible.values, Model::visible_size);
    const typename Model::Energy energies[] = {model.free_energy(chain.visible),
                                               model.energy(chain.visible, chain.hidden)};
    crc.add(energies, 2);
  }
  print_crc(TEXT("  flash "), crc.value());
}

struct AddParameter {
  Crc32 crc;
  template <class Number>
  void operator()(rbm::Parameter, const Number& number) {
    crc.add(&number, 1);
  }
};

template <class Model>
uint32_t crc_of_all(const Model& model) {
  AddParameter add;
  rbm::each_parameter(add, model);
  return add.crc.value();
}

// A deep Boltzmann machine and a deep belief network, that learn, find means and dream.
template <class Scalar>
void boltzmann(uint32_t seed) {
  typedef rbm::Dbm<rbm::Layers<Bernoulli<9>, rbm::Spin<5>, Bernoulli<3>>, Scalar> Model;
  Model model;
  rbm::DbmTrainer<Model, 2, 3, rbm::centred> trainer;
  trainer.options.mean_field_steps = 3;
  rbm::Xorshift32 rng(seed);
  rbm::initialize(model, rng);
  for (int update = 0; update < 40; ++update) {
    typename Model::Sample samples[2];
    for (auto& sample : samples) Model::template LayerOf<0>::noise(sample.values, rng);
    must(trainer.step(model, samples, 2, rng));
  }
  typename Model::Sample v;
  Model::template LayerOf<0>::noise(v.values, rng);
  typename Model::Means means;
  model.mean_field(v, 4, means);
  rbm::GibbsChain<Model> chain;
  chain.start(v);
  must(chain.run(model, 10, rng));
  Crc32 crc;
  crc.add(means.template layer<1>().values, 5);
  crc.add(means.template layer<2>().values, 3);
  crc.add(chain.visible.values, 12);
  print_crc(TEXT("Dbm "), crc_of_all(model));
  print_crc(TEXT("  used "), crc.value());
}

template <class Scalar>
void belief(uint32_t seed) {
  typedef rbm::Dbn<rbm::Layers<Bernoulli<9>, Bernoulli<4>, Bernoulli<3>>, Scalar> Model;
  Model model;
  rbm::Pretrainer<Model, 1> trainer;
  rbm::Xorshift32 rng(seed);
  rbm::initialize(model, rng);
  for (uint8_t update = 0; update < 40; ++update) {
    typename Model::Sample sample;
    rbm::Bernoulli<9>::template Layer<Scalar>::noise(sample.values, rng);
    must(trainer.step(model, update / 20, &sample, 1, rng));
  }
  rbm::DbnChain<Model> chain;
  chain.start_from_noise(rng);
  must(chain.run(model, 10, rng));
  Crc32 crc;
  crc.add(chain.visible.values, 9);
  print_crc(TEXT("Dbn "), crc_of_all(model));
  print_crc(TEXT("  used "), crc.value());
}

template <class Scalar>
void dbm() {
  boltzmann<Scalar>(6);
}

template <class Scalar>
void dbn() {
  belief<Scalar>(7);
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
