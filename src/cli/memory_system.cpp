#include "cli/memory_system.h"

#include "memory/probes/host_probe.h"
#include "memory/probes/nvml_probe.h"
#include "platform/process_memory.h"

namespace sam {
namespace {

ProgramUse program_use(const Worker& worker) {
  ProgramUse use;
  if (const auto own = memory_use(0)) use.program_bytes = own->anonymous_bytes + own->shared_bytes;
  if (const int pid = worker.pid(); pid > 0) {
    if (const auto engines = memory_use(pid)) use.engine_bytes = engines->anonymous_bytes;
  }
  return use;
}

}  // namespace

std::unique_ptr<MemorySystem> make_memory_system(MemorySettings settings, Program& program) {
  auto system = std::make_unique<MemorySystem>();
  system->settings = std::move(settings);
  const MemoryOptions& options = system->settings.options;
  NvmlOptions nvml;
  nvml.visible_devices = program.environment("CUDA_VISIBLE_DEVICES");
  system->devices = make_nvml_probes(nvml, &system->why_no_device);
  system->host_probe = std::make_unique<HostProbe>(read_text_files());
  system->worker = make_worker("/proc/self/exe");
  system->costs = std::make_unique<CostBook>(cache_folder(program.environment) / "model_costs.json", program.files);

  std::vector<GovernedDomain> domains;
  const auto add = [&](Probe& probe, const MemoryLimit& limit, std::function<ProgramUse()> use) {
    system->budgets.push_back(std::make_unique<Budget>(probe.domain(), 0));  // the first sample sets its limit
    domains.push_back({&probe, system->budgets.back().get(), limit, std::move(use)});
  };
  add(*system->host_probe, options.host_memory_limit, [worker = system->worker] { return program_use(*worker); });
  for (const auto& device : system->devices) {
    if (domains.size() == max_domains) break;
    add(*device, {0, options.gpu_memory_fraction}, nullptr);
  }
  system->governor = make_governor(options, std::move(domains), program.clock);
  system->governor->sample();
  return system;
}

}  // namespace sam
