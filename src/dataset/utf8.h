// Is this text UTF-8? Asked before foreign bytes (file names, class names, kept lines) go into JSON. No shared state.
#pragma once

#include <cstddef>
#include <string_view>

namespace sam {

// Position of the first byte that is no part of valid UTF-8 (RFC 3629: no overlong forms, no surrogates); text.size() if all is valid.
std::size_t first_invalid_utf8(std::string_view text);

inline bool is_utf8(std::string_view text) {
  return first_invalid_utf8(text) == text.size();
}

}  // namespace sam
