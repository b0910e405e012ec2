// Numbers of bytes as people write them. Threading: free functions without state.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sam {

// "6000000000", "1e9", "6GiB", "512 MB", "1.5gib". kB MB GB TB are powers of 1000; KiB MiB GiB TiB, and K M G T alone, powers of 1024; case
// does not matter. Nothing for anything else: signs, a fraction of a byte, nan, more than 2^63.
std::optional<std::uint64_t> parse_byte_size(std::string_view text);

// The shortest exact form that parse_byte_size reads: "6GiB", "1GB", "12345".
std::string format_byte_size(std::uint64_t bytes);

}  // namespace sam
