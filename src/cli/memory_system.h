// The memory system put together: probes, budgets, governor, the worker and what its engines hold.
// Ownership: everything a pipeline is given must live as long as it: keep the MemorySystem, make the pipeline after it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cli/program.h"
#include "inference/engine_memory.h"
#include "inference/worker.h"
#include "memory/governor.h"
#include "settings/memory_settings.h"

namespace sam {

struct MemorySystem {
  MemorySettings settings;
  std::vector<std::shared_ptr<Probe>> devices;  // in CUDA's order
  std::string why_no_device;
  std::unique_ptr<Probe> host_probe;
  std::shared_ptr<Worker> worker;                // its process starts when a model is loaded
  std::vector<std::unique_ptr<Budget>> budgets;  // the host's, then the devices'
  std::unique_ptr<Governor> governor;            // sampled once, not started
  std::unique_ptr<CostBook> costs;
  // The most that the program was seen to hold of what the host's limit counts: heaps, stacks and shared memory of all its processes, without
  // the pages of libraries and other files. Seen by the governor's looks, and by this call.
  std::function<std::uint64_t()> peak_bytes;

  Budget& host_budget() const { return *budgets.front(); }
  Budget& device_budget(std::size_t device) const { return *budgets[device + 1]; }
};

// Throws UsageError for a probes' script that is wrong, and for a host's limit that is less than the least on this machine.
std::unique_ptr<MemorySystem> make_memory_system(MemorySettings settings, Program& program);

}  // namespace sam
