// Who can give bytes back, in the order in which they are asked: cheapest first.
// Threading: safe to call from any thread; no lock is held while a reclaimer runs.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "memory/reclaimer.h"
#include "platform/mutex.h"

namespace sam {

// Which steps may be taken.
class ReclaimSteps {
 public:
  ReclaimSteps(std::initializer_list<ReclaimStep> steps) {
    for (const ReclaimStep step : steps) bits_ |= bit(step);
  }
  static ReclaimSteps up_to(ReclaimStep last) {
    ReclaimSteps steps{};
    steps.bits_ = (bit(last) << 1) - 1;
    return steps;
  }
  ReclaimSteps with(ReclaimStep step) const {
    ReclaimSteps steps = *this;
    steps.bits_ |= bit(step);
    return steps;
  }
  bool has(ReclaimStep step) const { return (bits_ & bit(step)) != 0; }

 private:
  static unsigned bit(ReclaimStep step) { return 1u << static_cast<unsigned>(step); }
  unsigned bits_ = 0;
};

class ReclaimerList {
 public:
  void add(Reclaimer& reclaimer) SAM_EXCLUDES(mutex_);
  // Returns when nobody is inside it. Not to be called from inside it.
  void remove(Reclaimer& reclaimer) SAM_EXCLUDES(mutex_);

  // Until wanted_bytes came back; returns what did. One that throws is logged and passed over.
  std::uint64_t ask(const std::string& domain, ReclaimSteps steps, std::uint64_t wanted_bytes) SAM_EXCLUDES(mutex_);

 private:
  struct Entry {
    Reclaimer* reclaimer = nullptr;
    ReclaimStep step = ReclaimStep::freed_heap;
    std::string domain;
    int inside = 0;
    bool removed = false;
  };
  bool enter(Entry& entry) SAM_EXCLUDES(mutex_);
  void leave(Entry& entry) SAM_EXCLUDES(mutex_);

  Mutex mutex_;
  Condition left_;
  std::vector<std::shared_ptr<Entry>> entries_ SAM_GUARDED_BY(mutex_);  // by step, then in the order of adding
};

}  // namespace sam
