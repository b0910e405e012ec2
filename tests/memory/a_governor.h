// A governor of a host and a card whose readings and time the tests move by hand.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "memory/captured_log.h"
#include "memory/fakes.h"
#include "memory/governor.h"

namespace sam {

// A host of 16 GiB and, if wanted, a card of 8 GiB, both moved by hand.
class AGovernor : public testing::Test {
 protected:
  Governor& make(bool with_device = true) {
    std::vector<GovernedDomain> domains = {{&host_, &host_budget_, {}, [this] { return use_; }}};
    if (with_device) domains.push_back({&device_, &device_budget_, {}, nullptr});
    governor_ = make_governor(options_, std::move(domains), clock_);
    governor_->add_listener(
        [this](MemoryLevel before, const MemorySnapshot& now) { heard_.emplace_back(before, now.level); });
    governor_->sample();
    return *governor_;
  }
  // Samples every 100 ms, as the thread would.
  void pass(int ms) {
    for (int i = 0; i < ms / 100; ++i) {
      clock_.advance(100);
      governor_->sample();
    }
  }
  DomainSnapshot host() const { return governor_->snapshot().domains[0]; }
  DomainSnapshot device() const { return governor_->snapshot().domains[1]; }
  std::vector<std::string> events(const std::string& kind) const {
    std::vector<std::string> texts;
    for (const MemoryEvent& event : governor_->events_after(0)) {
      if (event.kind == kind) texts.push_back(event.text);
    }
    return texts;
  }

  CapturedLog log_;
  FakeClock clock_;
  MemoryOptions options_;
  ProgramUse use_;
  FakeProbe host_{"host", 4 * gib, 16 * gib};
  FakeProbe device_{"cuda:0", 1 * gib, 8 * gib};
  Budget host_budget_{"host", 0};
  Budget device_budget_{"cuda:0", 0};
  std::vector<std::pair<MemoryLevel, MemoryLevel>> heard_;
  std::unique_ptr<Governor> governor_;
};

}  // namespace sam
