# All of the library as one header, on standard output: awk -f single.awk rbm/rbm.hpp rbm/evaluation/ais.hpp
# What hosts alone can do, in the second file and what it includes, is there where RBM_HOST is defined.
# SPDX-License-Identifier: MIT

function expand(file, folder, line, name) {
  while (file ~ /[^\/]+\/\.\.\//) sub(/[^\/]+\/\.\.\//, "", file)
  if (seen[file]++) return
  folder = file
  sub(/[^\/]*$/, "", folder)
  while ((getline line < file) > 0) {
    if (line ~ /^#include "/) {
      split(line, name, "\"")
      expand(folder name[2])
    } else if (line !~ /SPDX-License-Identifier/) {
      print line
    }
  }
  close(file)
}

BEGIN {
  print "// All of rbm in one file, made of its headers. Define RBM_HOST for what needs <math.h>: likelihoods, AIS."
  print "// SPDX-License-Identifier: MIT\n"
  expand(ARGV[1])
  print "\n#ifdef RBM_HOST\n"
  expand(ARGV[2])
  print "\n#endif  // RBM_HOST"
}
