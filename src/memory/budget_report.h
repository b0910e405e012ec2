// Who holds how much of one domain, and the most that may be held.
// Threading: plain data.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "memory/owner.h"

namespace sam {

struct BudgetReport {
  std::uint64_t limit_bytes = 0;     // the most that all of the program may hold
  std::uint64_t reserved_bytes = 0;  // the sum of by_owner
  std::uint64_t other_bytes = 0;     // held by the program without a reservation: its code, its page's connections …
  std::array<std::uint64_t, owner_count> by_owner{};

  std::uint64_t used_bytes() const { return reserved_bytes + other_bytes; }
  std::uint64_t available_bytes() const { return used_bytes() < limit_bytes ? limit_bytes - used_bytes() : 0; }
};

// What was not to be had, and how the domain's memory was held at that moment.
struct Shortage {
  std::uint64_t needed_bytes = 0;  // on top of what was in use
  BudgetReport held;
};

// "weights 120 MB, images 12 MB, other 65 MB"; those who hold something, the largest unit each; "" for nobody.
std::string holders_text(const BudgetReport& report);

}  // namespace sam
