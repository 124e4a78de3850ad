#!/bin/sh
# Checks of what is compiled rather than run: headers alone, two translation units, hostile macros, cases that must not
# compile, and the symbols of an object that uses everything.
#
#   tests/build/check.sh BUILD_FOLDER COMPILER FLAG...
#
# Its last line counts the checks; it exits with 1 if one failed.
# SPDX-License-Identifier: MIT
set -u

here=$(dirname "$0")
out=$1/build-checks
shift
mkdir -p "$out"
passed=0
failed=0

pass() { passed=$((passed + 1)); }
fail() {
  failed=$((failed + 1))
  echo "FAILED: $1"
  [ ! -s "$out/log" ] || sed 's/^/    /' "$out/log" | head -n 20
}
# check NAME COMMAND...: passes if the command succeeds.
check() {
  name=$1
  shift
  if "$@" >"$out/log" 2>&1; then pass; else fail "$name"; fi
}

for header in "$here"/../../rbm/*.hpp "$here"/../../rbm/*/*.hpp; do
  printf '#include "%s"\n#include "%s"\nint main() {}\n' "$(realpath "$header")" "$(realpath "$header")" >"$out/alone.cpp"
  check "$(basename "$header") compiles alone, and twice" "$@" -fsyntax-only "$out/alone.cpp"
done

check "no include goes up a floor, and none in a circle" "$here/floors.sh" includes
if ! "$1" --version | grep -q clang; then
  check "no call goes up a floor" "$here/floors.sh" calls "$out" "$@"
fi

check "hostile macros compile" "$@" -fsyntax-only "$here/macros.cpp"
# Warnings that a user's project may have on, where the compiler knows them.
: >"$out/empty.cpp"
warnings=
for warning in float-equal useless-cast switch-default documentation old-style-cast undef cast-align; do
  ! "$@" -Werror "-W$warning" -fsyntax-only "$out/empty.cpp" 2>/dev/null || warnings="$warnings -W$warning"
done
# shellcheck disable=SC2086
check "hosts.cpp compiles with$warnings" "$@" -Werror $warnings -fsyntax-only "$here/hosts.cpp"
for flags in "-fno-exceptions -fno-rtti" "-ffreestanding" "-fno-builtin"; do
  # shellcheck disable=SC2086
  check "everything compiles with $flags" "$@" $flags -fsyntax-only "$here/one.cpp"
done

# Symbols are looked for at several levels of optimisation, since an optimiser can hide what another leaves in, with
# exceptions and thread-safe statics on, which a library that needs neither must not mind.
for level in -O2 -Os -O0; do
  # shellcheck disable=SC2086
  check "one.cpp compiles at $level, with$warnings" "$@" -Werror $warnings -U_FORTIFY_SOURCE $level -fexceptions -frtti \
    -c "$here/one.cpp" -o "$out/one.o"
  if ! nm -C "$out/one.o" >"$out/symbols" 2>"$out/log" || [ ! -s "$out/symbols" ]; then
    fail "nm reads the object"
    continue
  fi
  # Undefined: only what copies and clears memory, and what a distribution's hardened compiler adds by itself.
  grep ' U ' "$out/symbols" | grep -vE ' U (memcpy|memset|_GLOBAL_OFFSET_TABLE_|__stack_chk_fail)$' >"$out/log"
  if [ -s "$out/log" ]; then fail "$level: nothing but memcpy and memset is asked for"; else pass; fi
  grep -E 'guard variable|_GLOBAL__sub_I|typeinfo|vtable|operator (new|delete)' "$out/symbols" >"$out/log"
  if [ -s "$out/log" ]; then fail "$level: no guard, static constructor or RTTI"; else pass; fi
  grep ' constant_model$' "$out/symbols" >"$out/log"
  if grep -q ' [Rr] constant_model$' "$out/symbols"; then pass; else fail "$level: a const model is in read-only memory"; fi
done
check "two.cpp compiles" "$@" -O0 -c "$here/two.cpp" -o "$out/two.o"
check "two translation units link" "$@" "$out/one.o" "$out/two.o" -o "$out/two"
check "and run" "$out/two"

