// What an ATmega328P needs beyond avr-libc's start-up: the serial line, and an end. The exit status is left in GPIOR0
// for a simulator; the chip then sleeps.
// SPDX-License-Identifier: MIT

#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/sleep.h>

void board_write(char letter) {
  if (UCSR0B == 0) {
    UCSR0A = 1 << U2X0;
    UBRR0 = 16;  // 115200 baud at 16 MHz
    UCSR0B = 1 << TXEN0;
  }
  while ((UCSR0A & (1 << UDRE0)) == 0) continue;
  UDR0 = (uint8_t)letter;
}

// Where avr-libc's start-up goes when main has returned.
void exit(int status) {
  while (UCSR0B != 0 && (UCSR0A & (1 << UDRE0)) == 0) continue;
  GPIOR0 = (uint8_t)status;
  cli();
  sleep_enable();
  for (;;) sleep_cpu();
}
