// Pieces of JSON text, appended. Free functions, no state.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sam {

// With its quotes. Bytes that are not UTF-8 become U+FFFD: a text from a caller must not make a file that nobody can read.
void append_json_string(std::string& out, std::string_view text);

// The fewest digits that give the same number back. Requires a finite number.
void append_json_number(std::string& out, double value);
void append_json_number(std::string& out, std::int64_t value);

}  // namespace sam
