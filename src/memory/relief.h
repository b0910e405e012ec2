// When memory is got back in the background: at once, then again only after a pause, which grows while nothing comes back.
// Threading: belongs to one thread at a time.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace sam {

class ReliefPause {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::milliseconds;

  ReliefPause(Duration shortest, Duration longest) : shortest_(shortest), longest_(longest), pause_(shortest) {}

  bool over(Time now) const { return now >= next_; }
  void tried(Time now, std::uint64_t freed_bytes) {
    pause_ = freed_bytes > 0 ? shortest_ : std::min(longest_, pause_ * 2);
    next_ = now + pause_;
  }
  // No reason any more; the pause that has begun is kept, or a value that swings about its threshold would be answered each time.
  void calm() { pause_ = shortest_; }

 private:
  const Duration shortest_;
  const Duration longest_;
  Duration pause_;
  Time next_{};
};

}  // namespace sam
