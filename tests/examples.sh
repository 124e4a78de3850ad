#!/bin/sh
# Runs the examples as a user would, and checks what they say: tests/examples.sh BUILD_FOLDER
# Its last line counts the checks; it exits with 1 if one failed.
# SPDX-License-Identifier: MIT
set -u
export LC_ALL=C

build=$1
digits=$build/digits
out=$build/example-checks
sources=$(dirname "$0")/../examples
mkdir -p "$out"
passed=0
failed=0
exec 3>&1  # failures are told here, so that none goes to the file that catches what a command prints

# check NAME COMMAND...: passes if the command succeeds.
check() {
  name=$1
  shift
  if "$@"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAILED: $name" >&3
  fi
}
not() { ! "$@"; }
below() { awk "BEGIN { exit !($1 > 0 && $1 <= $2) }"; }

# refused OPTIONS... MESSAGE: exit status 2, nothing on standard output, the message on standard error.
refused() {
  for message; do :; done
  arguments=
  while [ "$1" != "$message" ]; do
    arguments="$arguments $1"
    shift
  done
  # shellcheck disable=SC2086
  $digits $arguments >"$out/stdout" 2>"$out/stderr"
  [ $? -eq 2 ] && [ ! -s "$out/stdout" ] && grep -qF -- "$message" "$out/stderr" && grep -q '^usage' "$out/stderr"
}

check "it runs" "$digits" --page "$out/page.html" >"$out/text" 2>"$out/errors"
check "without a word on standard error" test ! -s "$out/errors"
check "without control codes where there is no terminal" not grep -q "[$(printf '\001-\010\013-\037')]" "$out/text"
check "in ASCII" not grep -q "[$(printf '\200-\377')]" "$out/text"
check "it shows ten steps of progress" test "$(grep -c '^epoch' "$out/text")" -eq 10

# denoises TEXT NUMBERS MOST: the text says that a pass removes a third of the noise, and the posterior more than that.
wrong() { sed -n "s/^  $1 *\([0-9.]*\) %$/\1/p" "$out/$2"; }
denoises() {
  noisy=$(wrong "15 % of the pixels flipped" "$1")
  pass=$(wrong "after one up-down pass" "$1")
  posterior=$(wrong "denoised: the mean of the posterior" "$1")
  echo "bit errors, $2: flipped $noisy %, after one up-down pass $pass %, denoised $posterior %"
  check "$2: a pass removes a third of the noise" below "$pass" 10
  check "$2: the posterior leaves at most $3 %" below "$posterior" "$3"
}
denoises text float 7.5
check "it says nothing of floats" not grep -q '^numbers' "$out/text"

# What README.md quotes of this output must be in it.
readme=$(dirname "$0")/../README.md
awk '/^```text/ { n++; inside = n == 1; next } /^```/ { inside = 0 } inside && $0 != "..."' "$readme" |
  grep -vxFf "$out/text" >"$out/misquoted"
check "README quotes what it prints" test ! -s "$out/misquoted"
check "README's table holds the bit errors" grep -q "| $posterior % .*$pass %" "$readme"

check "the page is whole" grep -q '^</html>$' "$out/page.html"
check "the page holds both curves" test "$(grep -c '<polyline' "$out/page.html")" -eq 2
check "the page holds all pictures" test "$(grep -c 'viewBox="0 0 8 8"' "$out/page.html")" -eq $((7 * 16 + 64))
check "the page needs nothing else" not grep -qE 'https?:|<script|<link|src=' "$out/page.html"

# integers TYPE BITS MOST: the same in integers.
integers() {
  check "$1: it runs" "$digits" --numbers "$1" --page "$out/$1.html" >"$out/$1" 2>"$out/errors"
  check "$1: without a word on standard error" test ! -s "$out/errors"
  check "$1: it says so" grep -qx "numbers: $2-bit integers" "$out/$1"
  check "$1: and so does the page" grep -q "$2-bit integers" "$out/$1.html"
  check "$1: parameters of $2 bits" grep -q "^memory: $(((64 * 64 + 64 + 64) * $2 / 8)) bytes of model, " "$out/$1"
  denoises "$1" "$1" "$3"
}
# Of eight seeds the worst leaves 7.3 % in floats, 7.2 % in 16 bits, and in 8 bits, which hold weights in steps of 1/32,
# 7.9 %.
integers int16 16 7.5
integers int8 8 8.5

