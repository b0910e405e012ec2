// Operations that hold memory only while they run. Who lacks memory waits for them to end before it gives up quality for it.
// Threading: safe to call from any thread.
#pragma once

#include <chrono>
#include <functional>

#include "platform/mutex.h"

namespace sam {

class InFlight {
 public:
  // Counts one operation as long as it lives.
  class Operation {
   public:
    explicit Operation(InFlight& of) : of_(of) { of_.change(1); }
    ~Operation() { of_.change(-1); }
    Operation(const Operation&) = delete;
    Operation& operator=(const Operation&) = delete;

   private:
    InFlight& of_;
  };

  // Waits until enough() or until nothing is under way, for at most `longest`. True if something ended meanwhile.
  bool wait(const std::function<bool()>& enough, std::chrono::milliseconds longest) SAM_EXCLUDES(mutex_) {
    const auto end = std::chrono::steady_clock::now() + longest;
    const MutexLock lock(mutex_);
    const int ended_before = ended_;
    while (running_ > 0 && !enough() && std::chrono::steady_clock::now() < end) {
      changed_.wait_for(mutex_, std::chrono::milliseconds(100));
    }
    return ended_ != ended_before;
  }

 private:
  void change(int by) SAM_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    running_ += by;
    if (by < 0) ++ended_;
    changed_.notify_all();
  }

  Mutex mutex_;
  Condition changed_;
  int running_ SAM_GUARDED_BY(mutex_) = 0;
  int ended_ SAM_GUARDED_BY(mutex_) = 0;
};

}  // namespace sam
