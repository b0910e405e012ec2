// Calendar time as text. Free functions, no state.
#pragma once

#include <chrono>
#include <string>

namespace sam {

std::string utc_text(std::chrono::system_clock::time_point time);  // "2026-11-21T22:50:13Z", ISO 8601
std::string utc_stamp(
    std::chrono::system_clock::time_point time);  // "20261121T225013Z": sorts, and is a name of a file

}  // namespace sam
