// Runs a program for an AVR, CPU, on simavr. Its serial line is standard output, or what it writes to GPIOR1; the byte
// in GPIOR0 when it sleeps with interrupts off is the exit status; a crash, or a stack that meets the data, is 101, and
// 102 says that it did not end in time. Standard error tells how deep the stack went, and of each function that is
// named how often it was called, its mean cycles, how much of the stack it took with what it called, and its most
// cycles.
//
//   simulate [-q] [-s SECONDS] [-n CALLS] PROGRAM.elf [FUNCTION...]
//
// -q leaves out the serial line, -s bounds the time of the chip (3600 s at 16 MHz), -n looks at the first calls only.
// SPDX-License-Identifier: MIT

#include <simavr/avr_uart.h>
#include <simavr/sim_avr.h>
#include <simavr/sim_elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { most_functions = 16, crashed = 101, no_end = 102 };
enum { out_mask = 0xFE0F, out_high = 0xBE0E, out_low = 0xBE0D };  // the instructions that set half of the stack pointer

struct function {
  const char* name;
  uint32_t address, back;
  unsigned calls, entry, deepest, stack;
  int inside;
  uint64_t since, cycles, longest;
};

static void print_letter(struct avr_irq_t* irq, uint32_t letter, void* unused) {
  (void)irq;
  (void)unused;
  if (letter != '\r') putchar((int)letter);
}

static void print_register(struct avr_t* avr, avr_io_addr_t address, uint8_t letter, void* unused) {
  avr->data[address] = letter;
  print_letter(NULL, letter, unused);
}

static void log_errors(struct avr_t* avr, const int level, const char* format, va_list arguments) {
  (void)avr;
  if (level <= LOG_ERROR) vfprintf(stderr, format, arguments);
}

static unsigned stack_pointer(const avr_t* avr) { return avr->data[R_SPL] | (unsigned)avr->data[R_SPH] << 8; }

int main(int argc, char** argv) {
  int quiet = 0, at = 1;
  double seconds = 3600;
  unsigned most_calls = 0;
  for (; at < argc && argv[at][0] == '-'; ++at) {
    if (strcmp(argv[at], "-q") == 0)
      quiet = 1;
    else if (strcmp(argv[at], "-s") == 0 && at + 1 < argc)
      seconds = atof(argv[++at]);
    else if (strcmp(argv[at], "-n") == 0 && at + 1 < argc)
      most_calls = (unsigned)atoi(argv[++at]);
    else
      return fprintf(stderr, "simulate: what is %s?\n", argv[at]), 2;
  }
  elf_firmware_t firmware;
  memset(&firmware, 0, sizeof firmware);
  avr_global_logger_set(log_errors);
  setvbuf(stdout, NULL, _IONBF, 0);
  if (at >= argc || elf_read_firmware(argv[at], &firmware) != 0) return fprintf(stderr, "simulate: no program\n"), 2;
  ++at;

  struct function functions[most_functions];
  const int count = argc - at;
  if (count > most_functions) return fprintf(stderr, "simulate: too many functions\n"), 2;
  memset(functions, 0, sizeof functions);
  unsigned data_start = 0, data_end = 0;
  for (uint32_t s = 0; s < firmware.symbolcount; ++s) {
    const avr_symbol_t* symbol = firmware.symbol[s];
    for (int f = 0; f < count; ++f) {
      if (strcmp(symbol->symbol, argv[at + f]) == 0) functions[f].address = symbol->addr;
    }
    if (strcmp(symbol->symbol, "__data_start") == 0) data_start = symbol->addr & 0xFFFF;
    if (strcmp(symbol->symbol, "_end") == 0) data_end = symbol->addr & 0xFFFF;
  }
  for (int f = 0; f < count; ++f) {
    functions[f].name = argv[at + f];
    if (functions[f].address == 0) return fprintf(stderr, "simulate: there is no function %s\n", argv[at + f]), 2;
  }

  avr_t* avr = avr_make_mcu_by_name(CPU);
  if (avr == NULL || avr_init(avr) != 0) return fprintf(stderr, "simulate: no %s\n", CPU), 2;
  firmware.frequency = 16000000;
  avr_load_firmware(avr, &firmware);
  avr->log = LOG_ERROR;
  uint32_t flags = 0;
  avr_ioctl(avr, AVR_IOCTL_UART_GET_FLAGS('0'), &flags);
  flags &= ~(uint32_t)(AVR_UART_FLAG_STDIO | AVR_UART_FLAG_POLL_SLEEP);
  avr_ioctl(avr, AVR_IOCTL_UART_SET_FLAGS('0'), &flags);
  if (!quiet) {
    avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_OUTPUT), print_letter, NULL);
    if (GPIOR1 != 0) avr_register_io_write(avr, GPIOR1, print_register, NULL);
  }

  const uint64_t limit = (uint64_t)(seconds * 16e6);
  const unsigned ram_end = avr->ramend;
  unsigned deepest = ram_end;
  int state = cpu_Running, halfway = 0;  // between the instructions that set one half and the other
  while (state != cpu_Done && state != cpu_Crashed && avr->cycle < limit) {
    const unsigned now = stack_pointer(avr);
    if (!halfway && now < deepest) {
      if (now >= data_end)
        deepest = now;
      else if (deepest != ram_end)
        break;  // the stack has met the data (before start-up it is at 0)
    }
    for (int f = 0; f < count; ++f) {
      struct function* function = &functions[f];
      if (!function->inside && avr->pc == function->address && (most_calls == 0 || function->calls < most_calls)) {
        function->inside = 1;
        function->entry = function->deepest = now;
        function->back = 0;
        for (unsigned byte = 1; byte <= avr->address_size; ++byte)
          function->back = function->back << 8 | avr->data[now + byte];
        function->back *= 2;
        function->since = avr->cycle;
      } else if (function->inside && avr->pc == function->back && now == function->entry + avr->address_size) {
        function->inside = 0;
        ++function->calls;
        const uint64_t cycles = avr->cycle - function->since;
        function->cycles += cycles;
        if (cycles > function->longest) function->longest = cycles;
        if (function->entry - function->deepest > function->stack)
          function->stack = function->entry - function->deepest;
      } else if (function->inside && !halfway && now < function->deepest) {
        function->deepest = now;
      }
    }
    const unsigned instruction =
        avr->pc >= avr->flashend ? 0u : (unsigned)(avr->flash[avr->pc] | avr->flash[avr->pc + 1] << 8);
    if ((instruction & out_mask) == out_high) halfway = 1;
    if ((instruction & out_mask) == out_low) halfway = 0;
    state = avr_run(avr);
  }

  const int late = avr->cycle >= limit;
  const int status = late ? no_end : state != cpu_Done ? crashed : avr->data[GPIOR0];
  fprintf(stderr, CPU ": status %d after %.2f s; RAM: %u static, %u stack, %d to spare\n", status,
          (double)avr->cycle / 16e6, data_end - data_start, ram_end - deepest, (int)deepest + 1 - (int)data_end);
  for (int f = 0; f < count; ++f) {
    const struct function* function = &functions[f];
    fprintf(stderr, "%s: %u calls, %.0f cycles, %u bytes of stack, at most %.0f cycles\n", function->name,
            function->calls, function->calls == 0 ? 0.0 : (double)function->cycles / function->calls, function->stack,
            (double)function->longest);
  }
  return status;
}
