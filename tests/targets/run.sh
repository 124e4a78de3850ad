#!/bin/sh
# Checks the firmware of one board: the symbols of our objects; that each program ends in time, with exit status 0 and
# with what it must print; and that programs which go wrong are found out.
#
#   run.sh BOARD FOLDER SECONDS PREFIX RUN_COMMAND 'MISUSE...' PROGRAM...
#
# Where the command is "compiled", programs are objects, of which the symbols are checked and no more.
# Its last line counts the checks; it exits with 1 if one failed.
# SPDX-License-Identifier: MIT
set -u

here=$(dirname "$0")
board=$1 out=$2 seconds=$3 prefix=$4 run=$5 misuses=$6
shift 6
passed=0
failed=0

pass() { passed=$((passed + 1)); }
fail() {
  failed=$((failed + 1))
  echo "FAILED: $board: $1"
}

# What the smallest boards promise. Their linker sees to it that programs fit into the flash.
promise() { # MOST_CYCLES LEAST_SPARE_BYTES
  # shellcheck disable=SC2086
  cycles=$($run -q -n 1500 "$out/$program.elf" on_sample 2>&1 >/dev/null |
    awk '$1 == "on_sample:" { print $4 " cycles, at most " $(NF - 1) }')
  flash=$("${prefix}size" "$out/$program.elf" | awk 'NR == 2 { print $1 + $2 }')
  echo "$board: $(cut -d' ' -f4- "$out/$program.log"); flash: $flash;" \
    "a CD-1 step takes $cycles: the mean and the most of the first 1500"
  cycles=${cycles%% *}
  if [ "${cycles:-99999}" -le "$1" ]; then pass; else fail "$program: a CD-1 step of at most $1 cycles"; fi
  spare=$(sed -n 's/.*stack, \(-*[0-9]*\) to spare$/\1/p' "$out/$program.log")
  if [ "${spare:-0}" -ge "$2" ]; then pass; else fail "$program: at least $2 bytes of RAM to spare"; fi
}

check_symbols() { # OBJECT
  if found=$("$here/symbols.sh" "$prefix" "$out/$1.o" 2>&1); then pass; else fail "$1: must not have $found"; fi
}
case $run in qemu-system* | */simulate) check_symbols start ;; esac # elsewhere it asks the operating system
for misuse in $misuses; do
  if "$here/symbols.sh" "$prefix" "$out/forbidden-$misuse.o" >/dev/null; then fail "$misuse is not found"; else pass; fi
done

for program in "$@"; do
  check_symbols "$program"
  [ "$run" != compiled ] || continue
  # shellcheck disable=SC2086
  timeout "$seconds" $run "$out/$program.elf" </dev/null >"$out/$program.txt" 2>"$out/$program.log"
  status=$?
  if [ $status -eq 0 ]; then
    pass
  else
    [ $status -ne 124 ] || status="no end in $seconds s"
    fail "$program: status $status"
    tail -n 5 "$out/$program.txt" "$out/$program.log"
  fi

  case "$board $program" in
  "uno uno_digits") promise 40000 128 ;;
  "attiny85 tiny") promise 15000 96 ;;
  esac

  case $program in learn-* | rules-* | edges-* | dbm-* | dbn-* | tiny | step-*)
    line="$program $(cat "$out/$program.txt")"
    if [ "$line" = "$(grep "^$program " "$here/conformance.expected")" ]; then
      pass
    else
      fail "other bits than elsewhere: $line"
    fi
    ;;
  deploy)
    if "${prefix}nm" -C "$out/$program.elf" | grep -qE ' [tTrR] digits_model$'; then
      pass
    else
      fail "$program: the model is not in flash"
    fi
    ;;
  esac
done

finish() {
  echo "$board checks: $passed passed, $failed failed"
  [ "$failed" -eq 0 ]
  exit
}
[ "$run" != compiled ] || finish

# A board that does not tell what goes wrong proves nothing.
runs_broken() { # HOW SECONDS
  # shellcheck disable=SC2086
  timeout "$2" $run "$out/broken-$1.elf" </dev/null >"$out/broken.txt" 2>"$out/broken.log"
}
runs_broken status 20
status=$?
if [ $status -eq 3 ]; then pass; else fail "a program that returns 3 ends with status $status"; fi
runs_broken trap 20
status=$?
if { [ $status -eq 101 ] || [ $status -gt 128 ]; } && grep -q '^!' "$out/broken.txt"; then
  pass
else
  fail "a fault ends with status $status"
fi
runs_broken hang 3
status=$?
if [ $status -eq 124 ]; then pass; else fail "a program that hangs ends with status $status"; fi
if [ "$(cat "$out/broken.txt")" = "!" ]; then pass; else fail "what a program printed before it hung is seen"; fi

finish
