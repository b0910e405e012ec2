// Numbers of bytes as people read them; 1 GB = 2^30 bytes, as in the specification's log line.
// Threading: free functions without state.
#pragma once

#include <cstdint>
#include <string>

namespace sam {

std::string byte_text(std::uint64_t bytes);  // "512 MB", "7.1 GB"

// "7.1 of 7.2 GB"; both in the unit of the limit.
std::string used_of_text(std::uint64_t used_bytes, std::uint64_t limit_bytes);

// "host memory", "memory of cuda:0"
std::string domain_text(const std::string& domain);

}  // namespace sam
