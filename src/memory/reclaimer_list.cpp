#include "memory/reclaimer_list.h"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace sam {

void ReclaimerList::add(Reclaimer& reclaimer) {
  auto entry = std::make_shared<Entry>();
  entry->reclaimer = &reclaimer;
  entry->step = reclaimer.step();
  entry->domain = reclaimer.domain();
  MutexLock lock(mutex_);
  const auto place = std::upper_bound(entries_.begin(), entries_.end(), entry->step,
                                      [](ReclaimStep step, const auto& other) { return step < other->step; });
  entries_.insert(place, std::move(entry));
}

void ReclaimerList::remove(Reclaimer& reclaimer) {
  MutexLock lock(mutex_);
  const auto found =
      std::find_if(entries_.begin(), entries_.end(), [&](const auto& entry) { return entry->reclaimer == &reclaimer; });
  if (found == entries_.end()) return;
  const std::shared_ptr<Entry> entry = *found;
  entries_.erase(found);
  entry->removed = true;
  while (entry->inside > 0) left_.wait(mutex_);
}

bool ReclaimerList::enter(Entry& entry) {
  MutexLock lock(mutex_);
  if (entry.removed) return false;
  ++entry.inside;
  return true;
}

void ReclaimerList::leave(Entry& entry) {
  MutexLock lock(mutex_);
  --entry.inside;
  left_.notify_all();
}

std::uint64_t ReclaimerList::ask(const std::string& domain, ReclaimSteps steps, std::uint64_t wanted_bytes) {
  std::vector<std::shared_ptr<Entry>> entries;
  {
    MutexLock lock(mutex_);
    entries = entries_;
  }
  std::uint64_t freed = 0;
  for (const auto& entry : entries) {
    if (freed >= wanted_bytes) break;
    if (entry->domain != domain || !steps.has(entry->step) || !enter(*entry)) continue;
    try {
      freed += entry->reclaimer->reclaim(wanted_bytes - freed);
    } catch (const std::exception& error) {
      spdlog::error("Error optimizing memory: {}", error.what());
    } catch (...) {
      spdlog::error("Error optimizing memory: unknown");
    }
    leave(*entry);
  }
  return freed;
}

}  // namespace sam
