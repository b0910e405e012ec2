#include "settings/memory_settings.h"

#include <toml++/toml.h>
#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <map>
#include <string_view>

#include "memory/byte_text.h"
#include "settings/memory_table.h"

namespace sam {
namespace {

constexpr std::uint64_t max_file_bytes = 1 << 20;

std::string in_quotes(std::string_view text) {
  std::string result = "'";
  for (const char c : text.substr(0, 60)) result += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
  return result + (text.size() > 60 ? "…'" : "'");
}

// Options as they fill up, and where each value came from.
class Filling {
 public:
  Filling() : from_(memory_settings_table().size(), "default") {}

  // name: what the user must look for ("SAM_TF32", "--tf32", "FILE:3: memory.tf32"); from: what --explain shows.
  void take(std::size_t row, std::string_view text, const std::string& name, const std::string& from) {
    const MemorySetting& setting = memory_settings_table()[row];
    const std::string problem = store_setting(setting, text, options_);
    if (!problem.empty())
      throw SettingsError(name + ": " + (text.empty() ? "is empty; it" : in_quotes(text)) + " " + problem);
    from_[row] = from;
  }

  // Thresholds that contradict each other; checked once, on the final values.
  void check_order() const {
    const auto said = [&](std::string_view key) {
      const std::size_t row = row_of(key);
      const MemorySetting& setting = memory_settings_table()[row];
      const std::string value = show_setting(setting, options_);
      return from_[row] == "default" ? std::string(setting.variable) + " = " + value + " (its default)"
                                     : from_[row] + " (" + setting.key + ") = " + value;
    };
    if (options_.warning_threshold >= options_.critical_threshold)
      throw SettingsError("the warning threshold must be below the critical one: " + said("warning_threshold") + ", " +
                          said("critical_threshold") + "; both are numbers in (0, 1]");
    if (options_.hysteresis >= options_.warning_threshold)
      throw SettingsError("the hysteresis must be below the warning threshold, or that level is never left: " +
                          said("hysteresis") + ", " + said("warning_threshold"));
  }

  MemorySettings result(const std::string& file) && {
    MemorySettings settings;
    settings.options = options_;
    settings.file = file;
    for (std::size_t row = 0; row < from_.size(); ++row) {
      const MemorySetting& setting = memory_settings_table()[row];
      settings.values.push_back({&setting, show_setting(setting, options_), from_[row]});
    }
    return settings;
  }

  static std::size_t row_of(std::string_view key) {
    const auto table = memory_settings_table();
    return static_cast<std::size_t>(
        std::find_if(table.begin(), table.end(), [&](const MemorySetting& row) { return row.key == key; }) -
        table.begin());
  }

 private:
  MemoryOptions options_;
  std::vector<std::string> from_;
};

// The file to read; nothing where none was named and there is none in the usual place.
std::optional<std::filesystem::path> settings_file(const SettingsInput& input, FileSystem& files) {
  std::string named_by;
  std::filesystem::path path;
  if (!input.config_file.empty()) {
    named_by = "--config";
    path = input.config_file;
  } else if (const auto variable = input.environment("SAM_CONFIG")) {
    if (variable->empty()) return std::nullopt;
    named_by = "SAM_CONFIG";
    path = *variable;
  } else {
    path = config_folder(input.environment) / "config.toml";
  }
  const auto status = files.status(path);
  if (status && status->kind == FileStatus::Kind::file) return path;
  if (named_by.empty() && !status) return std::nullopt;
  const std::string problem = status ? " is not a file" : " does not exist";
  throw SettingsError((named_by.empty() ? "the settings file" : named_by) + ": " + path.string() + problem +
                      "; give the path of a TOML file");
}

// The value as a string that store_setting reads; nothing for dates, lists and tables.
std::optional<std::string> text_of(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* on = node.as_boolean()) return on->get() ? "true" : "false";
  if (const auto* whole = node.as_integer()) return std::to_string(whole->get());
  if (const auto* real = node.as_floating_point()) {
    std::array<char, 32> text{};
    const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), real->get());
    if (error == std::errc()) return std::string(text.data(), end);
  }
  return std::nullopt;
}

std::string at(const std::string& file, const toml::source_region& source) {
  return file + ":" + std::to_string(source.begin.line);
}

[[noreturn]] void refuse_unknown(const std::string& where, const std::string& name, const std::string& nearest,
                                 const std::vector<std::string>& known) {
  std::string what = where + ": there is no setting " + in_quotes(name);
  if (!nearest.empty()) throw SettingsError(what + "; did you mean " + nearest + "?");
  what += "; known: ";
  for (const std::string& key : known) what += (key == known.front() ? "" : ", ") + key;
  throw SettingsError(what);
}

