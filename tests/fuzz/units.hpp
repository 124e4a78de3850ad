// What each type of unit can be given: states in and out of its range, parameters, evidence.
// SPDX-License-Identifier: MIT

#ifndef RBM_TESTS_FUZZ_UNITS_HPP
#define RBM_TESTS_FUZZ_UNITS_HPP

#include <cstddef>

#include "../../rbm/layers/binary.hpp"
#include "../../rbm/layers/joined.hpp"
#include "../../rbm/layers/real.hpp"
#include "../../rbm/layers/softmax.hpp"
#include "bytes.hpp"
#include "promise.hpp"

namespace fuzz {

/// state: one in range. observe: evidence of a unit, or its end; the call's status. is_sound: whether evidence is
/// made of numbers, or infinite where a unit is certain.
template <class Units>
struct Hostile;

/// A wild parameter is often at the bound of rbm::check.
template <class Scalar>
void take_parameter(Bytes& bytes, Manner how, Scalar& x) {
  take(bytes, how, x);
  if (how == Manner::wide && bytes.below(4) == 0) x = Scalar(x < Scalar(0) ? -1e22f : 1e22f);
}

template <class Layer>
void take_biases(Bytes& bytes, Manner how, Layer& layer) {
  for (auto& bias : layer.bias.values) take_parameter(bytes, how, bias);
}

template <size_t Length, int Off>
struct TwoStates {
  template <class Scalar>
  static void state(Bytes& bytes, Scalar* s) {
    const bool grey = bytes.below(8) == 0;
    for (size_t i = 0; i < Length; ++i) {
      const uint8_t byte = bytes.byte();
      s[i] = grey ? Scalar(static_cast<float>(Off) + static_cast<float>(1 - Off) * static_cast<float>(byte) / 255.0f)
                  : Scalar(byte % 2 == 0 ? Off : 1);
    }
  }

  template <class Layer>
  static void parameters(Bytes& bytes, Manner how, Layer& layer) {
    take_biases(bytes, how, layer);
  }

  template <class Evidence>
  static rbm::Status observe(Bytes& bytes, Evidence& evidence) {
    const size_t unit = bytes.below(Length);
    switch (bytes.below(4)) {
      case 0: evidence.forget(unit); return rbm::Status::ok;
      case 1: evidence.clamp(unit, bytes.below(2) != 0); return rbm::Status::ok;
      case 2: return evidence.observe(unit, bytes.below(2) != 0, static_cast<float>(bytes.byte()) / 255.0f);
      default: return evidence.observe(bytes.below(2 * Length), true, real(bytes, Manner::any));
    }
  }

  template <class Evidence>
  static bool is_sound(const Evidence& evidence) {
    bool sound = true;
    for (const auto& odds : evidence.log_odds.values) sound = sound && odds == odds;
    return sound;
  }
};

template <size_t Length>
struct Hostile<rbm::Bernoulli<Length>> : TwoStates<Length, 0> {};
template <size_t Length>
struct Hostile<rbm::Spin<Length>> : TwoStates<Length, -1> {};

template <size_t Groups, size_t States>
struct Hostile<rbm::Softmax<Groups, States>> {
  template <class Scalar>
  static void state(Bytes& bytes, Scalar* s) {
    for (size_t group = 0; group < Groups; ++group) {
      const size_t on = bytes.below(States);
      for (size_t k = 0; k < States; ++k) s[group * States + k] = Scalar(k == on ? 1 : 0);
    }
  }

  template <class Layer>
  static void parameters(Bytes& bytes, Manner how, Layer& layer) {
    take_biases(bytes, how, layer);
  }

  template <class Evidence>
  static rbm::Status observe(Bytes& bytes, Evidence& evidence) {
    const size_t group = bytes.below(Groups), unit = bytes.below(States);
    switch (bytes.below(4)) {
      case 0: evidence.forget(group); return rbm::Status::ok;
      case 1: evidence.clamp(group, unit); return rbm::Status::ok;
      case 2: return evidence.observe(group, unit, static_cast<float>(bytes.byte()) / 255.0f);
      default: return evidence.observe(bytes.below(2 * Groups), bytes.below(2 * States), real(bytes, Manner::any));
    }
  }

