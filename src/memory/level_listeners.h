// Tells listeners of changes of the level, in the order of the changes, also when a listener samples or several threads do.
// Threading: safe to call from any thread; no lock is held while a listener runs.
#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "memory/governor.h"
#include "platform/mutex.h"

namespace sam {

class LevelListeners {
 public:
  void add(Governor::LevelListener listener) SAM_EXCLUDES(mutex_);
  void changed(MemoryLevel before, const MemorySnapshot& now) SAM_EXCLUDES(mutex_);
  // Calls the listeners for what changed, unless another thread is doing so, which then takes these changes too.
  void deliver() SAM_EXCLUDES(mutex_);

 private:
  struct Change {
    MemoryLevel before = MemoryLevel::normal;
    MemorySnapshot now;
  };

  Mutex mutex_;
  std::deque<Change> changes_ SAM_GUARDED_BY(mutex_);
  bool delivering_ SAM_GUARDED_BY(mutex_) = false;
  std::vector<std::shared_ptr<Governor::LevelListener>> listeners_ SAM_GUARDED_BY(mutex_);
};

}  // namespace sam
