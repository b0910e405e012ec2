// Memory ran out, wherever it was noticed: the one type that the recovery ladder retries.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>

namespace sam {

class OutOfMemory : public std::runtime_error {
 public:
  explicit OutOfMemory(const std::string& what, std::uint64_t requested_bytes = 0, std::string domain = "host")
      : std::runtime_error(what), requested_bytes_(requested_bytes), domain_(std::move(domain)) {}
  std::uint64_t requested_bytes() const { return requested_bytes_; }  // 0: whoever noticed did not say
  const std::string& domain() const { return domain_; }               // whose memory: "host", "cuda:0"

 private:
  std::uint64_t requested_bytes_;
  std::string domain_;
};

}  // namespace sam