# What README.md shows: its first program prints what stands below it, its other pieces of code compile after it.
block() { awk -v n="$2" -v kind="$1" '$0 == "```" kind { i++; inside = i == n; next } /^```/ { inside = 0 } inside' "$here/../../README.md"; }
{
  block cpp 1
  for piece in 2 3 4 5 6 7 8 9 10 11 12; do
    echo "void piece_$piece();"
    echo "void piece_$piece() {"
    block cpp $piece
    echo "}"
  done
} >"$out/readme.cpp"
check "README's code compiles" "$@" -O1 -ffp-contract=off -I "$here/../.." "$out/readme.cpp" -o "$out/readme"
block text 2 >"$out/readme.expected"
"$out/readme" >"$out/readme.printed"
check "README's program prints what README says" cmp "$out/readme.printed" "$out/readme.expected"

# It learns from any seed, not only from the one that it shows. The likelihood is exact, and the best is -2.77 nats.
block cpp 1 >"$out/readme_first.cpp"
check "README's program compiles for other seeds" "$@" -I "$here/../.." \
  "-DREADME_PROGRAM=\"$(realpath "$out/readme_first.cpp")\"" "$here/readme_seeds.cpp" -o "$out/readme_seeds"
for seed in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  { SEED=$seed "$out/readme_seeds" || echo "seed $seed: README's program fails"; } | tail -n 1
done >"$out/log" 2>&1
if awk '/^learned: .* 0 pixels wrong$/ { right++; sum += $2; different += !seen[$2]++ }
        END { exit !(NR == 20 && right == 20 && different == 20 && sum >= 20 * -5) }' "$out/log"; then
  pass
else
  fail "README's program learns from 20 seeds, at least -5 nats on average, and denoises right from every one"
fi

# The table of the theory names tests, "the first words of a case" after the file it is in.
sed -n '/^| theory |/,/^$/p' "$here/../../README.md" | grep -oE '`[a-z_]+\.cpp`|"[^"]+"' | tr -d '`' | while read -r entry; do
  case $entry in
    *.cpp) file=$entry ;;
    *) grep -E '^TEST_CASE(_TEMPLATE)?\(' "$here/../$file" | grep -qF "($(echo "$entry" | sed 's/"$//')" ||
      echo "$file has no test $entry" ;;
  esac
done >"$out/log"
if [ -s "$out/log" ]; then fail "README's table of the theory names tests that are there"; else pass; fi

check "the memory table's program compiles" "$@" -DRBM_VECTOR_BYTES=4 "$here/../tools/memory.cpp" -o "$out/memory"
if [ "$(uname -m)" = x86_64 ]; then # elsewhere malloc may promise less alignment
  "$out/memory" | grep -vxFf "$here/../../README.md" >"$out/log"
  if [ -s "$out/log" ]; then fail "README's memory table is what is measured"; else pass; fi
  # "static Model model;  // ...: 608 bytes" becomes static_assert(sizeof(model) == 608, "").
  {
    cat "$out/readme_first.cpp"
    sed -nE 's/^static .* ([a-z]+); .* ([0-9]+) bytes$/static_assert(sizeof(\1) == \2, "");/p' "$out/readme_first.cpp"
  } >"$out/readme_sizes.cpp"
  check "README's program is of the size that README says" "$@" -I "$here/../.." -fsyntax-only "$out/readme_sizes.cpp"
  check "README says the size of its model and trainer" test "$(grep -c static_assert "$out/readme_sizes.cpp")" -eq 2
fi

# The promise that no function's stack grows with the model: of everything, the largest frame is under 3 KB for a model
# of 2048x1536, of whose smaller layer a state takes 3 KB in 16 bits and 6 KB in float. Without the caller's flags: wide
# vectors make frames larger, but not with the model.
compiler=$1
for level in -O0 -Os -O2; do
  if "$compiler" -std=c++11 $level -fstack-usage -c "$here/large.cpp" -o "$out/large.o" >"$out/log" 2>&1 &&
    awk -F'\t' '$2 > 3000' "$out/large.su" >"$out/log" && [ -s "$out/large.su" ] && [ ! -s "$out/log" ]; then
    pass
  else
    fail "$level: stack frames of at most 3000 bytes, whatever the size of the model"
  fi
done

