# Included by the Makefile.
# SPDX-License-Identifier: MIT
.PHONY: bench bench-peers bench-instructions

## bench: speed against the machine's limits and OpenBLAS (BENCH_FLAGS=-O3: plain x86-64); two minutes
BENCH_FLAGS   ?= -O3 -march=native
BENCH          = $(BUILD)/benchmark
BENCH_SHAPES   = 64x16 64x64 784x128 784x500
BENCH_OBJECTS  = $(patsubst %,$(BENCH)/%.o,benchmark evaluation extras growth limits $(BENCH_SHAPES:%=shape-%))
BENCH_COMPILE  = $(CXX) -std=c++17 $(WARNINGS) $(BENCH_FLAGS) $(CXXFLAGS)
BENCH_OPENBLAS = $$(cat $(BENCH)/openblas.flags)
bench:
	@$(MAKE) -s --no-print-directory -j$$(nproc 2>/dev/null || echo 1) $(BENCH)/benchmark
	@$(BENCH)/benchmark $(BUILD) tests/benchmark

## bench-peers: speed against scikit-learn, where it is installed
bench-peers:
	@python=; for each in python3 /usr/bin/python3; do \
	  [ -n "$$python" ] || ! $$each -c 'import sklearn' 2>/dev/null || python=$$each; done; \
	[ -n "$$python" ] || { echo "no scikit-learn: get it by apt install python3-sklearn, or pip"; exit 1; }; \
	$(MAKE) -s --no-print-directory -j$$(nproc 2>/dev/null || echo 1) $(BENCH)/benchmark && \
	$(BENCH)/benchmark $(BUILD) tests/benchmark $$python

$(BENCH)/benchmark: $(BENCH_OBJECTS)
	$(BENCH_COMPILE) $(LDFLAGS) $^ $(if $(shell cat $(BENCH)/openblas.flags 2>/dev/null),-lopenblas) -o $@

$(BENCH)/%.o: tests/benchmark/%.cpp $(BENCH)/bench.flags $(BENCH)/openblas.flags
	$(BENCH_COMPILE) $(BENCH_OPENBLAS) -DBENCHMARK_FLAGS='"$(strip $(BENCH_FLAGS) $(CXXFLAGS))"' -MMD -MP -c $< -o $@

$(BENCH_SHAPES:%=$(BENCH)/shape-%.o): $(BENCH)/shape-%.o: tests/benchmark/shape.cpp $(BENCH)/bench.flags $(BENCH)/openblas.flags
	$(BENCH_COMPILE) $(BENCH_OPENBLAS) -DBENCHMARK_VISIBLE=$(firstword $(subst x, ,$*)) \
	  -DBENCHMARK_HIDDEN=$(lastword $(subst x, ,$*)) -MMD -MP -c $< -o $@

$(BENCH)/bench.flags: REMEMBERED = $(BENCH_COMPILE) $(LDFLAGS)

# Empty where OpenBLAS is not there.
$(BENCH)/openblas.flags: always | $(BENCH)
	@found=; ! printf '#include <cblas.h>\nint main() { openblas_set_num_threads(1); }\n' | \
	  $(CXX) -x c++ - $(LDFLAGS) -lopenblas -o $(BENCH)/has_openblas 2>/dev/null || found=-DBENCHMARK_OPENBLAS; \
	echo $$found | cmp -s - $@ || echo $$found > $@

## bench-instructions: instructions of a CD-1 step under valgrind, against those recorded (RECORD=1 records them)
bench-instructions: | $(BENCH)
	@tests/benchmark/instructions.sh $(BENCH) "$(RECORD)" $(CXX) -std=c++17 $(WARNINGS)

$(BENCH):
	mkdir -p $@

-include $(wildcard $(BENCH)/*.d)
