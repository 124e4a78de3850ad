// A number type of the caller's own whose sums are of another type, as integers have them: everything must compile for
// it, and give what float gives.
// SPDX-License-Identifier: MIT

#include "everything.hpp"

struct Narrow {
  float value;

  Narrow() = default;
  explicit Narrow(float x) : value(x) {}
  explicit Narrow(int x) : value(static_cast<float>(x)) {}
  explicit operator float() const { return value; }

  friend Narrow operator-(Narrow a, Narrow b) { return Narrow(a.value - b.value); }
  friend Narrow operator*(Narrow a, Narrow b) { return Narrow(a.value * b.value); }
  Narrow& operator+=(Narrow other) {
    value += other.value;
    return *this;
  }
  friend bool operator==(Narrow a, Narrow b) { return a.value == b.value; }
  friend bool operator!=(Narrow a, Narrow b) { return a.value != b.value; }
  friend bool operator<=(Narrow a, Narrow b) { return a.value <= b.value; }
  friend bool operator>=(Narrow a, Narrow b) { return a.value >= b.value; }
};

namespace rbm {

template <>
struct Arithmetic<Narrow> {
  typedef float Sum;
  typedef float Rate;

  static bool is_finite(Narrow x) { return rbm::is_finite(x.value); }
  static bool is_finite(float x) { return rbm::is_finite(x); }
  static float infinity() { return rbm::infinity(); }
  static float to_sum(float x) { return x; }
  static float multiply_add(float sum, Narrow a, Narrow b) { return sum + a.value * b.value; }
  static float scale(Narrow state, float sum) { return state.value * sum; }
  static Narrow nudge(Narrow parameter, float rate, Narrow difference) {
    return Narrow(parameter.value + rate * difference.value);
  }
  static float two_pi() { return 6.28318531f; }
  static float exp(float x) { return rbm::exp(x); }
  static float log(float x) { return rbm::log(x); }
  static float sqrt(float x) { return rbm::sqrt(x); }
  static Narrow tanh(float input) { return Narrow(rbm::tanh(input)); }
  static float log_two_cosh(float input) { return rbm::log_two_cosh(input); }
  static float rectified_mean(float input) { return rbm::rectified_mean(input); }
  static float rectified_cumulant(float input) { return rbm::rectified_cumulant(input); }
  static Narrow sigmoid(float input) { return Narrow(rbm::sigmoid(input)); }
  static float softplus(float input) { return rbm::softplus(input); }

  template <class Rng>
  static Narrow bernoulli(Narrow p, Rng& rng) {
    return Narrow(Arithmetic<float>::bernoulli(p.value, rng));
  }
  template <class Rng>
  static float normal(Rng& rng) {
    return rbm::normal(rng);
  }
  template <class Rng>
  static float rectified(float x, Rng& rng) {
    return rbm::rectified(x, rng);
  }
};

}  // namespace rbm

typedef rbm::Rbm<rbm::Bernoulli<13>, rbm::Bernoulli<37>, Narrow> Model;
typedef rbm::Rbm<rbm::Bernoulli<13>, rbm::Bernoulli<37>> FloatModel;

static Model model;
static FloatModel float_model;

int main() {
  static const Model::VisibleState samples[10] = {};
  static const FloatModel::VisibleState float_samples[10] = {};
  const float narrow = use_everything<Model, 4>(model, 1, samples, 4);
  return narrow == use_everything<FloatModel, 4>(float_model, 1, float_samples, 4) ? 0 : 1;
}
