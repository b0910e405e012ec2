// Rows of text in columns. Free functions, no state.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace sam {

// The first column to the left, the others to the right; widths are counted in characters of UTF-8. Rows may have fewer columns than the first; no blanks end them.
std::string table_text(const std::vector<std::vector<std::string>>& rows);

// "######" of at most width, in proportion; at least one if value is not 0.
std::string bar_text(std::size_t value, std::size_t largest, std::size_t width);

// "1,234,567"
std::string grouped_text(std::size_t value);

// "12 %"
std::string share_text(std::size_t part, std::size_t whole);

}  // namespace sam
