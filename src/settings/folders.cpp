#include "settings/folders.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

namespace sam {
namespace {

std::filesystem::path folder(const Environment& environment, const char* own, const char* xdg, const char* below_home) {
  const auto set = [&](const char* name) { return environment(name).value_or(std::string()); };
  if (const std::string path = set(own); !path.empty()) return path;
  if (const std::string path = set(xdg); !path.empty()) return std::filesystem::path(path) / "sam-annotator";
  if (const std::string home = set("HOME"); !home.empty())
    return std::filesystem::path(home) / below_home / "sam-annotator";
  return std::filesystem::temp_directory_path() / "sam-annotator";
}

}  // namespace

Environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) return std::nullopt;
    return value;
  };
}

std::vector<std::string> process_variables(const std::string& prefix) {
  std::vector<std::string> names;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    if (text.starts_with(prefix)) names.emplace_back(text.substr(0, text.find('=')));
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::filesystem::path config_folder(const Environment& environment) {
  return folder(environment, "SAM_CONFIG_DIR", "XDG_CONFIG_HOME", ".config");
}

std::filesystem::path data_folder(const Environment& environment) {
  return folder(environment, "SAM_DATA_DIR", "XDG_DATA_HOME", ".local/share");
}

std::filesystem::path cache_folder(const Environment& environment) {
  return folder(environment, "SAM_CACHE_DIR", "XDG_CACHE_HOME", ".cache");
}

std::filesystem::path embedding_folder(const Environment& environment) {
  return cache_folder(environment) / "embeddings";
}

std::filesystem::path compiled_folder(const Environment& environment) {
  return cache_folder(environment) / "compiled";
}

}  // namespace sam
