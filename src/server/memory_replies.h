// Memory as JSON text of docs/openapi.yaml.
// Threading: free functions without state.
#pragma once

#include <string>
#include <vector>

#include "server/memory_history.h"
#include "server/server.h"

namespace sam {

// As it is now: every domain with its owners, the thresholds, the ladder's statistics.
std::string memory_json(const ServerOptions& options);
// freed_bytes, and the memory afterwards.
std::string optimized_json(const OptimizeResult& result, const ServerOptions& options);
// domains: their names, in the order of the points. One list a quantity, as charts take them.
std::string memory_history_json(const std::vector<HistoryPoint>& points, const std::vector<std::string>& domains,
                                int interval_ms);
std::string memory_events_json(const std::vector<MemoryEvent>& entries);
std::string memory_event_json(const MemoryEvent& entry);
std::string memory_settings_json(bool prepare_ahead);

// "SAM Annotator 812 MB · Host Used: 2.45 GB / Total: 8.00 GB (30.6%) · no GPU"
std::string memory_line(const MemorySnapshot& snapshot, const std::vector<std::string>& names);

// What people call a domain: "Host", "NVIDIA H200", or the domain itself.
std::string domain_name(const ServerOptions& options, const std::string& domain);

}  // namespace sam
