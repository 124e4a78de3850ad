# Included by the Makefile.
# SPDX-License-Identifier: MIT

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

$(FUZZ)/fuzz.flags: REMEMBERED = $(FUZZ_COMPILE) $(LDFLAGS)

-include $(wildcard $(FUZZ)/*.d)
