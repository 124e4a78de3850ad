#!/bin/bash
# Checks of the build on machines that lack something: no doctest, other compilers; and of the library in one file.
#
#   tests/build/machine_checks.sh BUILD_FOLDER
#
# Each line "... checks: N passed, M failed" counts checks; one that fails ends the script.
# SPDX-License-Identifier: MIT
set -eu -o pipefail

build=$PWD/$1

# doctest where the system has none: the package, a download, a download that was tampered with.
hidden="g++ --sysroot=/nonexistent"
rm -rf "$build/fetch" && mkdir -p "$build/fetch/tools"
tests/support/get_doctest.sh "$build/fetch/package" "$hidden"
for tool in sh mkdir cut sha256sum curl mv g++; do ln -s "$(command -v $tool)" "$build/fetch/tools/"; done
fetch() { PATH=$build/fetch/tools DOCTEST_URL=file://$1 tests/support/get_doctest.sh "$build/fetch/$2" "$hidden"; }
fetch "$build/fetch/package/doctest/include/doctest/doctest.h" right
if fetch "$PWD/README.md" wrong; then false; fi
test -s "$build/fetch/right/doctest/include/doctest/doctest.h"
test ! -e "$build/fetch/wrong/doctest/include"
echo "fetch checks: 3 passed, 0 failed"

# make takes the compiler that is there: c++, else g++, else clang++; without one it says what to install.
rm -rf "$build/compilers" && mkdir -p "$build/compilers"
make=$(command -v make)
plan() { env -u CXX PATH="$build/compilers" "$make" -n BUILD=build/none build/none/digits 2>&1 || true; }
plan | grep 'no C++ compiler is here' >/dev/null
for compiler in clang++ g++ c++; do
  ln -s "$(command -v $compiler)" "$build/compilers/"
  plan | grep "^$compiler .*digits" >/dev/null
done
echo "compiler checks: 4 passed, 0 failed"

# All of the library in one file compiles.
make -s single BUILD="$1"
printf '#define RBM_HOST\n#include "rbm.hpp"\nint main() { return rbm::log_odds(0.5f) > 0.0f; }\n' |
  g++ -std=c++11 -Wall -Wextra -Werror -I"$build" -x c++ - -o "$build/single"
"$build/single"
echo "single checks: 1 passed, 0 failed"
