#include "memory/byte_size.h"

#include <array>
#include <charconv>
#include <cmath>

namespace sam {
namespace {

struct Unit {
  const char* name;
  std::uint64_t bytes;
};

constexpr std::array<Unit, 13> units = {{{"b", 1},
                                         {"tib", std::uint64_t{1} << 40},
                                         {"gib", std::uint64_t{1} << 30},
                                         {"mib", std::uint64_t{1} << 20},
                                         {"kib", std::uint64_t{1} << 10},
                                         {"t", std::uint64_t{1} << 40},
                                         {"g", std::uint64_t{1} << 30},
                                         {"m", std::uint64_t{1} << 20},
                                         {"k", std::uint64_t{1} << 10},
                                         {"tb", 1'000'000'000'000},
                                         {"gb", 1'000'000'000},
                                         {"mb", 1'000'000},
                                         {"kb", 1'000}}};

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

std::optional<std::uint64_t> unit_bytes(std::string_view suffix) {
  while (!suffix.empty() && suffix.front() == ' ') suffix.remove_prefix(1);
  if (suffix.empty()) return 1;
  const std::string name = lower(suffix);
  for (const Unit& unit : units) {
    if (name == unit.name) return unit.bytes;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::uint64_t> parse_byte_size(std::string_view text) {
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
  std::uint64_t whole = 0;
  const auto integer = std::from_chars(text.data(), text.data() + text.size(), whole);
  if (integer.ec == std::errc() && integer.ptr == text.data() + text.size()) {
    if (whole > std::uint64_t{1} << 63) return std::nullopt;
    return whole;
  }
  double number = 0;
  const auto real = std::from_chars(text.data(), text.data() + text.size(), number);
  if (real.ec != std::errc()) return std::nullopt;
  const auto unit = unit_bytes(text.substr(static_cast<std::size_t>(real.ptr - text.data())));
  if (!unit) return std::nullopt;
  const double bytes = number * static_cast<double>(*unit);
  constexpr double most = 9223372036854775808.0;  // 2^63
  if (!(bytes >= 0 && bytes <= most)) return std::nullopt;
  if (*unit == 1 && bytes != std::floor(bytes)) return std::nullopt;
  return static_cast<std::uint64_t>(bytes);
}

std::string format_byte_size(std::uint64_t bytes) {
  constexpr std::array<Unit, 8> exact = {{{"TiB", std::uint64_t{1} << 40},
                                          {"TB", 1'000'000'000'000},
                                          {"GiB", std::uint64_t{1} << 30},
                                          {"GB", 1'000'000'000},
                                          {"MiB", std::uint64_t{1} << 20},
                                          {"MB", 1'000'000},
                                          {"KiB", std::uint64_t{1} << 10},
                                          {"kB", 1'000}}};
  for (const Unit& unit : exact) {
    if (bytes != 0 && bytes % unit.bytes == 0) return std::to_string(bytes / unit.bytes) + unit.name;
  }
  return std::to_string(bytes);
}

}  // namespace sam
