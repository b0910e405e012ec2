// A byte-accounted cache: least recently used entries go first. Values are shared: whoever holds one keeps it, the cache only forgets it.
// Threading: safe to call from any thread. What counts: the bytes given with each entry, not the map's own few dozen.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

#include "platform/mutex.h"

namespace sam {

template <typename Value>
class LruCache {
 public:
  explicit LruCache(std::uint64_t budget_bytes) : budget_bytes_(budget_bytes) {}

  // Null if it is not there.
  std::shared_ptr<const Value> find(const std::string& key) SAM_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    const auto found = index_.find(key);
    if (found == index_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return found->second->value;
  }

  bool contains(const std::string& key) const SAM_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    return index_.contains(key);
  }

  // Replaces an entry of the same key. A value larger than the whole budget is kept alone: it is what the user works on.
  void insert(const std::string& key, std::shared_ptr<const Value> value, std::uint64_t bytes) SAM_EXCLUDES(mutex_) {
    std::list<Entry> dropped;  // destroyed after the lock
    MutexLock lock(mutex_);
    if (const auto found = index_.find(key); found != index_.end()) drop(found->second, dropped);
    while (!entries_.empty() && bytes_ + bytes > budget_bytes_) drop(std::prev(entries_.end()), dropped);
    entries_.push_front({key, std::move(value), bytes});
    index_.emplace(key, entries_.begin());
    bytes_ += bytes;
  }

  void clear() SAM_EXCLUDES(mutex_) {
    std::list<Entry> dropped;
    MutexLock lock(mutex_);
    dropped.swap(entries_);
    index_.clear();
    bytes_ = 0;
  }

  std::uint64_t bytes() const SAM_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    return bytes_;
  }

 private:
  struct Entry {
    std::string key;
    std::shared_ptr<const Value> value;
    std::uint64_t bytes;
  };
  using Entries = std::list<Entry>;

  void drop(typename Entries::iterator entry, Entries& dropped) SAM_REQUIRES(mutex_) {
    index_.erase(entry->key);
    bytes_ -= entry->bytes;
    dropped.splice(dropped.end(), entries_, entry);
  }

  const std::uint64_t budget_bytes_;
  mutable Mutex mutex_;
  Entries entries_ SAM_GUARDED_BY(mutex_);  // most recently used first
  std::unordered_map<std::string, typename Entries::iterator> index_ SAM_GUARDED_BY(mutex_);
  std::uint64_t bytes_ SAM_GUARDED_BY(mutex_) = 0;
};

}  // namespace sam
