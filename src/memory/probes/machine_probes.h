// The probes of this machine: the host, and every visible device in CUDA's order, each with its fallbacks (NVML → CUDA driver → DXGI →
// none, which reads as "Running on CPU - memory stats not available"). A script (SAM_MEMORY_SCRIPT) replaces the domains it names.
// Warnings go to spdlog's default logger: one a card that cannot be read any more, one a cgroup's limit that cannot be read, one if an installed driver does not work.
// Threading: free functions; the probes may be read from any thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "memory/probe.h"
#include "platform/clock.h"
#include "platform/file_system.h"

namespace sam {

struct DeviceProbeOptions {
  std::optional<std::string> visible_devices;  // CUDA_VISIBLE_DEVICES; nothing: all. Empty: none
  std::optional<std::string> device_order;     // CUDA_DEVICE_ORDER
  std::function<std::vector<int>()>
      our_pids;  // whose use counts as this program's; null: this process's. Called at every read
#ifdef _WIN32
  std::string nvml_library = "nvml.dll";
  std::string cuda_library = "nvcuda.dll";
#else
  std::string nvml_library = "libnvidia-ml.so.1";
  std::string cuda_library = "libcuda.so.1";
#endif
};

struct DeviceProbes {
  std::vector<std::unique_ptr<Probe>> probes;  // position n is cuda:n
  std::string why_none;                        // a clause; empty where there are probes
};

// At most max_domains - 1 of them (memory_snapshot.h); a warning says that there are more. Never throws for anything a driver does.
DeviceProbes make_device_probes(const DeviceProbeOptions& options);

struct MachineProbes {
  std::unique_ptr<Probe> host;
  DeviceProbes devices;
  bool scripted_host = false;
  bool scripted_devices = false;
};

// script_file: SAM_MEMORY_SCRIPT; nothing or empty: no script. Throws MemoryScriptError for a file that is not there or is wrong.
// files: used before it returns; clock: must outlive the probes.
MachineProbes make_machine_probes(const DeviceProbeOptions& options, const std::optional<std::string>& script_file,
                                  FileSystem& files, const Clock& clock);

}  // namespace sam
