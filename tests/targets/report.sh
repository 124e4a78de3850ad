#!/bin/sh
# The rows of README's table of boards for one board, a number type each: bytes of flash and RAM that the library adds to
# the program, the deepest stack, and what an up pass, a CD-1 step and a free energy take: instructions, on AVR cycles.
#
#   report.sh NAME FOLDER PREFIX RUN_COMMAND NUMBER...
#
# SPDX-License-Identifier: MIT
set -eu

name=$1 out=$2 prefix=$3 run=$4
shift 4
[ $# -gt 0 ] || exit 0
functions="up_pass cd_1_step free_energy"

# What the simulator or the plugin told: NAME: N calls, COST ...
cost() { awk -v name="$1:" '$1 == name { print $4 }' "$out/report.log"; }
sizes_of() { "${prefix}size" "$out/report-$1.elf" | tail -n 1; }
# shellcheck disable=SC2046
set_sizes() { flash=$(($1 + $2)) ram=$(($2 + $3)); }

# shellcheck disable=SC2046
set_sizes $(sizes_of none)
base_flash=$flash base_ram=$ram
for number in "$@"; do
  elf=$out/report-$number.elf
  # shellcheck disable=SC2046
  set_sizes $(sizes_of "$number")
  case $run in
    */simulate)
      # shellcheck disable=SC2086
      $run -q "$elf" $functions >/dev/null 2>"$out/report.log"
      stack=$(awk '/bytes of stack$/ && $6 > most { most = $6 } END { print most }' "$out/report.log")
      ;;
    *)
      symbols=$("${prefix}nm" "$elf" | awk -v names=" $functions " 'index(names, " " $3 " ") { printf ",%s=0x%s", $3, $1 }')
      # shellcheck disable=SC2086
      $(echo "$run" | sed "s|@PLUGIN@|-plugin $out/../count.so$symbols|") "$elf" </dev/null >"$out/report.txt" 2>"$out/report.log"
      stack=$(awk '$2 > most { most = $2 } END { print most }' "$out/report.txt")
      ;;
  esac
  for function in $functions; do [ "$(cost "$function")" -gt 0 ] || exit 1; done
  echo "| $name | $number | $((flash - base_flash)) | $((ram - base_ram)) | $stack | $(cost up_pass) | $(cost cd_1_step) | $(cost free_energy) |"
done
