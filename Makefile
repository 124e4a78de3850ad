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
COMPILE  = $(CXX) -std=$(CXXSTD) $(WARNINGS) -O2 $(CXXFLAGS)
COMPILE_TEST = $(CXX) -std=$(CXXSTD) $(WARNINGS) -O2 $(LEVEL) $(CXXFLAGS)

TESTS        = $(wildcard tests/*.cpp)
TEST_OBJECTS = $(TESTS:tests/%.cpp=$(BUILD)/tests/%.o)

EXAMPLES = digits bars_and_stripes ising hopfield complete

.PHONY: all examples $(EXAMPLES) test run-tests build-checks example-checks math-errors memory data format clean help
.DELETE_ON_ERROR:

all: digits

## digits: build and run examples/digits (ARGS="--numbers int8" passes options, ARGS=--help lists them)
digits: $(BUILD)/digits
	@$(BUILD)/digits --page $(BUILD)/digits.html $(ARGS)

## bars_and_stripes: CD-1, CD-10 and PCD, compared by their exact likelihoods
## ising: the Ising model of a magnet, learned at three temperatures and compared with the exact lattice
## hopfield: an associative memory recalls pictures with a quarter of their spins flipped, until too many are stored
## complete: digits with their labels: classify them, complete halves of them, dream them
bars_and_stripes ising hopfield complete: %: $(BUILD)/%
	@$(BUILD)/$@

## examples: all of these, one after the other
examples: $(EXAMPLES:%=$(BUILD)/%)
	@for each in $(EXAMPLES); do echo; echo "== $$each"; $(MAKE) -s --no-print-directory $$each || exit 1; done

# Without fused multiply-add a seed gives the same numbers on every machine.
$(EXAMPLES:%=$(BUILD)/%): $(BUILD)/%: examples/%/main.cpp $(BUILD)/compile.flags
	$(COMPILE) -ffp-contract=off -MMD -MP $(LDFLAGS) $< -o $@

## test: run the unit and learning tests, the build checks and the examples
test:
	@$(MAKE) --no-print-directory run-tests
	@$(MAKE) --no-print-directory build-checks
	@$(MAKE) --no-print-directory example-checks

## run-tests: only what runs (a part of test)
run-tests: $(BUILD)/run-tests
	$(BUILD)/run-tests $(ARGS)

# These take long to optimise and not long to run, so their level is another where CXXFLAGS does not say. They are
# linked last: of a function that several objects hold, the linker takes the first.
QUICK = conditional couplings extras flash float_kernels initialize integer_pairings layers likelihood model pairings \
  tempering transposed
QUICK_OBJECTS   = $(filter $(QUICK:%=$(BUILD)/tests/%.o), $(TEST_OBJECTS))
OBJECTS_IN_TURN = $(filter-out $(QUICK_OBJECTS), $(TEST_OBJECTS)) $(QUICK_OBJECTS)
$(QUICK_OBJECTS): LEVEL = -O0
$(BUILD)/tests/ais.o: LEVEL = -O1

$(BUILD)/run-tests: $(OBJECTS_IN_TURN) $(BUILD)/objects
	$(COMPILE) $(LDFLAGS) $(OBJECTS_IN_TURN) -o $@

# Changes when another choice of tests is linked.
$(BUILD)/objects: always | $(BUILD)
	@echo '$(OBJECTS_IN_TURN)' | cmp -s - $@ || echo '$(OBJECTS_IN_TURN)' > $@

$(BUILD)/tests/%.o: tests/%.cpp $(BUILD)/doctest.flags $(BUILD)/compile.flags | $(BUILD)/tests
	$(COMPILE_TEST) $$(cat $(BUILD)/doctest.flags) -MMD -MP -c $< -o $@

$(BUILD)/doctest.flags: $(BUILD)/compile.flags
	@tests/support/get_doctest.sh $(BUILD) "$(CXX)"

## build-checks: only what is compiled rather than run: headers alone, macros, symbols, cases that must not compile
build-checks: | $(BUILD)
	@tests/build/check.sh $(BUILD) $(COMPILE)

## fuzz: FUZZ_SECONDS (600) of random sequences of calls under sanitizers, by libFuzzer where CXX is clang, after the corpus
# FUZZ_FLAGS=-O2 is without sanitizers and ten times as fast; FUZZ_TURN=1 to 8 gives each model other extras. What breaks
# a promise is written to build/fuzz; tests/fuzz/fuzz.cpp says more.
FUZZ         = $(BUILD)/fuzz
FUZZ_SECONDS ?= 600
FUZZ_TURN    ?= 0
FUZZ_FLAGS   ?= -O1 -g1 -fsanitize=address,undefined,float-cast-overflow -fno-sanitize-recover=all
FUZZ_ROWS    = $(patsubst %,$(FUZZ)/rows-%.o,0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)
FUZZ_CLANG  := $(shell $(CXX) --version 2>/dev/null | grep -c clang)
FUZZ_COMPILE = $(CXX) -std=$(CXXSTD) $(WARNINGS) $(FUZZ_FLAGS) -DFUZZ_TURN=$(FUZZ_TURN) $(CXXFLAGS) \
  $(if $(filter-out 0,$(FUZZ_CLANG)),-fsanitize=fuzzer-no-link -DFUZZ_LIBFUZZER)
.PHONY: fuzz fuzz-corpus
fuzz: fuzz-corpus
ifneq ($(FUZZ_CLANG),0)
	@mkdir -p $(FUZZ)/found
	$(FUZZ)/fuzz -max_total_time=$(FUZZ_SECONDS) -timeout=60 -artifact_prefix=$(FUZZ)/ -print_final_stats=1 -verbosity=0 \
	  $(FUZZ)/found tests/fuzz/corpus
else
	$(FUZZ)/fuzz --seconds $(FUZZ_SECONDS) --output $(FUZZ) $(ARGS)
endif

## fuzz-corpus: only the inputs that once found a fault
fuzz-corpus: $(FUZZ)/fuzz
ifneq ($(FUZZ_CLANG),0)
	$(FUZZ)/fuzz -verbosity=0 tests/fuzz/corpus/*
else
	$(FUZZ)/fuzz --output $(FUZZ) --replay tests/fuzz/corpus/*
endif

$(FUZZ)/fuzz: $(FUZZ)/fuzz.o $(FUZZ_ROWS)
	$(FUZZ_COMPILE) $(if $(filter-out 0,$(FUZZ_CLANG)),-fsanitize=fuzzer) $(LDFLAGS) $^ -o $@

$(FUZZ)/fuzz.o: tests/fuzz/fuzz.cpp $(FUZZ)/fuzz.flags
	$(FUZZ_COMPILE) -MMD -MP -c $< -o $@

$(FUZZ_ROWS): $(FUZZ)/rows-%.o: tests/fuzz/rows.cpp $(FUZZ)/fuzz.flags
	$(FUZZ_COMPILE) -DFUZZ_PART=$* -MMD -MP -c $< -o $@

$(FUZZ)/fuzz.flags: always | $(FUZZ)
	@echo '$(FUZZ_COMPILE) $(LDFLAGS)' | cmp -s - $@ || echo '$(FUZZ_COMPILE) $(LDFLAGS)' > $@

# Whether all tests compile, without warnings, but no code: a tenth of the time.
.PHONY: syntax-checks
syntax-checks: $(BUILD)/doctest.flags
	@for test in $(TESTS) tests/build/one.cpp; do $(COMPILE) $$(cat $(BUILD)/doctest.flags) -fsyntax-only $$test || exit 1; done
	@echo "syntax checks: $(words $(TESTS)) passed, 0 failed"

## example-checks: only the examples, run with their output checked
example-checks: $(EXAMPLES:%=$(BUILD)/%)
	@tests/examples.sh $(BUILD)

BOARDS   = $(patsubst examples/boards/%/board.mk,%,$(wildcard examples/boards/*/board.mk))
ON_BOARD = $(MAKE) -s --no-print-directory -f examples/boards/firmware.mk CXX="$(CXX)"

