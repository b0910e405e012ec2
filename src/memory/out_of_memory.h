// Memory ran out, wherever it was noticed: the one type that the recovery ladder retries.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "memory/budget_report.h"

namespace sam {

class OutOfMemory : public std::runtime_error {
 public:
  // shortage: of a budget that refused; nothing if somebody else did.
  explicit OutOfMemory(const std::string& what, std::uint64_t requested_bytes = 0, std::string domain = "host",
                       const std::optional<Shortage>& shortage = std::nullopt)
      : std::runtime_error(what), requested_bytes_(requested_bytes), domain_(std::move(domain)), shortage_(shortage) {}
  std::uint64_t requested_bytes() const { return requested_bytes_; }  // 0: whoever noticed did not say
  const std::string& domain() const { return domain_; }               // whose memory: "host", "cuda:0"
  const std::optional<Shortage>& shortage() const { return shortage_; }

 private:
  std::uint64_t requested_bytes_;
  std::string domain_;
  std::optional<Shortage> shortage_;
};

}  // namespace sam
