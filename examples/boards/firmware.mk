# Builds and runs the firmware examples for one board: make -f examples/boards/firmware.mk BOARD=microbit TARGET
# A board is a folder with a board.mk, which sets
#   PREFIX      of the compiler's commands          PACKAGES  of Debian that hold compiler and emulator
#   FLAGS       of the compiler: which processor    EMULATOR  what runs programs; PROBE: a command that fails without it
#   START LINK  start-up code, command that links   RUN       how a program is run: text on standard output, exit status
#   SCRIPTS     that the linker reads, but for those in the board's folder
#   NUMBER      float or int16, which real-valued examples take;  SKIP: examples that are not for this board
#   SMALL       how programs are optimised that need room, not speed
#   MISUSES     of tests/targets/forbidden.cpp that show in the symbols: not double, where the processor has it
#   FITS        number types that a model of 64x16 units is reported for;  CHIP: what the report calls it
# SPDX-License-Identifier: MIT

BUILD   ?= build
OUT      = $(BUILD)/firmware/$(BOARD)
NUMBERS  = int8 int16 float
OPTIMISE = -O2
FITS     = $(NUMBERS)
SMALL    = $(OPTIMISE)
MISUSES  = heap libm double guard constructor
PROBE    = command -v $(EMULATOR)
# What a board does not set is not taken from the environment.
PREFIX   =
FLAGS    =
SKIP     =
PLUGIN   =
CHIP     =
SCRIPTS  =

include examples/boards/$(BOARD)/board.mk

CXXSTD   ?= c++11
WARNINGS  = -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wdouble-promotion -Werror
COMPILE   = $(FLAGS) $(OPTIMISE) -ffp-contract=off -ffunction-sections -fdata-sections
COMPILE_C = $(PREFIX)gcc -std=gnu11 -Wall -Wextra -Werror $(COMPILE)
COMPILE_CXX = $(PREFIX)g++ -std=$(CXXSTD) $(WARNINGS) $(COMPILE) -fno-exceptions -fno-rtti -fno-threadsafe-statics \
              -I rbm -I examples/data -I examples/support -I $(BUILD)/deploy

CONFORMANCE = $(foreach part,learn rules edges,$(NUMBERS:%=$(part)-%))
BROKEN    = broken-status broken-trap broken-hang
FORBIDDEN = $(MISUSES:%=forbidden-%)
EXAMPLES  = $(filter-out $(SKIP),$(patsubst examples/%/main.cpp,%,$(shell grep -l boards/board.hpp examples/*/main.cpp)))
PROGRAMS  = $(EXAMPLES) $(CONFORMANCE)
SECONDS  ?= 300

number_int8  = rbm::Fixed<int8_t, 5>
number_int16 = rbm::Fixed<int16_t, 11>
number_float = float

# Without its tools a board is left out, but not where that would hide a failure: REQUIRE_BOARDS=1.
no_compiler := $(shell echo | $(PREFIX)g++ $(FLAGS) -include string.h -E -x c++ - >/dev/null 2>&1 || echo compiler)
no_emulator := $(shell ($(PROBE)) >/dev/null 2>&1 || echo emulator)
skip = @echo "$(BOARD): skipped, $(strip $(1)) is missing (Debian: apt-get install $(PACKAGES))" >&2; test -z "$(REQUIRE_BOARDS)"

.DELETE_ON_ERROR:
.PHONY: firmware test report

ifneq ($(no_compiler),)
firmware test report:
	$(call skip,$(PREFIX)g++)
else

firmware: $(PROGRAMS:%=$(OUT)/%.elf)
	@echo "$(BOARD): $(EXAMPLES:%=$(OUT)/%.elf)"

ifneq ($(no_emulator),)
test report:
	$(call skip,$(notdir $(EMULATOR:%/simulate=simavr)))
else

# Says what failed, and counts; what programs printed is kept beside them.
test: $(PROGRAMS:%=$(OUT)/%.elf) $(BROKEN:%=$(OUT)/%.elf) $(FORBIDDEN:%=$(OUT)/%.o) $(filter $(OUT)/%,$(EMULATOR))
	@tests/targets/run.sh $(BOARD) $(OUT) $(SECONDS) '$(PREFIX)' '$(RUN)' '$(MISUSES)' $(PROGRAMS)

report: PLUGIN = @PLUGIN@
report: $(FITS:%=$(OUT)/report-%.elf) $(OUT)/report-none.elf $(filter $(OUT)/%,$(EMULATOR)) $(BUILD)/firmware/count.so
	@tests/targets/report.sh '$(CHIP), $(BOARD)' $(OUT) '$(PREFIX)' '$(RUN)' $(FITS)
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
$(CONFORMANCE:%=$(OUT)/%.o): $(OUT)/%.o: tests/targets/conformance.cpp $(OUT)/compile.flags
	$(COMPILE_CXX) '-DPART=$(firstword $(subst -, ,$*))' '-DNUMBER=$(number_$(lastword $(subst -, ,$*)))' -MMD -MP -c $< -o $@

$(BROKEN:%=$(OUT)/%.o): $(OUT)/broken-%.o: tests/targets/broken.cpp $(OUT)/compile.flags
	$(COMPILE_CXX) -DHOW=$* -MMD -MP -c $< -o $@

$(FORBIDDEN:%=$(OUT)/%.o): $(OUT)/forbidden-%.o: tests/targets/forbidden.cpp $(OUT)/compile.flags
	$(COMPILE_CXX) -DHOW_$* -MMD -MP -c $< -o $@

$(FITS:%=$(OUT)/report-%.o): $(OUT)/report-%.o: tests/targets/report.cpp $(OUT)/compile.flags
	$(COMPILE_CXX) '-DNUMBER=$(number_$*)' -MMD -MP -c $< -o $@

$(OUT)/report-none.o: tests/targets/report.cpp $(OUT)/compile.flags
	$(COMPILE_CXX) -MMD -MP -c $< -o $@

$(OUT)/%.elf: $(OUT)/%.o $(OUT)/start.o $(SCRIPTS) $(wildcard examples/boards/$(BOARD)/*.ld)
	$(LINK) $(filter %.o,$^) -o $@

# On the host: a model for the others, the simulator of the Uno, and what counts instructions in QEMU.
$(BUILD)/deploy/train: examples/deploy/train.cpp
	@mkdir -p $(@D)
	$(CXX) -std=c++11 $(WARNINGS) -O2 -ffp-contract=off -MMD -MP $< -o $@

$(BUILD)/deploy/digits_model.hpp: $(BUILD)/deploy/train
	$< > $@

$(OUT)/simulate: examples/boards/uno/simulate.c | $(OUT)
	gcc -O2 -Wall -Wextra -Werror $< -lsimavr -o $@

$(BUILD)/firmware/count.so: tests/targets/count.c | $(OUT)
	gcc -O2 -Wall -Wextra -Werror -shared -fPIC $< -o $@

$(OUT):
	mkdir -p $@

-include $(wildcard $(OUT)/*.d $(BUILD)/deploy/*.d)
