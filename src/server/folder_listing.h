// What is in a folder of this machine, for choosing paths. Threading: free function without state.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace sam {

struct FolderListing {
  std::filesystem::path path;                   // absolute, without "." and ".."
  std::optional<std::filesystem::path> parent;  // nothing: it is the root
  std::vector<std::string> folders;             // natural order
  std::vector<std::string> files;
};

inline constexpr std::size_t most_listed = 2000;  // of each

// Without hidden names, and those that are not UTF-8, which no page could send back. A link counts as what it leads to. Throws RequestError (404):
// there is no such folder, or it cannot be read.
FolderListing list_folder(const std::filesystem::path& path);

}  // namespace sam
