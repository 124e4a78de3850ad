#!/bin/bash
# Checks of CMake: that it builds and runs the tests, that the package installs, and that other projects can use it.
#
#   tests/build/cmake_checks.sh BUILD_FOLDER
#
# Each line "... checks: N passed, M failed" counts checks; one that fails ends the script.
# SPDX-License-Identifier: MIT
set -eu -o pipefail

build=$PWD/$1
mkdir -p "$build"

# Its defaults with all examples, but of the tests only a few, of either level of optimisation: what they find they have
# found in make test, and so has what must not compile.
cmake -S . -B "$build/default" -DRBM_WARNINGS_AS_ERRORS=ON -DRBM_TESTS="main;math;model;status;storage" >/dev/null
cmake --build "$build/default" | tail -n 1
cd "$build/default"
ctest -N | grep 'Total Tests: 4'
ctest -R 'run-tests|example-checks' --verbose >"$build/log" || { cat "$build/log" && exit 1; }
cd - >/dev/null
sed 's/^[0-9]*: //' "$build/log" | grep -E '^\[doctest\] test cases| checks: '
# Where none are named all are built.
cmake -S . -B "$build/all" >/dev/null
for test in tests/*.cpp; do grep -qF "$test.o" "$build/all/CMakeFiles/run-tests.dir/link.txt"; done
echo "default checks: 2 passed, 0 failed"

# Where doctest cannot be had, nor any header be found, the package installs.
headers=$build/headers
rm -rf "$headers" && mkdir -p "$headers"
printf '#!/bin/sh\nexit 1\n' >"$headers/apt-get"
printf '#!/bin/sh\nexec g++ -nostdinc "$@"\n' >"$headers/compiler"
chmod +x "$headers/apt-get" "$headers/compiler"
PATH=$headers:$PATH DOCTEST_URL=file:///nonexistent cmake -S . -B "$headers" \
  -DCMAKE_CXX_COMPILER="$headers/compiler" >"$headers/log" 2>&1
grep "The tests need doctest" "$headers/log"
(cd "$headers" && ctest -N | grep "Total Tests: 0")
cmake --install "$headers" --prefix "$build/installed" >/dev/null
echo "install checks: 3 passed, 0 failed"

for way in "-DCMAKE_PREFIX_PATH=$build/installed" "-DRBM_FOLDER=$PWD" "-DRBM_FETCH=$PWD"; do
  echo "a consumer with $way"
  rm -rf "$build/consumer"
  cmake -S tests/consumer -B "$build/consumer" "$way" >/dev/null
  cmake --build "$build/consumer" | tail -n 1
  "$build/consumer/consumer"
  echo "consumer checks: 1 passed, 0 failed"
done
