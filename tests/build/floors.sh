#!/bin/sh
# Whether the folders of rbm/ are floors: no include and no call goes up, and no headers include each other in a circle.
#
#   tests/build/floors.sh includes                       of all headers
#   tests/build/floors.sh calls FOLDER COMPILER FLAG...  of a step of learning and a Gibbs step, traced (needs GCC)
#
# Prints what breaks the rule, and exits with 1.
# SPDX-License-Identifier: MIT
set -eu

here=$(dirname "$0")
floors='BEGIN { split("top numbers kernels layers model sampling training evaluation deep", names, " ")
  for (k in names) height[names[k]] = k }
function floor(file) { sub(/.*rbm\//, "", file); return file ~ /\// ? height[substr(file, 1, index(file, "/") - 1)] : 1 }'

# Lines "FROM TO", of headers as rbm/FOLDER/NAME.hpp, but for rbm.hpp, which includes all.
edges() {
  cd "$here/../.."
  for header in rbm/*.hpp rbm/*/*.hpp; do
    [ "$header" != rbm/rbm.hpp ] || continue
    sed -n 's/^#include "\([^"]*\)".*/\1/p' "$header" | while read -r name; do
      printf '%s %s\n' "$header" "$(realpath --relative-to=. "$(dirname "$header")/$name")"
    done
  done
}

case $1 in
includes)
  edges | awk "$floors"' floor($2) > floor($1) { print $1 " includes " $2; bad = 1 } END { exit bad }'
  edges | tsort >/dev/null
  ;;
calls)
  out=$2
  shift 2
  for number in float 'rbm::Fixed<int16_t,11>' 'rbm::Fixed<int8_t,5>'; do
    "$@" -O0 -g -finstrument-functions -no-pie -DNUMBER="$number" "$here/walk.cpp" -o "$out/walk"
    "$out/walk" >"$out/walk.trace"
    cut -c3- "$out/walk.trace" | sort -u >"$out/walk.addresses"
    addr2line -C -f -e "$out/walk" <"$out/walk.addresses" | paste - - | paste "$out/walk.addresses" - >"$out/walk.names"
    awk -F '\t' "$floors"'
      NR == FNR { file[$1] = $3; name[$1] = $2; known += $3 ~ /rbm\/.*hpp/; next }
      { sign = substr($0, 1, 1); address = substr($0, 3) }
      sign == "<" { depth-- }
      sign == ">" {
        caller = stack[depth++]; stack[depth] = address
        if (file[caller] ~ /rbm\/.*hpp/ && floor(file[address]) > floor(file[caller]) && !seen[caller, address]++) {
          print "'"$number"': " name[caller] " calls " name[address]
          bad = 1
        }
      }
      END { exit bad || known < 20 }' "$out/walk.names" "$out/walk.trace"
  done
  ;;
esac
