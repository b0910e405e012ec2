// A heap that fails on purpose: malloc's family and operator new for one test program, over glibc's own. Armed, the nth allocation from then
// on fails once, or several in a row; and the blocks that are held are known, with who allocated them.
// Allocations asked for by some libraries never fail, because a failure there ends the process before anybody could be told:
//   glib, gobject, gio   g_malloc calls abort(); libvips allocates its objects through it (its pixels, which are what is large, it does not)
//                        (also where they let libc allocate: g_strdup_vprintf)
//   the dynamic linker   ends the process when a thread's local memory cannot be had (__tls_get_addr); and it refuses a thread's first
//                        block, upon which glib's g_thread_new aborts
//   nlohmann-json 3.11   destroys a value by way of a list on the heap, in a destructor, which can only end the process; loses what a constructor
//                        that fails had made; and leaves an object without its map when operator[] fails
//   libstdc++ 12         path::operator/= destroys components that it has not made yet
// OpenCV's blocks may fail and are not followed: its 4.6 loses the block of a matrix when the small one that describes it cannot be had
// (StdMatAllocator::allocate), and nobody else can give that back.
// Threading: safe from any thread; all threads' allocations count. Never linked into sanitizer builds, which own malloc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace sam {

struct HeapFault {
  std::uint64_t nth = 0;    // from 1; 0: none fails, all are counted
  std::uint64_t burst = 1;  // so many in a row fail
  bool kills = false;       // the process is killed (SIGKILL) instead
};

// Once, when the libraries that are spared are loaded and before the rest is used.
void spare_libraries();

void arm_heap(const HeapFault& fault);

struct HeapFaultReport {
  std::uint64_t allocations = 0;  // since it was armed, those that may fail
  bool reached = false;           // the nth was asked for
  bool fired = false;             // and was not one that is spared
};
HeapFaultReport disarm_heap();

// Starts to follow blocks: what is allocated from now on and not freed is held.
void follow_blocks();
std::size_t followed_blocks();
// Stops; forgets all blocks.
void stop_following_blocks();

// For people, who called for the allocation that failed, and for the blocks that are held: "program+0x1234 …" a line.
std::string failed_call_stack();
std::string followed_call_stacks(std::size_t at_most);

}  // namespace sam
