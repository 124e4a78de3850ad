// SPDX-License-Identifier: MIT

#include "../rbm/training/slices.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <vector>

#include "../rbm/training/trainer.hpp"
#include "support/models.hpp"
#include "support/pairs.hpp"

namespace {

template <class State>
bool same_states(const State& a, const State& b) {
  for (size_t i = 0; i < State::size; ++i) {
    if (!rbm::detail::equal(a[i], b[i])) return false;
  }
  return true;
}

// Whether a few dozen steps in slices of `most` rows and units come to the model, the states and the generator of as
// many steps at once.
template <class Model, rbm::Extras Chosen>
bool learns_the_same(size_t most, uint16_t gibbs_steps) {
  Model model = random_pair<Model>(0.3f, 0.3f, 5), in_slices = model;
  rbm::Xorshift32 rng(17), rng_in_slices(17), data(3);
  rbm::OnlineTrainer<Model, Chosen> trainer;
  rbm::OnlineTrainer<Model, Chosen | rbm::sliced> slicing;
  trainer.options.learning_rate = slicing.options.learning_rate = Model::Visible::is_real ? 0.01f : 0.1f;
  trainer.options.gibbs_steps = slicing.options.gibbs_steps = gibbs_steps;
  for (int s = 0; s < 30; ++s) {
    typename Model::VisibleState v;
    Model::VisibleLayer::noise(v.values, data);
    if (trainer.step(model, v, rng) != rbm::Status::ok) return false;
    if (slicing.begin(in_slices, v) != rbm::Status::ok) return false;
    while (slicing.is_learning()) {
      if (slicing.resume(most, rng_in_slices) != rbm::Status::ok) return false;
    }
    if (rng.state != rng_in_slices.state || !same_states(trainer.visible[0], slicing.visible[0]) ||
        !same_states(trainer.hidden[0], slicing.hidden[0]) ||
        !same_states(trainer.hidden_data[0], slicing.hidden_data[0])) {
      return false;
    }
  }
  return same_bits(model, in_slices);
}

template <class Model, rbm::Extras Chosen>
void check_slices() {
  for (size_t most : {1u, 2u, 7u, 32u, 100u, 100000u}) {
    CAPTURE(most);
    CHECK(learns_the_same<Model, Chosen>(most, 1));
    CHECK(learns_the_same<Model, Chosen>(most, 3));
  }
}

template <class Scalar>
void check_number() {
  check_slices<rbm::Rbm<rbm::Bernoulli<70>, rbm::Bernoulli<16>, Scalar>, rbm::persistent>();
  check_slices<rbm::Rbm<rbm::Joined<rbm::Bernoulli<33>, rbm::Softmax<1, 3>>, rbm::Bernoulli<75>, Scalar>, rbm::plain>();
  check_slices<rbm::Rbm<rbm::Spin<5>, rbm::Joined<rbm::Spin<3>, rbm::Bernoulli<37>>, Scalar>, rbm::mean_field>();
}

typedef rbm::Fixed<int8_t, 5> Number8;
typedef rbm::Fixed<int16_t, 11> Number16;
typedef rbm::Rbm<rbm::Bernoulli<64>, rbm::Bernoulli<16>, Number8> Small;

template <class Trainer, class Model>
int count_calls(Trainer& trainer, Model& model, const typename Model::VisibleState& v, size_t most) {
  rbm::Xorshift32 rng(4);
  CHECK(trainer.begin(model, v) == rbm::Status::ok);
  int calls = 0;
  for (; trainer.is_learning(); ++calls) CHECK(trainer.resume(most, rng) == rbm::Status::ok);
  return calls;
}

}  // namespace

TEST_CASE("steps in slices of 8 bits come to the bits of whole steps") {
  check_number<Number8>();
  check_slices<rbm::Rbm<rbm::Bernoulli<70>, rbm::Bernoulli<40>, Number8>, rbm::plain>();
  check_slices<rbm::Rbm<rbm::Softmax<9, 5>, rbm::Bernoulli<16>, Number8>, rbm::scheduled>();
}

