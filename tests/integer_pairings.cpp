// Models of integers of every type of unit with every other, against sums and integrals over all states. Draws are
// compared by chi-square with a false alarm in a million each (see Counts).
// SPDX-License-Identifier: MIT

#include "support/pairing_checks.hpp"

namespace {

typedef rbm::Fixed<int16_t, 12> Number16;
typedef rbm::Fixed<int8_t, 5> Number8;

}  // namespace

TEST_CASE("integers, all pairings: energies, free energies, conditionals and means within what the format rounds") {
  for_each_pair<CheckJointStates, Number16>(UnitsOf16Bits());
  for_each_pair<CheckJointStates, Number8>(UnitsOf8Bits());
  for_each_pair<CheckSites, Number16>(UnitsOf16Bits());
  for_each_pair<CheckSites, Number8>(UnitsOf8Bits());
  // Other formats: each type of unit on either side.
  for_each_match<CheckJointStates, rbm::Fixed<int8_t, 4>>(UnitsOf8Bits(), rotated(UnitsOf8Bits()));
  for_each_match<CheckJointStates, rbm::Fixed<int16_t, 9>>(UnitsOf8Bits(), rotated(UnitsOf8Bits()));
}

TEST_CASE("integers, all pairings: samples of either layer follow the conditionals") {
  for_each_pair<CheckSamples, Number16>(UnitsOf16Bits());
  for_each_pair<CheckSamples, Number8>(UnitsOf8Bits());
}

TEST_CASE("integers, all pairings: Gibbs steps leave the distribution of the rounded weights alone" *
          doctest::test_suite("sampling")) {
  for_each_pair<CheckNoDrift, Number16>(UnitsOf16Bits());
  for_each_pair<CheckNoDrift, Number8>(UnitsOf8Bits());
}
