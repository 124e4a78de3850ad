// rbm/layers/states.hpp: a way through all states of a layer of finitely many.
//
// Neighbours in a reflected Gray code differ in one site, so only what that site adds to the other layer's inputs
// changes from one state to the next.
// SPDX-License-Identifier: MIT

#ifndef RBM_LAYERS_STATES_HPP
#define RBM_LAYERS_STATES_HPP

#include <stddef.h>
#include <stdint.h>

#include "../storage.hpp"

namespace rbm {
namespace detail {

/// How many states a layer has, counted until they are too many for a step: more than 2^16, as are those of real units.
template <class Units>
constexpr uint32_t count_states(size_t site = 0, uint32_t so_far = 1) {
  return Units::is_real                              ? 0xFFFFFFFFu
         : so_far > 0x10000u || site >= Units::sites ? so_far
         : Units::states(site) > 0x10000u
             ? 0xFFFFFFFFu
             : count_states<Units>(site + 1, so_far * static_cast<uint32_t>(Units::states(site)));
}

/// A layer's state as it goes through all of them.
template <class Units, class Number>
struct StateWalk {
  enum : size_t { length = Units::sites > 0 ? size_t{Units::sites} : 1 };  // real units have no sites

  Vector<Number, Units::size> state;
  Vector<uint32_t, length> state_of, step;  // which of its states each site is in, and 1 or -1 to the next

  /// Calls visit() in each state, in the order of a reflected Gray code: one site moves, from each end of its states
  /// back to the other, and when it is at an end the next site does. Before that on_change(unit, change) for each unit
  /// that changes, at first from 0. Sites before `first` stay in their first state. Ends as soon as visit() is false.
  template <class OnChange, class Visit>
  bool each_state(size_t first, const OnChange& on_change, const Visit& visit) {
    const auto move_to = [&](size_t site, uint32_t k, bool is_start) {
      for (size_t u = 0; u < Units::units(site); ++u) {
        const size_t unit = Units::first_unit(site) + u;
        const int value = Units::value(site, k, u);
        const int change = value - (is_start ? 0 : Units::value(site, state_of[site], u));
        state[unit] = Number(value);
        if (change != 0) on_change(unit, change);
      }
      state_of[site] = k;
    };
    step.fill(1);
    for (size_t site = 0; site < Units::sites; ++site) move_to(site, 0, true);
    if (!visit()) return false;
    for (size_t site = first; site < Units::sites;) {
      const uint32_t next = state_of[site] + step[site];
      if (next < Units::states(site)) {
        move_to(site, next, false);
        if (!visit()) return false;
        site = first;
      } else {
        step[site] = 0u - step[site];
        ++site;
      }
    }
    return true;
  }
};

}  // namespace detail
}  // namespace rbm

#endif  // RBM_LAYERS_STATES_HPP
