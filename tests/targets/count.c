// A QEMU plugin that counts instructions: of each function that is named, how often it was called and how many
// instructions a call took, with what it called, on average and at most. Functions that are named must be entered by a
// call, and not recursively. The numbers are the same on every machine and in every run.
//
//   qemu-... -plugin count.so,NAME=ADDRESS,...
//
// Declarations of the plugin interface, version 1, are written out here, since not every QEMU comes with its header.
// SPDX-License-Identifier: MIT

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint64_t qemu_plugin_id_t;
struct qemu_info;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb* block);
struct qemu_plugin_insn* qemu_plugin_tb_get_insn(const struct qemu_plugin_tb* block, size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn* insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn* insn);
void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, void (*call)(qemu_plugin_id_t, struct qemu_plugin_tb*));
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn* insn, void (*call)(unsigned, void*), int flags,
                                            void* data);
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id, void (*call)(qemu_plugin_id_t, void*), void* data);

__attribute__((visibility("default"))) int qemu_plugin_version = 1;

enum { most_functions = 16, hash_size = 1 << 16 };

struct function {
  char* name;
  uint64_t address, back, since, calls, instructions, longest;
  int inside;
};

static struct function functions[most_functions];
static int count;
static uint64_t executed;
static uint64_t next;  // where the last instruction goes on, unless it branches

struct instruction {
  uint64_t address, size;
  struct instruction* other;
};
static struct instruction* known[hash_size];

static void execute(unsigned cpu, void* data) {
  (void)cpu;
  const struct instruction* instruction = data;
  for (int f = 0; f < count; ++f) {
    struct function* function = &functions[f];
    if (!function->inside && instruction->address == function->address) {
      function->inside = 1;
      function->back = next;
      function->since = executed;
    } else if (function->inside && instruction->address == function->back) {
      function->inside = 0;
      ++function->calls;
      const uint64_t instructions = executed - function->since;
      function->instructions += instructions;
      if (instructions > function->longest) function->longest = instructions;
    }
  }
  ++executed;
  next = instruction->address + instruction->size;
}

static void translate(qemu_plugin_id_t id, struct qemu_plugin_tb* block) {
  (void)id;
  for (size_t i = 0; i < qemu_plugin_tb_n_insns(block); ++i) {
    struct qemu_plugin_insn* insn = qemu_plugin_tb_get_insn(block, i);
    const uint64_t address = qemu_plugin_insn_vaddr(insn), size = qemu_plugin_insn_size(insn);
    struct instruction** at = &known[(address >> 1) % hash_size];
    while (*at != NULL && ((*at)->address != address || (*at)->size != size)) at = &(*at)->other;
    if (*at == NULL) {
      *at = calloc(1, sizeof **at);
      if (*at == NULL) abort();
      (*at)->address = address;
      (*at)->size = size;
    }
    qemu_plugin_register_vcpu_insn_exec_cb(insn, execute, 0, *at);
  }
}

static void print(qemu_plugin_id_t id, void* unused) {
  (void)id;
  (void)unused;
  for (int f = 0; f < count; ++f) {
    const struct function* function = &functions[f];
    const uint64_t calls = function->calls, sum = function->instructions;
    fprintf(stderr, "%s: %llu calls, %llu instructions, at most %llu instructions\n", function->name,
            (unsigned long long)calls, (unsigned long long)(calls == 0 ? 0 : (sum + calls / 2) / calls),
            (unsigned long long)function->longest);
  }
}

__attribute__((visibility("default"))) int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info* info,
                                                               int argc, char** argv) {
  (void)info;
  for (int a = 0; a < argc && count < most_functions; ++a) {
    const char* equals = strchr(argv[a], '=');
    if (equals == NULL) return 1;
    functions[count].name = strndup(argv[a], (size_t)(equals - argv[a]));
    functions[count].address = strtoull(equals + 1, NULL, 16);
    ++count;
  }
  qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
  qemu_plugin_register_atexit_cb(id, print, NULL);
  return 0;
}
