#include "platform/heap.h"

#include <fcntl.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <limits>

#include "platform/heap_counter.h"
#include "platform/process_memory.h"

namespace sam {

constinit HeapCounter heap_counter;

namespace {

// Blocks from here on are mapped one by one and go back to the kernel when they are freed, instead of staying in a heap that its newest block
// keeps from shrinking. glibc's own threshold grows to 32 MiB with the first large block freed.
constexpr int map_from_bytes = 256 << 10;

std::uint64_t positive(std::int64_t bytes) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(bytes, 0));
}

}  // namespace

std::int64_t HeapCounter::resident_bytes() const noexcept {
  char text[96];
  const ssize_t length = statm < 0 ? -1 : ::pread(statm, text, sizeof text, 0);
  if (length <= 0) return 0;
  std::int64_t numbers[3] = {};  // size, resident, shared: in pages
  int at = 0;
  for (ssize_t i = 0; i < length && at < 3; ++i) {
    if (text[i] >= '0' && text[i] <= '9') {
      numbers[at] = 10 * numbers[at] + (text[i] - '0');
    } else {
      ++at;
    }
  }
  return (numbers[1] - numbers[2]) * page_bytes;
}

void HeapCounter::raise_peak(std::int64_t bytes) noexcept {
  std::int64_t peak = peak_bytes.load(std::memory_order_relaxed);
  while (bytes > peak && !peak_bytes.compare_exchange_weak(peak, bytes, std::memory_order_relaxed)) {
  }
}

void count_heap() {
  if (heap_counter.flush.load() == nullptr || heap_counter.on.load()) return;
  return_freed_blocks();
  const struct mallinfo2 now = ::mallinfo2();
  const auto held = static_cast<std::int64_t>(now.uordblks + now.hblkhd);
  heap_counter.held_bytes.store(held);
  heap_counter.peak_bytes.store(held);
  heap_counter.statm = ::open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  heap_counter.page_bytes = ::sysconf(_SC_PAGESIZE);
  heap_counter.on.store(true);
}

bool heap_is_counted() {
  return heap_counter.on.load(std::memory_order_relaxed);
}

HeapUse heap_use() {
  if (!heap_is_counted()) {
    const std::uint64_t bytes = anonymous_bytes(0).value_or(0);
    return {bytes, bytes};
  }
  heap_counter.flush.load()();
  const std::uint64_t held = positive(heap_counter.held_bytes.load());
  return {held, std::max(held, positive(heap_counter.peak_bytes.load()))};
}

void reset_heap_peak() {
  if (heap_is_counted()) heap_counter.flush.load()();
  heap_counter.peak_bytes.store(heap_counter.held_bytes.load());
}

void set_heap_limit(std::uint64_t limit_bytes) {
  constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  heap_counter.limit_bytes.store(static_cast<std::int64_t>(std::min(limit_bytes, most)));
}

void exempt_thread_from_heap_limit() {
  if (const auto exempt = heap_counter.exempt_thread.load()) exempt();
}

HeapByResidence::HeapByResidence() {
  heap_counter.by_residence.fetch_add(1);
}

HeapByResidence::~HeapByResidence() {
  if (heap_is_counted()) heap_counter.note_residence();
  heap_counter.by_residence.fetch_sub(1);
}

HeapRefusals heap_refusals() {
  return {heap_counter.refusals.load(), heap_counter.last_refused_bytes.load()};
}

void return_freed_blocks() {
  ::mallopt(M_MMAP_THRESHOLD, map_from_bytes);
}

std::uint64_t trim_heap() {
  const std::uint64_t before = anonymous_bytes(0).value_or(0);
  ::malloc_trim(0);
  const std::uint64_t after = anonymous_bytes(0).value_or(0);
  return before > after ? before - after : 0;
}

}  // namespace sam