  template <class Evidence>
  static bool is_sound(const Evidence& evidence) {
    bool sound = true;
    for (const auto& likelihood : evidence.log_likelihood.values) sound = sound && likelihood == likelihood;
    return sound;
  }
};

template <class Units>
struct Real {
  template <class Scalar>
  static void state(Bytes& bytes, Scalar* s) {
    const Manner how = manner(bytes);
    for (size_t i = 0; i < Units::size; ++i) {
      take(bytes, how, s[i]);
      if (!(s[i] >= Scalar(Units::least()) && s[i] <= Scalar(Units::most()))) {
        s[i] = Scalar(bytes.below(2) == 0 ? 0.0f : Units::most());
      }
    }
  }

  template <class Evidence>
  static rbm::Status observe(Bytes& bytes, Evidence& evidence) {
    typename Evidence::Scalar value[Units::size];
    state(bytes, value);
    const size_t unit = bytes.below(Units::size);
    const Manner how = manner(bytes);
    switch (bytes.below(4)) {
      case 0: evidence.forget(unit); return rbm::Status::ok;
      case 1: evidence.clamp(unit, value[0]); return rbm::Status::ok;
      case 2: return evidence.observe(unit, value[0], std::fabs(real(bytes, how)));
      default:
        take(bytes, Manner::any, value[0]);
        return evidence.observe(bytes.below(2 * Units::size), value[0], real(bytes, Manner::any));
    }
  }

  template <class Evidence>
  static bool is_sound(const Evidence& evidence) {
    bool sound = are_numbers(evidence.value);
    for (const auto& precision : evidence.precision.values) sound = sound && double(precision) >= 0;
    return sound;
  }
};

template <size_t Length>
struct Hostile<rbm::Gaussian<Length>> : Real<rbm::Gaussian<Length>> {
  template <class Layer>
  static void parameters(Bytes& bytes, Manner how, Layer& layer) {
    typedef typename Layer::Scalar Scalar;
    take_biases(bytes, how, layer);
    for (auto& variance : layer.variance.values) {
      take(bytes, how, variance);
      if (how == Manner::any) continue;
      if (variance < Scalar(0)) variance = -variance;
      if (how == Manner::wide && bytes.below(2) == 0) variance = Scalar(bytes.below(2) == 0 ? 1e-6f : 1e6f);
      if (variance == Scalar(0)) variance = Scalar(1);
    }
  }
};

template <size_t Length>
struct Hostile<rbm::Relu<Length>> : Real<rbm::Relu<Length>> {
  template <class Layer>
  static void parameters(Bytes& bytes, Manner how, Layer& layer) {
    take_biases(bytes, how, layer);
  }
};

template <class First, class Second>
struct Hostile<rbm::Joined<First, Second>> {
  template <class Scalar>
  static void state(Bytes& bytes, Scalar* s) {
    Hostile<First>::state(bytes, s);
    Hostile<Second>::state(bytes, s + size_t{First::size});
  }

  template <class Layer>
  static void parameters(Bytes& bytes, Manner how, Layer& layer) {
    Hostile<First>::parameters(bytes, how, layer.first);
    Hostile<Second>::parameters(bytes, how, layer.second);
  }

  template <class Evidence>
  static rbm::Status observe(Bytes& bytes, Evidence& evidence) {
    return bytes.below(2) == 0 ? Hostile<First>::observe(bytes, evidence.first)
                               : Hostile<Second>::observe(bytes, evidence.second);
  }

  template <class Evidence>
  static bool is_sound(const Evidence& evidence) {
    return Hostile<First>::is_sound(evidence.first) && Hostile<Second>::is_sound(evidence.second);
  }
};

}  // namespace fuzz

#endif  // RBM_TESTS_FUZZ_UNITS_HPP
