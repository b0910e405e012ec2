// How tight memory is: utilization and pressure as numbers, and the level they mean, with hold times and hysteresis.
// Threading: free functions without state; a LevelTracker belongs to one thread.
#pragma once

#include <chrono>
#include <cstdint>

#include "memory/memory_options.h"
#include "memory/probe.h"

namespace sam {

enum class MemoryLevel : std::uint8_t { normal, warning, critical };
const char* memory_level_name(MemoryLevel level);  // "normal", …

// The domain's used ÷ total, 0 to 1; 0 where the total is not known.
double utilization(const MemoryReading& reading);

// Our own use ÷ the most we may have: min(limit, own + free). 0 to 1; 1 where nothing may be had.
double pressure(std::uint64_t own_bytes, std::uint64_t limit_bytes, std::uint64_t free_bytes);

// Turns values over time into a level. A level is entered when the value has been at or over its threshold for options.hold without a break
// and left when the value is below threshold − options.hysteresis; falling needs no hold.
class LevelTracker {
 public:
  explicit LevelTracker(const MemoryOptions& options) : options_(options) {}

  MemoryLevel update(double value, std::chrono::steady_clock::time_point now);
  MemoryLevel level() const { return level_; }

 private:
  using Time = std::chrono::steady_clock::time_point;
  MemoryLevel at(double value) const;

  const MemoryOptions options_;
  MemoryLevel level_ = MemoryLevel::normal;
  bool over_warning_ = false;
  bool over_critical_ = false;
  Time warning_since_{};
  Time critical_since_{};
};

}  // namespace sam
