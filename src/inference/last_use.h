// What the last load or run of a model in this process needed. The host's peak is not measured here (the worker does: use_meter.h): it is the
// larger of before and after.
// Threading: safe from any thread; an Operation is used by the thread that made it.
#pragma once

#include <algorithm>

#include "inference/model.h"
#include "platform/heap.h"
#include "platform/mutex.h"

namespace sam {

class LastUse {
 public:
  // Lives as long as the load or run; its end records the use.
  class Operation {
   public:
    explicit Operation(LastUse& last)
        : last_(last), before_bytes_(heap_use().held_bytes), refusals_before_(heap_refusals().count) {}
    ~Operation() {
      const std::uint64_t after = heap_use().held_bytes;
      last_.set({{before_bytes_, std::max(before_bytes_, after), after}, device, false});
    }
    Operation(const Operation&) = delete;
    Operation& operator=(const Operation&) = delete;

    // What malloc refused last since the operation began (platform/heap.h); 0: nothing. Engines do not always say that it was memory.
    std::uint64_t refused_bytes() const {
      const HeapRefusals now = heap_refusals();
      return now.count == refusals_before_ ? 0 : now.last_bytes;
    }

    EngineUse device;  // filled by engines that use one

   private:
    LastUse& last_;
    const std::uint64_t before_bytes_;
    const std::uint64_t refusals_before_;
  };

  ModelUse get() const {
    const MutexLock lock(mutex_);
    return use_;
  }

 private:
  void set(const ModelUse& use) {
    const MutexLock lock(mutex_);
    use_ = use;
  }

  mutable Mutex mutex_;
  ModelUse use_ SAM_GUARDED_BY(mutex_);
};

}  // namespace sam
