// Text of a dataset in a message: it may be anything, and goes to a terminal. Free function, no state.
#pragma once

#include <string>
#include <string_view>

namespace sam {

// In quotes, on one line, at most 60 bytes of UTF-8; control characters and what is not UTF-8 as '?'.
std::string shown_text(std::string_view text);

}  // namespace sam
