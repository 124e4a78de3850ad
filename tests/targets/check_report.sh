#!/bin/sh
# Whether README's tables of boards are what was measured: check_report.sh REPORT README. And a promise: on the Cortex-M0,
# which has no FPU, a CD-1 step in 8 bits takes at most a tenth of the instructions of one in float. And another: on the
# boards that have rows in C by hand, three of them, the library's step takes no more.
# SPDX-License-Identifier: MIT
set -u

report=$1 readme=$2
passed=0
tables=$(sed -n '/^| board | numbers | /,/^$/p' "$readme")
echo "$tables" | diff - "$report" && passed=$((passed + 1))
awk -F' *[|] *' '$2 == "Cortex-M0, microbit" && !($3 in step) { step[$3] = $8 }
     END { exit !(step["int8"] > 0 && 10 * step["int8"] <= step["float"]) }' "$report" && passed=$((passed + 1))
awk -F' *[|] *' 'NF > 8 && $3 == "int8" { step[$2] = $8 }
     NF > 8 && $3 == "int8 in C by hand" { boards++; slower += !(step[$2] > 0 && step[$2] <= $8) }
     NF == 8 && $3 == "int8 in C by hand" { sizes += $4 > 0 && $5 > 0 }
     END { exit !(boards == 3 && sizes == 3 && slower == 0) }' "$report" && passed=$((passed + 1))
echo "report checks: $passed passed, $((3 - passed)) failed"
[ $passed -eq 3 ]
