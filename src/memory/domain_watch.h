// What the readings of one domain mean: the budget's limit, how tight it is, and how much to give back.
// Threading: belongs to one thread at a time. Ownership: keeps a pointer to the domain's budget.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "memory/domain_reader.h"
#include "memory/memory_level.h"
#include "memory/memory_snapshot.h"

namespace sam {

class DomainWatch {
 public:
  using Time = std::chrono::steady_clock::time_point;

  DomainWatch(const GovernedDomain& domain, const MemoryOptions& options);

  void update(const DomainSample& sample, Time now);

  // With what is reserved now.
  const DomainSnapshot& snapshot();

  // What is promised and held beyond the limit of the last reading.
  std::uint64_t over_commitment() const;
  // What must come back for every measure to be below the warning; at least 1 while the level is not normal.
  std::uint64_t excess() const;

 private:
  struct Trackers {
    LevelTracker utilization, pressure, stall;
  };
  void set_budget(const MemoryReading& reading, const DomainSample& sample);
  Trackers fresh() const;

  Budget* const budget_;
  const MemoryLimit limit_;
  const MemoryOptions options_;
  std::optional<Trackers> trackers_;
  bool stalled_ = false;
  DomainSnapshot snapshot_;
};

}  // namespace sam
