// A domain and what the governor knows of it.
// Threading: domain, name and reader never change; the rest is guarded by the governor's mutex.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "memory/domain_reader.h"
#include "memory/domain_watch.h"
#include "memory/governor.h"
#include "memory/relief.h"

namespace sam {

struct WatchedDomain {
  WatchedDomain(const GovernedDomain& governed, const MemoryOptions& options, bool is_device)
      : domain(governed), name(governed.budget->domain()), watch(governed, options) {
    if (is_device) reader = std::make_unique<DomainReader>(governed, options.device_timeout);
  }

  bool is_in_use() const { return !domain.in_use || domain.in_use(); }

  const GovernedDomain domain;
  const std::string name;
  std::unique_ptr<DomainReader> reader;  // null: read by whoever samples

  DomainWatch watch;
  std::chrono::steady_clock::time_point due{};  // when the reader gets its next order
  std::uint64_t counted = 0;                    // the reader's last look that was counted
  bool lost = false;                            // it was said that it cannot be read
  ReliefPause commit_pause{std::chrono::milliseconds(100), std::chrono::milliseconds(30'000)};
  ReliefPause level_pause{std::chrono::milliseconds(1000), std::chrono::milliseconds(30'000)};
  ReliefPause optimize_pause{std::chrono::milliseconds(10'000), std::chrono::milliseconds(300'000)};
};

}  // namespace sam
