// SIGINT and SIGTERM: before serving they end the program at once, while serving they ask for an orderly stop, and an orderly stop
// that takes too long, or a second signal, ends the program all the same. Every acknowledged edit is on disk by then and files are
// replaced as a whole, so that nothing is lost by that; the worker process dies with this one.
// Threading: make it first, in the main thread: threads made later inherit that the signals are not theirs.
#pragma once

#include <signal.h>

#include <functional>
#include <string>
#include <thread>

#include "platform/mutex.h"
#include "platform/unique_descriptor.h"

namespace sam {

// What is said when the program is ended without an orderly stop.
struct StopWords {
  const char* early = "stopped before the page was there\n";
  const char* again = "stopped at once; every annotation is saved\n";  // at the second signal
  const char* late = "what was running took too long to stop and was ended; every annotation is saved\n";
  bool late_is_failure = false;  // then the exit status names the signal
  bool late_is_end = true;       // else late is said, and the work goes on to where it can stop
  std::function<std::string()> again_now =
      nullptr;  // instead of again: asked at that moment, in a thread of this object's
};

class StopSignals {
 public:
  explicit StopSignals(const StopWords& words = {});  // throws std::system_error
  ~StopSignals();                                     // ends the deadline; the signals do again what they did before
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  // From now on wait() takes them.
  void begin_serving();
  // The signal, if there was one since begin_serving(); 0: none.
  int asked() const;
  // As if SIGTERM came from outside. From any thread.
  static void ask();
  // Returns at the first signal since begin_serving(). What follows must end, with this object, within 1.5 s.
  void wait();

 private:
  void watch();
  int next_signal(int timeout_ms);

  const StopWords words_;
  sigset_t before_{};
  UniqueDescriptor signals_;
  UniqueDescriptor end_;  // readable from the destructor on
  mutable Mutex mutex_;
  Condition changed_;
  bool serving_ SAM_GUARDED_BY(mutex_) = false;
  int asked_ SAM_GUARDED_BY(mutex_) = 0;  // the signal
  std::thread thread_;
};

}  // namespace sam
