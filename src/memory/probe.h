// A probe reads how much memory one domain (the host, or one device) has and who uses it. A probe is an injected reader plus
// arithmetic. Variants: HostProbe, NvmlProbe, CudaProbe, DxgiProbe, ScriptedProbe.
// Threading: read() may be called from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace sam {

struct MemoryReading {
  std::uint64_t used_bytes = 0;
  std::uint64_t total_bytes = 0;  // the limit that binds: a cgroup's, or the machine's
  std::uint64_t free_bytes = 0;
  std::optional<std::uint64_t> used_by_this_program_bytes = std::nullopt;  // nothing where it cannot be told
  std::string source;                                                      // "cgroup v2", "/proc/meminfo", "NVML"
  std::optional<double> stalled =
      std::nullopt;  // share of the last 10 s in which some task waited for memory (PSI), 0 to 1; nothing: not known
  std::uint64_t reserved_bytes = 0;  // of the total, kept by a card's driver for itself: neither used nor free
};

// The reading with used <= total and used + free <= total, whatever a driver said.
inline MemoryReading within_total(MemoryReading reading) {
  reading.used_bytes = reading.used_bytes < reading.total_bytes ? reading.used_bytes : reading.total_bytes;
  const std::uint64_t rest = reading.total_bytes - reading.used_bytes;
  reading.free_bytes = reading.free_bytes < rest ? reading.free_bytes : rest;
  return reading;
}

class Probe {
 public:
  virtual ~Probe() = default;
  virtual const std::string& domain() const = 0;  // "host", "cuda:0"
  virtual const std::string& name() const = 0;    // "host memory", "NVIDIA H200"
  // Nothing when the domain cannot be read now.
  virtual std::optional<MemoryReading> read() = 0;
};

}  // namespace sam
