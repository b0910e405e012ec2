#include "inference/openvino_error.h"

#include <algorithm>
#include <array>
#include <new>
#include <sstream>
#include <string_view>

#include "inference/model.h"

namespace sam {
namespace {

constexpr std::size_t kMaxLine = 300;

bool is_source_place(std::string_view line) {
  return line.starts_with("Exception from ") || (line.starts_with("Check '") && line.find("' failed at ") != line.npos);
}

}  // namespace

std::string engine_message_line(const std::string& message) {
  std::istringstream lines(message);
  std::string line;
  std::string result;
  while (std::getline(lines, line)) {
    const std::size_t first = line.find_first_not_of(" \t\r");
    if (first == line.npos || is_source_place(std::string_view(line).substr(first))) continue;
    line = line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
    result += (result.empty() ? "" : " ") + line;
  }
  if (result.empty()) result = message.substr(0, message.find('\n'));
  if (result.size() > kMaxLine) result = result.substr(0, kMaxLine) + "…";
  return result;
}

bool says_out_of_memory(const std::string& message) {
  std::string lower = message;
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  constexpr std::array<std::string_view, 8> signs{"bad_alloc",         "failed to allocate",  "can't allocate",
                                                  "cannot allocate",   "could not allocate",  "out of memory",
                                                  "not enough memory", "bad_array_new_length"};
  return std::any_of(signs.begin(), signs.end(), [&](std::string_view sign) { return lower.find(sign) != lower.npos; });
}

void rethrow_engine_error(const std::string& doing, const std::exception& error, std::uint64_t refused_bytes) {
  if (const auto* ours = dynamic_cast<const OutOfMemory*>(&error)) throw OutOfMemory(*ours);
  if (const auto* ours = dynamic_cast<const ModelError*>(&error)) throw ModelError(*ours);
  if (refused_bytes > 0 || dynamic_cast<const std::bad_alloc*>(&error) != nullptr || says_out_of_memory(error.what())) {
    throw OutOfMemory("out of memory while " + doing + ": " + engine_message_line(error.what()), refused_bytes);
  }
  throw ModelError("error while " + doing + ": " + engine_message_line(error.what()));
}

}  // namespace sam
