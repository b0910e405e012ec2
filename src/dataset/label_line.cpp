#include "dataset/label_line.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "dataset/annotation_file.h"

namespace sam {
namespace {

constexpr double clip_margin = 1e-3;  // of the side: rounding of other tools, not another picture

template <typename Number>
std::optional<Number> number(std::string_view word) {
  if (word.starts_with('+')) word.remove_prefix(1);
  Number value{};
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc() || end != word.data() + word.size()) return std::nullopt;
  return value;
}

}  // namespace

std::vector<std::string_view> label_words(std::string_view line) {
  std::vector<std::string_view> words;
  constexpr std::string_view blanks = " \t\r\v\f";
  for (std::size_t at = line.find_first_not_of(blanks); at != std::string_view::npos;) {
    const std::size_t end = std::min(line.find_first_of(blanks, at), line.size());
    words.push_back(line.substr(at, end - at));
    at = line.find_first_not_of(blanks, end);
  }
  return words;
}

int label_class(std::string_view word) {
  const auto class_id = number<int>(word);
  if (!class_id || *class_id < 0) throw AnnotationFileError("expected a class id, found " + shown_word(word));
  return *class_id;
}

double label_number(std::string_view word) {
  const auto value = number<double>(word);
  if (!value || !std::isfinite(*value)) throw AnnotationFileError("expected a number, found " + shown_word(word));
  return *value;
}

double label_fraction(double value, std::string_view word) {
  if (!(value >= -clip_margin && value <= 1 + clip_margin)) {
    throw AnnotationFileError("expected a coordinate from 0 to 1, found " + shown_word(word));
  }
  return std::clamp(value, 0.0, 1.0);
}

std::string shown_word(std::string_view word) {
  std::string text = "\"";
  for (char c : word.substr(0, 24)) text += c >= 0x20 && c < 0x7f ? c : '?';
  return text + (word.size() > 24 ? "…\"" : "\"");
}

}  // namespace sam
