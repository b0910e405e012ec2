// What pages hear of memory: the snapshot every memory_interval_ms and at once when a level changes, and each new entry of the
// governor's log; and the history's points, whether a page listens or not.
// Threading: look() from one thread. Ownership: options, history and events must outlive it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "server/events.h"
#include "server/memory_history.h"
#include "server/server.h"

namespace sam {

class MemoryFeed {
 public:
  MemoryFeed(const ServerOptions& options, MemoryHistory& history, EventHub& events)
      : options_(options), history_(history), events_(events) {}

  // To be called several times a second.
  void look(std::chrono::steady_clock::time_point now, std::chrono::system_clock::time_point wall_now);

 private:
  void tell_new_entries();
  std::uint64_t levels() const;  // of all domains, as one number

  const ServerOptions& options_;
  MemoryHistory& history_;
  EventHub& events_;
  std::optional<std::chrono::steady_clock::time_point> due_;  // nothing: at once
  std::uint64_t told_levels_ = 0;
  std::uint64_t told_entry_ = 0;
};

}  // namespace sam
