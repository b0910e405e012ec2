// Time, injected. Everything that waits, ages or stamps takes a Clock, so that tests move time by hand.
// Threading: implementations are safe to call from any thread.
#pragma once

#include <chrono>

namespace sam {

class Clock {
 public:
  virtual ~Clock() = default;

  // Monotonic; for durations.
  virtual std::chrono::steady_clock::time_point now() const = 0;

  // Calendar time; for what is written to disk. It may jump.
  virtual std::chrono::system_clock::time_point wall_now() const = 0;
};

class SystemClock final : public Clock {
 public:
  std::chrono::steady_clock::time_point now() const override { return std::chrono::steady_clock::now(); }
  std::chrono::system_clock::time_point wall_now() const override { return std::chrono::system_clock::now(); }
};

}  // namespace sam
