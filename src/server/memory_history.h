// The memory of the last ten minutes, so that a page opened or reloaded now shows them.
// Threading: safe to call from any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "memory/memory_snapshot.h"
#include "platform/mutex.h"

namespace sam {

struct HistoryPoint {
  struct Domain {
    std::uint64_t own_bytes = 0;
    std::uint64_t limit_bytes = 0;
    float utilization = 0;
    float pressure = 0;
  };
  std::int64_t time_ms = 0;  // since 1970
  std::uint64_t domain_count = 0;
  std::array<Domain, max_domains> domains{};
};

class MemoryHistory {
 public:
  static constexpr std::size_t capacity = 300;  // ten minutes of a point every 2 s; 72 kB

  // The oldest goes when there are `capacity`.
  void add(std::int64_t time_ms, const MemorySnapshot& snapshot);
  std::vector<HistoryPoint> points() const;  // oldest first

 private:
  mutable Mutex mutex_;
  std::vector<HistoryPoint> ring_ SAM_GUARDED_BY(mutex_);
  std::size_t oldest_ SAM_GUARDED_BY(mutex_) = 0;
};

}  // namespace sam
