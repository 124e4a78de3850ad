// Linked to every test that is built with mutants. MUTANT is the number of the mutant that runs, none without it. Where
// MUTANTS_REACHED names a file, a line for every test case goes there: its seconds of a processor, its name and the
// mutants that it reached, with tabs between.
// SPDX-License-Identifier: MIT

#include <doctest/doctest.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

extern "C" {
unsigned char mutant_reached[65536];
int mutant_chosen = -1;
}

namespace {

struct Recorder : doctest::IReporter {
  FILE* file;
  const char* name;
  clock_t began;

  explicit Recorder(const doctest::ContextOptions&) : file(nullptr), name(""), began(0) {
    if (const char* to = getenv("MUTANTS_REACHED")) file = fopen(to, "w");
  }

  void test_case_start(const doctest::TestCaseData& test) override {
    name = test.m_name;
    began = clock();
    memset(mutant_reached, 0, sizeof mutant_reached);
  }
  void test_case_end(const doctest::CurrentTestCaseStats&) override {
    if (!file) return;
    fprintf(file, "%.3f\t%s", static_cast<double>(clock() - began) / CLOCKS_PER_SEC, name);
    for (int n = 0; n < 65536; ++n) {
      if (mutant_reached[n]) fprintf(file, "\t%d", n);
    }
    fprintf(file, "\n");
  }
  void test_run_end(const doctest::TestRunStats&) override {
    if (file) fclose(file);
  }

  void report_query(const doctest::QueryData&) override {}
  void test_run_start() override {}
  void test_case_reenter(const doctest::TestCaseData&) override {}
  void test_case_exception(const doctest::TestCaseException&) override {}
  void subcase_start(const doctest::SubcaseSignature&) override {}
  void subcase_end() override {}
  void log_assert(const doctest::AssertData&) override {}
  void log_message(const doctest::MessageData&) override {}
  void test_case_skipped(const doctest::TestCaseData&) override {}
};

// Before any code of a test runs.
__attribute__((constructor)) void choose() {
  if (const char* number = getenv("MUTANT")) mutant_chosen = atoi(number);
}

DOCTEST_REGISTER_LISTENER("mutants", 1, Recorder);

}  // namespace
