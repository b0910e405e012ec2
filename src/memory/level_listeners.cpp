#include "memory/level_listeners.h"

#include <spdlog/spdlog.h>

namespace sam {

void LevelListeners::add(Governor::LevelListener listener) {
  MutexLock lock(mutex_);
  listeners_.push_back(std::make_shared<Governor::LevelListener>(std::move(listener)));
}

void LevelListeners::changed(MemoryLevel before, const MemorySnapshot& now) {
  MutexLock lock(mutex_);
  changes_.push_back({before, now});
}

void LevelListeners::deliver() {
  for (;;) {
    Change change;
    std::vector<std::shared_ptr<Governor::LevelListener>> listeners;
    {
      MutexLock lock(mutex_);
      if (delivering_ || changes_.empty()) return;
      listeners = listeners_;
      change = changes_.front();
      changes_.pop_front();
      delivering_ = true;
    }
    for (const auto& listener : listeners) {
      try {
        (*listener)(change.before, change.now);
      } catch (const std::exception& error) {
        spdlog::error("Error telling of a memory level: {}", error.what());
      } catch (...) {
        spdlog::error("Error telling of a memory level");
      }
    }
    MutexLock lock(mutex_);
    delivering_ = false;
  }
}

}  // namespace sam
