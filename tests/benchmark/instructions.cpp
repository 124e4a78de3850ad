// Steps of CD-1 whose instructions valgrind counts, see instructions.sh.
//
//   instructions FOLDER                     learns, and writes machines that are ready to step into FOLDER
//   instructions FOLDER SHAPE NUMBERS BATCH   reads one and takes its steps, each in a call of counted_step
// SPDX-License-Identifier: MIT

#include <cstddef>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <type_traits>

#include "must.hpp"
#include "numbers.hpp"
#include "samples.hpp"
#include "warm_up.hpp"

namespace {

struct Steps {
  virtual ~Steps() {}
  virtual void step() = 0;
};

// Volatile, so that the compiler makes no copy of counted_step for the steps that it knows.
Steps* volatile current;

}  // namespace

extern "C" void counted_step();
extern "C" __attribute__((noinline)) void counted_step() { current->step(); }

namespace benchmark {
namespace {

// All that a step needs: plain data, so that it goes to a file as it is.
template <size_t V, size_t H, class Number, size_t Batch, size_t Count>
struct Machine {
  typedef ModelOf<V, H, Number> Model;

  alignas(64) Model model;
  alignas(64) rbm::Trainer<Model, Batch> trainer;
  typename Model::VisibleState samples[Count * Batch];
  Generator rng{9};
};

template <size_t V, size_t H, class Number, size_t Batch, size_t Count>
class Case : Steps {
  typedef Machine<V, H, Number, Batch, Count> Whole;
  static_assert(std::is_trivially_copyable<Whole>::value, "a machine goes to a file as it is");

 public:
  Case() : machine(std::make_unique<Whole>()) {}

  void prepare(const ModelOf<V, H, float>& trained, const std::string& folder) {
    size_t saturated = 0;
    must(rbm::convert(trained, machine->model, saturated));
    machine->trainer.options.learning_rate = slow_rate;
    const auto states = in_numbers_of<typename Whole::Model::VisibleState>(Data<V>::samples());
    for (size_t s = 0; s < Count * Batch; ++s) machine->samples[s] = states[s];
    std::ofstream out(folder + "/" + name(), std::ios::binary);
    out.write(reinterpret_cast<const char*>(machine.get()), sizeof(Whole));
    if (!out.flush()) fail("cannot write to " + folder);
    std::printf("%zux%zu %s %zu %zu\n", V, H, name_of(Number()), Batch, Count);
  }

  bool count(const std::string& folder, const std::string& wanted) {
    if (wanted != name()) return false;
    std::ifstream in(folder + "/" + name(), std::ios::binary);
    if (!in.read(reinterpret_cast<char*>(machine.get()), sizeof(Whole))) fail("cannot read from " + folder);
    current = this;
    for (size_t n = 0; n < Count; ++n) counted_step();
    return true;
  }

 private:
  static std::string name() {
    return "machine-" + std::to_string(V) + "x" + std::to_string(H) + "-" + name_of(Number()) + "-" +
           std::to_string(Batch);
  }

  void step() override {
    must(machine->trainer.step(machine->model, machine->samples + used, Batch, machine->rng));
    used += Batch;
  }

  std::unique_ptr<Whole> machine;
  size_t used = 0;
};

// use(case) for all cases of a shape, until one says that it was the one.
template <size_t V, size_t H, size_t Count, class Number, class Use>
bool each_batch(Use&& use) {
  return use(Case<V, H, Number, 1, Count>()) || use(Case<V, H, Number, 10, Count>());
}

template <size_t V, size_t H, size_t Count, class Use>
bool each_case(Use&& use) {
  if (each_batch<V, H, Count, float>(use) || each_batch<V, H, Count, Int16>(use)) return true;
  if constexpr (model_fits<Int8, V, H>()) return each_batch<V, H, Count, Int8>(use);
  return false;
}

template <size_t V, size_t H, size_t Count>
void prepare(const std::string& folder) {
  const auto trained = std::make_unique<ModelOf<V, H, float>>();
  warm_up(*trained, Data<V>::samples());
  each_case<V, H, Count>([&](auto&& one) {
    one.prepare(*trained, folder);
    return false;
  });
}

}  // namespace
}  // namespace benchmark

int main(int count, char** arguments) {
  using namespace benchmark;
  constexpr size_t small_steps = 50, large_steps = 10;
  if (count == 2) {
    prepare<64, 16, small_steps>(arguments[1]);
    prepare<784, 128, large_steps>(arguments[1]);
    return std::fflush(stdout) == 0 ? 0 : 1;
  }
  if (count != 5) fail("instructions FOLDER [SHAPE NUMBERS BATCH]");
  const std::string wanted = std::string("machine-") + arguments[2] + "-" + arguments[3] + "-" + arguments[4];
  const auto take = [&](auto&& one) { return one.count(arguments[1], wanted); };
  if (!each_case<64, 16, small_steps>(take) && !each_case<784, 128, large_steps>(take)) fail("no case of this name");
  return 0;
}
