#include "server/memory_feed.h"

#include "server/memory_replies.h"

namespace sam {

void MemoryFeed::look(std::chrono::steady_clock::time_point now, std::chrono::system_clock::time_point wall_now) {
  if (options_.governor != nullptr) tell_new_entries();
  const std::uint64_t levels_now = levels();
  const bool is_due = !due_ || now >= *due_;
  if (!is_due && levels_now == told_levels_) return;
  told_levels_ = levels_now;
  if (is_due) {
    due_ = now + std::chrono::milliseconds(options_.memory_interval_ms);
    if (options_.governor != nullptr) {
      const auto wall = std::chrono::duration_cast<std::chrono::milliseconds>(wall_now.time_since_epoch());
      history_.add(wall.count(), options_.governor->snapshot());
    }
  }
  if (events_.has_readers()) events_.publish({"memory", memory_json(options_)});
}

void MemoryFeed::tell_new_entries() {
  for (const MemoryEvent& entry : options_.governor->events_after(told_entry_)) {
    told_entry_ = entry.number;
    events_.publish({"memory_event", memory_event_json(entry)});
  }
}

std::uint64_t MemoryFeed::levels() const {
  if (options_.governor == nullptr) return 0;
  const MemorySnapshot snapshot = options_.governor->snapshot();
  std::uint64_t levels = 0;
  for (std::size_t i = 0; i < snapshot.domain_count; ++i) {
    const DomainSnapshot& domain = snapshot.domains[i];
    levels = levels * 4 + (domain.readable ? static_cast<std::uint64_t>(domain.level) : 3);
  }
  return levels;
}

}  // namespace sam
