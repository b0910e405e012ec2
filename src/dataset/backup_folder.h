// Where an event sets aside what it replaces: backups/20261121T225013Z, with -2, -3 … when the second was used already. Below it files have
// the same places as in the project. Free functions, no state.
#pragma once

#include <filesystem>
#include <string_view>

#include "dataset/category_folder.h"
#include "platform/clock.h"
#include "platform/file_system.h"

namespace sam {

// A name that is not taken; nothing is made.
std::filesystem::path new_backup_folder(const CategoryFolder& folder, FileSystem& files, const Clock& clock);

// Writes one file of it, durable. Throws FileError, also if backups/ itself is gone: then the project is, and is not begun anew here.
void write_backup(const CategoryFolder& folder, FileSystem& files, const std::filesystem::path& file,
                  std::string_view bytes);

// Takes a damaged file of the project, which holds these bytes, out of the way. Returns where it is kept, as a path in the project
// ("backups/20261121T225013Z/annotations/a.jpg.json.damaged"). Throws FileError; the file is then where it was.
std::filesystem::path set_aside(const CategoryFolder& folder, FileSystem& files, const Clock& clock,
                                const std::filesystem::path& file, std::string_view bytes);

}  // namespace sam
