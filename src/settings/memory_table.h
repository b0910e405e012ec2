// How a row of the table of memory settings reads and writes its member of MemoryOptions. Threading: free functions without state.
#pragma once

#include <string>
#include <string_view>

#include "settings/memory_settings.h"

namespace sam {

// Takes `text` as the row's value. Returns what is wrong with it ("must be …", one clause), or an empty string.
std::string store_setting(const MemorySetting& setting, std::string_view text, MemoryOptions& options);

// The row's value as --explain shows it; store_setting takes it back.
std::string show_setting(const MemorySetting& setting, const MemoryOptions& options);

// The name among `known` that is most like `name`: fewest letters inserted, removed or replaced; empty where none is near.
std::string nearest_name(std::string_view name, const std::vector<std::string>& known);

// The known variable that `name` may have been meant to be: a few letters differ, or one begins with the other. Empty where none is.
std::string resembling_variable(std::string_view name, const std::vector<std::string>& known);

}  // namespace sam
