// What a fuzz target is: fuzz_one(), called with each input libFuzzer thinks of. Expected exceptions are caught; anything else is a finding.
// Threading: none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace sam {

void fuzz_one(std::string_view input);  // each target defines it

inline void require(bool holds) {
  if (!holds) std::abort();
}

// Calls work; what it throws must be one of these.
template <typename Error, typename... Others, typename Work>
void passes_or_throws(const Work& work) {
  try {
    if constexpr (sizeof...(Others) == 0) {
      work();
    } else {
      passes_or_throws<Others...>(work);
    }
  } catch (const Error& error) {
    require(std::string_view(error.what()).find('\n') == std::string_view::npos);
  }
}

}  // namespace sam