## firmware: cross-compile the firmware examples for every board of examples/boards/ whose compiler is there
firmware: $(BOARDS:%=firmware-%)
$(BOARDS:%=firmware-%): firmware-%: shared-firmware
	+@$(ON_BOARD) BOARD=$* firmware

## test-firmware: run them on the boards' emulators, with the conformance program: the same bits everywhere
test-firmware: $(BOARDS:%=test-firmware-%)
$(BOARDS:%=test-firmware-%): test-firmware-%: shared-firmware
	+@$(ON_BOARD) BOARD=$* test

## board-report: the table of README.md: flash, RAM, stack and instructions on each board
board-report: shared-firmware
	@echo '| board | numbers | flash | RAM | stack | up pass | CD-1 step | free energy |'
	@echo '|---|---|---|---|---|---|---|---|'
	+@for board in $(BOARDS); do $(ON_BOARD) BOARD=$$board report || exit 1; done

## sketch: lay out uno_digits and the library as a sketchbook for Arduino's IDE, in build/arduino
SKETCH = $(BUILD)/arduino
sketch:
	@rm -rf $(SKETCH) && mkdir -p $(SKETCH)/libraries $(SKETCH)/uno_digits
	@cp -r rbm $(SKETCH)/libraries/
	@cp examples/uno_digits/uno_digits.ino examples/uno_digits/uno_digits.hpp examples/data/digits.hpp \
	  examples/support/text.hpp $(SKETCH)/uno_digits/
	@echo "$(SKETCH) is a sketchbook: make it the IDE's (Preferences), and open uno_digits; or copy its libraries/rbm to yours"

