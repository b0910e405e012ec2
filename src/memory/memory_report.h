// Memory of the host, of each device and of our own processes, as the page and `sam-annotator memory` show it.
// Threading: may be called from any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "memory/memory_info.h"
#include "memory/probe.h"

namespace sam {

struct DomainReport {
  std::string domain;  // "host", "cuda:0"
  std::string name;    // "host memory", "NVIDIA H200"
  std::string source;  // "cgroup v2", "/proc/meminfo", "NVML"
  MemoryInfo info;
  bool readable = false;
};

struct MemoryReport {
  DomainReport host;
  std::vector<DomainReport> devices;
  std::uint64_t program_bytes = 0;  // resident memory of all our processes
  std::string line;                 // one line for a status bar
};

// program_bytes: reads the resident memory of all our processes.
MemoryReport read_memory_report(Probe& host, const std::vector<Probe*>& devices,
                                const std::function<std::uint64_t()>& program_bytes);

}  // namespace sam
