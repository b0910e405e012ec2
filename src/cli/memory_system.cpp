#include "cli/memory_system.h"

#include <unistd.h>

#include <atomic>

#include "cli/memory_flags.h"
#include "cli/probes.h"
#include "platform/process_memory.h"

namespace sam {
namespace {

// Reads the same two files ten times a second.
struct ProgramUseReader {
  ProcessMemoryReader own;
  ProcessMemoryReader engines;
  std::atomic<std::uint64_t> peak_bytes{0};

  ProgramUse read(const Worker& worker) {
    ProgramUse use;
    if (const auto held = own.read(0)) use.program_bytes = held->anonymous_bytes + held->shared_bytes;
    if (const int pid = worker.pid(); pid > 0) {
      if (const auto held = engines.read(pid)) use.engine_bytes = held->anonymous_bytes;
    }
    const std::uint64_t now = use.program_bytes + use.engine_bytes;
    for (std::uint64_t peak = peak_bytes; now > peak && !peak_bytes.compare_exchange_weak(peak, now);) continue;
    return use;
  }
};

}  // namespace

std::unique_ptr<MemorySystem> make_memory_system(MemorySettings settings, Program& program) {
  auto system = std::make_unique<MemorySystem>();
  system->settings = std::move(settings);
  const MemoryOptions& options = system->settings.options;
  system->worker = make_worker("/proc/self/exe");
  MachineProbes machine =
      make_machine_probes(program, [worker = system->worker] { return std::vector<int>{::getpid(), worker->pid()}; });
  system->host_probe = std::move(machine.host);
  for (auto& probe : machine.devices.probes) system->devices.push_back(std::move(probe));
  system->why_no_device = std::move(machine.devices.why_none);
  system->costs = std::make_unique<CostBook>(cache_folder(program.environment) / "model_costs.json", program.files);

  std::vector<GovernedDomain> domains;
  const auto add = [&](Probe& probe, const MemoryLimit& limit) -> GovernedDomain& {
    system->budgets.push_back(std::make_unique<Budget>(probe.domain(), 0));  // the first sample sets its limit
    return domains.emplace_back(GovernedDomain{&probe, system->budgets.back().get(), limit});
  };
  const auto use = std::make_shared<ProgramUseReader>();
  add(*system->host_probe, options.host_memory_limit).use = [use, worker = system->worker] {
    return use->read(*worker);
  };
  system->peak_bytes = [use, worker = system->worker] {
    use->read(*worker);
    return use->peak_bytes.load();
  };
  for (const auto& device : system->devices) {
    GovernedDomain& domain = add(*device, {0, options.gpu_memory_fraction});
    domain.in_use = [&budget = *domain.budget] { return budget.reserved_bytes() > 0; };
    domain.keep_alive = device;  // a driver that hangs does not hold up the end
  }
  system->governor = make_governor(options, std::move(domains), program.clock);
  system->governor->sample();
  check_limits(system->settings, system->governor->snapshot().domains.front().total_bytes);
  return system;
}

}  // namespace sam
