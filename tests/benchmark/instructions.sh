#!/bin/sh
# Counts the instructions of a CD-1 step and the branches that are mispredicted, under valgrind, and compares them with
# those of instructions.expected: 10 % more of either is a failure. Flags are fixed, so that one compiler counts the same
# on every machine; others are not compared.
#
#   instructions.sh FOLDER RECORD COMPILER OPTION...   RECORD: not empty to record what is counted
#
# SPDX-License-Identifier: MIT
set -eu

out=$1 record=$2
shift 2
here=$(dirname "$0")
expected=$here/instructions.expected
passed=0 failed=0

finish() {
  echo "instruction checks: $passed passed, $failed failed"
  [ "$failed" -eq 0 ]
  exit
}
skip() {
  echo "$1"
  [ -z "$record" ] || exit 1
  finish
}

command -v valgrind >/dev/null || skip "no valgrind: nothing is counted (apt install valgrind)"
[ "$(uname -m)" = x86_64 ] || skip "instructions are recorded for x86-64 alone: nothing is counted"
compared=yes
case $("$1" --version | head -n 1) in
  *clang*) compared= ;;
  *) [ "$("$1" -dumpversion | cut -d. -f1)" = 12 ] || compared= ;;
esac
if [ -z "$compared" ]; then
  [ -z "$record" ] || skip "only g++ 12 records"
  echo "recorded with g++ 12, counted with $("$1" --version | head -n 1): nothing is compared"
fi

change() { awk -v now="$1" -v before="${2:-0}" 'BEGIN { if (before > 0) printf "%+.1f %%", 100 * (now / before - 1); else print "-" }'; }
rm -f "$out/instructions.now"
printf '%-6s %-8s %-6s %5s %10s %8s %14s %8s\n' build shape number batch instructions change mispredictions change
for build in plain avx2; do
  flags=-O3
  if [ $build = avx2 ]; then
    flags="-O3 -mavx2 -mfma"
    if ! grep -qw avx2 /proc/cpuinfo || ! grep -qw fma /proc/cpuinfo; then
      echo "this processor has no AVX2 and FMA: that half is skipped"
      [ -z "$record" ] || exit 1
      continue
    fi
  fi
  mkdir -p "$out/$build"
  # Functions begin where cache lines do: valgrind tells branches apart by low bits of their addresses, so that where
  # code lies changed what was counted as mispredicted by one in seven.
  # shellcheck disable=SC2086
  "$@" $flags -falign-functions=64 "$here/instructions.cpp" -o "$out/$build/instructions"
  "$out/$build/instructions" "$out/$build" >"$out/$build/cases"
  while read -r shape numbers batch steps; do
    valgrind --tool=callgrind --branch-sim=yes --callgrind-out-file=/dev/null --toggle-collect=counted_step \
      "$out/$build/instructions" "$out/$build" "$shape" "$numbers" "$batch" 2>"$out/$build/log" </dev/null ||
      { cat "$out/$build/log" && exit 1; }
    counts=$(awk -v steps="$steps" '$2 == "Collected" { print int($4 / steps), int(($6 + $8) / steps) }' "$out/$build/log")
    now=${counts% *} missed=${counts#* }
    [ "${now:-0}" -gt 0 ] || { cat "$out/$build/log" && exit 1; }
    echo "$build $shape $numbers $batch $counts" >>"$out/instructions.now"
    key="$build $shape $numbers $batch "
    recorded=$(awk -v key="$key" 'index($0, key) == 1 { print $5, $6 }' "$expected" 2>/dev/null || true)
    before=${recorded% *} missed_before=${recorded#* }
    if [ -z "$recorded" ]; then
      [ -z "$compared" ] || [ -n "$record" ] || failed=$((failed + 1))
    elif [ -n "$compared" ] && [ -z "$record" ]; then
      if [ $((10 * now)) -gt $((11 * before)) ] || [ $((10 * missed)) -gt $((11 * missed_before)) ]; then
        failed=$((failed + 1))
      else
        passed=$((passed + 1))
      fi
    fi
    printf '%-6s %-8s %-6s %5s %12s %8s %14s %8s\n' "$build" "$shape" "$numbers" "$batch" "$now" \
      "$(change "$now" "$before")" "$missed" "$(change "$missed" "$missed_before")"
  done <"$out/$build/cases"
done

if [ -n "$record" ]; then
  {
    echo "# Instructions and mispredictions of a CD-1 step by g++ 12 and valgrind: build, shape, numbers, batch, counts."
    echo "# Written by make bench-instructions RECORD=1. plain: -O3; avx2: -O3 -mavx2 -mfma."
    echo "# SPDX-License-Identifier: MIT"
    cat "$out/instructions.now"
  } >"$expected"
  passed=$(wc -l <"$out/instructions.now")
fi
finish
