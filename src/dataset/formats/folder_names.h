// The names in a dataset's folder, and paths that stay inside it.
// Threading: values and free functions; no shared state.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/file_system.h"

namespace sam {

struct FolderNames {
  std::vector<std::string> files;  // both in natural order, without hidden ones
  std::vector<std::string> folders;
};

// Nothing if there is no such folder. One look at the disk for each name, but, where extensions_tell, for those that look like a file's. Throws FileError.
std::optional<FolderNames> list_folder(FileSystem& files, const std::filesystem::path& folder,
                                       bool extensions_tell = true);

bool is_folder(FileSystem& files, const std::filesystem::path& path);
bool is_file(FileSystem& files, const std::filesystem::path& path);

// By the paths' text alone, after "." and ".." are worked out.
bool lies_inside(const std::filesystem::path& path, const std::filesystem::path& folder);

// For messages: path as seen from root.
std::string place_below(const std::filesystem::path& root, const std::filesystem::path& path);

// The lines of a text, without line ends and blanks around them; the last empty ones left out.
std::vector<std::string> text_lines(std::string_view text);
// Of a list of names. Throws FormatError naming place if it is not UTF-8.
std::vector<std::string> name_lines(std::string_view text, const std::string& place);

}  // namespace sam
