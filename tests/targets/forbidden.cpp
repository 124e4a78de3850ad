// A program that asks for what firmware must not: each must be found.
// SPDX-License-Identifier: MIT

#include <math.h>
#include <stdlib.h>

extern volatile int input;
volatile int input;

#ifdef HOW_constructor
static int read_input() { return input; }
extern const int at_start;
const int at_start = read_input();
#endif

int main() {
#ifdef HOW_heap
  int* volatile number = static_cast<int*>(malloc(sizeof(int)));
  input = number != nullptr ? 1 : 0;
#endif
#ifdef HOW_libm
  input = static_cast<int>(cosf(static_cast<float>(input)));
#endif
#ifdef HOW_double
  input = static_cast<int>(static_cast<double>(input) * 1.5);
#endif
#ifdef HOW_guard
  static const int once = input;
  return once;
#endif
  return 0;
}