## test-sketch: build the sketch with Arduino's own builder and flags, and run it as test-firmware does
test-sketch: sketch
	+@$(ON_BOARD) BOARD=host $(BUILD)/firmware/host/uno_digits.elf
	-+@$(ON_BOARD) BOARD=uno $(BUILD)/firmware/uno/simulate
	@tests/targets/sketch.sh $(SKETCH) $(BUILD)/firmware/uno/simulate $(BUILD)/firmware/host/uno_digits.elf

# What boards share is made once, and first.
.PHONY: firmware test-firmware board-report shared-firmware sketch test-sketch
.PHONY: $(BOARDS:%=firmware-%) $(BOARDS:%=test-firmware-%)
shared-firmware:
	+@$(ON_BOARD) BOARD=host $(BUILD)/deploy/digits_model.hpp $(BUILD)/firmware/count.so

## math-errors: the largest error of exp, log ... over all 2^32 floats (a quarter of an hour)
math-errors: | $(BUILD)
	$(COMPILE) -pthread tests/tools/math_errors.cpp -o $(BUILD)/math-errors
	$(BUILD)/math-errors

## memory: the table of README.md: bytes of models, trainers and chains
memory: | $(BUILD)
	@$(COMPILE) -DRBM_VECTOR_BYTES=4 tests/tools/memory.cpp -o $(BUILD)/memory
	@$(BUILD)/memory

## bench: speed against the machine's limits, OpenBLAS and scikit-learn (BENCH_FLAGS=-O3: plain x86-64); two minutes
BENCH_FLAGS   ?= -O3 -march=native
BENCH          = $(BUILD)/benchmark
BENCH_SHAPES   = 64x16 64x64 784x128 784x500
BENCH_OBJECTS  = $(patsubst %,$(BENCH)/%.o,benchmark growth limits $(BENCH_SHAPES:%=shape-%))
BENCH_COMPILE  = $(CXX) -std=c++17 $(WARNINGS) $(BENCH_FLAGS) $(CXXFLAGS)
BENCH_OPENBLAS = $$(cat $(BENCH)/openblas.flags)
bench:
	@$(MAKE) -s --no-print-directory -j$$(nproc 2>/dev/null || echo 1) $(BENCH)/benchmark
	@python=; for each in python3 /usr/bin/python3; do \
	  [ -n "$$python" ] || ! $$each -c 'import sklearn' 2>/dev/null || python=$$each; done; \
	$(BENCH)/benchmark $(BUILD) tests/benchmark $$python

$(BENCH)/benchmark: $(BENCH_OBJECTS)
	$(BENCH_COMPILE) $(LDFLAGS) $^ $(if $(shell cat $(BENCH)/openblas.flags 2>/dev/null),-lopenblas) -o $@

