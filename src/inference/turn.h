// Lets one caller at a time work with an engine, without a lock held meanwhile; who waits can be stopped.
// Threading: safe from any thread. A Turn is returned by its destructor, by the thread that took it or another.
#pragma once

#include <memory>
#include <stop_token>

#include "platform/mutex.h"
#include "platform/stopped.h"

namespace sam {

class TurnQueue {
 public:
  class Turn {
   public:
    explicit Turn(TurnQueue& queue) : queue_(queue) {}
    ~Turn() { queue_.give_back(); }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    TurnQueue& queue_;
  };

  // Null if somebody has the turn.
  std::unique_ptr<Turn> try_take() SAM_EXCLUDES(mutex_) {
    auto turn = std::unique_ptr<Turn>();
    const MutexLock lock(mutex_);
    if (taken_) return nullptr;
    turn = std::make_unique<Turn>(*this);
    taken_ = true;
    return turn;
  }

  // Throws Stopped.
  Turn take(const std::stop_token& stop = {}) SAM_EXCLUDES(mutex_) {
    const std::stop_callback wake(stop, [this] {
      const MutexLock lock(mutex_);  // or the wake-up could fall between test and wait
      free_.notify_all();
    });
    const MutexLock lock(mutex_);
    while (taken_ && !stop.stop_requested()) free_.wait(mutex_);
    if (stop.stop_requested()) throw Stopped();
    taken_ = true;
    return Turn(*this);
  }

 private:
  void give_back() SAM_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    taken_ = false;
    free_.notify_one();
  }

  Mutex mutex_;
  Condition free_;
  bool taken_ SAM_GUARDED_BY(mutex_) = false;
};

}  // namespace sam
