// The files of a dataset's folder. Free functions, no state.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "platform/file_system.h"

namespace sam {

// Paths below folder, with / between, of the files whose names end in extension (".xml", any case), in natural order; hidden ones are passed
// over. depth: 1 looks at the folder itself only. Throws FileError.
std::vector<std::string> find_files(FileSystem& files, const std::filesystem::path& folder, std::string_view extension,
                                    int depth);

// "train/" of "train/a.xml"; empty without a folder.
std::string_view folder_of(std::string_view path);
// "a" of "train/a.xml".
std::string_view stem_of(std::string_view path);

}  // namespace sam
