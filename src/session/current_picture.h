// Which picture is on screen, also after a restart. It is written behind the caller's back: showing a picture does not wait for the disk, and of
// pictures shown in quick succession only the last is written. No edit depends on it; a write that fails is logged.
// Threading: safe from any thread; one of its own writes. Ownership: the store must outlive it.
#pragma once

#include <optional>
#include <string>
#include <thread>

#include "dataset/store.h"
#include "platform/mutex.h"

namespace sam {

class CurrentPicture {
 public:
  explicit CurrentPicture(Store& store);
  // Returns when the last one shown is written, or could not be.
  ~CurrentPicture();

  void set(const std::string& name) SAM_EXCLUDES(mutex_);
  // The one set last, else that of the run before; it may be gone from the store.
  std::optional<std::string> get() const SAM_EXCLUDES(mutex_);

 private:
  bool wait_for_work() SAM_EXCLUDES(mutex_);  // false: it ends, and nothing is left to write
  std::string take() SAM_EXCLUDES(mutex_);
  void write_behind() SAM_EXCLUDES(mutex_);

  Store& store_;
  mutable Mutex mutex_;
  Condition changed_;
  std::optional<std::string> shown_ SAM_GUARDED_BY(mutex_);
  bool is_written_ SAM_GUARDED_BY(mutex_) = true;  // or tried
  bool ends_ SAM_GUARDED_BY(mutex_) = false;
  std::thread writer_;
};

}  // namespace sam
