// Where a dataset may be written. Threading: free function without state.
#pragma once

#include <filesystem>

namespace sam {

// Next to what it was made of a dataset would replace it, or be read as part of it. Throws DatasetError for a place inside the project other than
// its folder exports/. project: canonical.
void require_outside(const std::filesystem::path& out, const std::filesystem::path& project);

}  // namespace sam
