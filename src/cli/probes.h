// The probes of this machine as the environment asks for them: CUDA_VISIBLE_DEVICES, CUDA_DEVICE_ORDER, SAM_MEMORY_SCRIPT.
#pragma once

#include <functional>
#include <vector>

#include "cli/program.h"
#include "memory/probes/machine_probes.h"

namespace sam {

// our_pids: whose use of a card counts as this program's; null: this process's. Throws UsageError with MemoryScriptError's sentence.
MachineProbes make_machine_probes(Program& program, std::function<std::vector<int>()> our_pids);

}  // namespace sam
