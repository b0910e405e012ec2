#include "memory/level_text.h"

#include <array>
#include <cstdio>

#include "memory/byte_text.h"

namespace sam {
namespace {

std::string numbers(const DomainSnapshot& now) {
  std::array<char, 16> percent{};
  std::snprintf(percent.data(), percent.size(), "%.1f%%", now.utilization * 100);
  return used_of_text(now.used_bytes, now.total_bytes) + " are in use (" + percent.data() + "), " +
         used_of_text(now.own_bytes, now.limit_bytes) + " by this program";
}

const char* what_helps(const std::string& domain) {
  return domain == "host"
             ? "close other programs, choose a smaller model or smaller images"
             : "close other programs on this device, choose a smaller model, --precision bf16 or --device cpu";
}

}  // namespace

std::string level_change_text(const std::string& domain, MemoryLevel before, const DomainSnapshot& now) {
  return domain_text(domain) + ": " + memory_level_name(now.level) + " (before: " + memory_level_name(before) + "), " +
         numbers(now);
}

std::string unreadable_text(const std::string& domain, const DomainSnapshot& now) {
  const std::string text = domain_text(domain) + " cannot be read";
  if (now.total_bytes > 0) return text + "; its last known numbers stay and it counts no more";
  if (now.limit_bytes >= no_limit_bytes) {
    return text + ": nothing limits this program; set SAM_HOST_MEMORY_LIMIT in bytes, such as 6GiB";
  }
  if (now.limit_bytes > 0) return text + "; the limit of " + byte_text(now.limit_bytes) + " that was set counts alone";
  return text + "; nothing is put there until it can be";
}

std::string memory_status_text(const std::string& domain, const DomainSnapshot& now) {
  return domain_text(domain) + " is " + (now.level == MemoryLevel::critical ? "critical: " : "tight: ") + numbers(now) +
         ": " + what_helps(domain);
}

}  // namespace sam
