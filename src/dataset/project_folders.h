// Folders of a project whose disk may go away at any moment: none of the program's files is ever begun anew in a place where the project was.
// Threading: free functions without state.
#pragma once

#include <filesystem>

#include "dataset/category_folder.h"
#include "platform/file_system.h"

namespace sam {

// Throws FileError (ENOENT) if a folder that must be there has gone away.
void require_there(const std::filesystem::path& folder, FileSystem& files);

// Makes a folder of the project, durable, with those above it. Throws FileError, also if the project has gone away, even while it was made: then empty folders
// may be left in its place, and the caller puts no file into them.
void make_folder(const CategoryFolder& folder, FileSystem& files, const std::filesystem::path& path);

}  // namespace sam
