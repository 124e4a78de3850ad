// A part of the table of models that are fuzzed: the parts are compiled by themselves, because each takes long.
// FUZZ_PART says which. Extras go round among the pairs; another FUZZ_TURN gives each pair others.
// SPDX-License-Identifier: MIT

#include "rows.hpp"

#include <cstddef>

#include "calls.hpp"

#ifndef FUZZ_TURN
#define FUZZ_TURN 0
#endif

namespace fuzz {

constexpr unsigned all_rules = rbm::centred | rbm::with_momentum | rbm::penalised;

/// The extras of a pair; variances are learned where there are some, in floats.
constexpr rbm::Extras extras(size_t pair, bool has_variance) {
  return static_cast<rbm::Extras>((has_variance && pair % 2 == 0 ? unsigned{rbm::learned_variance}
                                   : pair % 4 == 3               ? unsigned{rbm::mean_field}
                                                                 : 0u) |
                                  (pair % 9 == 0   ? unsigned{rbm::plain}
                                   : pair % 9 == 1 ? unsigned{rbm::centred}
                                   : pair % 9 == 2 ? unsigned{rbm::penalised}
                                   : pair % 9 == 3 ? unsigned{rbm::persistent}
                                   : pair % 9 == 4 ? all_rules
                                   : pair % 9 == 5 ? unsigned{rbm::with_momentum}
                                   : pair % 9 == 6 ? rbm::persistent | all_rules
                                   : pair % 9 == 7 ? unsigned{rbm::scheduled}
                                                   : rbm::persistent | rbm::centred));
}

namespace {

using rbm::Bernoulli;
using rbm::Gaussian;
using rbm::Joined;
using rbm::Relu;
using rbm::Softmax;
using rbm::Spin;
typedef rbm::Fixed<int16_t, 11> Number16;
typedef rbm::Fixed<int8_t, 5> Number8;

/// The fewest bits that models of these units may have, and a number type of as many, to convert to.
template <class Units>
struct Fewest {
  enum : int { bits = 8 };
};
template <size_t Length>
struct Fewest<Gaussian<Length>> {
  enum : int { bits = 16 };
};
template <size_t Length>
struct Fewest<Relu<Length>> {
  enum : int { bits = 32 };
};
template <class First, class Second>
struct Fewest<Joined<First, Second>> {
  enum : int {
    bits = int{Fewest<First>::bits} > int{Fewest<Second>::bits} ? int{Fewest<First>::bits} : int{Fewest<Second>::bits}
  };
};

template <int Bits>
struct NumberOf {
  typedef float type;
};
template <>
struct NumberOf<16> {
  typedef Number16 type;
};
template <>
struct NumberOf<8> {
  typedef Number8 type;
};

template <class Visible, class Hidden>
using Narrowest =
    typename NumberOf<(int{Fewest<Visible>::bits} > int{Fewest<Hidden>::bits} ? int{Fewest<Visible>::bits}
                                                                              : int{Fewest<Hidden>::bits})>::type;

template <class Visible, class Hidden, class Number, class Other, size_t Pair>
void run(Bytes& bytes) {
  typedef rbm::Rbm<Visible, Hidden, Number> Model;
  constexpr bool may_learn_variances = Visible::has_variance && !rbm::Arithmetic<Number>::is_fixed;
  Calls<Model, Other, 1 + Pair % 3, extras(Pair + FUZZ_TURN, may_learn_variances), Generator>::run(bytes);
}

/// One unit type against all others.
template <class Visible, size_t Pair>
const Table& floats() {
  typedef Joined<Gaussian<1>, Bernoulli<2>> Mixed;
  static const Run runs[] = {run<Visible, Bernoulli<3>, float, Narrowest<Visible, Bernoulli<3>>, Pair>,
                             run<Visible, Spin<3>, float, Narrowest<Visible, Spin<3>>, Pair + 1>,
                             run<Visible, Gaussian<2>, float, Narrowest<Visible, Gaussian<2>>, Pair + 2>,
                             run<Visible, Relu<2>, float, float, Pair + 3>,
                             run<Visible, Softmax<2, 3>, float, Narrowest<Visible, Softmax<2, 3>>, Pair + 4>,
                             run<Visible, Mixed, float, Narrowest<Visible, Mixed>, Pair + 5>};
  static const Table table = {runs, sizeof runs / sizeof runs[0]};
  return table;
}

template <class Visible, size_t Pair>
const Table& integers16() {
  static const Run runs[] = {run<Visible, Bernoulli<3>, Number16, float, Pair>,
                             run<Visible, Spin<3>, rbm::Fixed<int16_t, 14>, float, Pair + 1>,
                             run<Visible, Gaussian<2>, Number16, float, Pair + 2>,
                             run<Visible, Softmax<2, 3>, rbm::Fixed<int16_t, 8>, float, Pair + 3>,
                             run<Visible, Joined<Gaussian<1>, Bernoulli<2>>, Number16, float, Pair + 4>};
  static const Table table = {runs, sizeof runs / sizeof runs[0]};
  return table;
}

template <class Visible, size_t Pair>
const Table& integers8() {
  static const Run runs[] = {run<Visible, Bernoulli<3>, Number8, float, Pair>,
                             run<Visible, Spin<3>, Number8, Number16, Pair + 1>,
                             run<Visible, Softmax<2, 3>, rbm::Fixed<int8_t, 2>, float, Pair + 2>,
                             run<Visible, Joined<Bernoulli<2>, Softmax<1, 3>>, rbm::Fixed<int8_t, 6>, float, Pair + 3>};
  static const Table table = {runs, sizeof runs / sizeof runs[0]};
  return table;
}

/// More units than a vector or a block holds, batches that go layer by layer, and the library's own generators.
template <size_t>
const Table& large() {
  typedef rbm::Xorshift32 Small;
  static const Run runs[] = {
      Calls<rbm::Rbm<Bernoulli<70>, Bernoulli<33>>, float, 2, rbm::plain, Small>::run,
      Calls<rbm::Rbm<Bernoulli<40>, Bernoulli<37>>, float, 64, rbm::plain, rbm::XorshiftLanes>::run,
      Calls<rbm::Rbm<Joined<Softmax<5, 7>, Gaussian<9>>, Joined<Spin<33>, Bernoulli<31>>>, float, 64,
            rbm::persistent | rbm::centred, Small>::run,
      Calls<rbm::Rbm<Bernoulli<70>, Bernoulli<33>, Number8>, float, 1, rbm::plain, Small>::run,
      Calls<rbm::Rbm<Joined<Gaussian<9>, Bernoulli<40>>, Bernoulli<35>, Number16>, float, 2, rbm::persistent,
            Small>::run,
      Calls<rbm::Rbm<Softmax<1, 70>, Spin<33>, Number8>, float, 1, rbm::plain, Small>::run};
  static const Table table = {runs, sizeof runs / sizeof runs[0]};
  return table;
}

}  // namespace

#if FUZZ_PART == 0
#define FUZZ_TABLE floats<Bernoulli<3>, 0>
#elif FUZZ_PART == 1
#define FUZZ_TABLE floats<Spin<3>, 7>
#elif FUZZ_PART == 2
#define FUZZ_TABLE floats<Gaussian<2>, 14>
#elif FUZZ_PART == 3
#define FUZZ_TABLE floats<Relu<2>, 21>
#elif FUZZ_PART == 4
#define FUZZ_TABLE floats<Softmax<2, 3>, 28>
#elif FUZZ_PART == 5
#define FUZZ_TABLE floats<Joined<Gaussian<1>, Softmax<1, 3>>, 35>
#elif FUZZ_PART == 6
#define FUZZ_TABLE integers16<Bernoulli<3>, 2>
#elif FUZZ_PART == 7
#define FUZZ_TABLE integers16<Spin<3>, 8>
#elif FUZZ_PART == 8
#define FUZZ_TABLE integers16<Gaussian<2>, 14>
#elif FUZZ_PART == 9
#define FUZZ_TABLE integers16<Softmax<2, 3>, 20>
#elif FUZZ_PART == 10
#define FUZZ_TABLE integers16<Joined<Gaussian<1>, Bernoulli<2>>, 26>
#elif FUZZ_PART == 11
#define FUZZ_TABLE integers8<Bernoulli<3>, 3>
#elif FUZZ_PART == 12
#define FUZZ_TABLE integers8<Spin<3>, 8>
#elif FUZZ_PART == 13
#define FUZZ_TABLE integers8<Softmax<2, 3>, 13>
#elif FUZZ_PART == 14
#define FUZZ_TABLE integers8<Joined<Bernoulli<2>, Softmax<1, 3>>, 18>
#else
#define FUZZ_TABLE large<0>
#endif

template <>
const Table& table<FUZZ_PART>() {
  return FUZZ_TABLE();
}

}  // namespace fuzz
