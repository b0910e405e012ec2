#include "memory/memory_level.h"

#include <algorithm>
#include <array>

namespace sam {

const char* memory_level_name(MemoryLevel level) {
  static constexpr std::array<const char*, 3> names = {"normal", "warning", "critical"};
  return names[static_cast<std::size_t>(level)];
}

double utilization(const MemoryReading& reading) {
  if (reading.total_bytes == 0) return 0;
  return std::min(1.0, static_cast<double>(reading.used_bytes) / static_cast<double>(reading.total_bytes));
}

double pressure(std::uint64_t own_bytes, std::uint64_t limit_bytes, std::uint64_t free_bytes) {
  const std::uint64_t room = limit_bytes > own_bytes ? limit_bytes - own_bytes : 0;
  const std::uint64_t most = free_bytes < room ? own_bytes + free_bytes : limit_bytes;
  if (most == 0) return 1;
  return std::min(1.0, static_cast<double>(own_bytes) / static_cast<double>(most));
}

MemoryLevel LevelTracker::at(double value) const {
  const double slack = options_.hysteresis;
  if (level_ == MemoryLevel::normal || value < options_.warning_threshold - slack) return MemoryLevel::normal;
  if (level_ == MemoryLevel::warning || value < options_.critical_threshold - slack) return MemoryLevel::warning;
  return MemoryLevel::critical;
}

MemoryLevel LevelTracker::update(double value, std::chrono::steady_clock::time_point now) {
  const auto watch = [&](bool over, bool& was_over, Time& since) {
    if (over && !was_over) since = now;
    was_over = over;
    return over && now - since >= options_.hold;
  };
  const bool warning = watch(value >= options_.warning_threshold, over_warning_, warning_since_);
  const bool critical = watch(value >= options_.critical_threshold, over_critical_, critical_since_);
  level_ = at(value);
  if (critical) {
    level_ = MemoryLevel::critical;
  } else if (warning) {
    level_ = std::max(level_, MemoryLevel::warning);
  }
  return level_;
}

}  // namespace sam
