// Lets many in together, or one alone. No mutex is held meanwhile.
// Threading: safe from any thread. A Pass is returned by its destructor.
#pragma once

#include <memory>
#include <stop_token>

#include "platform/mutex.h"
#include "platform/stopped.h"

namespace sam {

class ExclusiveGate {
 public:
  class Pass {
   public:
    Pass(ExclusiveGate& gate, bool alone) : gate_(gate), alone_(alone) {}
    ~Pass() { gate_.leave(alone_); }
    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;

   private:
    ExclusiveGate& gate_;
    const bool alone_;
  };

  // Alone; null if anybody is inside.
  std::unique_ptr<Pass> try_enter_alone() SAM_EXCLUDES(mutex_) {
    auto pass = std::unique_ptr<Pass>();
    const MutexLock lock(mutex_);
    if (inside_ > 0) return nullptr;
    pass = std::make_unique<Pass>(*this, true);
    inside_ = 1;
    taken_alone_ = true;
    return pass;
  }

  // Throws Stopped. Those who want to be alone go before those who come later.
  Pass enter(bool alone, const std::stop_token& stop = {}) SAM_EXCLUDES(mutex_) {
    const std::stop_callback wake(stop, [this] {
      const MutexLock lock(mutex_);  // or the wake-up could fall between test and wait
      changed_.notify_all();
    });
    const MutexLock lock(mutex_);
    if (alone) ++waiting_alone_;
    while (!may_enter(alone) && !stop.stop_requested()) changed_.wait(mutex_);
    if (alone) --waiting_alone_;
    if (stop.stop_requested()) {
      changed_.notify_all();
      throw Stopped();
    }
    ++inside_;
    taken_alone_ = alone;
    return Pass(*this, alone);
  }

 private:
  bool may_enter(bool alone) const SAM_REQUIRES(mutex_) {
    return alone ? inside_ == 0 : !taken_alone_ && waiting_alone_ == 0;
  }
  void leave(bool alone) SAM_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    --inside_;
    if (alone) taken_alone_ = false;
    changed_.notify_all();
  }

  Mutex mutex_;
  Condition changed_;
  int inside_ SAM_GUARDED_BY(mutex_) = 0;
  int waiting_alone_ SAM_GUARDED_BY(mutex_) = 0;
  bool taken_alone_ SAM_GUARDED_BY(mutex_) = false;
};

}  // namespace sam
