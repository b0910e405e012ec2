#include "dataset/formats/folder_names.h"

#include <algorithm>

#include "dataset/category_folder.h"
#include "dataset/formats/format.h"
#include "dataset/natural_order.h"
#include "dataset/utf8.h"

namespace sam {
namespace {

namespace fs = std::filesystem;

bool names_a_file(const std::string& name) {
  return has_picture_extension(name) || name.ends_with(".txt") || name.ends_with(".json") || name.ends_with(".xml");
}

}  // namespace

std::optional<FolderNames> list_folder(FileSystem& files, const fs::path& folder, bool extensions_tell) {
  if (!is_folder(files, folder)) return std::nullopt;
  FolderNames names;
  for (std::string& name : files.list(folder)) {
    if (name.empty() || name.front() == '.') continue;
    const bool told = extensions_tell && names_a_file(name);
    auto& list = told || !is_folder(files, folder / name) ? names.files : names.folders;
    list.push_back(std::move(name));
  }
  std::sort(names.files.begin(), names.files.end(), natural_less);
  std::sort(names.folders.begin(), names.folders.end(), natural_less);
  return names;
}

bool is_folder(FileSystem& files, const fs::path& path) {
  const auto status = files.status(path);
  return status && status->kind == FileStatus::Kind::directory;
}

bool is_file(FileSystem& files, const fs::path& path) {
  const auto status = files.status(path);
  return status && status->kind == FileStatus::Kind::file;
}

bool lies_inside(const fs::path& path, const fs::path& folder) {
  const fs::path inner = path.lexically_normal();
  const fs::path outer = (folder / "").lexically_normal().parent_path();
  return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

std::string place_below(const fs::path& root, const fs::path& path) {
  const fs::path below = path.lexically_normal().lexically_relative(root.lexically_normal());
  return below.empty() || below == "." ? path.filename().string() : below.string();
}

std::vector<std::string> text_lines(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\v\f";
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t first = line.find_first_not_of(blanks);
    lines.emplace_back(first == std::string_view::npos ? ""
                                                       : line.substr(first, line.find_last_not_of(blanks) - first + 1));
  }
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

std::vector<std::string> name_lines(std::string_view text, const std::string& place) {
  if (!is_utf8(text)) throw FormatError(place, "not UTF-8 text; save the file as UTF-8");
  return text_lines(text);
}

}  // namespace sam
