// What the kernel says about a process's memory. pid 0: this process.
// Threading: the free functions have no state.
#pragma once

#include <cstdint>
#include <optional>

#include "platform/mutex.h"
#include "platform/unique_descriptor.h"

namespace sam {

// Bytes resident now, shared pages included (/proc/PID/statm; one short read). Nothing if there is no such process.
std::optional<std::uint64_t> resident_bytes(int pid);

// Resident and of no file (RssAnon of /proc/PID/status): heaps, stacks, and what libraries wrote into their own pages.
std::optional<std::uint64_t> anonymous_bytes(int pid);

struct ProcessMemoryUse {
  std::uint64_t anonymous_bytes = 0;  // heap and stacks: RssAnon
  std::uint64_t shared_bytes = 0;     // memfd and the like that are mapped here: RssShmem
};

// What a process holds besides the pages of files, which the kernel drops when it needs them (/proc/PID/status; one read of about 15 µs).
std::optional<ProcessMemoryUse> memory_use(int pid);

// memory_use again and again: the process's file stays open, which saves half of the cost.
// Threading: safe to call from any thread.
class ProcessMemoryReader {
 public:
  std::optional<ProcessMemoryUse> read(int pid) SAM_EXCLUDES(mutex_);  // another pid than before opens another file

 private:
  Mutex mutex_;
  int pid_ SAM_GUARDED_BY(mutex_) = -1;
  UniqueDescriptor file_ SAM_GUARDED_BY(mutex_);
};

// The most that was ever resident (VmHWM of /proc/PID/status).
std::optional<std::uint64_t> peak_resident_bytes(int pid);

// Resident, each shared page divided by the number of its users (/proc/PID/smaps_rollup): adds up over processes that share memory.
// Costs a walk over the page tables: milliseconds a GB.
std::optional<std::uint64_t> proportional_bytes(int pid);

}  // namespace sam
