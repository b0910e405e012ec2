// Shared by heap.cpp, which every program has, and counted_heap.cpp, which only some link. The counting functions set `flush`.
#pragma once

#include <atomic>
#include <cstdint>

namespace sam {

struct HeapCounter {
  std::atomic<bool> on{false};
  std::atomic<void (*)()> flush{
      nullptr};  // adds what the calling thread has not yet added; null: malloc is not counted
  std::atomic<std::int64_t> held_bytes{0};
  std::atomic<std::int64_t> peak_bytes{0};
  std::atomic<std::int64_t> limit_bytes{0};
  std::atomic<std::uint64_t> refusals{0};
  std::atomic<std::uint64_t> last_refused_bytes{0};
};

extern HeapCounter heap_counter;

}  // namespace sam