# Where its compiler is there, the smallest target too: 16-bit int, no C++ library, C++11 as Arduino passes it. Once,
# beside GCC.
if command -v avr-g++ >/dev/null && ! "$compiler" --version | grep -q clang; then
  check "everything compiles for AVR" avr-g++ -mmcu=atmega328p -std=gnu++11 -Wall -Wextra -Wconversion -Werror \
    -fno-exceptions -fno-threadsafe-statics -Os -c "$here/macros.cpp" -o "$out/avr.o"
  check "everything compiles for AVR with integers" avr-g++ -mmcu=atmega328p -std=gnu++11 -Wall -Wextra -Wconversion \
    -Werror -fno-exceptions -fno-threadsafe-statics -Os -c "$here/number.cpp" -o "$out/avr.o"
  for case in matrix_too_large vector_too_large; do
    if ! avr-g++ -mmcu=atmega328p -std=gnu++11 -fsyntax-only "$here/fail/$case.cpp" >"$out/log" 2>&1 &&
      grep -q "does not fit into the address space" "$out/log"; then
      pass
    else
      fail "$case.cpp must not compile for AVR, either"
    fi
  done
  # Without an FPU every operation of floats is a function of the compiler's library: __addsf3, __fixsfsi, __gtsf2 ...
  for level in -O0 -Os -O2; do
    check "integer training compiles for AVR at $level" avr-g++ -mmcu=atmega328p -std=gnu++11 -Wall -Wextra \
      -Wconversion -Werror -fno-exceptions $level -c "$here/training.cpp" -o "$out/avr.o"
    avr-nm "$out/avr.o" | grep -E ' U .*[sd]f' >"$out/log"
    if [ -s "$out/log" ] || ! avr-nm "$out/avr.o" | grep -q ' U __mulhi\| U __mulsi\| U __mul'; then
      fail "AVR at $level: integer training asks for no float"
    else
      pass
    fi
  done
fi

# So does Clang's AVR compiler, where there is one and avr-libc; the board uno-clang runs what it makes.
avr_libc=/usr/lib/avr/include
if "$compiler" --version | grep -q clang && [ -d $avr_libc ] &&
  "$compiler" --target=avr -mmcu=atmega328p -isystem $avr_libc -fsyntax-only "$out/empty.cpp" 2>/dev/null; then
  for file in one macros number; do
    check "$file.cpp compiles for AVR with Clang" "$compiler" --target=avr -mmcu=atmega328p -std=c++11 -isystem $avr_libc \
      -Wall -Wextra -Wconversion -Werror -fno-exceptions -fno-threadsafe-statics -Os -c "$here/$file.cpp" -o "$out/avr.o"
  done
fi

# shellcheck disable=SC2086
check "everything compiles for integers, with$warnings" "$@" -Werror $warnings -O0 "$here/number.cpp" -o "$out/number"
check "and runs" "$out/number"

# GCC and Clang both say which loops they vectorised; the flag of the one is unknown to the other.
case $(uname -m) in
  x86_64 | aarch64)
    for report in -fopt-info-vec-optimized -Rpass=loop-vectorize; do
      "$@" -O3 $report -c "$here/vector.cpp" -o "$out/vector.o" 2>&1 | grep -oE 'vector.cpp:[0-9]+.*vectorized' | cut -d: -f2 | sort -u
    done >"$out/log"
    if [ "$(wc -l <"$out/log")" -eq 10 ]; then pass; else fail "the loops over all ten functions of math.hpp become SIMD"; fi
    ;;
esac

if "$@" -ffast-math -fsyntax-only "$here/one.cpp" >"$out/log" 2>&1; then
  fail "-ffast-math must not compile"
else
  if grep -q "rbm needs NaN and infinity" "$out/log"; then pass; else fail "-ffast-math: the message says why"; fi
fi

# A mistake in a user's file is all that the compiler speaks of, not warnings of the library's, too.
printf '#include "%s"\nint main() { return Even::HiddenState(); }\n' "$(realpath "$here/one.cpp")" >"$out/mistake.cpp"
for case in "$here/fail/wrong_size.cpp" "$out/mistake.cpp"; do
  "$@" -Wno-error -fsyntax-only "$case" >"$out/log" 2>&1
  grep -E '(error|warning): ' "$out/log" >"$out/said"
  if [ "$(wc -l <"$out/said")" -eq 1 ] && grep -q "$(basename "$case").*error: " "$out/said"; then
    pass
  else
    fail "$(basename "$case"): the mistake, and nothing else"
  fi
done

for case in "$here"/fail/*.cpp; do
  expected=$(sed -n '1s,^// error: ,,p' "$case")
  name=$(basename "$case")
  if "$@" -fsyntax-only "$case" >"$out/log" 2>&1; then
    : >"$out/log"
    case $expected in
      none:*) pass ;;
      *) fail "$name must not compile" ;;
    esac
  else
    case $expected in
      none:*) fail "$name compiles" ;;
      "") fail "$name says which error it expects" ;;
      *) if grep -qF -- "$expected" "$out/log"; then pass; else fail "$name: the message says \"$expected\""; fi ;;
    esac
  fi
done

echo "build checks: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
