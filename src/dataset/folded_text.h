// Text without the difference between capitals and small letters, for finding names. Latin, Greek and Cyrillic letters; all else stays.
// Free function; no state.
#pragma once

#include <string>
#include <string_view>

namespace sam {

// into: replaced; its memory is used again. The result is as long as the text, which may be any bytes.
void fold_case(std::string_view text, std::string& into);

}  // namespace sam
