// At most so many at once: decoding a picture takes much memory, and a page asks for many thumbnails at the same time.
// Threading: safe to call from any thread.
#pragma once

#include <stop_token>

#include "platform/mutex.h"
#include "platform/stopped.h"

namespace sam {

class Gate {
 public:
  explicit Gate(int places) : free_(places) {}

  // Holds a place while it lives.
  class Place {
   public:
    // Waits for a free place. Throws Stopped.
    Place(Gate& gate, const std::stop_token& stop) : gate_(gate) {
      const std::stop_callback wake(stop, [this] { gate_.wake(); });
      gate_.enter(stop);
    }
    ~Place() { gate_.leave(); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

   private:
    Gate& gate_;
  };

 private:
  void enter(const std::stop_token& stop) {
    MutexLock lock(mutex_);
    while (free_ == 0 && !stop.stop_requested()) changed_.wait(mutex_);
    if (stop.stop_requested()) throw Stopped();
    --free_;
  }
  void leave() {
    MutexLock lock(mutex_);
    ++free_;
    changed_.notify_all();
  }
  void wake() {
    MutexLock lock(mutex_);
    changed_.notify_all();
  }

  Mutex mutex_;
  Condition changed_;
  int free_ SAM_GUARDED_BY(mutex_);
};

}  // namespace sam
