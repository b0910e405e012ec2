#include "platform/utc_text.h"

#include <array>
#include <ctime>

namespace sam {
namespace {

std::string formatted(std::chrono::system_clock::time_point time, const char* format) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  std::array<char, 64> text{};
  return {text.data(), std::strftime(text.data(), text.size(), format, &utc)};
}

}  // namespace

std::string utc_text(std::chrono::system_clock::time_point time) {
  return formatted(time, "%Y-%m-%dT%H:%M:%SZ");
}

std::string utc_stamp(std::chrono::system_clock::time_point time) {
  return formatted(time, "%Y%m%dT%H%M%SZ");
}

}  // namespace sam
