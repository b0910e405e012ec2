#include "memory/memory_info.h"

#include <array>
#include <cstdio>
#include <new>

namespace sam {

const char* const cpu_memory_sentence = "Running on CPU - memory stats not available";

const char* unreadable_sentence(const std::string& domain) {
  return domain == "host" ? "cannot be read" : cpu_memory_sentence;
}

MemoryInfo memory_info(const MemoryReading& reading) {
  constexpr double gib = 1024.0 * 1024.0 * 1024.0;
  MemoryInfo info;
  info.used = reading.used_bytes;
  info.total = reading.total_bytes;
  info.free = reading.free_bytes;
  info.utilization = info.total == 0 ? 0.0 : static_cast<double>(info.used) / static_cast<double>(info.total);
  std::array<char, 96> text{};
  std::snprintf(text.data(), text.size(), "Used: %.2f GB / Total: %.2f GB (%.1f%%)",
                static_cast<double>(info.used) / gib, static_cast<double>(info.total) / gib, info.utilization * 100);
  info.formatted = text.data();
  return info;
}

MemoryInfo memory_info(const DomainSnapshot& device) {
  if (!device.readable) return safe_get_memory_info(nullptr);
  MemoryReading reading;
  reading.used_bytes = device.used_bytes;
  reading.total_bytes = device.total_bytes;
  reading.free_bytes = device.free_bytes;
  return memory_info(reading);
}

MemoryInfo safe_get_memory_info(Probe* device) noexcept {
  try {
    if (device != nullptr) {
      if (const auto reading = device->read()) return memory_info(*reading);
    }
  } catch (const std::exception&) {  // a probe that fails is a probe that is not there
  }
  MemoryInfo info;
  try {
    info.formatted = cpu_memory_sentence;
  } catch (const std::bad_alloc&) {  // the numbers are there without it
  }
  return info;
}

}  // namespace sam
