// One look through a cache's folder: how much is in it, and which files were not used for longest.
// Threading: free functions without state; files may appear and vanish meanwhile.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace sam {

struct ScannedFile {
  std::string name;
  std::int64_t used_ns = 0;  // its time of change
  std::uint64_t bytes = 0;
};

struct FolderScan {
  std::uint64_t entries = 0;
  std::uint64_t entry_bytes = 0;
  std::uint64_t temporary_bytes = 0;  // being written, by whomever
  std::vector<ScannedFile> oldest;    // at most `most`, the oldest first
};

// Names of entries end in `suffix`, temporary ones in ".tmp"; other files are not looked at. Temporary files older than an hour are removed. A
// folder that is not there is empty.
FolderScan scan_cache_folder(const std::filesystem::path& folder, const std::string& suffix, std::size_t most);

// Removes the file if it is still as it was scanned: another process may have used it since.
bool remove_unused(const std::filesystem::path& folder, const ScannedFile& file);

}  // namespace sam
