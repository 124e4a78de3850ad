#!/bin/sh
# Builds the Arduino sketch as Arduino's IDE does, for the Uno with the core's default flags, and runs it in the simulator.
#
#   sketch.sh SKETCHBOOK SIMULATOR EXAMPLE_ON_THE_HOST
#
# The only flag of ours repairs the core itself, which does not know avr-gcc 5.4's name of DECIMAL_DIG.
# SPDX-License-Identifier: MIT
set -u

book=$1 simulator=$2 example=$3
core=/usr/share/arduino/hardware
packages="arduino-core-avr arduino-builder arduino-ctags gcc-avr avr-libc libsimavr-dev"
if ! command -v arduino-builder >/dev/null || [ ! -d $core ] || [ ! -x "$simulator" ]; then
  echo "sketch: skipped, Arduino's builder is not there (Debian: apt-get install $packages)"
  test -z "${REQUIRE_BOARDS-}"
  exit
fi

passed=0
mkdir -p "$book/out"
if arduino-builder -compile -hardware /usr/share/arduino-builder -hardware $core -tools /usr/share/arduino-builder -libraries "$(realpath "$book")/libraries" \
  -fqbn arduino:avr:uno -build-path "$(realpath "$book")/out" -warnings all \
  "-prefs=compiler.cpp.extra_flags=-DDECIMAL_DIG=__DECIMAL_DIG__" \
  "$book/uno_digits/uno_digits.ino" >"$book/log" 2>&1; then
  passed=$((passed + 1))
else
  echo "FAILED: the sketch compiles"
  tail -n 20 "$book/log"
fi
if grep -E '(rbm|uno_digits).*warning' "$book/log"; then echo "FAILED: the sketch has no warnings"; else passed=$((passed + 1)); fi

if "$simulator" "$book/out/uno_digits.ino.elf" >"$book/printed" 2>"$book/simulator.log"; then
  passed=$((passed + 1))
else
  echo "FAILED: the sketch runs: $(cat "$book/simulator.log")"
fi
if "$example" | cmp -s - "$book/printed"; then
  passed=$((passed + 1))
else
  echo "FAILED: the sketch prints what the example prints on this machine"
fi
spare=$(sed -n 's/.*stack, \(-*[0-9]*\) to spare$/\1/p' "$book/simulator.log")
if [ "${spare:-0}" -ge 128 ]; then passed=$((passed + 1)); else echo "FAILED: the sketch has 128 bytes of RAM to spare"; fi
echo "sketch checks: $passed passed, $((5 - passed)) failed"
[ $passed -eq 5 ]
