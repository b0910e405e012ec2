// A governor whose numbers the test sets.
#pragma once

#include <atomic>
#include <stdexcept>
#include <string>
#include <vector>

#include "memory/governor.h"
#include "platform/mutex.h"

namespace sam {

class FakeGovernor final : public Governor {
 public:
  FakeGovernor() {
    snapshot_.domain_count = 2;
    DomainSnapshot& host = snapshot_.domains[0];
    host.used_bytes = std::uint64_t{2} << 30;
    host.total_bytes = std::uint64_t{8} << 30;
    host.free_bytes = std::uint64_t{6} << 30;
    host.own_bytes = 800'000'000;
    host.limit_bytes = std::uint64_t{7} << 30;
    host.reserved_bytes = 750'000'000;
    host.other_bytes = 50'000'000;
    host.by_owner = {100'000'000, 200'000'000, 300'000'000, 140'000'000, 10'000'000};
    host.utilization = 0.25;
    host.pressure = 0.1;
    host.readable = true;
    snapshot_.domains[1].total_bytes = std::uint64_t{16} << 30;
  }

  void start() override {}
  void stop() override {}
  void sample() override {}

  MemorySnapshot snapshot() const noexcept override {
    MutexLock lock(mutex_);
    return snapshot_;
  }
  MemoryLevel level() const noexcept override { return snapshot().level; }
  const MemoryOptions& options() const override { return options_; }
  std::vector<std::string> domains() const override { return {"host", "cuda:0"}; }
  bool should_cache() const noexcept override { return level() == MemoryLevel::normal; }
  MemoryStatus check_memory_status() const override {
    ++asked;
    if (failures > 0 && failures-- > 0) throw std::runtime_error("no such file");
    if (level() != MemoryLevel::critical) return {};
    return {false, "host memory is critical"};
  }
  double get_memory_usage() const noexcept override { return 0.25; }
  MemoryInfo safe_get_memory_info() const override { return sam::safe_get_memory_info(nullptr); }

  OptimizeResult optimize_memory(bool force) override {
    note("optimize", force ? "asked for" : "not asked for");
    MutexLock lock(mutex_);
    snapshot_.domains[0].own_bytes -= 123'456;
    return {true, 123'456};
  }

  std::uint64_t reclaim(const std::string&, std::uint64_t, ReclaimStep) override { return 0; }
  void add_reclaimer(Reclaimer&) override {}
  void remove_reclaimer(Reclaimer&) override {}
  void add_listener(LevelListener) override {}

  void note(std::string kind, std::string text) override {
    MutexLock lock(mutex_);
    log_.push_back({log_.size() + 1, 1000, std::move(kind), std::move(text)});
  }
  std::vector<MemoryEvent> events_after(std::uint64_t number) const override {
    MutexLock lock(mutex_);
    std::vector<MemoryEvent> newer;
    for (const MemoryEvent& entry : log_) {
      if (entry.number > number) newer.push_back(entry);
    }
    return newer;
  }

  void set_level(MemoryLevel level) {
    MutexLock lock(mutex_);
    snapshot_.level = snapshot_.domains[0].level = level;
  }

  mutable std::atomic<int> asked = 0;     // for the status: once a reading
  mutable std::atomic<int> failures = 0;  // so many of the next readings fail

 private:
  const MemoryOptions options_;
  mutable Mutex mutex_;
  MemorySnapshot snapshot_ SAM_GUARDED_BY(mutex_);
  std::vector<MemoryEvent> log_ SAM_GUARDED_BY(mutex_);
};

}  // namespace sam
