#include "cli/text_table.h"

#include <algorithm>

namespace sam {
namespace {

std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

}  // namespace

std::string table_text(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  std::string text;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string blanks(widths[i] - width_of(row[i]), ' ');
      if (i > 0) text += "  " + blanks + row[i];
      if (i == 0) text += row.size() > 1 ? row[i] + blanks : row[i];
    }
    text.erase(text.find_last_not_of(' ') + 1);
    text += '\n';
  }
  return text;
}

std::string bar_text(std::size_t value, std::size_t largest, std::size_t width) {
  if (value == 0 || largest == 0) return "";
  const double share = static_cast<double>(value) / static_cast<double>(largest);
  return std::string(std::max<std::size_t>(1, static_cast<std::size_t>(share * static_cast<double>(width))), '#');
}

std::string grouped_text(std::size_t value) {
  std::string text = std::to_string(value);
  for (std::size_t i = text.size(); i > 3; i -= 3) text.insert(i - 3, ",");
  return text;
}

std::string share_text(std::size_t part, std::size_t whole) {
  return std::to_string(whole == 0 ? 0 : (part * 200 + whole) / (2 * whole)) + " %";
}

}  // namespace sam
