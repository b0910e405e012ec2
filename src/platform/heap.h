// What this process holds from malloc and its family (operator new, posix_memalign … and what libraries take that way): counted and, on
// demand, limited. The counting functions (counted_heap.cpp) are linked into programs that want them, never into sanitizer builds, which own
// malloc: there the numbers are the process's anonymous memory as the kernel counts it, and the limit is not enforced.
// Not counted: what is mapped without malloc (files, thread stacks, shared tensors).
// Threading: safe from any thread. Counts lag by less than 64 KiB a thread. Where malloc is counted nothing here allocates or locks.
#pragma once

#include <cstdint>

namespace sam {

struct HeapUse {
  std::uint64_t held_bytes = 0;
  std::uint64_t peak_bytes = 0;  // the most since reset_heap_peak(); held_bytes where malloc is not counted
};

// Starts counting, from what is held now, and makes glibc give large blocks back to the kernel when they are freed. Once, before there are
// threads. Costs afterwards some nanoseconds an allocation.
void count_heap();

// Whether malloc is counted and limits hold: false in sanitizer builds and before count_heap().
bool heap_is_counted();

HeapUse heap_use();
void reset_heap_peak();

// Over the limit an allocation of at least 64 KiB fails (nullptr and ENOMEM; operator new throws std::bad_alloc); smaller ones always
// succeed, so that who fails can say so. 0: no limit.
void set_heap_limit(std::uint64_t limit_bytes);

// The calling thread's allocations are never refused from now on: for threads that serve those whose are.
void exempt_thread_from_heap_limit();

// While one lives, what counts against the limit and as the peak is what the process really has in memory (RssAnon) and the block asked for,
// not all that was ever asked for: engines ask for their working memory while they load and touch it when they first run. Costs a microsecond for each large block.
class HeapByResidence {
 public:
  HeapByResidence();
  ~HeapByResidence();
  HeapByResidence(const HeapByResidence&) = delete;
  HeapByResidence& operator=(const HeapByResidence&) = delete;
};

// Large allocations that failed, by the limit or the system.
struct HeapRefusals {
  std::uint64_t count = 0;
  std::uint64_t last_bytes = 0;  // asked for by the last one
};
HeapRefusals heap_refusals();

// Makes glibc give large blocks back to the kernel when they are freed, instead of keeping them between smaller ones. Once, before there are
// threads.
void return_freed_blocks();

// Gives the kernel back what free() kept; returns how much less the process has in memory (RssAnon). Takes milliseconds a 100 MB.
std::uint64_t trim_heap();

}  // namespace sam
