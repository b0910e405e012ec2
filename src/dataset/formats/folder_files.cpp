#include "dataset/formats/folder_files.h"

#include <algorithm>
#include <cctype>

#include "dataset/category_folder.h"
#include "dataset/formats/folder_names.h"
#include "dataset/natural_order.h"

namespace sam {
namespace {

bool ends_with(std::string_view name, std::string_view extension) {
  if (name.size() <= extension.size()) return false;
  const auto same = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; };
  return std::equal(extension.begin(), extension.end(), name.end() - static_cast<std::ptrdiff_t>(extension.size()),
                    [&](char b, char a) { return same(a, b); });
}

void collect(FileSystem& files, const std::filesystem::path& folder, const std::string& prefix,
             std::string_view extension, int depth, std::vector<std::string>& found) {
  for (const std::string& name : files.list(folder)) {
    if (name.starts_with('.')) continue;
    if (ends_with(name, extension)) {
      found.push_back(prefix + name);
    } else if (depth > 1 && is_folder(files, folder / name)) {
      collect(files, folder / name, prefix + name + "/", extension, depth - 1, found);
    }
  }
}

}  // namespace

std::vector<std::string> find_files(FileSystem& files, const std::filesystem::path& folder, std::string_view extension,
                                    int depth) {
  std::vector<std::string> found;
  collect(files, folder, "", extension, depth, found);
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return natural_less(a, b); });
  return found;
}

std::string_view folder_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash + 1);
}

std::string_view stem_of(std::string_view path) {
  return base_name(path.substr(folder_of(path).size()));
}

}  // namespace sam
