#include "cli/probes.h"

#include <utility>

#include "memory/probes/memory_script.h"

namespace sam {

MachineProbes make_machine_probes(Program& program, std::function<std::vector<int>()> our_pids) {
  DeviceProbeOptions options;
  options.visible_devices = program.environment("CUDA_VISIBLE_DEVICES");
  options.device_order = program.environment("CUDA_DEVICE_ORDER");
  options.our_pids = std::move(our_pids);
  try {
    return make_machine_probes(options, program.environment("SAM_MEMORY_SCRIPT"), program.files, program.clock);
  } catch (const MemoryScriptError& error) {
    throw UsageError(error.what());
  }
}

}  // namespace sam
