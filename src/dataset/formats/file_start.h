// The first bytes of a file, by which its format is recognised. Free function, no state.
#pragma once

#include <filesystem>
#include <string>

#include "platform/file_system.h"

namespace sam {

// At most 4096 bytes; empty if there is no such file or it cannot be read.
std::string read_file_start(FileSystem& files, const std::filesystem::path& path);

}  // namespace sam
