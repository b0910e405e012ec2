// Memory ran out, wherever it was noticed: the one type that the recovery ladder retries.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace sam {

class OutOfMemory : public std::runtime_error {
 public:
  explicit OutOfMemory(const std::string& what, std::uint64_t requested_bytes = 0)
      : std::runtime_error(what), requested_bytes_(requested_bytes) {}
  std::uint64_t requested_bytes() const { return requested_bytes_; }  // 0: whoever noticed did not say

 private:
  std::uint64_t requested_bytes_;
};

}  // namespace sam
