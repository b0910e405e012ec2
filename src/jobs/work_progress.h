// How far work on many pictures is. Values; no state.
#pragma once

#include <cstdint>
#include <functional>

namespace sam {

struct WorkProgress {
  std::uint64_t done = 0;   // pictures
  std::uint64_t total = 0;  // 0: not known
  double seconds = 0;       // since the work began
};

// Called now and then from the thread that runs the work.
using ProgressListener = std::function<void(const WorkProgress&)>;

}  // namespace sam