$(BENCH)/%.o: tests/benchmark/%.cpp $(BENCH)/bench.flags $(BENCH)/openblas.flags
	$(BENCH_COMPILE) $(BENCH_OPENBLAS) -DBENCHMARK_FLAGS='"$(strip $(BENCH_FLAGS) $(CXXFLAGS))"' -MMD -MP -c $< -o $@

$(BENCH_SHAPES:%=$(BENCH)/shape-%.o): $(BENCH)/shape-%.o: tests/benchmark/shape.cpp $(BENCH)/bench.flags $(BENCH)/openblas.flags
	$(BENCH_COMPILE) $(BENCH_OPENBLAS) -DBENCHMARK_VISIBLE=$(firstword $(subst x, ,$*)) \
	  -DBENCHMARK_HIDDEN=$(lastword $(subst x, ,$*)) -MMD -MP -c $< -o $@

$(BENCH)/bench.flags: always | $(BENCH)
	@echo '$(BENCH_COMPILE) $(LDFLAGS)' | cmp -s - $@ || echo '$(BENCH_COMPILE) $(LDFLAGS)' > $@

# Empty where OpenBLAS is not there.
$(BENCH)/openblas.flags: always | $(BENCH)
	@found=; ! printf '#include <cblas.h>\nint main() { openblas_set_num_threads(1); }\n' | \
	  $(CXX) -x c++ - $(LDFLAGS) -lopenblas -o $(BENCH)/has_openblas 2>/dev/null || found=-DBENCHMARK_OPENBLAS; \
	echo $$found | cmp -s - $@ || echo $$found > $@

## bench-instructions: instructions of a CD-1 step under valgrind, against those recorded (RECORD=1 records them)
bench-instructions: | $(BENCH)
	@tests/benchmark/instructions.sh $(BENCH) "$(RECORD)" $(CXX) -std=c++17 $(WARNINGS)
.PHONY: bench bench-instructions mutants coverage

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
.PHONY: single
single: | $(BUILD)
	@awk -f tests/tools/single.awk rbm/rbm.hpp rbm/evaluation/ais.hpp > $(BUILD)/rbm.hpp

## data: make examples/data/digits.hpp from the CSV beside it
data: | $(BUILD)
	$(COMPILE) examples/data/make_digits.cpp -o $(BUILD)/make_digits
	gzip -dc examples/data/digits.csv.gz | $(BUILD)/make_digits > $(BUILD)/digits.hpp
	cmp -s $(BUILD)/digits.hpp examples/data/digits.hpp || cp $(BUILD)/digits.hpp examples/data/digits.hpp

## format: lay out all sources by .clang-format
format:
	clang-format -i rbm/*.hpp rbm/*/*.hpp tests/*.cpp tests/*/*.[ch]pp tests/build/fail/*.cpp examples/*/*.cpp \
	  tests/targets/*.c examples/boards/*/*.c examples/uno_digits/*.ino \
	  $(filter-out examples/data/digits.hpp,$(wildcard examples/*/*.hpp))

## clean: remove the build folder
clean:
	rm -rf '$(BUILD)'

## help: this list
help:
	@echo "make: build and run the main example, which learns handwritten digits"
	@sed -n 's/^## /make /p' Makefile
	@echo "CXX=, CXXSTD=, CXXFLAGS= and BUILD= choose compiler, standard, more flags and the build folder"

# Changes when the command does, so that other flags or another compiler build everything anew.
$(BUILD)/compile.flags: always | $(BUILD)
	@echo '$(COMPILE) $(LDFLAGS) $(QUICK)' | cmp -s - $@ || echo '$(COMPILE) $(LDFLAGS) $(QUICK)' > $@
.PHONY: always

$(BUILD) $(BUILD)/tests $(BUILD)/benchmark $(BUILD)/fuzz:
	mkdir -p $@

-include $(wildcard $(BUILD)/*.d $(BUILD)/tests/*.d $(BUILD)/benchmark/*.d $(BUILD)/fuzz/*.d)
