// The specification's memory information, always complete: used, total, free, utilization, formatted.
#pragma once

#include <cstdint>
#include <string>

#include "memory/memory_snapshot.h"
#include "memory/probe.h"

namespace sam {

struct MemoryInfo {
  std::uint64_t used = 0;   // bytes
  std::uint64_t total = 0;  // bytes
  std::uint64_t free = 0;   // bytes
  double utilization = 0;   // used / total, 0 to 1
  std::string formatted;    // "Used: 2.45 GB / Total: 8.00 GB (30.6%)"; 1 GB = 2^30 bytes, as the original counts
};

// "Running on CPU - memory stats not available"
extern const char* const cpu_memory_sentence;

// What `formatted` says of a domain that cannot be read: of a card the CPU sentence, of the host "cannot be read".
const char* unreadable_sentence(const std::string& domain);

MemoryInfo memory_info(const MemoryReading& reading);

// Of a device as the governor saw it last; the CPU sentence where it could not be read.
MemoryInfo memory_info(const DomainSnapshot& device);

// The device's, or, when there is none or it cannot be read, zeros and the CPU sentence. Never throws: where there is
// no memory for the sentence it is empty.
MemoryInfo safe_get_memory_info(Probe* device) noexcept;

}  // namespace sam
