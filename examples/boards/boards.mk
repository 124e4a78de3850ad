# Included by the Makefile: the rules of firmware.mk for every board.
# SPDX-License-Identifier: MIT
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

## board-report: the tables of README.md: flash, RAM, stack and instructions on each board
board-report: shared-firmware
	@echo '| board | numbers | flash | RAM | stack | up pass | CD-1 step | free energy |'
	@echo '|---|---|---|---|---|---|---|---|'
	+@for board in $(BOARDS); do $(ON_BOARD) BOARD=$$board report || exit 1; done
	@echo; echo '| board | numbers | smallest, `-O2` | `-Os` | all, `-O2` | `-Os` |'
	@echo '|---|---|---|---|---|---|'
	+@for board in $(BOARDS); do $(ON_BOARD) BOARD=$$board sizes || exit 1; done
	@echo; echo '| board | numbers | CD-1 step | at most | `resume(16)`, at most | `resume(64)` |'
	@echo '|---|---|---|---|---|---|'
	+@for board in $(BOARDS); do $(ON_BOARD) BOARD=$$board slices || exit 1; done

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
