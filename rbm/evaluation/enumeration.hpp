// rbm/evaluation/enumeration.hpp: a layer with the inputs and states of all its units in memory, and a way through all
// its states.
//
// Neighbours in a reflected Gray code differ in one site, so only what that site adds to the other layer's inputs
// changes from one state to the next.
// SPDX-License-Identifier: MIT

#ifndef RBM_EVALUATION_ENUMERATION_HPP
#define RBM_EVALUATION_ENUMERATION_HPP

#include <stddef.h>
#include <stdint.h>

#include "../layers/sites.hpp"
#include "../numbers/number.hpp"
#include "../storage.hpp"

namespace rbm {
namespace detail {

template <class Units, class Number>
struct EnumeratedLayer {
  typename Units::template Layer<Number> layer;
  Vector<Number, Units::size> input, state;
  Vector<uint32_t, Units::size> state_of;  // which of its states each site is in
  Vector<bool, Units::size> descends;      // whether the next digit of a site is the one below

  void start_input() {
    for (Block block : Blocks<Units>()) layer.start_input(block, input.values + block.first);
  }
  void set_mean() {
    for (Block block : Blocks<Units>()) layer.mean(block, input.values + block.first, state.values + block.first);
  }
  Number energy() const { return layer.energy(state.values); }
  Number cumulant() {
    Number sum(0);
    for (Block block : Blocks<Units>()) sum += layer.cumulant(block, input.values + block.first);
    return sum;
  }

  /// How many states there are, infinitely many of real units.
  static Number states() {
    Number number = Units::is_real ? Arithmetic<Number>::infinity() : Number(1);
    for (size_t site = 0; site < Units::sites; ++site) number *= static_cast<Number>(Units::states(site));
    return number;
  }

  /// All sites in their first state; the other layer's input follows from the bias on.
  template <class OnChange>
  void first_state(const OnChange& on_change) {
    for (size_t site = 0; site < Units::sites; ++site) {
      state_of[site] = 0;
      descends[site] = false;
      for (size_t u = 0; u < Units::units(site); ++u) {
        const size_t unit = Units::first_unit(site) + u;
        state[unit] = Units::value(site, 0, u);
        on_change(unit, state[unit]);
      }
    }
  }

  /// The next state in the reflected Gray code, in which one site changes; false after the last one.
  template <class OnChange>
  bool next_state(const OnChange& on_change) {
    size_t site = 0;
    while (site < Units::sites && (descends[site] ? state_of[site] == 0 : state_of[site] + 1 == Units::states(site))) {
      descends[site] = !descends[site];
      ++site;
    }
    if (site == Units::sites) return false;
    state_of[site] += descends[site] ? 0xFFFFFFFFu : 1u;
    for (size_t u = 0; u < Units::units(site); ++u) {
      const size_t unit = Units::first_unit(site) + u;
      const Number old = state[unit];
      state[unit] = Units::value(site, state_of[site], u);
      if (!detail::equal(state[unit], old)) on_change(unit, state[unit] - old);
    }
    return true;
  }
};

}  // namespace detail

}  // namespace rbm

#endif  // RBM_EVALUATION_ENUMERATION_HPP
