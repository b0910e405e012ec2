#include "cli/memory_explain.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace sam {
namespace {

std::string gigabytes(std::uint64_t bytes) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.2f GB", static_cast<double>(bytes) / (1024.0 * 1024.0 * 1024.0));
  return text.data();
}

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(text.size(), width), ' ');
  return text;
}

// Of a domain that cannot be read.
std::string limit_of_unread(const std::string& domain, const MemoryLimit& limit) {
  if (limit.bytes > 0) return gigabytes(limit.bytes) + " of memory that cannot be read";
  if (domain != "host") return "not known until it can be read; nothing is put there before";
  return "none, because a fraction of memory that cannot be read is not known; bytes are, such as "
         "SAM_HOST_MEMORY_LIMIT=6GiB";
}

// "limit of cuda:0: 7.20 GB of 8.00 GB"
std::string limit_line(const DomainReport& domain, const MemoryLimit& limit) {
  if (domain.info.total == 0) return "limit of " + domain.domain + ": " + limit_of_unread(domain.domain, limit) + '\n';
  return "limit of " + domain.domain + ": " + gigabytes(limit.of(domain.info.total)) + " of " +
         gigabytes(domain.info.total) + '\n';
}

}  // namespace

std::string explain_settings(const MemorySettings& settings, const MemoryReport& report) {
  std::size_t key_width = 0, value_width = 0, from_width = 0;
  for (const SettingValue& value : settings.values) {
    key_width = std::max(key_width, std::string(value.setting->key).size());
    value_width = std::max(value_width, value.value.size());
    from_width = std::max(from_width, value.from.size());
  }
  std::string text =
      settings.file.empty() ? "Settings (no settings file)\n" : "Settings (file " + settings.file + ")\n";
  for (const SettingValue& value : settings.values) {
    text += "  " + padded(value.setting->key, key_width + 2) + padded(value.value, value_width + 2) + "from " +
            padded(value.from, from_width + 2) + value.setting->unit + "\n      " + value.setting->help + "; " +
            value.setting->variable + ", " + value.setting->flag + "\n";
  }
  text += std::string("\n") + memory_growth_meaning(settings.options.enable_memory_growth) + "\n";
  text += limit_line(report.host, settings.options.host_memory_limit);
  for (const DomainReport& device : report.devices)
    text += limit_line(device, MemoryLimit{0, settings.options.gpu_memory_fraction});
  text += "shown, 1 GB is 2^30 bytes, as 1GiB in a setting; in a setting, 1GB is 10^9 bytes\n";
  return text;
}

nlohmann::ordered_json settings_json(const MemorySettings& settings) {
  nlohmann::ordered_json values = nlohmann::ordered_json::array();
  for (const SettingValue& value : settings.values) {
    values.push_back({{"key", value.setting->key},
                      {"value", value.value},
                      {"unit", value.setting->unit},
                      {"from", value.from},
                      {"variable", value.setting->variable},
                      {"flag", value.setting->flag},
                      {"range", allowed_range(*value.setting)},
                      {"help", value.setting->help}});
  }
  return {{"file", settings.file},
          {"values", values},
          {"memory_growth", memory_growth_meaning(settings.options.enable_memory_growth)}};
}

}  // namespace sam
