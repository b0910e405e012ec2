// The flags of the memory system, the same for every subcommand: one a row of settings/memory_settings.h, and --config.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "cli/program.h"
#include "settings/memory_settings.h"

namespace sam {

struct MemoryFlags {
  std::string config;
  std::vector<std::pair<std::string, std::string>> given;  // as typed
};

// `flags` must outlive the app.
void add_memory_flags(CLI::App& app, MemoryFlags& flags);

// Settings from the file, the environment and these flags. Throws UsageError with SettingsError's sentence.
MemorySettings read_memory_settings(const MemoryFlags& flags, Program& program);

// check_host_limit() of settings/memory_settings.h, as a UsageError.
void check_limits(const MemorySettings& settings, std::uint64_t host_bytes);

}  // namespace sam
