// What the memory system costs those who use it, and what watching costs by itself. To reach: snapshot and should_cache 50 ns, reserve +
// release 100 ns alone and 1 µs with 8 threads, a host sample 50 µs, an NVML sample 1 ms, the governor 0.2 % of a CPU.
#include <benchmark/benchmark.h>

#include <ctime>
#include <thread>

#include "memory/budget.h"
#include "memory/governor.h"
#include "memory/probes/host_probe.h"
#include "memory/probes/machine_probes.h"
#include "platform/process_memory.h"

namespace sam {
namespace {

std::vector<std::unique_ptr<Probe>> scripted_card() {
  DeviceProbeOptions options;
  options.nvml_library = SCRIPTED_NVML_LIBRARY;
  options.device_order = "PCI_BUS_ID";
  options.visible_devices = "0";
  return make_device_probes(options).probes;
}

// A governor on this machine's host memory and, as a second domain, the scripted card, sampled once.
struct Machine {
  Machine() {
    probes = scripted_card();
    std::vector<GovernedDomain> domains = {{&host, &host_budget, {}, [this] {
                                              return ProgramUse{
                                                  own.read(0).value_or(ProcessMemoryUse{}).anonymous_bytes, 0};
                                            }}};
    if (!probes.empty()) domains.push_back({probes.front().get(), &device_budget});
    governor = make_governor({}, std::move(domains), clock);
    governor->sample();
  }

  SystemClock clock;
  ProcessMemoryReader own;
  HostProbe host{read_text_files()};
  std::vector<std::unique_ptr<Probe>> probes;
  Budget host_budget{"host", 0};
  Budget device_budget{"cuda:0", 0};
  std::unique_ptr<Governor> governor;
};

Machine& machine() {
  static Machine made;
  return made;
}

void snapshot_load(benchmark::State& state) {
  Governor& governor = *machine().governor;
  for (auto _ : state) benchmark::DoNotOptimize(governor.snapshot());
  state.SetLabel(std::to_string(governor.snapshot().domain_count) + " domains");
}
BENCHMARK(snapshot_load);

void should_cache(benchmark::State& state) {
  Governor& governor = *machine().governor;
  for (auto _ : state) benchmark::DoNotOptimize(governor.should_cache());
}
BENCHMARK(should_cache);

void check_memory_status(benchmark::State& state) {
  Governor& governor = *machine().governor;
  for (auto _ : state) benchmark::DoNotOptimize(governor.check_memory_status());
}
BENCHMARK(check_memory_status);

void safe_get_memory_info(benchmark::State& state) {
  Governor& governor = *machine().governor;
  for (auto _ : state) benchmark::DoNotOptimize(governor.safe_get_memory_info());
}
BENCHMARK(safe_get_memory_info);

void reserve_and_release(benchmark::State& state) {
  static Budget budget("host", std::uint64_t{1} << 40);
  for (auto _ : state) benchmark::DoNotOptimize(budget.reserve(Owner::images, 1000));
}
BENCHMARK(reserve_and_release)->Threads(1);

// One operation's time as its caller sees it: the wall clock of a thread over its own operations.
void reserve_and_release_of_8_threads(benchmark::State& state) {
  static Budget budget("host", std::uint64_t{1} << 40);
  for (auto _ : state) benchmark::DoNotOptimize(budget.reserve(Owner::images, 1000));
  state.SetLabel(std::to_string(std::thread::hardware_concurrency()) + " cores");
}
BENCHMARK(reserve_and_release_of_8_threads)->Threads(8)->MeasureProcessCPUTime();

void host_sample(benchmark::State& state) {
  HostProbe probe(read_text_files());
  for (auto _ : state) benchmark::DoNotOptimize(probe.read());
  if (const auto reading = probe.read()) state.SetLabel(reading->source);
}
BENCHMARK(host_sample)->Unit(benchmark::kMicrosecond);

void nvml_sample(benchmark::State& state) {
  const auto real = make_device_probes({}).probes;
  const auto scripted = scripted_card();
  const auto& probes = real.empty() ? scripted : real;
  if (probes.empty()) return state.SkipWithError("no NVML");
  for (auto _ : state) benchmark::DoNotOptimize(probes.front()->read());
  state.SetLabel(real.empty() ? "the scripted library, no driver behind it" : real.front()->name());
}
BENCHMARK(nvml_sample)->Unit(benchmark::kMicrosecond);

void governor_round(benchmark::State& state) {
  Governor& governor = *machine().governor;
  for (auto _ : state) governor.sample();
}
BENCHMARK(governor_round)->Unit(benchmark::kMicrosecond)->MeasureProcessCPUTime();

double cpu_seconds() {
  timespec used{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
}

// The process sleeps while the governor's threads run: all that it uses is theirs.
void governor_cpu(benchmark::State& state) {
  Governor& governor = *machine().governor;
  double share = 0;
  for (auto _ : state) {
    governor.start();
    const double before = cpu_seconds();
    std::this_thread::sleep_for(std::chrono::seconds(5));
    share = (cpu_seconds() - before) / 5;
    governor.stop();
  }
  state.counters["cpu_percent"] = share * 100;
}
BENCHMARK(governor_cpu)->Iterations(1)->Unit(benchmark::kSecond);

}  // namespace
}  // namespace sam

BENCHMARK_MAIN();
