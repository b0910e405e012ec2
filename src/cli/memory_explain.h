// `sam-annotator memory --explain`: every setting of the memory system, in which unit, and where it came from.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "cli/memory_flags.h"
#include "memory/memory_report.h"

namespace sam {

// A table for people, with what the limits come to on this machine.
std::string explain_settings(const MemorySettings& settings, const MemoryReport& report);

// {"file": …, "values": [{"key", "value", "unit", "from", "variable", "flag", "range", "help"}], "memory_growth": sentence}
nlohmann::ordered_json settings_json(const MemorySettings& settings);

}  // namespace sam
