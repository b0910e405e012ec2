// A cache counted by bytes and by entries: least recently used entries go first. Values are shared: whoever holds one keeps it, and with
// it its Reservation, which is returned when the last holder lets go. Pinned entries (on screen) are never evicted.
// Threading: safe to call from any thread. What counts: the bytes given with each entry, not the map's own few dozen.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <list>
#include <memory>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "memory/budget.h"
#include "platform/mutex.h"

namespace sam {

struct LruLimits {
  std::uint64_t bytes = std::numeric_limits<std::uint64_t>::max();
  std::size_t entries = std::numeric_limits<std::size_t>::max();
};

struct LruStatistics {
  std::size_t entries = 0;
  std::uint64_t bytes = 0;
  std::uint64_t hits = 0;
  std::uint64_t misses = 0;
  std::uint64_t evictions = 0;  // by limits and by reclaim
};

// A value that holds its memory's reservation as long as anybody holds the value.
template <typename Value>
std::shared_ptr<const Value> with_reservation(Value value, Reservation reservation) {
  struct Kept {
    Value value;
    Reservation reservation;
  };
  auto kept = std::make_shared<const Kept>(Kept{std::move(value), std::move(reservation)});
  return {kept, &kept->value};
}

template <typename Value>
class LruCache {
 public:
  using Pointer = std::shared_ptr<const Value>;

  explicit LruCache(LruLimits limits) : limits_(limits) {}

  // Null if it is not there.
  Pointer find(const std::string& key) SAM_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    const auto found = index_.find(key);
    if (found == index_.end()) {
      ++misses_;
      return nullptr;
    }
    ++hits_;
    found->second->looked_at = true;
    entries_.splice(entries_.begin(), entries_, found->second);
    return found->second->value;
  }

  // As find, without counting as a look at it.
  Pointer peek(const std::string& key) const SAM_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    const auto found = index_.find(key);
    return found == index_.end() ? nullptr : found->second->value;
  }

  bool contains(const std::string& key) const SAM_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    return index_.contains(key);
  }

  // Replaces an entry of the same key. A value larger than the whole cache is kept if it is alone or pinned: it is what the user works on.
  void insert(const std::string& key, Pointer value, std::uint64_t bytes) SAM_EXCLUDES(mutex_) {
    Entries dropped;  // destroyed after the lock
    Entries fresh;
    fresh.push_front({key, std::move(value), bytes, false});
    const MutexLock lock(mutex_);
    const auto [place, is_new] =
        index_.try_emplace(key, fresh.begin());  // nothing changes if there is no memory for it
    if (!is_new) {
      const auto old = std::exchange(place->second, fresh.begin());
      bytes_ -= old->bytes;
      dropped.splice(dropped.end(), entries_, old);
    }
    entries_.splice(entries_.begin(), fresh);
    bytes_ += bytes;
    for (auto entry = std::prev(entries_.end()); is_over() && entry != entries_.begin();) {
      const auto newer = std::prev(entry);
      if (entry->key != pinned_) evict(entry, dropped);
      entry = newer;
    }
  }

  // The entry of this key stays until another is pinned, there or not; empty: none.
  void pin(const std::string& key) SAM_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    pinned_ = key;
  }

  // Drops entries that are not pinned and for which may_go(key, looked_at) or may_go(value) says yes, oldest first, until wanted_bytes came back. Counts only
  // what nobody else holds. may_go is called under the cache's lock.
  template <typename MayGo>
  std::uint64_t reclaim(std::uint64_t wanted_bytes, const MayGo& may_go) SAM_EXCLUDES(mutex_) {
    Entries dropped;
    std::uint64_t freed = 0;
    const MutexLock lock(mutex_);
    for (auto entry = entries_.end(); entry != entries_.begin() && freed < wanted_bytes;) {
      --entry;
      if (entry->key == pinned_ || !asked(may_go, *entry)) continue;
      if (entry->value.use_count() == 1) freed += entry->bytes;
      const auto next = std::next(entry);
      evict(entry, dropped);
      entry = next;
    }
    return freed;
  }

  void erase(const std::string& key) SAM_EXCLUDES(mutex_) {
    Entries dropped;
    const MutexLock lock(mutex_);
    if (const auto found = index_.find(key); found != index_.end()) drop(found->second, dropped);
  }

  // Everything, or everything but the pinned entry.
  void clear(bool keep_pinned = false) SAM_EXCLUDES(mutex_) {
    Entries dropped;
    const MutexLock lock(mutex_);
    for (auto entry = entries_.begin(); entry != entries_.end();) {
      const auto next = std::next(entry);
      if (!keep_pinned || entry->key != pinned_) drop(entry, dropped);
      entry = next;
    }
  }

  LruStatistics statistics() const SAM_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    return {entries_.size(), bytes_, hits_, misses_, evictions_};
  }

  std::uint64_t bytes() const SAM_EXCLUDES(mutex_) { return statistics().bytes; }

 private:
  struct Entry {
    std::string key;
    Pointer value;
    std::uint64_t bytes;
    bool looked_at;  // found at least once since it was inserted
  };
  using Entries = std::list<Entry>;

  template <typename MayGo>
  static bool asked(const MayGo& may_go, const Entry& entry) {
    if constexpr (std::is_invocable_v<MayGo, const Value&>) {
      return may_go(*entry.value);
    } else {
      return may_go(entry.key, entry.looked_at);
    }
  }

  bool is_over() const SAM_REQUIRES(mutex_) { return bytes_ > limits_.bytes || entries_.size() > limits_.entries; }

  void evict(typename Entries::iterator entry, Entries& dropped) SAM_REQUIRES(mutex_) {
    ++evictions_;
    drop(entry, dropped);
  }

  void drop(typename Entries::iterator entry, Entries& dropped) SAM_REQUIRES(mutex_) {
    index_.erase(entry->key);
    bytes_ -= entry->bytes;
    dropped.splice(dropped.end(), entries_, entry);
  }

  const LruLimits limits_;
  mutable Mutex mutex_;
  Entries entries_ SAM_GUARDED_BY(mutex_);  // most recently used first
  std::unordered_map<std::string, typename Entries::iterator> index_ SAM_GUARDED_BY(mutex_);
  std::string pinned_ SAM_GUARDED_BY(mutex_);
  std::uint64_t bytes_ SAM_GUARDED_BY(mutex_) = 0;
  std::uint64_t hits_ SAM_GUARDED_BY(mutex_) = 0;
  std::uint64_t misses_ SAM_GUARDED_BY(mutex_) = 0;
  std::uint64_t evictions_ SAM_GUARDED_BY(mutex_) = 0;
};

}  // namespace sam
