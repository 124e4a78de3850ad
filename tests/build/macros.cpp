// The macros that Arduino's core, newlib's ctype.h and lwIP's sockets define in a sketch, before the library; and every
// capital letter, since firmware likes to call a size or a register so.
// SPDX-License-Identifier: MIT

#define min(a, b) ((a) < (b) ? (a) : (b))
#define max(a, b) ((a) > (b) ? (a) : (b))
#define abs(x) ((x) > 0 ? (x) : -(x))
#define round(x) ((x) >= 0 ? (long)((x) + 0.5) : (long)((x)-0.5))
#define sq(x) ((x) * (x))
#define constrain(amt, low, high) ((amt) < (low) ? (low) : ((amt) > (high) ? (high) : (amt)))
#define radians(deg) ((deg)*0.017453292519943295)
#define degrees(rad) ((rad)*57.29577951308232)
#define lowByte(w) ((uint8_t)((w)&0xff))
#define highByte(w) ((uint8_t)((w) >> 8))
#define bit(b) (1UL << (b))
#define bitRead(value, bit) (((value) >> (bit)) & 0x01)
#define bitSet(value, bit) ((value) |= (1UL << (bit)))
#define bitClear(value, bit) ((value) &= ~(1UL << (bit)))
#define interrupts() sei()
#define noInterrupts() cli()
#define F(string_literal) (string_literal)
#define PI 3.1415926535897932384626433832795
#define HALF_PI 1.5707963267948966192313216916398
#define TWO_PI 6.283185307179586476925286766559
#define DEG_TO_RAD 0.017453292519943295769236907684886
#define RAD_TO_DEG 57.295779513082320876798154814105
#define EULER 2.718281828459045235360287471352
#define HIGH 0x1
#define LOW 0x0
#define INPUT 0x0
#define OUTPUT 0x1
#define INPUT_PULLUP 0x2
#define SERIAL 0x0
#define DISPLAY 0x1
#define LSBFIRST 0
#define MSBFIRST 1
#define CHANGE 1
#define FALLING 2
#define RISING 3
#define DEFAULT 1
#define EXTERNAL 0
#define INTERNAL 3
#define NOT_A_PIN 0
#define NOT_A_PORT 0
#define DEC 10
#define HEX 16
#define OCT 8
#define BIN 2
#define B0 0
#define B1 1
#define B00 0
#define B01 1
#define B10 2
#define B11 3
#define A0 14
#define A1 15
#define A2 16
#define A3 17
#define A4 18
#define A5 19
#define SS 10
#define MOSI 11
#define MISO 12
#define SCK 13
#define SDA 18
#define SCL 19
#define LED_BUILTIN 13
#define PORT 1
#define PIN 1
#define _U 01
#define _L 02
#define _N 04
#define _S 010
#define _P 020
#define _C 040
#define _X 0100
#define _B 0200

#define accept(s, addr, addrlen) lwip_accept(s, addr, addrlen)
#define bind(s, name, namelen) lwip_bind(s, name, namelen)
#define select(maxfdp1, readset, writeset, exceptset, timeout) \
  lwip_select(maxfdp1, readset, writeset, exceptset, timeout)
#define read(s, mem, len) lwip_read(s, mem, len)
#define write(s, dataptr, len) lwip_write(s, dataptr, len)
#define close(s) lwip_close(s)

#define A [](not, a, name)
#define B [](not, a, name)
#define C [](not, a, name)
#define D [](not, a, name)
#define E [](not, a, name)
#define G [](not, a, name)
#define H [](not, a, name)
#define I [](not, a, name)
#define J [](not, a, name)
#define K [](not, a, name)
#define L [](not, a, name)
#define M [](not, a, name)
#define N [](not, a, name)
#define O [](not, a, name)
#define P [](not, a, name)
#define Q [](not, a, name)
#define R [](not, a, name)
#define S [](not, a, name)
#define T [](not, a, name)
#define U [](not, a, name)
#define V [](not, a, name)
#define W [](not, a, name)
#define X [](not, a, name)
#define Y [](not, a, name)
#define Z [](not, a, name)

#include "everything.hpp"

// For hosts.
#ifndef __AVR__
#include "../../rbm/evaluation/ais.hpp"
#include "../../rbm/evaluation/likelihood.hpp"
#endif

typedef rbm::Rbm<rbm::Bernoulli<13>, rbm::Bernoulli<37>> Odd;
static Odd model;
static Odd::VisibleState samples[3];

int main() { return use_everything<Odd, 3>(model, 1, samples, 3) + use_all_units(1) < 1e9f ? 0 : 1; }
