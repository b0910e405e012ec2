// Shared by heap.cpp, which every program has, and counted_heap.cpp, which only some link. The counting functions set `flush`.
#pragma once

#include <atomic>
#include <cstdint>

namespace sam {

struct HeapCounter {
  std::atomic<bool> on{false};
  std::atomic<void (*)()> flush{
      nullptr};  // adds what the calling thread has not yet added; null: malloc is not counted
  std::atomic<void (*)()> exempt_thread{nullptr};  // likewise
  std::atomic<std::int64_t> held_bytes{0};
  std::atomic<std::int64_t> peak_bytes{0};
  std::atomic<std::int64_t> limit_bytes{0};
  std::atomic<std::uint64_t> refusals{0};
  std::atomic<std::uint64_t> last_refused_bytes{0};
  std::atomic<int> by_residence{0};  // how many HeapByResidence live
  int statm = -1;                    // open since counting began
  std::int64_t page_bytes = 4096;

  // Private memory of this process that is really there, by one read; allocates nothing.
  std::int64_t resident_bytes() const noexcept;
  void raise_peak(std::int64_t bytes) noexcept;
  std::int64_t note_residence() noexcept {
    const std::int64_t bytes = resident_bytes();
    raise_peak(bytes);
    return bytes;
  }
};

extern HeapCounter heap_counter;

}  // namespace sam
