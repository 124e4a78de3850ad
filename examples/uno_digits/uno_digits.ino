// uno_digits: an Arduino Uno learns handwritten digits. Open the serial monitor at 115200 baud. It needs rbm/ among the
// libraries, and uno_digits.hpp, digits.hpp and text.hpp beside this file: `make sketch` lays out all of that.
// SPDX-License-Identifier: MIT

#include <avr/sleep.h>

#include "uno_digits.hpp"

uint8_t pass = 0;

void setup() {
  Serial.begin(115200);
  start();
}

void loop() {
  if (learn() != rbm::Status::ok) stop(1);
  const uint16_t error = report(Serial, ++pass);
  if (pass < passes) return;
  dream(Serial);
  stop(error < most_error ? 0 : 1);
}

// The end: sleep for good. A simulator reads the status.
void stop(uint8_t status) {
  Serial.flush();
  GPIOR0 = status;
  cli();
  sleep_enable();
  for (;;) sleep_cpu();
}
