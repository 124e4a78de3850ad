# Builds and runs the firmware examples for one board: make -f examples/boards/firmware.mk BOARD=microbit TARGET
# A board is a folder with a board.mk, which sets
#   PREFIX      of the compiler's commands          PACKAGES  of Debian that hold compiler and emulator
#   CC_OF CXX_OF  compilers, where they have other names
#   FLAGS       of the compiler: which processor    EMULATOR  what runs programs; PROBE: a command that fails without it
#   START LINK  start-up code, command that links   RUN       how a program is run: text on standard output, exit status;
#                                                             "compiled": not linked, and not run
#   SCRIPTS     that the linker reads, but for those in the board's folder
#   NUMBER      float or int16, which real-valued examples take;  SKIP: examples that are not for this board, or $(ALL)
#   SMALL       how programs are optimised that need room, not speed
#   MISUSES     of tests/targets/forbidden.cpp that show in the symbols: not double, where the processor has it
#   CONFORMANCE  programs of tests/targets that fit, which come to the bits of conformance.expected
#   FITS        number types that a model of 64x16 units is reported for;  CHIP: what the report calls it
#   SIZED       those of which the report has more sizes
# SPDX-License-Identifier: MIT

BUILD   ?= build
OUT      = $(BUILD)/firmware/$(BOARD)
NUMBERS  = int8 int16 float
OPTIMISE = -O2
FITS     = $(NUMBERS)
SMALL    = $(OPTIMISE)
MISUSES  = heap libm double guard constructor
PROBE    = command -v $(EMULATOR)
CC_OF    = $(PREFIX)gcc
CXX_OF   = $(PREFIX)g++
# What a board does not set is not taken from the environment.
PREFIX   =
FLAGS    =
SKIP     =
PLUGIN   =
CHIP     =
SIZED    =
SCRIPTS  =
CONFORMANCE = $(foreach part,learn rules edges dbm dbn,$(NUMBERS:%=$(part)-%)) tiny step-library step-by-hand

include examples/boards/$(BOARD)/board.mk

CXXSTD   ?= c++11
WARNINGS  = -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wdouble-promotion -Werror
COMPILE   = $(FLAGS) $(OPTIMISE) -ffp-contract=off -ffunction-sections -fdata-sections
COMPILE_C = $(CC_OF) -std=gnu11 -Wall -Wextra -Werror $(COMPILE)
COMPILE_CXX = $(CXX_OF) -std=$(CXXSTD) $(WARNINGS) $(COMPILE) -fno-exceptions -fno-rtti -fno-threadsafe-statics -Wno-psabi \
              -I rbm -I examples/data -I examples/support -I $(BUILD)/deploy