"$digits" --epochs 3 --seed 7 --page "$out/one.html" | grep -v one.html >"$out/one"
"$digits" --epochs=3 --seed=7 --learning-rate 0.05 --numbers=float --page "$out/two.html" | grep -v two.html >"$out/two"
"$digits" --epochs=3 --seed=8 --page "$out/two.html" | grep -v two.html >"$out/three"
check "the same seed gives the same digits" cmp -s "$out/one" "$out/two"
check "another seed gives others" not cmp -s "$out/one" "$out/three"

check "--help goes to standard output" sh -c "'$digits' --help | grep -q '^usage'"
check "an unknown option" refused --epoch 3 'unknown option "--epoch"'
check "an argument that is none" refused 3 'unknown option "3"'
check "a missing value" refused --epochs '--epochs needs a value'
check "no epochs" refused --epochs 0 'whole number from 1 to 100000, not "0"'
check "epochs that are no number" refused --epochs=3x 'whole number from 1 to 100000, not "3x"'
check "a negative seed" refused --seed -1 'whole number from 0 to 4294967295, not "-1"'
check "a seed too large" refused --seed 4294967296 'not "4294967296"'
check "a learning rate of nan" refused --learning-rate nan 'above 0 and at most 10, not "nan"'
check "a negative learning rate" refused --learning-rate -0.1 'above 0 and at most 10, not "-0.1"'
check "numbers that there are not" refused --numbers int32 'float, int16 or int8, not "int32"'
check "numbers of no type" refused --numbers= 'float, int16 or int8, not ""'
check "a full disk is an error" not sh -c "'$digits' --epochs 1 --page '$out/page.html' >/dev/full 2>/dev/null"
check "a page that cannot be written" not "$digits" --page "$out/none/page.html" 2>"$out/stderr"
check "and why" grep -q 'cannot write .*No such file' "$out/stderr"

# The other examples print numbers that are as good as they should be, so these are what is checked.
run() {  # run EXAMPLE LINES: which has fewer lines
  example=$1
  check "$example runs" "$build/$example" >"$out/$example" 2>"$out/errors"
  check "$example: without a word on standard error" test ! -s "$out/errors"
  check "$example: in plain ASCII" not grep -q "[$(printf '\001-\011\013-\037\177-\377')]" "$out/$example"
  check "$example: fewer than $2 lines" test "$(wc -l <"$sources/$example/main.cpp")" -lt "$2"
}
# says NAME AWK_PROGRAM: passes if the program, run over what the example printed, finds numbers, and all are within.
says() {
  check "$example: $1" awk 'function within(x, least, most) { seen++; if (!(x >= least && x <= most)) wrong++ }
    '"$2"'
    END { exit !(seen > 0 && !wrong) }' "$out/$example"
}

run bars_and_stripes 120
rows='NF == 5 && $1 ~ /^[0-9]+$/ '
curve="$rows"'{ if (!n++ || $2 < least) least = $2; if (n == 1 || $3 < least_10) least_10 = $3; for (i = 2; i <= 5; ++i) last[i] = $i }'
says "20 looks after the first" "$curve"' END { within(n, 21, 21) }'
says "no model is better than the best possible" "$rows"'{ for (i = 2; i <= 5; ++i) within($i, 108.13, 1e9) }'
says "CD-1 turns round" "$curve"' END { within(last[2] - least, 20, 1000) }'
says "CD-10 reaches 130 nats, and stays below 145" "$curve"' END { within(least_10, 108.13, 130); within(last[3], 108.13, 145) }'
says "PCD-1 reaches 140 nats" "$curve"' END { within(last[4], 108.13, 140) }'
says "PCD-1 diverges at a large constant rate" "$curve"' END { within(last[5], 354.89, 1e9) }'
says "CD-1 neglects a pattern" '/^CD-1 .*[0-9]$/ { within($3, 0, 0.01) }'
says "PCD-1 neglects none" '/^PCD-1, f/ { within($4, 0.1, 3.125) }'

run ising 120
thrice=' END { within(n, 3, 3) }'
says "energies within 1.5 %" '/^  energy/ { n++; within($4, -1.5, 1.5); within($7, -1.5, 1.5) }'"$thrice"
says "magnetisations within 1.5 %" '/^  .magnet/ { n++; within($4, -1.5, 1.5); within($7, -1.5, 1.5) }'"$thrice"
says "specific heats within 6 %" '/^  specific/ { n++; within($5, -6, 6); within($8, -6, 6) }'"$thrice"
says "couplings of neighbours are 1 / T" '/^T/ { t = $3 } /^  coupl/ && t > 2 { within($5 * t, 0.9, 1.1) }'
says "couplings of other pairs are 0" '/^  coupl/ { n++; within($NF, -0.03, 0.03) }'"$thrice"

