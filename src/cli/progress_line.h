// How far long work is, for people: one line that is drawn over on a terminal, and a line now and then elsewhere.
// Threading: ProgressLine belongs to one thread, clear() is safe from any. The functions keep no state.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "platform/mutex.h"

namespace sam {

struct ShownProgress {
  std::size_t done = 0;
  std::size_t total = 0;
  double per_s = 0;   // 0: not known
  double left_s = 0;  // 0: not known
};

// "[#####-----] 50 of 100, 2.7/s, 19 s left", the bar `width` wide; 0: no bar.
std::string progress_text(const ShownProgress& progress, int width);

// "40 s", "5 min", "2 h 10 min"
std::string duration_text(double seconds);

// On standard error.
class ProgressLine {
 public:
  ProgressLine();
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  // Draws if something is to be seen: on a terminal at most five times a second, elsewhere every ten seconds.
  void show(const ShownProgress& progress) SAM_EXCLUDES(mutex_);

  // Takes the line away and prints this one.
  void print(const std::string& line) SAM_EXCLUDES(mutex_);
  void clear() SAM_EXCLUDES(mutex_);

 private:
  void write(const std::string& text) SAM_REQUIRES(mutex_);

  const bool is_terminal_;
  Mutex mutex_;
  bool drawn_ SAM_GUARDED_BY(mutex_) = false;
  std::chrono::steady_clock::time_point next_ SAM_GUARDED_BY(mutex_);
};

}  // namespace sam
