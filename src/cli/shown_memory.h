// What `memory --watch` shows, wherever it came from: a running annotator's /api/v1/memory, or only what the probes say.
// Threading: free functions; a MemorySource belongs to one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/watched_probes.h"
#include "memory/memory_options.h"
#include "memory/probe.h"

namespace sam {

struct ShownDomain {
  std::string name;
  std::string level = "normal";
  bool readable = true;  // otherwise the numbers are the last that could be read; a total of 0: there are none
  std::uint64_t used_bytes = 0;
  std::uint64_t total_bytes = 0;
  std::optional<std::uint64_t> own_bytes;  // nothing: no annotator was asked
  std::uint64_t limit_bytes = 0;           // of the annotator
  std::vector<std::pair<std::string, std::uint64_t>> owners;
};

struct ShownMemory {
  std::string source;  // "SAM Annotator at http://127.0.0.1:8008"
  double warning = 0;
  double critical = 0;
  std::vector<ShownDomain> domains;
};

// An annotator's answer. Throws std::runtime_error if it is not one.
ShownMemory shown_memory_of(const std::string& json, const std::string& source);

class MemorySource {
 public:
  // url: of an annotator, "http://127.0.0.1:8008"; empty: one is looked for there, and done without if there is none.
  // Throws UsageError for a url that is none.
  MemorySource(std::string url, const std::vector<Probe*>& probes, const MemoryOptions& options, const Clock& clock);

  // Throws std::runtime_error when the annotator that was named does not answer.
  ShownMemory read();

 private:
  ShownMemory read_probes();

  const std::string url_;
  const MemoryOptions options_;
  WatchedProbes probes_;
};

}  // namespace sam
