#include "memory/memory_events.h"

#include <algorithm>
#include <chrono>

namespace sam {

void MemoryEvents::add(std::string kind, std::string text) {
  const auto since_1970 = clock_.wall_now().time_since_epoch();
  const std::int64_t wall_ms = std::chrono::duration_cast<std::chrono::milliseconds>(since_1970).count();
  MutexLock lock(mutex_);
  events_.push_back({++last_number_, wall_ms, std::move(kind), std::move(text)});
  if (events_.size() > capacity) events_.pop_front();
}

std::vector<MemoryEvent> MemoryEvents::after(std::uint64_t number) const {
  MutexLock lock(mutex_);
  const auto first = std::find_if(events_.begin(), events_.end(), [&](const auto& e) { return e.number > number; });
  return {first, events_.end()};
}

}  // namespace sam
