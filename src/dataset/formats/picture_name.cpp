#include "dataset/formats/picture_name.h"

#include <algorithm>

#include "dataset/formats/format.h"
#include "dataset/utf8.h"

namespace sam {
namespace {

constexpr std::size_t max_name_bytes = 240;  // as of pictures in a project
constexpr std::size_t shown_bytes = 80;

// Printable and short: the bytes may be anything and go to a terminal.
std::string shown(std::string_view path) {
  std::string text = "\"";
  for (char c : path.substr(0, shown_bytes)) text += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  return text + (path.size() > shown_bytes ? "…\"" : "\"");
}

bool climbs(std::string_view path) {
  while (!path.empty()) {
    const std::size_t end = std::min(path.find_first_of("/\\"), path.size());
    if (path.substr(0, end) == "..") return true;
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return false;
}

bool is_absolute(std::string_view path) {
  return path.starts_with('/') || path.starts_with('\\') ||
         (path.size() > 2 && path[1] == ':' && (path[2] == '/' || path[2] == '\\'));  // a drive of Windows
}

}  // namespace

std::string picture_name(std::string_view path, const std::string& place, bool folders_ignored) {
  if (!is_utf8(std::string(path))) throw FormatError(place, "the picture's name is not UTF-8");
  if (!folders_ignored && (is_absolute(path) || climbs(path))) {
    throw FormatError(place,
                      "the picture's name " + shown(path) + " leads out of the dataset; name it without folders");
  }
  const std::string_view name = path.substr(path.find_last_of("/\\") + 1);
  const bool controls =
      std::any_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  if (name.empty() || name == "." || name == ".." || controls) {
    throw FormatError(place, shown(path) + " is no name of a picture");
  }
  if (name.size() > max_name_bytes) {
    throw FormatError(
        place, "the picture's name " + shown(path) + " is longer than " + std::to_string(max_name_bytes) + " bytes");
  }
  return std::string(name);
}

}  // namespace sam
