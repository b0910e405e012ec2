// Lets prompts that somebody waits for go before those of a series (prompt_series.h), which nobody waits for one by one.
// Threading: safe to call from any thread; no lock is held while anybody decodes.
#pragma once

#include <stop_token>

#include "platform/mutex.h"
#include "platform/stopped.h"

namespace sam {

class PromptsFirst {
 public:
  // A prompt that goes first, as long as it lives.
  class Awaited {
   public:
    explicit Awaited(PromptsFirst& of) : of_(of) { of_.change(1); }
    ~Awaited() { of_.change(-1); }
    Awaited(const Awaited&) = delete;
    Awaited& operator=(const Awaited&) = delete;

   private:
    PromptsFirst& of_;
  };

  // Throws Stopped.
  void wait_until_none(const std::stop_token& stop) SAM_EXCLUDES(mutex_) {
    const std::stop_callback wake(stop, [this] {
      const MutexLock lock(mutex_);  // or the wake-up could fall between test and wait
      changed_.notify_all();
    });
    const MutexLock lock(mutex_);
    while (awaited_ > 0 && !stop.stop_requested()) changed_.wait(mutex_);
    if (stop.stop_requested()) throw Stopped();
  }

 private:
  void change(int by) SAM_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    awaited_ += by;
    if (awaited_ == 0) changed_.notify_all();
  }

  Mutex mutex_;
  Condition changed_;
  int awaited_ SAM_GUARDED_BY(mutex_) = 0;
};

}  // namespace sam
