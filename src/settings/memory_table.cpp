#include "settings/memory_table.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <variant>

#include "memory/byte_size.h"

namespace sam {
namespace {

using Milliseconds = std::chrono::milliseconds;
using Member = std::variant<double MemoryOptions::*, bool MemoryOptions::*, MemoryLimit MemoryOptions::*,
                            std::uint64_t MemoryOptions::*, int MemoryOptions::*, Milliseconds MemoryOptions::*>;

constexpr double least_host_limit = 16 * 1024 * 1024;  // the program itself, without a model, holds about as much
constexpr double most_bytes = 1125899906842624.0;      // 1 PiB

constexpr std::array<MemorySetting, 17> table = {{
    {"gpu_memory_fraction", "SAM_GPU_MEMORY_FRACTION", "--gpu-memory-fraction", SettingKind::fraction, 0.01, 1,
     "of each device's memory", "the most of every GPU's memory that the program may use"},
    {"warning_threshold", "SAM_MEMORY_WARNING_THRESHOLD", "--memory-warning-threshold", SettingKind::fraction, 0, 1,
     "of a domain's memory", "from here on nothing new is cached and caches are emptied"},
    {"critical_threshold", "SAM_MEMORY_CRITICAL_THRESHOLD", "--memory-critical-threshold", SettingKind::fraction, 0, 1,
     "of a domain's memory", "from here on work first frees memory, then runs, and only then is refused"},
    {"enable_memory_growth", "SAM_ENABLE_MEMORY_GROWTH", "--enable-memory-growth", SettingKind::on_off, 0, 1,
     "on or off", "on: a GPU's arena grows on demand up to the limit; off: it is taken once, at the start"},
    {"host_memory_limit", "SAM_HOST_MEMORY_LIMIT", "--host-memory-limit", SettingKind::limit, least_host_limit,
     most_bytes, "bytes, or a fraction of the host's memory",
     "the most memory of the host that all our processes may use"},
    {"tf32", "SAM_TF32", "--tf32", SettingKind::on_off, 0, 1, "on or off",
     "matrix products on NVIDIA cards with 10 bits of mantissa: faster, masks change a little"},
    {"image_cache_bytes", "SAM_IMAGE_CACHE_BYTES", "--image-cache-bytes", SettingKind::bytes, 0, most_bytes, "bytes",
     "decoded pictures kept in memory"},
    {"image_cache_entries", "SAM_IMAGE_CACHE_ENTRIES", "--image-cache-entries", SettingKind::count, 0, 1e6, "pictures",
     "decoded pictures kept in memory"},
    {"prediction_cache_entries", "SAM_PREDICTION_CACHE_ENTRIES", "--prediction-cache-entries", SettingKind::count, 0,
     1e6, "predictions", "masks kept for the same question asked again"},
    {"embedding_cache_bytes", "SAM_EMBEDDING_CACHE_BYTES", "--embedding-cache-bytes", SettingKind::bytes, 0, most_bytes,
     "bytes", "embeddings kept in memory"},
    {"embedding_disk_bytes", "SAM_EMBEDDING_DISK_BYTES", "--embedding-disk-bytes", SettingKind::bytes, 0, most_bytes,
     "bytes", "embeddings kept on disk, over restarts, in the cache folder; 0: none"},
    {"gpu_optimize_threshold", "SAM_GPU_OPTIMIZE_THRESHOLD", "--gpu-optimize-threshold", SettingKind::fraction, 0, 1,
     "of a device's memory", "use of a GPU above which memory is optimized without being asked"},
    {"pictures_ahead", "SAM_PICTURES_AHEAD", "--pictures-ahead", SettingKind::count, 0, 64, "pictures",
     "prepared in the background before you get to them (default on Linux 3, on Windows 1)"},
    {"hold_ms", "SAM_MEMORY_HOLD_MS", "--memory-hold-ms", SettingKind::milliseconds, 0, 60000, "ms",
     "how long a threshold must be passed before the level changes"},
    {"hysteresis", "SAM_MEMORY_HYSTERESIS", "--memory-hysteresis", SettingKind::fraction, 0, 0.5,
     "of a domain's memory", "how far below its threshold a level is left again"},
    {"host_period_ms", "SAM_MEMORY_HOST_PERIOD_MS", "--memory-host-period-ms", SettingKind::milliseconds, 10, 60000,
     "ms", "time between two looks at the host's memory"},
    {"device_period_ms", "SAM_MEMORY_DEVICE_PERIOD_MS", "--memory-device-period-ms", SettingKind::milliseconds, 50,
     60000, "ms", "time between two looks at a GPU's memory"},
}};

// In the table's order.
const std::array<Member, table.size()> members = {{
    &MemoryOptions::gpu_memory_fraction,
    &MemoryOptions::warning_threshold,
    &MemoryOptions::critical_threshold,
    &MemoryOptions::enable_memory_growth,
    &MemoryOptions::host_memory_limit,
    &MemoryOptions::tf32,
    &MemoryOptions::image_cache_bytes,
    &MemoryOptions::image_cache_entries,
    &MemoryOptions::prediction_cache_entries,
    &MemoryOptions::embedding_cache_bytes,
    &MemoryOptions::embedding_disk_bytes,
    &MemoryOptions::gpu_optimize_threshold,
    &MemoryOptions::pictures_ahead,
    &MemoryOptions::hold,
    &MemoryOptions::hysteresis,
    &MemoryOptions::host_period,
    &MemoryOptions::device_period,
}};

const Member& member_of(const MemorySetting& setting) {
  return members[static_cast<std::size_t>(&setting - table.data())];
}

std::string short_number(double value) {
  std::array<char, 32> text{};
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() ? std::string(text.data(), end) : std::string();
}

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

// A finite decimal number and nothing else.
std::optional<double> parse_real(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<bool> parse_switch(std::string_view text) {
  std::string word(text);
  for (char& c : word) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  for (const char* on : {"true", "1", "yes", "on"}) {
    if (word == on) return true;
  }
  for (const char* off : {"false", "0", "no", "off"}) {
    if (word == off) return false;
  }
  return std::nullopt;
}

// 0 is no fraction, except of a setting where it means "none".
bool excludes_least(const MemorySetting& setting) {
  return setting.kind == SettingKind::fraction && setting.least == 0 && setting.most >= 1;
}

bool in_range(const MemorySetting& setting, double value) {
  return (excludes_least(setting) ? value > setting.least : value >= setting.least) && value <= setting.most;
}

bool store(const MemorySetting& setting, std::string_view text, double& value) {
  const auto number = parse_real(text);
  if (!number || !in_range(setting, *number)) return false;
  value = *number;
  return true;
}

bool store(const MemorySetting&, std::string_view text, bool& value) {
  const auto on = parse_switch(text);
  if (on) value = *on;
  return on.has_value();
}

// Up to 1 it is a fraction, above it is bytes.
bool store(const MemorySetting& setting, std::string_view text, MemoryLimit& value) {
  const auto number = parse_real(text);
  if (number && *number > 0 && *number <= 1) {
    value = MemoryLimit{0, *number};
    return true;
  }
  const auto bytes = parse_byte_size(text);
  if (!bytes || !in_range(setting, static_cast<double>(*bytes))) return false;
  value.bytes = *bytes;
  return true;
}

std::optional<std::uint64_t> parse_whole(const MemorySetting& setting, std::string_view text) {
  std::optional<std::uint64_t> number;
  if (setting.kind == SettingKind::bytes) {
    number = parse_byte_size(text);
  } else {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc() && end == text.data() + text.size()) number = value;
  }
  if (!number || !in_range(setting, static_cast<double>(*number))) return std::nullopt;
  return number;
}

bool store(const MemorySetting& setting, std::string_view text, std::uint64_t& value) {
  const auto number = parse_whole(setting, text);
  if (number) value = *number;
  return number.has_value();
}

bool store(const MemorySetting& setting, std::string_view text, int& value) {
  const auto number = parse_whole(setting, text);
  if (number) value = static_cast<int>(*number);
  return number.has_value();
}

bool store(const MemorySetting& setting, std::string_view text, Milliseconds& value) {
  const auto number = parse_whole(setting, text);
  if (number) value = Milliseconds(static_cast<Milliseconds::rep>(*number));
  return number.has_value();
}

std::string show(const MemorySetting&, double value) {
  return short_number(value);
}
std::string show(const MemorySetting&, bool value) {
  return value ? "on" : "off";
}
std::string show(const MemorySetting&, const MemoryLimit& value) {
  return value.bytes != 0 ? format_byte_size(value.bytes) : short_number(value.fraction);
}
std::string show(const MemorySetting& setting, std::uint64_t value) {
  return setting.kind == SettingKind::bytes ? format_byte_size(value) : std::to_string(value);
}
std::string show(const MemorySetting&, int value) {
  return std::to_string(value);
}
std::string show(const MemorySetting&, Milliseconds value) {
  return std::to_string(value.count());
}

// "0,9": somebody whose language writes numbers with a comma.
bool has_decimal_comma(std::string_view text) {
  const std::size_t comma = text.find(',');
  if (comma == text.npos) return false;
  std::string with_point(text);
  with_point[comma] = '.';
  return parse_real(with_point).has_value();
}

// Letters inserted, removed or replaced (Levenshtein).
std::size_t edit_distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  for (std::size_t j = 0; j < row.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= from.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j < row.size(); ++j) {
      const std::size_t replaced = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row.back();
}

std::string nearest_within(std::string_view name, const std::vector<std::string>& known, std::size_t distance) {
  std::string best;
  for (const std::string& candidate : known) {
    const std::size_t edits = edit_distance(name, candidate);
    if (edits > distance || (edits == distance && !best.empty())) continue;
    distance = edits;
    best = candidate;
  }
  return best;
}

}  // namespace

std::span<const MemorySetting> memory_settings_table() {
  return table;
}

std::string allowed_range(const MemorySetting& setting) {
  const auto whole = [](double value) { return std::to_string(static_cast<std::uint64_t>(value)); };
  const auto size = [](double value) { return format_byte_size(static_cast<std::uint64_t>(value)); };
  switch (setting.kind) {
    case SettingKind::fraction:
      return "a number in " + std::string(excludes_least(setting) ? "(" : "[") + short_number(setting.least) + ", " +
             short_number(setting.most) + "]";
    case SettingKind::limit:
      return "a fraction in (0, 1], or bytes from " + size(setting.least) + " to " + size(setting.most) +
             " (\"6GiB\", \"512 MB\", 6000000000)";
    case SettingKind::bytes:
      return "bytes from " + size(setting.least) + " to " + size(setting.most) + " (\"2GiB\", \"512 MB\", 1000000000)";
    case SettingKind::count:
      return "a whole number from " + whole(setting.least) + " to " + whole(setting.most);
    case SettingKind::milliseconds:
      return "a whole number of milliseconds from " + whole(setting.least) + " to " + whole(setting.most);
    case SettingKind::on_off:
      return "true, 1, yes, on, false, 0, no or off";
  }
  return {};
}

std::string store_setting(const MemorySetting& setting, std::string_view text, MemoryOptions& options) {
  const std::string_view value = trimmed(text);
  const bool stored =
      std::visit([&](auto member) { return store(setting, value, options.*member); }, member_of(setting));
  if (stored) return {};
  std::string problem = "must be " + allowed_range(setting);
  if (has_decimal_comma(value)) problem += "; write the decimal point as a point, not a comma";
  return problem;
}

std::string show_setting(const MemorySetting& setting, const MemoryOptions& options) {
  return std::visit([&](auto member) { return show(setting, options.*member); }, member_of(setting));
}

std::string nearest_name(std::string_view name, const std::vector<std::string>& known) {
  return nearest_within(name, known, std::max<std::size_t>(name.size() / 2, 2));
}

std::string resembling_variable(std::string_view name, const std::vector<std::string>& known) {
  const std::string near = nearest_within(name, known, name.size() / 4);
  if (!near.empty()) return near;
  constexpr std::size_t least = 8;  // "SAM_" and a word: fewer letters say too little
  for (const std::string& variable : known) {
    if (name.size() >= least && variable.starts_with(name)) return variable;
    if (name.starts_with(variable + "_")) return variable;
  }
  return {};
}

}  // namespace sam
