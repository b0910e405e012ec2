// Where an event sets aside what it replaces: backups/20261121T225013Z, with -2, -3 … when the second was used already. Below it files have
// the same places as in the project. Free function, no state.
#pragma once

#include <filesystem>

#include "dataset/category_folder.h"
#include "platform/clock.h"
#include "platform/file_system.h"

namespace sam {

// A name that is not taken; nothing is made.
std::filesystem::path new_backup_folder(const CategoryFolder& folder, FileSystem& files, const Clock& clock);

}  // namespace sam
