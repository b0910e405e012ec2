// One holder a name at a time, for work on one picture: others with the same name wait, other names go on. No mutex is held meanwhile.
// Threading: safe to call from any thread. Ownership: the locks must outlive what is held.
#pragma once

#include <set>
#include <string>
#include <utility>

#include "platform/mutex.h"

namespace sam {

class NameLocks {
 public:
  class Held {
   public:
    Held(NameLocks& locks, std::string name) : locks_(locks), name_(std::move(name)) { locks_.acquire(name_); }
    ~Held() { locks_.release(name_); }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;

   private:
    NameLocks& locks_;
    const std::string name_;
  };

 private:
  void acquire(const std::string& name) {
    MutexLock lock(mutex_);
    while (!held_.insert(name).second) released_.wait(mutex_);
  }
  void release(const std::string& name) {
    MutexLock lock(mutex_);
    held_.erase(name);
    released_.notify_all();
  }

  Mutex mutex_;
  Condition released_;
  std::set<std::string> held_ SAM_GUARDED_BY(mutex_);
};

}  // namespace sam
