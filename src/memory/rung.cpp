#include "memory/rung.h"

namespace sam {

const char* rung_name(RungKind kind) {
  static constexpr std::array<const char*, rung_count> names = {"reclaim",         "reclaim all", "shrink engines",
                                                                "lower precision", "cpu",         "restart worker"};
  return names[static_cast<std::size_t>(kind)];
}

RecoveryStatistics operator+(const RecoveryStatistics& a, const RecoveryStatistics& b) {
  RecoveryStatistics sum = a;
  sum.operations += b.operations;
  sum.exhausted += b.exhausted;
  sum.worker_deaths += b.worker_deaths;
  for (std::size_t i = 0; i < rung_count; ++i) {
    sum.rungs[i].runs += b.rungs[i].runs;
    sum.rungs[i].skips += b.rungs[i].skips;
    sum.rungs[i].rescues += b.rungs[i].rescues;
    sum.rungs[i].freed_bytes += b.rungs[i].freed_bytes;
    sum.rungs[i].milliseconds += b.rungs[i].milliseconds;
  }
  return sum;
}

}  // namespace sam
