// How far the project is, and telling the pages of it after edits, at most once a second.
// Threading: safe to call from any thread; look() from one. Ownership: store, clock and hub must outlive it.
#pragma once

#include <atomic>
#include <chrono>
#include <optional>
#include <string>

#include "dataset/store.h"
#include "server/annotating_rate.h"
#include "server/events.h"

namespace sam {

class ProgressFeed {
 public:
  ProgressFeed(const Store& store, const Clock& clock, EventHub& events)
      : store_(store), clock_(clock), events_(events), rate_(clock) {}

  std::string json() const;

  void edited(const EditMade& edit);
  // The list became another one, or more is known of it.
  void changed() { is_due_ = true; }
  // Tells of it, if there is something to tell. To be called several times a second.
  void look();

 private:
  const Store& store_;
  const Clock& clock_;
  EventHub& events_;
  AnnotatingRate rate_;
  std::atomic<bool> is_due_ = false;
  std::optional<std::chrono::steady_clock::time_point> told_;  // of look()'s thread
};

}  // namespace sam