void take_table(const toml::table& table, const std::string& file, Filling& filling) {
  std::vector<std::string> known;
  for (const MemorySetting& row : memory_settings_table()) known.emplace_back(row.key);
  for (const auto& [key, node] : table) {
    const std::string name(key.str());
    const std::string where = at(file, key.source());
    const std::size_t row = Filling::row_of(name);
    if (row == known.size()) refuse_unknown(where, "memory." + name, nearest_name(name, known), known);
    const auto text = text_of(node);
    if (!text)
      throw SettingsError(where + ": memory." + name + " must be " + allowed_range(memory_settings_table()[row]));
    filling.take(row, *text, where + ": memory." + name, where);
  }
}

void take_file(const std::filesystem::path& path, FileSystem& files, Filling& filling) {
  const std::string file = path.string();
  std::optional<std::string> text;
  try {
    text = files.read(path, max_file_bytes);
  } catch (const FileError& error) {
    throw SettingsError(std::string("the settings file cannot be read: ") + error.what());
  }
  toml::table document;
  try {
    document = toml::parse(text.value_or(std::string()));
  } catch (const toml::parse_error& error) {
    throw SettingsError(at(file, error.source()) + ": not TOML: " + std::string(error.description()) +
                        "; numbers are written with a point (0.9), text in quotes (\"6GiB\")");
  }
  for (const auto& [key, node] : document) {
    const std::string name(key.str());
    const toml::table* table = node.as_table();
    if (name == "memory" && table != nullptr) {
      take_table(*table, file, filling);
    } else if (Filling::row_of(name) < memory_settings_table().size()) {
      throw SettingsError(at(file, key.source()) + ": " + name + " belongs under a line [memory]");
    } else {
      refuse_unknown(at(file, key.source()), name, nearest_name(name, {"memory"}), {"memory"});
    }
  }
}

// Other programs have variables that begin with SAM_ as well: only what looks like one of ours is a mistake.
std::vector<std::string> ignored_variables(const std::vector<std::string>& variables) {
  std::vector<std::string> known = {"SAM_CONFIG",    "SAM_CONFIG_DIR",    "SAM_DATA_DIR",    "SAM_MODELS_DIR",
                                    "SAM_CACHE_DIR", "SAM_MEMORY_SCRIPT", "SAM_ONNXRUNTIME", "SAM_CUDA_LIBRARIES"};
  for (const MemorySetting& row : memory_settings_table()) known.emplace_back(row.variable);
  std::vector<std::string> sentences;
  for (const std::string& name : variables) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const std::string nearest = resembling_variable(name, known);
    if (!nearest.empty()) sentences.push_back(name + " is no setting and is ignored; did you mean " + nearest + "?");
  }
  return sentences;
}

}  // namespace

MemorySettings read_memory_settings(const SettingsInput& input, FileSystem& files) {
  Filling filling;
  const auto table = memory_settings_table();
  const auto file = settings_file(input, files);
  if (file) take_file(*file, files, filling);
  for (std::size_t row = 0; row < table.size(); ++row) {
    const std::string variable = table[row].variable;
    if (const auto text = input.environment(variable)) filling.take(row, *text, variable, variable);
  }
  for (const auto& [flag, text] : input.flags) {
    const auto row =
        std::find_if(table.begin(), table.end(), [&, &name = flag](const MemorySetting& r) { return r.flag == name; });
    if (row == table.end()) throw SettingsError("there is no flag " + flag);
    filling.take(static_cast<std::size_t>(row - table.begin()), text, flag, flag);
  }
  filling.check_order();
  MemorySettings settings = std::move(filling).result(file ? file->string() : std::string());
  settings.ignored = ignored_variables(input.variables);
  return settings;
}

void check_host_limit(const MemorySettings& settings, std::uint64_t total_bytes) {
  const MemoryLimit& limit = settings.options.host_memory_limit;
  const SettingValue& value = settings.values.at(Filling::row_of("host_memory_limit"));
  const auto least = static_cast<std::uint64_t>(value.setting->least);
  if (total_bytes == 0 || limit.bytes > 0 || value.from == "default" || limit.of(total_bytes) >= least) return;
  throw SettingsError(value.from + ": " + value.setting->key + " '" + value.value + "' of the host's " +
                      byte_text(total_bytes) + " is " + byte_text(limit.of(total_bytes)) + "; it must be " +
                      byte_text(least) + " or more: set a larger fraction, or bytes");
}

const char* memory_growth_meaning(bool enabled) {
  return enabled ? "memory growth is on: a GPU's arena grows on demand, up to the limit"
                 : "memory growth is off: the limit is enforced strictly from the start; a GPU's arena is taken once";
}

}  // namespace sam
