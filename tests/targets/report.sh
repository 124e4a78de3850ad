#!/bin/sh
# The rows of README's tables of boards for one board, a number type each.
#
#   report.sh NAME FOLDER PREFIX RUN_COMMAND NUMBER...   bytes of flash and RAM that the library adds to the program, the
#                                                        deepest stack, and what an up pass, a CD-1 step and a free
#                                                        energy take: instructions, on AVR cycles
#   report.sh NAME FOLDER PREFIX sizes NUMBER...         bytes of flash, of the smallest program and of all, -O2 and -Os
#   report.sh NAME FOLDER PREFIX slices RUN_COMMAND NUMBER...   what a CD-1 step takes on average and at most, and at most
#                                                        a slice of 16 and of 64 rows and units
#
# by-hand stands for the smallest program in C without the library, which has no free energy.
# SPDX-License-Identifier: MIT
set -eu

name=$1 out=$2 prefix=$3 run=$4 kind=
shift 4
[ "$run" != slices ] || { kind=sliced- run=$1; shift; }
[ $# -gt 0 ] || exit 0

# What the simulator or the plugin told: NAME: N calls, COST ...
cost() { awk -v name="$1:" '$1 == name { print $4 }' "$out/report.log"; }
most() { awk -v name="$1:" '$1 == name { print $(NF - 1) }' "$out/report.log"; }
# What the library adds to the flash (text and data) or RAM (data and bss) of the program without it.
added() { # flash or RAM, PROGRAM, WITHOUT
  "${prefix}size" "$out/report-$2.elf" "$out/report-$3.elf" |
    awk -v what="$1" 'NR > 1 { size[NR] = what == "flash" ? $1 + $2 : $2 + $3 } END { print size[2] - size[3] }'
}

for number in "$@"; do
  if [ "$run" = sizes ]; then
    if [ "$number" = by-hand ]; then
      echo "| $name | int8 in C by hand | $(added flash by-hand none) | $(added flash by-hand-small none-small) | - | - |"
      continue
    fi
    row="| $name | $number |"
    for program in "smallest-$number" "smallest-$number-small" "$number" "$number-small"; do
      case $program in *-small) none="none-small" ;; *) none="none" ;; esac
      row="$row $(added flash "$program" $none) |"
    done
    echo "$row"
    continue
  fi
  elf=$out/report-$kind$number.elf label=$number
  functions="up_pass cd_1_step free_energy"
  [ "$kind" = "" ] || functions="cd_1_step slice_of_16 slice_of_64"
  [ "$number" != by-hand ] || label="int8 in C by hand" functions="up_pass cd_1_step"
  case $run in
    */simulate)
      # shellcheck disable=SC2086
      $run -q "$elf" $functions >/dev/null 2>"$out/report.log"
      stack=$(awk '/bytes of stack/ && $6 > most { most = $6 } END { print most }' "$out/report.log")
      ;;
    *)
      symbols=$("${prefix}nm" "$elf" | awk -v names=" $functions " 'index(names, " " $3 " ") { printf ",%s=0x%s", $3, $1 }')
      # shellcheck disable=SC2086
      $(echo "$run" | sed "s|@PLUGIN@|-plugin $out/../count.so$symbols|") "$elf" </dev/null >"$out/report.txt" 2>"$out/report.log"
      stack=$(awk '$2 > most { most = $2 } END { print most }' "$out/report.txt")
      ;;
  esac
  for function in $functions; do [ "$(cost "$function")" -gt 0 ] || exit 1; done
  if [ "$kind" != "" ]; then
    echo "| $name | $number | $(cost cd_1_step) | $(most cd_1_step) | $(most slice_of_16) | $(most slice_of_64) |"
    continue
  fi
  free_energy=$(cost free_energy)
  echo "| $name | $label | $(added flash "$number" none) | $(added RAM "$number" none) | $stack |" \
    "$(cost up_pass) | $(cost cd_1_step) | ${free_energy:--} |"
done
