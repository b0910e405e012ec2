// `sam-annotator memory --watch`: memory as it changes, until a signal ends it.
// Threading: the main thread, before others are made.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/program.h"
#include "memory/memory_options.h"
#include "memory/probe.h"

namespace sam {

struct MemoryWatchOptions {
  int interval_ms = 1000;
  int port = 0;     // of an annotator on this machine; 0: not given
  std::string url;  // of one elsewhere; empty: not given
};

// On a terminal its lines are drawn anew in place; otherwise each reading is one line. Throws std::runtime_error when the annotator that
// was named does not answer at the start. probes: called once, when signals are held: drivers make threads.
int watch_memory(const MemoryWatchOptions& watch, const MemoryOptions& options,
                 const std::function<std::vector<Probe*>()>& probes, Program& program);

}  // namespace sam
