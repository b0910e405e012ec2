// The memory system's settings, from four places; a later one wins: defaults, a TOML file, the environment, flags. One table has a row a
// setting; everything else (parsing, errors, --help, --explain) follows from it.
//
// The file is --config FILE, else $SAM_CONFIG (empty: no file), else $XDG_CONFIG_HOME/sam-annotator/config.toml, else
// ~/.config/sam-annotator/config.toml. A file that was named must exist. It has one table:
//     [memory]
//     gpu_memory_fraction = 0.7
//     host_memory_limit = "6GiB"       # bytes ("6GiB", "512 MB", 6000000000), or a fraction of the host's memory (0.5)
//     enable_memory_growth = false
// Values: a fraction is a number with a point; a switch is true, 1, yes, on or false, 0, no, off in any case; bytes as in
// memory/byte_size.h. In the file they may also be written as strings.
// Threading: free functions without state.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "memory/memory_options.h"
#include "platform/file_system.h"
#include "settings/folders.h"

namespace sam {

// A value that cannot be taken: names the variable, the flag or the file's line and key, the value and the allowed range.
class SettingsError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

enum class SettingKind { fraction, limit, bytes, count, milliseconds, on_off };

struct MemorySetting {
  const char* key;       // in [memory] of the TOML file: "gpu_memory_fraction"
  const char* variable;  // "SAM_GPU_MEMORY_FRACTION"
  const char* flag;      // "--gpu-memory-fraction"
  SettingKind kind;
  double least;  // for kind limit: of bytes; a fraction with least 0 and most 1 is in (0, 1]
  double most;
  const char* unit;  // "of each device's memory"
  const char* help;  // one line
};

// Every setting, in the order in which people should read them.
std::span<const MemorySetting> memory_settings_table();

// "a number in (0, 1], with a point: 0.9"
std::string allowed_range(const MemorySetting& setting);

struct SettingsInput {
  Environment environment;
  std::vector<std::string> variables;  // the names of all SAM_* that are set, for typing errors
  std::string config_file;             // --config; empty: not given
  std::vector<std::pair<std::string, std::string>>
      flags;  // {"--gpu-memory-fraction", "0.7"}: those that were given, as typed
};

struct SettingValue {
  const MemorySetting* setting = nullptr;
  std::string value;  // as the program understood it: "0.9", "on", "6GiB"
  std::string from;   // "default", "/home/a/config.toml:3", "SAM_GPU_MEMORY_FRACTION", "--gpu-memory-fraction"
};

struct MemorySettings {
  MemoryOptions options;
  std::vector<SettingValue> values;  // one a row of the table, in its order
  std::string file;                  // the TOML file that was read; empty: none
  std::vector<std::string> ignored;  // a sentence for each variable that nobody reads and that looks like one of ours
};

// Throws SettingsError. A wrong value is an error even where a later place sets another one.
MemorySettings read_memory_settings(const SettingsInput& input, FileSystem& files);

// Throws SettingsError if somebody set a fraction that comes to less than the least number of bytes, on a host of total_bytes (0: not known).
void check_host_limit(const MemorySettings& settings, std::uint64_t total_bytes);

// What SAM_ENABLE_MEMORY_GROWTH means, in a sentence: the specification's table, code and troubleshooting chapter disagree.
const char* memory_growth_meaning(bool enabled);

}  // namespace sam
