#include "memory/byte_text.h"

#include <array>
#include <cstdio>

namespace sam {
namespace {

struct Unit {
  double bytes;
  const char* name;
  int digits;
};

Unit unit_of(std::uint64_t bytes) {
  constexpr std::uint64_t kib = 1024;
  if (bytes < kib) return {1, "bytes", 0};
  if (bytes < kib * kib) return {1024.0, "KB", 0};
  if (bytes < kib * kib * kib) return {1024.0 * 1024, "MB", 0};
  return {1024.0 * 1024 * 1024, "GB", 1};
}

std::string number(std::uint64_t bytes, const Unit& unit) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.*f", unit.digits, static_cast<double>(bytes) / unit.bytes);
  return text.data();
}

}  // namespace

std::string byte_text(std::uint64_t bytes) {
  const Unit unit = unit_of(bytes);
  return number(bytes, unit) + " " + unit.name;
}

std::string used_of_text(std::uint64_t used_bytes, std::uint64_t limit_bytes) {
  const Unit unit = unit_of(limit_bytes);
  if (used_bytes > 0 && used_bytes < limit_bytes &&
      static_cast<double>(used_bytes) < unit.bytes / 10)  // "0.0 of 1.1 GB" says nothing
    return byte_text(used_bytes) + " of " + byte_text(limit_bytes);
  return number(used_bytes, unit) + " of " + number(limit_bytes, unit) + " " + unit.name;
}

std::string domain_text(const std::string& domain) {
  return domain == "host" ? "host memory" : "memory of " + domain;
}

}  // namespace sam
