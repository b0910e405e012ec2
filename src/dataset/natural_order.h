// The order people expect of numbered files: img2 before img10. Free function, no state.
#pragma once

#include <string_view>

namespace sam {

// A strict total order: runs of digits compare as numbers, all else as bytes; names equal that way (a1, a01) compare as bytes.
bool natural_less(std::string_view a, std::string_view b);

}  // namespace sam
