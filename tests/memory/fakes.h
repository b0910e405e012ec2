// What the memory tests move by hand: time, readings and who gives bytes back.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "memory/budget.h"
#include "memory/probe.h"
#include "memory/reclaimer.h"
#include "platform/clock.h"
#include "platform/mutex.h"

namespace sam {

inline constexpr std::uint64_t mib = std::uint64_t{1} << 20;
inline constexpr std::uint64_t gib = std::uint64_t{1} << 30;

class FakeClock final : public Clock {
 public:
  std::chrono::steady_clock::time_point now() const override {
    return std::chrono::steady_clock::time_point(std::chrono::milliseconds(1'000'000 + ms_.load()));
  }
  std::chrono::system_clock::time_point wall_now() const override {
    return std::chrono::system_clock::time_point(std::chrono::milliseconds(1'700'000'000'000 + ms_.load()));
  }
  void advance(std::int64_t ms) { ms_ += ms; }

 private:
  std::atomic<std::int64_t> ms_{0};
};

inline MemoryReading reading_of(std::uint64_t used, std::uint64_t total) {
  MemoryReading reading;
  reading.used_bytes = used;
  reading.total_bytes = total;
  reading.free_bytes = used < total ? total - used : 0;
  reading.source = "scripted";
  return reading;
}

// A domain that says what its script says; by default what was set last.
class FakeProbe final : public Probe {
 public:
  using Script = std::function<std::optional<MemoryReading>()>;

  FakeProbe(std::string domain, Script script) : domain_(std::move(domain)), script_(std::move(script)) {}
  FakeProbe(std::string domain, std::uint64_t used, std::uint64_t total)
      : FakeProbe(std::move(domain), [reading = reading_of(used, total)] { return std::optional(reading); }) {}

  const std::string& domain() const override { return domain_; }
  const std::string& name() const override { return domain_; }
  std::optional<MemoryReading> read() override {
    Script script;
    {
      MutexLock lock(mutex_);
      script = script_;
    }
    ++reads;
    return script();
  }
  void script(Script script) {
    MutexLock lock(mutex_);
    script_ = std::move(script);
  }
  void set(const std::optional<MemoryReading>& reading) {
    script([reading] { return reading; });
  }
  void set(std::uint64_t used, std::uint64_t total) { set(reading_of(used, total)); }

  std::atomic<int> reads{0};

 private:
  const std::string domain_;
  Mutex mutex_;
  Script script_ SAM_GUARDED_BY(mutex_);
};

// Holds reservations as a cache does and gives them back one by one, the oldest first.
class FakeCache final : public Reclaimer {
 public:
  FakeCache(Budget& budget, ReclaimStep step, Owner owner) : budget_(budget), step_(step), owner_(owner) {}

  const std::string& domain() const override { return budget_.domain(); }
  ReclaimStep step() const override { return step_; }
  std::uint64_t reclaim(std::uint64_t wanted_bytes) override {
    ++calls;
    if (on_reclaim) on_reclaim();
    MutexLock lock(mutex_);
    std::uint64_t freed = 0;
    while (freed < wanted_bytes && !entries_.empty()) {
      freed += entries_.front().bytes();
      entries_.erase(entries_.begin());
    }
    return freed;
  }
  void keep(std::uint64_t bytes) {
    MutexLock lock(mutex_);
    entries_.push_back(budget_.reserve(owner_, bytes));
  }

  std::atomic<int> calls{0};
  std::function<void()> on_reclaim;

 private:
  Budget& budget_;
  const ReclaimStep step_;
  const Owner owner_;
  Mutex mutex_;
  std::vector<Reservation> entries_ SAM_GUARDED_BY(mutex_);
};

}  // namespace sam
