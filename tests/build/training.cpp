// Training of integer models and nothing else: its object must ask for no function of floats.
// SPDX-License-Identifier: MIT

#include "../../rbm/model/initialize.hpp"
#include "../../rbm/model/model.hpp"
#include "../../rbm/training/trainer.hpp"

template <class Model, class Trainer>
bool train(Model& model, Trainer& trainer, const typename Model::VisibleState* samples, rbm::Xorshift32& rng) {
  rbm::initialize(model, rng);
  return rbm::initialize(model, samples, 3, rng) == rbm::Status::ok &&
         trainer.step(model, samples[0], rng) == rbm::Status::ok &&
         trainer.epoch(model, samples, 3, rng) == rbm::Status::ok &&
         model.free_energy(samples[0]).raw < model.energy(samples[0], trainer.hidden[0]).raw;
}

typedef rbm::Fixed<int8_t, 5> Number8;
typedef rbm::Fixed<int16_t, 11> Number16;
typedef rbm::Joined<rbm::Spin<5>, rbm::Softmax<2, 3>> Mixed;

#define TRAIN(name, Visible, Hidden, Number, Batch, Extras)                                            \
  typedef rbm::Rbm<Visible, Hidden, Number> name;                                                      \
  bool train_one(name& model, rbm::Trainer<name, Batch, Extras>& trainer, const name::VisibleState* v, \
                 rbm::Xorshift32& rng);                                                                \
  bool train_one(name& model, rbm::Trainer<name, Batch, Extras>& trainer, const name::VisibleState* v, \
                 rbm::Xorshift32& rng) {                                                               \
    return train(model, trainer, v, rng);                                                              \
  }

TRAIN(Online, rbm::Bernoulli<16>, rbm::Bernoulli<8>, Number8, 1, rbm::plain)
TRAIN(Centred, Mixed, rbm::Bernoulli<8>, Number8, 2, rbm::persistent | rbm::centred)
TRAIN(Penalised, Mixed, rbm::Spin<8>, Number8, 2, rbm::with_momentum | rbm::penalised)
TRAIN(Real, rbm::Gaussian<4>, Mixed, Number16, 2, rbm::plain)
TRAIN(Hopfield, rbm::Bernoulli<16>, rbm::Gaussian<3>, Number16, 2, rbm::persistent)
