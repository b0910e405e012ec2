// How fast somebody annotates in this run, from the edits as they come. Pauses do not count: neither their time nor the first edit after one, since
// nobody knows how long that took. Memory: the last 100 times. Threading: safe to call from any thread. Ownership: the clock must outlive it.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>

#include "platform/clock.h"
#include "platform/mutex.h"

namespace sam {

// An edit that was made.
struct EditMade {
  int objects = 0;            // more than before; negative: fewer
  bool is_new_image = false;  // nobody had looked at it before
  double seconds = 0;         // that the user spent on the object, as the page measured it; 0: not known
};

struct AnnotatingRates {
  double seconds_per_object = 0;  // median of the last 100; 0: not known
  double objects_per_hour = 0;
  double images_per_hour = 0;
};

class AnnotatingRate {
 public:
  explicit AnnotatingRate(const Clock& clock) : clock_(clock) {}

  void add(const EditMade& edit) SAM_EXCLUDES(mutex_);
  AnnotatingRates rates() const SAM_EXCLUDES(mutex_);

  static constexpr std::chrono::minutes longest_gap{2};
  static constexpr std::chrono::seconds least_work{30};  // before that a rate would say little

 private:
  const Clock& clock_;
  mutable Mutex mutex_;
  std::optional<std::chrono::steady_clock::time_point> last_ SAM_GUARDED_BY(mutex_);
  std::chrono::duration<double> worked_ SAM_GUARDED_BY(mutex_){0};
  double objects_ SAM_GUARDED_BY(mutex_) = 0;
  double images_ SAM_GUARDED_BY(mutex_) = 0;
  std::deque<double> seconds_ SAM_GUARDED_BY(mutex_);
};

}  // namespace sam
