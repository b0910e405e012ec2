// A rung of the recovery ladder: one way to get memory back, and the counts of what it did.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "memory/out_of_memory.h"

namespace sam {

enum class RungKind : std::uint8_t { reclaim, reclaim_all, shrink_engines, lower_precision, cpu, restart_worker };
inline constexpr std::size_t rung_count = 6;
const char* rung_name(RungKind kind);  // "reclaim", "reclaim all", "shrink engines", …

struct RungResult {
  std::uint64_t freed_bytes = 0;
  std::string
      skipped;  // why there was nothing to do, such as "the model runs on the CPU already"; then the operation is not tried again
};

// Why a rung is run.
struct RungCause {
  const OutOfMemory& error;
  std::size_t form = 0;  // that the operation failed with, as RecoveryLadder::run was told
  // For rungs that want to know no more.
  operator const OutOfMemory&() const { return error; }  // NOLINT(google-explicit-constructor)
};

struct Rung {
  RungKind kind = RungKind::reclaim;
  std::function<RungResult(const RungCause& cause)> run;
};

struct RungStatistics {
  std::uint64_t runs = 0;
  std::uint64_t skips = 0;
  std::uint64_t rescues = 0;  // the operation succeeded right after it
  std::uint64_t freed_bytes = 0;
  double milliseconds = 0;  // spent in it
};

struct RecoveryStatistics {
  std::array<RungStatistics, rung_count> rungs{};
  std::uint64_t operations = 0;     // that ran out of memory at all
  std::uint64_t exhausted = 0;      // and never succeeded
  std::uint64_t worker_deaths = 0;  // of the process that holds the engines; not the ladder's own doing
};

RecoveryStatistics operator+(const RecoveryStatistics& a, const RecoveryStatistics& b);

}  // namespace sam
