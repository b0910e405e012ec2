#include "settings/folders.h"

#include <cstdlib>

namespace sam {
namespace {

std::filesystem::path folder(const Environment& environment, const char* own, const char* xdg, const char* below_home) {
  if (const auto path = environment(own)) return *path;
  if (const auto path = environment(xdg)) return std::filesystem::path(*path) / "sam-annotator";
  if (const auto home = environment("HOME")) return std::filesystem::path(*home) / below_home / "sam-annotator";
  return std::filesystem::temp_directory_path() / "sam-annotator";
}

}  // namespace

Environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr || *value == '\0') return std::nullopt;
    return value;
  };
}

std::filesystem::path data_folder(const Environment& environment) {
  return folder(environment, "SAM_DATA_DIR", "XDG_DATA_HOME", ".local/share");
}

std::filesystem::path cache_folder(const Environment& environment) {
  return folder(environment, "SAM_CACHE_DIR", "XDG_CACHE_HOME", ".cache");
}

}  // namespace sam
