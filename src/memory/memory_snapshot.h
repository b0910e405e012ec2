// What the governor saw last: plain data, copied out without a lock or a system call.
// Threading: SnapshotCell has one writer and any number of readers (a sequence lock: readers copy again if a write came between).
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "memory/memory_level.h"
#include "memory/owner.h"

namespace sam {

inline constexpr std::size_t max_domains = 9;  // the host and eight devices

struct DomainSnapshot {
  std::uint64_t used_bytes = 0;
  std::uint64_t total_bytes = 0;
  std::uint64_t free_bytes = 0;
  std::uint64_t own_bytes = 0;       // of all our processes
  std::uint64_t limit_bytes = 0;     // the most that we may have now: min(limit, own + free)
  std::uint64_t reserved_bytes = 0;  // the sum of by_owner
  std::uint64_t other_bytes = 0;     // own, and not reserved
  std::array<std::uint64_t, owner_count> by_owner{};
  double utilization = 0;  // used ÷ total
  double pressure = 0;     // own ÷ limit
  MemoryLevel level = MemoryLevel::normal;
  bool in_use = true;     // false: nothing of ours is there, and its level decides nothing
  bool readable = false;  // false: the probe could not be read; the numbers are the last known ones
};

struct MemorySnapshot {
  std::int64_t time_ns = 0;  // of the injected clock
  std::uint64_t domain_count = 0;
  MemoryLevel level = MemoryLevel::normal;            // the worst of the domains in use
  std::array<DomainSnapshot, max_domains> domains{};  // the host is the first
};
static_assert(std::is_trivially_copyable_v<MemorySnapshot>);

class SnapshotCell {
 public:
  void store(const MemorySnapshot& snapshot) noexcept;  // one writer at a time
  MemorySnapshot load() const noexcept;                 // copies only the domains there are

 private:
  static constexpr std::size_t words = (sizeof(MemorySnapshot) + 7) / 8;
  std::atomic<std::uint64_t> sequence_{0};  // odd while a write is under way
  std::array<std::atomic<std::uint64_t>, words> words_{};
};

}  // namespace sam
