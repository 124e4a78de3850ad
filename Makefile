# make          builds and runs the main example: it learns handwritten digits and shows what it learnt
# make test     builds and runs all tests
# make help     lists everything else
#
# Set CXX, CXXSTD, CXXFLAGS or BUILD to build differently, for example
#   make test CXX=clang++ CXXSTD=c++20 BUILD=build/clang20
# SPDX-License-Identifier: MIT

# The compiler that is there, unless the caller names one.
ifneq ($(filter default undefined,$(origin CXX)),)
CXX := $(firstword $(foreach each,c++ g++ clang++,$(if $(shell command -v $(each) 2>/dev/null),$(each))))
ifeq ($(CXX)$(filter help clean,$(MAKECMDGOALS)),)
$(error no C++ compiler is here, neither c++ nor g++ nor clang++: install one (Debian, Ubuntu: apt-get install g++), \
  or name yours: make CXX=...)
endif
endif
CXXSTD   ?= c++11
CXXFLAGS ?=
BUILD     = build

ifneq ($(words $(BUILD)),1)
$(error BUILD must name one folder, without spaces)
endif

WARNINGS = -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wdouble-promotion -Werror
LEVEL    = -O2
COMPILE  = $(CXX) -std=$(CXXSTD) $(WARNINGS) $(LEVEL) $(CXXFLAGS)

TESTS        = $(wildcard tests/*.cpp)
TEST_OBJECTS = $(TESTS:tests/%.cpp=$(BUILD)/tests/%.o)

EXAMPLES = digits bars_and_stripes ising hopfield complete deep clusters

.PHONY: all examples $(EXAMPLES) test run-tests build-checks example-checks data format clean help
.DELETE_ON_ERROR:

all: digits

## digits: build and run examples/digits (ARGS="--numbers int8" passes options, ARGS=--help lists them)
digits: $(BUILD)/digits
	@$(BUILD)/digits --page $(BUILD)/digits.html $(ARGS)

## bars_and_stripes: CD-1, CD-10 and PCD, compared by their exact likelihoods
## ising: the Ising model of a magnet, learned at three temperatures and compared with the exact lattice
## hopfield: an associative memory recalls pictures with a quarter of their spins flipped, until too many are stored
## complete: digits with their labels: classify them, complete halves of them, dream them
## clusters: a latent variable that is one of K, beside K-means, and digits as a mixture
## deep: digits by a deep belief network and a deep Boltzmann machine, beside the Rbm that they begin with
bars_and_stripes ising hopfield complete deep clusters: %: $(BUILD)/%
	@$(BUILD)/$@

## examples: all of these, one after the other
examples: $(EXAMPLES:%=$(BUILD)/%)
	@for each in $(EXAMPLES); do echo; echo "== $$each"; $(MAKE) -s --no-print-directory $$each || exit 1; done

# Without fused multiply-add a seed gives the same numbers on every machine.
$(EXAMPLES:%=$(BUILD)/%): $(BUILD)/%: examples/%/main.cpp $(BUILD)/compile.flags
	$(COMPILE) -ffp-contract=off -MMD -MP $(LDFLAGS) $< -o $@

## anomaly_csv: build examples/anomaly/csv.cpp, which monitors bearings from recordings in CSV files
.PHONY: anomaly_csv
anomaly_csv: $(BUILD)/anomaly_csv
$(BUILD)/anomaly_csv: examples/anomaly/csv.cpp $(BUILD)/compile.flags
	$(COMPILE) -ffp-contract=off -MMD -MP $(LDFLAGS) $< -o $@

## test: run the unit and learning tests, the build checks and the examples
test:
	@$(MAKE) --no-print-directory run-tests
	@$(MAKE) --no-print-directory build-checks
	@$(MAKE) --no-print-directory example-checks

## run-tests: only what runs (a part of test)
run-tests: $(BUILD)/run-tests
	$(BUILD)/run-tests $(ARGS)

# Most tests take longer to optimise than to run. Those that run long are linked first: of a function that several
# objects hold, the linker takes the first. CMakeLists.txt takes the list from here. CXXFLAGS can say another level.
LONG = learning ais dbm_trainer gibbs integers math moments normalizable
LONG_OBJECTS    = $(filter $(LONG:%=$(BUILD)/tests/%.o), $(TEST_OBJECTS))
OBJECTS_IN_TURN = $(LONG_OBJECTS) $(filter-out $(LONG_OBJECTS), $(TEST_OBJECTS))
$(TEST_OBJECTS): private LEVEL = -O0
$(LONG_OBJECTS): private LEVEL = -O1
$(BUILD)/tests/learning.o: private LEVEL = -O2

# Linked anew when another choice of tests is made, too.
$(BUILD)/run-tests: $(OBJECTS_IN_TURN) $(BUILD)/objects.flags
	$(COMPILE) $(LDFLAGS) $(OBJECTS_IN_TURN) -o $@

$(BUILD)/tests/%.o: tests/%.cpp $(BUILD)/doctest.flags $(BUILD)/compile.flags | $(BUILD)/tests
	$(COMPILE) $$(cat $(BUILD)/doctest.flags) -MMD -MP -c $< -o $@

$(BUILD)/doctest.flags: $(BUILD)/compile.flags
	@tests/support/get_doctest.sh $(BUILD) "$(CXX)"

## build-checks: only what is compiled rather than run: headers alone, macros, symbols, cases that must not compile
build-checks: | $(BUILD)
	@tests/build/check.sh $(BUILD) $(COMPILE)

## example-checks: only the examples, run with their output checked
example-checks: $(EXAMPLES:%=$(BUILD)/%) $(BUILD)/anomaly_csv
	@tests/examples.sh $(BUILD)

# Longer runs than make test, tables of README.md, and other machines than this one.
include tests/fuzz/fuzz.mk tests/tools/tools.mk tests/benchmark/benchmark.mk examples/boards/boards.mk

## data: make examples/data/digits.hpp from the CSV beside it
data: | $(BUILD)
	$(COMPILE) examples/data/make_digits.cpp -o $(BUILD)/make_digits
	gzip -dc examples/data/digits.csv.gz | $(BUILD)/make_digits > $(BUILD)/digits.hpp
	cmp -s $(BUILD)/digits.hpp examples/data/digits.hpp || cp $(BUILD)/digits.hpp examples/data/digits.hpp

## format: lay out all sources by .clang-format
format:
	clang-format -i rbm/*.hpp rbm/*/*.hpp tests/*.cpp tests/*/*.[ch]pp tests/build/fail/*.cpp examples/*/*.cpp \
	  tests/targets/*.[ch] examples/boards/*/*.c examples/uno_digits/*.ino \
	  $(filter-out examples/data/digits.hpp,$(wildcard examples/*/*.hpp))

## clean: remove the build folder
clean:
	rm -rf '$(BUILD)'

## help: this list
help:
	@echo "make: build and run the main example, which learns handwritten digits"
	@sed -n 's/^## /make /p' $(filter Makefile %.mk,$(MAKEFILE_LIST))
	@echo "CXX=, CXXSTD=, CXXFLAGS= and BUILD= choose compiler, standard, more flags and the build folder"

# What another compiler or other flags must build anew.
$(BUILD)/compile.flags: REMEMBERED = $(COMPILE) $(LDFLAGS) $(LONG)
$(BUILD)/objects.flags: REMEMBERED = $(OBJECTS_IN_TURN)
include tests/build/flags.mk

$(BUILD) $(BUILD)/tests:
	mkdir -p $@

-include $(wildcard $(BUILD)/*.d $(BUILD)/tests/*.d)
