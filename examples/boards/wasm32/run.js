// Runs a module: node run.js PROGRAM. What it writes is standard output, what main returns the exit status; a trap is 101.
// SPDX-License-Identifier: MIT
'use strict';
const fs = require('fs');

const board = {write: (letter) => fs.writeSync(1, String.fromCharCode(letter))};
const module_ = new WebAssembly.Module(fs.readFileSync(process.argv[2]));
try {
  process.exitCode = new WebAssembly.Instance(module_, {board}).exports.run();
} catch (error) {
  console.error(error.message);
  process.exitCode = 101;
}
