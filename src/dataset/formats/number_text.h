// Numbers as text, the same in every locale. Free functions, no state.
#pragma once

#include <string>
#include <string_view>

#include "image/geometry.h"

namespace sam {

// The shortest text that reads back as the same number.
void append_number(std::string& text, double value);

// what: for the message ("x of a point"). Blanks around are passed over. Throws FormatError naming place: no number, not finite, of a
// magnitude that no picture has.
double parse_coordinate(std::string_view text, const std::string& place, std::string_view what);
// The same for a number that was read already.
double checked_coordinate(double value, const std::string& place, std::string_view what);

// Throws FormatError: sides that are no whole numbers of 1 to a million, or more pixels than masks may have.
Size parse_size(std::string_view width, std::string_view height, const std::string& place);
Size checked_size(double width, double height, const std::string& place);

}  // namespace sam
