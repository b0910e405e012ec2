// Pieces of JSON text, appended or read. Free functions, no state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sam {

// With its quotes. Bytes that are not UTF-8 become U+FFFD: a text from a caller must not make a file that nobody can read.
void append_json_string(std::string& out, std::string_view text);

// Digits that give the same number back, no more than needed. Requires a finite number.
void append_json_number(std::string& out, double value);
// The same as nlohmann::json writes it: with a decimal point or an exponent, and nearly always the fewest digits.
void append_nlohmann_number(std::string& out, double value);
void append_json_number(std::string& out, std::int64_t value);

// The value of a token that is known to be a number; blanks may follow it. For tokens from long_number_bytes on: simdjson 3.0.1's on-demand
// parser reads "0." with more than 19 digits behind it as another number, without an error.
inline constexpr std::size_t long_number_bytes = 20;
double parse_json_number(std::string_view token);

}  // namespace sam
