// What the page will show next, made ready before it is asked for: one thread of low priority, one picture at a time, in the order given.
// Threading: safe to call from any thread. Ownership: what `make` uses must outlive it.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <stop_token>
#include <thread>
#include <vector>

#include "pipeline/encoding.h"
#include "platform/mutex.h"

namespace sam {

class ProxiesAhead {
 public:
  // What it throws is a reason not to have one, and is told to nobody.
  using Make = std::function<void(const PicturePath& picture)>;

  // settle: how long nothing new must have been asked for before the first is made.
  ProxiesAhead(Make make, std::chrono::milliseconds settle);
  ~ProxiesAhead();  // waits for the one that is being made

  // Replaces what was to be made; one that is being made is finished.
  void prepare(std::vector<PicturePath> pictures);

 private:
  void run(const std::stop_token& stop);
  bool next(const std::stop_token& stop, PicturePath& picture);

  const Make make_;
  const std::chrono::milliseconds settle_;
  Mutex mutex_;
  Condition changed_;
  std::deque<PicturePath> pictures_ SAM_GUARDED_BY(mutex_);
  std::chrono::steady_clock::time_point settled_ SAM_GUARDED_BY(mutex_);
  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace sam
