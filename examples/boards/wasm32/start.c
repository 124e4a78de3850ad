// What a WebAssembly module needs to be run by run.js: one function for it to call, and one that it gives.
// SPDX-License-Identifier: MIT

__attribute__((import_module("board"), import_name("write"))) void write_letter(int letter);

int main(void);
int run(void);
void board_write(char letter);

void board_write(char letter) { write_letter(letter); }
int run(void) { return main(); }
