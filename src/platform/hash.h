// Content keys: XXH3-128 over bytes, as 32 hex digits. Not for anything an adversary could gain from.
// Threading: free functions without state.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace sam {

std::string content_hash(std::span<const std::byte> bytes);
std::string content_hash(std::string_view bytes);

// Reads the file in pieces, 1 MiB of memory. Throws FileError.
std::string file_hash(const std::filesystem::path& path);

}  // namespace sam
