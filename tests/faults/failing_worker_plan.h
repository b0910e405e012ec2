// What the failing worker (tests/programs/failing_worker.cpp) is to do; in a file that both processes map.
#pragma once

#include <atomic>
#include <cstdint>

namespace sam {

struct FailingWorkerPlan {
  std::atomic<std::uint8_t> kind;   // of the request, as in MessageKind; 0: nothing fails
  std::atomic<std::uint32_t> skip;  // so many requests of that kind first
  std::atomic<std::uint64_t> nth;   // allocation from there; 0: they are counted
  std::atomic<std::uint32_t> kills;
  std::atomic<std::uint32_t> armed;        // it began and has not ended: still so when the process died
  std::atomic<std::uint64_t> allocations;  // of the request, once it was answered
  std::atomic<std::uint32_t> fired;
};

}  // namespace sam
