#include "dataset/formats/number_text.h"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>

#include "dataset/formats/format.h"
#include "dataset/formats/shown_text.h"

namespace sam {
namespace {

constexpr double max_coordinate = 1e7;
constexpr double max_side = 1e6;

std::optional<double> number_in(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const std::size_t start = text.find_first_not_of(blanks);
  if (start == std::string_view::npos) return std::nullopt;
  text = text.substr(start, text.find_last_not_of(blanks) + 1 - start);
  if (text.size() > 1 && text.front() == '+' && text[1] != '-') text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

void append_number(std::string& text, double value) {
  char digits[32];
  text.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

double checked_coordinate(double value, const std::string& place, std::string_view what) {
  if (std::abs(value) <= max_coordinate) return value;  // false for what is no number
  std::string text;
  append_number(text, value);
  throw FormatError(place, std::string(what) + " is " + text + ", which is in no picture");
}

double parse_coordinate(std::string_view text, const std::string& place, std::string_view what) {
  const std::optional<double> value = number_in(text);
  if (!value) throw FormatError(place, std::string(what) + " is " + shown_text(text) + ", not a number");
  return checked_coordinate(*value, place, what);
}

Size checked_size(double width, double height, const std::string& place) {
  const auto is_side = [](double side) { return side >= 1 && side <= max_side && side == std::floor(side); };
  if (!is_side(width) || !is_side(height) || width * height > std::numeric_limits<std::uint32_t>::max()) {
    std::string text = "the picture's size is ";
    append_number(text, width);
    text += " x ";
    append_number(text, height);
    throw FormatError(place, text + ", which no picture has");
  }
  return {static_cast<int>(width), static_cast<int>(height)};
}

Size parse_size(std::string_view width, std::string_view height, const std::string& place) {
  const std::optional<double> sides[] = {number_in(width), number_in(height)};
  if (!sides[0] || !sides[1]) {
    throw FormatError(
        place, "the picture's size is " + shown_text(width) + " x " + shown_text(height) + ", which are no numbers");
  }
  return checked_size(*sides[0], *sides[1], place);
}

}  // namespace sam