BROKEN    = broken-status broken-trap broken-hang
FORBIDDEN = $(MISUSES:%=forbidden-%)
ALL      := $(patsubst examples/%/main.cpp,%,$(shell grep -l boards/board.hpp examples/*/main.cpp))
EXAMPLES  = $(filter-out $(SKIP),$(ALL))
PROGRAMS  = $(EXAMPLES) $(CONFORMANCE)
SECONDS  ?= 300

number_int8  = rbm::Fixed<int8_t, 5>
number_int16 = rbm::Fixed<int16_t, 11>
number_float = float

# Without its tools a board is left out, but not where that would hide a failure: REQUIRE_BOARDS=1.
no_compiler := $(shell echo | $(CXX_OF) $(FLAGS) -include string.h -E -x c++ - >/dev/null 2>&1 || echo compiler)
no_emulator := $(shell ($(PROBE)) >/dev/null 2>&1 || echo emulator)
skip = @echo "$(BOARD): skipped, $(strip $(1)) is missing (Debian: apt-get install $(PACKAGES))" >&2; test -z "$(REQUIRE_BOARDS)"

.DELETE_ON_ERROR:
.PHONY: firmware test report sizes slices

ifneq ($(no_compiler),)
firmware test report sizes slices:
	$(call skip,$(firstword $(CXX_OF)))
else

MADE = $(if $(filter compiled,$(RUN)),o,elf)
firmware: $(PROGRAMS:%=$(OUT)/%.$(MADE))
	@echo "$(BOARD): $(EXAMPLES:%=$(OUT)/%.$(MADE))"

# Programs of the report: all of a learner, the smallest, that in C by hand, and what is left without the library; each
# for size, too.
REPORTS  = $(if $(FITS),none $(FITS))
ifneq ($(SIZED),)
BY_HAND  = by-hand
REPORTS += none-small $(SIZED:%=smallest-%) $(SIZED:%=%-small) $(SIZED:%=smallest-%-small) $(BY_HAND) by-hand-small
endif
sizes: $(REPORTS:%=$(OUT)/report-%.elf)
	@tests/targets/report.sh '$(CHIP), $(BOARD)' $(OUT) '$(PREFIX)' sizes $(SIZED) $(BY_HAND)

ifneq ($(no_emulator),)
test report slices:
	$(call skip,$(notdir $(EMULATOR:%/simulate=simavr)))
else

# Says what failed, and counts; what programs printed is kept beside them.
test: $(PROGRAMS:%=$(OUT)/%.$(MADE)) $(BROKEN:%=$(OUT)/%.$(MADE)) $(FORBIDDEN:%=$(OUT)/%.o) $(filter $(OUT)/%,$(EMULATOR))
	@tests/targets/run.sh $(BOARD) $(OUT) $(SECONDS) '$(PREFIX)' '$(RUN)' '$(MISUSES)' $(PROGRAMS)

report: PLUGIN = @PLUGIN@
report: $(REPORTS:%=$(OUT)/report-%.elf) $(filter $(OUT)/%,$(EMULATOR)) $(BUILD)/firmware/count.so
	@tests/targets/report.sh '$(CHIP), $(BOARD)' $(OUT) '$(PREFIX)' '$(RUN)' $(FITS) $(BY_HAND)

slices: PLUGIN = @PLUGIN@
slices: $(FITS:%=$(OUT)/report-sliced-%.elf) $(filter $(OUT)/%,$(EMULATOR)) $(BUILD)/firmware/count.so
	@tests/targets/report.sh '$(CHIP), $(BOARD)' $(OUT) '$(PREFIX)' slices '$(RUN)' $(FITS)
endif
endif

$(OUT)/compile.flags: REMEMBERED = $(COMPILE_C) $(COMPILE_CXX) $(LINK) $(NUMBER) $(SMALL)
include tests/build/flags.mk

$(OUT)/start.o: $(START) $(OUT)/compile.flags
	$(COMPILE_C) -MMD -MP -c $< -o $@

$(EXAMPLES:%=$(OUT)/%.o): $(OUT)/%.o: examples/%/main.cpp $(OUT)/compile.flags
	$(COMPILE_CXX) '-DNUMBER=$(number_$(NUMBER))' -MMD -MP -c $< -o $@

$(OUT)/deploy.o: $(BUILD)/deploy/digits_model.hpp

$(CONFORMANCE:%=$(OUT)/%.o): OPTIMISE := $(SMALL)
$(OUT)/tiny.o: tests/targets/tiny.cpp $(OUT)/compile.flags
	$(COMPILE_CXX) -MMD -MP -c $< -o $@

$(OUT)/step-library.o: PROGRAM = -DSMALLEST -DCHECKSUM '-DNUMBER=$(number_int8)'
$(OUT)/step-by-hand.o: PROGRAM = -DBY_HAND -DCHECKSUM
$(OUT)/step-library.o $(OUT)/step-by-hand.o: tests/targets/report.cpp $(OUT)/compile.flags
	$(COMPILE_CXX) $(PROGRAM) -MMD -MP -c $< -o $@

PARTS = $(filter-out tiny step-%,$(CONFORMANCE))
$(PARTS:%=$(OUT)/%.o): $(OUT)/%.o: tests/targets/conformance.cpp $(OUT)/compile.flags
	$(COMPILE_CXX) '-DPART=$(firstword $(subst -, ,$*))' '-DNUMBER=$(number_$(lastword $(subst -, ,$*)))' -MMD -MP -c $< -o $@

$(BROKEN:%=$(OUT)/%.o): $(OUT)/broken-%.o: tests/targets/broken.cpp $(OUT)/compile.flags
	$(COMPILE_CXX) -DHOW=$* -MMD -MP -c $< -o $@

$(FORBIDDEN:%=$(OUT)/%.o): $(OUT)/forbidden-%.o: tests/targets/forbidden.cpp $(OUT)/compile.flags
	$(COMPILE_CXX) -DHOW_$* -MMD -MP -c $< -o $@

$(OUT)/report-%-small.o: OPTIMISE := -Os
$(OUT)/report-smallest-%.o: PROGRAM = -DSMALLEST
$(OUT)/report-sliced-%.o: PROGRAM = -DSLICED
$(OUT)/report-none% $(OUT)/report-by-hand%: NUMBERED =
$(OUT)/report-by-hand%: PROGRAM = -DBY_HAND
NUMBERED = '-DNUMBER=$(number_$(filter $(NUMBERS),$(subst -, ,$*)))'
$(REPORTS:%=$(OUT)/report-%.o) $(FITS:%=$(OUT)/report-sliced-%.o): $(OUT)/report-%.o: tests/targets/report.cpp $(OUT)/compile.flags
	$(COMPILE_CXX) $(PROGRAM) $(NUMBERED) -MMD -MP -c $< -o $@

$(OUT)/by-hand.o: OPTIMISE := -O2
$(OUT)/by-hand-small.o: OPTIMISE := -Os
$(OUT)/by-hand.o $(OUT)/by-hand-small.o: tests/targets/by_hand.c $(OUT)/compile.flags
	$(COMPILE_C) -std=c99 $(WARNINGS) -MMD -MP -c $< -o $@

$(OUT)/report-by-hand.elf: $(OUT)/by-hand.o
$(OUT)/report-by-hand-small.elf $(OUT)/step-by-hand.elf: $(OUT)/by-hand-small.o
$(OUT)/%.elf: $(OUT)/%.o $(OUT)/start.o $(SCRIPTS) $(wildcard examples/boards/$(BOARD)/*.ld)
	$(LINK) $(filter %.o,$^) -o $@

# On the host: a model for the others, the simulator of an AVR, and what counts instructions in QEMU.
$(BUILD)/deploy/train: examples/deploy/train.cpp
	@mkdir -p $(@D)
	$(CXX) -std=c++11 $(WARNINGS) -O2 -ffp-contract=off -MMD -MP $< -o $@

$(BUILD)/deploy/digits_model.hpp: $(BUILD)/deploy/train
	$< > $@

$(OUT)/simulate: examples/boards/avr/simulate.c | $(OUT)
	gcc -O2 -Wall -Wextra -Werror '-DCPU="$(CPU)"' -DGPIOR0=$(GPIOR0) -DGPIOR1=$(GPIOR1) $< -lsimavr -o $@

$(BUILD)/firmware/count.so: tests/targets/count.c | $(OUT)
	gcc -O2 -Wall -Wextra -Werror -shared -fPIC $< -o $@

$(OUT):
	mkdir -p $@

-include $(wildcard $(OUT)/*.d $(BUILD)/deploy/*.d)
