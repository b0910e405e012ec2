#include "server/memory_history.h"

namespace sam {

void MemoryHistory::add(std::int64_t time_ms, const MemorySnapshot& snapshot) {
  HistoryPoint point;
  point.time_ms = time_ms;
  point.domain_count = snapshot.domain_count;
  for (std::size_t i = 0; i < snapshot.domain_count; ++i) {
    const DomainSnapshot& domain = snapshot.domains[i];
    point.domains[i] = {domain.own_bytes, domain.limit_bytes, static_cast<float>(domain.utilization),
                        static_cast<float>(domain.pressure)};
  }
  MutexLock lock(mutex_);
  if (ring_.size() < capacity) {
    ring_.push_back(point);
  } else {
    ring_[oldest_] = point;
    oldest_ = (oldest_ + 1) % capacity;
  }
}

std::vector<HistoryPoint> MemoryHistory::points() const {
  MutexLock lock(mutex_);
  std::vector<HistoryPoint> points;
  points.reserve(ring_.size());
  for (std::size_t i = 0; i < ring_.size(); ++i) points.push_back(ring_[(oldest_ + i) % ring_.size()]);
  return points;
}

}  // namespace sam
