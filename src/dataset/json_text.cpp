#include "dataset/json_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

namespace sam {
namespace {

// Whether it stands in a JSON text as it is, whatever stands beside it.
bool is_plain(char c) {
  return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

// Outlines run along pixels, so that most coordinates are whole or halves: their digits need no search for the shortest. False if the value is
// neither, or large. point: for whole numbers, "" or ".0".
bool append_halves(std::string& out, double value, std::string_view point) {
  constexpr double limit = 1e9;
  const double doubled = value * 2;
  if (!(std::abs(value) < limit) || doubled != std::trunc(doubled) || (value == 0 && std::signbit(value))) return false;
  const auto halves = static_cast<std::uint64_t>(std::abs(doubled));
  char digits[16];
  char* end = digits;
  if (value < 0) *end++ = '-';
  end = std::to_chars(end, std::end(digits), halves / 2).ptr;
  if (halves % 2 != 0) point = ".5";
  end = std::copy(point.begin(), point.end(), end);
  out.append(digits, end);
  return true;
}

template <typename Number>
void append_number(std::string& out, Number value) {
  char digits[32];
  const auto end = std::to_chars(std::begin(digits), std::end(digits), value).ptr;
  out.append(digits, end);
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  if (!std::all_of(text.begin(), text.end(), is_plain)) {
    out += nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    return;
  }
  out += '"';
  out += text;
  out += '"';
}

void append_json_number(std::string& out, double value) {
  if (!append_halves(out, value, "")) append_number(out, value);
}

void append_nlohmann_number(std::string& out, double value) {
  if (append_halves(out, value, ".0")) return;
  char digits[64];
  out.append(digits, nlohmann::detail::to_chars(std::begin(digits), std::end(digits), value));
}

void append_json_number(std::string& out, std::int64_t value) {
  append_number(out, value);
}

double parse_json_number(std::string_view token) {
  double value = 0;
  std::from_chars(token.data(), token.data() + token.size(), value);
  return value;
}

}  // namespace sam
