# Included by the Makefile: tools that look at the library, or at its tests.
# SPDX-License-Identifier: MIT
.PHONY: syntax-checks math-errors memory mutants coverage single

# Whether all tests compile, without warnings, but no code: a tenth of the time.
syntax-checks: $(BUILD)/doctest.flags
	@for test in $(TESTS) tests/build/one.cpp; do $(COMPILE) $$(cat $(BUILD)/doctest.flags) -fsyntax-only $$test || exit 1; done
	@echo "syntax checks: $(words $(TESTS)) passed, 0 failed"

## math-errors: the largest error of exp, log ... over all 2^32 floats (a quarter of an hour)
math-errors: | $(BUILD)
	$(COMPILE) -pthread tests/tools/math_errors.cpp -o $(BUILD)/math-errors
	$(BUILD)/math-errors

## memory: the table of README.md: bytes of models, trainers and chains
memory: | $(BUILD)
	@$(COMPILE) -DRBM_VECTOR_BYTES=4 tests/tools/memory.cpp -o $(BUILD)/memory
	@$(BUILD)/memory

## mutants: change MUTANTS=200 places of rbm/, chosen by SEED=1: prints which changes no test notices (needs python3)
MUTANTS ?= 200
SEED    ?= 1
mutants: $(BUILD)/doctest.flags
	@tests/mutation/mutate.py --count $(MUTANTS) --seed $(SEED) $(MUTANTS_FLAGS) $(BUILD)/mutants \
	  $(CXX) -std=$(CXXSTD) -O0 $(CXXFLAGS) $$(cat $(BUILD)/doctest.flags)

## coverage: the lines of rbm/ that no test runs, of those that this machine compiles (needs gcovr)
# Lines for other processors are run by .ci/run: by its jobs of vectors and of integers, and on the emulators.
COVERAGE = $(BUILD)/coverage
GCOV    ?= gcov
coverage:
	@find $(COVERAGE) -name '*.gcda' -delete 2>/dev/null || true
	@$(MAKE) -s --no-print-directory run-tests BUILD=$(COVERAGE) CXXFLAGS="$(CXXFLAGS) -O0 --coverage" \
	  ARGS=--test-suite-exclude=long
	@gcovr --gcov-executable "$(GCOV)" --filter rbm/ --object-directory $(COVERAGE)

## single: all of the library in one file, build/rbm.hpp (RBM_HOST adds what hosts alone can do: likelihoods, AIS)
single: | $(BUILD)
	@awk -f tests/tools/single.awk rbm/rbm.hpp rbm/evaluation/ais.hpp > $(BUILD)/rbm.hpp