run hopfield 120
overlaps='$1 == "overlap" { row++; for (i = 2; i <= NF; i += 2) '
says "five noisy drawings" "$overlaps"'if (row == 2) { n++; within($i, 0.3, 0.75) } } END { within(n, 5, 5) }'
says "which are recalled" "$overlaps"'if (row == 3) { n++; within($i, 0.951, 1) } } END { within(n, 5, 5) }'
says "couplings are those of Hebb's rule" '/^no coupling/ { within($9, 0, 1e-5) }'
says "few random pictures are recalled" 'NF == 3 && $2 == 0.05 { within($3, 0.951, 1) }'
says "too many are not" 'NF == 3 && $2 ~ /^0[.][23]/ { within($3, 0, 0.8) }'

run complete 120
says "at most 12 % of the labels of held-out digits are wrong" '/^epoch/ { last = $12 } END { within(last, 0.01, 12) }'
says "at least 80 % of the dreams are what was asked for" '/dreams are taken/ { within($1, 80, 100) }'
says "half of the digits is unknown" '/[?]/ { n += gsub(/[?]/, "") } END { within(n, 256, 256) }'

run clusters 160
says "the mixture and K-means assign 99 % of the points alike" '/assigned alike/ { within($1, 297, 300) }'
says "held-out digits at -19.4 nats" '/^nats per digit/ { within($NF, -19.4, -10) }'

run deep 150
held_out='/^Rbm|^deep/ { n++; held[n] = $NF } '
says "held-out digits are as likely as after 200 epochs, less 0.4 nats" "$held_out"'END { for (k = 1; k <= 3; k++) within(held[k], -18.6, -17.6) }'
says "the belief network gains on the Rbm that it begins as" "$held_out"'END { within(held[2] - held[1], 0.04, 0.5) }'
says "the mean-field bound is close, and below" '/mean-field/ { within($5, -0.0005, 0.1) }'

# The monitor of the firmware, from CSV files: of a healthy pump in two modes and of two faults.
anomaly() { "$build/anomaly_csv" "$@" 2>"$out/stderr"; }
anomaly --simulate 0 1 300 >"$out/part.csv"
anomaly --simulate 0 4 300 >"$out/thrust.csv"
anomaly --simulate 2 1 40 | sed 's/^/0;/' >"$out/outer.csv"
anomaly --simulate 1 4 40 >"$out/imbalance.csv"
options="--rate 3200 --window 512 --hop 512"
# shellcheck disable=SC2086
check "anomaly_csv runs" anomaly $options --rpm 1800 --healthy "$out/part.csv" --rpm 2160 --healthy "$out/thrust.csv" \
  "$out/imbalance.csv" --rpm 1800 --column 2 "$out/outer.csv" >"$out/recordings"
check "anomaly_csv: without a word on standard error" test ! -s "$out/stderr"
example=anomaly_csv
sed "s|^$out/||" "$out/recordings" >"$out/$example"
says "few false alarms" '/^(part|thrust)/ { n++; within($3, 0, 2); within($5, 0, 0) } END { within(n, 2, 2) }'
says "faults are found" '/^(outer|imbal)/ { n++; within($3, 95, 100); within($6, 3, 5) } END { within(n, 2, 2) }'
# wrong STATUS MESSAGE OPTIONS...: that exit status, and the message.
wrong_csv() {
  expected=$1 message=$2
  shift 2
  anomaly "$@" >"$out/stdout"
  [ $? -eq "$expected" ] && [ ! -s "$out/stdout" ] && grep -qF -- "$message" "$out/stderr"
}
printf 'g\n1\n2\nx\n' >"$out/wrong.csv"
check "a file that is not there" wrong_csv 1 "none.csv: cannot be read" --healthy "$out/none.csv"
check "no number" wrong_csv 1 "no number in line 4" --healthy "$out/wrong.csv"
check "a column that is not there" wrong_csv 1 "no number in line 2" --column 2 --healthy "$out/part.csv"
check "too few samples" wrong_csv 1 "too few samples of a healthy bearing" --healthy "$out/imbalance.csv"
check "no healthy bearing" wrong_csv 2 "--healthy FILE" "$out/part.csv"
check "an unknown option of anomaly_csv" wrong_csv 2 'unknown option "--rmp"' --rmp 1800

echo "example checks: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
