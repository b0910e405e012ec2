// Base64 (RFC 4648), as JSON carries pictures. Free functions, no state.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sam {

std::string encode_base64(std::string_view bytes);

// Line ends and blanks between are passed over; padding may be missing. Nothing if the text has any other character or ends inside a byte.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace sam
