// One editor of a picture at a time, without holding a lock while it writes: whoever comes second waits for its turn.
// Pictures are independent of each other. Threading: safe to call from any thread.
#pragma once

#include <set>
#include <string>

#include "platform/mutex.h"

namespace sam {

class Turns {
 public:
  void begin(const std::string& picture) {
    MutexLock lock(mutex_);
    while (!busy_.insert(picture).second) ended_.wait(mutex_);
  }
  void end(const std::string& picture) {
    MutexLock lock(mutex_);
    busy_.erase(picture);
    ended_.notify_all();
  }

 private:
  Mutex mutex_;
  Condition ended_;
  std::set<std::string> busy_ SAM_GUARDED_BY(mutex_);
};

class Turn {
 public:
  Turn(Turns& turns, std::string picture) : turns_(turns), picture_(std::move(picture)) { turns_.begin(picture_); }
  ~Turn() { turns_.end(picture_); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  Turns& turns_;
  const std::string picture_;
};

}  // namespace sam