TEST_CASE("steps in slices of 16 bits come to the bits of whole steps") {
  check_number<Number16>();
  check_slices<rbm::Rbm<rbm::Gaussian<40>, rbm::Bernoulli<35>, Number16>, rbm::plain>();
  check_slices<rbm::Rbm<rbm::Bernoulli<40>, rbm::Gaussian<3>, Number16>, rbm::persistent>();
}

#ifdef RBM_TESTS_SAME_FLOATS
TEST_CASE("steps in slices of floats come to the bits of whole steps") {
  check_number<float>();
  check_slices<rbm::Rbm<rbm::Gaussian<40>, rbm::Bernoulli<35>>, rbm::persistent>();
  check_slices<rbm::Rbm<rbm::Bernoulli<40>, rbm::Relu<3>>, rbm::plain>();
}
#endif

TEST_CASE("a call makes no more rows and units than it may, or one block") {
  rbm::OnlineTrainer<Small, rbm::sliced> trainer;
  Small model = {};
  Small::VisibleState v = {};
  v[3] = v[40] = Number8(1);
  CHECK(count_calls(trainer, model, v, 100000) == 1);
  // Rows: 64 to the hidden units, as many from them, back, and of the weights. Blocks: 16, twice 32, and 16 units.
  CHECK(count_calls(trainer, model, v, 1) == 64 * 4 + 4);
  // 64 | 16 + 32 | 32 + 32 | 32 + 40 | 24 + 16 + 32 | 32: a block that does not fit waits.
  CHECK(count_calls(trainer, model, v, 72) == 6);
}

TEST_CASE("slices: what is refused changes nothing, and a step ends what was begun") {
  rbm::OnlineTrainer<Small, rbm::sliced> trainer, before = trainer;
  Small model = random_pair<Small>(0.3f, 0.3f, 5), old = model;
  rbm::Xorshift32 rng(1);
  Small::VisibleState v = {};
  CHECK(!trainer.is_learning());
  CHECK(trainer.resume(5, rng) == rbm::Status::ok);  // nothing was begun
  v[5] = Number8(0.5f);
  CHECK(trainer.begin(model, v) == rbm::Status::out_of_range);
  CHECK(!trainer.is_learning());
  v[5] = Number8(1);
  CHECK(trainer.begin(model, v) == rbm::Status::ok);
  CHECK(trainer.resume(0, rng) == rbm::Status::out_of_range);
  CHECK(same_states(trainer.hidden[0], before.hidden[0]));
  CHECK(rng.state == 1);
  CHECK(trainer.resume(64 * 3 + 32 * 2 + 16, rng) == rbm::Status::ok);
  CHECK(same_bits(model, old));  // parameters change at the end only
  CHECK(trainer.is_learning());
  CHECK(trainer.step(model, v, rng) == rbm::Status::ok);
  CHECK(!trainer.is_learning());
}

TEST_CASE("slices: chains that run away leave the model as it was, and particles start anew") {
  typedef rbm::Rbm<rbm::Gaussian<3>, rbm::Bernoulli<2>> Model;
  Model model = random_pair<Model>(1.0f, 1.0f, 2);
  rbm::OnlineTrainer<Model, rbm::persistent | rbm::sliced> trainer;
  rbm::Xorshift32 rng(1);
  Model::VisibleState v = {};
  CHECK(count_calls(trainer, model, v, 10) > 0);
  CHECK(trainer.particles == 1);
  CHECK(trainer.updates == 1);
  model.visible.bias[0] = std::numeric_limits<float>::infinity();
  const Model old = model;
  CHECK(trainer.begin(model, v) == rbm::Status::ok);
  CHECK(trainer.resume(100000, rng) == rbm::Status::not_finite);
  CHECK(!trainer.is_learning());
  CHECK(trainer.particles == 0);
  CHECK(trainer.updates == 1);
  CHECK(same_bits(model, old));
}
