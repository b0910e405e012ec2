#include "dataset/formats/subset_name.h"

#include <cctype>

#include "dataset/utf8.h"

namespace sam {
namespace {

constexpr std::size_t max_bytes = 80;

}  // namespace

std::string subset_name(std::string_view name) {
  struct Alias {
    std::string_view name;
    std::string_view subset;
  };
  constexpr Alias aliases[] = {{"default", ""},       {"unassigned", ""}, {"train", "train"},
                               {"training", "train"}, {"val", "val"},     {"valid", "val"},
                               {"validation", "val"}, {"test", "test"},   {"testing", "test"}};
  std::string lower;
  for (char c : name) lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (const Alias& alias : aliases) {
    if (alias.name == lower) return std::string(alias.subset);
  }
  std::string safe(name.substr(0, max_bytes));
  for (char& c : safe) {
    if (c == '/' || c == '\\' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '_';
  }
  if (safe.starts_with('.')) safe[0] = '_';
  safe.resize(first_invalid_utf8(safe));  // a character that was cut
  return safe;
}

}  // namespace sam
