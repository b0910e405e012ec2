#include "inference/use_meter.h"

#include <algorithm>

namespace sam {

UseMeter::Operation UseMeter::begin() {
  const MutexLock lock(mutex_);
  const bool alone = running_++ == 0;
  if (alone) heap_.reset_peak();
  const std::uint64_t before = heap_.read().held_bytes;
  if (alone) start_bytes_ = static_cast<std::int64_t>(before);
  return {before, ++begun_, alone};
}

ModelUse UseMeter::end(std::uint64_t model, const Operation& operation) {
  const MutexLock lock(mutex_);
  const HeapUse now = heap_.read();
  std::int64_t& held = held_bytes_[model];
  if (--running_ == 0)
    held = std::max<std::int64_t>(held + static_cast<std::int64_t>(now.held_bytes) - start_bytes_, 0);
  const std::uint64_t peak = std::max({now.peak_bytes, now.held_bytes, operation.before_bytes});
  return {{operation.before_bytes, peak, now.held_bytes}, {}, operation.alone && operation.number == begun_};
}

void UseMeter::forget(std::uint64_t model) {
  const MutexLock lock(mutex_);
  const auto held = held_bytes_.find(model);
  if (held == held_bytes_.end()) return;
  start_bytes_ -= held->second;  // what it gave back is no gain of those that run
  held_bytes_.erase(held);
}

std::uint64_t UseMeter::held_bytes(std::uint64_t model) const {
  const MutexLock lock(mutex_);
  const auto held = held_bytes_.find(model);
  return held == held_bytes_.end() ? 0 : static_cast<std::uint64_t>(held->second);
}

}  // namespace sam
