// What an AVR needs beyond avr-libc's start-up: the serial line, and an end. The exit status is left in GPIOR0 for a
// simulator; the chip then sleeps. A chip without a serial line writes its letters to GPIOR1, where only a simulator
// sees them: on hardware put a line of your own there.
// SPDX-License-Identifier: MIT

#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/sleep.h>

#ifdef UCSR0B

void board_write(char letter) {
  if (UCSR0B == 0) {
    UCSR0A = 1 << U2X0;
    UBRR0 = 16;  // 115200 baud at 16 MHz
    UCSR0B = 1 << TXEN0;
  }
  while ((UCSR0A & (1 << UDRE0)) == 0) continue;
  UDR0 = (uint8_t)letter;
}

static void flush(void) {
  while (UCSR0B != 0 && (UCSR0A & (1 << UDRE0)) == 0) continue;
}

#else

void board_write(char letter) { GPIOR1 = (uint8_t)letter; }

static void flush(void) {}

#endif

// Where avr-libc's start-up goes when main has returned.
void exit(int status) {
  flush();
  GPIOR0 = (uint8_t)status;
  cli();
  sleep_enable();
  for (;;) sleep_cpu();
}
