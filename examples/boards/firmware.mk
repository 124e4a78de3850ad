# Builds and runs the firmware examples for one board: make -f examples/boards/firmware.mk BOARD=microbit TARGET
# A board is a folder with a board.mk, which sets
#   PREFIX      of the compiler's commands          PACKAGES  of Debian that hold compiler and emulator
#   FLAGS       of the compiler: which processor    EMULATOR  the command that there must be to RUN
#   START LINK  start-up code, command that links   RUN       how a program is run: text on standard output, exit status
#   NUMBER      float or int16, which real-valued examples take;  SKIP: examples that are not for this board
#   SMALL       how programs are optimised that need room, not speed
#   FITS        number types that a model of 64x16 units is reported for;  CHIP: what the report calls it
# SPDX-License-Identifier: MIT

BUILD   ?= build
OUT      = $(BUILD)/firmware/$(BOARD)
NUMBERS  = int8 int16 float
OPTIMISE = -O2
FITS     = $(NUMBERS)
SMALL    = $(OPTIMISE)

include examples/boards/$(BOARD)/board.mk

CXXSTD   ?= c++11
WARNINGS  = -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wdouble-promotion -Werror
COMPILE   = $(FLAGS) $(OPTIMISE) -ffp-contract=off -ffunction-sections -fdata-sections
COMPILE_C = $(PREFIX)gcc -std=gnu11 -Wall -Wextra -Werror $(COMPILE)
COMPILE_CXX = $(PREFIX)g++ -std=$(CXXSTD) $(WARNINGS) $(COMPILE) -fno-exceptions -fno-rtti -fno-threadsafe-statics \
              -I rbm -I examples/data -I examples/support -I $(BUILD)/deploy

CONFORMANCE = $(NUMBERS:%=learn-%) $(NUMBERS:%=rules-%)
BROKEN    = broken-status broken-trap broken-hang
EXAMPLES  = $(filter-out $(SKIP),uno_digits anomaly deploy)
PROGRAMS  = $(EXAMPLES) $(CONFORMANCE)
SECONDS  ?= 300

number_int8  = rbm::Fixed<int8_t, 5>
number_int16 = rbm::Fixed<int16_t, 11>
number_float = float

tools    = $(PREFIX)g++ $(EMULATOR)
missing := $(foreach tool,$(filter-out $(OUT)/%,$(tools)),$(if $(shell command -v $(tool)),,$(tool)))

.DELETE_ON_ERROR:
.PHONY: firmware test report

# Without its tools a board is left out, but not where that would hide a failure: REQUIRE_BOARDS=1.
ifneq ($(strip $(missing)),)
firmware test report:
	@echo "$(BOARD): skipped, there is no $(missing) (Debian: apt-get install $(PACKAGES))" >&2
	@test -z "$(REQUIRE_BOARDS)"
else

firmware: $(PROGRAMS:%=$(OUT)/%.elf)

# What runs says "passed" or what went wrong; what it printed is kept beside it.
test: $(PROGRAMS:%=$(OUT)/%.elf) $(BROKEN:%=$(OUT)/%.elf) $(filter $(OUT)/%,$(EMULATOR))
	@tests/targets/run.sh $(BOARD) $(OUT) $(SECONDS) '$(PREFIX)' '$(RUN)' $(PROGRAMS)

report: PLUGIN = @PLUGIN@
report: $(FITS:%=$(OUT)/report-%.elf) $(OUT)/report-none.elf $(filter $(OUT)/%,$(EMULATOR)) $(BUILD)/firmware/count.so
	@tests/targets/report.sh '$(CHIP), $(BOARD)' $(OUT) '$(PREFIX)' '$(RUN)' $(FITS)

$(OUT)/start.o: $(START) | $(OUT)
	$(COMPILE_C) -MMD -MP -c $< -o $@

$(EXAMPLES:%=$(OUT)/%.o): $(OUT)/%.o: examples/%/main.cpp | $(OUT)
	$(COMPILE_CXX) '-DNUMBER=$(number_$(NUMBER))' -MMD -MP -c $< -o $@

$(OUT)/deploy.o: $(BUILD)/deploy/digits_model.hpp

$(CONFORMANCE:%=$(OUT)/%.o): OPTIMISE := $(SMALL)
$(CONFORMANCE:%=$(OUT)/%.o): $(OUT)/%.o: tests/targets/conformance.cpp | $(OUT)
	$(COMPILE_CXX) '-DPART=$(firstword $(subst -, ,$*))' '-DNUMBER=$(number_$(lastword $(subst -, ,$*)))' -MMD -MP -c $< -o $@

$(BROKEN:%=$(OUT)/%.o): $(OUT)/broken-%.o: tests/targets/broken.cpp | $(OUT)
	$(COMPILE_CXX) -DHOW=$* -MMD -MP -c $< -o $@

$(FITS:%=$(OUT)/report-%.o): $(OUT)/report-%.o: tests/targets/report.cpp | $(OUT)
	$(COMPILE_CXX) '-DNUMBER=$(number_$*)' -MMD -MP -c $< -o $@

$(OUT)/report-none.o: tests/targets/report.cpp | $(OUT)
	$(COMPILE_CXX) -MMD -MP -c $< -o $@

$(OUT)/%.elf: $(OUT)/%.o $(OUT)/start.o
	$(LINK) $^ -o $@

# The host learns a model for the others.
$(BUILD)/deploy/digits_model.hpp: examples/deploy/train.cpp $(wildcard rbm/*.hpp rbm/*/*.hpp)
	mkdir -p $(@D)
	g++ -std=c++11 -O2 -ffp-contract=off $< -o $(@D)/train
	$(@D)/train > $@

$(OUT)/simulate: examples/boards/uno/simulate.c | $(OUT)
	gcc -O2 -Wall -Wextra -Werror $< -lsimavr -o $@

# Counts instructions in QEMU.
$(BUILD)/firmware/count.so: tests/targets/count.c | $(OUT)
	gcc -O2 -Wall -Wextra -Werror -shared -fPIC $< -o $@

$(OUT):
	mkdir -p $@

-include $(wildcard $(OUT)/*.d)
endif
