// Reads a domain on a thread of its own, so that a driver that hangs blocks neither the sampling of the others nor a caller.
// Threading: safe to call from any thread. Ownership: the destructor waits for a read under way; if the domain has something to keep the
// probe alive, it waits `patience` at most and leaves the thread behind with it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "memory/budget.h"
#include "memory/governor.h"
#include "memory/probe.h"

namespace sam {

// One look at a domain.
struct DomainSample {
  std::optional<MemoryReading> reading;
  std::optional<ProgramUse> use;
  BudgetReport before;  // the budget when the look began
};

// On the caller's thread; a probe that throws is a probe that cannot be read. If the reading came too late to be wanted, nothing but the
// probe is touched after it.
DomainSample look_at(const GovernedDomain& domain, const std::function<bool()>& still_wanted = nullptr) noexcept;

class DomainReader {
 public:
  using Time = std::chrono::steady_clock::time_point;

  DomainReader(GovernedDomain domain, std::chrono::milliseconds patience);
  ~DomainReader();
  DomainReader(const DomainReader&) = delete;
  DomainReader& operator=(const DomainReader&) = delete;

  // Orders a look that begins after this call; returns its number.
  std::uint64_t request(Time now);
  // When the oldest look not yet answered was ordered; nothing if all are.
  std::optional<Time> waiting_since() const;
  // The number of the last look that was answered, 0 for none; sample receives it.
  std::uint64_t last(DomainSample& sample) const;
  // Whether the look has been answered, waiting for it that long.
  bool wait(std::uint64_t number, std::chrono::milliseconds duration) const;

 private:
  struct State;
  static void read_until_stopped(State& state);

  const std::chrono::milliseconds patience_;
  std::shared_ptr<State> state_;
};

}  // namespace sam
