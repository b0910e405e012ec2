// A rehearsal of memory: readings from a text file (SAM_MEMORY_SCRIPT=FILE), so that any situation can be played without a GPU.
//
//     # after_ms  domain  used/total  [ours=BYTES] [stalled=SHARE]
//     0      host    2GiB/8GiB
//     0      cuda:0  1GiB/8GiB  ours=512MiB
//     2000   cuda:0  7.7GiB/8GiB  stalled=0.2
//     4000   cuda:0  unreadable           # the driver does not answer now
//     6000   cuda:0  gone                 # the card fell off the bus: from here on for good
//
// A line holds from after_ms (milliseconds since the first read of any domain) until the domain's next line; a domain's first line also
// holds before its time. Domains: host, cuda:0 … cuda:7, without a gap; those named replace the real ones: a script without "host" leaves
// the host real, one without cuda leaves the cards real. Sizes as in memory/byte_size.h; used may not exceed total. ours: of it, by this
// program. stalled: PSI share, 0 to 1. A domain's times do not go backwards. '#' begins a comment, blank lines are skipped.
// Threading: free functions without state.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "memory/probe.h"

namespace sam {

// "FILE:LINE: what is wrong and how a line looks".
class MemoryScriptError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct ScriptedReading {
  std::int64_t after_ms = 0;
  std::optional<MemoryReading> reading;  // nothing: unreadable, or gone
  bool gone = false;
};

struct MemoryScript {
  std::map<std::string, std::vector<ScriptedReading>> domains;  // each in the order of time, never empty
};

// name: of the file, for errors. Throws MemoryScriptError, also for a file without a reading, or with more than 100,000 lines.
MemoryScript parse_memory_script(std::string_view text, const std::string& name);

}  // namespace sam
