// The log that people read on the page: the last 200 events.
// Threading: safe to call from any thread.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "memory/governor.h"
#include "platform/clock.h"
#include "platform/mutex.h"

namespace sam {

class MemoryEvents {
 public:
  static constexpr std::size_t capacity = 200;

  explicit MemoryEvents(const Clock& clock) : clock_(clock) {}

  void add(std::string kind, std::string text) SAM_EXCLUDES(mutex_);
  std::vector<MemoryEvent> after(std::uint64_t number) const SAM_EXCLUDES(mutex_);

 private:
  const Clock& clock_;
  mutable Mutex mutex_;
  std::uint64_t last_number_ SAM_GUARDED_BY(mutex_) = 0;
  std::deque<MemoryEvent> events_ SAM_GUARDED_BY(mutex_);
};

}  // namespace sam
