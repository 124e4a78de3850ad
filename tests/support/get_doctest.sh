#!/bin/sh
# Finds doctest for the tests, or gets it: the system's, else the distribution's package, else a pinned download whose
# hash is checked. What it gets it keeps under the build folder; it changes nothing elsewhere.
#
#   tests/support/get_doctest.sh BUILD_FOLDER COMPILER
#
# BUILD_FOLDER/doctest.flags then holds the compiler flags that find <doctest/doctest.h>.
# SPDX-License-Identifier: MIT
set -u

build=$1
compiler=$2
flags=$build/doctest.flags
folder=$build/doctest
header=$folder/include/doctest/doctest.h
url=${DOCTEST_URL:-https://raw.githubusercontent.com/doctest/doctest/v2.4.9/doctest/doctest.h}
hash=041dced3b82ed2d6c920977fcba16e8b9e49daaa200c81ba0ccec529a4f1fd5d

say() { echo "doctest: $*"; }
done_with() {
  say "$1"
  echo "$2" >"$flags"
  exit 0
}

if ! echo 'int main() {}' | $compiler -x c++ -fsyntax-only - 2>/dev/null; then
  say "cannot look for it: the compiler \"$compiler\" does not work"
  exit 1
fi
mkdir -p "$folder"
if echo '#include <doctest/doctest.h>' | $compiler -x c++ -fsyntax-only - 2>/dev/null; then
  done_with "found on the system" ""
fi
[ ! -f "$header" ] || done_with "found in $folder" "-isystem $folder/include"

# Without root: apt keeps what it knows and fetches in a folder of our own if the system's lists do not know doctest.
from_package() {
  command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || return 1
  say "not on the system; getting the package doctest-dev into $folder"
  (
    cd "$folder" || exit 1
    apt-get download doctest-dev && exit 0
    here=$(pwd)
    mkdir -p apt/lists/partial apt/cache/archives/partial
    apt-get -o Dir::State::lists="$here/apt/lists" -o Dir::Cache="$here/apt/cache" update &&
      apt-get -o Dir::State::lists="$here/apt/lists" -o Dir::Cache="$here/apt/cache" download doctest-dev
  ) >"$folder/log" 2>&1 || return 1
  dpkg-deb -x "$folder"/doctest-dev_*.deb "$folder/package" || return 1
  mkdir -p "$folder/include/doctest"
  cp "$folder/package/usr/include/doctest/doctest.h" "$header"
}

from_download() {
  say "downloading $url"
  partial=$folder/doctest.h.partial
  if command -v curl >/dev/null; then
    curl -fsSL --retry 2 -o "$partial" "$url" || return 1
  elif command -v wget >/dev/null; then
    wget -q -O "$partial" "$url" || return 1
  else
    say "neither curl nor wget is here"
    return 1
  fi
  found=$(sha256sum "$partial" | cut -d' ' -f1)
  if [ "$found" != "$hash" ]; then
    say "refused: its SHA-256 is $found, not $hash"
    return 1
  fi
  mkdir -p "$folder/include/doctest"
  mv "$partial" "$header"
}

if from_package; then done_with "taken from the distribution's package" "-isystem $folder/include"; fi
if from_download; then done_with "downloaded, and its hash is right" "-isystem $folder/include"; fi
say "could not be had. Install it (Debian, Ubuntu: apt-get install doctest-dev), or put doctest.h 2.4.9 at $header"
exit 1
