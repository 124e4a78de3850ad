// Everything with integers in place of floats: all that the library offers must compile for them.
// SPDX-License-Identifier: MIT

#include "everything.hpp"

template <class Scalar>
float use_number(uint32_t seed) {
  typedef rbm::Rbm<rbm::Bernoulli<13>, rbm::Bernoulli<37>, Scalar> Odd;
  typedef rbm::Rbm<rbm::Spin<5>, rbm::Softmax<2, 3>, Scalar> Small;
  typedef rbm::Rbm<rbm::Joined<rbm::Bernoulli<4>, rbm::Softmax<1, 3>>, rbm::Spin<6>, Scalar> Labelled;
  static Odd odd;
  static Small small;
  static Labelled labelled;
  static const typename Odd::VisibleState odd_samples[4] = {};
  static typename Small::VisibleState small_samples[4] = {};
  static typename Labelled::VisibleState labelled_samples[4] = {};
  for (auto& sample : labelled_samples) sample[5] = Scalar(1);
  return use_everything<Odd, 4>(odd, seed, odd_samples, 4) +
         use_model<Small, 4, rbm::plain>(small, seed, small_samples, 4) +
         use_model<Labelled, 4, rbm::persistent | rbm::centred>(labelled, seed, labelled_samples, 4);
}

int main() {
  typedef rbm::Fixed<int16_t, 11> Number;
  typedef rbm::Rbm<rbm::Gaussian<3>, rbm::Joined<rbm::Bernoulli<2>, rbm::Gaussian<2>>, Number> Real;
  static Real real;
  static const Real::VisibleState samples[2] = {};
  static rbm::Rbm<rbm::Gaussian<3>, rbm::Joined<rbm::Bernoulli<2>, rbm::Gaussian<2>>> float_real;
  size_t saturated = 0;
  real.visible.clear();
  real.hidden.clear();
  rbm::Status status = rbm::convert(real, float_real, saturated);
  status = rbm::convert(float_real, real, saturated);
  const float sum = use_number<rbm::Fixed<int8_t, 5>>(1) + use_number<Number>(1) +
                    use_model<Real, 2, rbm::plain>(real, 1, samples, 2) +
                    use_model<Real, 2, rbm::centred | rbm::with_momentum | rbm::penalised>(real, 1, samples, 2);
  return rbm::is_finite(sum) && status == rbm::Status::ok && saturated == 0 ? 0 : 1;
}
