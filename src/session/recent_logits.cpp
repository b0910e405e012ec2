#include "session/recent_logits.h"

#include <algorithm>

namespace sam {

void RecentLogits::keep(const std::string& picture, std::shared_ptr<const Logits> logits) {
  MutexLock lock(mutex_);
  std::erase_if(entries_,
                [&](const Entry& entry) { return entry.picture == picture && entry.logits->key == logits->key; });
  entries_.push_back({picture, std::move(logits)});
  if (entries_.size() > capacity_) entries_.pop_front();
}

void RecentLogits::clear() {
  MutexLock lock(mutex_);
  entries_.clear();
}

std::shared_ptr<const Logits> RecentLogits::find(const std::string& picture, const std::string& key) const {
  MutexLock lock(mutex_);
  for (const Entry& entry : entries_) {
    if (entry.picture == picture && entry.logits->key == key) return entry.logits;
  }
  return nullptr;
}

}  // namespace sam
